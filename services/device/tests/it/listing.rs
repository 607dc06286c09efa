//! Lists and single devices: who sees which, exact presence filters with totals and pages, edits.

use chamados_chassis::{
    auth::{Principal, Role},
    id::{CompanyId, UserId},
};
use chamados_device::Config;
use chamados_proto::device::v1::{self as pb, Presence};
use chamados_testkit::{TestDatabase, store_suite};
use prost_types::FieldMask;
use tonic::{Code, Status};

use crate::support::{
    Replica, World,
    agent::enroll_request,
    inventory::{hardware, network},
    reason,
    replica::heard,
};

store_suite!(
    presence_filters_are_exact,
    names_serials_and_addresses_are_found,
    everybody_sees_their_own,
    of_simultaneous_edits_one_wins,
    bad_requests_are_refused,
);

async fn list(
    world: &World,
    replica: &Replica,
    principal: &Principal,
    request: pb::ListDevicesRequest,
) -> Result<pb::ListDevicesResponse, Status> {
    let request = world.request(principal, request);
    Ok(replica.devices().list_devices(request).await?.into_inner())
}

/// Names on all pages of two, and the total that each page tells.
async fn pages(
    world: &World,
    replica: &Replica,
    presences: &[Presence],
) -> Result<Vec<String>, Status> {
    let mut names = Vec::new();
    let mut request = pb::ListDevicesRequest {
        page_size: 2,
        presences: presences.iter().map(|presence| (*presence).into()).collect(),
        ..Default::default()
    };
    let mut totals = Vec::new();
    loop {
        let page = list(world, replica, &world.staff(), request.clone()).await?;
        for device in &page.devices {
            let wanted = presences.is_empty() || presences.contains(&device.presence());
            assert!(wanted, "{} is {:?}", device.host_name, device.presence());
        }
        names.extend(page.devices.into_iter().map(|device| device.host_name));
        totals.push(page.total_size);
        if page.next_page_token.is_empty() {
            assert!(totals.iter().all(|total| *total == names.len() as i64), "{totals:?}");
            return Ok(names);
        }
        request.page_token = page.next_page_token;
    }
}

async fn presence_filters_are_exact(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    // Stale after 0.75 s, offline only after an hour.
    let config =
        Config { interval_millis: 500, offline_grace_millis: 3_600_000, ..World::config() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let mut devices = Vec::new();
    for n in 1..=9 {
        devices.push(agent.enroll(n).await?);
    }
    let mut streams = Vec::new();
    for device in &devices[..6] {
        streams.push(agent.welcomed(&device.token).await?.0);
    }
    for device in &devices[..6] {
        replica.wait_for(&world, &device.device_id, Presence::Stale).await;
    }
    // Three of the six speak on, faster than the clock can call them stale.
    let speakers: Vec<_> = streams.drain(..3).collect();
    let speaking = async {
        loop {
            for stream in &speakers {
                drop(stream.beat(1).await);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let looking = async {
        for device in &devices[..3] {
            replica.wait_for(&world, &device.device_id, Presence::Online).await;
        }
        let online = ["pc-0001", "pc-0002", "pc-0003"];
        let stale = ["pc-0004", "pc-0005", "pc-0006"];
        let offline = ["pc-0007", "pc-0008", "pc-0009"];
        let page = |presences: &'static [Presence]| pages(&world, &replica, presences);
        assert_eq!(page(&[Presence::Online]).await?, online);
        assert_eq!(page(&[Presence::Stale]).await?, stale);
        assert_eq!(page(&[Presence::Offline]).await?, offline);
        assert_eq!(page(&[Presence::Unknown]).await?, [] as [&str; 0]);
        let present = [online, stale].concat();
        assert_eq!(page(&[Presence::Online, Presence::Stale]).await?, present);
        assert_eq!(page(&[Presence::Stale, Presence::Offline]).await?, [stale, offline].concat());
        assert_eq!(page(&[]).await?, [online, stale, offline].concat());
        anyhow::Ok(())
    };
    tokio::select! {
        () = speaking => unreachable!(),
        looked = looking => looked,
    }
}

async fn names_serials_and_addresses_are_found(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (first, second) = (agent.enroll(1).await?, agent.enroll(2).await?);
    let (stream, _) = agent.welcomed(&first.token).await?;
    let mut signals = replica.listen();
    let sections = vec![hardware(1, 1), network("192.0.2.77/24", 2)];
    stream.say(pb::agent_message::Message::Sections(pb::Sections { sections })).await?;
    heard(&mut signals, "device.changed").await;
    edit(&world, &replica, &second.device_id, 0, "Recepção 100%").await?;

    for (query, expected) in [
        ("sn-4711", vec!["pc-0001"]),
        ("192.0.2.77", vec!["pc-0001"]),
        ("AA:BB:CC", vec!["pc-0001"]),
        ("recepcao", vec!["pc-0002"]),
        ("100%", vec!["pc-0002"]),
        ("%", vec!["pc-0002"]),
        ("PC-000", vec!["pc-0001", "pc-0002"]),
        ("nothing", vec![]),
    ] {
        let request = pb::ListDevicesRequest { query: query.into(), ..Default::default() };
        let page = list(&world, &replica, &world.staff(), request).await?;
        let names: Vec<_> = page.devices.iter().map(|device| device.host_name.as_str()).collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(page.total_size, expected.len() as i64, "{query}");
    }
    Ok(())
}

async fn everybody_sees_their_own(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let other = world.identity.add_company(world.tenant, "CODE-2");
    let ours = agent.enroll(1).await?;
    agent.enroll(2).await?;
    let request = pb::EnrollRequest { provisioning_code: "CODE-2".into(), ..enroll_request(3) };
    let theirs = agent.client.clone().enroll(request).await?.into_inner();
    let owner = world.identity.person(world.tenant, "user1@acme.example");
    let machine = Principal::Device {
        tenant: world.tenant,
        device: theirs.device_id.parse()?,
        company: other,
        assigned_user: None,
    };
    let stranger = Principal::Person {
        tenant: chamados_chassis::id::TenantId::new(),
        user: owner,
        role: Role::Admin,
        company: None,
        session: chamados_chassis::id::SessionId::new(),
    };
    let person = |role, company: Option<CompanyId>, user| world.person(role, company, user);
    let table = [
        ("staff", world.staff(), vec![1, 2, 3]),
        ("manager", person(Role::Manager, Some(world.company), UserId::new()), vec![1, 2]),
        ("manager of the other", person(Role::Manager, Some(other), UserId::new()), vec![3]),
        ("manager of none", person(Role::Manager, None, UserId::new()), vec![]),
        ("owner", person(Role::Collaborator, Some(world.company), owner), vec![1]),
        ("colleague", person(Role::Collaborator, Some(world.company), UserId::new()), vec![]),
        ("device", machine, vec![3]),
        ("another tenant's admin", stranger, vec![]),
    ];
    for (who, principal, expected) in table {
        let page = list(&world, &replica, &principal, pb::ListDevicesRequest::default()).await?;
        let expected: Vec<String> = expected.iter().map(|n| format!("pc-{n:04}")).collect();
        let names: Vec<_> = page.devices.iter().map(|device| device.host_name.clone()).collect();
        assert_eq!(names, expected, "{who}");
        assert_eq!(page.total_size, expected.len() as i64, "{who}");

        let ids = vec![ours.device_id.clone(), theirs.device_id.clone(), "nonsense".into()];
        let request = pb::BatchGetDeviceSummariesRequest { ids };
        let batch = world.request(&principal, request);
        let summaries = replica.devices().batch_get_device_summaries(batch).await?.into_inner();
        let seen = |id: &str| summaries.devices.iter().any(|device| device.id == id);
        let get = pb::GetDeviceRequest { id: ours.device_id.clone() };
        let one = replica.devices().get_device(world.request(&principal, get)).await;
        let timeline = pb::ListDeviceTimelineRequest {
            device_id: ours.device_id.clone(),
            ..Default::default()
        };
        let timeline = replica.devices().list_timeline(world.request(&principal, timeline)).await;
        let sees = expected.contains(&"pc-0001".to_owned());
        assert_eq!(
            (seen(&ours.device_id), one.is_ok(), timeline.is_ok()),
            (sees, sees, sees),
            "{who}"
        );
        if let Err(error) = one {
            assert_eq!(
                (error.code(), reason(&error).as_str()),
                (Code::NotFound, "device_not_found")
            );
        }
        let reset = pb::ResetAgentRequest { request_id: "r".into(), id: theirs.device_id.clone() };
        let reset = replica.devices().reset_agent(world.request(&principal, reset)).await;
        let may = principal.is_staff() && principal.tenant() == Ok(world.tenant);
        assert_eq!(reset.is_ok(), may, "{who}");
    }
    let anonymous = pb::ListDevicesRequest::default();
    let error = replica.devices().list_devices(anonymous).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated);
    Ok(())
}

async fn edit(
    world: &World,
    replica: &Replica,
    id: &str,
    version: i64,
    display_name: &str,
) -> Result<pb::Device, Status> {
    let device = pb::Device {
        id: id.to_owned(),
        display_name: display_name.to_owned(),
        notes: "not in the mask".into(),
        version,
        ..Default::default()
    };
    let update_mask = Some(FieldMask { paths: vec!["display_name".into()] });
    let request = world.as_staff(pb::UpdateDeviceRequest { device: Some(device), update_mask });
    Ok(replica.devices().update_device(request).await?.into_inner())
}

async fn of_simultaneous_edits_one_wins(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let names: Vec<String> = (0..32).map(|n| format!("name {n}")).collect();
    let edits = names.iter().map(|name| edit(&world, &replica, &id, 1, name));
    let outcomes = futures::future::join_all(edits).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!((error.code(), reason(error).as_str()), (Code::Aborted, "stale_version"));
    }
    let device = replica.device(&world, &id).await?;
    assert_eq!((device.version, device.notes.as_str()), (2, ""));
    assert_eq!(replica.timeline(&world, &id).await?, ["updated", "enrolled"]);

    let same = edit(&world, &replica, &id, 0, &device.display_name).await?;
    assert_eq!(same.version, 2, "nothing changed, nothing is written");
    Ok(())
}

async fn bad_requests_are_refused(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let default = pb::ListDevicesRequest::default;
    for request in [
        pb::ListDevicesRequest { page_size: -1, ..default() },
        pb::ListDevicesRequest { page_token: "x".into(), ..default() },
        pb::ListDevicesRequest { company_id: Some("x".into()), ..default() },
        pb::ListDevicesRequest { assigned_user_id: Some("x".into()), ..default() },
        pb::ListDevicesRequest { query: "x".repeat(201), ..default() },
        pb::ListDevicesRequest { presences: vec![0], ..default() },
        pb::ListDevicesRequest { presences: vec![99], ..default() },
    ] {
        let error = list(&world, &replica, &world.staff(), request.clone()).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{request:?}");
    }
    let error = edit(&world, &replica, &id, 0, &"x".repeat(256)).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    let device = Some(pb::Device { id, ..Default::default() });
    let update_mask = Some(FieldMask { paths: vec!["presence".into()] });
    let request = world.as_staff(pb::UpdateDeviceRequest { device, update_mask });
    let error = replica.devices().update_device(request).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    let ids = (0..501).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    let request = world.as_staff(pb::BatchGetDeviceSummariesRequest { ids });
    let error = replica.devices().batch_get_device_summaries(request).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    for id in ["", "x", &uuid::Uuid::now_v7().to_string()] {
        let request = world.as_staff(pb::GetDeviceRequest { id: id.to_owned() });
        let error = replica.devices().get_device(request).await.unwrap_err();
        assert_eq!((error.code(), reason(&error).as_str()), (Code::NotFound, "device_not_found"));
    }
    Ok(())
}
