//! After a reset nothing an older token says has an effect.

use chamados_proto::device::v1::{self as pb, CloseReason, agent_message::Message as Up};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::Code;

use crate::support::{
    Replica, World,
    agent::close_reason,
    evidence::{execute, number},
    inventory::os,
    reason,
};

store_suite!(
    a_reset_cuts_the_stream_and_voids_the_token,
    messages_in_flight_change_nothing,
    a_lost_signal_is_made_up_for,
    a_fenced_section_is_refused_by_the_record_itself,
    a_repeated_request_resets_once,
);

async fn a_reset_cuts_the_stream_and_voids_the_token(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;

    let begun = world.clock.instant();
    assert_eq!(replica.reset(&world, &enrolled.device_id).await?, 1);
    assert_eq!(stream.closed().await, CloseReason::Reset);
    assert!((world.clock.instant() - begun).as_secs_f64() < 1.0, "cut within a second");
    let device = replica.wait_for(&world, &enrolled.device_id, pb::Presence::Offline).await;
    assert!(!device.enrolled);

    for _ in 0..3 {
        let (_, answer) = agent.hello(&enrolled.token).await?;
        assert_eq!(close_reason(&answer), CloseReason::Reset);
    }
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device_token").await?, 0);
    assert_eq!(replica.reset(&world, &enrolled.device_id).await?, 0);

    let again = agent.enroll(1).await?;
    assert_eq!(again.device_id, enrolled.device_id);
    agent.welcomed(&again.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    assert_eq!(
        replica.timeline(&world, &enrolled.device_id).await?,
        ["online", "reenrolled", "reset", "offline", "reset", "online", "enrolled"]
    );
    let (_, answer) = agent.hello(&enrolled.token).await?;
    assert_eq!(close_reason(&answer), CloseReason::Reset, "the old token stays void");
    Ok(())
}

async fn messages_in_flight_change_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    replica.reset(&world, &enrolled.device_id).await?;
    // All of this is sent before the agent has heard of its reset.
    for sequence in 1..=20 {
        drop(stream.beat(sequence).await);
    }
    drop(stream.say(Up::Sections(pb::Sections { sections: vec![os("evil", 9)] })).await);
    drop(stream.say(Up::Bye(pb::Bye::default())).await);
    assert_eq!(stream.closed().await, CloseReason::Reset);
    let device = replica.wait_for(&world, &enrolled.device_id, pb::Presence::Offline).await;
    assert_eq!(device.inventory.unwrap().os, None);
    assert_eq!(
        replica.timeline(&world, &enrolled.device_id).await?,
        ["offline", "reset", "online", "enrolled"]
    );
    Ok(())
}

/// Another replica resets the device and dies before it tells anybody.
async fn a_lost_signal_is_made_up_for(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    execute(&replica.db, &fence(&world)).await?;
    assert_eq!(stream.closed().await, CloseReason::Reset);
    Ok(())
}

/// The same, on a replica that has not yet heard of it in any way.
async fn a_fenced_section_is_refused_by_the_record_itself(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = chamados_device::Config { reset_poll_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    execute(&replica.db, &fence(&world)).await?;
    stream.say(Up::Sections(pb::Sections { sections: vec![os("evil", 9)] })).await?;
    assert_eq!(stream.closed().await, CloseReason::Reset);
    let device = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(device.inventory.unwrap().os, None);
    Ok(())
}

fn fence(world: &World) -> String {
    let now = world.clock.now().to_rfc3339();
    format!("UPDATE device SET token_generation = token_generation + 1, fenced_at = '{now}'")
}

async fn a_repeated_request_resets_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let other = agent.enroll(2).await?;
    let staff = world.staff();
    let request =
        pb::ResetAgentRequest { request_id: "r-1".into(), id: enrolled.device_id.clone() };
    let call = || async {
        let request = world.request(&staff, request.clone());
        replica.devices().reset_agent(request).await
    };
    let answers = futures::future::try_join_all((0..20).map(|_| call())).await?;
    assert!(answers.iter().all(|answer| answer.get_ref().revoked_tokens == 1));
    assert_eq!(replica.timeline(&world, &enrolled.device_id).await?, ["reset", "enrolled"]);

    let changed = pb::ResetAgentRequest { id: other.device_id.clone(), ..request.clone() };
    let error = replica.devices().reset_agent(world.request(&staff, changed)).await.unwrap_err();
    assert_eq!(
        (error.code(), reason(&error).as_str()),
        (Code::FailedPrecondition, "request_id_reused")
    );
    let nameless = pb::ResetAgentRequest { request_id: String::new(), ..request };
    let error = replica.devices().reset_agent(world.request(&staff, nameless)).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    agent.welcomed(&other.token).await?;
    Ok(())
}
