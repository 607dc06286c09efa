//! Scheduled work is done once per run, and only for the highest fence.

use chamados_identity::MailConfig;
use chamados_proto::{
    identity::v1::{self as pb, password_service_client::PasswordServiceClient},
    jobs::v1::{
        ExecuteRequest, ExecuteResponse, execute_response::Event,
        job_handler_client::JobHandlerClient,
    },
};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::TryStreamExt as _;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::support::{Identity, reason, service};

store_suite!(
    expired_sessions_are_purged_once_per_run,
    what_may_still_be_wanted_stays,
    who_may_order_and_what
);

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
    assert!(summary(&first).starts_with("1 expired"), "{}", summary(&first));
    assert!(matches!(first[0].event, Some(Event::Log(_))));

    let repeated = execute(&identity, &run, "identity.purge_expired", 2).await?;
    assert_eq!(summary(&repeated), summary(&first));
    let stale = execute(&identity, &run, "identity.purge_expired", 1).await;
    assert_eq!(reason(stale), "stale_fence");

    let next = Uuid::now_v7().to_string();
    let second = execute(&identity, &next, "identity.purge_expired", 1).await?;
    assert!(summary(&second).starts_with("0 expired"), "{}", summary(&second));
    execute(&identity, &next.replace('7', "8"), "identity.purge_processed", 1).await?;
    Ok(())
}

async fn what_may_still_be_wanted_stays(db: &TestDatabase) -> anyhow::Result<()> {
    let nowhere =
        MailConfig { url: "smtp://127.0.0.1:1".into(), from: "desk@example.com".to_owned() };
    let identity = Identity::start_with(db, Some(nowhere)).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    identity.invite(&admin, "c@example.com", pb::Role::Agent, None).await?;
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let user_id = beto.user().unwrap().to_string();
    let issue = pb::IssuePasswordResetRequest { user_id, request_id: String::new() };
    passwords.issue_password_reset(identity.by(&admin, issue)).await?;
    identity.execute("UPDATE mail SET ended_at = created_at WHERE template = 'invite'").await?;

    let left = async || {
        execute(&identity, &Uuid::now_v7().to_string(), "identity.purge_expired", 1).await?;
        let mut left = Vec::new();
        for table in ["invite", "password_reset", "mail"] {
            left.push(identity.count(&format!("SELECT count(*) AS n FROM {table}")).await?);
        }
        anyhow::Ok(left)
    };
    assert_eq!(left().await?, [2, 1, 3]);
    identity.clock.advance(TimeDelta::days(8).to_std()?);
    // The e-mail that was not sent stays until somebody gives it up.
    assert_eq!(left().await?, [2, 0, 1]);
    identity.clock.advance(TimeDelta::days(85).to_std()?);
    assert_eq!(left().await?, [1, 0, 1]);
    identity.clock.advance(TimeDelta::days(5).to_std()?);
    assert_eq!(left().await?, [0, 0, 1]);
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
