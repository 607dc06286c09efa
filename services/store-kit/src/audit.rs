//! Administrative changes, told to the audit log. Identity keeps it; every service tells it of what was
//! done with its own records by a fact, written in the transaction of the change.

use chamados_chassis::{auth::Denied, context::CallContext, id::TenantId};
use chamados_proto::event::v1::{AdministrativeChange, ChangedField};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    db::Tx,
    error::StoreError,
    outbox::{self, OutboxEvent},
};

/// What an administrative change was done to.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// What sort of record: "device", "schedule".
    pub kind: &'static str,
    /// Its id, or the key of a schedule.
    pub id: String,
    /// What it is called.
    pub name: &'a str,
}

/// Tells the audit log, when `tx` commits, that the caller did `action` to `target`. The name of the
/// action is the target's kind and a verb in the past: "device.reset".
///
/// # Errors
/// [`AuditError`].
pub async fn append(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    action: &'static str,
    target: Target<'_>,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<(), AuditError> {
    let payload = AdministrativeChange {
        action: action.to_owned(),
        target_kind: target.kind.to_owned(),
        target_id: target.id.clone(),
        target_name: target.name.to_owned(),
        fields,
    };
    // What has no UUID is in no order with anything.
    let subject = target.id.parse().unwrap_or_else(|_| Uuid::now_v7());
    let (actor, request_id) = (cx.actor()?, cx.request_id());
    let event = OutboxEvent { tenant, subject, payload, actor, request_id, now };
    outbox::append(tx, event).await?;
    Ok(())
}

/// A field that changed.
#[must_use]
pub fn field(name: &str, old: Option<String>, new: Option<String>) -> ChangedField {
    ChangedField { field: name.to_owned(), old_value: old, new_value: new }
}

/// Why the log could not be told.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Nobody does administrative changes.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The row cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
