//! Devices that live by single calls, where streams break.

use chamados_device::Config;
use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, server_message::Message as Down,
};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use tonic::Code;

use crate::support::{
    LIMIT, Replica, World,
    agent::{Agent, hello},
    inventory::os,
};

store_suite!(
    a_device_lives_by_single_calls,
    the_newest_wins_also_against_calls,
    a_reset_is_heard_at_the_next_call,
    only_who_said_hello_may_go_on,
    who_does_not_come_back_is_forgotten,
);

/// One call. What there is to be said.
async fn exchange(
    agent: &Agent,
    token: &str,
    epoch: u64,
    message: Up,
) -> anyhow::Result<Vec<Down>> {
    let message = Some(pb::AgentMessage { message: Some(message) });
    let request = pb::ExchangeRequest { token: token.to_owned(), epoch, message };
    let answer = agent.client.clone().exchange(request).await?.into_inner();
    Ok(answer.messages.into_iter().map(|message| message.message.expect("a content")).collect())
}

async fn welcomed(agent: &Agent, token: &str) -> anyhow::Result<u64> {
    match &exchange(agent, token, 0, Up::Hello(hello(""))).await?[..] {
        [Down::Welcome(welcome)] => Ok(welcome.epoch),
        other => panic!("not welcome: {other:?}"),
    }
}

fn beat(sequence: u32) -> Up {
    Up::Beat(pb::Beat { sequence })
}

fn reasons(answers: &[Down]) -> Vec<CloseReason> {
    let reason = |answer: &Down| match answer {
        Down::Close(close) => close.reason(),
        other => panic!("not closed: {other:?}"),
    };
    answers.iter().map(reason).collect()
}

async fn a_device_lives_by_single_calls(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    let epoch = welcomed(&agent, &device.token).await?;
    replica.wait_for(&world, &device.device_id, pb::Presence::Online).await;
    for sequence in 1..=16 {
        let answers = exchange(&agent, &device.token, epoch, beat(sequence)).await?;
        if sequence % 8 == 0 {
            assert_eq!(answers, [Down::Ack(pb::Ack { sequence })]);
        } else {
            assert_eq!(answers, []);
        }
    }
    let sections = Up::Sections(pb::Sections { sections: vec![os("1", 1)] });
    assert_eq!(exchange(&agent, &device.token, epoch, sections).await?, []);
    let known = replica.device(&world, &device.device_id).await?;
    assert_eq!(known.inventory.unwrap().os.unwrap().build, "1");

    let bye = Up::Bye(pb::Bye { reason: "stop".into() });
    assert_eq!(exchange(&agent, &device.token, epoch, bye).await?, []);
    replica.wait_for(&world, &device.device_id, pb::Presence::Offline).await;
    let late = exchange(&agent, &device.token, epoch, beat(17)).await?;
    assert_eq!(reasons(&late), [CloseReason::Drain], "it is over");
    assert_eq!(
        replica.timeline(&world, &device.device_id).await?[..],
        ["offline", "inventory_changed", "online", "enrolled"]
    );
    Ok(())
}

async fn the_newest_wins_also_against_calls(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let token = agent.enroll(1).await?.token;
    let first = welcomed(&agent, &token).await?;
    let (mut stream, welcome) = agent.welcomed(&token).await?;
    assert!(welcome.epoch > first);
    let old = exchange(&agent, &token, first, beat(1)).await?;
    assert_eq!(reasons(&old), [CloseReason::Superseded]);
    let second = welcomed(&agent, &token).await?;
    assert!(second > welcome.epoch);
    assert_eq!(stream.closed().await, CloseReason::Superseded);
    // A second Hello of the same agent, as after an answer that was lost.
    let third = welcomed(&agent, &token).await?;
    let old = exchange(&agent, &token, second, beat(1)).await?;
    assert_eq!(reasons(&old), [CloseReason::Drain]);
    assert_eq!(exchange(&agent, &token, third, beat(1)).await?, []);
    Ok(())
}

async fn a_reset_is_heard_at_the_next_call(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    let epoch = welcomed(&agent, &device.token).await?;
    replica.reset(&world, &device.device_id).await?;
    let sections = Up::Sections(pb::Sections { sections: vec![os("evil", 9)] });
    let answers = exchange(&agent, &device.token, epoch, sections).await?;
    assert_eq!(reasons(&answers), [CloseReason::Reset]);
    let known = replica.device(&world, &device.device_id).await?;
    assert_eq!(known.inventory.unwrap().os, None);
    let again = exchange(&agent, &device.token, 0, Up::Hello(hello(""))).await?;
    assert_eq!(reasons(&again), [CloseReason::Reset]);
    Ok(())
}

async fn only_who_said_hello_may_go_on(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (mine, other) = (agent.enroll(1).await?, agent.enroll(2).await?);
    let epoch = welcomed(&agent, &mine.token).await?;
    for (token, epoch) in [(&other.token, epoch), (&mine.token, epoch + 1), (&mine.token, 0)] {
        let answers = exchange(&agent, token, epoch, beat(1)).await?;
        assert_eq!(reasons(&answers), [CloseReason::Drain]);
    }
    let unknown = exchange(&agent, "chd_nonsense", 0, Up::Hello(hello(&mine.token))).await?;
    assert_eq!(reasons(&unknown), [CloseReason::BadIdentity], "the call's token counts");
    assert_eq!(exchange(&agent, &mine.token, epoch, beat(1)).await?, [], "nothing was lost");
    let twice = exchange(&agent, &mine.token, epoch, Up::Sections(crooked())).await?;
    assert_eq!(reasons(&twice), [CloseReason::Protocol]);
    let request = pb::ExchangeRequest { token: mine.token, epoch, message: None };
    let refused = agent.client.clone().exchange(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    Ok(())
}

fn crooked() -> pb::Sections {
    let section = pb::Section { kind: 1, digest: vec![1; 3].into(), ..Default::default() };
    pb::Sections { sections: vec![section] }
}

async fn who_does_not_come_back_is_forgotten(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { upkeep_millis: 20, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    let epoch = welcomed(&agent, &device.token).await?;
    eventually(LIMIT, "it is forgotten", async || {
        // Asking too early makes it come back; then it has to fall silent again.
        replica.wait_for(&world, &device.device_id, pb::Presence::Offline).await;
        let answers = exchange(&agent, &device.token, epoch, beat(1)).await.ok()?;
        matches!(answers.first(), Some(Down::Close(_))).then_some(())
    })
    .await;
    // And begins anew like any other.
    welcomed(&agent, &device.token).await?;
    replica.wait_for(&world, &device.device_id, pb::Presence::Online).await;
    Ok(())
}
