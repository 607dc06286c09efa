//! The sums of a tenant's dashboard, from its tickets, their events and the work on them.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, Value};
use uuid::Uuid;

use crate::{
    domain::Measure,
    store::figures::{COMPANIES, NOW},
};

/// Sums of what happened: what, in which table, which rows, when, how much.
type Sum = (Measure, &'static str, &'static str, &'static str, String);

/// Writes them.
pub(super) async fn sum_up(tx: &Tx, tenant: TenantId) -> Result<(), StoreError> {
    let postgres = tx.get_database_backend() == DbBackend::Postgres;
    let present = [
        (NOW, "queue_id", "COALESCE(assignee_id, $2)", "TRUE"),
        (COMPANIES, "company_id", "$2", "company_id IS NOT NULL"),
    ];
    for (hour, place, assignee, which) in present {
        let rows = format!(
            "SELECT tenant_id, {hour}, status, {place}, {assignee}, COUNT(*) FROM ticket \
             WHERE tenant_id = $1 AND {which} GROUP BY tenant_id, status, {place}, {assignee}"
        );
        insert(tx, tenant, &rows).await?;
    }
    for (measure, from, which, time, value) in happened(postgres) {
        let hour = format!("{} / 3600", epoch(postgres, time));
        let rows = format!(
            "SELECT tenant_id, {hour}, '{measure}', $2, $2, {value} FROM {from} \
             WHERE tenant_id = $1 AND {which} GROUP BY tenant_id, {hour}"
        );
        insert(tx, tenant, &rows).await?;
    }
    Ok(())
}

async fn insert(tx: &Tx, tenant: TenantId, rows: &str) -> Result<(), StoreError> {
    let insert = format!(
        "INSERT INTO figure (tenant_id, hour, measure, place_id, assignee_id, value) {rows}"
    );
    let values = [Value::from(tenant.as_uuid()), Value::from(Uuid::nil())];
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
    Ok(())
}

fn happened(postgres: bool) -> [Sum; 5] {
    const ANSWERED: &str = "first_responded_at IS NOT NULL";
    let count = || "COUNT(*)".to_owned();
    let waited = format!(
        "CAST(SUM({} - {}) AS bigint)",
        epoch(postgres, "first_responded_at"),
        epoch(postgres, "created_at"),
    );
    let worked = "CAST(SUM(seconds) AS bigint)".to_owned();
    [
        (Measure::Opened, "ticket", "TRUE", "created_at", count()),
        (Measure::Resolutions, "ticket_event", "kind = 'resolved'", "occurred_at", count()),
        (Measure::FirstResponses, "ticket", ANSWERED, "first_responded_at", count()),
        (Measure::FirstResponseSeconds, "ticket", ANSWERED, "first_responded_at", waited),
        (Measure::WorkedSeconds, "work_session", "ended_at IS NOT NULL", "ended_at", worked),
    ]
}

/// A time as whole seconds since 1970.
fn epoch(postgres: bool, column: &str) -> String {
    if postgres {
        format!("CAST(FLOOR(EXTRACT(EPOCH FROM {column})) AS bigint)")
    } else {
        format!("unixepoch({column})")
    }
}
