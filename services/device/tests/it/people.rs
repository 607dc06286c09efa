//! Accounts that are merged, people who leave: what becomes of their devices.

use chamados_chassis::{
    auth::{Principal, Role},
    bus::HandlerError,
    id::{TenantId, UserId},
};
use chamados_proto::{
    device::v1::{self as pb, DeviceReferencesMoved},
    event::v1::Event,
    identity::v1::{UserMoved, UsersMerged},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::try_join_all;
use tonic::Status;
use uuid::Uuid;

use crate::{
    facts::{deliver, event},
    links::{client, link},
    support::{Replica, World, agent::Agent, agent::enroll_request, evidence::told, reason},
};

store_suite!(
    devices_move_and_it_is_told_once,
    a_crash_in_between_loses_no_count,
    what_is_written_afterwards_is_the_survivors,
    who_left_has_no_device,
    admins_are_told_how_much_there_is,
    unreadable_facts_are_rejected,
);

fn merged(world: &World, from: UserId, into: UserId) -> Event {
    let merge_id = Uuid::now_v7().to_string();
    let (from_user_id, into_user_id) = (from.to_string(), into.to_string());
    let merge = UsersMerged { merge_id, from_user_id, into_user_id };
    event(world.tenant, &from.to_string(), &merge)
}

async fn references_by(
    world: &World,
    replica: &Replica,
    by: &Principal,
    user: &str,
) -> Result<pb::UserReferences, Status> {
    let request = pb::GetUserReferencesRequest { user_id: user.to_owned() };
    Ok(replica.devices().get_user_references(world.request(by, request)).await?.into_inner())
}

/// How many devices are somebody's, and to how many they are linked.
async fn references(world: &World, replica: &Replica, user: UserId) -> Result<(i64, i64), Status> {
    let counts = references_by(world, replica, &world.staff(), &user.to_string()).await?;
    Ok((counts.devices_assigned, counts.devices_linked))
}

/// Enrols hardware number `n` for somebody.
async fn enroll_for(agent: &Agent, n: u32, email: &str) -> anyhow::Result<String> {
    let request = pb::EnrollRequest { email: email.to_owned(), ..enroll_request(n) };
    Ok(agent.client.clone().enroll(request).await?.into_inner().device_id)
}

async fn devices_move_and_it_is_told_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (a, b) = (client(&world, "a@acme.example"), client(&world, "b@acme.example"));
    let owned = enroll_for(&agent, 1, "a@acme.example").await?;
    link(&world, &replica, &owned, "b@acme.example").await?;
    let linked = enroll_for(&agent, 2, "user2@acme.example").await?;
    link(&world, &replica, &linked, "a@acme.example").await?;
    let twice = enroll_for(&agent, 3, "user3@acme.example").await?;
    link(&world, &replica, &twice, "b@acme.example").await?;
    link(&world, &replica, &twice, "a@acme.example").await?;
    let survivors = enroll_for(&agent, 4, "b@acme.example").await?;
    link(&world, &replica, &survivors, "a@acme.example").await?;
    let other = enroll_for(&agent, 5, "user5@acme.example").await?;
    assert_eq!(references(&world, &replica, a).await?, (1, 3));

    let event = merged(&world, a, b);
    try_join_all((0..5).map(|_| deliver(&replica, &event))).await?;
    assert_eq!(references(&world, &replica, a).await?, (0, 0));
    assert_eq!(references(&world, &replica, b).await?, (2, 2));
    let told = told::<DeviceReferencesMoved>(&replica.db).await?;
    let moved = pb::UserReferences { devices_assigned: 1, devices_linked: 3 };
    assert_eq!((told.len(), told[0].payload.moved), (1, Some(moved)));
    assert_eq!((told[0].tenant, told[0].subject), (world.tenant, a.as_uuid()));

    for (id, is_owner, links, version, fields) in [
        (&owned, true, vec![], 3, vec!["assigned_user_id", "linked_user_ids"]),
        (&linked, false, vec![b], 3, vec!["linked_user_ids", "linked_user_ids"]),
        (&twice, false, vec![b], 4, vec!["linked_user_ids"]),
        (&survivors, true, vec![], 3, vec!["linked_user_ids"]),
        (&other, false, vec![], 1, vec![]),
    ] {
        let device = replica.device(&world, id).await?;
        assert_eq!(device.assigned_user_id == Some(b.to_string()), is_owner, "{fields:?}");
        let links: Vec<String> = links.iter().map(ToString::to_string).collect();
        assert_eq!((device.linked_user_ids, device.version), (links, version), "{fields:?}");
        let last = replica.timeline_entries(&world, id).await?.remove(0);
        let changed: Vec<_> = last.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(changed, fields);
        if !fields.is_empty() {
            assert_eq!((last.r#type.as_str(), last.actor), ("updated", event.actor.clone()));
        }
    }
    Ok(())
}

/// The handler is dropped after its first transaction, as by `kill -9`; the fact comes again.
async fn a_crash_in_between_loses_no_count(database: &TestDatabase) -> anyhow::Result<()> {
    const DEVICES: u32 = 70;
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (a, b) = (client(&world, "a@acme.example"), client(&world, "b@acme.example"));
    for n in 1..=DEVICES {
        enroll_for(&agent, n, "a@acme.example").await?;
    }
    let event = merged(&world, a, b);
    let mut signals = replica.listen();
    let mut handler = Box::pin(deliver(&replica, &event));
    loop {
        tokio::select! {
            biased;
            signal = signals.recv() => if concerns(&signal, b) { break },
            done = &mut handler => panic!("it was to be killed: {done:?}"),
        }
    }
    drop(handler);
    let (left, _) = references(&world, &replica, a).await?;
    assert!((1..i64::from(DEVICES)).contains(&left), "{left} are left");
    assert!(told::<DeviceReferencesMoved>(&replica.db).await?.is_empty());

    deliver(&replica, &event).await?;
    assert_eq!(references(&world, &replica, b).await?, (DEVICES.into(), 0));
    let told = told::<DeviceReferencesMoved>(&replica.db).await?;
    let moved = pb::UserReferences { devices_assigned: DEVICES.into(), devices_linked: 0 };
    assert_eq!((told.len(), told[0].payload.moved), (1, Some(moved)));
    Ok(())
}

fn concerns(
    signal: &Result<chamados_chassis::bus::Heard, tokio::sync::broadcast::error::RecvError>,
    user: UserId,
) -> bool {
    use chamados_chassis::bus::Heard;

    let Ok(Heard::Signal(signal)) = signal else { return false };
    signal.audience.as_ref().is_some_and(|told| told.user_ids.contains(&user.to_string()))
}

/// Identity admitted, or found, the account before it merged it.
async fn what_is_written_afterwards_is_the_survivors(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (a, b) = (client(&world, "a@acme.example"), client(&world, "b@acme.example"));
    let known = enroll_for(&agent, 1, "user1@acme.example").await?;
    deliver(&replica, &merged(&world, a, b)).await?;

    let new = enroll_for(&agent, 2, "a@acme.example").await?;
    assert_eq!(replica.device(&world, &new).await?.assigned_user_id, Some(b.to_string()));
    let device = link(&world, &replica, &known, "a@acme.example").await?;
    assert_eq!(device.linked_user_ids, [b.to_string()]);
    enroll_for(&agent, 1, "a@acme.example").await?;
    let device = replica.device(&world, &known).await?;
    assert_eq!(device.assigned_user_id, Some(b.to_string()));
    assert!(device.linked_user_ids.is_empty());
    let error = link(&world, &replica, &known, "a@acme.example").await.unwrap_err();
    assert_eq!(reason(&error), "user_is_assigned");
    assert_eq!(references(&world, &replica, a).await?, (0, 0));
    Ok(())
}

async fn who_left_has_no_device(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (a, b) = (client(&world, "a@acme.example"), client(&world, "b@acme.example"));
    let owned = enroll_for(&agent, 1, "a@acme.example").await?;
    link(&world, &replica, &owned, "b@acme.example").await?;
    let linked = enroll_for(&agent, 2, "b@acme.example").await?;
    link(&world, &replica, &linked, "a@acme.example").await?;
    let moved = UserMoved { user_id: a.to_string() };
    let elsewhere = event(TenantId::new(), &a.to_string(), &moved);
    let moved = event(world.tenant, &a.to_string(), &moved);
    deliver(&replica, &elsewhere).await?;
    assert_eq!(references(&world, &replica, a).await?, (1, 1));

    try_join_all((0..4).map(|_| deliver(&replica, &moved))).await?;
    assert_eq!(references(&world, &replica, a).await?, (0, 0));
    let device = replica.device(&world, &owned).await?;
    assert_eq!((device.assigned_user_id, device.version), (None, 3));
    assert_eq!(device.linked_user_ids, [b.to_string()]);
    assert_eq!(replica.timeline(&world, &linked).await?, ["updated", "user_linked", "enrolled"]);

    // Somebody who came back keeps what they get then.
    link(&world, &replica, &linked, "a@acme.example").await?;
    deliver(&replica, &moved).await?;
    assert_eq!(references(&world, &replica, a).await?, (0, 1));
    Ok(())
}

async fn admins_are_told_how_much_there_is(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let a = client(&world, "a@acme.example");
    enroll_for(&agent, 1, "a@acme.example").await?;
    assert_eq!(references(&world, &replica, a).await?, (1, 0));
    let stranger = Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: chamados_chassis::id::SessionId::new(),
    };
    let none = references_by(&world, &replica, &stranger, &a.to_string()).await?;
    assert_eq!(none, pb::UserReferences::default());
    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        let by = world.person(role, Some(world.company), a);
        let error = references_by(&world, &replica, &by, &a.to_string()).await.unwrap_err();
        assert_eq!(reason(&error), "permission_denied", "{role}");
    }
    let error = references_by(&world, &replica, &world.staff(), "x").await.unwrap_err();
    assert_eq!(reason(&error), "invalid_argument");
    Ok(())
}

async fn unreadable_facts_are_rejected(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let a = UserId::new().to_string();
    let merge = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: a.clone(),
        into_user_id: UserId::new().to_string(),
    };
    let bad = [
        event(world.tenant, &a, &UsersMerged { merge_id: "x".into(), ..merge.clone() }),
        event(world.tenant, &a, &UsersMerged { from_user_id: "x".into(), ..merge.clone() }),
        event(world.tenant, &a, &UsersMerged { into_user_id: String::new(), ..merge.clone() }),
        event(world.tenant, &a, &UserMoved { user_id: "x".into() }),
        Event { actor: None, ..event(world.tenant, &a, &merge) },
    ];
    for event in bad {
        let outcome = deliver(&replica, &event).await;
        assert!(matches!(outcome, Err(HandlerError::Rejected(_))), "{event:?}");
    }
    Ok(())
}
