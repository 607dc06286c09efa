//! Scheduled work of tickets.

use chamados_chassis::auth::Principal;
use chamados_proto::jobs::v1::{
    ExecuteRequest, ExecuteResponse, ListJobTypesRequest, execute_response::Event,
    job_handler_client::JobHandlerClient,
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::TryStreamExt as _;
use tonic::Status;
use uuid::Uuid;

use crate::support::{Desk, about, reason};

const PURGE: &str = "ticket.purge_processed";

store_suite!(remembered_requests_are_purged_once_per_run);

/// Runs a job.
pub(crate) async fn execute(
    desk: &Desk,
    by: &Principal,
    job_type: &str,
    run_id: &str,
    fence: i64,
) -> Result<Vec<ExecuteResponse>, Status> {
    let request = ExecuteRequest {
        run_id: run_id.to_owned(),
        job_type: job_type.to_owned(),
        fence,
        attempt: 1,
        payload: None,
    };
    let mut jobs = JobHandlerClient::new(desk.channel.clone());
    jobs.execute(desk.by(by, request)).await?.into_inner().try_collect().await
}

/// What a run came to.
pub(crate) fn summary(events: &[ExecuteResponse]) -> &str {
    match events.last().and_then(|message| message.event.as_ref()) {
        Some(Event::Result(result)) => &result.summary,
        other => panic!("no result: {other:?}"),
    }
}

async fn remembered_requests_are_purged_once_per_run(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let scheduler = Principal::Service { name: "scheduler".into(), tenant: None };
    let mut request = about("Sem rede");
    request.request_id = "r-1".into();
    let agent = desk.agent();
    let first = desk.create(&agent, request.clone()).await?;
    desk.pass(25 * 60 * 60);

    let run = Uuid::now_v7().to_string();
    let done = execute(&desk, &scheduler, PURGE, &run, 2).await?;
    assert!(matches!(done[0].event, Some(Event::Log(_))));
    assert!(summary(&done).starts_with("1 rows"), "{}", summary(&done));
    let repeated = execute(&desk, &scheduler, PURGE, &run, 3).await?;
    assert_eq!(summary(&repeated), summary(&done));
    assert_eq!(reason(execute(&desk, &scheduler, PURGE, &run, 1).await), "stale_fence");
    assert_eq!(reason(execute(&desk, &agent, PURGE, &run, 9).await), "permission_denied");

    assert_ne!(desk.create(&agent, request).await?.id, first.id, "a day later it is a new request");
    let mut jobs = JobHandlerClient::new(desk.channel.clone());
    let types = jobs.list_job_types(desk.by(&scheduler, ListJobTypesRequest {})).await?;
    assert_eq!(types.into_inner().job_types[0].name, PURGE);
    Ok(())
}
