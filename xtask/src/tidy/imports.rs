//! Who may import whom inside a service: the table of `docs/ARCHITECTURE.md`.
//!
//! A room is a folder of a service's `src/`. Looked at are all paths in its code, not only those
//! after `use`; tests may name what they like.

use std::collections::BTreeSet;

use super::{Finding, SourceFile, rust};

const SERVICES: [&str; 4] = ["identity", "ticket", "device", "scheduler"];

/// What a room may not name.
struct Room {
    name: &'static str,
    /// Other rooms of the same service.
    rooms: &'static [&'static str],
    /// Crates, or items of crates.
    crates: Crates,
    words: &'static [&'static str],
}

enum Crates {
    /// All of the service's dependencies but these.
    Only(&'static [&'static str]),
    /// None of these.
    Not(&'static [&'static str]),
}

const ROOMS: [Room; 5] = [
    Room {
        name: "domain",
        rooms: &["store", "app", "api", "events"],
        // Values and rules about values: nothing that waits, reads a clock or reaches outside.
        crates: Crates::Only(&[
            "ammonia",
            "chamados_chassis::auth::Actor",
            "chamados_chassis::auth::Audience",
            "chamados_chassis::auth::Denied",
            "chamados_chassis::auth::Permission",
            "chamados_chassis::auth::Principal",
            "chamados_chassis::auth::Role",
            "chamados_chassis::define_id",
            "chamados_chassis::error::Checks",
            "chamados_chassis::error::Invalid",
            "chamados_chassis::id",
            "chamados_chassis::page",
            "chrono",
            "chrono_tz",
            "croner",
            "infer",
            "secrecy",
            "serde",
            "serde_json",
            "thiserror",
            "unicode_normalization",
            "uuid",
        ]),
        words: &["async", "await"],
    },
    Room {
        name: "store",
        rooms: &["app", "api", "events"],
        crates: Crates::Not(&["chamados_proto", "tonic"]),
        words: &[],
    },
    Room {
        name: "app",
        rooms: &["api", "events"],
        crates: Crates::Not(&[
            "axum",
            "http",
            "sea_orm",
            "sea_orm_migration",
            "tonic::Request",
            "tonic::Response",
        ]),
        words: &[],
    },
    Room {
        name: "api",
        rooms: &["store", "events"],
        crates: Crates::Not(&["redis", "sea_orm", "sea_orm_migration"]),
        words: &[],
    },
    Room {
        name: "events",
        rooms: &["store", "api"],
        crates: Crates::Not(&["redis", "sea_orm", "sea_orm_migration"]),
        words: &[],
    },
];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in SERVICES {
        let root = format!("services/{service}/");
        let manifest = files.iter().find(|file| file.path == format!("{root}Cargo.toml"));
        let dependencies = manifest.map(|file| dependencies(&file.text)).unwrap_or_default();
        for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
            if let Some(inner) = file.path.strip_prefix(&root).and_then(|p| p.strip_prefix("src/"))
                && let Some(room) = ROOMS.iter().find(|room| is_in(inner, room))
            {
                check_file(file, inner, room, &dependencies, &mut findings);
            }
        }
    }
    findings
}

/// `ticket.rs` and `ticket/…` are both the room `ticket`. Test modules in files are not.
fn is_in(path: &str, room: &Room) -> bool {
    let rest = path.strip_prefix(room.name).unwrap_or_default();
    (rest == ".rs" || rest.starts_with('/')) && !path.ends_with("/tests.rs")
}

fn check_file(
    file: &SourceFile,
    inner: &str,
    room: &Room,
    dependencies: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    let code = rust::code(&file.text);
    let module = module_of(inner);
    let mut seen = BTreeSet::new();
    for path in rust::paths(&code) {
        let full = from_root(&module, &path.segments);
        if let Some(named) = forbidden(room, &full, dependencies)
            && seen.insert((path.line, named.clone()))
        {
            let text = format!("{}/ may not use `{named}`", room.name);
            findings.push(Finding::error(file, path.line, text));
        }
    }
    for (line, word) in rust::words(&code).filter(|(_, word)| room.words.contains(word)) {
        findings.push(Finding::error(file, line, format!("{}/ has no `{word}`", room.name)));
    }
}

/// What of the path the room may not name, if anything.
fn forbidden(room: &Room, path: &[&str], dependencies: &BTreeSet<String>) -> Option<String> {
    let (first, rest) = path.split_first()?;
    if *first == "crate" {
        let named = rest.first().filter(|named| room.rooms.contains(named))?;
        return Some(format!("crate::{named}"));
    }
    let listed = |list: &[&str]| {
        list.iter().any(|entry| {
            let entry: Vec<_> = entry.split("::").collect();
            path.starts_with(&entry)
        })
    };
    match room.crates {
        Crates::Only(list) if dependencies.contains(*first) && !listed(list) => {
            Some(path.join("::"))
        }
        Crates::Not(list) if listed(list) => Some(path.join("::")),
        _ => None,
    }
}

/// The path with `self` and `super` resolved to `crate`.
fn from_root<'a>(module: &[&'a str], path: &[&'a str]) -> Vec<&'a str> {
    let below = path.strip_prefix(&["self"]).unwrap_or(path);
    let ups = below.iter().take_while(|segment| **segment == "super").count();
    if ups == 0 && below.len() == path.len() {
        return path.to_vec();
    }
    let kept = module.len().saturating_sub(ups);
    ["crate"].iter().chain(&module[..kept]).chain(&below[ups..]).copied().collect()
}

/// The module a file of `src/` is: `domain/ticket.rs` is `domain`, `ticket`.
fn module_of(path: &str) -> Vec<&str> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
}

/// The dependencies of a manifest, as they are named in code.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        } else if inside
            && let Some(end) = line.find(['.', '=', ' '])
            && !line.starts_with('#')
        {
            names.insert(line[..end].replace('-', "_"));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::file, *};

    const MANIFEST: &str = "[package]\nname = \"x\"\n\n[dependencies]\nchamados-chassis.workspace = true\n\
        chrono = \"1\"\nfutures = { version = \"1\" }\n\n[dev-dependencies]\nproptest = \"1\"\n";

    fn found(inner: &str, text: &str) -> Vec<String> {
        let files = [
            file("services/ticket/Cargo.toml", MANIFEST),
            file(&format!("services/ticket/src/{inner}"), text),
        ];
        check(&files).into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn the_domain_is_pure() {
        let fine = "use std::fmt;\nuse chrono::{DateTime, Utc};\nuse chamados_chassis::{id::Id, page::Page};\n\
                    use super::status::Status;\nchamados_chassis::define_id!(TicketId);\n";
        assert!(found("domain/ticket.rs", fine).is_empty());
        let cases = [
            ("use futures::Stream;", "domain/ may not use `futures::Stream`"),
            (
                "use chamados_chassis::clock::Clock;",
                "domain/ may not use `chamados_chassis::clock::Clock`",
            ),
            ("fn f() { crate::store::load() }", "domain/ may not use `crate::store`"),
            ("use super::super::app;", "domain/ may not use `crate::app`"),
            ("pub async fn f() {}", "domain/ has no `async`"),
        ];
        for (text, finding) in cases {
            assert_eq!(found("domain/ticket.rs", text), [finding], "{text}");
        }
    }

    #[test]
    fn each_room_has_its_own_neighbours() {
        let cases = [
            ("store/tickets.rs", "use crate::{domain::Ticket, app::App};", "crate::app"),
            ("store/mod.rs", "use chamados_proto::ticket;", "chamados_proto::ticket"),
            ("app/tickets.rs", "use tonic::{Request, Status};", "tonic::Request"),
            ("app/tickets.rs", "sea_orm::Condition::all()", "sea_orm::Condition::all"),
            ("app/mod.rs", "use crate::api;", "crate::api"),
            ("api/convert.rs", "use crate::store::Row;", "crate::store"),
            ("api/ticket.rs", "use sea_orm::EntityTrait as _;", "sea_orm::EntityTrait"),
            ("events/user_changed.rs", "use super::super::store;", "crate::store"),
            ("events.rs", "use self::super::api;", "crate::api"),
        ];
        for (inner, text, named) in cases {
            let room = &inner[..inner.find(['/', '.']).unwrap()];
            let expected = format!("{room}/ may not use `{named}`");
            assert_eq!(found(inner, text), [expected], "{inner}: {text}");
        }
    }

    #[test]
    fn what_the_table_allows_is_fine() {
        let cases = [
            ("store/tickets.rs", "use crate::domain::Ticket; use sea_orm::EntityTrait;"),
            ("app/tickets.rs", "use crate::{domain, store}; use tonic::Status;"),
            ("api/tickets.rs", "use crate::{app, domain}; use tonic::{Request, Response};"),
            ("events/mod.rs", "use crate::app; use chamados_proto::event;"),
            ("domain/ticket.rs", "// futures::Stream\n#[cfg(test)]\nmod tests { use crate::app; }"),
            ("domain/ticket/tests.rs", "use proptest::prelude::*; use crate::app;"),
            ("hot/redis.rs", "use crate::store; use crate::api;"),
        ];
        for (inner, text) in cases {
            assert!(found(inner, text).is_empty(), "{inner}: {text}");
        }
    }
}
