//! The sums of the dashboard, filled from what is there, and the indexes of what is counted for it.

use sea_orm::{DbBackend, Statement, Value};
use sea_orm_migration::{prelude::*, schema::*};
use uuid::Uuid;

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0107_figures"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [figure(), figure_change()] {
            manager.create_table(table).await?;
        }
        let columns: [(&'static str, ColumnDef); 2] = [
            ("ticket", timestamp_with_time_zone_null("first_responded_at").take()),
            ("work_session", big_integer_null("seconds").take()),
        ];
        for (table, mut column) in columns {
            let add = Table::alter().table(table).add_column(&mut column).take();
            manager.alter_table(add).await?;
        }
        fill(manager).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn figure() -> TableCreateStatement {
    Table::create()
        .table("figure")
        .col(uuid("tenant_id"))
        .col(big_integer("hour"))
        .col(string("measure"))
        .col(uuid("queue_id"))
        .col(uuid("assignee_id"))
        .col(big_integer("value"))
        .primary_key(
            Index::create()
                .col("tenant_id")
                .col("hour")
                .col("measure")
                .col("queue_id")
                .col("assignee_id"),
        )
        .take()
}

fn figure_change() -> TableCreateStatement {
    Table::create()
        .table("figure_change")
        .col(big_integer("id").primary_key().auto_increment())
        .col(uuid("tenant_id"))
        .col(big_integer("hour"))
        .col(string("measure"))
        .col(uuid("queue_id"))
        .col(uuid("assignee_id"))
        .col(big_integer("value"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |table: &'static str, name: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(name).table(table).take();
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("figure_change", "figure_change_by_hour", &["tenant_id", "hour"]),
        // Holds all that is asked about the work of people.
        index(
            "work_session",
            "work_session_ended",
            &["tenant_id", "ended_at", "user_id", "seconds"],
        ),
        index("work_session", "work_session_open", &["tenant_id", "started_at", "id"])
            .and_where(Expr::col("ended_at").is_null())
            .take(),
    ]
}

/// Sums up what happened before there were sums.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (db, backend) = (manager.get_connection(), manager.get_database_backend());
    let postgres = backend == DbBackend::Postgres;
    for statement in [lengths(postgres), first_responses(postgres)] {
        db.execute_unprepared(&statement).await?;
    }
    let hour = |column| format!("{} / 3600", epoch(postgres, column));
    let waited = format!(
        "CAST(SUM({} - {}) AS bigint)",
        epoch(postgres, "first_responded_at"),
        epoch(postgres, "created_at"),
    );
    let worked = "CAST(SUM(seconds) AS bigint)".to_owned();
    let answered = "first_responded_at IS NOT NULL";
    for (measure, from, which, time, value) in [
        ("opened", "ticket", "TRUE", "created_at", "COUNT(*)".to_owned()),
        ("resolutions", "ticket_event", "kind = 'resolved'", "occurred_at", "COUNT(*)".to_owned()),
        ("first_responses", "ticket", answered, "first_responded_at", "COUNT(*)".to_owned()),
        ("first_response_seconds", "ticket", answered, "first_responded_at", waited),
        ("worked_seconds", "work_session", "ended_at IS NOT NULL", "ended_at", worked),
    ] {
        let hour = hour(time);
        let insert = format!(
            "INSERT INTO figure (tenant_id, hour, measure, queue_id, assignee_id, value) \
             SELECT tenant_id, {hour}, '{measure}', $1, $1, {value} FROM {from} WHERE {which} \
             GROUP BY tenant_id, {hour}"
        );
        let nil = [Value::from(Uuid::nil())];
        db.execute_raw(Statement::from_sql_and_values(backend, insert, nil)).await?;
    }
    let now = "INSERT INTO figure (tenant_id, hour, measure, queue_id, assignee_id, value) \
               SELECT tenant_id, -1, status, queue_id, COALESCE(assignee_id, $1), COUNT(*) \
               FROM ticket GROUP BY tenant_id, status, queue_id, assignee_id";
    let nil = [Value::from(Uuid::nil())];
    db.execute_raw(Statement::from_sql_and_values(backend, now, nil)).await?;
    Ok(())
}

fn lengths(postgres: bool) -> String {
    let (began, ended) = (epoch(postgres, "started_at"), epoch(postgres, "ended_at"));
    format!("UPDATE work_session SET seconds = {ended} - {began} WHERE ended_at IS NOT NULL")
}

/// Only identity knows who is staff. Here those are taken for it who ever had or worked on a ticket.
fn first_responses(postgres: bool) -> String {
    let (worker, assignee) = (text(postgres, "user_id"), text(postgres, "assignee_id"));
    format!(
        "UPDATE ticket SET first_responded_at = (\
         SELECT MIN(c.created_at) FROM comment c WHERE c.ticket_id = ticket.id \
         AND c.visibility = 'public' AND c.author_kind = 'user' AND c.author_id IN (\
         SELECT {worker} FROM work_session \
         UNION SELECT {assignee} FROM ticket WHERE assignee_id IS NOT NULL)) \
         WHERE id IN (SELECT ticket_id FROM comment WHERE visibility = 'public')"
    )
}

/// A time as whole seconds since 1970.
fn epoch(postgres: bool, column: &str) -> String {
    if postgres {
        format!("CAST(FLOOR(EXTRACT(EPOCH FROM {column})) AS bigint)")
    } else {
        format!("unixepoch({column})")
    }
}

/// An id as text; SQLite has its bytes.
fn text(postgres: bool, column: &str) -> String {
    if postgres {
        return format!("CAST({column} AS text)");
    }
    let parts = ["1, 8", "9, 4", "13, 4", "17, 4", "21, 12"];
    let parts = parts.map(|part| format!("substr(hex({column}), {part})"));
    format!("lower({})", parts.join(" || '-' || "))
}
