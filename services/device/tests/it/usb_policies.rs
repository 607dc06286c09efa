//! USB policies: set, told to the agent, reported, given up.

use chamados_chassis::{
    auth::{Principal, Role},
    id::{SessionId, TenantId, UserId},
};
use chamados_device::Config;
use chamados_proto::{
    device::v1::{
        self as pb, PolicyOutcome, UsbPolicy, UsbPolicyState, agent_message::Message as Up,
        server_message::Message as Down,
    },
    event::v1::AdministrativeChange,
};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::Code;
use uuid::Uuid;

use crate::{
    jobs,
    support::{
        Replica, World,
        agent::hello,
        evidence::{Witness, execute, told},
        policy::{hear, heard_out, report, request, set, set_by, story, wait_for},
        reason,
        replica::heard,
    },
};

store_suite!(
    it_is_told_down_the_open_stream_and_reported,
    a_stream_that_begins_later_is_told,
    what_is_in_force_needs_no_telling,
    a_lost_signal_is_made_up_for,
    a_report_that_could_not_be_written_is_asked_for_again,
    old_and_repeated_reports_change_nothing,
    what_fails_says_why_until_it_works,
    a_reset_takes_back_what_nobody_answered,
    a_report_of_a_void_token_is_refused_by_the_record_itself,
    a_repeated_request_sets_once,
    staff_of_the_tenant_set_it,
    what_nobody_answers_expires,
);

async fn it_is_told_down_the_open_stream_and_reported(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { usb_policy_poll_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = enrolled.device_id;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    assert_eq!(replica.device(&world, &id).await?.usb_policy, None);

    let mut signals = replica.listen();
    let begun = world.clock.instant();
    let staff = world.staff();
    let policy = set_by(&world, &replica, &staff, request(&id, UsbPolicy::Block)).await?;
    assert_eq!((policy.policy(), policy.state()), (UsbPolicy::Block, UsbPolicyState::Pending));
    assert!(policy.set_time.is_some() && policy.report_time.is_none());
    let by = policy.set_by.and_then(|actor| actor.kind);
    let user = staff.user().expect("a person").to_string();
    assert_eq!(by, Some(chamados_proto::event::v1::actor::Kind::UserId(user)));
    heard(&mut signals, "device.changed").await;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block));
    assert!((world.clock.instant() - begun).as_secs_f64() < 1.0, "told within a second");

    report(&stream, 1, None).await?;
    heard(&mut signals, "device.changed").await;
    let policy = wait_for(&world, &replica, &id, UsbPolicyState::Applied).await;
    assert!(policy.report_time.is_some() && policy.reason.is_empty());
    set(&world, &replica, &id, UsbPolicy::ReadOnly).await?;
    assert_eq!(hear(&mut stream).await, (2, UsbPolicy::ReadOnly));

    let entries = replica.timeline_entries(&world, &id).await?;
    let entry = entries.iter().find(|entry| entry.r#type == "usb_policy_set").expect("an entry");
    let change = &entry.changes[0];
    assert_eq!(change.field, "usb_policy");
    assert_eq!(change.old_value.as_deref(), Some("block"));
    assert_eq!(change.new_value.as_deref(), Some("read_only"));
    let kinds = story(&world, &replica, &id).await?;
    assert_eq!(kinds, ["usb_policy_set", "usb_policy_applied", "usb_policy_set"]);
    let audited = told::<AdministrativeChange>(&replica.db).await?;
    let audited: Vec<_> = audited.iter().map(|fact| fact.payload.action.as_str()).collect();
    assert_eq!(audited, ["device.usb_policy_set", "device.usb_policy_set"]);
    Ok(())
}

async fn a_stream_that_begins_later_is_told(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    set(&world, &replica, &enrolled.device_id, UsbPolicy::Allow).await?;
    set(&world, &replica, &enrolled.device_id, UsbPolicy::Block).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    assert_eq!(hear(&mut stream).await, (2, UsbPolicy::Block), "the newest, once");
    // The poll finds it again and again, and says nothing more.
    heard_out(&mut stream).await?;
    report(&stream, 2, None).await?;
    wait_for(&world, &replica, &enrolled.device_id, UsbPolicyState::Applied).await;

    // A computer that lost what it knew, or enforces what another time set, is told again.
    for in_force in [0, 1, 7] {
        let hello = pb::Hello { policy_revision: in_force, ..hello(&enrolled.token) };
        let (mut stream, answer) = agent.hello_with(hello).await?;
        assert!(matches!(answer, Down::Welcome(_)));
        assert_eq!(hear(&mut stream).await, (2, UsbPolicy::Block), "{in_force}");
    }
    Ok(())
}

async fn what_is_in_force_needs_no_telling(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    set(&world, &replica, &enrolled.device_id, UsbPolicy::Block).await?;
    // Its report was lost with its stream: Hello makes up for it.
    let greeting = pb::Hello { policy_revision: 1, ..hello(&enrolled.token) };
    let (mut stream, _) = agent.hello_with(greeting.clone()).await?;
    wait_for(&world, &replica, &enrolled.device_id, UsbPolicyState::Applied).await;
    heard_out(&mut stream).await?;

    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    let (mut stream, _) = agent.hello_with(greeting).await?;
    heard_out(&mut stream).await?;
    report(&stream, 1, None).await?;
    heard_out(&mut stream).await?;
    assert_eq!(witness.state().await?, before, "what is known is not written again");
    Ok(())
}

/// Another replica sets it and dies before it tells anybody.
async fn a_lost_signal_is_made_up_for(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    let now = world.clock.now().to_rfc3339();
    let elsewhere = format!(
        "UPDATE device SET usb_policy = 'read_only', usb_policy_revision = 1, \
         usb_policy_state = 'pending', usb_policy_set_at = '{now}', \
         usb_policy_actor_kind = 'user', usb_policy_actor_id = '{}'",
        UserId::new()
    );
    execute(&replica.db, &elsewhere).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::ReadOnly));
    Ok(())
}

/// Nobody asks the database for it: the stream itself remembers.
async fn a_report_that_could_not_be_written_is_asked_for_again(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { usb_policy_poll_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    set(&world, &replica, &enrolled.device_id, UsbPolicy::Block).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block));

    execute(&replica.db, "ALTER TABLE timeline_entry RENAME TO away").await?;
    report(&stream, 1, None).await?;
    stream.beat(1).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block), "with the next beat");
    execute(&replica.db, "ALTER TABLE away RENAME TO timeline_entry").await?;
    report(&stream, 1, None).await?;
    wait_for(&world, &replica, &enrolled.device_id, UsbPolicyState::Applied).await;
    Ok(())
}

async fn old_and_repeated_reports_change_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    // Of a device that has no policy at all.
    report(&stream, 1, None).await?;
    heard_out(&mut stream).await?;
    set(&world, &replica, id, UsbPolicy::Block).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block));
    set(&world, &replica, id, UsbPolicy::Allow).await?;
    assert_eq!(hear(&mut stream).await, (2, UsbPolicy::Allow));
    // The answer to the first comes late, one to what was never set comes too.
    for revision in [1, 3, u32::MAX, 0] {
        report(&stream, revision, None).await?;
        report(&stream, revision, Some("other")).await?;
    }
    heard_out(&mut stream).await?;
    wait_for(&world, &replica, id, UsbPolicyState::Pending).await;

    report(&stream, 2, None).await?;
    wait_for(&world, &replica, id, UsbPolicyState::Applied).await;
    let version = replica.device(&world, id).await?.version;
    for _ in 0..5 {
        report(&stream, 2, None).await?;
        report(&stream, 1, Some("other")).await?;
    }
    heard_out(&mut stream).await?;
    assert_eq!(replica.device(&world, id).await?.version, version);
    let kinds = story(&world, &replica, id).await?;
    assert_eq!(kinds, ["usb_policy_set", "usb_policy_set", "usb_policy_applied"]);
    Ok(())
}

async fn what_fails_says_why_until_it_works(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    set(&world, &replica, id, UsbPolicy::Block).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block));
    let long = format!("no_permission\n{}", "x".repeat(100));
    let failed = pb::PolicyReport {
        revision: 1,
        outcome: PolicyOutcome::Failed.into(),
        reason: long,
        detail: format!("cannot write\u{0} /etc\n{}", "y".repeat(1_000)),
    };
    stream.say(Up::PolicyReport(failed)).await?;
    let policy = wait_for(&world, &replica, id, UsbPolicyState::Failed).await;
    assert!(policy.reason.starts_with("no_permissionxxx") && policy.reason.len() == 64);
    assert!(policy.detail.starts_with("cannot write /etcyyy") && policy.detail.len() == 300);

    // It is tried again at the next connection, and this time it works.
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block));
    report(&stream, 1, None).await?;
    let policy = wait_for(&world, &replica, id, UsbPolicyState::Applied).await;
    assert_eq!((policy.reason, policy.detail), (String::new(), String::new()));
    let kinds = story(&world, &replica, id).await?;
    assert_eq!(kinds, ["usb_policy_set", "usb_policy_failed", "usb_policy_applied"]);
    let entries = replica.timeline_entries(&world, id).await?;
    let failed = entries.iter().find(|entry| entry.r#type == "usb_policy_failed").expect("one");
    assert!(failed.note.starts_with("no_permission"), "{failed:?}");
    Ok(())
}

async fn a_reset_takes_back_what_nobody_answered(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    set(&world, &replica, id, UsbPolicy::Block).await?;
    assert_eq!(hear(&mut stream).await, (1, UsbPolicy::Block));
    replica.reset(&world, id).await?;
    // The answer was under way.
    drop(report(&stream, 1, None).await);
    assert_eq!(stream.closed().await, pb::CloseReason::Reset);
    let policy = replica.device(&world, id).await?.usb_policy.expect("a policy");
    assert_eq!(policy.state(), UsbPolicyState::Cancelled);
    let entries = replica.timeline_entries(&world, id).await?;
    let reset = entries.iter().find(|entry| entry.r#type == "reset").expect("an entry");
    assert_eq!(reset.changes[0].new_value.as_deref(), Some("cancelled"));

    // Enrolled again it is not told, until staff say so again.
    let again = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&again.token).await?;
    heard_out(&mut stream).await?;
    let policy = set(&world, &replica, id, UsbPolicy::Block).await?;
    assert_eq!(policy.revision, 2);
    assert_eq!(hear(&mut stream).await, (2, UsbPolicy::Block));

    // What is in force stays known through a reset.
    report(&stream, 2, None).await?;
    wait_for(&world, &replica, id, UsbPolicyState::Applied).await;
    replica.reset(&world, id).await?;
    let policy = replica.device(&world, id).await?.usb_policy.expect("a policy");
    assert_eq!(policy.state(), UsbPolicyState::Applied);
    Ok(())
}

/// The replica has not yet heard of the reset in any way.
async fn a_report_of_a_void_token_is_refused_by_the_record_itself(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = Config { reset_poll_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    set(&world, &replica, &enrolled.device_id, UsbPolicy::Block).await?;
    hear(&mut stream).await;
    execute(&replica.db, "UPDATE device SET token_generation = token_generation + 1").await?;
    report(&stream, 1, None).await?;
    assert_eq!(stream.closed().await, pb::CloseReason::Reset);
    wait_for(&world, &replica, &enrolled.device_id, UsbPolicyState::Pending).await;
    Ok(())
}

async fn a_repeated_request_sets_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let id = agent.enroll(1).await?.device_id;
    let (staff, wish) = (world.staff(), request(&id, UsbPolicy::Block));
    let call = || set_by(&world, &replica, &staff, wish.clone());
    let answers = futures::future::try_join_all((0..20).map(|_| call())).await?;
    assert!(answers.iter().all(|policy| policy.revision == 1), "{answers:?}");
    assert_eq!(story(&world, &replica, &id).await?, ["usb_policy_set"]);

    let changed = pb::SetUsbPolicyRequest { policy: UsbPolicy::Allow.into(), ..wish.clone() };
    let error = set_by(&world, &replica, &staff, changed).await.unwrap_err();
    let refused = (error.code(), reason(&error));
    assert_eq!(refused, (Code::FailedPrecondition, "request_id_reused".to_owned()));
    for crooked in [
        pb::SetUsbPolicyRequest { request_id: String::new(), ..wish.clone() },
        pb::SetUsbPolicyRequest { policy: 0, ..request(&id, UsbPolicy::Block) },
        pb::SetUsbPolicyRequest { policy: 99, ..request(&id, UsbPolicy::Block) },
    ] {
        let error = set_by(&world, &replica, &staff, crooked).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }
    // The same policy in a request of its own asks the agent again.
    assert_eq!(set(&world, &replica, &id, UsbPolicy::Block).await?.revision, 2);
    // Simultaneous ones are numbered one by one.
    let wishes = (0..10).map(|_| set(&world, &replica, &id, UsbPolicy::ReadOnly));
    futures::future::try_join_all(wishes).await?;
    let policy = replica.device(&world, &id).await?.usb_policy.expect("a policy");
    assert_eq!(policy.revision, 12);
    Ok(())
}

async fn staff_of_the_tenant_set_it(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let device = replica.device(&world, id).await?;
    let owner: UserId = device.assigned_user_id.clone().expect("somebody").parse()?;
    let stranger = Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    };
    let (tenant, company) = (world.tenant, world.company);
    let itself =
        Principal::Device { tenant, device: id.parse()?, company, assigned_user: Some(owner) };
    for (by, code) in [
        (world.person(Role::Collaborator, Some(world.company), owner), Code::PermissionDenied),
        (world.person(Role::Manager, Some(world.company), owner), Code::PermissionDenied),
        (itself, Code::PermissionDenied),
        (stranger, Code::NotFound),
    ] {
        let error = set_by(&world, &replica, &by, request(id, UsbPolicy::Block)).await.unwrap_err();
        assert_eq!(error.code(), code, "{by:?}");
    }
    assert_eq!(replica.device(&world, id).await?, device, "nothing was changed");
    let agent = world.person(Role::Agent, None, UserId::new());
    set_by(&world, &replica, &agent, request(id, UsbPolicy::Block)).await?;
    // Its owner sees what applies to them.
    let owner = world.person(Role::Collaborator, Some(world.company), owner);
    let request = world.request(&owner, pb::GetDeviceRequest { id: id.clone() });
    let seen = replica.devices().get_device(request).await?.into_inner();
    assert_eq!(seen.usb_policy.expect("a policy").policy(), UsbPolicy::Block);
    Ok(())
}

async fn what_nobody_answers_expires(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let (late, answered, young) =
        (agent.enroll(1).await?, agent.enroll(2).await?, agent.enroll(3).await?);
    for enrolled in [&late, &answered, &young] {
        set(&world, &replica, &enrolled.device_id, UsbPolicy::Block).await?;
    }
    let (mut stream, _) = agent.welcomed(&answered.token).await?;
    hear(&mut stream).await;
    report(&stream, 1, None).await?;
    wait_for(&world, &replica, &answered.device_id, UsbPolicyState::Applied).await;
    let long_ago = (world.clock.now() - chrono::TimeDelta::hours(25)).to_rfc3339();
    let age =
        format!("UPDATE device SET usb_policy_set_at = '{long_ago}' WHERE host_name <> 'pc-0003'");
    execute(&replica.db, &age).await?;

    let mut signals = replica.listen();
    let expire = "device.expire_usb_policies";
    let (log, summary) = jobs::run(&world, &replica, expire, Uuid::now_v7(), 1).await?;
    assert_eq!(log, ["usb_policies_expired", "done"]);
    assert!(summary.starts_with("1 USB policies"), "{summary}");
    let signal = heard(&mut signals, "device.changed").await;
    assert_eq!(signal.ids, [late.device_id.as_str()]);
    let state = async |id: &str| {
        anyhow::Ok(replica.device(&world, id).await?.usb_policy.expect("a policy").state())
    };
    assert_eq!(state(&late.device_id).await?, UsbPolicyState::Expired);
    assert_eq!(state(&answered.device_id).await?, UsbPolicyState::Applied);
    assert_eq!(state(&young.device_id).await?, UsbPolicyState::Pending);
    let kinds = story(&world, &replica, &late.device_id).await?;
    assert_eq!(kinds, ["usb_policy_set", "usb_policy_expired"]);
    let (_, summary) = jobs::run(&world, &replica, expire, Uuid::now_v7(), 1).await?;
    assert!(summary.starts_with("0 USB policies"), "{summary}");

    // Given up, it is not told; what the agent had done all the same is believed.
    let (mut stream, _) = agent.welcomed(&late.token).await?;
    heard_out(&mut stream).await?;
    let greeting = pb::Hello { policy_revision: 1, ..hello(&late.token) };
    agent.hello_with(greeting).await?;
    wait_for(&world, &replica, &late.device_id, UsbPolicyState::Applied).await;
    Ok(())
}
