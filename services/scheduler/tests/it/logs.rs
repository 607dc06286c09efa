//! Logs of runs.

use chamados_proto::scheduler::v1::RunState;
use chamados_testkit::{TestDatabase, store_suite};
use prost_types::value::Kind;

use crate::{
    rows::{self, Spec},
    support::{World, quick},
};

store_suite!(an_attempt_keeps_500_lines_and_counts_the_rest);

async fn an_attempt_keeps_500_lines_and_counts_the_rest(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.chatty").insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let run = world.until(&world.run_now("job").await, RunState::Succeeded).await;
    let lines: Vec<_> = run.log_lines.iter().filter(|line| line.code == "line").collect();
    assert_eq!(lines.len(), 500);
    let sequence: Vec<_> = run.log_lines.iter().map(|line| line.sequence).collect();
    assert_eq!(sequence, (1..=503).collect::<Vec<_>>());
    let last = run.log_lines.last().unwrap();
    assert_eq!(last.code, "run_succeeded");
    let truncated = &last.fields.as_ref().unwrap().fields["truncated_lines"];
    assert_eq!(truncated.kind, Some(Kind::NumberValue(100.0)));
    rows::check_invariants(&world.db).await;
    Ok(())
}
