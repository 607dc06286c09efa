//! The sending end of facts: events are rows, written in the transaction of the change they tell
//! of. [`Relay`](crate::Relay) hands them to the bus.

use chamados_chassis::{
    auth::Actor,
    clock::to_proto,
    id::{EventId, TenantId},
};
use chamados_proto::event::v1::Event;
use chrono::{DateTime, TimeDelta, Utc};
use prost::{Message, Name};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Set,
};
use uuid::Uuid;

use crate::{
    db::{Db, Tx},
    entity::outbox,
    error::StoreError,
};

/// How long sent rows stay, to be sent again when the bus loses its data.
pub const RETENTION: TimeDelta = TimeDelta::hours(24);

/// A fact to tell.
#[derive(Debug, Clone)]
pub struct OutboxEvent<'a, M> {
    /// Tenant the fact belongs to.
    pub tenant: TenantId,
    /// The record the fact is about. Facts of one subject arrive in the order of appending.
    pub subject: Uuid,
    /// What happened.
    pub payload: M,
    /// Who caused it.
    pub actor: Actor,
    /// The request that caused it, as in the logs; empty for work of a timer.
    pub request_id: &'a str,
    /// When, by the service's clock.
    pub now: DateTime<Utc>,
}

/// Adds an event to the transaction and gives its id. Call it after the statement that changes the
/// subject: the row lock taken there keeps events of one subject in order.
///
/// # Errors
/// [`StoreError`] when the row cannot be written.
pub async fn append<M: Message + Name>(
    tx: &Tx,
    event: OutboxEvent<'_, M>,
) -> Result<EventId, StoreError> {
    let id = EventId::new();
    let message = Event {
        id: id.to_string(),
        tenant_id: event.tenant.to_string(),
        r#type: M::full_name(),
        subject_id: event.subject.to_string(),
        occurred_at: Some(to_proto(event.now)),
        actor: Some(event.actor.into()),
        request_id: event.request_id.to_owned(),
        payload: event.payload.encode_to_vec().into(),
    };
    let row = outbox::ActiveModel {
        event: Set(message.encode_to_vec()),
        event_type: Set(message.r#type),
        ..Default::default()
    };
    outbox::Entity::insert(row).exec_without_returning(tx).await?;
    tx.mark_appended();
    Ok(id)
}

/// Removes at most `limit` rows that were sent before `older_than`, which should be
/// [`RETENTION`] ago, and gives their number.
///
/// # Errors
/// [`StoreError`] when the rows cannot be removed.
pub async fn purge(db: &Db, older_than: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    let tx = db.begin().await?;
    let old = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Seq)
        .filter(outbox::Column::SentAt.lt(older_than))
        .order_by_asc(outbox::Column::SentAt)
        .limit(limit)
        .into_query();
    let result = outbox::Entity::delete_many()
        .filter(outbox::Column::Seq.in_subquery(old))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(result.rows_affected)
}
