//! The schedules every installation has.

use chamados_chassis::bus::Heard;
use chamados_proto::scheduler::v1::{self as pb, RunState, ScheduleKind, ScheduleState};
use chamados_testkit::{TestDatabase, eventually, store_suite};

use crate::{
    rows,
    support::{LIMIT, World, codes, quick},
};

store_suite!(they_are_there_once_and_one_soon_has_run, a_signal_of_no_tenant_tells_of_them);

async fn they_are_there_once_and_one_soon_has_run(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let _first = world.replica(quick()).await;
    let _second = world.replica(quick()).await;
    world.until_registered().await;
    let presence = eventually(LIMIT, "the presence job has run", async || {
        let runs = world.runs_of("device-settle-presence").await;
        runs.into_iter().find(|run| run.state() == RunState::Succeeded)
    })
    .await;
    let run = world.run(&presence.id).await?;
    assert_eq!(codes(&run), ["attempt_started", "worked", "run_succeeded"]);
    assert_eq!(run.summary, "done");

    let list = world.schedules().list_schedules(world.request(pb::ListSchedulesRequest {})).await?;
    let schedules = list.into_inner().schedules;
    let keys: Vec<_> = schedules.iter().map(|schedule| schedule.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "device-expire-usb-policies",
            "device-purge-processed",
            "device-settle-presence",
            "identity-purge-expired",
            "identity-purge-processed",
            "scheduler-purge-exports",
            "scheduler-purge-processed",
            "scheduler-purge-runs",
            "ticket-end-inactive-chats",
            "ticket-fold-figures",
            "ticket-purge-attachments",
            "ticket-purge-processed",
        ],
    );
    for schedule in &schedules {
        assert_eq!(schedule.state(), ScheduleState::Active, "{}", schedule.key);
        assert_eq!(schedule.upcoming_times.len(), 5, "{}", schedule.key);
        assert_eq!(schedule.upcoming_times.first(), schedule.next_fire_time.as_ref());
        assert!(!schedule.description.is_empty());
    }
    let presence = &schedules[2];
    assert_eq!((presence.kind(), &*presence.expression), (ScheduleKind::Interval, "300"));
    assert_eq!(presence.last_run.as_ref().map(|run| run.state()), Some(RunState::Succeeded));
    rows::check_invariants(&world.db).await;
    Ok(())
}

async fn a_signal_of_no_tenant_tells_of_them(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let mut signals = world.listen();
    let _replica = world.replica(quick()).await;
    let Heard::Signal(signal) = tokio::time::timeout(LIMIT, signals.recv()).await?? else {
        panic!("a gap");
    };
    assert_eq!(signal.topic, "job.changed");
    assert_eq!(signal.tenant_id, uuid::Uuid::nil().to_string());
    let mut soon = Vec::new();
    for key in ["device-settle-presence", "ticket-end-inactive-chats", "ticket-fold-figures"] {
        soon.push(world.schedule(key).await.id);
    }
    assert!(soon.contains(&signal.ids[0]), "{signal:?}");
    Ok(())
}
