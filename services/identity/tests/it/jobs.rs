//! Scheduled work is done once per run, and only for the highest fence.

use chamados_proto::jobs::v1::{
    ExecuteRequest, ExecuteResponse, execute_response::Event, job_handler_client::JobHandlerClient,
};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::TryStreamExt as _;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::support::{Identity, reason, service};

store_suite!(expired_sessions_are_purged_once_per_run, who_may_order_and_what);

async fn execute(
    identity: &Identity,
    run_id: &str,
    job_type: &str,
    fence: i64,
) -> Result<Vec<ExecuteResponse>, Status> {
    let request = ExecuteRequest {
        run_id: run_id.to_owned(),
        job_type: job_type.to_owned(),
        fence,
        attempt: 1,
        payload: None,
    };
    let mut jobs = JobHandlerClient::new(identity.channel.clone());
    jobs.execute(identity.by(&service(), request)).await?.into_inner().try_collect().await
}

fn summary(events: &[ExecuteResponse]) -> &str {
    match events.last().and_then(|message| message.event.as_ref()) {
        Some(Event::Result(result)) => &result.summary,
        other => panic!("no result: {other:?}"),
    }
}

async fn expired_sessions_are_purged_once_per_run(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    identity.set_up().await?;
    identity.clock.advance(TimeDelta::days(31).to_std()?);
    let run = Uuid::now_v7().to_string();
    let first = execute(&identity, &run, "identity.purge_expired", 1).await?;
    assert!(summary(&first).starts_with("1 sessions"), "{}", summary(&first));
    assert!(matches!(first[0].event, Some(Event::Log(_))));

    let repeated = execute(&identity, &run, "identity.purge_expired", 2).await?;
    assert_eq!(summary(&repeated), summary(&first));
    let stale = execute(&identity, &run, "identity.purge_expired", 1).await;
    assert_eq!(reason(stale), "stale_fence");

    let next = Uuid::now_v7().to_string();
    let second = execute(&identity, &next, "identity.purge_expired", 1).await?;
    assert!(summary(&second).starts_with("0 sessions"), "{}", summary(&second));
    execute(&identity, &next.replace('7', "8"), "identity.purge_processed", 1).await?;
    Ok(())
}

async fn who_may_order_and_what(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let run = Uuid::now_v7().to_string();
    let unknown = execute(&identity, &run, "identity.fly", 1).await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unimplemented);
    let no_run = execute(&identity, "7", "identity.purge_expired", 1).await.unwrap_err();
    assert_eq!(no_run.code(), Code::InvalidArgument);
    let mut jobs = JobHandlerClient::new(identity.channel.clone());
    let by_person = jobs.execute(identity.by(&admin, ExecuteRequest::default())).await;
    assert_eq!(by_person.unwrap_err().code(), Code::PermissionDenied);
    Ok(())
}
