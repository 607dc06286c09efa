//! Policies for USB storage: obeyed, kept, reported.

use std::{fs, os::unix::fs::MetadataExt as _};

use chamados_agent::{
    state::{KeptPolicy, StateDir},
    usb::Policy,
};
use chamados_proto::device::v1::{
    PolicyOutcome, PolicyReport, PolicyUpdate, UsbPolicy, agent_message, server_message::Message,
};

use crate::{
    fixture::Computer,
    server::{Session, TestServer, welcome},
};

const RULES: &str = "etc/udev/rules.d/90-chamados-usb.rules";
const MODULES: &str = "etc/modprobe.d/chamados-usb.conf";

async fn enrolled() -> (TestServer, Computer) {
    let server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    (server, computer)
}

async fn order(session: &Session, revision: u32, policy: i32) {
    let update = PolicyUpdate { revision, usb_policy: policy };
    session.say(Message::PolicyUpdate(update)).await;
}

/// The next report; what comes before it is passed over.
async fn report(session: &mut Session) -> PolicyReport {
    loop {
        match session.next().await {
            Some(agent_message::Message::PolicyReport(report)) => return report,
            Some(_) => {}
            None => panic!("the stream ended"),
        }
    }
}

fn there(computer: &Computer) -> (bool, bool) {
    let root = computer.usb_root();
    (root.join(RULES).exists(), root.join(MODULES).exists())
}

#[tokio::test]
async fn a_policy_is_obeyed_reported_and_kept() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.policy_revision, 0);
    for (revision, policy, files) in [
        (3, UsbPolicy::Block, (true, true)),
        (4, UsbPolicy::ReadOnly, (true, false)),
        (5, UsbPolicy::Allow, (false, false)),
        (6, UsbPolicy::Block, (true, true)),
        // Once more, and one of an earlier number: what the server says last counts.
        (6, UsbPolicy::Block, (true, true)),
        (2, UsbPolicy::ReadOnly, (true, false)),
    ] {
        order(&session, revision, policy.into()).await;
        let report = report(&mut session).await;
        assert_eq!((report.revision, report.outcome()), (revision, PolicyOutcome::Applied));
        assert_eq!(there(&computer), files, "{policy:?}");
    }
    // Another stream of the same run.
    drop(session);
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.policy_revision, 2);
    agent.stop();
    session.bye().await;
    drop(session);
    agent.exit().await.unwrap();

    // Another run finds the rules gone, and makes them before it connects.
    fs::remove_dir_all(computer.usb_root()).unwrap();
    let agent = computer.run();
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.policy_revision, 2);
    assert_eq!(there(&computer), (true, false));
    let status = chamados_agent::status(&computer.state_dir()).unwrap();
    assert!(status.to_string().contains("read only"), "{status}");
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn an_order_that_comes_twice_is_carried_out_once() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, _) = server.welcomed(welcome()).await;
    let file = || fs::metadata(computer.usb_root().join(RULES)).unwrap().ino();
    order(&session, 7, UsbPolicy::Block.into()).await;
    assert_eq!(report(&mut session).await.outcome(), PolicyOutcome::Applied);
    let first = file();
    order(&session, 7, UsbPolicy::Block.into()).await;
    let repeated = report(&mut session).await;
    assert_eq!((repeated.revision, repeated.outcome()), (7, PolicyOutcome::Applied));
    assert_eq!(file(), first, "the rules were written again");
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn what_cannot_be_obeyed_is_reported_with_the_reason() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, _) = server.welcomed(welcome()).await;
    order(&session, 1, UsbPolicy::Block.into()).await;
    assert_eq!(report(&mut session).await.outcome(), PolicyOutcome::Applied);

    // A policy of a later server.
    order(&session, 2, 99).await;
    let unknown = report(&mut session).await;
    assert_eq!((unknown.outcome(), &*unknown.reason), (PolicyOutcome::Failed, "unsupported"));

    // A file where a folder has to be.
    fs::remove_dir_all(computer.usb_root()).unwrap();
    fs::write(computer.usb_root(), "").unwrap();
    order(&session, 3, UsbPolicy::Block.into()).await;
    let failed = report(&mut session).await;
    assert_eq!((failed.revision, failed.outcome()), (3, PolicyOutcome::Failed));
    assert_eq!(failed.reason, "other");
    assert!(failed.detail.contains("cannot write") && !failed.detail.contains('\n'), "{failed:?}");
    // In force is none; the server will ask again.
    drop(session);
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.policy_revision, 0);
    fs::remove_file(computer.usb_root()).unwrap();
    order(&session, 3, UsbPolicy::Block.into()).await;
    assert_eq!(report(&mut session).await.outcome(), PolicyOutcome::Applied);
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn another_device_inherits_no_policy() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, _) = server.welcomed(welcome()).await;
    order(&session, 8, UsbPolicy::Block.into()).await;
    report(&mut session).await;
    agent.stop();
    session.bye().await;
    drop(session);
    agent.exit().await.unwrap();

    // The test's server gives each enrolment a device of its own.
    computer.enroll(&server).await;
    let agent = computer.run();
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.policy_revision, 0);
    assert_eq!(there(&computer), (false, false), "nobody wants it of this device");
    let state = StateDir::open(&computer.state_dir()).unwrap();
    assert_eq!(state.policy().unwrap(), None);
    agent.stop();
    session.bye().await;
}

/// What was kept cannot be obeyed now: the agent says so and goes on.
#[tokio::test]
async fn a_start_that_cannot_obey_says_that_nothing_is_in_force() {
    let (mut server, computer) = enrolled().await;
    let state = StateDir::open(&computer.state_dir()).unwrap();
    let device_id = state.credentials().unwrap().device_id;
    let kept = KeptPolicy { device_id, revision: 4, policy: Policy::Block };
    state.save_policy(&kept).unwrap();
    fs::write(computer.usb_root(), "").unwrap();
    let agent = computer.run();
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.policy_revision, 0);
    session.beat().await;
    agent.stop();
    session.bye().await;
}
