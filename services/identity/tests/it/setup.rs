//! First set-up: one link, one winner.

use chamados_chassis::auth::Role;
use chamados_proto::identity::v1::{self as pb, setup_service_client::SetupServiceClient};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::{Identity, complete_setup, reason, service, stranger};

store_suite!(one_of_many_wins, a_link_works_once_and_for_a_day, every_bad_field_is_named);

async fn one_of_many_wins(database: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(database).await?;
    let mut setup = SetupServiceClient::new(identity.channel.clone());
    assert!(setup.get_setup(pb::GetSetupRequest {}).await?.into_inner().required);
    let issue = identity.by(&service(), pb::IssueSetupTokenRequest {});
    let token = setup.issue_setup_token(issue).await?.into_inner().token;

    let tries = (0..8).map(|_| {
        let mut setup = setup.clone();
        let request = complete_setup(token.clone());
        async move { setup.complete_setup(request).await }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(!setup.get_setup(pb::GetSetupRequest {}).await?.into_inner().required);
    let issue = identity.by(&service(), pb::IssueSetupTokenRequest {});
    assert_eq!(reason(setup.issue_setup_token(issue).await), "setup_done");
    Ok(())
}

async fn a_link_works_once_and_for_a_day(database: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(database).await?;
    let mut setup = SetupServiceClient::new(identity.channel.clone());
    let refused = setup.complete_setup(complete_setup("guessed".into())).await;
    assert_eq!(reason(refused), "setup_token_invalid");
    let issue = identity.by(&stranger(), pb::IssueSetupTokenRequest {});
    assert_eq!(reason(setup.issue_setup_token(issue).await), "permission_denied");

    let issue = identity.by(&service(), pb::IssueSetupTokenRequest {});
    let token = setup.issue_setup_token(issue).await?.into_inner().token;
    identity.clock.advance(TimeDelta::hours(24).to_std()?);
    let refused = setup.complete_setup(complete_setup(token)).await;
    assert_eq!(reason(refused), "setup_token_invalid");

    let (admin, _) = identity.set_up().await?;
    assert_eq!(admin.role(), Some(Role::Admin));
    Ok(())
}

async fn every_bad_field_is_named(database: &TestDatabase) -> anyhow::Result<()> {
    use tonic_types::StatusExt as _;

    let identity = Identity::start(database).await?;
    let mut setup = SetupServiceClient::new(identity.channel.clone());
    let refused = setup.complete_setup(pb::CompleteSetupRequest::default()).await.unwrap_err();
    let details = refused.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    let fields: Vec<&str> = violations.iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, ["tenant_name", "name", "email", "password"]);
    Ok(())
}
