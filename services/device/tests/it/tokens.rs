//! What staff may know of a device's tokens: never what opens a stream, and no write for a use.

use chamados_chassis::{
    auth::{Principal, Role},
    id::{SessionId, TenantId, UserId},
};
use chamados_proto::device::v1 as pb;
use chamados_testkit::{TestDatabase, store_suite};
use tonic::{Code, Status};

use crate::support::{
    Replica, World,
    evidence::{Witness, execute, number},
    reason,
};

store_suite!(
    tokens_are_told_and_never_shown,
    uses_are_not_written_down,
    who_may_know_of_tokens,
    the_generation_decides_also_over_a_row_left_behind,
    old_tokens_are_told_as_far_as_known,
);

async fn tokens(
    world: &World,
    replica: &Replica,
    by: &Principal,
    device: &str,
) -> Result<Vec<pb::DeviceToken>, Status> {
    let request = pb::ListDeviceTokensRequest { device_id: device.to_owned() };
    let answer = replica.devices().list_device_tokens(world.request(by, request)).await?;
    Ok(answer.into_inner().tokens)
}

async fn tokens_are_told_and_never_shown(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let staff = world.staff();
    let first = agent.enroll(1).await?;
    let second = agent.enroll(1).await?;
    // Another device's are not among them, neither the valid one nor the revoked one.
    for _ in 0..2 {
        agent.enroll(2).await?;
    }
    let id = &first.device_id;
    let found = tokens(&world, &replica, &staff, id).await?;
    let told: Vec<_> = found
        .iter()
        .map(|token| (token.prefix.as_str(), token.generation, token.revoke_time.is_some()))
        .collect();
    assert_eq!(told, [(&second.token[..8], 2, false), (&first.token[..8], 1, true)]);
    assert!(found.iter().all(|token| token.last_use_time.is_none()), "no stream was opened");
    let all = format!("{found:?}");
    for secret in [&first.token, &second.token] {
        assert!(!all.contains(&secret[8..20]));
    }

    replica.reset(&world, id).await?;
    let found = tokens(&world, &replica, &staff, id).await?;
    assert!(found.iter().all(|token| token.revoke_time.is_some()));
    assert_eq!(found.iter().map(|token| token.generation).collect::<Vec<_>>(), [2, 1]);
    Ok(())
}

async fn uses_are_not_written_down(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let staff = world.staff();
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, id, pb::Presence::Online).await;
    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    stream.beat(1).await?;
    chamados_testkit::eventually(crate::support::LIMIT, "a use is seen", async || {
        stream.beat(2).await.ok()?;
        tokens(&world, &replica, &staff, id).await.ok()?.remove(0).last_use_time
    })
    .await;
    assert_eq!(witness.state().await?, before);

    // What it was at the end is kept with the end.
    let used = tokens(&world, &replica, &staff, id).await?.remove(0).last_use_time;
    replica.reset(&world, id).await?;
    let revoked = tokens(&world, &replica, &staff, id).await?.remove(0);
    assert!(revoked.revoke_time.is_some());
    let seconds = |time: Option<prost_types::Timestamp>| time.map(|time| time.seconds);
    assert!(seconds(revoked.last_use_time) >= seconds(used), "{revoked:?}");
    let again = agent.enroll(1).await?;
    let newest = tokens(&world, &replica, &staff, id).await?.remove(0);
    assert_eq!((newest.prefix.as_str(), newest.last_use_time), (&again.token[..8], None));
    Ok(())
}

async fn who_may_know_of_tokens(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let id = replica.agent().await?.enroll(1).await?.device_id;
    let owner = world.identity.person(world.tenant, "user1@acme.example");
    let stranger = Principal::Person {
        tenant: TenantId::new(),
        user: UserId::new(),
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    };
    let machine = Principal::Device {
        tenant: world.tenant,
        device: id.parse()?,
        company: world.company,
        assigned_user: Some(owner),
    };
    let person = |role, user| world.person(role, Some(world.company), user);
    let denied = (Code::PermissionDenied, "permission_denied");
    for (by, expected) in [
        (stranger, (Code::NotFound, "device_not_found")),
        (person(Role::Manager, UserId::new()), denied),
        (person(Role::Collaborator, owner), denied),
        (machine, denied),
    ] {
        let error = tokens(&world, &replica, &by, &id).await.unwrap_err();
        assert_eq!((error.code(), reason(&error).as_str()), expected, "{by:?}");
    }
    assert_eq!(tokens(&world, &replica, &person(Role::Agent, UserId::new()), &id).await?.len(), 1);
    Ok(())
}

/// The row of a token goes with its reset; should one ever stay, it opens nothing and is not told as valid.
async fn the_generation_decides_also_over_a_row_left_behind(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    execute(&replica.db, "UPDATE device SET token_generation = token_generation + 1").await?;
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device_token").await?, 1);
    let (_, answer) = agent.hello(&enrolled.token).await?;
    assert_eq!(crate::support::agent::close_reason(&answer), pb::CloseReason::Reset);
    assert_eq!(tokens(&world, &replica, &world.staff(), &enrolled.device_id).await?, []);
    Ok(())
}

/// Those that were revoked before anything but their hash was kept are still told from unknown ones, and
/// those made before have no beginning to show.
async fn old_tokens_are_told_as_far_as_known(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let first = agent.enroll(1).await?;
    agent.enroll(1).await?;
    execute(
        &replica.db,
        "UPDATE revoked_token SET device_id = NULL, generation = NULL, created_at = NULL, \
         prefix = NULL, last_used_at = NULL",
    )
    .await?;
    execute(&replica.db, "UPDATE device_token SET prefix = ''").await?;
    let found = tokens(&world, &replica, &world.staff(), &first.device_id).await?;
    assert_eq!(found.iter().map(|token| token.prefix.as_str()).collect::<Vec<_>>(), [""]);
    let (_, answer) = agent.hello(&first.token).await?;
    assert_eq!(crate::support::agent::close_reason(&answer), pb::CloseReason::Reset);

    for _ in 0..120 {
        agent.enroll(1).await?;
    }
    assert_eq!(tokens(&world, &replica, &world.staff(), &first.device_id).await?.len(), 100);
    assert_eq!(number(&replica.db, "SELECT count(*) FROM device_token").await?, 1);
    Ok(())
}
