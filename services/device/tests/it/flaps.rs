//! A device that comes and goes is one trouble, not many pieces of news.

use chamados_device::Config;
use chamados_proto::device::v1::{self as pb, agent_message::Message as Up};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Replica, World, evidence::Witness};

store_suite!(
    who_comes_and_goes_is_unstable_until_it_is_quiet,
    a_restart_does_not_forget_who_is_unstable,
);

fn config() -> Config {
    Config { flap_transitions: 4, flap_window_millis: 12_000, ..World::patient() }
}

/// Comes and says good-bye.
async fn come_and_go(replica: &Replica, token: &str) -> anyhow::Result<()> {
    let (mut stream, _) = replica.agent().await?.welcomed(token).await?;
    stream.say(Up::Bye(pb::Bye { reason: "stop".into() })).await?;
    stream.ended().await;
    Ok(())
}

/// A device that has just become unstable.
async fn unstable(world: &World, replica: &Replica) -> anyhow::Result<pb::EnrollResponse> {
    let agent = replica.agent().await?;
    let device = agent.enroll(1).await?;
    for last in [pb::Presence::Offline, pb::Presence::Unstable] {
        let (stream, _) = agent.welcomed(&device.token).await?;
        replica.wait_for(world, &device.device_id, pb::Presence::Online).await;
        stream.say(Up::Bye(pb::Bye { reason: "stop".into() })).await?;
        replica.wait_for(world, &device.device_id, last).await;
    }
    Ok(device)
}

async fn who_comes_and_goes_is_unstable_until_it_is_quiet(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, config()).await?;
    let device = unstable(&world, &replica).await?;
    let id = &device.device_id;
    let news = ["unstable", "online", "offline", "online", "enrolled"];
    assert_eq!(replica.timeline(&world, id).await?, news);

    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    for _ in 0..5 {
        come_and_go(&replica, &device.token).await?;
    }
    let (_stream, _) = replica.agent().await?.welcomed(&device.token).await?;
    let shown = replica.device(&world, id).await?;
    assert_eq!(shown.presence(), pb::Presence::Unstable);
    assert_eq!(witness.state().await?, before, "nothing is written meanwhile");
    let filter = pb::ListDevicesRequest {
        presences: vec![pb::Presence::Unstable.into()],
        ..Default::default()
    };
    let page = replica.devices().list_devices(world.as_staff(filter)).await?.into_inner();
    assert_eq!(page.total_size, 1);

    // Its stream stays: after the quiet it is what it is.
    replica.wait_for(&world, id, pb::Presence::Online).await;
    assert_eq!(replica.timeline(&world, id).await?[..2], ["online", "unstable"]);
    come_and_go(&replica, &device.token).await?;
    replica.wait_for(&world, id, pb::Presence::Offline).await;
    Ok(())
}

async fn a_restart_does_not_forget_who_is_unstable(database: &TestDatabase) -> anyhow::Result<()> {
    let mut world = World::new(database)?;
    let replica = Replica::start_with(&world, config()).await?;
    let device = unstable(&world, &replica).await?;
    replica.kill();
    world.forget_redis();
    let replica = Replica::start_with(&world, config()).await?;
    come_and_go(&replica, &device.token).await?;
    let shown = replica.device(&world, &device.device_id).await?;
    assert_eq!(shown.presence(), pb::Presence::Unstable);
    replica.wait_for(&world, &device.device_id, pb::Presence::Offline).await;
    assert_eq!(replica.timeline(&world, &device.device_id).await?[..2], ["offline", "unstable"]);
    Ok(())
}
