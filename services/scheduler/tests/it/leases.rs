//! Who works on a run.

use chamados_chassis::{
    auth::Principal,
    context::{PRINCIPAL, REQUEST_ID},
};
use chamados_proto::scheduler::v1::RunState;
use chamados_testkit::{TestDatabase, eventually, store_suite};

use crate::{
    rows::{self, Spec},
    support::{LIMIT, World, codes, quick},
};

store_suite!(
    a_frozen_holder_cannot_end_its_run,
    a_crashed_holder_gives_way_after_its_lease,
    a_long_run_keeps_its_lease,
    what_is_not_done_at_shutdown_goes_back,
    the_owner_is_called_by_the_scheduler_itself,
);

async fn a_frozen_holder_cannot_end_its_run(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.freeze").insert(&world.db).await?;
    let _frozen = world.replica(quick()).await;
    let id = world.run_now("job").await;
    eventually(LIMIT, "the first holder works on it", async || {
        (!world.worker.calls(&id).is_empty()).then_some(())
    })
    .await;
    let _other = world.replica(quick()).await;
    let run = world.until(&id, RunState::Succeeded).await;
    assert_eq!((run.attempt, &*run.summary), (2, "done"));

    world.worker.thaw();
    // The woken holder is back at work when it takes another run of its own or the other does.
    for _ in 0..3 {
        world.until(&world.run_now("job").await, RunState::Succeeded).await;
    }
    let run = world.run(&id).await?;
    assert_eq!(run.summary, "done", "the woken holder changed nothing");
    assert_eq!(
        codes(&run),
        [
            "run_requested",
            "attempt_started",
            "attempt_failed",
            "attempt_started",
            "worked",
            "run_succeeded",
        ],
    );
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn a_crashed_holder_gives_way_after_its_lease(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let mut spec = Spec::new("job", "test.hang");
    spec.max_attempts = 2;
    spec.insert(&world.db).await?;
    let first = world.replica(quick()).await;
    let id = world.run_now("job").await;
    world.until(&id, RunState::Running).await;
    first.crash();
    let _second = world.replica(quick()).await;
    let run = eventually(LIMIT, "another took it", async || {
        world.run(&id).await.ok().filter(|run| run.attempt == 2)
    })
    .await;
    assert_eq!(codes(&run)[2], "attempt_failed");
    assert_eq!(world.worker.calls(&id).len(), 2);
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn a_long_run_keeps_its_lease(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let mut spec = Spec::new("job", "test.hang");
    // Several leases long.
    (spec.timeout_seconds, spec.max_attempts) = (3, 1);
    spec.insert(&world.db).await?;
    let _first = world.replica(quick()).await;
    let _second = world.replica(quick()).await;
    let run = world.until(&world.run_now("job").await, RunState::Failed).await;
    assert_eq!(codes(&run), ["run_requested", "attempt_started", "run_failed"]);
    let took = run.end_time.unwrap().seconds - run.start_time.unwrap().seconds;
    assert!((2..=6).contains(&took), "{took} s");
    Ok(())
}

async fn what_is_not_done_at_shutdown_goes_back(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.hang").insert(&world.db).await?;
    let replica = world.replica(quick()).await;
    let id = world.run_now("job").await;
    world.until(&id, RunState::Running).await;
    replica.stop().await;
    let run = world.run(&id).await?;
    assert_eq!(run.state(), RunState::Ready);
    assert_eq!(codes(&run), ["run_requested", "attempt_started", "attempt_failed"]);
    Ok(())
}

async fn the_owner_is_called_by_the_scheduler_itself(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.ok").insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let id = world.run_now("job").await;
    world.until(&id, RunState::Succeeded).await;
    let (call, metadata) = world.worker.calls(&id).pop().unwrap();
    let text = |key: &str| metadata.get(key).unwrap().to_str().unwrap();
    let scheduler = Principal::Service { name: "scheduler".to_owned(), tenant: None };
    assert_eq!(world.verify(text(PRINCIPAL)), scheduler);
    assert_eq!(text(REQUEST_ID), id);
    assert!(metadata.contains_key("grpc-timeout"));
    assert_eq!((call.attempt, call.fence), (1, 1));
    assert!(call.payload.unwrap().fields.contains_key("n"));
    Ok(())
}
