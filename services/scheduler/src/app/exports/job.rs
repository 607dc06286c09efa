//! The runs behind exports: one puts an archive together, one removes those whose time is over.

use std::{sync::Arc, time::Duration};

use chamados_archive::{Named, ORDER, Progress, Watch, WriteError};
use chamados_chassis::{auth::Principal, clock::Clock, context::CallContext, id::TenantId};
use chamados_proto::archive::v1::{
    ReadArchiveRequest, archive_service_client::ArchiveServiceClient,
};
use chamados_store_kit::{
    StoreError,
    archive::Parts,
    jobs::{Context, Done, Job, JobError},
};
use futures::{TryStreamExt as _, stream};
use object_store::{ObjectStoreExt as _, buffered::BufWriter, path::Path};
use tokio::{io::AsyncWriteExt as _, time::Instant};
use tokio_util::io::SyncIoBridge;
use tonic::Status;

use crate::{
    app::App,
    domain::{
        export::{Counts, File, JOB_TYPE, KEPT, TIMEOUT_SECONDS},
        run::RunId,
        schedule::ScheduleId,
    },
    store,
};

/// Bytes kept in memory before an archive is written in parts; an archive has at most 10,000 of them.
const PART: usize = 16 << 20;
/// Between two times that progress is kept.
const PACE: Duration = Duration::from_secs(1);
/// The largest part of a service's answer: a record may be long.
const LONGEST: usize = 64 << 20;

/// Puts an archive of a tenant together.
pub struct ExportTenant(pub App);

#[tonic::async_trait]
impl Job for ExportTenant {
    fn name(&self) -> &'static str {
        JOB_TYPE
    }

    fn description(&self) -> &'static str {
        "Puts an archive of everything a tenant owns together."
    }

    fn default_timeout(&self) -> Duration {
        Duration::from_secs(TIMEOUT_SECONDS.unsigned_abs().into())
    }

    async fn run(&self, context: Context) -> Result<Done, JobError> {
        let Self(app) = self;
        let Context { run, fence, tenant, db, now, .. } = context;
        let tenant = tenant.ok_or_else(|| JobError::told("an export is of a tenant"))?;
        // Each attempt has its own, so that one that was given up is in nobody's way.
        let key = format!("{tenant}/{run}-{fence}.zip");
        let deadline = app.clock.instant() + self.default_timeout();
        let services = services(app, tenant, deadline)?;
        let place = Arc::clone(&app.archives);
        let output = BufWriter::with_capacity(place, Path::from(key.as_str()), PART);
        let export = store::exports::get(db.read(), tenant, run.into()).await?;
        let schedule = export.ok_or_else(|| JobError::told("no such export"))?.run.schedule;
        let mut teller = Teller { app, tenant, schedule, run: run.into(), fence, told: None };
        let bridge = SyncIoBridge::new(output);
        let written = chamados_archive::write(bridge, tenant, now, services, &mut teller).await;
        let (output, manifest) = written.map_err(failed)?;
        output.into_inner().shutdown().await.map_err(|error| failed(error.into()))?;
        let found = app.archives.head(&Path::from(key.as_str())).await;
        let size = found.map_err(super::away)?.size;

        let counts = Counts {
            records: manifest.records(),
            attachments: manifest.attachments(),
            unreadable: manifest.unreadable_count,
        };
        let tx = db.begin().await?;
        let now = store::clock::now(&tx).await?;
        let file = File { key, size, expires_at: now + KEPT };
        store::exports::finish(&tx, run.into(), counts, &file).await?;
        let Counts { records, attachments, unreadable } = counts;
        let mut summary = format!("{records} records and {attachments} attachments");
        if unreadable > 0 {
            summary.push_str(&format!(", {unreadable} could not be read"));
        }
        Ok(Done::new(tx, summary).with_line(
            "exported",
            "The archive is whole",
            &[
                ("records", records),
                ("attachments", attachments),
                ("unreadable", unreadable),
                ("bytes", size),
            ],
        ))
    }
}

/// Keeps how far an attempt is, and tells the panel.
struct Teller<'a> {
    app: &'a App,
    tenant: TenantId,
    schedule: ScheduleId,
    run: RunId,
    fence: i64,
    told: Option<Instant>,
}

#[tonic::async_trait]
impl Watch for Teller<'_> {
    /// Wanted as long as the attempt holds its run. Progress that cannot be kept is no reason to stop.
    async fn at(&mut self, progress: Progress) -> bool {
        let now = self.app.clock.instant();
        if self.told.is_some_and(|told| now < told + PACE) {
            return true;
        }
        self.told = Some(now);
        self.tell(counts(progress)).await.unwrap_or_else(|error| {
            tracing::warn!(run = %self.run, %error, "progress of an export is not kept");
            true
        })
    }
}

impl Teller<'_> {
    async fn tell(&self, counts: Counts) -> Result<bool, StoreError> {
        let tx = self.app.db.begin().await?;
        let held = store::exports::count(&tx, self.run, self.fence, counts).await?;
        tx.commit().await?;
        self.app.job_changed(Some(self.tenant), self.schedule, Some(self.run)).await;
        Ok(held)
    }
}

const fn counts(at: Progress) -> Counts {
    Counts { records: at.records, attachments: at.attachments, unreadable: at.unreadable }
}

fn failed(error: WriteError) -> JobError {
    match error {
        // Where it is to be written is nobody's business; the log has it.
        WriteError::Output(error) => {
            tracing::warn!(%error, "an archive cannot be written");
            JobError::told("the archive cannot be written")
        }
        error => JobError::told(error.to_string()),
    }
}

/// What every service has of the tenant. Each is asked when its turn comes.
fn services(app: &App, tenant: TenantId, deadline: Instant) -> Result<Vec<Named>, JobError> {
    let principal = Principal::Service { name: "scheduler".to_owned(), tenant: Some(tenant) };
    let each = ORDER.into_iter().map(|service| {
        let channel = app.owners.get(service);
        let channel = channel.ok_or_else(|| JobError::told(format!("{service} is not here")))?;
        let (app, principal) = (app.clone(), principal.clone());
        let mut client =
            ArchiveServiceClient::new(channel.clone()).max_decoding_message_size(LONGEST);
        let parts = stream::once(async move {
            // Signed when it is its turn: what is signed is believed for minutes.
            let token = app.keyring.sign(&principal, app.clock.now());
            let token = token.map_err(|error| Status::internal(error.to_string()))?;
            let cx = CallContext::new(principal, Some(token.into()), "".into(), deadline);
            let request = cx.request(ReadArchiveRequest {}, &*app.clock as &dyn Clock);
            let answers = client.read_archive(request).await?.into_inner();
            Ok::<_, Status>(answers.try_filter_map(async |answer| Ok(answer.part)))
        });
        Ok(Named { service, parts: Box::pin(parts.try_flatten()) as Parts })
    });
    each.collect()
}

/// Removes archives whose time is over, and those of attempts that came to nothing.
pub struct PurgeExports(pub App);

/// Archives looked at together.
const BATCH: usize = 100;

#[tonic::async_trait]
impl Job for PurgeExports {
    fn name(&self) -> &'static str {
        "scheduler.purge_exports"
    }

    fn description(&self) -> &'static str {
        "Removes archives whose time is over."
    }

    async fn run(&self, context: Context) -> Result<Done, JobError> {
        let Self(app) = self;
        let tx = context.db.begin().await?;
        let now = store::clock::now(&tx).await?;
        let expired = store::exports::forget_files(&tx, now).await?;
        tx.commit().await?;
        // One that is being written now is not listed, or younger than this.
        let young = now - chrono::TimeDelta::hours(24);
        let found = app
            .archives
            .list(None)
            .try_filter(|file| std::future::ready(file.last_modified < young));
        let found = found.map_ok(|file| file.location.to_string()).try_chunks(BATCH);
        let mut removed = 0;
        let mut found = std::pin::pin!(found);
        while let Some(keys) = found.try_next().await.map_err(|error| super::away(error.1))? {
            let kept = store::exports::kept(context.db.read(), &keys).await?;
            for key in keys.iter().filter(|key| !kept.contains(key)) {
                app.archives.delete(&Path::from(key.as_str())).await.map_err(super::away)?;
                removed += 1;
            }
        }
        let tx = context.db.begin().await?;
        Ok(Done::new(tx, format!("{removed} archives removed")).with_line(
            "archives_purged",
            "Archives whose time is over, or that came to nothing",
            &[("expired", expired), ("removed", removed)],
        ))
    }
}
