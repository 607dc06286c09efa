//! What an archive says of itself.

use std::collections::BTreeMap;

use chamados_chassis::id::TenantId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Name of the format.
pub const FORMAT: &str = "chamados-archive";
/// Version of the format. Records have versions of their own, by service.
pub const VERSION: u32 = 1;
/// Most of what could not be read that is told one by one.
pub const MOST_UNREADABLE: usize = 10_000;
/// Where the manifest is.
pub(crate) const PATH: &str = "manifest.json";

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// Whose data it is.
    pub tenant: Tenant,
    /// The newest migration of each service's tables, by which one knows what its records have in them.
    pub schemas: BTreeMap<String, String>,
    /// Every other file, in the order of writing.
    pub files: Vec<File>,
    /// How much could not be read.
    pub unreadable_count: u64,
    /// The first [`MOST_UNREADABLE`] of it.
    pub unreadable: Vec<Unreadable>,
}

/// Whose data it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// UUID.
    pub id: TenantId,
    /// For people.
    pub name: String,
}

/// A file in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where it is.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Lines of it; not for attachments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Something that could not be read and is not in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unreadable {
    /// Who has it.
    pub service: String,
    /// The kind of record, or `files`.
    pub kind: String,
    /// Its key, as far as known.
    pub id: String,
    /// Why.
    pub reason: String,
}

impl Manifest {
    /// Records of all kinds. Whoever wrote the manifest may have told any numbers, so what is too much to count
    /// is as much as can be counted.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.files.iter().filter_map(|file| file.records).fold(0, u64::saturating_add)
    }

    /// Length of all files, as the manifest tells it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    /// Files beside the records.
    #[must_use]
    pub fn attachments(&self) -> u64 {
        self.files.iter().filter(|file| file.records.is_none()).count() as u64
    }
}

/// Where the records of a kind are.
pub(crate) fn records_path(service: &str, kind: &str) -> String {
    format!("{service}/{kind}.jsonl")
}

/// Where the files of a service are.
pub(crate) fn files_folder(service: &str) -> String {
    format!("{service}/files/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_too_large_are_counted_as_far_as_it_goes() {
        let file = File {
            path: "ticket/tickets.jsonl".to_owned(),
            bytes: u64::MAX,
            records: Some(u64::MAX),
            sha256: String::new(),
        };
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: String::new(),
            created_at: DateTime::UNIX_EPOCH,
            tenant: Tenant { id: TenantId::new(), name: String::new() },
            schemas: BTreeMap::new(),
            files: vec![file.clone(), file],
            unreadable_count: 0,
            unreadable: Vec::new(),
        };
        assert_eq!((manifest.records(), manifest.bytes()), (u64::MAX, u64::MAX));
    }
}
