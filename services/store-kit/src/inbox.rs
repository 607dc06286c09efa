//! The receiving end of facts: a row for each event a consumer took, written in the transaction of
//! its effect, so that a repeat has none.

use chamados_chassis::{
    bus::HandlerError,
    clock::from_proto,
    id::{EventId, TenantId},
};
use chamados_proto::event::v1::{Actor, Event};
use chrono::{DateTime, TimeDelta, Utc};
use prost::{Message, Name};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};
use uuid::Uuid;

use crate::{db::Db, entity::inbox, error::StoreError};

/// How long rows stay: longer than any event can come again, which is
/// [`outbox::RETENTION`](crate::outbox::RETENTION) twice.
pub const RETENTION: TimeDelta = TimeDelta::hours(72);

/// An event, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact<M> {
    /// Key against repeats.
    pub id: EventId,
    /// Tenant it belongs to.
    pub tenant: TenantId,
    /// The record it is about.
    pub subject: Uuid,
    /// When it happened, by the clock of the service that made it.
    pub occurred_at: DateTime<Utc>,
    /// Who caused it.
    pub actor: Option<Actor>,
    /// The request that caused it; empty for work of a timer.
    pub request_id: String,
    /// What happened.
    pub payload: M,
}

impl<M: Message + Name + Default> Fact<M> {
    /// Decodes an event whose type is `M`.
    ///
    /// # Errors
    /// [`HandlerError::Rejected`] when it is of another type or cannot be read.
    pub fn open(event: &Event) -> Result<Self, HandlerError> {
        let reject = |what: &str| {
            HandlerError::Rejected(format!("event {} ({}): {what}", event.id, event.r#type))
        };
        if event.r#type != M::full_name() {
            return Err(reject("unexpected type"));
        }
        let occurred_at = event.occurred_at.and_then(from_proto);
        Ok(Self {
            id: event.id.parse().map_err(|_| reject("no id"))?,
            tenant: event.tenant_id.parse().map_err(|_| reject("no tenant"))?,
            subject: event.subject_id.parse().map_err(|_| reject("no subject"))?,
            occurred_at: occurred_at.ok_or_else(|| reject("no time"))?,
            actor: event.actor.clone(),
            request_id: event.request_id.clone(),
            payload: M::decode(event.payload.clone())
                .map_err(|error| reject(&error.to_string()))?,
        })
    }
}

/// Whether `consumer` takes this event for the first time. Write the effect in the same
/// transaction, and only on `true`.
///
/// # Errors
/// [`StoreError`] when the row cannot be written.
pub async fn accept(
    tx: &impl ConnectionTrait,
    consumer: &str,
    event: EventId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = inbox::ActiveModel {
        consumer: Set(consumer.to_owned()),
        event_id: Set(event.as_uuid()),
        accepted_at: Set(now),
    };
    let key = [inbox::Column::Consumer, inbox::Column::EventId];
    let mut insert = inbox::Entity::insert(row).into_query();
    insert.on_conflict(OnConflict::columns(key).do_nothing().to_owned());
    Ok(tx.execute(&insert).await?.rows_affected() == 1)
}

/// Whether `consumer` took this event before; for work of several transactions, whose last one
/// [`accept`]s it.
///
/// # Errors
/// [`StoreError`] when the row cannot be read.
pub async fn is_accepted(
    tx: &impl ConnectionTrait,
    consumer: &str,
    event: EventId,
) -> Result<bool, StoreError> {
    let key = (consumer.to_owned(), event.as_uuid());
    Ok(inbox::Entity::find_by_id(key).one(tx).await?.is_some())
}

/// Removes at most `limit` rows written before `older_than`, which should be [`RETENTION`] ago, and
/// gives their number.
///
/// # Errors
/// [`StoreError`] when the rows cannot be removed.
pub async fn purge(db: &Db, older_than: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    use inbox::Column::{AcceptedAt, Consumer, EventId};

    let tx = db.begin().await?;
    let old = inbox::Entity::find()
        .select_only()
        .columns([Consumer, EventId])
        .filter(AcceptedAt.lt(older_than))
        .order_by_asc(AcceptedAt)
        .limit(limit)
        .into_query();
    let key = Expr::tuple([Expr::col(Consumer), Expr::col(EventId)]);
    let result = inbox::Entity::delete_many().filter(key.in_subquery(old)).exec(&tx).await?;
    tx.commit().await?;
    Ok(result.rows_affected)
}
