//! `ScheduleService`.

use chamados_chassis::{
    auth::{Principal, Role},
    id::TenantId,
};
use chamados_proto::scheduler::v1::{self as pb, RunState, ScheduleState};
use chamados_testkit::{TestDatabase, store_suite};
use prost_types::FieldMask;
use tonic::Status;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::{
    rows::{self, Spec, now},
    support::{World, person, quick, reason},
};

store_suite!(
    changes_are_checked_and_take_effect_from_now,
    of_simultaneous_changes_one_wins,
    a_paused_schedule_runs_by_hand_only,
    the_same_request_makes_one_run,
    tenants_see_their_own_and_the_installations,
);

async fn update(
    world: &World,
    paths: &[&str],
    schedule: pb::Schedule,
) -> Result<pb::Schedule, Status> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateScheduleRequest {
        schedule: Some(schedule),
        update_mask: Some(FieldMask { paths }),
    };
    Ok(world.schedules().update_schedule(world.request(request)).await?.into_inner())
}

/// The keys of the schedules that somebody sees.
async fn keys(world: &World, principal: &Principal) -> Result<Vec<String>, Status> {
    let request = world.by(principal, pb::ListSchedulesRequest {});
    let list = world.schedules().list_schedules(request).await?.into_inner();
    Ok(list.schedules.into_iter().map(|schedule| schedule.key).collect())
}

fn job() -> pb::Schedule {
    pb::Schedule { key: "job".into(), ..Default::default() }
}

fn in_state(state: ScheduleState) -> pb::Schedule {
    pb::Schedule { state: state.into(), ..job() }
}

async fn changes_are_checked_and_take_effect_from_now(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.ok").cron("0 3 * * *", "UTC").insert(&world.db).await?;
    for (field, path, bad) in [
        ("expression", "expression", pb::Schedule { expression: "* * *".into(), ..job() }),
        ("expression", "expression", pb::Schedule { expression: "0 0 30 2 *".into(), ..job() }),
        ("time_zone", "time_zone", pb::Schedule { time_zone: "Mars".into(), ..job() }),
        ("update_mask", "job_type", job()),
        ("state", "state", job()),
    ] {
        let refused = update(&world, &[path], bad).await.unwrap_err();
        let details = refused.get_details_bad_request().unwrap();
        assert_eq!(details.field_violations[0].field, field);
        assert_eq!(reason(Err::<(), _>(refused)), "invalid_argument");
    }
    let unknown = pb::Schedule { key: "nothing".into(), ..in_state(ScheduleState::Paused) };
    assert_eq!(reason(update(&world, &["state"], unknown).await), "schedule_not_found");
    let stale = pb::Schedule { version: 9, ..in_state(ScheduleState::Paused) };
    assert_eq!(reason(update(&world, &["state"], stale).await), "stale_version");

    let wanted = pb::Schedule {
        expression: "30 8 * * 1-5".into(),
        time_zone: "America/Sao_Paulo".into(),
        version: 1,
        ..job()
    };
    let changed = update(&world, &["expression", "time_zone"], wanted).await?;
    assert_eq!((changed.version, &*changed.expression), (2, "30 8 * * 1-5"));
    let next = changed.next_fire_time.unwrap();
    assert!(next.seconds > now().timestamp());
    assert_eq!(next.seconds % 86_400, (11 * 60 + 30) * 60, "08:30 in São Paulo is 11:30 UTC");
    assert_eq!(changed.upcoming_times.len(), 5);
    assert_eq!(world.schedule("job").await, changed);
    Ok(())
}

async fn of_simultaneous_changes_one_wins(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.ok").cron("0 3 * * *", "UTC").insert(&world.db).await?;
    let changes = (0..32).map(|minute| {
        let expression = format!("{minute} 4 * * *");
        let schedule = pb::Schedule { expression, version: 1, ..job() };
        update(&world, &["expression"], schedule)
    });
    let outcomes = futures::future::join_all(changes).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.into_iter().all(|outcome| reason(outcome) == "stale_version"));
    assert_eq!(world.schedule("job").await.version, 2);
    Ok(())
}

async fn a_paused_schedule_runs_by_hand_only(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let id = Spec::new("job", "test.ok").insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let paused = update(&world, &["state"], in_state(ScheduleState::Paused)).await?;
    assert_eq!(paused.state(), ScheduleState::Paused);
    assert!(paused.next_fire_time.is_none() && paused.upcoming_times.is_empty());
    assert!(!paused.state_reason.is_empty());

    world.until(&world.run_now("job").await, RunState::Succeeded).await;
    let resumed = update(&world, &["state"], in_state(ScheduleState::Active)).await?;
    assert_eq!((resumed.state(), &*resumed.state_reason), (ScheduleState::Active, ""));
    let next = resumed.next_fire_time.unwrap().seconds;
    assert!((3_595..=3_605).contains(&(next - now().timestamp())), "an hour from now");
    assert_eq!(world.runs_of("job").await.len(), 1, "nothing was made up for");
    rows::make_due(&world.db, id, now()).await?;
    chamados_testkit::eventually(crate::support::LIMIT, "it fires again", async || {
        (world.runs_of("job").await.len() == 2).then_some(())
    })
    .await;
    Ok(())
}

async fn the_same_request_makes_one_run(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    for key in ["job", "other"] {
        Spec::new(key, "test.ok").insert(&world.db).await?;
    }
    let request_id = Uuid::now_v7().to_string();
    let wish =
        |key: &str| pb::RunScheduleRequest { request_id: request_id.clone(), key: key.to_owned() };
    let wishes = (0..20).map(|_| async {
        let answer = world.schedules().run_schedule(world.request(wish("job"))).await;
        answer.unwrap().into_inner().run_id
    });
    let mut ids = futures::future::join_all(wishes).await;
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.runs_of("job").await.len(), 1);
    let reused = world.schedules().run_schedule(world.request(wish("other"))).await;
    assert_eq!(reason(reused), "request_id_reused");

    let unnamed = pb::RunScheduleRequest { key: "job".into(), ..Default::default() };
    let unnamed = world.schedules().run_schedule(world.request(unnamed)).await;
    assert_eq!(reason(unnamed), "invalid_argument");
    let unknown = pb::RunScheduleRequest { request_id: "new".into(), key: "nothing".into() };
    let unknown = world.schedules().run_schedule(world.request(unknown)).await;
    assert_eq!(reason(unknown), "schedule_not_found");
    Ok(())
}

async fn tenants_see_their_own_and_the_installations(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let tenant = world.admin.tenant()?;
    let mut own = Spec::new("own", "test.ok");
    own.tenant = Some(tenant.as_uuid());
    own.insert(&world.db).await?;
    Spec::new("everybodys", "test.ok").insert(&world.db).await?;

    assert_eq!(keys(&world, &world.admin).await?, ["everybodys", "own"]);
    let stranger = person(TenantId::new(), Role::Admin);
    assert_eq!(keys(&world, &stranger).await?, ["everybodys"]);
    let get = pb::GetScheduleRequest { key: "own".into() };
    let get = world.schedules().get_schedule(world.by(&stranger, get)).await;
    assert_eq!(reason(get), "schedule_not_found");
    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        assert_eq!(reason(keys(&world, &person(tenant, role)).await), "permission_denied");
    }
    Ok(())
}
