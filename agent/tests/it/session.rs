//! The stream, from Hello to its ends.

use chamados_agent::{
    Error, Exit,
    state::{Phase, Status},
};
use chamados_proto::device::v1::{
    CloseReason, Hello, NewCredential, Pace, Section, SectionKind, WantSections, Welcome,
    section::Content, server_message::Message,
};

use crate::{
    fixture::Computer,
    server::{TOKEN, TestServer, welcome},
};

fn kinds(sections: &[Section]) -> Vec<SectionKind> {
    sections.iter().map(Section::kind).collect()
}

fn status(computer: &Computer) -> Status {
    chamados_agent::status(&computer.state_dir()).unwrap().status.unwrap()
}

async fn enrolled() -> (TestServer, Computer) {
    let server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    (server, computer)
}

#[tokio::test]
async fn hello_beats_acks_and_good_bye() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!((hello.protocol, hello.token.as_str()), (1, TOKEN));
    assert_eq!(hello.boot_id.len(), 16);
    assert!(hello.clock.is_some());
    assert_eq!(
        kinds(&hello.digests),
        [
            SectionKind::Os,
            SectionKind::Hardware,
            SectionKind::Disks,
            SectionKind::Network,
            SectionKind::Users,
        ]
    );
    assert!(hello.digests.iter().all(|digest| digest.content.is_none()));

    // Enough beats that an agent which missed the acknowledgements would have gone.
    for sequence in 1..=5 {
        assert_eq!(session.beat().await, sequence);
        session.acknowledge(sequence).await;
    }
    let status = status(&computer);
    assert_eq!((status.phase, status.interval_seconds), (Phase::Online, Some(1)));
    assert!(status.last_acknowledged_at.is_some());

    agent.stop();
    assert_eq!(session.bye().await, "stop");
    assert!(session.next().await.is_none(), "the agent ends its side");
    drop(session);
    assert_eq!(agent.exit().await.unwrap(), Exit::Stopped);
    let report = chamados_agent::status(&computer.state_dir()).unwrap();
    assert_eq!((report.phase, report.running), (Phase::Stopped, false));
}

/// The server knows of the computer from its Hello on, so from then on it hears a good-bye.
#[tokio::test]
async fn a_stop_before_the_welcome_says_good_bye() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let mut session = server.session().await;
    session.hello().await;
    agent.stop();
    session.say(Message::Welcome(welcome())).await;
    assert_eq!(session.bye().await, "stop");
    drop(session);
    assert_eq!(agent.exit().await.unwrap(), Exit::Stopped);
}

#[tokio::test]
async fn sections_go_when_wanted_and_when_changed() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let wanted_sections = vec![SectionKind::Os.into(), SectionKind::Hardware.into(), 99];
    let (mut session, hello) = server.welcomed(Welcome { wanted_sections, ..welcome() }).await;
    let sent = session.sections().await;
    assert_eq!(kinds(&sent), [SectionKind::Os, SectionKind::Hardware]);
    assert_eq!(sent[0].digest, hello.digests[0].digest);
    let Some(Content::Os(os)) = &sent[0].content else { panic!("{sent:?}") };
    assert_eq!(os.host_name, "atlas");

    session
        .say(Message::WantSections(WantSections { kinds: vec![SectionKind::Network.into()] }))
        .await;
    assert_eq!(kinds(&session.sections().await), [SectionKind::Network]);

    computer.set_host_name("bremen");
    let changed = loop {
        // Free space of the real disks may cross a step meanwhile.
        let sections = session.sections().await;
        if let Some(section) = sections.into_iter().find(|s| s.kind() == SectionKind::Os) {
            break section;
        }
    };
    let Some(Content::Os(os)) = changed.content else { panic!("no content") };
    assert_eq!(os.host_name, "bremen");
    assert_ne!(changed.digest, hello.digests[0].digest);
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn a_reset_ends_the_agent_and_is_remembered() {
    for (reason, word) in
        [(CloseReason::Reset, "was reset"), (CloseReason::BadIdentity, "token is unknown")]
    {
        let (mut server, computer) = enrolled().await;
        let agent = computer.run();
        let (mut session, _) = server.welcomed(welcome()).await;
        session.beat().await;
        session.close(reason).await;
        assert_eq!(agent.exit().await.unwrap(), Exit::Reset);
        let report = chamados_agent::status(&computer.state_dir()).unwrap();
        assert_eq!(report.phase, Phase::Reset);
        assert!(report.to_string().contains(word), "{report}");

        // Enrolling again clears it.
        computer.enroll(&server).await;
        let report = chamados_agent::status(&computer.state_dir()).unwrap();
        assert_eq!(report.phase, Phase::Stopped);
    }
}

#[tokio::test]
async fn a_refused_hello_ends_the_agent_too() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let mut session = server.session().await;
    session.hello().await;
    session.close(CloseReason::BadIdentity).await;
    assert_eq!(agent.exit().await.unwrap(), Exit::Reset);
}

#[tokio::test]
async fn other_closes_bring_it_back_as_the_same_start() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let mut boot: Option<Hello> = None;
    for reason in [CloseReason::Drain, CloseReason::Overload, CloseReason::Superseded] {
        let (mut session, hello) = server.welcomed(welcome()).await;
        assert_eq!(session.beat().await, 1, "sequences begin again in each stream");
        session.close(reason).await;
        let first = boot.get_or_insert(hello.clone());
        assert_eq!(first.boot_id, hello.boot_id);
    }
    agent.stop();
    assert_eq!(agent.exit().await.unwrap(), Exit::Stopped);
}

#[tokio::test]
async fn a_restarted_server_finds_the_agent_again() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, _) = server.welcomed(welcome()).await;
    session.beat().await;
    drop(session);
    let address = server.stop().await;
    let mut server = TestServer::start_at(address).await;
    let (mut session, _) = server.welcomed(welcome()).await;
    assert_eq!(session.beat().await, 1);
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn unacknowledged_beats_are_not_sent_for_ever() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut deaf, _) = server.welcomed(welcome()).await;
    for sequence in 1..=3 {
        assert_eq!(deaf.beat().await, sequence);
    }
    let (mut session, _) = server.welcomed(welcome()).await;
    session.beat().await;
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn the_pace_is_the_servers() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let slow = Welcome { interval_seconds: 3600, ..welcome() };
    let (mut session, _) = server.welcomed(slow).await;
    assert_eq!(session.beat().await, 1, "the phase is zero");
    session.say(Message::Pace(Pace { interval_seconds: 1 })).await;
    assert_eq!(session.beat().await, 2, "not an hour later");
    assert_eq!(status(&computer).interval_seconds, Some(1));
    agent.stop();
    session.bye().await;
}

#[tokio::test]
async fn it_stops_while_it_waits() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let mut session = server.session().await;
    session.hello().await;
    let close = chamados_proto::device::v1::Close {
        reason: CloseReason::Overload.into(),
        retry_after_seconds: 3600,
        ..Default::default()
    };
    session.say(Message::Close(close)).await;
    drop(session);
    agent.stop();
    assert_eq!(agent.exit().await.unwrap(), Exit::Stopped);
}

#[tokio::test]
async fn two_agents_do_not_share_a_directory() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let _session = server.session().await;
    let error = computer.run().exit().await.unwrap_err();
    assert!(matches!(error, Error::Running(_)), "{error}");
    agent.stop();
}

#[tokio::test]
async fn without_credentials_there_is_no_run() {
    let error = Computer::new().run().exit().await.unwrap_err();
    assert!(matches!(error, Error::NotEnrolled(_)), "{error}");
    assert_eq!(error.exit_status(), chamados_agent::ENROLL_AGAIN);
}

#[tokio::test]
async fn a_new_token_is_kept_and_shown_from_then_on() {
    let (mut server, computer) = enrolled().await;
    let agent = computer.run();
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.token, TOKEN);
    // One that is none is not taken.
    session.say(Message::NewCredential(NewCredential::default())).await;
    session.say(Message::NewCredential(NewCredential { token: "chd_new".into() })).await;
    session.stored().await;
    assert_eq!(computer.token(), "chd_new", "it is on the disk before it is said to be");
    session.close(CloseReason::Drain).await;
    let (mut session, hello) = server.welcomed(welcome()).await;
    assert_eq!(hello.token, "chd_new");

    // One that cannot be kept is not taken either, and the heartbeats go on.
    let state = computer.state_dir();
    std::fs::create_dir(state.join("credentials.json.new")).unwrap();
    session.say(Message::NewCredential(NewCredential { token: "chd_lost".into() })).await;
    session.beat().await;
    session.acknowledge(1).await;
    assert_eq!(session.beat().await, 2);
    assert_eq!(computer.token(), "chd_new");
    agent.stop();
    session.bye().await;
}
