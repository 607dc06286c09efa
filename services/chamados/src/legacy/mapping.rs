//! How names of the old system are read as ours.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use serde::Deserialize;

/// The documented defaults.
const DEFAULTS: &str = include_str!("mapping.default.toml");

/// Names of the old system, by ours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    /// What the support organisation is called.
    pub(super) tenant: String,
    tables: BTreeMap<Kind, Names>,
    fields: BTreeMap<Kind, BTreeMap<String, Names>>,
    /// Words in lower case.
    pub(super) roles: BTreeMap<String, String>,
    pub(super) statuses: BTreeMap<String, String>,
    pub(super) priorities: BTreeMap<String, String>,
}

/// Names for the same; in a file one may stand for a list of one.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

/// What documents are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Companies,
    Users,
    Machines,
    Heartbeats,
    Tickets,
    Comments,
}

impl Mapping {
    /// The defaults, and over them what the file names.
    ///
    /// # Errors
    /// When the file cannot be read, or names what there is not.
    pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut mapping: toml::Table = toml::from_str(DEFAULTS)?;
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("--mapping: cannot read {}", file.display()))?;
            let own: toml::Table = toml::from_str(&text).map_err(|error| one_line(&error))?;
            overlay(&mut mapping, own);
        }
        let mapping: Self = mapping.try_into().map_err(|error| one_line(&error))?;
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> anyhow::Result<()> {
        let defaults: Self = toml::from_str(DEFAULTS)?;
        for (kind, fields) in &self.fields {
            let known = defaults.fields.get(kind);
            let unknown = |field: &&String| known.is_none_or(|known| !known.contains_key(*field));
            if let Some(field) = fields.keys().find(unknown) {
                anyhow::bail!("--mapping: nothing here is called fields.{kind:?}.{field}");
            }
        }
        Ok(())
    }

    /// The kind of a table, if it is taken in.
    pub(super) fn kind_of(&self, table: &str) -> Option<Kind> {
        let named = |names: &Names| names.as_slice().iter().any(|name| name == table);
        self.tables.iter().find(|(_, names)| named(names)).map(|(kind, _)| *kind)
    }

    /// What a field of ours may be called there.
    pub(super) fn names(&self, kind: Kind, field: &str) -> &[String] {
        self.fields.get(&kind).and_then(|fields| fields.get(field)).map_or(&[], Names::as_slice)
    }
}

fn one_line(error: &toml::de::Error) -> anyhow::Error {
    let text = error.to_string();
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    anyhow::anyhow!("--mapping: {}", lines.join(" "))
}

/// Puts what `own` names over `base`.
fn overlay(base: &mut toml::Table, own: toml::Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(own)) => overlay(base, own),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_overrides_what_it_names() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let own = "tenant = \"Norte\"\n[tables]\ncompanies = \"clientes\"\n[fields.users]\n\
                   email = \"mail\"\n[statuses]\nfechado = \"resolved\"\n";
        std::fs::write(file.path(), own).unwrap();
        let mapping = Mapping::load(Some(file.path())).unwrap();
        assert_eq!(mapping.tenant, "Norte");
        assert_eq!(mapping.kind_of("clientes"), Some(Kind::Companies));
        assert_eq!(mapping.kind_of("companies"), None);
        assert_eq!(mapping.kind_of("tickets"), Some(Kind::Tickets));
        assert_eq!(mapping.names(Kind::Users, "email"), ["mail"]);
        assert_eq!(mapping.names(Kind::Users, "role"), ["role"]);
        assert_eq!(mapping.statuses["fechado"], "resolved");
        assert_eq!(mapping.statuses["closed"], "resolved");
    }

    #[test]
    fn what_there_is_not_is_refused() {
        for own in ["[fields.users]\nmail = \"x\"", "[fields.robots]\nid = \"x\"", "x = 1", "["] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), own).unwrap();
            assert!(Mapping::load(Some(file.path())).is_err(), "{own}");
        }
    }
}
