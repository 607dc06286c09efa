//! Late devices: open browsers hear of them at once, and nothing is written for it.

use chamados_chassis::id::UserId;
use chamados_device::Config;
use chamados_proto::device::v1::Presence;
use chamados_testkit::{TestDatabase, store_suite};

use crate::{
    links::{client, link},
    support::{LIMIT, Replica, World, evidence::Witness, replica::heard},
};

store_suite!(being_late_is_told_and_never_written);

async fn being_late_is_told_and_never_written(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    // Late after 0.75 s, offline only after an hour.
    let config =
        Config { interval_millis: 500, offline_grace_millis: 3_600_000, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let ana: UserId = client(&world, "ana@acme.example");
    link(&world, &replica, id, "ana@acme.example").await?;
    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, id, Presence::Online).await;
    let witness = Witness::call(database).await?;
    let before = witness.state().await?;

    let mut signals = replica.listen();
    let signal = heard(&mut signals, "device.presence").await;
    assert_eq!(signal.ids, [id.as_str()]);
    let audience = signal.audience.as_ref().unwrap();
    assert_eq!(audience.company_id, Some(world.company.to_string()));
    assert!(audience.user_ids.contains(&ana.to_string()), "to whoever hears of transitions");
    assert_eq!(replica.device(&world, id).await?.presence(), Presence::Stale);

    // It speaks again, faster than it can be late, until somebody hears of that.
    let mut sequence = 0;
    let back = async {
        loop {
            heard(&mut signals, "device.presence").await;
            if replica.device(&world, id).await.unwrap().presence() == Presence::Online {
                return;
            }
        }
    };
    let speaking = async {
        loop {
            sequence += 1;
            drop(stream.beat(sequence).await);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = back => {}
        () = speaking => unreachable!(),
        () = tokio::time::sleep(LIMIT) => panic!("nobody heard that it is back"),
    }
    assert_eq!(witness.state().await?, before);
    assert_eq!(replica.timeline(&world, id).await?, ["online", "user_linked", "enrolled"]);
    Ok(())
}
