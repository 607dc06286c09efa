//! Automation: keys that hold are accepted, others at once no more.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    clock::to_proto,
};
use chamados_proto::identity::v1::{
    self as pb, audit_service_client::AuditServiceClient, authenticate_request::Credential,
    service_account_service_client::ServiceAccountServiceClient,
    session_service_client::SessionServiceClient,
};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::future::join_all;
use prost_types::FieldMask;
use sea_orm::{ConnectionTrait as _, Statement};
use tonic::{Code, Status};

use crate::support::{Identity, person, reason, stranger};

store_suite!(
    a_key_acts_within_its_scopes_until_it_is_revoked,
    keys_expire_and_go_with_their_account,
    of_many_keys_at_once_twenty_are_made,
    a_repeat_tells_the_same_secret_and_no_row_does,
    of_simultaneous_updates_one_wins,
    accounts_are_for_admins_and_their_names_for_everybody,
    bad_requests_name_every_field,
    changes_are_in_the_audit_log
);

type Accounts = ServiceAccountServiceClient<chamados_chassis::grpc::GrpcChannel>;

fn accounts(identity: &Identity) -> Accounts {
    ServiceAccountServiceClient::new(identity.channel.clone())
}

async fn account(
    identity: &Identity,
    admin: &Principal,
    name: &str,
) -> Result<pb::ServiceAccount, Status> {
    let request = pb::CreateServiceAccountRequest {
        request_id: String::new(),
        name: name.to_owned(),
        description: "Copies tickets".to_owned(),
    };
    let created = accounts(identity).create_service_account(identity.by(admin, request)).await?;
    Ok(created.into_inner())
}

fn new_key(account: &str) -> pb::CreateApiKeyRequest {
    pb::CreateApiKeyRequest {
        request_id: String::new(),
        service_account_id: account.to_owned(),
        scopes: vec!["tickets.read".to_owned()],
        expire_time: None,
    }
}

async fn key(
    identity: &Identity,
    admin: &Principal,
    request: pb::CreateApiKeyRequest,
) -> Result<pb::CreateApiKeyResponse, Status> {
    Ok(accounts(identity).create_api_key(identity.by(admin, request)).await?.into_inner())
}

/// The principal behind a key.
async fn principal(identity: &Identity, secret: &str) -> Result<Principal, Status> {
    let credential = Some(Credential::ApiKey(secret.to_owned()));
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    let answer = sessions.authenticate(pb::AuthenticateRequest { credential }).await?.into_inner();
    assert_eq!(answer.session_id, "");
    Ok(identity.keyring.verify(&answer.principal_token, identity.now()).unwrap())
}

async fn a_key_acts_within_its_scopes_until_it_is_revoked(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    let issued = key(&identity, &admin, new_key(&backup.id)).await?;
    let listed = issued.key.unwrap();
    assert!(issued.secret.starts_with(&listed.hint) && listed.hint.len() == 12);

    let expected = Principal::ServiceAccount {
        tenant: admin.tenant()?,
        account: backup.id.parse()?,
        scopes: vec![Permission::TicketsRead],
    };
    let caller = principal(&identity, &issued.secret).await?;
    assert_eq!(caller, expected);
    let refused =
        accounts(&identity).list_service_accounts(identity.by(&caller, Default::default())).await;
    assert_eq!(reason(refused), "permission_denied");

    let revoke =
        pb::RevokeApiKeyRequest { service_account_id: backup.id.clone(), id: listed.id.clone() };
    let mut client = accounts(&identity);
    let elsewhere = account(&identity, &admin, "Other").await?;
    for (who, account) in [(&stranger(), &backup.id), (&admin, &elsewhere.id)] {
        let request =
            pb::RevokeApiKeyRequest { service_account_id: account.clone(), ..revoke.clone() };
        let refused = client.revoke_api_key(identity.by(who, request)).await;
        assert_eq!(reason(refused), "api_key_not_found");
    }
    principal(&identity, &issued.secret).await?;
    let revoked = client.revoke_api_key(identity.by(&admin, revoke.clone())).await?.into_inner();
    assert!(revoked.revoke_time.is_some());
    assert_eq!(reason(principal(&identity, &issued.secret).await), "api_key_invalid");
    identity.clock.advance(TimeDelta::minutes(1).to_std()?);
    let again = client.revoke_api_key(identity.by(&admin, revoke)).await?.into_inner();
    assert_eq!(again, revoked);

    for secret in ["", "chk_", "nonsense", &issued.secret.to_uppercase(), &"x".repeat(5_000)] {
        assert_eq!(reason(principal(&identity, secret).await), "api_key_invalid");
    }
    Ok(())
}

async fn keys_expire_and_go_with_their_account(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    let end = identity.now() + TimeDelta::hours(1);
    let request =
        pb::CreateApiKeyRequest { expire_time: Some(to_proto(end)), ..new_key(&backup.id) };
    let short = key(&identity, &admin, request).await?;
    let long = key(&identity, &admin, new_key(&backup.id)).await?;
    principal(&identity, &short.secret).await?;
    identity.clock.advance(TimeDelta::hours(1).to_std()?);
    assert_eq!(reason(principal(&identity, &short.secret).await), "api_key_invalid");
    principal(&identity, &long.secret).await?;

    let active = |active: bool| pb::UpdateServiceAccountRequest {
        service_account: Some(pb::ServiceAccount {
            id: backup.id.clone(),
            active,
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["active".to_owned()] }),
    };
    let mut client = accounts(&identity);
    client.update_service_account(identity.by(&admin, active(false))).await?;
    assert_eq!(reason(principal(&identity, &long.secret).await), "api_key_invalid");
    let refused = key(&identity, &admin, new_key(&backup.id)).await;
    assert_eq!(reason(refused), "service_account_inactive");
    let back = client.update_service_account(identity.by(&admin, active(true))).await?.into_inner();
    principal(&identity, &long.secret).await?;

    // The last use is noted to within five minutes, the newest key is the first.
    assert_eq!(back.keys.len(), 2);
    assert_eq!(back.keys[0].id, long.key.unwrap().id);
    let used = |account: &pb::ServiceAccount| account.keys[0].last_used_time;
    assert_eq!(used(&back), Some(to_proto(end)));
    for (minutes, noted) in [(4, end), (1, end + TimeDelta::minutes(5))] {
        identity.clock.advance(TimeDelta::minutes(minutes).to_std()?);
        principal(&identity, &long.secret).await?;
        let get = pb::GetServiceAccountRequest { id: backup.id.clone() };
        let now = client.get_service_account(identity.by(&admin, get)).await?.into_inner();
        assert_eq!(used(&now), Some(to_proto(noted)), "{minutes}");
    }
    Ok(())
}

async fn of_many_keys_at_once_twenty_are_made(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    // The pool has its connections, and calls are at the same time.
    let warm = (0..10).map(|_| principal(&identity, "chk_nobody"));
    join_all(warm).await;
    let many = (0..40).map(|_| key(&identity, &admin, new_key(&backup.id)));
    let (made, refused): (Vec<_>, Vec<_>) =
        join_all(many).await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 20);
    for refusal in refused {
        assert_eq!(reason(refusal), "too_many_keys");
    }
    // One that ended makes room for one.
    let id = made[0].as_ref().unwrap().key.as_ref().unwrap().id.clone();
    let revoke = pb::RevokeApiKeyRequest { service_account_id: backup.id.clone(), id };
    accounts(&identity).revoke_api_key(identity.by(&admin, revoke)).await?;
    key(&identity, &admin, new_key(&backup.id)).await?;
    assert_eq!(reason(key(&identity, &admin, new_key(&backup.id)).await), "too_many_keys");
    Ok(())
}

async fn a_repeat_tells_the_same_secret_and_no_row_does(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    let request = pb::CreateApiKeyRequest { request_id: "k1".into(), ..new_key(&backup.id) };
    let many = (0..8).map(|_| key(&identity, &admin, request.clone()));
    let answers: Vec<_> = join_all(many).await.into_iter().collect::<Result<_, _>>()?;
    assert!(answers.iter().all(|answer| answer == &answers[0]));
    principal(&identity, &answers[0].secret).await?;
    let other = pb::CreateApiKeyRequest { scopes: vec!["audit.read".into()], ..request };
    assert_eq!(reason(key(&identity, &admin, other).await), "request_id_reused");

    let secret = answers[0].secret.trim_start_matches("chk_").as_bytes();
    let backend = identity.db.backend();
    for (table, columns) in [
        ("api_key", ["secret_hash", "hint", "scopes"].as_slice()),
        ("processed_request", &["fingerprint", "response"]),
        ("outbox", &["event"]),
    ] {
        for column in columns {
            let sql = format!("SELECT CAST({column} AS TEXT) AS text FROM {table}");
            let rows = identity.db.read().query_all_raw(Statement::from_string(backend, sql)).await;
            for row in rows.into_iter().flatten() {
                let text: Option<String> = row.try_get("", "text").unwrap_or_default();
                let text = text.unwrap_or_default();
                assert!(!text.contains(std::str::from_utf8(secret)?), "{table}.{column}: {text}");
            }
        }
    }
    Ok(())
}

async fn of_simultaneous_updates_one_wins(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    for version in 1..=6 {
        let updates = (0..16).map(|i| {
            let request = pb::UpdateServiceAccountRequest {
                service_account: Some(pb::ServiceAccount {
                    id: backup.id.clone(),
                    name: format!("Name {version} {i}"),
                    version,
                    ..Default::default()
                }),
                update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
            };
            let (request, mut client) = (identity.by(&admin, request), accounts(&identity));
            async move { client.update_service_account(request).await }
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(updates).await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "version {version}");
        for refused in lost {
            assert_eq!(reason(refused), "stale_version");
        }
    }
    Ok(())
}

async fn accounts_are_for_admins_and_their_names_for_everybody(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let backup = account(&identity, &admin, "Backup").await?;
    assert_eq!(reason(account(&identity, &admin, "BACKUP").await), "service_account_name_taken");
    let mut client = accounts(&identity);
    let get = pb::GetServiceAccountRequest { id: backup.id.clone() };
    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        let who = person(&admin, role, Some(company.id.parse()?));
        assert_eq!(reason(account(&identity, &who, "Mine").await), "permission_denied");
        let refused = key(&identity, &who, new_key(&backup.id)).await;
        assert_eq!(reason(refused), "permission_denied");
        let refused = client.get_service_account(identity.by(&who, get.clone())).await;
        assert_eq!(reason(refused), "permission_denied");
        let refused = client.list_scopes(identity.by(&who, Default::default())).await;
        assert_eq!(reason(refused), "permission_denied");
    }
    let refused = client.get_service_account(identity.by(&stranger(), get)).await;
    assert_eq!(reason(refused), "service_account_not_found");
    let refused = key(&identity, &stranger(), new_key(&backup.id)).await;
    assert_eq!(reason(refused), "service_account_not_found");

    let names =
        pb::BatchGetServiceAccountSummariesRequest { ids: vec![backup.id.clone(), "x".into()] };
    let collaborator = person(&admin, Role::Collaborator, Some(company.id.parse()?));
    for (who, seen) in [(&collaborator, 1), (&stranger(), 0)] {
        let request = identity.by(who, names.clone());
        let answer = client.batch_get_service_account_summaries(request).await?.into_inner();
        assert_eq!(answer.service_accounts.len(), seen);
    }

    for name in ["ágil", "zeta", "Backup 2"] {
        account(&identity, &admin, name).await?;
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListServiceAccountsRequest { page_size: 3, page_token };
        let page = client.list_service_accounts(identity.by(&admin, request)).await?.into_inner();
        assert_eq!(page.total_size, 4);
        seen.extend(page.service_accounts.into_iter().map(|account| account.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["ágil", "Backup", "Backup 2", "zeta"]);
    let scopes = client.list_scopes(identity.by(&admin, Default::default())).await?.into_inner();
    assert!(scopes.scopes.contains(&"users.manage".to_owned()));
    assert!(!scopes.scopes.contains(&"service_accounts.manage".to_owned()));
    Ok(())
}

async fn bad_requests_name_every_field(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    let refused = account(&identity, &admin, " ").await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let twice = vec!["tickets.read".to_owned(), "tickets.read".to_owned()];
    for scopes in [vec![], twice, vec!["service_accounts.manage".to_owned()]] {
        let request = pb::CreateApiKeyRequest {
            scopes,
            expire_time: Some(to_proto(identity.now())),
            ..new_key(&backup.id)
        };
        let refused = key(&identity, &admin, request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        for field in ["scopes", "expire_time"] {
            assert!(refused.message().contains(field), "{refused}");
        }
    }
    let mut client = accounts(&identity);
    let mask = pb::UpdateServiceAccountRequest {
        service_account: Some(pb::ServiceAccount { id: backup.id, ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["keys".to_owned()] }),
    };
    let refused = client.update_service_account(identity.by(&admin, mask)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    let nothing = pb::AuthenticateRequest { credential: None };
    assert_eq!(sessions.authenticate(nothing).await.unwrap_err().code(), Code::InvalidArgument);
    Ok(())
}

async fn changes_are_in_the_audit_log(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let backup = account(&identity, &admin, "Backup").await?;
    let issued = key(&identity, &admin, new_key(&backup.id)).await?;
    let rename = pb::UpdateServiceAccountRequest {
        service_account: Some(pb::ServiceAccount {
            id: backup.id.clone(),
            name: "Copies".to_owned(),
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned(), "name".to_owned()] }),
    };
    let mut client = accounts(&identity);
    client.update_service_account(identity.by(&admin, rename.clone())).await?;
    // What changes nothing is not told.
    client.update_service_account(identity.by(&admin, rename)).await?;
    let id = issued.key.unwrap().id;
    let revoke = pb::RevokeApiKeyRequest { service_account_id: backup.id.clone(), id };
    client.revoke_api_key(identity.by(&admin, revoke.clone())).await?;
    client.revoke_api_key(identity.by(&admin, revoke)).await?;

    let mut audit = AuditServiceClient::new(identity.channel.clone());
    let mut told = Vec::new();
    for kind in ["service_account.", "api_key."] {
        let request = pb::ListAuditEntriesRequest { action: kind.to_owned(), ..Default::default() };
        let list = audit.list_audit_entries(identity.by(&admin, request)).await?.into_inner();
        let secret = format!("{list:?}").contains(&issued.secret);
        assert!(!secret, "a secret in the audit log");
        told.extend(list.entries.into_iter().filter_map(|entry| Some(entry.change?.action)));
    }
    told.sort();
    let expected = [
        "api_key.created",
        "api_key.revoked",
        "service_account.created",
        "service_account.updated",
    ];
    assert_eq!(told, expected);
    Ok(())
}
