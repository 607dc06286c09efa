//! What only the database can promise.

use chamados_device::{
    domain::presence::Presence,
    store::presence::{self, Observation, State},
};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Replica, World};

store_suite!(
    of_simultaneous_writers_one_writes_a_transition,
    an_older_stream_or_a_void_token_writes_no_transition,
);

async fn write(
    replica: &Replica,
    world: &World,
    presence: Presence,
    observations: &[Observation],
) -> anyhow::Result<Vec<State>> {
    let tx = replica.db.begin().await?;
    let changed = presence::write(&tx, presence, observations, world.clock.now()).await?;
    tx.commit().await?;
    Ok(changed)
}

fn observation(world: &World, ordinal: u32, epoch: u32, generation: u32) -> Observation {
    Observation { ordinal, epoch, generation, seen_at: world.clock.now() }
}

async fn of_simultaneous_writers_one_writes_a_transition(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    for n in 0..20 {
        agent.enroll(n).await?;
    }
    let all: Vec<Observation> = (0..20).map(|n| observation(&world, n, 5, 1)).collect();
    let writers = (0..8).map(|_| write(&replica, &world, Presence::Online, &all));
    let changed = futures::future::try_join_all(writers).await?;
    assert_eq!(changed.iter().map(Vec::len).sum::<usize>(), 20);
    Ok(())
}

async fn an_older_stream_or_a_void_token_writes_no_transition(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    replica.agent().await?.enroll(1).await?;
    for (presence, epoch, generation, changes) in [
        (Presence::Online, 5, 2, false),
        (Presence::Online, 5, 1, true),
        (Presence::Online, 6, 1, false),
        (Presence::Offline, 4, 1, false),
        (Presence::Unknown, 5, 1, true),
        (Presence::Offline, 5, 1, true),
        (Presence::Online, 4, 1, false),
    ] {
        let seen = [observation(&world, 0, epoch, generation)];
        let changed = write(&replica, &world, presence, &seen).await?;
        assert_eq!(changed.len() == 1, changes, "{presence:?} {epoch} {generation}");
        assert!(changed.iter().all(|state| state.presence == presence && state.epoch == epoch));
    }
    Ok(())
}
