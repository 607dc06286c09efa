//! What each layer promises.

use std::time::Duration;

use chamados_chassis::{auth::Principal, grpc, id::TenantId};
use chamados_proto::identity::v1::{self as pb, setup_service_client::SetupServiceClient};
use futures::future::join_all;
use tonic::{Code, Request};

use crate::support::{Served, asking};

const LONG: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_panic_is_internal_and_the_next_call_is_served() {
    let served = Served::start(10).await;
    for (way, channel) in served.ways() {
        let mut client = SetupServiceClient::new(channel);
        let error = client.complete_setup(asking("panic")).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Internal, "internal error"), "{way}");
        assert!(client.get_setup(pb::GetSetupRequest {}).await.is_ok(), "{way}");
    }
}

#[tokio::test]
async fn a_deadline_ends_the_call() {
    let served = Served::start(10).await;
    for (way, channel) in served.ways() {
        let mut client = SetupServiceClient::new(channel);
        let request = served.request(asking("hang"), Duration::from_millis(200));
        let error = client.complete_setup(request).await.unwrap_err();
        assert_eq!(error.code(), Code::DeadlineExceeded, "{way}");
    }
}

#[tokio::test]
async fn only_a_verified_principal_reaches_the_handler() {
    let served = Served::start(10).await;
    let other = Served::start(10).await;
    for (way, channel) in served.ways() {
        let mut client = SetupServiceClient::new(channel);
        let none = client.issue_setup_token(pb::IssueSetupTokenRequest {}).await.unwrap_err();
        assert_eq!(none.code(), Code::Unauthenticated, "{way}");
        let forged = other.request(pb::IssueSetupTokenRequest {}, LONG);
        let error = client.issue_setup_token(forged).await.unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated, "{way}");

        // A principal beside the message, as only a caller in process could put it there.
        let mut smuggled = served.request(pb::IssueSetupTokenRequest {}, LONG);
        let admin = Principal::Service { name: "forged".into(), tenant: Some(TenantId::new()) };
        smuggled.extensions_mut().insert(admin);
        let seen = client.issue_setup_token(smuggled).await.unwrap().into_inner().token;
        assert_eq!(seen, "req-1 Service { name: \"test\", tenant: None }", "{way}");
    }
}

#[tokio::test]
async fn calls_over_the_limit_are_refused_at_once() {
    for way in 0..2 {
        let served = Served::start(3).await;
        let (name, channel) = served.ways()[way].clone();
        let calls = (0..8).map(|_| {
            let mut client = SetupServiceClient::new(channel.clone());
            let release = served.release.clone();
            async move {
                let outcome = client.complete_setup(asking("hold")).await;
                if outcome.is_err() {
                    // Every refusal lets one of those that were taken go.
                    release.add_permits(1);
                }
                outcome
            }
        });
        let outcomes = join_all(calls).await;
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(refused.clone().all(|status| status.code() == Code::ResourceExhausted), "{name}");
        assert!(refused.count() >= 3, "{name}");
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_unavailable() {
    let config = grpc::RemoteConfig { connect_timeout_seconds: 1, call_timeout_seconds: 5 };
    let nowhere = grpc::remote("http://127.0.0.1:1", &config, None).unwrap();
    let (unbound, _binding) = grpc::late();
    for channel in [nowhere, unbound] {
        let mut client = SetupServiceClient::new(channel);
        let error = client.get_setup(pb::GetSetupRequest {}).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
    }
}

#[tokio::test]
async fn methods_that_do_not_exist_share_one_label() {
    let served = Served::start(10).await;
    let mut client = tonic::client::Grpc::new(served.near.clone());
    for i in 0..5 {
        client.ready().await.unwrap();
        let path = format!("/invented.Service/Method{i}").parse().unwrap();
        let codec = tonic_prost::ProstCodec::<pb::GetSetupRequest, pb::GetSetupResponse>::default();
        let outcome = client.unary(Request::new(pb::GetSetupRequest {}), path, codec).await;
        assert!(outcome.is_err());
    }
    let mut known = SetupServiceClient::new(served.near.clone());
    known.get_setup(pb::GetSetupRequest {}).await.unwrap();
    let text = served.metrics.render();
    assert!(text.contains("chamados.identity.v1.SetupService/GetSetup"), "{text}");
    assert!(!text.contains("invented"), "{text}");
}
