//! Two computers with the token of one device, as after cloning an image.

use chamados_proto::device::v1::{self as pb, CloseReason, server_message::Message as Down};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{
    Replica, World,
    agent::{Agent, Stream, close_reason, hello},
};

store_suite!(two_computers_with_one_token_are_told_apart, restarts_are_no_conflict);

/// Which start of which computer says Hello.
async fn start(agent: &Agent, token: &str, boot: u8) -> anyhow::Result<(Stream, Down)> {
    agent.hello_with(pb::Hello { boot_id: vec![boot; 16].into(), ..hello(token) }).await
}

async fn two_computers_with_one_token_are_told_apart(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    let (mut last, _) = start(&agent, &device.token, 1).await?;
    replica.wait_for(&world, &device.device_id, pb::Presence::Online).await;
    // Each takes the other's place; the fourth return of one is one too many.
    for boot in [2, 1, 2, 1] {
        let (next, answer) = start(&agent, &device.token, boot).await?;
        assert!(matches!(answer, Down::Welcome(_)), "{answer:?}");
        assert_eq!(last.closed().await, CloseReason::Superseded);
        last = next;
    }
    assert_eq!(replica.device(&world, &device.device_id).await?.identity_conflict_time, None);
    let (mut winner, answer) = start(&agent, &device.token, 2).await?;
    assert!(matches!(answer, Down::Welcome(_)), "{answer:?}");
    let Down::Close(close) = last.hear().await else { panic!("not closed") };
    assert_eq!((close.reason(), close.retry_after_seconds), (CloseReason::Banned, 600));
    let shown = replica.device(&world, &device.device_id).await?;
    assert!(shown.identity_conflict_time.is_some());
    assert_eq!(
        replica.timeline(&world, &device.device_id).await?,
        ["identity_conflict", "online", "enrolled"]
    );

    // Who was there keeps its place, and may come back; the other is kept away.
    for _ in 0..3 {
        let (_, answer) = start(&agent, &device.token, 1).await?;
        assert_eq!(close_reason(&answer), CloseReason::Banned);
    }
    for sequence in 1..=8 {
        winner.beat(sequence).await?;
    }
    assert_eq!(winner.hear().await, Down::Ack(pb::Ack { sequence: 8 }));
    let (winner, answer) = start(&agent, &device.token, 2).await?;
    assert!(matches!(answer, Down::Welcome(_)), "{answer:?}");
    // When it is gone the other may be there.
    winner.say(pb::agent_message::Message::Bye(pb::Bye::default())).await?;
    replica.wait_for(&world, &device.device_id, pb::Presence::Offline).await;
    let (_stream, answer) = start(&agent, &device.token, 1).await?;
    assert!(matches!(answer, Down::Welcome(_)), "{answer:?}");
    assert_eq!(
        replica
            .timeline(&world, &device.device_id)
            .await?
            .iter()
            .filter(|t| *t == "identity_conflict")
            .count(),
        1
    );

    replica.reset(&world, &device.device_id).await?;
    assert_eq!(replica.device(&world, &device.device_id).await?.identity_conflict_time, None);
    Ok(())
}

async fn restarts_are_no_conflict(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    let mut streams = Vec::new();
    for boot in [1, 1, 2, 3, 3, 4, 5, 6, 7, 8] {
        let (stream, answer) = start(&agent, &device.token, boot).await?;
        assert!(matches!(answer, Down::Welcome(_)), "{answer:?}");
        streams.push(stream);
    }
    // An agent that does not say which start it is proves nothing.
    for _ in 0..10 {
        let unnamed = pb::Hello { boot_id: Vec::new().into(), ..hello(&device.token) };
        streams.push(agent.hello_with(unnamed).await?.0);
        streams.push(start(&agent, &device.token, 8).await?.0);
    }
    assert_eq!(replica.device(&world, &device.device_id).await?.identity_conflict_time, None);
    Ok(())
}
