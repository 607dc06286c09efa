//! Exports: what people do with them. How an archive is put together is in [`job`].

pub mod job;

use bytes::Bytes;
use chamados_chassis::{auth::Permission, context::CallContext, id::TenantId};
use chamados_store_kit::{
    Tx,
    audit::{self, Target},
    idempotency::{self, Fingerprint, Key, Outcome},
};
use futures::{Stream, TryStreamExt as _};
use object_store::{ObjectStoreExt as _, path::Path};

use super::{App, schedules};
use crate::{
    domain::{
        export::{self, Export, File},
        log::Line,
        run::{RunId, State},
    },
    error::{Error, Result},
    store,
};

/// A wish for an archive.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The caller's id for it, 1 to 128 characters.
    pub request_id: String,
    /// Tells a repeat from another request under the same id.
    pub fingerprint: Fingerprint,
}

/// Has an archive put together; once per request id.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`] without a request id, [`Error::ExportUnderWay`], [`Error::Store`].
pub async fn create(app: &App, cx: &CallContext, wish: Wish) -> Result<Export> {
    let tenant = cx.require(Permission::ExportsManage)?;
    let actor = cx.actor()?;
    schedules::named(&wish.request_id)?;
    let request_id = &wish.request_id;
    let key = Key { tenant, actor: &actor, method: "export.create", request_id };
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    if let Outcome::Replay(answer) = idempotency::begin(&tx, &key, wish.fingerprint, now).await? {
        return find(&tx, tenant, schedules::remembered(&answer)?).await;
    }
    let schedule = store::exports::schedule(&tx, tenant, now).await?;
    if store::runs::unfinished(&tx, schedule.id).await? > 0 {
        return Err(Error::ExportUnderWay);
    }
    let run = store::runs::insert_manual(&tx, &schedule, &actor, now).await?;
    store::exports::insert(&tx, tenant, run, now).await?;
    audit::append(&tx, cx, tenant, "export.created", target(run), Vec::new(), now).await?;
    idempotency::finish(&tx, &key, run.to_string().into_bytes()).await?;
    let made = find(&tx, tenant, run).await?;
    tx.commit().await?;
    app.ready.notify_one();
    app.job_changed(Some(tenant), schedule.id, Some(run)).await;
    Ok(made)
}

/// The tenant's exports, the newest first.
///
/// # Errors
/// [`Error::Denied`], [`Error::Store`].
pub async fn list(app: &App, cx: &CallContext) -> Result<Vec<Export>> {
    let tenant = cx.require(Permission::ExportsManage)?;
    Ok(store::exports::list(app.db.read(), tenant).await?)
}

/// One export.
///
/// # Errors
/// [`Error::Denied`], [`Error::ExportNotFound`], [`Error::Store`].
pub async fn get(app: &App, cx: &CallContext, id: RunId) -> Result<Export> {
    let tenant = cx.require(Permission::ExportsManage)?;
    let found = store::exports::get(app.db.read(), tenant, id).await?;
    found.ok_or(Error::ExportNotFound)
}

/// Calls an export off.
///
/// # Errors
/// [`Error::Denied`], [`Error::ExportNotFound`], [`Error::ExportEnded`], [`Error::Store`].
pub async fn cancel(app: &App, cx: &CallContext, id: RunId) -> Result<Export> {
    let tenant = cx.require(Permission::ExportsManage)?;
    let (kind, by) = cx.actor()?.to_parts();
    let tx = app.db.begin().await?;
    let found = find(&tx, tenant, id).await?;
    let now = store::clock::now(&tx).await?;
    let line = Line::warn("run_cancelled", "called off by a person")
        .with("actor_kind", kind)
        .with("actor_id", by);
    if !store::leases::cancel(&tx, id, now, &line).await? {
        return Err(Error::ExportEnded);
    }
    audit::append(&tx, cx, tenant, "export.cancelled", target(id), Vec::new(), now).await?;
    let cancelled = find(&tx, tenant, id).await?;
    tx.commit().await?;
    app.job_changed(Some(tenant), found.run.schedule, Some(id)).await;
    Ok(cancelled)
}

/// An archive and its bytes. That it was taken is in the audit log.
///
/// # Errors
/// [`Error::Denied`], [`Error::ExportNotFound`], [`Error::ExportNotReady`], [`Error::ExportExpired`],
/// [`Error::Archives`], [`Error::Store`]; in the stream [`Error::Archives`].
pub async fn open(
    app: &App,
    cx: &CallContext,
    id: RunId,
) -> Result<(Export, impl Stream<Item = Result<Bytes>> + Send + use<>)> {
    let tenant = cx.require(Permission::ExportsManage)?;
    let tx = app.db.begin().await?;
    let export = find(&tx, tenant, id).await?;
    let now = store::clock::now(&tx).await?;
    let key = match &export.file {
        Some(File { key, expires_at, .. }) if *expires_at > now => key.clone(),
        None if export.run.state != State::Succeeded => return Err(Error::ExportNotReady),
        _ => return Err(Error::ExportExpired),
    };
    audit::append(&tx, cx, tenant, "export.downloaded", target(id), Vec::new(), now).await?;
    tx.commit().await?;
    let found = app.archives.get(&Path::from(key)).await.map_err(away)?;
    Ok((export, found.into_stream().map_err(away)))
}

async fn find(tx: &Tx, tenant: TenantId, id: RunId) -> Result<Export> {
    store::exports::get(tx, tenant, id).await?.ok_or(Error::ExportNotFound)
}

fn target(run: RunId) -> Target<'static> {
    Target { kind: "export", id: run.to_string(), name: export::KEY }
}

fn away(error: object_store::Error) -> Error {
    tracing::warn!(%error, "the place of archives is away");
    Error::Archives(error)
}
