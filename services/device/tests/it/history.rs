//! When devices were alive: one over time, and companies now.

use chamados_chassis::{
    auth::{Principal, Role},
    id::{CompanyId, SessionId, TenantId, UserId},
};
use chamados_proto::device::v1::{self as pb, Presence};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbBackend;
use tonic::{Code, Status};

use crate::support::{
    Replica, World,
    agent::enroll_request,
    evidence::{Witness, execute},
    reason,
};

store_suite!(
    spans_follow_the_timeline,
    unknown_times_are_told,
    what_nobody_knew_is_no_offline,
    ranges_and_numbers_are_bounded,
    who_may_know_when_a_device_was_alive,
    companies_with_most_offline_come_first,
);

fn timestamp(time: DateTime<Utc>) -> prost_types::Timestamp {
    chamados_chassis::clock::to_proto(time)
}

async fn history(
    world: &World,
    replica: &Replica,
    by: &Principal,
    request: pb::GetPresenceHistoryRequest,
) -> Result<pb::GetPresenceHistoryResponse, Status> {
    Ok(replica.devices().get_presence_history(world.request(by, request)).await?.into_inner())
}

fn of(device: &str) -> pb::GetPresenceHistoryRequest {
    pb::GetPresenceHistoryRequest { device_id: device.to_owned(), ..Default::default() }
}

/// The presences of spans that have no gaps.
fn states(history: &pb::GetPresenceHistoryResponse) -> Vec<Presence> {
    for pair in history.spans.windows(2) {
        assert_eq!(pair[0].end_time, pair[1].start_time);
        assert_ne!(pair[0].presence, pair[1].presence);
    }
    history.spans.iter().map(pb::PresenceSpan::presence).collect()
}

async fn spans_follow_the_timeline(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let staff = world.staff();
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let found = history(&world, &replica, &staff, of(id)).await?;
    assert_eq!((states(&found), found.truncated), (vec![Presence::Offline], false));
    let device = replica.device(&world, id).await?;
    assert_eq!(found.spans[0].start_time, device.create_time, "before that there was none");

    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    let online = replica.wait_for(&world, id, Presence::Online).await;
    stream.say(pb::agent_message::Message::Bye(pb::Bye { reason: "stop".into() })).await?;
    let offline = replica.wait_for(&world, id, Presence::Offline).await;
    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    let found = history(&world, &replica, &staff, of(id)).await?;
    assert_eq!(states(&found), [Presence::Offline, Presence::Online, Presence::Offline]);
    assert_eq!(found.spans[1].start_time, online.presence_since);
    assert_eq!(found.spans[1].end_time, offline.presence_since);
    assert_eq!(witness.state().await?, before, "it is only looked at");

    // A range that begins and ends within a span knows what is around it.
    let since = found.spans[1].start_time.unwrap();
    let middle = prost_types::Timestamp { nanos: (since.nanos + 1_000).min(999_999_999), ..since };
    let request = pb::GetPresenceHistoryRequest { to: Some(middle), ..of(id) };
    let found = history(&world, &replica, &staff, request).await?;
    assert_eq!(states(&found), [Presence::Offline, Presence::Online]);
    // And one before the device was there has nothing.
    let early = world.clock.now() - TimeDelta::days(3);
    let request = pb::GetPresenceHistoryRequest { to: Some(timestamp(early)), ..of(id) };
    assert!(history(&world, &replica, &staff, request).await?.spans.is_empty());
    Ok(())
}

async fn unknown_times_are_told(database: &TestDatabase) -> anyhow::Result<()> {
    let mut world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (_stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, id, Presence::Online).await;
    replica.kill();
    world.forget_redis();
    let replica = Replica::start_with(&world, World::patient()).await?;
    let staff = world.staff();
    let unknown = replica.wait_for(&world, id, Presence::Unknown).await;
    let found = history(&world, &replica, &staff, of(id)).await?;
    if replica.device(&world, id).await?.presence() == Presence::Unknown {
        assert_eq!(states(&found), [Presence::Offline, Presence::Online, Presence::Unknown]);
        assert_eq!(found.spans[2].start_time, unknown.presence_since);
    }
    replica.wait_for(&world, id, Presence::Offline).await;
    let found = history(&world, &replica, &staff, of(id)).await?;
    let expected = [Presence::Offline, Presence::Online, Presence::Unknown, Presence::Offline];
    assert_eq!(states(&found), expected);
    assert_eq!(found.spans[2].start_time, unknown.presence_since);
    Ok(())
}

/// Who speaks again before the grace ends was never away.
async fn what_nobody_knew_is_no_offline(database: &TestDatabase) -> anyhow::Result<()> {
    let mut world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (_stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, id, Presence::Online).await;
    replica.kill();
    world.forget_redis();
    let config = chamados_device::Config { unknown_grace_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    replica.wait_for(&world, id, Presence::Unknown).await;
    let (_stream, _) = replica.agent().await?.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, id, Presence::Online).await;
    let found = history(&world, &replica, &world.staff(), of(id)).await?;
    assert_eq!(states(&found), [Presence::Offline, Presence::Online]);
    Ok(())
}

async fn ranges_and_numbers_are_bounded(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let (staff, now) = (world.staff(), world.clock.now());
    let days = |days: i64| Some(timestamp(now + TimeDelta::days(days)));
    let nonsense = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 });
    for (from, to) in
        [(days(-32), None), (days(1), days(2)), (days(-1), days(-2)), (nonsense, None)]
    {
        let request = pb::GetPresenceHistoryRequest { from, to, ..of(&id) };
        let error = history(&world, &replica, &staff, request).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }

    // A device that came and went 2,500 times, a minute each.
    let began = now - TimeDelta::days(5);
    let created = match replica.db.backend() {
        DbBackend::Postgres => "now() - interval '6 days'".to_owned(),
        _ => format!("'{}'", (now - TimeDelta::days(6)).to_rfc3339()),
    };
    execute(&replica.db, &format!("UPDATE device SET created_at = {created}")).await?;
    let device = chamados_chassis::id::DeviceId::from(id.parse::<uuid::Uuid>()?);
    write_transitions(&replica, world.tenant, device, began, 5_000).await?;
    let found = history(&world, &replica, &staff, of(&id)).await?;
    assert_eq!((found.spans.len(), found.truncated), (2_000, true));
    assert_eq!(states(&found).last(), Some(&Presence::Offline), "the latest are told");
    let end = timestamp(began + TimeDelta::minutes(30));
    let request = pb::GetPresenceHistoryRequest { to: Some(end), ..of(&id) };
    let found = history(&world, &replica, &staff, request).await?;
    assert_eq!((found.spans.len(), found.truncated), (31, false));
    Ok(())
}

/// Entries as the sweep writes them: online and offline by turns, a minute each.
async fn write_transitions(
    replica: &Replica,
    tenant: TenantId,
    device: chamados_chassis::id::DeviceId,
    began: DateTime<Utc>,
    number: i32,
) -> anyhow::Result<()> {
    use chamados_chassis::auth::Actor;
    use chamados_device::{
        domain::timeline::{Entry, Kind},
        store::timeline,
    };

    let entries: Vec<Entry> = (0..number)
        .map(|n| {
            let kind = if n % 2 == 0 { Kind::Online } else { Kind::Offline };
            let time = began + TimeDelta::minutes(n.into());
            Entry::new(tenant, device, kind, Actor::Device(device), time)
        })
        .collect();
    let tx = replica.db.begin().await?;
    timeline::append(&tx, &entries).await?;
    tx.commit().await?;
    Ok(())
}

async fn who_may_know_when_a_device_was_alive(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let owner = world.identity.person(world.tenant, "user1@acme.example");
    let ours = Some(world.company);
    let stranger = Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    };
    for (by, may) in [
        (world.person(Role::Manager, ours, UserId::new()), true),
        (world.person(Role::Collaborator, ours, owner), true),
        (world.person(Role::Collaborator, ours, UserId::new()), false),
        (world.person(Role::Manager, Some(CompanyId::new()), UserId::new()), false),
        (stranger, false),
    ] {
        match history(&world, &replica, &by, of(&id)).await {
            Ok(_) => assert!(may, "{by:?}"),
            Err(error) => {
                assert!(!may, "{by:?}");
                let expected = (Code::NotFound, "device_not_found");
                assert_eq!((error.code(), reason(&error).as_str()), expected);
            }
        }
    }
    Ok(())
}

async fn companies_with_most_offline_come_first(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let other = world.identity.add_company(world.tenant, "CODE-2");
    world.identity.add_company(TenantId::new(), "CODE-3");
    for (n, code) in [(1, "CODE-1"), (2, "CODE-2"), (3, "CODE-2"), (4, "CODE-2"), (5, "CODE-3")] {
        let request = pb::EnrollRequest { provisioning_code: code.into(), ..enroll_request(n) };
        let enrolled = agent.client.clone().enroll(request).await?.into_inner();
        if n == 4 {
            let (stream, _) = agent.welcomed(&enrolled.token).await?;
            replica.wait_for(&world, &enrolled.device_id, Presence::Online).await;
            // Unknown, as after a loss: never offline for a reason of ours. For so long that no replica
            // asks itself whether it knows better.
            execute(
                &replica.db,
                "UPDATE device SET presence = 'unknown', presence_since = NULL WHERE presence = 'online'",
            )
            .await?;
            drop(stream);
        }
    }
    let count = async |by: &Principal, limit| {
        let request = pb::GetPresenceByCompanyRequest { limit };
        let answer = replica.devices().get_presence_by_company(world.request(by, request)).await;
        answer.map(tonic::Response::into_inner)
    };
    let told = |answer: &pb::GetPresenceByCompanyResponse| {
        let companies = answer.companies.iter();
        companies
            .map(|c| (c.company_id.clone(), c.devices, c.offline, c.unknown))
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (world.company.to_string(), other.to_string());
    let expected = vec![(theirs.clone(), 3, 2, 1), (ours.clone(), 1, 1, 0)];
    let staff = world.staff();
    let answer = count(&staff, 0).await?;
    assert_eq!((told(&answer), answer.total_size), (expected.clone(), 2));
    let answer = count(&staff, 1).await?;
    assert_eq!((told(&answer), answer.total_size), (expected[..1].to_vec(), 2));
    assert_eq!(count(&staff, -1).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(told(&count(&staff, 1_000).await?), expected, "more than there may be are as many");

    let manager = world.person(Role::Manager, Some(world.company), UserId::new());
    assert_eq!(told(&count(&manager, 0).await?), [(ours.clone(), 1, 1, 0)]);
    let owner = world.identity.person(world.tenant, "user2@acme.example");
    let collaborator = world.person(Role::Collaborator, Some(other), owner);
    assert_eq!(told(&count(&collaborator, 0).await?), [(theirs, 1, 1, 0)]);
    Ok(())
}
