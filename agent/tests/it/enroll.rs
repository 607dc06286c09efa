//! Enrolling.

use std::collections::HashMap;

use chamados_agent::{Error, state::Phase};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{fixture::Computer, server::TestServer};

fn refusal(code: Code, reason: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, "chamados", HashMap::new());
    Status::with_error_details(code, "no", details)
}

#[tokio::test]
async fn keeps_private_credentials() {
    let server = TestServer::start().await;
    let computer = Computer::new();
    let enrolled = chamados_agent::enroll(&computer.enroll_options(&server.url())).await.unwrap();
    assert!(!enrolled.reused);
    computer.token();
    #[cfg(unix)]
    {
        let mode = |path: &std::path::Path| chamados_agent::platform::mode_of(path).unwrap();
        assert_eq!(mode(&computer.state_dir()), Some(0o700));
        assert_eq!(mode(&computer.state_dir().join("credentials.json")), Some(0o600));
    }
    let request = &server.requests()[0];
    assert_eq!(request.provisioning_code, "CODE");
    assert_eq!((&*request.email, &*request.host_name), ("ana@example.com", "atlas"));
    assert_eq!(request.fingerprint.as_ref().unwrap().smbios_uuid, "made-up");

    let report = chamados_agent::status(&computer.state_dir()).unwrap();
    assert_eq!((report.phase, report.device_id), (Phase::Stopped, Some(enrolled.device_id)));
    let again = chamados_agent::enroll(&computer.enroll_options(&server.url())).await.unwrap();
    assert!(again.reused);
}

#[tokio::test]
async fn refusals_say_what_to_do_and_keep_nothing() {
    let server = TestServer::start().await;
    let computer = Computer::new();
    let cases = [
        (refusal(Code::Unauthenticated, "provisioning_code_invalid"), "code is not valid"),
        (refusal(Code::PermissionDenied, "email_not_in_company"), "ana@example.com is not a user"),
        (Status::unavailable("later"), "cannot reach http://127.0.0.1"),
        (Status::unimplemented(""), "no Chamados server answers"),
        (Status::internal("boom\nforged line"), "refused the enrolment: boom forged line"),
    ];
    for (status, expected) in cases {
        server.refuse(status);
        let error =
            chamados_agent::enroll(&computer.enroll_options(&server.url())).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
        assert_eq!(error.exit_status(), 1);
    }
    assert!(!computer.state_dir().join("credentials.json").exists());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let server = TestServer::start().await;
    let url = server.url();
    server.stop().await;
    let error = chamados_agent::enroll(&Computer::new().enroll_options(&url)).await.unwrap_err();
    assert!(error.to_string().contains(&url), "{error}");
}

#[tokio::test]
async fn the_token_does_not_travel_in_the_clear() {
    let computer = Computer::new();
    let options = computer.enroll_options("http://chamados.example.com");
    let error = chamados_agent::enroll(&options).await.unwrap_err();
    assert!(matches!(error, Error::Plaintext(_)), "{error}");
}

#[tokio::test]
async fn a_running_agent_is_not_robbed_of_its_credentials() {
    let mut server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    let agent = computer.run();
    let _session = server.session().await;
    let error = chamados_agent::enroll(&computer.enroll_options(&server.url())).await.unwrap_err();
    assert!(matches!(error, Error::Running(_)), "{error}");
    assert_eq!(server.requests().len(), 1);
    agent.stop();
}
