//! `ScheduleService`.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    id::{ServiceAccountId, TenantId},
};
use chamados_proto::event::v1::{AdministrativeChange, Event};
use chamados_proto::scheduler::v1::{self as pb, RunState, ScheduleKind, ScheduleState};
use chamados_store_kit::inbox::Fact;
use chamados_testkit::{TestDatabase, store_suite};
use prost::Message as _;
use prost_types::FieldMask;
use sea_orm::{ConnectionTrait as _, Statement};
use tonic::Status;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::{
    rows::{self, Spec, now},
    support::{World, person, quick, reason},
};

store_suite!(
    changes_are_checked_and_take_effect_from_now,
    a_schedule_is_previewed_before_it_is_one,
    of_simultaneous_changes_one_wins,
    a_paused_schedule_runs_by_hand_only,
    the_same_request_makes_one_run,
    changes_and_wishes_are_in_the_audit_log,
    automation_with_the_scope_manages_jobs,
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

async fn a_schedule_is_previewed_before_it_is_one(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let preview = async |kind: ScheduleKind, expression: &str, time_zone: &str| {
        let (expression, time_zone) = (expression.to_owned(), time_zone.to_owned());
        let request = pb::PreviewScheduleRequest { kind: kind.into(), expression, time_zone };
        let answer = world.schedules().preview_schedule(world.request(request)).await;
        answer.map(tonic::Response::into_inner)
    };
    let nightly = preview(ScheduleKind::Cron, "30 2 * * *", "America/New_York").await?;
    assert_eq!(nightly.upcoming_times.len(), 5);
    let [spring] = &nightly.odd_times[..] else { panic!("one a year: {nightly:?}") };
    assert!(spring.missing && spring.nominal_time.ends_with("T02:30"), "{spring:?}");
    let hourly = preview(ScheduleKind::Interval, "3600", "UTC").await?;
    let seconds: Vec<_> = hourly.upcoming_times.iter().map(|time| time.seconds).collect();
    assert_eq!((seconds[4] - seconds[0], hourly.odd_times.len()), (4 * 3600, 0));
    for (kind, expression, zone, field) in [
        (ScheduleKind::Cron, "* * *", "UTC", "expression"),
        (ScheduleKind::Cron, "0 0 30 2 *", "UTC", "expression"),
        (ScheduleKind::Interval, "1", "UTC", "expression"),
        (ScheduleKind::Cron, "* * * * *", "Mars", "time_zone"),
        (ScheduleKind::Unspecified, "60", "UTC", "kind"),
    ] {
        let status = preview(kind, expression, zone).await.unwrap_err();
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, field, "{expression}: {status}");
    }
    Ok(())
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

async fn told(world: &World) -> anyhow::Result<Vec<Fact<AdministrativeChange>>> {
    let sql = "SELECT event FROM outbox ORDER BY seq";
    let statement = Statement::from_string(world.db.backend(), sql);
    let rows = world.db.read().query_all_raw(statement).await?;
    let facts = rows.iter().map(|row| {
        let event: Vec<u8> = row.try_get_by_index(0)?;
        anyhow::Ok(Fact::open(&Event::decode(&*event)?)?)
    });
    facts.collect()
}

async fn changes_and_wishes_are_in_the_audit_log(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.ok").cron("0 3 * * *", "UTC").insert(&world.db).await?;
    let wanted =
        pb::Schedule { expression: "30 8 * * *".into(), ..in_state(ScheduleState::Paused) };
    for _ in 0..2 {
        update(&world, &["expression", "state"], wanted.clone()).await?;
    }
    let stale = pb::Schedule { version: 1, ..in_state(ScheduleState::Active) };
    assert_eq!(reason(update(&world, &["state"], stale).await), "stale_version");
    let wish = pb::RunScheduleRequest { request_id: "r-1".into(), key: "job".into() };
    let mut run = String::new();
    for _ in 0..3 {
        run =
            world.schedules().run_schedule(world.request(wish.clone())).await?.into_inner().run_id;
    }
    let told = told(&world).await?;
    let actions: Vec<_> = told.iter().map(|fact| fact.payload.action.as_str()).collect();
    assert_eq!(
        actions,
        ["schedule.updated", "schedule.run_requested"],
        "what changed nothing is not"
    );
    let fields =
        |fact: &Fact<AdministrativeChange>| -> Vec<(String, Option<String>, Option<String>)> {
            let fields = fact.payload.fields.iter().cloned();
            fields.map(|field| (field.field, field.old_value, field.new_value)).collect()
        };
    let text = |text: &str| Some(text.to_owned());
    let expression = ("expression".to_owned(), text("0 3 * * *"), text("30 8 * * *"));
    assert_eq!(fields(&told[0]), [expression, ("paused".into(), text("false"), text("true"))]);
    assert_eq!(fields(&told[1]), [("run_id".to_owned(), None, Some(run))]);
    for fact in &told {
        assert_eq!(
            (fact.tenant, fact.actor.clone()),
            (world.admin.tenant()?, Some(world.admin.actor()?.into()))
        );
        assert_eq!((&*fact.payload.target_kind, &*fact.payload.target_id), ("schedule", "job"));
    }
    Ok(())
}

async fn automation_with_the_scope_manages_jobs(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.ok").insert(&world.db).await?;
    let (tenant, account) = (world.admin.tenant()?, ServiceAccountId::new());
    let key = |scopes| Principal::ServiceAccount { tenant, account, scopes };
    let reader = key(vec![Permission::TicketsRead, Permission::DevicesManage]);
    assert_eq!(reason(keys(&world, &reader).await), "permission_denied");
    let manager = key(vec![Permission::JobsManage]);
    assert_eq!(keys(&world, &manager).await?, ["job"]);
    let pause = pb::UpdateScheduleRequest {
        schedule: Some(in_state(ScheduleState::Paused)),
        update_mask: Some(FieldMask { paths: vec!["state".into()] }),
    };
    world.schedules().update_schedule(world.by(&manager, pause)).await?;
    let wish = pb::RunScheduleRequest { request_id: "r-1".into(), key: "job".into() };
    world.schedules().run_schedule(world.by(&manager, wish)).await?;
    assert_eq!(world.schedule("job").await.state(), ScheduleState::Paused);
    assert_eq!(world.runs_of("job").await.len(), 1);
    for fact in told(&world).await? {
        assert_eq!(fact.actor, Some(manager.actor()?.into()));
    }
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
