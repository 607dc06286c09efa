//! The system as a whole: Y1 and Y3, as far as rows tell.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Rows, Violation, query, runs};

/// A part, its whole, and by what it names it, in one service's rows.
const PARTS: [(usize, &str, &str, &str); 8] = [
    (1, "comment", "ticket", "ticket_id"),
    (1, "ticket_event", "ticket", "ticket_id"),
    (1, "work_session", "ticket", "ticket_id"),
    (2, "timeline_entry", "device", "device_id"),
    (2, "device_link", "device", "device_id"),
    (0, "session", "account", "account_id"),
    (0, "account", "company", "company_id"),
    (3, "run", "schedule", "schedule_id"),
];

/// Tables that must not grow for ever: rows, the time that counts, and how long they are kept, with a day for
/// the job that removes them.
const BOUNDED: [(&str, &str, TimeDelta); 4] = [
    ("outbox", "sent_at", TimeDelta::hours(24 + 24)),
    ("inbox", "accepted_at", TimeDelta::hours(72 + 24)),
    ("processed_request", "created_at", TimeDelta::hours(24 + 24)),
    ("job_run", "created_at", TimeDelta::days(7 + 1)),
];

/// Y1: what is part of something belongs to the same tenant.
///
/// # Errors
/// Rows cannot be read.
pub async fn parts_have_their_wholes_tenant(rows: &Rows) -> Result<Vec<Violation>> {
    let services = rows.each();
    let mut found = Vec::new();
    for (service, part, whole, by) in PARTS {
        let sql = format!(
            "SELECT w.id FROM {part} p JOIN {whole} w ON w.id = p.{by} WHERE p.tenant_id <> w.tenant_id"
        );
        let what = format!("a {part} of it is another tenant's");
        found.extend(super::name(services[service], "Y1", &what, &sql, vec![]).await?);
    }
    Ok(found)
}

/// Y3: what is kept for a while only is gone after it. S7: so are runs.
///
/// # Errors
/// Rows cannot be read.
pub async fn tables_are_bounded(rows: &Rows, now: DateTime<Utc>) -> Result<Vec<Violation>> {
    let mut found = runs::runs_are_forgotten(&rows.scheduler, now, runs::KEPT_PER_SCHEDULE).await?;
    for db in rows.each() {
        for (table, column, kept) in BOUNDED {
            let sql = format!("SELECT count(*) FROM {table} WHERE {column} < $1");
            let old = query(db, &sql, vec![(now - kept).into()]).await?;
            let old: i64 = old.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
            if old > 0 {
                let what = format!("{old} rows are kept too long");
                let id = format!("{}.{table}", db.schema());
                found.push(Violation { invariant: "Y3", what, id });
            }
        }
    }
    Ok(found)
}
