//! A token is replaced over its own stream, and never are both lost.

use std::time::Duration;

use chamados_device::Config;
use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, server_message::Message as Down,
};
use chamados_testkit::{TestDatabase, eventually, store_suite};

use crate::support::{
    LIMIT, Replica, World,
    agent::{Agent, Stream, close_reason},
    evidence::{Witness, number},
};

store_suite!(
    a_token_is_replaced_over_its_stream,
    both_are_valid_until_the_new_one_is_used,
    an_offer_that_did_not_arrive_is_replaced,
    a_reset_voids_both,
    a_young_token_stays,
);

/// Every token is too old.
fn config() -> Config {
    Config { credential_millis: 1, ..World::patient() }
}

/// A device whose token is too old.
async fn enrolled(world: &World, agent: &Agent) -> anyhow::Result<pb::EnrollResponse> {
    let device = agent.enroll(1).await?;
    let made = world.clock.instant();
    eventually(LIMIT, "its token is old", async || {
        (world.clock.instant() - made > Duration::from_millis(200)).then_some(())
    })
    .await;
    Ok(device)
}

/// What a beat brings.
async fn offered(stream: &mut Stream) -> anyhow::Result<String> {
    stream.beat(1).await?;
    match stream.hear().await {
        Down::NewCredential(new) => Ok(new.token),
        other => panic!("no new token: {other:?}"),
    }
}

async fn is_void(replica: &Replica, token: &str) -> anyhow::Result<()> {
    let (_, answer) = replica.agent().await?.hello(token).await?;
    assert_eq!(close_reason(&answer), CloseReason::Reset);
    Ok(())
}

async fn tokens(replica: &Replica) -> anyhow::Result<i64> {
    number(&replica.db, "SELECT count(*) FROM device_token").await
}

async fn a_token_is_replaced_over_its_stream(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, config()).await?;
    let agent = replica.agent().await?;
    let device = enrolled(&world, &agent).await?;
    let (mut stream, _) = agent.welcomed(&device.token).await?;
    let new = offered(&mut stream).await?;
    assert!(new.starts_with("chd_") && new.len() == device.token.len() && new != device.token);
    assert_eq!(tokens(&replica).await?, 2);
    let clear = format!("SELECT count(*) FROM device_token WHERE CAST(hash AS TEXT) = '{new}'");
    assert_eq!(number(&replica.db, &clear).await?, 0, "only its hash is stored");

    stream.say(Up::CredentialStored(pb::CredentialStored {})).await?;
    eventually(LIMIT, "the old one is void", async || {
        (tokens(&replica).await.ok()? == 1).then_some(())
    })
    .await;
    // The stream goes on, and a repeat says nothing new.
    stream.say(Up::CredentialStored(pb::CredentialStored {})).await?;
    for sequence in 2..=8 {
        stream.beat(sequence).await?;
    }
    assert_eq!(stream.hear().await, Down::Ack(pb::Ack { sequence: 8 }));
    is_void(&replica, &device.token).await?;
    agent.welcomed(&new).await?;
    assert_eq!(tokens(&replica).await?, 1);
    Ok(())
}

async fn both_are_valid_until_the_new_one_is_used(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, config()).await?;
    let agent = replica.agent().await?;
    let device = enrolled(&world, &agent).await?;
    let (mut stream, _) = agent.welcomed(&device.token).await?;
    let new = offered(&mut stream).await?;
    drop(stream);
    // The agent died before it could keep the new one.
    let (old, _) = agent.welcomed(&device.token).await?;
    drop(old);
    // Or after.
    agent.welcomed(&new).await?;
    is_void(&replica, &device.token).await?;
    agent.welcomed(&new).await?;
    assert_eq!(tokens(&replica).await?, 1);
    Ok(())
}

async fn an_offer_that_did_not_arrive_is_replaced(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, config()).await?;
    let agent = replica.agent().await?;
    let device = enrolled(&world, &agent).await?;
    let (mut stream, _) = agent.welcomed(&device.token).await?;
    let lost = offered(&mut stream).await?;
    let (mut stream, _) = agent.welcomed(&device.token).await?;
    let new = offered(&mut stream).await?;
    assert_ne!(lost, new);
    assert_eq!(tokens(&replica).await?, 2);
    is_void(&replica, &lost).await?;
    agent.welcomed(&new).await?;
    is_void(&replica, &device.token).await
}

async fn a_reset_voids_both(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, config()).await?;
    let agent = replica.agent().await?;
    let device = enrolled(&world, &agent).await?;
    let (mut stream, _) = agent.welcomed(&device.token).await?;
    let new = offered(&mut stream).await?;
    assert_eq!(replica.reset(&world, &device.device_id).await?, 2);
    // Said before the agent heard of its reset.
    drop(stream.say(Up::CredentialStored(pb::CredentialStored {})).await);
    assert_eq!(stream.closed().await, CloseReason::Reset);
    is_void(&replica, &device.token).await?;
    is_void(&replica, &new).await?;
    assert_eq!(tokens(&replica).await?, 0);
    Ok(())
}

async fn a_young_token_stays(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&device.token).await?;
    replica.wait_for(&world, &device.device_id, pb::Presence::Online).await;
    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    for sequence in 1..=16 {
        stream.beat(sequence).await?;
    }
    for sequence in [8, 16] {
        assert_eq!(stream.hear().await, Down::Ack(pb::Ack { sequence }));
    }
    assert_eq!(witness.state().await?, before);
    Ok(())
}
