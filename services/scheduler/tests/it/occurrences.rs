//! From due times to runs.

use chamados_proto::scheduler::v1::{RunState, RunTrigger};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use chrono::{DateTime, TimeDelta};

use crate::{
    rows::{self, Spec, make_due, now},
    support::{LIMIT, World, codes, quick},
};

store_suite!(
    after_a_downtime_the_newest_stands_for_all,
    what_is_too_old_stays_missed,
    overlapping_occurrences_share_one_row,
    a_nominal_time_in_a_gap_or_fold_runs_once,
    a_schedule_that_cannot_go_on_is_paused,
);

async fn after_a_downtime_the_newest_stands_for_all(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let down_since = now() - TimeDelta::hours(2);
    Spec::new("job", "test.ok").cron("* * * * *", "UTC").due(down_since).insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let ran = eventually(LIMIT, "a run succeeded", async || {
        world.runs_of("job").await.into_iter().find(|run| run.state() == RunState::Succeeded)
    })
    .await;
    assert_eq!(ran.trigger(), RunTrigger::Schedule, "the newest is hardly late");

    let runs = world.runs_of("job").await;
    let skipped: Vec<_> = runs.iter().filter(|run| run.state() == RunState::Skipped).collect();
    assert_eq!(skipped.len(), 1, "one row for the whole window");
    assert!(
        skipped[0].summary.starts_with("119 skipped") || skipped[0].summary.starts_with("120 ")
    );
    assert_eq!(codes(&world.run(&skipped[0].id).await?), ["missed"]);
    let counted = rows::count(&world.db, "SELECT skipped_missed FROM schedule WHERE key = 'job'");
    assert!(matches!(counted.await, 119 | 120));
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn what_is_too_old_stays_missed(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let due = |hours| now() - TimeDelta::hours(hours);
    let daily = |key: &str| {
        let mut spec = Spec::new(key, "test.ok");
        spec.expression = "86400".to_owned();
        spec
    };
    daily("late").due(due(3)).insert(&world.db).await?;
    let mut strict = daily("too-late").due(due(3));
    strict.catch_up = TimeDelta::hours(2);
    strict.insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let late = eventually(LIMIT, "the late one ran", async || {
        world.runs_of("late").await.into_iter().find(|run| run.state() == RunState::Succeeded)
    })
    .await;
    assert_eq!(late.trigger(), RunTrigger::CatchUp);
    let missed =
        eventually(LIMIT, "the other was skipped", async || world.runs_of("too-late").await.pop())
            .await;
    assert_eq!(missed.state(), RunState::Skipped);
    let next = world.schedule("too-late").await.next_fire_time.unwrap();
    assert!(next.seconds > now().timestamp(), "time went on");
    Ok(())
}

async fn overlapping_occurrences_share_one_row(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let id = Spec::new("job", "test.hang").due(now()).insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    eventually(LIMIT, "the first runs", async || {
        world.runs_of("job").await.into_iter().find(|run| run.state() == RunState::Running)
    })
    .await;
    for skipped in 1..=3 {
        make_due(&world.db, id, now()).await?;
        eventually(LIMIT, "an occurrence was skipped", async || {
            let sql = "SELECT skipped_overlap FROM schedule WHERE key = 'job'";
            (rows::count(&world.db, sql).await == skipped).then_some(())
        })
        .await;
    }
    let runs = world.runs_of("job").await;
    assert_eq!(runs.len(), 2, "the running one and one for the window");
    assert_eq!(runs[0].state(), RunState::Skipped);
    assert!(runs[0].summary.starts_with("3 skipped"), "{}", runs[0].summary);
    assert_eq!(codes(&world.run(&runs[0].id).await?), ["overlap"]);
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn a_nominal_time_in_a_gap_or_fold_runs_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let utc = |text: &str| text.parse::<DateTime<chrono::Utc>>();
    for (key, pattern, due) in [
        ("gap", "30 2 8 3 *", "2026-03-08T07:00:00Z"),
        ("fold", "30 1 1 11 *", "2026-11-01T05:30:00Z"),
    ] {
        let mut spec = Spec::new(key, "test.ok").cron(pattern, "America/New_York").due(utc(due)?);
        spec.catch_up = TimeDelta::days(3_650);
        spec.insert(&world.db).await?;
    }
    let _replica = world.replica(quick()).await;
    for (key, nominal, due) in [
        ("gap", "2026-03-08T02:30[America/New_York]", "2026-03-08T07:00:00Z"),
        ("fold", "2026-11-01T01:30[America/New_York]", "2026-11-01T05:30:00Z"),
    ] {
        let run = eventually(LIMIT, "it ran", async || {
            world.runs_of(key).await.into_iter().find(|run| run.state() == RunState::Succeeded)
        })
        .await;
        assert_eq!(run.due_time.unwrap().seconds, utc(due)?.timestamp(), "{key}");
        let sql = format!(
            "SELECT occurrence_key FROM run JOIN schedule ON schedule.id = schedule_id \
             WHERE key = '{key}'"
        );
        assert_eq!(rows::texts(&world.db, &sql).await, [nominal]);
    }
    Ok(())
}

async fn a_schedule_that_cannot_go_on_is_paused(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let mut broken = Spec::new("broken", "test.ok").due(now());
    broken.expression = "soon".to_owned();
    broken.insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let paused = eventually(LIMIT, "it is paused", async || {
        Some(world.schedule("broken").await).filter(|schedule| schedule.next_fire_time.is_none())
    })
    .await;
    assert!(paused.state_reason.contains("number of seconds"), "{}", paused.state_reason);
    assert_eq!(paused.version, 2);
    Ok(())
}
