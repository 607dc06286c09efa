//! Durable presence: written by the sweep only, when a device really changed its state, many
//! devices in one statement, and only from the state it was seen in.

use chamados_chassis::id::{CompanyId, DeviceId, TenantId, UserId};
use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, FromQueryResult,
    QueryFilter as _, QuerySelect as _,
    sea_query::{
        Expr, ExprTrait as _, IntoIden as _, IntoValueTuple as _, Query, SimpleExpr, TableRef,
    },
};
use uuid::Uuid;

use super::{
    devices::visible,
    entity::device::{Column, Entity},
    row::small,
};
use crate::domain::{
    device::{Ordinal, Visibility},
    presence::Presence,
};

/// Devices in one statement.
const BATCH: usize = 500;

/// What the record says of a device's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The device.
    pub id: DeviceId,
    /// Its place in the hot arrays.
    pub ordinal: Ordinal,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its company.
    pub company: CompanyId,
    /// Whose it is.
    pub assigned_user: Option<UserId>,
    /// The last transition.
    pub presence: Presence,
    /// When that was.
    pub since: Option<DateTime<Utc>>,
    /// Stream of that transition.
    pub epoch: u32,
    /// Tokens of an older generation are void.
    pub generation: u32,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    ordinal: i64,
    tenant_id: Uuid,
    company_id: Uuid,
    assigned_user_id: Option<Uuid>,
    presence: String,
    presence_since: Option<DateTime<Utc>>,
    presence_epoch: i64,
    token_generation: i64,
}

impl TryFrom<Row> for State {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let presence = Presence::parse(&row.presence)
            .ok_or_else(|| StoreError::Corrupt(format!("device {}: presence", row.id)))?;
        Ok(Self {
            id: row.id.into(),
            ordinal: small(row.ordinal, row.id)?,
            tenant: row.tenant_id.into(),
            company: row.company_id.into(),
            assigned_user: row.assigned_user_id.map(UserId::from),
            presence,
            since: row.presence_since,
            epoch: small(row.presence_epoch, row.id)?,
            generation: small(row.token_generation, row.id)?,
        })
    }
}

const COLUMNS: [Column; 9] = [
    Column::Id,
    Column::Ordinal,
    Column::TenantId,
    Column::CompanyId,
    Column::AssignedUserId,
    Column::Presence,
    Column::PresenceSince,
    Column::PresenceEpoch,
    Column::TokenGeneration,
];

/// What the records of some devices say.
///
/// # Errors
/// [`StoreError`].
pub async fn load(db: &Db, ordinals: &[Ordinal]) -> Result<Vec<State>, StoreError> {
    let mut states = Vec::with_capacity(ordinals.len());
    for batch in ordinals.chunks(BATCH) {
        let batch = batch.iter().map(|ordinal| i64::from(*ordinal));
        states.extend(states_where(db, Column::Ordinal.is_in(batch)).await?);
    }
    Ok(states)
}

/// Devices that are not durably offline: what a process that begins has to find out about.
///
/// # Errors
/// [`StoreError`].
pub async fn load_present(db: &Db) -> Result<Vec<State>, StoreError> {
    let present = [Presence::Online, Presence::Unknown, Presence::Unstable].map(Presence::as_str);
    states_where(db, Column::Presence.is_in(present)).await
}

/// Devices that somebody called offline, unknown or unstable since `since`.
///
/// # Errors
/// [`StoreError`].
pub async fn load_absent_since(db: &Db, since: DateTime<Utc>) -> Result<Vec<State>, StoreError> {
    let absent = [Presence::Offline, Presence::Unknown, Presence::Unstable].map(Presence::as_str);
    let condition = Column::Presence.is_in(absent).and(Column::PresenceSince.gte(since));
    states_where(db, condition).await
}

async fn states_where(db: &Db, condition: SimpleExpr) -> Result<Vec<State>, StoreError> {
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns(COLUMNS)
        .filter(condition)
        .into_model()
        .all(db.read())
        .await?;
    rows.into_iter().map(State::try_from).collect()
}

/// Number of devices of some companies.
///
/// # Errors
/// [`StoreError`].
pub async fn company_sizes(
    db: &Db,
    companies: &[CompanyId],
) -> Result<Vec<(CompanyId, u64)>, StoreError> {
    let rows: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::CompanyId)
        .column_as(Column::Id.count(), "devices")
        .filter(Column::CompanyId.is_in(companies.iter().map(CompanyId::as_uuid)))
        .group_by(Column::CompanyId)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(|(id, n)| (id.into(), u64::try_from(n).unwrap_or(0))).collect())
}

/// How many devices that somebody sees are in which presence, by company. Never `stale`.
///
/// # Errors
/// [`StoreError`].
pub async fn by_company(
    db: &Db,
    tenant: TenantId,
    visibility: Visibility,
) -> Result<Vec<(CompanyId, Presence, u64)>, StoreError> {
    let rows: Vec<(Uuid, String, i64)> = visible(tenant, visibility)
        .select_only()
        .columns([Column::CompanyId, Column::Presence])
        .column_as(Column::Id.count(), "devices")
        .group_by(Column::CompanyId)
        .group_by(Column::Presence)
        .into_tuple()
        .all(db.read())
        .await?;
    rows.into_iter()
        .map(|(company, presence, devices)| {
            let presence = Presence::parse(&presence)
                .ok_or_else(|| StoreError::Corrupt(format!("company {company}: presence")))?;
            Ok((company.into(), presence, u64::try_from(devices).unwrap_or(0)))
        })
        .collect()
}

/// What the sweep saw of a device whose record says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// The device.
    pub ordinal: Ordinal,
    /// The stream it was seen on.
    pub epoch: u32,
    /// Generation of that stream's token; for being online.
    pub generation: u32,
    /// Last message.
    pub seen_at: DateTime<Utc>,
}

/// Makes devices `presence`, each unless it is so already, a newer stream than the observed one
/// was written, or its token was voided. Gives those that changed, as they were before but for
/// `presence`.
///
/// # Errors
/// [`StoreError`].
pub async fn write(
    tx: &Tx,
    presence: Presence,
    observations: &[Observation],
    now: DateTime<Utc>,
) -> Result<Vec<State>, StoreError> {
    let mut changed = Vec::new();
    for batch in observations.chunks(BATCH) {
        let rows =
            tx.query_all(&statement(tx.get_database_backend(), presence, batch, now)).await?;
        for row in rows {
            changed.push(Row::from_query_result(&row, "")?.try_into()?);
        }
    }
    Ok(changed)
}

fn statement(
    backend: DbBackend,
    presence: Presence,
    observations: &[Observation],
    now: DateTime<Utc>,
) -> sea_orm::sea_query::UpdateStatement {
    const SEEN: &str = "observed";

    let values = observations.iter().map(|seen| {
        let (ordinal, epoch) = (i64::from(seen.ordinal), i64::from(seen.epoch));
        (ordinal, epoch, i64::from(seen.generation), seen.seen_at).into_value_tuple()
    });
    // Both databases name the columns of a list of values so.
    let [ordinal, epoch, generation, seen_at] =
        ["column1", "column2", "column3", "column4"].map(|column| Expr::col((SEEN, column)));
    let seen_at = match backend {
        DbBackend::Postgres => seen_at.cast_as("timestamptz"),
        _ => seen_at,
    };
    let device = |column: Column| Expr::col((Entity, column));
    let mut update = Query::update();
    update
        .table(Entity)
        .from(TableRef::ValuesList(values.collect(), SEEN.into_iden()))
        .value(Column::Presence, presence.as_str())
        .value(Column::PresenceSince, now)
        .value(Column::PresenceEpoch, epoch.clone())
        .value(Column::LastSeenAt, seen_at)
        .and_where(device(Column::Ordinal).eq(ordinal))
        .and_where(device(Column::PresenceEpoch).lte(epoch))
        .and_where(device(Column::Presence).ne(presence.as_str()));
    if presence == Presence::Online {
        update.and_where(device(Column::TokenGeneration).eq(generation));
    }
    update.returning(Query::returning().columns(COLUMNS.map(|column| (Entity, column))));
    update
}
