//! Further people of a device: who may be linked, by whom, what they see then, and how many fit.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    id::{CompanyId, ServiceAccountId, TenantId, UserId},
};
use chamados_proto::{
    device::v1::{self as pb, Presence},
    event::v1::AdministrativeChange,
    identity::v1 as identity,
};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::support::{
    Replica, World,
    evidence::{number, told},
    reason,
    replica::heard,
};

store_suite!(
    the_linked_see_the_device,
    the_linked_are_told_of_presence,
    who_may_be_linked_and_by_whom,
    as_many_links_as_fit_are_made,
    a_repeated_request_links_once,
    an_owner_needs_no_link,
    administrative_changes_are_told_once,
);

pub(crate) fn client(world: &World, email: &str) -> UserId {
    let role = identity::Role::Collaborator;
    world.identity.add_person(world.tenant, email, role, Some(world.company), true)
}

pub(crate) async fn link_by(
    world: &World,
    replica: &Replica,
    by: &Principal,
    request: pb::LinkUserRequest,
) -> Result<pb::Device, Status> {
    Ok(replica.devices().link_user(world.request(by, request)).await?.into_inner())
}

pub(crate) async fn link(
    world: &World,
    replica: &Replica,
    device: &str,
    email: &str,
) -> Result<pb::Device, Status> {
    link_by(world, replica, &world.staff(), wish(device, email)).await
}

fn wish(device: &str, email: &str) -> pb::LinkUserRequest {
    let request_id = Uuid::now_v7().to_string();
    pb::LinkUserRequest { request_id, device_id: device.to_owned(), email: email.to_owned() }
}

async fn unlink_by(
    world: &World,
    replica: &Replica,
    by: &Principal,
    device: &str,
    user: &str,
) -> Result<pb::Device, Status> {
    let request = pb::UnlinkUserRequest { device_id: device.into(), user_id: user.into() };
    Ok(replica.devices().unlink_user(world.request(by, request)).await?.into_inner())
}

/// Ids of the devices somebody sees.
async fn seen(
    world: &World,
    replica: &Replica,
    by: &Principal,
    request: pb::ListDevicesRequest,
) -> Result<Vec<String>, Status> {
    let page = replica.devices().list_devices(world.request(by, request)).await?.into_inner();
    assert_eq!(page.total_size, page.devices.len() as i64);
    Ok(page.devices.into_iter().map(|device| device.id).collect())
}

async fn the_linked_see_the_device(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (first, second) = (agent.enroll(1).await?.device_id, agent.enroll(2).await?.device_id);
    let (ana, bia) = (client(&world, "ana@acme.example"), client(&world, "bia@acme.example"));
    let by_ana = world.person(Role::Collaborator, Some(world.company), ana);
    let all = pb::ListDevicesRequest::default;
    assert!(seen(&world, &replica, &by_ana, all()).await?.is_empty());

    let mut signals = replica.listen();
    link(&world, &replica, &first, "bia@acme.example").await?;
    heard(&mut signals, "device.changed").await;
    let device = link(&world, &replica, &first, "Ana@ACME.example").await?;
    let signal = heard(&mut signals, "device.changed").await;
    let told = signal.audience.as_ref().unwrap();
    assert!([ana, bia].iter().all(|user| told.user_ids.contains(&user.to_string())));
    assert_eq!(told.company_id, Some(world.company.to_string()));
    assert_eq!(device.linked_user_ids, [bia.to_string(), ana.to_string()], "in that order");
    assert_eq!(device.version, 3);

    assert_eq!(seen(&world, &replica, &by_ana, all()).await?, std::slice::from_ref(&first));
    let get = pb::GetDeviceRequest { id: first.clone() };
    let mine = replica.devices().get_device(world.request(&by_ana, get)).await?.into_inner();
    assert_eq!(mine, device);
    let owner = world.identity.person(world.tenant, "user1@acme.example");
    for (user_id, expected) in [
        (ana, vec![first.clone()]),
        (owner, vec![first.clone()]),
        (world.identity.person(world.tenant, "user2@acme.example"), vec![second.clone()]),
        (UserId::new(), vec![]),
    ] {
        let filter = pb::ListDevicesRequest { user_id: Some(user_id.to_string()), ..all() };
        assert_eq!(seen(&world, &replica, &world.staff(), filter.clone()).await?, expected);
        let both = expected.iter().filter(|id| **id == first).cloned().collect::<Vec<_>>();
        assert_eq!(seen(&world, &replica, &by_ana, filter).await?, both, "and what one sees");
    }
    let assigned = pb::ListDevicesRequest { assigned_user_id: Some(ana.to_string()), ..all() };
    assert!(seen(&world, &replica, &world.staff(), assigned).await?.is_empty());

    let mut signals = replica.listen();
    let staff = world.staff();
    let device = unlink_by(&world, &replica, &staff, &first, &ana.to_string()).await?;
    assert_eq!((device.linked_user_ids, device.version), (vec![bia.to_string()], 4));
    let signal = heard(&mut signals, "device.changed").await;
    assert!(signal.audience.as_ref().unwrap().user_ids.contains(&ana.to_string()), "to go away");
    assert!(seen(&world, &replica, &by_ana, all()).await?.is_empty());
    let again = unlink_by(&world, &replica, &staff, &first, &ana.to_string()).await?;
    assert_eq!(again.version, 4, "who is not linked need not be untied");

    let entries = replica.timeline_entries(&world, &first).await?;
    let kinds: Vec<_> = entries.iter().map(|entry| entry.r#type.as_str()).collect();
    assert_eq!(kinds, ["user_unlinked", "user_linked", "user_linked", "enrolled"]);
    let change = pb::DeviceFieldChange {
        field: "linked_user_ids".into(),
        old_value: Some(ana.to_string()),
        new_value: None,
    };
    assert_eq!(
        (&entries[0].changes, entries[0].actor.clone()),
        (&vec![change], Some(staff.actor()?.into()))
    );
    Ok(())
}

async fn the_linked_are_told_of_presence(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let ana = client(&world, "ana@acme.example");
    link(&world, &replica, &enrolled.device_id, "ana@acme.example").await?;
    let mut signals = replica.listen();
    let (_stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, Presence::Online).await;
    let signal = heard(&mut signals, "device.presence").await;
    assert!(signal.audience.as_ref().unwrap().user_ids.contains(&ana.to_string()));
    Ok(())
}

async fn who_may_be_linked_and_by_whom(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let device = replica.agent().await?.enroll(1).await?.device_id;
    let add = |email: &str, role, company, active| {
        world.identity.add_person(world.tenant, email, role, company, active)
    };
    let (ours, theirs) = (Some(world.company), Some(CompanyId::new()));
    add("user1@acme.example", identity::Role::Collaborator, ours, true);
    add("other@example.com", identity::Role::Collaborator, theirs, true);
    add("gone@acme.example", identity::Role::Collaborator, ours, false);
    add("pc@acme.example", identity::Role::Machine, ours, true);
    for (email, expected) in [
        ("nobody@acme.example", (Code::NotFound, "user_not_found")),
        ("pc@acme.example", (Code::NotFound, "user_not_found")),
        ("other@example.com", (Code::FailedPrecondition, "user_not_in_company")),
        ("gone@acme.example", (Code::FailedPrecondition, "user_inactive")),
        ("user1@acme.example", (Code::FailedPrecondition, "user_is_assigned")),
        (" ", (Code::InvalidArgument, "invalid_argument")),
        (&"x".repeat(255), (Code::InvalidArgument, "invalid_argument")),
    ] {
        let error = link(&world, &replica, &device, email).await.unwrap_err();
        assert_eq!((error.code(), reason(&error).as_str()), expected, "{email}");
    }
    let unnamed = pb::LinkUserRequest { request_id: String::new(), ..wish(&device, "a@b.example") };
    let error = link_by(&world, &replica, &world.staff(), unnamed).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    let staff = world.staff();
    let error = unlink_by(&world, &replica, &staff, &device, "x").await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);

    let ana = client(&world, "ana@acme.example");
    add("agent@desk.example", identity::Role::Agent, None, true);
    link(&world, &replica, &device, "agent@desk.example").await?;
    let (tenant, account) = (world.tenant, ServiceAccountId::new());
    let key = |scopes| Principal::ServiceAccount { tenant, account, scopes };
    let stranger = Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: chamados_chassis::id::SessionId::new(),
    };
    world.identity.add_person(
        stranger.tenant()?,
        "ana@acme.example",
        identity::Role::Agent,
        None,
        true,
    );
    let person = |role| world.person(role, Some(world.company), UserId::new());
    for (by, expected) in [
        (stranger, (Code::NotFound, "device_not_found")),
        (person(Role::Manager), (Code::PermissionDenied, "permission_denied")),
        (person(Role::Collaborator), (Code::PermissionDenied, "permission_denied")),
        (key(vec![Permission::DevicesRead]), (Code::PermissionDenied, "permission_denied")),
    ] {
        let linked = link_by(&world, &replica, &by, wish(&device, "ana@acme.example")).await;
        let unlinked = unlink_by(&world, &replica, &by, &device, &ana.to_string()).await;
        for error in [linked.unwrap_err(), unlinked.unwrap_err()] {
            assert_eq!((error.code(), reason(&error).as_str()), expected, "{by:?}");
        }
    }
    let by_key = key(vec![Permission::DevicesManage]);
    let device = link_by(&world, &replica, &by_key, wish(&device, "ana@acme.example")).await?;
    assert_eq!(device.linked_user_ids.len(), 2);
    Ok(())
}

async fn as_many_links_as_fit_are_made(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let device = replica.agent().await?.enroll(1).await?.device_id;
    let emails: Vec<String> = (0..60).map(|n| format!("person{n}@acme.example")).collect();
    for email in &emails {
        client(&world, email);
    }
    let (world, replica) = (&world, &replica);
    let links = emails.iter().map(|email| link(world, replica, &device, email));
    let outcomes = futures::future::join_all(links).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 50);
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(reason(error), "too_many_links");
    }
    assert_eq!(replica.device(world, &device).await?.linked_user_ids.len(), 50);
    assert_eq!(replica.device(world, &device).await?.version, 51);

    let linked = outcomes.iter().position(Result::is_ok).unwrap();
    let again = (0..20).map(|_| link(world, replica, &device, &emails[linked]));
    futures::future::try_join_all(again).await?;
    assert_eq!(replica.device(world, &device).await?.version, 51, "linked already");
    Ok(())
}

async fn a_repeated_request_links_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let device = replica.agent().await?.enroll(1).await?.device_id;
    let ana = client(&world, "ana@acme.example").to_string();
    client(&world, "bia@acme.example");
    let (staff, request) = (world.staff(), wish(&device, "ana@acme.example"));
    let repeats = (0..20).map(|_| link_by(&world, &replica, &staff, request.clone()));
    for device in futures::future::try_join_all(repeats).await? {
        assert_eq!((device.linked_user_ids, device.version), (vec![ana.clone()], 2));
    }
    unlink_by(&world, &replica, &staff, &device, &ana).await?;
    let late = link_by(&world, &replica, &staff, request.clone()).await?;
    assert!(late.linked_user_ids.is_empty(), "it was done before");
    let other = pb::LinkUserRequest { email: "bia@acme.example".into(), ..request };
    let error = link_by(&world, &replica, &staff, other).await.unwrap_err();
    assert_eq!(reason(&error), "request_id_reused");
    let actions: Vec<_> = told::<AdministrativeChange>(&replica.db).await?;
    let actions: Vec<_> = actions.iter().map(|fact| fact.payload.action.as_str()).collect();
    assert_eq!(actions, ["device.user_linked", "device.user_unlinked"]);
    Ok(())
}

async fn an_owner_needs_no_link(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let id = agent.enroll(1).await?.device_id;
    let ana = client(&world, "ana@acme.example");
    link(&world, &replica, &id, "ana@acme.example").await?;
    let hers = pb::EnrollRequest {
        email: "ana@acme.example".into(),
        ..crate::support::agent::enroll_request(1)
    };
    let mut signals = replica.listen();
    assert_eq!(agent.client.clone().enroll(hers).await?.into_inner().device_id, id);
    let former = world.identity.person(world.tenant, "user1@acme.example");
    let told = heard(&mut signals, "device.changed").await.audience.clone().unwrap().user_ids;
    assert!(told.contains(&former.to_string()), "whose it was no longer sees it");
    let device = replica.device(&world, &id).await?;
    assert_eq!(device.assigned_user_id, Some(ana.to_string()));
    assert!(device.linked_user_ids.is_empty());
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device_link").await?, 0);
    let last = replica.timeline_entries(&world, &id).await?.remove(0);
    assert_eq!(last.r#type, "reenrolled");
    let fields: Vec<_> = last.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["assigned_user_id", "linked_user_ids"]);
    Ok(())
}

async fn administrative_changes_are_told_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let staff = world.staff();
    let edit = |notes: &str| pb::UpdateDeviceRequest {
        device: Some(pb::Device { id: id.clone(), notes: notes.into(), ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["notes".into()] }),
    };
    for notes in ["spare", "spare"] {
        replica.devices().update_device(world.request(&staff, edit(notes))).await?;
    }
    let reset = pb::ResetAgentRequest { request_id: "r".into(), id: id.clone() };
    for _ in 0..3 {
        replica.devices().reset_agent(world.request(&staff, reset.clone())).await?;
    }
    let told = told::<AdministrativeChange>(&replica.db).await?;
    let actions: Vec<_> = told.iter().map(|fact| fact.payload.action.as_str()).collect();
    assert_eq!(actions, ["device.updated", "device.reset"]);
    for fact in &told {
        assert_eq!((fact.tenant, fact.actor.clone()), (world.tenant, Some(staff.actor()?.into())));
        assert_eq!((&fact.payload.target_id, fact.payload.target_name.as_str()), (&id, "pc-0001"));
    }
    let change = &told[0].payload.fields[0];
    assert_eq!((change.field.as_str(), change.new_value.as_deref()), ("notes", Some("spare")));
    Ok(())
}
