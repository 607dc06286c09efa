//! Ids of the old system, and what they became.

use std::{collections::HashMap, io::Write};

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::{Builder, Uuid};

use super::mapping::Kind;

/// New ids by kind and old id. The same document gets the same id, however often it is taken in.
#[derive(Debug, Default)]
pub(super) struct Ids(HashMap<(Kind, String), Uuid>);

impl Ids {
    /// The id of a document made then: it sorts by time as all ids do, and is otherwise of the old id.
    ///
    /// # Errors
    /// Why there can be none.
    pub(super) fn give(
        &mut self,
        kind: Kind,
        old: &str,
        created: DateTime<Utc>,
    ) -> Result<Uuid, String> {
        if old.is_empty() {
            return Err("it has no id".to_owned());
        }
        if self.find(kind, old).is_some() {
            return Err("another has its id".to_owned());
        }
        let hash = blake3::hash(format!("{kind:?}:{old}").as_bytes());
        let mut random = [0; 10];
        random.copy_from_slice(&hash.as_bytes()[..10]);
        let millis = u64::try_from(created.timestamp_millis()).unwrap_or_default();
        let id = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        self.0.insert((kind, old.to_owned()), id);
        Ok(id)
    }

    /// Has a document stand for another one.
    pub(super) fn alias(&mut self, kind: Kind, old: &str, id: Uuid) {
        self.0.insert((kind, old.to_owned()), id);
    }

    /// What became of a document, if it was taken in.
    pub(super) fn find(&self, kind: Kind, old: &str) -> Option<Uuid> {
        self.0.get(&(kind, old.to_owned())).copied()
    }

    /// Writes all of them, a line each.
    pub(super) fn write(&self, output: &mut impl Write) -> std::io::Result<()> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort();
        for ((kind, old), new) in all {
            let kind = format!("{kind:?}").to_lowercase();
            writeln!(output, "{}", json!({"kind": kind, "old": old, "new": new}))?;
        }
        Ok(())
    }
}
