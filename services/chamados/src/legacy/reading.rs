//! What reading documents one after the other needs, and what comes of it.

use chamados_chassis::id::TenantId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{
    document::Document,
    ids::Ids,
    mapping::{Kind, Mapping},
    report::Report,
    source::Source,
};

/// Where reading is.
pub(super) struct Reading<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) source: &'a Source,
    pub(super) tenant: TenantId,
    pub(super) now: DateTime<Utc>,
    pub(super) ids: Ids,
    pub(super) report: Report,
}

/// Which document it is.
#[derive(Debug, Clone)]
pub(super) struct Old {
    pub(super) table: String,
    pub(super) id: String,
    pub(super) created: DateTime<Utc>,
}

impl<'a> Reading<'a> {
    /// Reads every document of a kind; `convert` makes something of it or says why it cannot.
    pub(super) fn each<T>(
        &mut self,
        kind: Kind,
        mut convert: impl FnMut(&mut Self, &mut Document<'a>, &Old) -> Result<T, String>,
    ) -> anyhow::Result<Vec<T>> {
        let mut made = Vec::new();
        for table in self.tables(kind) {
            let mut documents = Vec::new();
            self.source.read(&table, |document| {
                documents.push(document);
                Ok(())
            })?;
            for document in documents {
                self.report.table(&table).documents += 1;
                match document {
                    Ok(fields) => made.extend(self.one(kind, &table, fields, &mut convert)),
                    Err(why) => self.report.table(&table).leave_out("?", why),
                }
            }
        }
        Ok(made)
    }

    fn one<T>(
        &mut self,
        kind: Kind,
        table: &str,
        fields: Map<String, Value>,
        convert: &mut impl FnMut(&mut Self, &mut Document<'a>, &Old) -> Result<T, String>,
    ) -> Option<T> {
        let mut document = Document::new(self.mapping, kind, fields);
        let id = document.text("id").unwrap_or_default();
        // Nothing is of the future.
        let created = document.time("created").map_or(self.now, |time| time.min(self.now));
        let old = Old { table: table.to_owned(), id, created };
        let made = convert(self, &mut document, &old);
        let table = self.report.table(table);
        table.unknown(document.rest());
        match made {
            Ok(made) => {
                table.taken += 1;
                Some(made)
            }
            Err(why) => {
                table.leave_out(&old.id, why);
                None
            }
        }
    }

    /// Tables of a kind that there are.
    fn tables(&self, kind: Kind) -> Vec<String> {
        let tables = self.source.tables.keys();
        tables.filter(|table| self.mapping.kind_of(table) == Some(kind)).cloned().collect()
    }

    /// Says that something is taken in otherwise than it was.
    pub(super) fn change(&mut self, old: &Old, what: impl Into<String>) {
        self.report.table(&old.table).change(&old.id, what);
    }

    /// Tells of the tables that nobody reads.
    pub(super) fn unknown_tables(&mut self) -> anyhow::Result<()> {
        for table in self.source.tables.keys().filter(|table| self.mapping.kind_of(table).is_none())
        {
            let mut documents = 0;
            self.source.read(table, |_| {
                documents += 1;
                Ok(())
            })?;
            self.report.unknown_tables.insert(table.clone(), documents);
        }
        Ok(())
    }
}
