//! The user editor: what may change, who must be left, and what it ends.

use chamados_chassis::{
    auth::{Principal, Role},
    bus::Heard,
};
use chamados_proto::identity::v1::{self as pb, user_service_client::UserServiceClient};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use prost_types::FieldMask;
use tonic::Status;
use uuid::Uuid;

use crate::support::{Identity, PASSWORD, person, reason, stranger};

store_suite!(
    fields_change_by_mask_and_version,
    of_admins_demoted_at_once_one_is_left,
    own_account_needs_the_password,
    a_new_role_counts_at_once_and_deactivation_ends_everything,
    an_address_leads_to_who_it_became,
    names_are_known_to_whom_they_concern,
    only_the_platform_moves_people_between_tenants
);

/// Changes the fields that `mask` names of `user`.
async fn update(
    identity: &Identity,
    by: &Principal,
    user: pb::User,
    mask: &[&str],
    current_password: &str,
) -> Result<pb::User, Status> {
    let paths = mask.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateUserRequest {
        user: Some(user),
        update_mask: Some(FieldMask { paths }),
        current_password: current_password.to_owned(),
    };
    let mut users = UserServiceClient::new(identity.channel.clone());
    Ok(users.update_user(identity.by(by, request)).await?.into_inner())
}

fn id_of(user: &Principal) -> String {
    user.user().unwrap().to_string()
}

async fn fields_change_by_mask_and_version(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let acme = identity.company(&admin, "acme").await?.id;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let wanted = pb::User {
        id: id_of(&beto),
        name: "Beatriz".to_owned(),
        email: "Bia@example.com".to_owned(),
        role: pb::Role::Manager.into(),
        company_id: Some(acme.clone()),
        ..Default::default()
    };
    let all = ["name", "email", "role", "company_id"];
    let changed = update(&identity, &admin, wanted.clone(), &all, "").await?;
    assert_eq!((&*changed.name, &*changed.email), ("Beatriz", "Bia@example.com"));
    assert_eq!((changed.role(), changed.company_id.as_ref()), (pb::Role::Manager, Some(&acme)));
    assert_eq!(changed.version, 2);
    assert_eq!((changed.tenant_id.as_ref(), changed.platform), (None, false));
    identity.sign_in("bia@example.com", PASSWORD).await?;

    let stale = pb::User { version: 1, ..wanted.clone() };
    let agent = person(&admin, Role::Agent, None);
    let alone = pb::User { company_id: None, ..wanted.clone() };
    let machine = pb::User { role: pb::Role::Machine.into(), ..wanted.clone() };
    let taken = pb::User { email: "ANA@example.com".to_owned(), ..wanted.clone() };
    let elsewhere = pb::User { company_id: Some(Uuid::now_v7().to_string()), ..wanted.clone() };
    let tenant = pb::User { tenant_id: Some(Uuid::now_v7().to_string()), ..wanted.clone() };
    let refusals: [(&Principal, &pb::User, &[&str], &str); 10] = [
        (&admin, &stale, &["name"], "stale_version"),
        (&admin, &wanted, &["has_password"], "invalid_argument"),
        (&admin, &alone, &["company_id"], "invalid_argument"),
        (&admin, &machine, &["role"], "invalid_argument"),
        (&admin, &taken, &["email"], "email_taken"),
        (&admin, &elsewhere, &["company_id"], "company_not_found"),
        (&admin, &tenant, &["tenant_id"], "permission_denied"),
        (&agent, &wanted, &["name"], "permission_denied"),
        (&beto, &wanted, &["name"], "permission_denied"),
        (&stranger(), &wanted, &["name"], "user_not_found"),
    ];
    for (who, user, mask, expected) in refusals {
        let refused = update(&identity, who, user.clone(), mask, "").await;
        assert_eq!(reason(refused), expected, "{mask:?}");
    }
    let history = identity.audit(&admin, &wanted.id).await;
    assert_eq!(history, ["user.created", "user.updated"]);

    let tries = (0..8).map(|_| {
        let user = pb::User { version: 2, ..wanted.clone() };
        update(&identity, &admin, user, &["name"], "")
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    Ok(())
}

async fn of_admins_demoted_at_once_one_is_left(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (ana, _) = identity.set_up().await?;
    let mut admins = vec![ana.clone()];
    for n in 0..7 {
        let email = format!("admin{n}@example.com");
        admins.push(identity.join(&ana, &email, pb::Role::Admin, None).await?.0);
    }
    // Many rounds: in the first ones the pool has few connections, and calls would queue. In each,
    // everybody is demoted or deactivated by the next, all at once.
    for round in 0..8 {
        let tries = (0..admins.len()).map(|n| {
            let (by, whom) = (&admins[(n + 1) % admins.len()], &admins[n]);
            let user =
                pb::User { id: id_of(whom), role: pb::Role::Agent.into(), ..Default::default() };
            let mask: &[&str] = if n % 2 == 0 { &["role"] } else { &["active"] };
            update(&identity, by, user, mask, "")
        });
        let outcomes = join_all(tries).await;
        let refused: Vec<_> = outcomes.into_iter().filter(Result::is_err).map(reason).collect();
        assert_eq!(refused, ["last_admin"], "round {round}");
        identity.execute("UPDATE account SET role = 'admin', active = true").await?;
    }
    Ok(())
}

async fn own_account_needs_the_password(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (ana, _) = identity.set_up().await?;
    identity.join(&ana, "other@example.com", pb::Role::Admin, None).await?;
    let own = pb::User {
        id: id_of(&ana),
        name: "Ana Maria".to_owned(),
        email: "ana.maria@example.com".to_owned(),
        role: pb::Role::Agent.into(),
        active: false,
        ..Default::default()
    };
    update(&identity, &ana, own.clone(), &["name"], "").await?;
    for (mask, password) in [("email", ""), ("role", "wrong"), ("active", "")] {
        let refused = update(&identity, &ana, own.clone(), &[mask], password).await;
        assert_eq!(reason(refused), "reauthentication_required", "{mask}");
    }
    update(&identity, &ana, own.clone(), &["email"], PASSWORD).await?;
    for _ in 0..10 {
        let refused = update(&identity, &ana, own.clone(), &["role"], "guess").await;
        assert_eq!(reason(refused), "reauthentication_required");
    }
    let throttled = update(&identity, &ana, own.clone(), &["role"], PASSWORD).await;
    assert_eq!(reason(throttled), "too_many_attempts");
    Ok(())
}

async fn a_new_role_counts_at_once_and_deactivation_ends_everything(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, session) = identity.join(&admin, "b@example.com", pb::Role::Admin, None).await?;
    let demoted = pb::User { id: id_of(&beto), role: pb::Role::Agent.into(), ..Default::default() };
    update(&identity, &admin, demoted.clone(), &["role"], "").await?;
    assert_eq!(identity.principal(&session).await?.role(), Some(Role::Agent));

    let mut heard = identity.signals();
    update(&identity, &admin, demoted.clone(), &["active"], "").await?;
    assert_eq!(reason(identity.principal(&session).await), "session_invalid");
    let Heard::Signal(signal) = heard.recv().await? else { panic!("a gap") };
    assert_eq!((&*signal.topic, &signal.ids), ("user.changed", &vec![id_of(&beto)]));
    let refused = identity.sign_in("b@example.com", PASSWORD).await;
    assert_eq!(reason(refused), "credentials_invalid");
    // Who comes back signs in anew.
    let back = pb::User { active: true, ..demoted };
    update(&identity, &admin, back, &["active"], "").await?;
    assert_eq!(reason(identity.principal(&session).await), "session_invalid");
    identity.sign_in("b@example.com", PASSWORD).await?;
    Ok(())
}

async fn an_address_leads_to_who_it_became(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let mut users = UserServiceClient::new(identity.channel.clone());
    let asked = pb::GetUserByEmailRequest { email: "B@Example.com".to_owned() };
    let found = users.get_user_by_email(identity.by(&admin, asked.clone())).await?.into_inner();
    assert_eq!(found.id, id_of(&beto));
    assert!(found.has_password);
    let sql = "UPDATE account SET active = false, merged_into = \
               (SELECT id FROM account WHERE email_key LIKE 'ana@%') WHERE email_key LIKE 'b@%'";
    identity.execute(sql).await?;
    let found = users.get_user_by_email(identity.by(&admin, asked.clone())).await?.into_inner();
    assert_eq!(found.id, id_of(&admin));
    let merged = pb::User { id: id_of(&beto), active: true, ..Default::default() };
    let refused = update(&identity, &admin, merged, &["active"], "").await;
    assert_eq!(reason(refused), "user_merged");

    let manager = person(&admin, Role::Manager, None);
    let refused = users.get_user_by_email(identity.by(&manager, asked.clone())).await;
    assert_eq!(reason(refused), "permission_denied");
    let refused = users.get_user_by_email(identity.by(&stranger(), asked)).await;
    assert_eq!(reason(refused), "user_not_found");
    Ok(())
}

async fn names_are_known_to_whom_they_concern(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let acme = identity.company(&admin, "acme").await?.id;
    let other = identity.company(&admin, "other").await?.id;
    let client = pb::Role::Collaborator;
    let (bia, _) = identity.join(&admin, "bia@example.com", client, Some(&acme)).await?;
    let (caio, _) = identity.join(&admin, "caio@example.com", client, Some(&other)).await?;
    let ids: Vec<_> = [&admin, &bia, &caio].into_iter().map(id_of).collect();
    let names = async |who: &Principal| {
        let request = pb::BatchGetUserSummariesRequest { ids: ids.clone() };
        let mut users = UserServiceClient::new(identity.channel.clone());
        let known = users.batch_get_user_summaries(identity.by(who, request)).await?.into_inner();
        let mut known: Vec<_> = known.users.into_iter().map(|user| user.id).collect();
        known.sort_unstable();
        anyhow::Ok(known)
    };
    let sorted = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    assert_eq!(names(&admin).await?, sorted(ids.clone()));
    assert_eq!(names(&bia).await?, sorted(vec![id_of(&admin), id_of(&bia)]));
    assert_eq!(names(&caio).await?, sorted(vec![id_of(&admin), id_of(&caio)]));
    assert!(names(&stranger()).await?.is_empty());
    Ok(())
}

async fn only_the_platform_moves_people_between_tenants(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (ana, _) = identity.set_up().await?;
    let (beto, session) = identity.join(&ana, "b@example.com", pb::Role::Agent, None).await?;
    let target = chamados_chassis::id::TenantId::new();
    let tx = identity.db.begin().await?;
    chamados_identity::store::tenants::insert(&tx, target, "Suporte Sul", identity.now()).await?;
    tx.commit().await?;
    let move_to = |tenant: &str| pb::User {
        id: id_of(&beto),
        tenant_id: Some(tenant.to_owned()),
        ..Default::default()
    };
    let target = target.to_string();
    let refused = update(&identity, &ana, move_to(&target), &["tenant_id"], "").await;
    assert_eq!(reason(refused), "permission_denied");

    identity.execute("UPDATE account SET platform = true WHERE email_key LIKE 'ana@%'").await?;
    let mut users = UserServiceClient::new(identity.channel.clone());
    let me = users.get_current_user(identity.by(&ana, pb::GetCurrentUserRequest {})).await?;
    let me = me.into_inner();
    assert!(me.permissions.iter().any(|name| name == "tenants.manage"));
    let tenant = ana.tenant()?.to_string();
    assert_eq!(me.user.as_ref().unwrap().tenant_id.as_ref(), Some(&tenant));
    assert!(me.user.unwrap().platform);
    let them = users.get_current_user(identity.by(&beto, pb::GetCurrentUserRequest {})).await?;
    let them = them.into_inner();
    assert!(them.permissions.iter().all(|name| name != "tenants.manage"));
    assert_eq!(them.user.unwrap().tenant_id, None);

    let nowhere = Uuid::now_v7().to_string();
    let refused = update(&identity, &ana, move_to(&nowhere), &["tenant_id"], "").await;
    assert_eq!(reason(refused), "tenant_not_found");
    let filter = pb::Preferences {
        theme: Some("dark".into()),
        default_ticket_filter: Some("{}".into()),
        ..Default::default()
    };
    let filter = pb::UpdatePreferencesRequest { preferences: Some(filter) };
    users.update_preferences(identity.by(&beto, filter)).await?;
    let moved = update(&identity, &ana, move_to(&target), &["tenant_id"], "").await?;
    assert_eq!(moved.tenant_id.as_ref(), Some(&target));
    assert_eq!(reason(identity.principal(&session).await), "session_invalid");
    let there = identity.principal(&identity.sign_in("b@example.com", PASSWORD).await?).await?;
    assert_eq!(there.tenant()?.to_string(), target);
    let me = users.get_current_user(identity.by(&there, pb::GetCurrentUserRequest {})).await?;
    let kept = me.into_inner().preferences.unwrap();
    let expected = pb::Preferences { theme: Some("dark".into()), ..Default::default() };
    assert_eq!(kept, expected, "a filter of the old tenant's records is of no use");

    // The old tenant still knows the name, and only that.
    let names = pb::BatchGetUserSummariesRequest { ids: vec![id_of(&beto)] };
    let known = users.batch_get_user_summaries(identity.by(&ana, names)).await?.into_inner();
    assert_eq!(known.users[0].name, "Beto");
    let get = pb::GetUserRequest { id: id_of(&beto) };
    assert_eq!(reason(users.get_user(identity.by(&ana, get)).await), "user_not_found");
    assert_eq!(identity.facts("chamados.identity.v1.UserMoved").await?, 1);
    let history = identity.audit(&ana, &id_of(&beto)).await;
    assert_eq!(history, ["user.created", "user.moved"]);
    Ok(())
}
