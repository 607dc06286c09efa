//! Old runs go.

use chamados_proto::scheduler::v1::{self as pb, RunState};
use chamados_store_kit::Db;
use chamados_testkit::{TestDatabase, store_suite};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait as _,
    sea_query::{Query, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    rows::{self, Spec, now},
    support::{World, quick},
};

store_suite!(the_newest_200_and_a_month_stay);

async fn the_newest_200_and_a_month_stay(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let busy = Spec::new("busy", "test.ok").insert(&world.db).await?;
    let quiet = Spec::new("quiet", "test.ok").insert(&world.db).await?;
    let days = |days| now() - TimeDelta::days(days);
    insert(&world.db, busy, "failed", days(91), 3).await?;
    insert(&world.db, busy, "failed", days(89), 4).await?;
    insert(&world.db, busy, "succeeded", days(31), 50).await?;
    insert(&world.db, busy, "succeeded", days(29), 210).await?;
    insert(&world.db, quiet, "succeeded", days(400), 10).await?;

    let _replica = world.replica(quick()).await;
    world.until_registered().await;
    let purge = world.run_now("scheduler-purge-runs").await;
    let purge = world.until(&purge, RunState::Succeeded).await;
    assert_eq!(purge.summary, "53 runs removed");
    assert!(purge.log_lines.iter().any(|line| line.code == "runs_purged"));
    for (key, expected) in [("busy", 214), ("quiet", 10)] {
        let request = pb::ListRunsRequest { schedule_key: key.to_owned(), ..Default::default() };
        let page = world.runs().list_runs(world.request(request)).await?.into_inner();
        assert_eq!(page.total_size, expected, "{key}");
    }
    let orphans = "SELECT count(*) FROM run_log WHERE run_id NOT IN (SELECT id FROM run)";
    assert_eq!(rows::count(&world.db, orphans).await, 0);
    rows::check_invariants(&world.db).await;
    Ok(())
}

/// Puts runs there that ended at `ended`, each with its lines.
async fn insert(
    db: &Db,
    schedule: Uuid,
    state: &str,
    ended: DateTime<Utc>,
    count: u32,
) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    for _ in 0..count {
        let id = Uuid::now_v7();
        let run: Vec<(&str, SimpleExpr)> = vec![
            ("id", id.into()),
            ("schedule_id", schedule.into()),
            ("occurrence_key", id.to_string().into()),
            ("due_at", (ended + TimeDelta::microseconds(id.as_fields().2.into())).into()),
            ("available_at", ended.into()),
            ("job_type", "test.ok".into()),
            ("payload", serde_json::json!({}).into()),
            ("trigger", "manual".into()),
            ("state", state.into()),
            ("attempt", 1.into()),
            ("max_attempts", 1.into()),
            ("timeout_seconds", 1.into()),
            ("backoff_base_ms", 1_i64.into()),
            ("backoff_cap_ms", 1_i64.into()),
            ("exclusive", true.into()),
            ("fence", 1_i64.into()),
            ("ended_at", ended.into()),
            ("summary", "".into()),
            ("skipped_count", 0_i64.into()),
            ("log_sequence", 2.into()),
            ("created_at", ended.into()),
        ];
        let (names, values): (Vec<_>, Vec<_>) = run.into_iter().unzip();
        let run = Query::insert().into_table("run").columns(names).values_panic(values).take();
        tx.execute(&run).await?;
        let columns =
            ["run_id", "sequence", "attempt", "time", "level", "code", "message", "fields"];
        let mut lines = Query::insert().into_table("run_log").columns(columns).take();
        for (sequence, code) in [(1, "attempt_started"), (2, "run_succeeded")] {
            let line: [SimpleExpr; 8] = [
                id.into(),
                sequence.into(),
                1.into(),
                ended.into(),
                "info".into(),
                code.into(),
                "x".into(),
                serde_json::json!({}).into(),
            ];
            lines.values_panic(line);
        }
        tx.execute(&lines).await?;
    }
    tx.commit().await?;
    Ok(())
}
