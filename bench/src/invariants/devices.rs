//! Devices: D2 to D7, as far as rows tell.

use std::collections::BTreeMap;

use anyhow::Result;
use chamados_store_kit::Db;
use uuid::Uuid;

use super::{
    Rows, Violation, name, query,
    tickets::{ids, tenants},
};

/// How many rows there are of what heartbeats must not write, and how often they changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durable {
    counts: BTreeMap<&'static str, i64>,
}

impl Durable {
    /// As it is now.
    ///
    /// # Errors
    /// Rows cannot be read.
    pub async fn read(db: &Db) -> Result<Self> {
        let of = [
            ("versions of devices", "SELECT CAST(coalesce(sum(version), 0) AS bigint) FROM device"),
            ("entries of timelines", "SELECT count(*) FROM timeline_entry"),
            ("facts", "SELECT CAST(coalesce(max(seq), 0) AS bigint) FROM outbox"),
            ("requests", "SELECT count(*) FROM processed_request"),
            ("tokens", "SELECT count(*) FROM device_token"),
            ("programs", "SELECT count(*) FROM software"),
        ];
        let mut counts = BTreeMap::new();
        for (what, sql) in of {
            if let [row] = &query(db, sql, vec![]).await?[..] {
                counts.insert(what, row.try_get_by_index(0)?);
            }
        }
        Ok(Self { counts })
    }
}

/// D2: heartbeats without change wrote nothing durable between two readings.
#[must_use]
pub fn heartbeats_write_nothing(before: &Durable, after: &Durable) -> Vec<Violation> {
    let changed =
        before.counts.iter().filter(|(what, count)| after.counts.get(*what) != Some(count));
    let of = |(what, count): (&&'static str, &i64)| Violation {
        invariant: "D2",
        what: format!("{what}: {count} became {:?}", after.counts.get(*what)),
        id: (*what).to_owned(),
    };
    changed.map(of).collect()
}

/// D3: every token that is kept is of its device's present generation, and none was revoked.
///
/// # Errors
/// Rows cannot be read.
pub async fn revoked_tokens_are_void(db: &Db) -> Result<Vec<Violation>> {
    let older = "SELECT d.id FROM device d JOIN device_token t ON t.device_id = d.id \
        WHERE t.generation > d.token_generation";
    let mut found = name(db, "D3", "a token is of a generation to come", older, vec![]).await?;
    let revoked = "SELECT t.device_id FROM device_token t JOIN revoked_token r ON r.hash = t.hash \
        JOIN device d ON d.id = t.device_id WHERE t.generation = d.token_generation";
    found.extend(name(db, "D3", "a revoked token is valid", revoked, vec![]).await?);
    Ok(found)
}

/// D4: a device enrols for the first time once, and its ordinal is its own and never given again.
///
/// # Errors
/// Rows cannot be read.
pub async fn devices_enrol_once(db: &Db) -> Result<Vec<Violation>> {
    let twice = "SELECT device_id FROM timeline_entry WHERE kind = 'enrolled' \
        GROUP BY device_id HAVING count(*) > 1";
    let mut found = name(db, "D4", "it enrolled for the first time twice", twice, vec![]).await?;
    let ordinal =
        "SELECT a.id FROM device a JOIN device b ON a.ordinal = b.ordinal AND a.id <> b.id";
    found.extend(name(db, "D4", "its ordinal is another's too", ordinal, vec![]).await?);
    let beyond = "SELECT id FROM device WHERE ordinal >= (SELECT next FROM ordinal_counter)";
    found.extend(name(db, "D4", "its ordinal will be given again", beyond, vec![]).await?);
    Ok(found)
}

/// D5: people of a device are of its tenant, each tied to it once.
///
/// # Errors
/// Rows cannot be read.
pub async fn people_are_the_tenants(rows: &Rows) -> Result<Vec<Violation>> {
    let both = "SELECT d.id FROM device d JOIN device_link l ON l.device_id = d.id \
        AND l.user_id = d.assigned_user_id";
    let what = "who it is assigned to is linked to it too";
    let mut found = name(&rows.device, "D5", what, both, vec![]).await?;
    let people = tenants(&rows.identity, "SELECT id, tenant_id FROM account").await?;
    let companies = tenants(&rows.identity, "SELECT id, tenant_id FROM company").await?;
    let tied = "SELECT id, tenant_id, assigned_user_id FROM device WHERE assigned_user_id IS NOT NULL \
        UNION ALL SELECT device_id, tenant_id, user_id FROM device_link \
        UNION ALL SELECT id, tenant_id, company_id FROM device";
    for row in query(&rows.device, tied, vec![]).await? {
        let (device, tenant, tied): (Uuid, Uuid, Uuid) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let theirs = people.get(&tied).or_else(|| companies.get(&tied));
        if theirs.is_some_and(|theirs| *theirs != tenant) {
            let what = format!("it is tied to {tied} of another tenant");
            found.push(Violation { invariant: "D5", what, id: device.to_string() });
        }
    }
    Ok(found)
}

/// D7: a policy for USB storage was set as often as its revision says, and has one state.
///
/// # Errors
/// Rows cannot be read.
pub async fn commands_are_done_once(db: &Db) -> Result<Vec<Violation>> {
    let sets = "SELECT d.id FROM device d WHERE coalesce(d.usb_policy_revision, 0) <> \
        (SELECT count(*) FROM timeline_entry e WHERE e.device_id = d.id AND e.kind = 'usb_policy_set')";
    let mut found = name(db, "D7", "its policy was not set once a revision", sets, vec![]).await?;
    let state = "SELECT id FROM device WHERE (usb_policy IS NULL) <> (usb_policy_state IS NULL)";
    found.extend(name(db, "D7", "a policy has no state", state, vec![]).await?);
    Ok(found)
}

/// D4: every device that enrolled is still there under its id.
///
/// # Errors
/// Rows cannot be read.
pub async fn devices_are_kept(db: &Db, told: &[Uuid]) -> Result<Vec<Violation>> {
    let kept = ids(db, "SELECT id FROM device").await?;
    let lost = told.iter().filter(|id| !kept.contains(*id)).map(|id| {
        let what = "a device that enrolled is lost".to_owned();
        Violation { invariant: "D4", what, id: id.to_string() }
    });
    Ok(lost.collect())
}
