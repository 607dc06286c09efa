//! The sums of the dashboard, kept in the transaction of each change.
//!
//! A change only adds rows to `figure_change`: no two writers meet, none waits for another, and the
//! order in which a transaction changes many tickets does not matter. A row of counters would be
//! changed by everybody: all who open tickets in the default queue would wait for whoever holds it,
//! and a merge, which changes tickets in the order of their ids, would wait in circles. A job takes
//! the rows together into `figure`; whoever reads adds up both, in one statement, so that it does not
//! matter how far the job has come.

use std::collections::BTreeMap;

use chamados_chassis::id::{CompanyId, TenantId, UserId};
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, NotSet,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query, UnionType},
};
use uuid::Uuid;

use super::{
    entity::{figure, figure_change, ticket},
    word,
};
use crate::domain::{Figure, Group, Measure, Scope, Status, Ticket};

/// The hour of what is now. Nothing is as old as that.
pub(super) const NOW: i64 = -1;
/// The hour of what companies have now.
pub(super) const COMPANIES: i64 = -2;

/// Adds figures to their sums.
///
/// # Errors
/// [`StoreError`].
pub async fn add(tx: &Tx, tenant: TenantId, figures: &[Figure]) -> Result<(), StoreError> {
    let rows: Vec<figure_change::ActiveModel> = figures
        .iter()
        .filter(|figure| figure.value != 0)
        .map(|figure| {
            let (hour, place, assignee) = match figure.scope {
                Scope::Now { queue, assignee } => (NOW, queue.into(), assignee.map(Uuid::from)),
                Scope::Company(company) => (COMPANIES, company.into(), None),
                Scope::Hour(hour) => (hour, Uuid::nil(), None),
            };
            figure_change::ActiveModel {
                id: NotSet,
                tenant_id: Set(tenant.into()),
                hour: Set(hour),
                measure: Set(figure.measure.to_string()),
                place_id: Set(place),
                assignee_id: Set(assignee.unwrap_or_default()),
                value: Set(figure.value),
            }
        })
        .collect();
    if !rows.is_empty() {
        figure_change::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Notes that staff answered in public, and counts it where it was the first time.
///
/// # Errors
/// [`StoreError`].
pub async fn respond(tx: &Tx, ticket: &Ticket, at: DateTime<Utc>) -> Result<(), StoreError> {
    let answered = ticket::ActiveModel { first_responded_at: Set(Some(at)), ..Default::default() };
    let done = ticket::Entity::update_many()
        .set(answered)
        .filter(ticket::Column::TenantId.eq(ticket.tenant.as_uuid()))
        .filter(ticket::Column::Id.eq(ticket.id.as_uuid()))
        .filter(ticket::Column::FirstRespondedAt.is_null())
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Ok(());
    }
    add(tx, ticket.tenant, &Figure::of_first_response(ticket.created_at, at)).await
}

/// How many tickets of the tenant there are, by status, queue and assignee.
///
/// # Errors
/// [`StoreError`].
pub async fn groups(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Group>, StoreError> {
    let rows = sums(db, tenant, (NOW, NOW + 1)).await?;
    let groups = rows.into_iter().map(|row| {
        Ok(Group {
            status: word::<Status>("measure", &row.measure)?,
            queue: row.place_id.into(),
            assignee: (!row.assignee_id.is_nil()).then(|| UserId::from(row.assignee_id)),
            tickets: row.value,
        })
    });
    groups.collect()
}

/// How many tickets of any of these statuses these companies have, of any status and all companies where
/// none is named. Tickets of no company are in none of these sums.
///
/// # Errors
/// [`StoreError`].
pub async fn of_companies(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    statuses: &[Status],
    companies: &[CompanyId],
) -> Result<i64, StoreError> {
    let rows = sums(db, tenant, (COMPANIES, COMPANIES + 1)).await?;
    let wanted = rows.iter().filter(|row| {
        let status = |status: &Status| status.as_str() == row.measure;
        let company = |company: &CompanyId| company.as_uuid() == row.place_id;
        (statuses.is_empty() || statuses.iter().any(status))
            && (companies.is_empty() || companies.iter().any(company))
    });
    Ok(wanted.map(|row| row.value).sum())
}

/// What happened in the tenant in the hours from the first to before the second.
///
/// # Errors
/// [`StoreError`].
pub async fn hours(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    hours: (i64, i64),
) -> Result<Vec<(i64, Measure, i64)>, StoreError> {
    let rows = sums(db, tenant, hours).await?;
    rows.into_iter().map(|row| Ok((row.hour, word("measure", &row.measure)?, row.value))).collect()
}

/// What a sum is of, in the order of its columns.
type Key = (Uuid, i64, String, Uuid, Uuid);

#[derive(FromQueryResult)]
struct Sum {
    hour: i64,
    measure: String,
    place_id: Uuid,
    assignee_id: Uuid,
    value: i64,
}

/// Parts of the sums of some hours: those taken together, and what came since. They are read by one
/// statement, since a job moves the one to the other meanwhile.
async fn sums(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (from, to): (i64, i64),
) -> Result<Vec<Sum>, StoreError> {
    const COLUMNS: [&str; 5] = ["hour", "measure", "place_id", "assignee_id", "value"];

    let wanted = || {
        Condition::all()
            .add(Expr::col("tenant_id").eq(tenant.as_uuid()))
            .add(Expr::col("hour").gte(from))
            .add(Expr::col("hour").lt(to))
    };
    let of = |table: &'static str| {
        Query::select().columns(COLUMNS).from(table).cond_where(wanted()).to_owned()
    };
    let mut select = of("figure");
    select.union(UnionType::All, of("figure_change"));
    let rows = db.query_all(&select).await?;
    let rows = rows.iter().map(|row| Sum::from_query_result(row, ""));
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes at most `limit` changes, of whichever tenants, into their sums, and tells how many there were.
///
/// # Errors
/// [`StoreError`].
pub async fn fold(tx: &Tx, limit: u64) -> Result<u64, StoreError> {
    use figure_change::{Column, Entity};

    let some = Entity::find()
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_query();
    // Some that another fold took meanwhile are not found again.
    let taken =
        Entity::delete_many().filter(Column::Id.in_subquery(some)).exec_with_returning(tx).await?;
    let mut sums = BTreeMap::<Key, i64>::new();
    for row in &taken {
        let key = (row.tenant_id, row.hour, row.measure.clone(), row.place_id, row.assignee_id);
        *sums.entry(key).or_default() += row.value;
    }
    sums.retain(|_, value| *value != 0);
    if !sums.is_empty() {
        write(tx, sums).await?;
    }
    Ok(taken.len() as u64)
}

/// In the order of the keys, so that two folds never wait for each other in a circle.
async fn write(tx: &Tx, sums: BTreeMap<Key, i64>) -> Result<(), StoreError> {
    use figure::Column;

    let rows = sums.into_iter().map(|((tenant, hour, measure, place, assignee), value)| {
        figure::ActiveModel {
            tenant_id: Set(tenant),
            hour: Set(hour),
            measure: Set(measure),
            place_id: Set(place),
            assignee_id: Set(assignee),
            value: Set(value),
        }
    });
    let key =
        [Column::TenantId, Column::Hour, Column::Measure, Column::PlaceId, Column::AssigneeId];
    let sum =
        Expr::col((figure::Entity, Column::Value)).add(Expr::col(("excluded", Column::Value)));
    let mut insert = figure::Entity::insert_many(rows).into_query();
    insert.on_conflict(OnConflict::columns(key).value(Column::Value, sum).to_owned());
    tx.execute(&insert).await?;
    Ok(())
}
