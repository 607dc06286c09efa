//! Several replicas, which die all the time.

use chamados_proto::scheduler::v1::RunState;
use chamados_testkit::{TestDatabase, eventually, store_suite};
use chrono::TimeDelta;

use crate::{
    rows::{self, Spec, now},
    support::{LIMIT, Replica, World, quick},
};

store_suite!(each_occurrence_has_one_effect_however_replicas_die);

const SCHEDULES: i64 = 20;
/// Of each schedule's seven due occurrences five run, as its catch-up says.
const RUNS_EACH: i64 = 5;
const CRASHES: i64 = 12;

async fn each_occurrence_has_one_effect_however_replicas_die(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    for n in 0..SCHEDULES {
        let mut spec = Spec::new(&format!("job-{n}"), "test.slow");
        spec.expression = "600".to_owned();
        spec.overlap = if n % 2 == 0 { "allow" } else { "buffer_one" };
        spec.misfire = "fire_all";
        // Each crash may cost a run an attempt.
        spec.max_attempts = 100;
        spec.due(now() - TimeDelta::minutes(61)).insert(&world.db).await?;
    }
    let replicas = if database.is_postgres() { 3 } else { 1 };
    let mut alive: Vec<Replica> = Vec::new();
    for _ in 0..replicas {
        alive.push(world.replica(quick()).await);
    }
    for crash in 0..CRASHES {
        // Work goes on between the crashes.
        eventually(LIMIT, "some runs succeed", async || {
            (succeeded(&world).await >= crash * 3).then_some(())
        })
        .await;
        alive.remove(0).crash();
        alive.push(world.replica(quick()).await);
    }
    let unfinished = "SELECT count(*) FROM run WHERE state IN ('ready', 'running')";
    eventually(LIMIT * 2, "everything is done", async || {
        let all_fired = "SELECT count(*) FROM schedule WHERE next_fire_at <= ";
        let due = rows::count(&world.db, &format!("{all_fired}{}", literal_now(&world))).await;
        (due == 0 && rows::count(&world.db, unfinished).await == 0).then_some(())
    })
    .await;

    rows::check_invariants(&world.db).await;
    let mut ran = 0;
    for n in 0..SCHEDULES {
        let runs = world.runs_of(&format!("job-{n}")).await;
        for run in runs.iter().filter(|run| run.state() != RunState::Skipped) {
            assert_eq!(run.state(), RunState::Succeeded, "{}", run.summary);
            assert_eq!(world.worker.effects(&run.id), 1, "effects of run {}", run.id);
            ran += 1;
        }
    }
    // Those with a buffer of one run two, and skip three for overlap.
    assert_eq!(ran, SCHEDULES / 2 * RUNS_EACH + SCHEDULES / 2 * 2);
    let skipped = "SELECT CAST(sum(skipped_missed + skipped_overlap) AS BIGINT) FROM schedule \
                   WHERE key LIKE 'job-%'";
    assert_eq!(rows::count(&world.db, skipped).await, SCHEDULES * 7 - ran);
    Ok(())
}

async fn succeeded(world: &World) -> i64 {
    rows::count(&world.db, "SELECT count(*) FROM run WHERE state = 'succeeded'").await
}

fn literal_now(world: &World) -> &'static str {
    match world.db.backend() {
        sea_orm::DbBackend::Sqlite => "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
        _ => "clock_timestamp()",
    }
}
