//! Calls that may be repeated: the first answer is remembered in the transaction of its effect, and
//! a repeat gets it again.
//!
//! ```no_run
//! # use chamados_store_kit::{Db, StoreError, idempotency::{self, Fingerprint, Key, Outcome}};
//! # use chrono::{DateTime, Utc};
//! async fn create(
//!     db: &Db,
//!     key: &Key<'_>,
//!     request: Fingerprint,
//!     now: DateTime<Utc>,
//! ) -> Result<Vec<u8>, StoreError> {
//!     let tx = db.begin().await?;
//!     if let Outcome::Replay(answer) = idempotency::begin(&tx, key, request, now).await? {
//!         return Ok(answer);
//!     }
//!     let answer = b"what was created".to_vec();
//!     idempotency::finish(&tx, key, answer.clone()).await?;
//!     tx.commit().await?;
//!     Ok(answer)
//! }
//! ```

use chamados_chassis::{auth::Actor, id::TenantId};
use chrono::{DateTime, TimeDelta, Utc};
use prost::Message;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    db::{Db, Tx},
    entity::processed_request::{self, Column},
    error::StoreError,
};

/// How long an answer is remembered.
pub const RETENTION: TimeDelta = TimeDelta::hours(24);

/// Longest request id, in characters.
const MAX_REQUEST_ID: usize = 128;

/// Which call it is. The same request id of another caller, or for another method, is another call.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// Tenant of the caller.
    pub tenant: TenantId,
    /// The caller.
    pub actor: &'a Actor,
    /// Stable name of the method, for example "ticket.create".
    pub method: &'static str,
    /// The caller's id for the request, at most 128 characters. Without one the call is not
    /// remembered.
    pub request_id: &'a str,
}

/// What a request says, to tell a repeat from another request under the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a request.
    #[must_use]
    pub fn of(request: &impl Message) -> Self {
        Self(blake3::hash(&request.encode_to_vec()).into())
    }
}

/// Whether there is something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Do it, then call [`finish`] in the same transaction.
    New,
    /// It was done before; this was the answer.
    Replay(Vec<u8>),
}

/// Claims a call. Of concurrent calls with one key, exactly one gets [`Outcome::New`]; the others
/// wait here until its transaction ends and get its answer, or, when it was rolled back, their turn.
///
/// # Errors
/// [`StoreError::RequestIdReused`] when the id stands for another request,
/// [`StoreError::InvalidRequestId`] when it is too long, else when the database is away.
pub async fn begin(
    tx: &Tx,
    key: &Key<'_>,
    fingerprint: Fingerprint,
    now: DateTime<Utc>,
) -> Result<Outcome, StoreError> {
    if key.request_id.is_empty() {
        return Ok(Outcome::New);
    }
    if key.request_id.chars().count() > MAX_REQUEST_ID {
        return Err(StoreError::InvalidRequestId);
    }
    let row = processed_request::ActiveModel {
        tenant_id: Set(key.tenant.as_uuid()),
        actor: Set(actor_text(key.actor)),
        method: Set(key.method.to_owned()),
        request_id: Set(key.request_id.to_owned()),
        fingerprint: Set(fingerprint.0.to_vec()),
        response: Set(None),
        created_at: Set(now),
    };
    // An answer past its time that was not purged yet gives way.
    let replace_old =
        OnConflict::columns([Column::TenantId, Column::Actor, Column::Method, Column::RequestId])
            .update_columns([Column::Fingerprint, Column::Response, Column::CreatedAt])
            .action_and_where(
                Expr::col((processed_request::Entity, Column::CreatedAt)).lt(now - RETENTION),
            )
            .to_owned();
    let mut insert = processed_request::Entity::insert(row).into_query();
    insert.on_conflict(replace_old);
    if tx.execute(&insert).await?.rows_affected() == 1 {
        return Ok(Outcome::New);
    }

    let first = processed_request::Entity::find_by_id(primary_key(key)).one(tx).await?;
    let Some(first) = first else {
        return Err(StoreError::Corrupt("a claimed request is not there".to_owned()));
    };
    if first.fingerprint != fingerprint.0 {
        return Err(StoreError::RequestIdReused);
    }
    let answer = first.response.map(Outcome::Replay);
    answer.ok_or_else(|| StoreError::Corrupt("a request was committed without answer".to_owned()))
}

/// Remembers the answer of a call that [`begin`] let through.
///
/// # Errors
/// [`StoreError`] when it cannot be written.
pub async fn finish(tx: &Tx, key: &Key<'_>, response: Vec<u8>) -> Result<(), StoreError> {
    if key.request_id.is_empty() {
        return Ok(());
    }
    let (tenant, actor, method, request_id) = primary_key(key);
    let row = processed_request::ActiveModel {
        tenant_id: Set(tenant),
        actor: Set(actor),
        method: Set(method),
        request_id: Set(request_id),
        response: Set(Some(response)),
        ..Default::default()
    };
    processed_request::Entity::update(row).exec(tx).await?;
    Ok(())
}

/// Forgets at most `limit` answers given before `older_than`, which should be [`RETENTION`] ago,
/// and gives their number.
///
/// # Errors
/// [`StoreError`] when the rows cannot be removed.
pub async fn purge(db: &Db, older_than: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    let key = [Column::TenantId, Column::Actor, Column::Method, Column::RequestId];
    let tx = db.begin().await?;
    let old = processed_request::Entity::find()
        .select_only()
        .columns(key)
        .filter(Column::CreatedAt.lt(older_than))
        .order_by_asc(Column::CreatedAt)
        .limit(limit)
        .into_query();
    let result = processed_request::Entity::delete_many()
        .filter(Expr::tuple(key.map(Expr::col)).in_subquery(old))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(result.rows_affected)
}

fn primary_key(key: &Key<'_>) -> (uuid::Uuid, String, String, String) {
    (key.tenant.as_uuid(), actor_text(key.actor), key.method.to_owned(), key.request_id.to_owned())
}

fn actor_text(actor: &Actor) -> String {
    let (kind, id) = actor.to_parts();
    format!("{kind}:{id}")
}

/// Reads an answer that [`finish`] was given as the 16 bytes of the id of what was made.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is something else.
pub fn replayed_id<I: From<uuid::Uuid>>(answer: &[u8]) -> Result<I, StoreError> {
    let id = uuid::Uuid::from_slice(answer);
    id.map(I::from).map_err(|e| StoreError::Corrupt(format!("remembered answer: {e}")))
}
