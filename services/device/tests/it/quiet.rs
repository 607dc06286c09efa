//! What heartbeats cost the database, by the database's own count.

use chamados_proto::device::v1::{self as pb, server_message::Message as Down};
use chamados_testkit::{TestDatabase, databases::with, eventually};

use crate::support::{
    LIMIT, Replica, World,
    evidence::{Rows, Witness, number},
    relay::Relay,
};

/// Agents with a stream of their own, and as many on a relay.
const AGENTS: u32 = 25;
/// Beats of each.
const BEATS: u32 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beating_agents_cost_their_transitions_and_nothing_else() {
    with(TestDatabase::postgres().await, beat).await;
}

async fn beat(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let witness = Witness::call(database).await?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let mut devices = Vec::new();
    for n in 0..2 * AGENTS {
        devices.push(replica.agent().await?.enroll(n).await?);
    }
    // A connection tells its counts at the latest when it ends.
    replica.kill();
    let before = witness.settled().await?;

    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let mut relay = Relay::open(&agent).await?;
    let mut streams = Vec::new();
    for (n, device) in devices.iter().enumerate() {
        if n % 2 == 0 {
            streams.push(agent.welcomed(&device.token).await?.0);
        } else {
            relay.welcomed(n as u32, &device.token).await?;
        }
    }
    eventually(LIMIT, "all are online", async || {
        let online = "SELECT count(*) FROM device WHERE presence = 'online'";
        (number(&replica.db, online).await.ok()? == i64::from(2 * AGENTS)).then_some(())
    })
    .await;
    let relayed: Vec<u32> = (0..2 * AGENTS).filter(|n| n % 2 == 1).collect();
    for sequence in 1..=BEATS {
        for stream in &streams {
            stream.beat(sequence).await?;
        }
        relay.beat(&relayed).await?;
    }
    for stream in &mut streams {
        for sequence in (8..=BEATS).step_by(8) {
            assert_eq!(stream.hear().await, Down::Ack(pb::Ack { sequence }));
        }
    }
    replica.kill();
    let after = witness.settled().await?;

    // One row of each device, one line of each timeline.
    let transitions = i64::from(2 * AGENTS);
    let expected = Rows {
        inserted: before.inserted + transitions,
        updated: before.updated + transitions,
        deleted: before.deleted,
    };
    assert_eq!(after, expected);
    Ok(())
}
