//! Exports: one at a time, called off, tried again, taken away.

use std::io::Cursor;

use chamados_chassis::{auth::Role, error::reason_of, id::TenantId};
use chamados_proto::scheduler::v1::{self as pb, RunState, download_export_response::Part};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use chrono::TimeDelta;
use tonic::{Code, Status};

use crate::{
    rows,
    support::{LIMIT, World, codes, person, quick},
    worker::Telling,
};

store_suite!(
    an_archive_is_put_together_and_taken_away,
    one_at_a_time_and_once_a_request,
    nobody_works_on_what_was_called_off,
    what_cannot_be_read_is_tried_again_and_ends,
    they_are_nobody_elses,
);

impl World {
    async fn export(&self, request_id: &str) -> Result<pb::Export, Status> {
        let request = pb::CreateExportRequest { request_id: request_id.to_owned() };
        Ok(self.exports().create_export(self.request(request)).await?.into_inner())
    }

    async fn exported(&self, id: &str) -> pb::Export {
        let request = self.request(pb::GetExportRequest { id: id.to_owned() });
        self.exports().get_export(request).await.unwrap().into_inner()
    }

    async fn call_off(&self, id: &str) -> Result<pb::Export, Status> {
        let request = self.request(pb::CancelExportRequest { id: id.to_owned() });
        Ok(self.exports().cancel_export(request).await?.into_inner())
    }

    async fn download(&self, id: &str) -> Result<Vec<u8>, Status> {
        let request = self.request(pb::DownloadExportRequest { id: id.to_owned() });
        let mut parts = self.exports().download_export(request).await?.into_inner();
        let mut bytes = Vec::new();
        while let Some(part) = parts.message().await? {
            match part.part {
                Some(Part::Export(export)) => assert_eq!(export.id, id),
                Some(Part::Chunk(chunk)) => bytes.extend_from_slice(&chunk),
                None => panic!("an empty part"),
            }
        }
        Ok(bytes)
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, reason: &str) {
    let status = answer.unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_deref()), (code, Some(reason)), "{status}");
}

async fn an_archive_is_put_together_and_taken_away(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let _replica = world.replica(quick()).await;
    let made = world.export("a").await?;
    assert_eq!((made.state(), made.size), (RunState::Ready, 0));
    let run = world.until(&made.id, RunState::Succeeded).await;
    assert_eq!(codes(&run)[..2], ["run_requested", "attempt_started"]);
    let done = world.exported(&made.id).await;
    // One readable row of each of the three others; the scheduler's own schedule of exports.
    assert_eq!((done.records, done.attachments, done.unreadable), (4, 0, 3));
    assert!(done.summary.contains("4 records") && done.summary.contains("3 could not be read"));
    let bytes = world.download(&made.id).await?;
    assert_eq!(i64::try_from(bytes.len())?, done.size);
    let zip = zip::ZipArchive::new(Cursor::new(bytes))?;
    assert!(zip.index_for_name("manifest.json").is_some());
    let kept = done.expire_time.unwrap().seconds - done.end_time.unwrap().seconds;
    assert!((kept - 7 * 86_400).abs() < 60, "{kept}");
    refused(world.call_off(&made.id).await, Code::FailedPrecondition, "export_ended");

    // Schedules that people see do not have it.
    let key = pb::GetScheduleRequest { key: "export".to_owned() };
    let schedule = world.schedules().get_schedule(world.request(key)).await;
    refused(schedule.map(drop), Code::NotFound, "schedule_not_found");

    let past = rows::now() - TimeDelta::days(2);
    rows::set_all(&world.db, "export", "expires_at", past).await?;
    world.age_archives(past);
    refused(world.download(&made.id).await, Code::NotFound, "export_expired");
    let purge = world.run_now("scheduler-purge-exports").await;
    world.until(&purge, RunState::Succeeded).await;
    assert_eq!(world.exported(&made.id).await.size, 0);
    assert_eq!(world.age_archives(past), 0, "its file is gone");
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn one_at_a_time_and_once_a_request(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    // Nobody works: what was made stays ready.
    let made = world.export("a").await?;
    assert_eq!(world.export("a").await?.id, made.id, "a repeat");
    refused(world.export("b").await, Code::FailedPrecondition, "export_under_way");
    refused(world.export("").await, Code::InvalidArgument, "invalid_argument");
    refused(world.download(&made.id).await, Code::FailedPrecondition, "export_not_ready");
    assert_eq!(world.call_off(&made.id).await?.state(), RunState::Cancelled);
    refused(world.call_off(&made.id).await, Code::FailedPrecondition, "export_ended");
    refused(world.download(&made.id).await, Code::FailedPrecondition, "export_not_ready");
    let run = world.run(&made.id).await?;
    assert_eq!(codes(&run), ["run_requested", "run_cancelled"]);

    let wishes = (0..8).map(|n| n.to_string()).collect::<Vec<_>>();
    let answers = futures::future::join_all(wishes.iter().map(|id| world.export(id))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    let list = world.exports().list_exports(world.request(pb::ListExportsRequest {})).await?;
    let states: Vec<_> = list.into_inner().exports.iter().map(pb::Export::state).collect();
    assert_eq!(states, [RunState::Ready, RunState::Cancelled]);
    Ok(())
}

async fn nobody_works_on_what_was_called_off(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    world.worker.tell(Telling::Endless);
    let _replica = world.replica(quick()).await;
    let made = world.export("a").await?;
    eventually(LIMIT, "it counts what it has read", async || {
        (world.exported(&made.id).await.records > 10).then_some(())
    })
    .await;
    assert_eq!(world.worker.readers(), 1);
    assert_eq!(world.call_off(&made.id).await?.state(), RunState::Cancelled);
    eventually(LIMIT, "nobody reads any more", async || {
        (world.worker.readers() == 0).then_some(())
    })
    .await;
    // Another one may begin, and nothing of the first is kept.
    world.worker.tell(Telling::Whole);
    let next = world.export("b").await?;
    world.until(&next.id, RunState::Succeeded).await;
    let first = world.exported(&made.id).await;
    assert_eq!((first.state(), first.size), (RunState::Cancelled, 0));
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn what_cannot_be_read_is_tried_again_and_ends(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    world.worker.tell(Telling::Away);
    let made = world.export("a").await?;
    rows::set_all(&world.db, "run", "backoff_base_ms", 1_i64).await?;
    let _replica = world.replica(quick()).await;
    let failed = world.until(&made.id, RunState::Failed).await;
    assert_eq!(failed.attempt, 3);
    assert!(failed.summary.contains("the database is away"), "{}", failed.summary);
    refused(world.download(&made.id).await, Code::FailedPrecondition, "export_not_ready");
    Ok(())
}

async fn they_are_nobody_elses(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let _replica = world.replica(quick()).await;
    let made = world.export("a").await?;
    world.until(&made.id, RunState::Succeeded).await;
    let agent = person(world.admin.tenant()?, Role::Agent);
    let other = person(TenantId::new(), Role::Admin);
    for (who, code, reason) in [
        (agent, Code::PermissionDenied, "permission_denied"),
        (other, Code::NotFound, "export_not_found"),
    ] {
        let id = made.id.clone();
        let get = world.by(&who, pb::GetExportRequest { id: id.clone() });
        refused(world.exports().get_export(get).await.map(drop), code, reason);
        let cancel = world.by(&who, pb::CancelExportRequest { id: id.clone() });
        refused(world.exports().cancel_export(cancel).await.map(drop), code, reason);
        let download = world.by(&who, pb::DownloadExportRequest { id });
        refused(world.exports().download_export(download).await.map(drop), code, reason);
    }
    Ok(())
}
