//! What became of the documents.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// Documents named for each reason.
const EXAMPLES: usize = 5;

/// What became of the documents, table by table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Tables that were read.
    pub tables: BTreeMap<String, Table>,
    /// Tables nobody reads, and their documents.
    pub unknown_tables: BTreeMap<String, u64>,
}

/// What became of the documents of a table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// How many there were.
    pub documents: u64,
    /// How many were taken in.
    pub taken: u64,
    /// How many were not, and why.
    pub left_out: BTreeMap<String, Cases>,
    /// What was taken in otherwise than it was.
    pub changed: BTreeMap<String, Cases>,
    /// Fields nobody reads, and how often they were there.
    pub unknown_fields: BTreeMap<String, u64>,
}

/// Documents of which the same is to be said.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Cases {
    /// How many.
    pub count: u64,
    /// The ids of the first of them.
    pub examples: Vec<String>,
}

impl Cases {
    fn add(&mut self, id: &str) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(id.to_owned());
        }
    }
}

impl Report {
    pub(super) fn table(&mut self, name: &str) -> &mut Table {
        self.tables.entry(name.to_owned()).or_default()
    }
}

impl Table {
    pub(super) fn leave_out(&mut self, id: &str, why: impl Into<String>) {
        self.left_out.entry(why.into()).or_default().add(id);
    }

    pub(super) fn change(&mut self, id: &str, what: impl Into<String>) {
        self.changed.entry(what.into()).or_default().add(id);
    }

    pub(super) fn unknown(&mut self, fields: impl Iterator<Item = String>) {
        for field in fields {
            *self.unknown_fields.entry(field).or_default() += 1;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, table) in &self.tables {
            writeln!(f, "{name}: {} of {} documents", table.taken, table.documents)?;
            let told = [("left out", &table.left_out), ("changed", &table.changed)];
            for (how, cases) in told {
                for (why, Cases { count, examples }) in cases {
                    writeln!(f, "  {how}: {count} × {why} ({})", examples.join(", "))?;
                }
            }
            for (field, count) in &table.unknown_fields {
                writeln!(f, "  unknown field: {field}, {count} ×")?;
            }
        }
        for (name, count) in &self.unknown_tables {
            writeln!(f, "{name}: unknown table, {count} documents")?;
        }
        Ok(())
    }
}
