//! The audit log: written by whoever changes something, in the transaction of the change.

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    id::{EventId, TenantId},
    page::{Page, PageRequest},
};
use chamados_proto::event::v1::{AdministrativeChange, ChangedField};
use chamados_store_kit::{
    Tx,
    audit::Target,
    inbox::{self, Fact},
};
use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::audit::{Change, Entry, EntryFilter},
    error::Result,
    store::{self, audit::EntryKey},
};

/// Writes down, when `tx` commits, that the caller did `action` to `target`. The name of the action is
/// the target's kind and a verb in the past: "user.updated". No field holds a secret.
///
/// # Errors
/// When the row cannot be written, or nobody makes the call.
pub async fn record(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    action: &'static str,
    target: Target<'_>,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<()> {
    let by = By { actor: cx.actor()?, request_id: cx.request_id() };
    write(tx, by, tenant, action, target, fields, now).await
}

/// Whom a change is put down to, where nobody calls.
#[derive(Debug)]
pub(super) struct By<'a> {
    /// Who.
    pub(super) actor: Actor,
    /// The request behind it, if there is one.
    pub(super) request_id: &'a str,
}

/// As [`record`], for a change that nobody's call makes.
pub(super) async fn write(
    tx: &Tx,
    by: By<'_>,
    tenant: TenantId,
    action: &'static str,
    target: Target<'_>,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<()> {
    let entry = Entry {
        id: EventId::new(),
        tenant,
        occurred_at: now,
        actor: by.actor,
        action: action.to_owned(),
        target_kind: target.kind.to_owned(),
        target_id: target.id,
        target_name: target.name.to_owned(),
        fields: fields.into_iter().map(Change::from).collect(),
        request_id: by.request_id.to_owned(),
    };
    Ok(store::audit::insert(tx, &entry).await?)
}

impl From<ChangedField> for Change {
    fn from(field: ChangedField) -> Self {
        Self { field: field.field, old: field.old_value, new: field.new_value }
    }
}

/// Takes what another service tells of, once.
///
/// # Errors
/// When the row cannot be written.
pub async fn take(
    app: &App,
    consumer: &str,
    actor: Actor,
    fact: Fact<AdministrativeChange>,
) -> Result<()> {
    let change = fact.payload;
    let entry = Entry {
        id: fact.id,
        tenant: fact.tenant,
        occurred_at: fact.occurred_at,
        actor,
        action: change.action,
        target_kind: change.target_kind,
        target_id: change.target_id,
        target_name: change.target_name,
        fields: change.fields.into_iter().map(Change::from).collect(),
        request_id: fact.request_id,
    };
    let tx = app.db.begin().await?;
    if inbox::accept(&tx, consumer, fact.id, app.clock.now()).await? {
        store::audit::insert(&tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Entries of the tenant, the newest first.
///
/// # Errors
/// Denied without `audit.read`.
pub async fn list(
    app: &App,
    cx: &CallContext,
    filter: &EntryFilter,
    page: &PageRequest<EntryKey>,
) -> Result<Page<Entry>> {
    let tenant = cx.require(Permission::AuditRead)?;
    Ok(store::audit::list(&app.db, tenant, filter, page).await?)
}
