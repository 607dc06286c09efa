//! Tickets: T1 to T7.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;
use chamados_store_kit::Db;
use chamados_ticket::domain::{Field, FieldChange};
use sea_orm::QueryResult;
use serde_json::Value;
use uuid::Uuid;

use super::{Moment, Rows, Violation, name, query};

/// What callers were told is kept.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    /// Tickets, each with its number.
    pub tickets: Vec<(Uuid, i64)>,
    /// Comments.
    pub comments: Vec<Uuid>,
}

/// T1: a ticket or comment that was acknowledged can be read for ever. T2: under the number it was given.
///
/// # Errors
/// Rows cannot be read.
pub async fn acknowledged_are_kept(db: &Db, told: &Acknowledged) -> Result<Vec<Violation>> {
    let mut kept = HashMap::new();
    for row in query(db, "SELECT id, number FROM ticket", vec![]).await? {
        kept.insert(row.try_get_by_index::<Uuid>(0)?, row.try_get_by_index::<i64>(1)?);
    }
    let comments = ids(db, "SELECT id FROM comment").await?;
    let tickets = told.tickets.iter().filter_map(|(id, number)| {
        let (invariant, what) = match kept.get(id) {
            None => ("T1", "an acknowledged ticket is lost".to_owned()),
            Some(now) if now != number => ("T2", format!("number {number} became {now}")),
            Some(_) => return None,
        };
        Some(Violation { invariant, what, id: id.to_string() })
    });
    let lost = told.comments.iter().filter(|id| !comments.contains(*id)).map(|id| {
        let what = "an acknowledged comment is lost".to_owned();
        Violation { invariant: "T1", what, id: id.to_string() }
    });
    Ok(tickets.chain(lost).collect())
}

/// T2: numbers are unique in the tenant, and none is beyond what the tenant's counter gave.
///
/// # Errors
/// Rows cannot be read.
pub async fn numbers_are_unique(db: &Db) -> Result<Vec<Violation>> {
    let twice = "SELECT a.id FROM ticket a JOIN ticket b \
        ON a.tenant_id = b.tenant_id AND a.number = b.number AND a.id <> b.id";
    let mut found = name(db, "T2", "its number is given twice", twice, vec![]).await?;
    let beyond = "SELECT t.id FROM ticket t LEFT JOIN ticket_counter c ON c.tenant_id = t.tenant_id \
        WHERE c.last IS NULL OR t.number > c.last OR t.number < 1";
    found.extend(name(db, "T2", "its number will be given again", beyond, vec![]).await?);
    Ok(found)
}

/// T3: a ticket has exactly what belongs to its state, and one open work session while it is in progress.
///
/// # Errors
/// Rows cannot be read.
pub async fn states_are_legal(db: &Db) -> Result<Vec<Violation>> {
    let mixed = "SELECT id FROM ticket WHERE (status = 'resolved') <> (resolved_at IS NOT NULL) \
        OR (status = 'in_progress') <> (working_since IS NOT NULL) \
        OR (status = 'paused') <> (pause_reason IS NOT NULL) \
        OR (status = 'in_progress' AND assignee_id IS NULL) \
        OR status NOT IN ('pending', 'in_progress', 'paused', 'resolved')";
    let mut found = name(db, "T3", "it is in no legal state", mixed, vec![]).await?;
    let open = "SELECT t.id FROM ticket t WHERE (SELECT count(*) FROM work_session s \
        WHERE s.ticket_id = t.id AND s.ended_at IS NULL) \
        <> CASE WHEN t.status = 'in_progress' THEN 1 ELSE 0 END";
    found.extend(name(db, "T3", "open work sessions do not fit its state", open, vec![]).await?);
    Ok(found)
}

/// T3: worked time is the sum of closed sessions, none of which is negative.
///
/// # Errors
/// Rows cannot be read.
pub async fn work_is_counted(db: &Db) -> Result<Vec<Violation>> {
    let sum = "SELECT t.id FROM ticket t WHERE t.worked_seconds <> coalesce((SELECT sum(s.seconds) \
        FROM work_session s WHERE s.ticket_id = t.id AND s.ended_at IS NOT NULL), 0)";
    let mut found =
        name(db, "T3", "worked time is not the sum of its sessions", sum, vec![]).await?;
    let negative = "SELECT ticket_id FROM work_session WHERE seconds < 0 OR ended_at < started_at \
        OR (ended_at IS NULL) <> (seconds IS NULL)";
    found.extend(name(db, "T3", "a work session ends before it begins", negative, vec![]).await?);
    Ok(found)
}

/// T4: the timeline rebuilds the ticket, its version is the number of its changes, and each change begins where
/// the one before ended. T3: every step of the state is legal, and only `resolve` resolves. T8: no version
/// was reached twice.
///
/// # Errors
/// Rows cannot be read.
pub async fn timelines_rebuild_tickets(db: &Db) -> Result<Vec<Violation>> {
    // Tickets first: what changes meanwhile makes a timeline longer than its ticket, which is cut.
    let mut tickets = BTreeMap::new();
    for row in query(db, TICKETS, vec![]).await? {
        tickets.insert(row.try_get::<Uuid>("", "id")?, Now::read(&row)?);
    }
    let mut told: HashMap<Uuid, Told> = HashMap::new();
    for row in query(db, ENTRIES, vec![]).await? {
        let ticket: Uuid = row.try_get("", "ticket_id")?;
        if let Some(now) = tickets.get(&ticket) {
            told.entry(ticket).or_default().hear(&row, now.version)?;
        }
    }
    let mut found = Vec::new();
    for (id, now) in tickets {
        let Told { fields, versions, mut wrong } = told.remove(&id).unwrap_or_default();
        if versions != (1..=now.version).collect::<Vec<_>>() {
            let what = format!("version {} after changes {versions:?}", now.version);
            wrong.push(("T4", what));
        }
        for field in Field::ALL {
            let (then, now) =
                (fields.get(field).cloned().flatten(), now.fields.get(field).cloned());
            if plain(then.as_ref()) != plain(now.flatten().as_ref()) {
                wrong.push(("T4", format!("{field} is not what its timeline tells")));
            }
        }
        let id = id.to_string();
        let of = |(invariant, what)| Violation { invariant, what, id: id.clone() };
        found.extend(wrong.into_iter().map(of));
    }
    Ok(found)
}

const TICKETS: &str = "SELECT id, version, subject, description, status, pause_reason, priority, queue_id, \
    requester_id, company_id, device_id, assignee_id, category_id, tags, watchers FROM ticket";
const ENTRIES: &str = "SELECT ticket_id, kind, version, changes FROM ticket_event \
    ORDER BY ticket_id, version, occurred_at, id";

/// A ticket's fields as they are.
struct Now {
    version: i64,
    fields: HashMap<Field, Option<String>>,
}

impl Now {
    fn read(row: &QueryResult) -> Result<Self> {
        let text = |column| row.try_get::<Option<String>>("", column);
        let id = |column| {
            let id = row.try_get::<Option<Uuid>>("", column)?;
            anyhow::Ok(id.map(|id| id.to_string()))
        };
        let list = |column| anyhow::Ok(Some(row.try_get::<Value>("", column)?.to_string()));
        let mut fields = HashMap::new();
        for field in Field::ALL {
            let value = match field {
                Field::Subject => text("subject")?,
                Field::Description => text("description")?,
                Field::Status => text("status")?,
                Field::PauseReason => text("pause_reason")?,
                Field::Priority => text("priority")?,
                Field::Queue => id("queue_id")?,
                Field::Requester => id("requester_id")?,
                Field::Company => id("company_id")?,
                Field::Device => id("device_id")?,
                Field::Assignee => id("assignee_id")?,
                Field::Category => id("category_id")?,
                Field::Tags => list("tags")?,
                Field::Watchers => list("watchers")?,
            };
            fields.insert(*field, value);
        }
        Ok(Self { version: row.try_get("", "version")?, fields })
    }
}

/// What a timeline tells so far.
#[derive(Default)]
struct Told {
    fields: HashMap<Field, Option<String>>,
    versions: Vec<i64>,
    wrong: Vec<(&'static str, String)>,
}

impl Told {
    fn hear(&mut self, row: &QueryResult, latest: i64) -> Result<()> {
        let (kind, version): (String, i64) =
            (row.try_get("", "kind")?, row.try_get("", "version")?);
        let changes: Vec<FieldChange> = serde_json::from_value(row.try_get("", "changes")?)?;
        if version > latest || matches!(&*kind, "commented" | "chat_started" | "chat_ended") {
            return Ok(());
        }
        if self.versions.last() == Some(&version) {
            self.wrong.push(("T8", format!("version {version} was reached twice")));
        }
        self.versions.push(version);
        for FieldChange { field, old, new } in changes {
            let before = self.fields.insert(field, new.clone()).flatten();
            if plain(before.as_ref()) != plain(old.as_ref()) {
                let what = format!("{field} of version {version} does not begin where it was");
                self.wrong.push(("T4", what));
            }
            if field == Field::Status && !legal(old.as_deref(), new.as_deref(), &kind) {
                self.wrong.push(("T3", format!("{kind} made {new:?} of {old:?}")));
            }
        }
        Ok(())
    }
}

/// Whether a ticket may go from one status to another by this.
fn legal(old: Option<&str>, new: Option<&str>, kind: &str) -> bool {
    matches!(
        (old, new, kind),
        (None, Some(_), "created")
            | (Some("pending" | "paused"), Some("in_progress"), "started")
            | (Some("in_progress"), Some("paused"), "paused")
            | (Some("pending" | "in_progress" | "paused"), Some("resolved"), "resolved")
            | (Some("resolved"), Some("pending"), "reopened")
    )
}

/// Nothing and an empty list or text are the same; lists are compared as lists.
fn plain(value: Option<&String>) -> Option<Value> {
    let value = value.filter(|text| !text.is_empty() && *text != "[]")?;
    let list = value.starts_with('[').then(|| serde_json::from_str(value).ok()).flatten();
    Some(list.unwrap_or_else(|| Value::String(value.clone())))
}

/// T5: assignee, requester, queue, company and device belong to the ticket's tenant.
///
/// # Errors
/// Rows cannot be read.
pub async fn references_are_the_tenants(rows: &Rows) -> Result<Vec<Violation>> {
    let queue = "SELECT t.id FROM ticket t JOIN queue q ON q.id = t.queue_id \
        WHERE q.tenant_id <> t.tenant_id";
    let mut found =
        name(&rows.ticket, "T5", "its queue is another tenant's", queue, vec![]).await?;
    let tickets =
        "SELECT id, tenant_id, company_id, device_id, assignee_id, requester_id FROM ticket";
    let tickets = query(&rows.ticket, tickets, vec![]).await?;
    let companies = tenants(&rows.identity, "SELECT id, tenant_id FROM company").await?;
    let devices = tenants(&rows.device, "SELECT id, tenant_id FROM device").await?;
    let mut people = tenants(&rows.identity, "SELECT id, tenant_id FROM account").await?;
    // Who was there and moved to another tenant is still who asked.
    let former = "SELECT account_id, tenant_id FROM former_member";
    for row in query(&rows.identity, former, vec![]).await? {
        people.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    for row in tickets {
        let tenant: Uuid = row.try_get("", "tenant_id")?;
        let parts = [
            ("company_id", &companies),
            ("device_id", &devices),
            ("assignee_id", &people),
            ("requester_id", &people),
        ];
        for (column, known) in parts {
            let named: Option<Uuid> = row.try_get("", column)?;
            if named.and_then(|id| known.get(&id)).is_some_and(|theirs| *theirs != tenant) {
                let what = format!("its {column} is another tenant's");
                let id = row.try_get::<Uuid>("", "id")?.to_string();
                found.push(Violation { invariant: "T5", what, id });
            }
        }
    }
    Ok(found)
}

/// T6: each fact has its effect exactly once. The device's timeline tells the opening of a ticket once, and
/// each of its resolutions once; afterwards no fact waits to be sent.
///
/// # Errors
/// Rows cannot be read.
pub async fn facts_have_one_effect(rows: &Rows, moment: Moment) -> Result<Vec<Violation>> {
    let told = "SELECT ticket_id, kind, count(*) FROM timeline_entry WHERE ticket_id IS NOT NULL \
        AND kind IN ('ticket_opened', 'ticket_resolved') GROUP BY ticket_id, kind";
    let mut effects: HashMap<(Uuid, String), i64> = HashMap::new();
    for row in query(&rows.device, told, vec![]).await? {
        let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        effects.insert(key, row.try_get_by_index(2)?);
    }
    let facts = "SELECT e.ticket_id, e.kind, count(*) FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id \
        WHERE t.device_id IS NOT NULL AND e.kind IN ('created', 'resolved') \
        GROUP BY e.ticket_id, e.kind";
    // Tickets whose device was changed tell only a part to each.
    let moved = "SELECT ticket_id FROM ticket_event WHERE kind = 'updated' \
        AND CAST(changes AS text) LIKE '%device_id%'";
    let moved = ids(&rows.ticket, moved).await?;
    let mut found = Vec::new();
    for row in query(&rows.ticket, facts, vec![]).await? {
        let (ticket, kind, facts): (Uuid, String, i64) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        if moved.contains(&ticket) {
            continue;
        }
        let effect = if kind == "created" { "ticket_opened" } else { "ticket_resolved" };
        let effects = effects.get(&(ticket, effect.to_owned())).copied().unwrap_or_default();
        // The effects were read first, so more of them than facts is never a matter of time.
        if effects > facts || (moment == Moment::After && effects < facts) {
            let what = format!("{facts} times {kind}, and {effects} times {effect}");
            found.push(Violation { invariant: "T6", what, id: ticket.to_string() });
        }
    }
    if moment == Moment::After {
        for db in rows.each() {
            let waiting = query(db, "SELECT seq FROM outbox WHERE sent_at IS NULL", vec![]).await?;
            for row in waiting {
                let (what, id) =
                    ("a fact was never sent".to_owned(), row.try_get_by_index::<i64>(0)?);
                let id = format!("{} {id}", db.schema());
                found.push(Violation { invariant: "T6", what, id });
            }
        }
    }
    Ok(found)
}

/// T7: after a merge nothing refers to who was merged, what they wrote is still theirs, and the survivor exists.
///
/// # Errors
/// Rows cannot be read.
pub async fn merges_keep_history(rows: &Rows) -> Result<Vec<Violation>> {
    let merged =
        ids(&rows.identity, "SELECT id FROM account WHERE merged_into IS NOT NULL").await?;
    let survivor = "SELECT a.id FROM account a LEFT JOIN account b ON b.id = a.merged_into \
        WHERE a.merged_into IS NOT NULL AND (b.id IS NULL OR b.tenant_id <> a.tenant_id)";
    let mut found =
        name(&rows.identity, "T7", "its survivor is not there", survivor, vec![]).await?;
    let references = [
        (&rows.ticket, "ticket", "requester_id"),
        (&rows.ticket, "ticket", "assignee_id"),
        (&rows.device, "device", "assigned_user_id"),
        (&rows.device, "device_link", "user_id"),
    ];
    for (db, table, column) in references {
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
        for id in ids(db, &sql).await?.intersection(&merged) {
            let what = format!("{table}.{column} names an account that was merged");
            found.push(Violation { invariant: "T7", what, id: id.to_string() });
        }
    }
    let mut known = ids(&rows.identity, "SELECT id FROM account").await?;
    known.extend(ids(&rows.identity, "SELECT account_id FROM former_member").await?);
    let authors = "SELECT id, author_id FROM comment WHERE author_kind = 'user'";
    for row in query(&rows.ticket, authors, vec![]).await? {
        let author: String = row.try_get_by_index(1)?;
        if author.parse().is_ok_and(|author: Uuid| !known.contains(&author)) {
            let what = format!("its author {author} is forgotten");
            let id = row.try_get_by_index::<Uuid>(0)?.to_string();
            found.push(Violation { invariant: "T7", what, id });
        }
    }
    Ok(found)
}

/// The ids that a query gives.
pub(super) async fn ids(db: &Db, sql: &str) -> Result<HashSet<Uuid>> {
    let rows = query(db, sql, vec![]).await?;
    Ok(rows.into_iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// Ids, each with its tenant.
pub(super) async fn tenants(db: &Db, sql: &str) -> Result<HashMap<Uuid, Uuid>> {
    let rows = query(db, sql, vec![]).await?;
    let pair = |row: QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    rows.into_iter().map(pair).collect()
}
