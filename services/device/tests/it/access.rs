//! Whose a device is and as what they use it: who may be given it, by whom, and what is told of it.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    id::{CompanyId, ServiceAccountId, SessionId, TenantId, UserId},
};
use chamados_proto::{
    device::v1::{self as pb, Persona},
    event::v1::AdministrativeChange,
    identity::v1 as identity,
};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    links::{client, link},
    support::{Replica, World, agent::enroll_request, evidence::told, reason, replica::heard},
};

store_suite!(
    the_device_changes_hands,
    who_may_be_given_it_and_by_whom,
    an_unknown_address_becomes_a_collaborator,
    a_repeated_request_changes_nothing,
    of_simultaneous_adjustments_all_are_whole,
    a_persona_stays_with_its_person,
);

fn wish(device: &str, email: &str, persona: Persona) -> pb::AdjustAccessRequest {
    pb::AdjustAccessRequest {
        request_id: Uuid::now_v7().to_string(),
        id: device.to_owned(),
        email: email.to_owned(),
        persona: persona.into(),
    }
}

async fn adjust_by(
    world: &World,
    replica: &Replica,
    by: &Principal,
    request: pb::AdjustAccessRequest,
) -> Result<pb::Device, Status> {
    Ok(replica.devices().adjust_access(world.request(by, request)).await?.into_inner())
}

async fn sees(world: &World, replica: &Replica, user: UserId, device: &str) -> bool {
    let person = world.person(Role::Collaborator, Some(world.company), user);
    let request = world.request(&person, pb::GetDeviceRequest { id: device.to_owned() });
    replica.devices().get_device(request).await.is_ok()
}

async fn the_device_changes_hands(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let owner = world.identity.person(world.tenant, "user1@acme.example");
    let (ana, bia) = (client(&world, "ana@acme.example"), client(&world, "bia@acme.example"));
    link(&world, &replica, &id, "ana@acme.example").await?;
    let before = link(&world, &replica, &id, "bia@acme.example").await?;
    assert_eq!(before.persona(), Persona::Collaborator, "until staff say otherwise");

    let staff = world.staff();
    let mut signals = replica.listen();
    let request = wish(&id, " ANA@acme.example", Persona::Manager);
    let device = adjust_by(&world, &replica, &staff, request).await?;
    assert_eq!(device.assigned_user_id, Some(ana.to_string()));
    assert_eq!(device.persona(), Persona::Manager);
    assert_eq!(device.linked_user_ids, [bia.to_string()], "whose it is needs no link");
    assert_eq!((device.version, device.enrolled), (before.version + 1, true));
    assert_eq!(replica.device(&world, &id).await?, device);
    let signal = heard(&mut signals, "device.changed").await;
    let told_users = &signal.audience.as_ref().unwrap().user_ids;
    for user in [owner, ana, bia] {
        assert!(told_users.contains(&user.to_string()), "{user}");
    }
    assert!(!sees(&world, &replica, owner, &id).await);
    assert!(sees(&world, &replica, ana, &id).await);

    let entry = replica.timeline_entries(&world, &id).await?.remove(0);
    let change = |field: &str, old: Option<String>, new: Option<String>| pb::DeviceFieldChange {
        field: field.into(),
        old_value: old,
        new_value: new,
    };
    let expected = [
        change("assigned_user_id", Some(owner.to_string()), Some(ana.to_string())),
        change("persona", Some("collaborator".into()), Some("manager".into())),
        change("linked_user_ids", Some(ana.to_string()), None),
    ];
    assert_eq!((entry.r#type.as_str(), entry.changes), ("access_adjusted", expected.into()));
    assert_eq!(entry.actor, Some(staff.actor()?.into()));
    let audited = told::<AdministrativeChange>(&replica.db).await?.pop().unwrap();
    assert_eq!(audited.payload.action, "device.access_adjusted");
    assert_eq!(audited.payload.fields.len(), 3);

    // What is so already is not done again.
    let request = wish(&id, "ana@acme.example", Persona::Manager);
    assert_eq!(adjust_by(&world, &replica, &staff, request).await?, device);
    assert_eq!(told::<AdministrativeChange>(&replica.db).await?.len(), 3);
    Ok(())
}

async fn who_may_be_given_it_and_by_whom(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let add = |email: &str, role, company, active| {
        world.identity.add_person(world.tenant, email, role, company, active)
    };
    let (ours, theirs) = (Some(world.company), Some(CompanyId::new()));
    add("other@example.com", identity::Role::Collaborator, theirs, true);
    add("gone@acme.example", identity::Role::Collaborator, ours, false);
    add("pc@acme.example", identity::Role::Machine, ours, true);
    client(&world, "ana@acme.example");
    let staff = world.staff();
    let invalid = (Code::InvalidArgument, "invalid_argument");
    for (email, persona, expected) in [
        ("other@example.com", Persona::Manager, (Code::FailedPrecondition, "user_not_in_company")),
        ("gone@acme.example", Persona::Manager, (Code::FailedPrecondition, "user_inactive")),
        ("pc@acme.example", Persona::Manager, (Code::NotFound, "user_not_found")),
        ("ana@acme.example", Persona::Unspecified, invalid),
        (" ", Persona::Manager, invalid),
        (&"x".repeat(255), Persona::Manager, invalid),
    ] {
        let request = wish(&id, email, persona);
        let error = adjust_by(&world, &replica, &staff, request).await.unwrap_err();
        assert_eq!((error.code(), reason(&error).as_str()), expected, "{email}");
    }
    let request = wish(&id, "ana@acme.example", Persona::Manager);
    for unclear in [
        pb::AdjustAccessRequest { request_id: String::new(), ..request.clone() },
        pb::AdjustAccessRequest { persona: 99, ..request.clone() },
    ] {
        let error = adjust_by(&world, &replica, &staff, unclear).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }

    let (tenant, account) = (world.tenant, ServiceAccountId::new());
    let key = |scopes| Principal::ServiceAccount { tenant, account, scopes };
    let stranger = Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    };
    let person = |role| world.person(role, Some(world.company), UserId::new());
    let denied = (Code::PermissionDenied, "permission_denied");
    for (by, email, expected) in [
        (&stranger, "ana@acme.example", (Code::NotFound, "device_not_found")),
        (&stranger, "new@acme.example", (Code::NotFound, "device_not_found")),
        (&person(Role::Manager), "ana@acme.example", denied),
        (&person(Role::Collaborator), "ana@acme.example", denied),
        (&key(vec![Permission::DevicesRead]), "ana@acme.example", denied),
        // May give devices away, and make nobody.
        (&key(vec![Permission::DevicesManage]), "new@acme.example", denied),
    ] {
        let request = wish(&id, email, Persona::Manager);
        let error = adjust_by(&world, &replica, by, request).await.unwrap_err();
        assert_eq!((error.code(), reason(&error).as_str()), expected, "{by:?}");
    }
    let foreign = stranger.tenant()?;
    assert!(world.identity.account(foreign, "new@acme.example").is_none(), "nobody was made");
    assert_eq!(replica.timeline(&world, &id).await?, ["enrolled"], "nothing changed");

    let unknown = wish(&Uuid::now_v7().to_string(), "new@acme.example", Persona::Manager);
    let error = adjust_by(&world, &replica, &staff, unknown).await.unwrap_err();
    assert_eq!((error.code(), reason(&error).as_str()), (Code::NotFound, "device_not_found"));
    assert!(world.identity.account(tenant, "new@acme.example").is_none(), "nor for no device");

    let agent = add("agent@desk.example", identity::Role::Agent, None, true);
    let by = key(vec![Permission::DevicesManage]);
    let request = wish(&id, "agent@desk.example", Persona::Collaborator);
    let device = adjust_by(&world, &replica, &by, request).await?;
    assert_eq!(device.assigned_user_id, Some(agent.to_string()), "staff may have any");
    Ok(())
}

async fn an_unknown_address_becomes_a_collaborator(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let staff = world.staff();
    let request = wish(&id, "nova.pessoa@acme.example", Persona::Manager);
    let device = adjust_by(&world, &replica, &staff, request).await?;
    let made = world.identity.account(world.tenant, "nova.pessoa@acme.example").unwrap();
    assert_eq!(device.assigned_user_id.as_deref(), Some(made.id.as_str()));
    // A persona makes nobody a manager.
    assert_eq!(made.role(), identity::Role::Collaborator);
    assert_eq!(made.company_id, Some(world.company.to_string()));
    assert_eq!(made.name, "nova.pessoa");

    // As at enrolment, many who bring the same newcomer bring one person.
    let at_once = (0..8).map(|_| wish(&id, "eva@acme.example", Persona::Collaborator));
    let at_once = at_once.map(|request| adjust_by(&world, &replica, &staff, request));
    let eva = futures::future::try_join_all(at_once).await?.pop().unwrap().assigned_user_id;
    let made = world.identity.account(world.tenant, "eva@acme.example").unwrap();
    assert_eq!(eva, Some(made.id));
    Ok(())
}

async fn a_repeated_request_changes_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let (ana, bia) = (client(&world, "ana@acme.example"), client(&world, "bia@acme.example"));
    let staff = world.staff();
    let request = wish(&id, "ana@acme.example", Persona::Manager);
    let repeats = (0..20).map(|_| adjust_by(&world, &replica, &staff, request.clone()));
    for device in futures::future::try_join_all(repeats).await? {
        assert_eq!((device.assigned_user_id, device.version), (Some(ana.to_string()), 2));
    }
    let other = wish(&id, "bia@acme.example", Persona::Collaborator);
    adjust_by(&world, &replica, &staff, other).await?;
    let late = adjust_by(&world, &replica, &staff, request.clone()).await?;
    assert_eq!(late.assigned_user_id, Some(bia.to_string()), "it was done before");
    let reused = pb::AdjustAccessRequest { persona: Persona::Collaborator.into(), ..request };
    let error = adjust_by(&world, &replica, &staff, reused).await.unwrap_err();
    assert_eq!(reason(&error), "request_id_reused");
    Ok(())
}

/// One assigned person at any time, and links that never have them.
async fn of_simultaneous_adjustments_all_are_whole(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let emails: Vec<String> = (0..12).map(|n| format!("person{n}@acme.example")).collect();
    for email in &emails {
        client(&world, email);
        link(&world, &replica, &id, email).await?;
    }
    let (world, replica, staff) = (&world, &replica, &world.staff());
    let adjustments = emails
        .iter()
        .map(|email| adjust_by(world, replica, staff, wish(&id, email, Persona::Manager)));
    for device in futures::future::try_join_all(adjustments).await? {
        let owner = device.assigned_user_id.unwrap();
        assert!(!device.linked_user_ids.contains(&owner));
    }
    let device = replica.device(world, &id).await?;
    assert_eq!(device.version, 1 + 12 + 12);
    assert!(device.linked_user_ids.is_empty(), "each had it once, and had no link from then on");
    Ok(())
}

async fn a_persona_stays_with_its_person(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let id = agent.enroll(1).await?.device_id;
    client(&world, "ana@acme.example");
    let staff = world.staff();
    replica.reset(&world, &id).await?;
    let request = wish(&id, "ana@acme.example", Persona::Manager);
    let adjusted = adjust_by(&world, &replica, &staff, request).await?;
    assert!(!adjusted.enrolled, "who it belongs to lets nobody in");

    // The hand-over ends with the new person's address, and staff's word holds.
    let hers = pb::EnrollRequest { email: "ana@acme.example".into(), ..enroll_request(1) };
    agent.client.clone().enroll(hers).await?;
    let device = replica.device(&world, &id).await?;
    assert_eq!((device.persona(), device.enrolled), (Persona::Manager, true));
    // Of somebody else they have said nothing.
    agent.enroll(1).await?;
    let device = replica.device(&world, &id).await?;
    assert_eq!(device.persona(), Persona::Collaborator);
    let last = replica.timeline_entries(&world, &id).await?.remove(0);
    let fields: Vec<_> = last.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["assigned_user_id", "persona"]);
    Ok(())
}
