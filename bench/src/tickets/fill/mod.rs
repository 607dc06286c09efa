//! Writes a great many rows, in minutes: indexes and triggers are taken away, made again when the rows
//! are there, and so are as after a restore from a dump.

mod postgres;
mod sqlite;

use anyhow::{Context as _, Result};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::rows::{History, Rows};
use crate::{place::Place, tickets::people::People};

/// Tickets whose rows are in memory at once.
const CHUNK: u64 = 4_000;

/// Fills the ticket service's tables, on which nobody else works now. Gives the tenant.
///
/// # Errors
/// The database refuses something: tables have changed that [`super::rows`] knows otherwise.
pub(super) async fn fill(
    place: &Place,
    people: &People,
    tickets: u64,
    comments: u64,
) -> Result<Uuid> {
    match place.postgres_url() {
        Some(url) => postgres::fill(url, people, tickets, comments).await,
        None => sqlite::fill(&place.data().join("ticket.db"), people, tickets, comments).await,
    }
}

/// Where rows go.
trait Sink {
    /// Adds them.
    async fn take(&mut self, rows: &Rows) -> Result<()>;
}

/// What is to be made in the only tenant.
async fn history<'a>(
    db: &impl ConnectionTrait,
    people: &'a People,
    tickets: u64,
    comments: u64,
) -> Result<History<'a>> {
    #[derive(FromQueryResult)]
    struct Counter {
        tenant_id: Uuid,
        last: i64,
    }

    let select = Statement::from_string(
        db.get_database_backend(),
        "SELECT tenant_id, last FROM ticket_counter",
    );
    let counter = Counter::find_by_statement(select).one(db).await?.context("no ticket")?;
    let Counter { tenant_id: tenant, last: last_number } = counter;
    let now = chrono::Utc::now();
    Ok(History { people, tenant, tickets, comments, last_number, now })
}

async fn write(history: &History<'_>, sink: &mut impl Sink) -> Result<()> {
    for from in (0..history.tickets).step_by(CHUNK as usize) {
        for rows in &history.rows(from, history.tickets.min(from + CHUNK)) {
            let what = || format!("rows of {}", rows.table);
            sink.take(rows).await.with_context(what)?;
        }
    }
    Ok(())
}

/// Brings up to date what counts tickets: the last number, and the dashboard's sums.
async fn count(db: &impl ConnectionTrait, history: &History<'_>) -> Result<()> {
    let more = i64::try_from(history.tickets)?;
    let count = Statement::from_sql_and_values(
        db.get_database_backend(),
        "UPDATE ticket_counter SET last = last + $1",
        [Value::from(more)],
    );
    db.execute_raw(count).await?;
    sum(db).await
}

/// Sums up all rows that there are, as the service keeps them: what is at present in hour -1, what
/// companies have in hour -2, what happened by its hour since 1970, for nobody and nowhere in particular.
async fn sum(db: &impl ConnectionTrait) -> Result<()> {
    let backend = db.get_database_backend();
    for table in ["figure", "figure_change"] {
        db.execute_unprepared(&format!("DELETE FROM {table}")).await?;
    }
    let hour = |column: &str| match backend {
        DbBackend::Postgres => {
            format!("CAST(FLOOR(EXTRACT(EPOCH FROM {column})) AS bigint) / 3600")
        }
        _ => format!("unixepoch({column}) / 3600"),
    };
    let (opened, worked) = (hour("created_at"), hour("ended_at"));
    for select in [
        "-1, status, queue_id, COALESCE(assignee_id, $1), COUNT(*) \
         FROM ticket GROUP BY tenant_id, status, queue_id, assignee_id",
        "-2, status, company_id, $1, COUNT(*) \
         FROM ticket WHERE company_id IS NOT NULL GROUP BY tenant_id, status, company_id",
        &format!("{opened}, 'opened', $1, $1, COUNT(*) FROM ticket GROUP BY tenant_id, {opened}"),
        &format!(
            "{worked}, 'worked_seconds', $1, $1, CAST(SUM(seconds) AS bigint) \
             FROM work_session WHERE ended_at IS NOT NULL GROUP BY tenant_id, {worked}"
        ),
    ] {
        let insert = format!(
            "INSERT INTO figure (tenant_id, hour, measure, place_id, assignee_id, value) \
             SELECT tenant_id, {select}"
        );
        let nil = [Value::from(Uuid::nil())];
        db.execute_raw(Statement::from_sql_and_values(backend, insert, nil)).await?;
    }
    Ok(())
}

/// Texts in one column.
async fn texts(db: &impl ConnectionTrait, select: &str) -> Result<Vec<String>> {
    let select = Statement::from_string(db.get_database_backend(), select);
    let rows = db.query_all_raw(select).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// The tables' names, as a list in SQL.
fn tables() -> String {
    format!("'{}'", super::rows::TABLES.join("', '"))
}
