//! A migration that has landed never changes: somewhere it has run already.
//!
//! Beside them lies `CHECKSUMS`, a list of file names and git blob hashes. New migrations are
//! added to it by `cargo xtask tidy --land-migrations` in the commit that brings them; a line that
//! exists is never changed by a command, so a change is seen in review.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::{Finding, SourceFile};
use crate::command;

const LIST: &str = "CHECKSUMS";
const LAND: &str = "run `cargo xtask tidy --land-migrations`";

pub(super) fn check(files: &[SourceFile]) -> Result<Vec<Finding>> {
    let hashes = hashes(files)?;
    Ok(folders(files).flat_map(|folder| check_folder(folder, files, &hashes)).collect())
}

/// Adds the migrations that are not listed yet.
pub(super) fn land(files: &[SourceFile]) -> Result<()> {
    let hashes = hashes(files)?;
    for folder in folders(files) {
        let path = format!("{folder}/{LIST}");
        let list = files.iter().find(|file| file.path == path);
        let mut text = list.map(|file| file.text.clone()).unwrap_or_default();
        for migration in migrations(folder, files) {
            let name = name_of(migration);
            if !entries(&text).any(|(listed, _)| listed == name) {
                text.push_str(&format!("{name} {}\n", hashes[migration.path.as_str()]));
                eprintln!("{path}: {name}");
            }
        }
        fs::write(&path, text).with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
}

fn check_folder(
    folder: &str,
    files: &[SourceFile],
    hashes: &BTreeMap<&str, String>,
) -> Vec<Finding> {
    let path = format!("{folder}/{LIST}");
    let list = files.iter().find(|file| file.path == path);
    let landed: BTreeMap<_, _> = list.map(|file| entries(&file.text).collect()).unwrap_or_default();
    let mut findings = Vec::new();
    for migration in migrations(folder, files) {
        match landed.get(name_of(migration)) {
            None => {
                let text = format!("not in {LIST}: {LAND} when it is finished");
                findings.push(Finding::error(migration, 1, text));
            }
            Some(hash) if *hash != hashes[migration.path.as_str()] => {
                let text = format!("has landed (see {LIST}) and changed: write a new migration");
                findings.push(Finding::error(migration, 1, text));
            }
            Some(_) => {}
        }
    }
    let present: BTreeSet<_> = migrations(folder, files).map(name_of).collect();
    for (line, (name, _)) in list.into_iter().flat_map(|file| (1..).zip(entries(&file.text))) {
        if !present.contains(name)
            && let Some(list) = list
        {
            findings.push(Finding::error(list, line, format!("{name} has landed and is gone")));
        }
    }
    findings
}

/// `<name> <hash>` on each line.
fn entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter_map(|line| line.split_once(' '))
}

/// The folders that hold migrations or a list of them.
fn folders(files: &[SourceFile]) -> impl Iterator<Item = &str> {
    let folders: BTreeSet<_> = files
        .iter()
        .filter_map(|file| file.path.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .filter(|folder| folder.starts_with("services/") && folder.ends_with("/migrations"))
        .collect();
    folders.into_iter()
}

fn migrations<'a>(folder: &str, files: &'a [SourceFile]) -> impl Iterator<Item = &'a SourceFile> {
    files.iter().filter(move |file| {
        let name = file.path.strip_prefix(folder).and_then(|path| path.strip_prefix('/'));
        name.is_some_and(|name| name.ends_with(".rs") && name != "mod.rs" && !name.contains('/'))
    })
}

fn name_of(file: &SourceFile) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}

/// Git's hash of every migration, as it lies on the disk.
fn hashes(files: &[SourceFile]) -> Result<BTreeMap<&str, String>> {
    let paths: Vec<&str> = folders(files)
        .flat_map(|folder| migrations(folder, files))
        .map(|file| file.path.as_str())
        .collect();
    if paths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut git = Command::new("git");
    let hashes = command::output(git.args(["hash-object", "--no-filters", "--"]).args(&paths))?;
    let hashes = String::from_utf8(hashes)?;
    ensure!(hashes.lines().count() == paths.len(), "git gave another number of hashes");
    Ok(paths.into_iter().zip(hashes.lines().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::file, *};

    const FOLDER: &str = "services/ticket/src/store/migrations";

    fn findings(list: &str) -> Vec<String> {
        let migration = format!("{FOLDER}/m0001_tickets.rs");
        let files = [
            file(&format!("{FOLDER}/mod.rs"), "mod m0001_tickets;"),
            file(&migration, "create table"),
            file(&format!("{FOLDER}/{LIST}"), list),
        ];
        let hashes = BTreeMap::from([(migration.as_str(), "abc".to_owned())]);
        assert_eq!(folders(&files).collect::<Vec<_>>(), [FOLDER]);
        check_folder(FOLDER, &files, &hashes).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_landed_migration_as_it_was_is_fine() {
        assert!(findings("m0001_tickets.rs abc\n").is_empty());
    }

    #[test]
    fn a_changed_an_unlisted_and_a_lost_migration_are_found() {
        let [changed] = &findings("m0001_tickets.rs abd\n")[..] else { panic!("one finding") };
        assert!(changed.contains("m0001_tickets.rs:1: has landed"), "{changed}");
        let [unlisted] = &findings("")[..] else { panic!("one finding") };
        assert!(unlisted.contains("not in CHECKSUMS"), "{unlisted}");
        let [lost] = &findings("m0001_tickets.rs abc\nm0002_queues.rs def\n")[..] else {
            panic!("one finding")
        };
        assert!(lost.contains("CHECKSUMS:2: m0002_queues.rs has landed and is gone"), "{lost}");
    }
}
