//! Scheduled work: its effect once a run, its log never empty.

use chamados_device::Config;
use chamados_proto::{
    device::v1 as pb,
    jobs::v1::{ExecuteRequest, ListJobTypesRequest, execute_response::Event},
};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::support::{
    Replica, World,
    evidence::{execute, number},
    reason,
};

store_suite!(settling_writes_only_what_moved, purging_forgets, runs_are_done_once);

/// Log codes and summary of a run.
pub(crate) async fn run(
    world: &World,
    replica: &Replica,
    job: &str,
    run_id: Uuid,
    fence: i64,
) -> Result<(Vec<String>, String), Status> {
    let request = ExecuteRequest {
        run_id: run_id.to_string(),
        job_type: job.into(),
        fence,
        attempt: 1,
        payload: None,
    };
    let mut answers = replica.jobs().execute(world.as_scheduler(request)).await?.into_inner();
    let (mut log, mut summary) = (Vec::new(), String::new());
    while let Some(answer) = answers.message().await? {
        match answer.event {
            Some(Event::Log(line)) => log.push(line.code),
            Some(Event::Result(result)) => summary = result.summary,
            _ => {}
        }
    }
    assert!(!log.is_empty(), "at least one line");
    Ok((log, summary))
}

const SETTLE: &str = "device.settle_presence";

async fn settling_writes_only_what_moved(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    // Only the job looks.
    let config = Config { upkeep_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let (here, gone) = (agent.enroll(1).await?, agent.enroll(2).await?);
    let (_stream, _) = agent.welcomed(&here.token).await?;
    replica.wait_for(&world, &here.device_id, pb::Presence::Online).await;
    let (_, summary) = run(&world, &replica, SETTLE, Uuid::now_v7(), 1).await?;
    assert_eq!(summary, "0 devices changed their presence");
    let entries = number(&replica.db, "SELECT count(*) FROM timeline_entry").await?;

    // What a crash between two statements of another time could leave behind.
    execute(&replica.db, "UPDATE device SET presence = 'offline'").await?;
    let wrong = "UPDATE device SET presence = 'online' WHERE host_name = 'pc-0002'";
    execute(&replica.db, wrong).await?;
    let (log, summary) = run(&world, &replica, SETTLE, Uuid::now_v7(), 1).await?;
    assert_eq!(log, ["presence_settled", "done"]);
    assert_ne!(summary, "0 devices changed their presence");
    assert_eq!(replica.device(&world, &here.device_id).await?.presence(), pb::Presence::Online);
    // Nobody knows this one; just after a start it takes a moment until that counts.
    replica.wait_for(&world, &gone.device_id, pb::Presence::Offline).await;
    assert_eq!(number(&replica.db, "SELECT count(*) FROM timeline_entry").await?, entries + 2);
    Ok(())
}

async fn purging_forgets(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    agent.enroll(1).await?;
    agent.enroll(1).await?;
    let purge = "device.purge_processed";
    run(&world, &replica, purge, Uuid::now_v7(), 1).await?;
    assert_eq!(number(&replica.db, "SELECT count(*) FROM revoked_token").await?, 1);
    execute(&replica.db, "UPDATE revoked_token SET revoked_at = '2020-01-01T00:00:00+00:00'")
        .await?;
    let (log, _) = run(&world, &replica, purge, Uuid::now_v7(), 1).await?;
    assert_eq!(log, ["purged", "tokens_forgotten", "done"]);
    assert_eq!(number(&replica.db, "SELECT count(*) FROM revoked_token").await?, 0);
    Ok(())
}

async fn runs_are_done_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let id = Uuid::now_v7();
    let first = run(&world, &replica, SETTLE, id, 5).await?;
    let again = run(&world, &replica, SETTLE, id, 6).await?;
    assert_eq!(again.1, first.1);
    let error = run(&world, &replica, SETTLE, id, 4).await.unwrap_err();
    assert_eq!((error.code(), reason(&error).as_str()), (Code::FailedPrecondition, "stale_fence"));
    let error = run(&world, &replica, "device.nothing", Uuid::now_v7(), 1).await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented);

    let types = replica.jobs().list_job_types(world.as_scheduler(ListJobTypesRequest {})).await?;
    let names: Vec<String> = types.into_inner().job_types.into_iter().map(|t| t.name).collect();
    assert_eq!(names, [SETTLE, "device.expire_usb_policies", "device.purge_processed"]);
    let error =
        replica.jobs().list_job_types(world.as_staff(ListJobTypesRequest {})).await.unwrap_err();
    assert_eq!(error.code(), Code::PermissionDenied);
    Ok(())
}
