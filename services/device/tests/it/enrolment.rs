//! Enrolment: one record for a computer's whole life.

use std::sync::atomic::Ordering;

use chamados_chassis::id::TenantId;
use chamados_proto::device::v1::{self as pb, CloseReason};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use tonic::Code;

use crate::support::{
    LIMIT, Replica, World,
    agent::{close_reason, enroll_request},
    evidence::number,
    reason,
};

store_suite!(
    the_same_hardware_is_the_same_record,
    the_same_hardware_in_another_tenant_is_another,
    simultaneous_enrolments_make_one_record,
    bad_enrolments_are_refused,
    an_account_that_could_not_be_made_is_made_later,
);

async fn the_same_hardware_is_the_same_record(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let first = agent.enroll(1).await?;
    assert!(!first.reused);
    assert!(first.token.starts_with("chd_") && first.token.len() == 47, "{}", first.token);
    let before = replica.device(&world, &first.device_id).await?;
    let ordinal = || number(&replica.db, "SELECT ordinal FROM device");
    let place = ordinal().await?;

    let again = pb::EnrollRequest {
        email: "other@acme.example".into(),
        host_name: "pc-renamed".into(),
        ..enroll_request(1)
    };
    let second = agent.client.clone().enroll(again).await?.into_inner();
    assert!(second.reused);
    assert_eq!(second.device_id, first.device_id);
    assert_ne!(second.token, first.token);
    assert_eq!(ordinal().await?, place);

    let after = replica.device(&world, &first.device_id).await?;
    assert_eq!(after.create_time, before.create_time);
    assert_eq!(after.version, before.version + 1);
    assert_eq!(after.host_name, "pc-renamed");
    let owner = world.identity.person(world.tenant, "other@acme.example");
    assert_eq!(after.assigned_user_id, Some(owner.to_string()));
    assert_eq!(replica.timeline(&world, &first.device_id).await?, ["reenrolled", "enrolled"]);
    let changes = &replica.timeline_entries(&world, &first.device_id).await?[0].changes;
    let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["assigned_user_id", "host_name"]);

    let (_, answer) = agent.hello(&first.token).await?;
    assert_eq!(close_reason(&answer), CloseReason::Reset);
    agent.welcomed(&second.token).await?;

    assert_eq!(number(&replica.db, "SELECT count(*) FROM outbox").await?, 2);
    assert!(world.identity.accounts.lock().unwrap().contains(&first.device_id));
    Ok(())
}

async fn the_same_hardware_in_another_tenant_is_another(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    world.identity.add_company(TenantId::new(), "CODE-2");
    let ours = agent.enroll(1).await?;
    let request = pb::EnrollRequest { provisioning_code: "CODE-2".into(), ..enroll_request(1) };
    let theirs = agent.client.clone().enroll(request).await?.into_inner();
    assert!(!theirs.reused);
    assert_ne!(theirs.device_id, ours.device_id);
    agent.welcomed(&ours.token).await?;

    let request = world.as_staff(pb::GetDeviceRequest { id: theirs.device_id.clone() });
    let error = replica.devices().get_device(request).await.unwrap_err();
    assert_eq!((error.code(), reason(&error).as_str()), (Code::NotFound, "device_not_found"));
    let error = replica.reset(&world, &theirs.device_id).await.unwrap_err();
    assert_eq!(error.downcast_ref::<tonic::Status>().unwrap().code(), Code::NotFound);
    Ok(())
}

async fn simultaneous_enrolments_make_one_record(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let calls = (0..16).map(|_| agent.enroll(1));
    let answers = futures::future::try_join_all(calls).await?;
    assert!(answers.iter().all(|answer| answer.device_id == answers[0].device_id));
    assert_eq!(answers.iter().filter(|answer| !answer.reused).count(), 1);
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device").await?, 1);
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device_token").await?, 1);
    assert_eq!(number(&replica.db, "SELECT token_generation FROM device").await?, 16);

    let others = futures::future::try_join_all((2..10).map(|n| agent.enroll(n))).await?;
    assert_eq!(others.len(), 8);
    assert_eq!(number(&replica.db, "SELECT count(DISTINCT ordinal) FROM device").await?, 9);
    Ok(())
}

async fn bad_enrolments_are_refused(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let junk = pb::Fingerprint {
        smbios_uuid: "00000000-0000-0000-0000-000000000000".into(),
        board_serial: "To Be Filled By O.E.M.".into(),
        ..Default::default()
    };
    let table = [
        (
            pb::EnrollRequest { provisioning_code: "WRONG".into(), ..enroll_request(1) },
            Code::Unauthenticated,
            "provisioning_code_invalid",
        ),
        (
            pb::EnrollRequest { email: "eve@elsewhere.example".into(), ..enroll_request(1) },
            Code::PermissionDenied,
            "email_not_in_company",
        ),
        (
            pb::EnrollRequest { fingerprint: Some(junk), ..enroll_request(1) },
            Code::InvalidArgument,
            "invalid_argument",
        ),
        (
            pb::EnrollRequest { fingerprint: None, host_name: " ".into(), ..enroll_request(1) },
            Code::InvalidArgument,
            "invalid_argument",
        ),
        (
            pb::EnrollRequest { host_name: "x".repeat(256), ..enroll_request(1) },
            Code::InvalidArgument,
            "invalid_argument",
        ),
    ];
    for (request, code, expected) in table {
        let error = agent.client.clone().enroll(request).await.unwrap_err();
        assert_eq!((error.code(), reason(&error).as_str()), (code, expected), "{error}");
    }
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device").await?, 0);
    Ok(())
}

async fn an_account_that_could_not_be_made_is_made_later(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    world.identity.refuses_accounts.store(true, Ordering::SeqCst);
    let enrolled = replica.agent().await?.enroll(1).await?;
    assert!(world.identity.accounts.lock().unwrap().is_empty());
    world.identity.refuses_accounts.store(false, Ordering::SeqCst);
    eventually(LIMIT, "the account is made", async || {
        world.identity.accounts.lock().unwrap().contains(&enrolled.device_id).then_some(())
    })
    .await;
    eventually(LIMIT, "the account is noted", async || {
        let open = "SELECT count(*) FROM device WHERE account_ready = false";
        (number(&replica.db, open).await.ok()? == 0).then_some(())
    })
    .await;
    Ok(())
}
