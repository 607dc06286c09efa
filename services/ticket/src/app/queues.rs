//! Queues.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{EventId, TenantId},
};
use chamados_proto::event::v1::ChangedField;
use chamados_store_kit::{
    StoreError, Tx,
    audit::{self, Target, field},
    idempotency::{self, Outcome},
    inbox,
};
use chrono::{DateTime, Utc};

use super::{App, Repeat, remembered, tickets};
use crate::{
    domain::{
        Command, Edit, ListEdit, Name, Queue, QueueId, Ticket,
        queue::{MOST, MOST_MOVED},
    },
    error::{Error, Result},
    store,
};

/// Queues of the tenant, the default one first.
///
/// # Errors
/// [`crate::Error`].
pub async fn list(app: &App, cx: &CallContext, with_archived: bool) -> Result<Vec<Queue>> {
    let tenant = cx.require(Permission::QueuesRead)?;
    Ok(store::queues::list(app.db.read(), tenant, with_archived).await?)
}

/// Makes a queue.
///
/// # Errors
/// [`Error::QueueNameTaken`], [`Error::TooManyQueues`].
pub async fn create(app: &App, cx: &CallContext, repeat: Repeat, name: Name) -> Result<Queue> {
    let tenant = cx.require(Permission::QueuesManage)?;
    let actor = cx.actor()?;
    let request_id = &repeat.request_id;
    let key = idempotency::Key { tenant, actor: &actor, method: "queue.create", request_id };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        return remembered::decode(&answer);
    }
    store::queues::lock_lists(&tx, tenant, now).await?;
    if store::queues::count(&tx, tenant).await? >= MOST {
        return Err(Error::TooManyQueues);
    }
    let id = QueueId::new();
    let queue = Queue { id, name, is_default: false, archived: false, created_at: now, version: 1 };
    store::queues::insert(&tx, tenant, &queue).await.map_err(taken)?;
    tell(&tx, cx, tenant, "queue.created", &queue, changed(None, &queue), now).await?;
    idempotency::finish(&tx, &key, remembered::encode(&queue)?).await?;
    tx.commit().await?;
    Ok(queue)
}

/// Renames a queue, archives it or brings it back; `version` 0 stands for the present one.
///
/// # Errors
/// [`Error::QueueNotFound`], [`Error::StaleVersion`], [`Error::QueueNameTaken`],
/// [`Error::QueueIsDefault`].
pub async fn update(
    app: &App,
    cx: &CallContext,
    id: QueueId,
    version: i64,
    edit: ListEdit,
) -> Result<Queue> {
    let tenant = cx.require(Permission::QueuesManage)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = store::queues::lock(&tx, tenant, id).await?.ok_or(Error::QueueNotFound)?;
    if version != 0 && version != before.version {
        return Err(Error::StaleVersion(before.version));
    }
    if before.is_default && edit.archived == Some(true) {
        return Err(Error::QueueIsDefault);
    }
    let queue = Queue {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        archived: edit.archived.unwrap_or(before.archived),
        version: before.version + 1,
        ..before.clone()
    };
    let fields = changed(Some(&before), &queue);
    if fields.is_empty() {
        return Ok(before);
    }
    if !store::queues::update(&tx, tenant, &queue).await.map_err(taken)? {
        return Err(Error::StaleVersion(before.version));
    }
    tell(&tx, cx, tenant, "queue.updated", &queue, fields, now).await?;
    tx.commit().await?;
    Ok(queue)
}

/// Deletes a queue, after its tickets moved to `to`; gives their number.
///
/// # Errors
/// [`Error::QueueNotFound`] for either, [`Error::QueueIsDefault`], [`Error::QueueInUse`] when it has
/// tickets and there is nowhere to go, [`Error::QueueTooFull`].
pub async fn delete(
    app: &App,
    cx: &CallContext,
    repeat: Repeat,
    id: QueueId,
    to: Option<QueueId>,
) -> Result<u64> {
    let tenant = cx.require(Permission::QueuesManage)?;
    let actor = cx.actor()?;
    let request_id = &repeat.request_id;
    let key = idempotency::Key { tenant, actor: &actor, method: "queue.delete", request_id };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        return remembered::decode(&answer);
    }
    store::queues::lock_lists(&tx, tenant, now).await?;
    let queue = store::queues::lock(&tx, tenant, id).await?.ok_or(Error::QueueNotFound)?;
    if queue.is_default {
        return Err(Error::QueueIsDefault);
    }
    if let Some(to) = to
        && (to == id || !store::queues::is_offered(&tx, tenant, to).await?)
    {
        return Err(Error::QueueNotFound);
    }
    let moved = empty(app, &tx, cx, tenant, id, to).await?;
    store::queues::delete(&tx, tenant, id).await?;
    let gone = vec![field("name", Some(queue.name.to_string()), None)];
    tell(&tx, cx, tenant, "queue.deleted", &queue, gone, now).await?;
    let count = moved.len() as u64;
    idempotency::finish(&tx, &key, remembered::encode(&count)?).await?;
    tx.commit().await?;
    for (before, ticket) in &moved {
        app.ticket_changed(Some(before), ticket).await;
    }
    Ok(count)
}

/// Moves the tickets of a queue, each before and after.
async fn empty(
    app: &App,
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    from: QueueId,
    to: Option<QueueId>,
) -> Result<Vec<(Ticket, Ticket)>> {
    let tickets = store::tickets::lock_queued(tx, tenant, from, MOST_MOVED + 1).await?;
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let to = to.ok_or(Error::QueueInUse)?;
    if tickets.len() as u64 > MOST_MOVED {
        return Err(Error::QueueTooFull);
    }
    let mut moved = Vec::new();
    for before in tickets {
        let edit = Edit { queue: Some(to), ..Edit::default() };
        let command = Command::Update(Box::new(edit));
        if let Some(change) = before.apply(command, cx.actor()?, app.clock.now())? {
            tickets::save(tx, cx, &change).await?;
            moved.push((before, change.ticket));
        }
    }
    Ok(moved)
}

/// Gives a new tenant its default queue, once per event of `consumer`.
///
/// # Errors
/// [`crate::Error`].
pub async fn prepare_tenant(
    app: &App,
    consumer: &str,
    event: EventId,
    tenant: TenantId,
) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    if inbox::accept(&tx, consumer, event, now).await? {
        store::queues::ensure_default(&tx, tenant, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::QueueNameTaken } else { error.into() }
}

fn changed(before: Option<&Queue>, after: &Queue) -> Vec<ChangedField> {
    let name = field("name", before.map(|q| q.name.to_string()), Some(after.name.to_string()));
    let archived = |queue: &Queue| queue.archived.to_string();
    let archived = field("archived", before.map(archived), Some(archived(after)));
    [name, archived].into_iter().filter(|field| field.old_value != field.new_value).collect()
}

async fn tell(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    action: &'static str,
    queue: &Queue,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<()> {
    let target = Target { kind: "queue", id: queue.id.to_string(), name: queue.name.as_str() };
    Ok(audit::append(tx, cx, tenant, action, target, fields, now).await?)
}
