//! The program, as a service manager sees it.

use std::process::{Output, Stdio};

use chamados_proto::device::v1::CloseReason;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::process::{Child, Command};

use crate::{
    fixture::Computer,
    server::{TestServer, welcome, within},
};

fn agent(computer: &Computer, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chamados-agent"));
    command.args(arguments).arg("--state-dir").arg(computer.state_dir());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn finish(child: Child) -> Output {
    within(child.wait_with_output()).await.unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn terminated_it_says_good_bye_and_succeeds() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut server = TestServer::start().await;
        let computer = Computer::new();
        computer.enroll(&server).await;
        let child = agent(&computer, &["run", "--log-format", "json"]).spawn().unwrap();
        let (mut session, _) = server.welcomed(welcome()).await;
        session.beat().await;
        let pid = i32::try_from(child.id().unwrap()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
        assert_eq!(session.bye().await, "stop");
        drop(session);
        let output = finish(child).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        for line in stderr(&output).lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
            assert!(!line.contains("chd_"), "{line}");
        }
    }
}

#[tokio::test]
async fn reset_it_says_to_enrol_again_and_does_not_want_to_be_restarted() {
    let mut server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    let child = agent(&computer, &["run"]).spawn().unwrap();
    let (session, _) = server.welcomed(welcome()).await;
    session.close(CloseReason::Reset).await;
    let output = finish(child).await;
    assert_eq!(output.status.code(), Some(i32::from(chamados_agent::ENROLL_AGAIN)));
    let log = stderr(&output);
    assert_eq!(log.lines().filter(|line| line.contains("enroll` again")).count(), 1, "{log}");
}

#[tokio::test]
async fn a_second_one_on_the_same_state_is_refused_and_the_first_goes_on() {
    let mut server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    let mut first = agent(&computer, &["run"]).spawn().unwrap();
    let (mut session, _) = server.welcomed(welcome()).await;
    let beat = session.beat().await;
    for _ in 0..2 {
        let output = finish(agent(&computer, &["run"]).spawn().unwrap()).await;
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "not 78: a service manager may try later");
        assert!(message.contains("an agent already runs on"), "{message}");
        assert!(message.contains(computer.state_dir().to_str().unwrap()), "{message}");
    }
    session.acknowledge(beat).await;
    assert!(session.beat().await > beat, "the first one is not disturbed");

    // The lock is the process's: not even `kill -9` leaves it behind.
    first.kill().await.unwrap();
    let mut third = agent(&computer, &["run"]).spawn().unwrap();
    let _welcomed = server.welcomed(welcome()).await;
    third.kill().await.unwrap();
}

#[tokio::test]
async fn a_ticket_that_cannot_be_opened_is_one_line_too() {
    let computer = Computer::new();
    let ticket = ["ticket", "new", "--subject"];
    let refused = async |subject: &str, code: i32, told: &str| {
        let arguments = [ticket.as_slice(), &[subject]].concat();
        let output = finish(agent(&computer, &arguments).spawn().unwrap()).await;
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(told), "{message}");
    };
    refused("It hums", 78, "run `chamados-agent enroll`").await;
    let server = TestServer::start().await;
    computer.enroll(&server).await;
    refused("", 1, "the subject is empty").await;
    refused("It hums", 1, "takes no tickets from devices").await;
    let url = server.url();
    server.stop().await;
    refused("It hums", 1, &format!("cannot reach {url}")).await;
}

#[tokio::test]
async fn errors_are_one_line_that_says_what_to_do() {
    let computer = Computer::new();
    let cases: [(&[&str], i32, &str); 3] = [
        (&["run"], 78, "run `chamados-agent enroll`"),
        (
            &["enroll", "--server", "http://10.0.0.1", "--code", "C", "--email", "a@b"],
            1,
            "use https://",
        ),
        (&["run", "--log-filter", "a=b=c"], 1, "--log-filter"),
    ];
    for (arguments, code, expected) in cases {
        let output = finish(agent(&computer, arguments).spawn().unwrap()).await;
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn help_succeeds_and_a_wrong_command_line_does_not() {
    let computer = Computer::new();
    for (arguments, code) in [(&["run", "--help"], 0), (&["run", "--unknown"], 1)] {
        let output = finish(agent(&computer, arguments).spawn().unwrap()).await;
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn status_is_readable_by_people_and_programs() {
    let computer = Computer::new();
    let output = finish(agent(&computer, &["status"]).spawn().unwrap()).await;
    assert!(String::from_utf8_lossy(&output.stdout).contains("not enrolled"));

    let server = TestServer::start().await;
    computer.enroll(&server).await;
    let output = finish(agent(&computer, &["status", "--json"]).spawn().unwrap()).await;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["phase"], "stopped");
    assert_eq!(report["server"], server.url());
    assert!(!String::from_utf8_lossy(&output.stdout).contains("chd_"));
}
