//! Figures that are counted: those of people who see a part of the tickets only, and the work of each
//! person.
//!
//! The work of people is not kept in sums: somebody ends about as many sessions as a day has hours, so
//! sums by person and hour would have as many rows as there are sessions, and a merge would have to
//! move them. An index holds all that is asked, and a range is at most a year.

use std::collections::HashMap;

use chamados_chassis::{
    id::{TenantId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, ExprTrait as _, Func, Order, SelectStatement},
};
use uuid::Uuid;

use super::{
    TimeKey, condition,
    entity::{ticket, ticket_event, work_session},
    word,
};
use crate::domain::{
    ActiveWork, EntryKind, Group, Measure, PersonWork, Status, Subject, Visibility,
};

/// Most people whose work is told.
const MOST_PEOPLE: u64 = 100;

/// From when, and until before when.
pub type Times = (DateTime<Utc>, DateTime<Utc>);

/// The tickets that may be seen, by status, queue and assignee.
///
/// # Errors
/// [`StoreError`].
pub async fn groups(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
) -> Result<Vec<Group>, StoreError> {
    use ticket::Column::{AssigneeId, Id, QueueId, Status as StatusColumn};

    let rows: Vec<(String, Uuid, Option<Uuid>, i64)> = condition::visible(tenant, visibility)
        .select_only()
        .columns([StatusColumn, QueueId, AssigneeId])
        .column_as(Id.count(), "tickets")
        .group_by(StatusColumn)
        .group_by(QueueId)
        .group_by(AssigneeId)
        .into_tuple()
        .all(db)
        .await?;
    let groups = rows.into_iter().map(|(status, queue, assignee, tickets)| {
        Ok(Group {
            status: word::<Status>("status", &status)?,
            queue: queue.into(),
            assignee: assignee.map(UserId::from),
            tickets,
        })
    });
    groups.collect()
}

/// What happened, by the hour, to tickets that may be seen.
///
/// # Errors
/// [`StoreError`].
pub async fn hours(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    times: Times,
) -> Result<Vec<(i64, Measure, i64)>, StoreError> {
    use ticket::Column::{CreatedAt, FirstRespondedAt, Id};

    let backend = db.get_database_backend();
    let visible = || condition::visible(tenant, visibility).select_only();
    let seen = || visible().column(Id).into_query();

    let opened = visible().filter(within(CreatedAt, times)).into_query();
    let responded = visible().filter(within(FirstRespondedAt, times)).into_query();
    let resolved = ticket_event::Entity::find()
        .select_only()
        .filter(ticket_event::Column::TenantId.eq(tenant.as_uuid()))
        .filter(ticket_event::Column::Kind.eq(EntryKind::Resolved.as_str()))
        .filter(within(ticket_event::Column::OccurredAt, times))
        .filter(ticket_event::Column::TicketId.in_subquery(seen()))
        .into_query();
    let worked = work_session::Entity::find()
        .select_only()
        .filter(work_session::Column::TenantId.eq(tenant.as_uuid()))
        .filter(within(work_session::Column::EndedAt, times))
        .filter(work_session::Column::TicketId.in_subquery(seen()))
        .into_query();

    let one = || Expr::val(1_i64);
    let waited = epoch(backend, "first_responded_at").sub(epoch(backend, "created_at"));
    let mut happened = Vec::new();
    for (select, time, measure, value) in [
        (opened, "created_at", Measure::Opened, one()),
        (responded.clone(), "first_responded_at", Measure::FirstResponses, one()),
        (responded, "first_responded_at", Measure::FirstResponseSeconds, waited),
        (resolved, "occurred_at", Measure::Resolutions, one()),
        (worked, "ended_at", Measure::WorkedSeconds, Expr::col("seconds")),
    ] {
        let sums = by_hour(db, select, epoch(backend, time), value).await?;
        happened.extend(sums.into_iter().map(|(hour, sum)| (hour, measure, sum)));
    }
    Ok(happened)
}

/// Who worked in the time, most first.
///
/// # Errors
/// [`StoreError`].
pub async fn people(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    times: Times,
) -> Result<Vec<PersonWork>, StoreError> {
    use work_session::Column::{EndedAt, Seconds, TenantId, UserId};

    let seconds = || bigint(Seconds.sum());
    let rows: Vec<(Uuid, i64)> = work_session::Entity::find()
        .select_only()
        .column(UserId)
        .column_as(seconds(), "seconds")
        .filter(TenantId.eq(tenant.as_uuid()))
        .filter(within(EndedAt, times))
        .group_by(UserId)
        .order_by_desc(seconds())
        .order_by_asc(UserId)
        .limit(MOST_PEOPLE)
        .into_tuple()
        .all(db)
        .await?;
    let people = rows.into_iter().map(|(user, seconds)| PersonWork { user: user.into(), seconds });
    Ok(people.collect())
}

/// Open work sessions of the tenant, longest first.
///
/// # Errors
/// [`StoreError`].
pub async fn active_work(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    request: &PageRequest<TimeKey>,
) -> Result<Page<ActiveWork>, StoreError> {
    use work_session::Column::{EndedAt, Id, StartedAt, TenantId};

    let mut open = work_session::Entity::find()
        .filter(TenantId.eq(tenant.as_uuid()))
        .filter(EndedAt.is_null());
    let total = open.clone().count(db).await?;
    if let Some((started_at, id)) = request.after {
        let last = [started_at.into(), id.into()];
        open = open.filter(keyset::after([StartedAt, Id], last, &Order::Asc));
    }
    let sessions =
        open.order_by_asc(StartedAt).order_by_asc(Id).limit(request.limit()).all(db).await?;
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.ticket_id).collect();
    let tickets: Vec<(Uuid, i64, String)> = condition::visible(tenant, Visibility::All)
        .select_only()
        .columns([ticket::Column::Id, ticket::Column::Number, ticket::Column::Subject])
        .filter(ticket::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    let named: HashMap<Uuid, (i64, String)> =
        tickets.into_iter().map(|(id, number, subject)| (id, (number, subject))).collect();
    let work = sessions.into_iter().map(|session| {
        let id = session.ticket_id;
        let found = named.get(&id).cloned();
        let (number, subject) = found.ok_or_else(|| {
            StoreError::Corrupt(format!("work session of ticket {id}: no ticket"))
        })?;
        Ok(ActiveWork {
            id: session.id.into(),
            ticket: id.into(),
            number,
            subject: Subject::trusted(subject),
            user: session.user_id.into(),
            started_at: session.started_at,
        })
    });
    let work = work.collect::<Result<_, StoreError>>()?;
    Ok(Page::of(work, request, total, |work: &ActiveWork| (work.started_at, work.id.as_uuid())))
}

/// Sums of `value` by the hour of `time`, a time in seconds since 1970.
async fn by_hour(
    db: &impl ConnectionTrait,
    mut select: SelectStatement,
    time: Expr,
    value: Expr,
) -> Result<Vec<(i64, i64)>, StoreError> {
    select
        .expr_as(time.div(3600), "hour")
        .expr_as(bigint(Func::sum(value).into()), "value")
        .add_group_by([Expr::col("hour")]);
    let rows = db.query_all(&select).await?;
    let sums = rows.iter().map(|row| Ok((row.try_get_by("hour")?, row.try_get_by("value")?)));
    Ok(sums.collect::<Result<_, DbErr>>()?)
}

fn within(column: impl ColumnTrait, (from, to): Times) -> Condition {
    Condition::all().add(column.gte(from)).add(column.lt(to))
}

/// A time as whole seconds since 1970.
fn epoch(backend: DbBackend, column: &str) -> Expr {
    Expr::cust(match backend {
        DbBackend::Postgres => format!("CAST(FLOOR(EXTRACT(EPOCH FROM {column})) AS bigint)"),
        _ => format!("unixepoch({column})"),
    })
}

/// A sum as the number it is; PostgreSQL makes decimals of sums.
fn bigint(sum: Expr) -> Expr {
    sum.cast_as("bigint")
}
