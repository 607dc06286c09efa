//! Signing in, staying in, and what ends it.

use chamados_chassis::bus::Heard;
use chamados_proto::identity::v1::{
    self as pb, password_service_client::PasswordServiceClient,
    session_service_client::SessionServiceClient, user_service_client::UserServiceClient,
};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::future::join_all;
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Request};

use crate::support::{Identity, PASSWORD, reason, service};

store_suite!(
    signs_in_whatever_the_case_and_out_for_good,
    refusals_say_nothing_and_guessing_ends,
    sessions_end_by_idleness,
    deactivation_is_effective_at_once,
    a_forged_or_missing_principal_gets_nowhere,
    tokens_are_not_in_the_database,
    of_many_guesses_ten_are_looked_at,
    every_refusal_costs_the_same,
    people_see_and_end_their_own_sessions,
    a_password_voided_while_it_is_checked_opens_nothing
);

fn sign_in(email: &str, password: &str, from: &str) -> pb::SignInRequest {
    pb::SignInRequest {
        email: email.to_owned(),
        password: password.to_owned(),
        client_address: from.to_owned(),
        user_agent: "test".to_owned(),
    }
}

async fn signs_in_whatever_the_case_and_out_for_good(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    let request = sign_in(" ANA@example.COM ", PASSWORD, "192.0.2.1");
    let token = sessions.sign_in(request).await?.into_inner().session_token;
    let again = identity.principal(&token).await?;
    assert_eq!(again.user(), admin.user());

    let sign_out = pb::SignOutRequest { session_token: token.clone() };
    sessions.sign_out(sign_out.clone()).await?;
    assert_eq!(reason(identity.principal(&token).await), "session_invalid");
    sessions.sign_out(sign_out).await?;
    Ok(())
}

async fn refusals_say_nothing_and_guessing_ends(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    identity.set_up().await?;
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    let unknown = sessions.sign_in(sign_in("b@example.com", PASSWORD, "192.0.2.1")).await;
    let wrong = sessions.sign_in(sign_in("ana@example.com", "wrong password", "192.0.2.9")).await;
    let (unknown, wrong) = (unknown.unwrap_err(), wrong.unwrap_err());
    assert_eq!(unknown.message(), wrong.message());
    assert_eq!(unknown.details(), wrong.details());

    for _ in 0..10 {
        let refused =
            sessions.sign_in(sign_in("ana@example.com", "guess guess", "192.0.2.1")).await;
        assert_eq!(reason(refused), "credentials_invalid");
    }
    let throttled = sessions.sign_in(sign_in("ana@example.com", PASSWORD, "192.0.2.1")).await;
    assert_eq!(reason(throttled), "too_many_attempts");
    // Nobody is locked out from elsewhere, and the window ends.
    sessions.sign_in(sign_in("ana@example.com", PASSWORD, "192.0.2.2")).await?;
    identity.clock.advance(TimeDelta::minutes(15).to_std()?);
    sessions.sign_in(sign_in("ana@example.com", PASSWORD, "192.0.2.1")).await?;
    Ok(())
}

async fn of_many_guesses_ten_are_looked_at(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    identity.set_up().await?;
    let before = identity.service.password_hashes();
    let guesses =
        (0..100).map(|_| {
            let mut sessions = SessionServiceClient::new(identity.channel.clone());
            async move {
                reason(sessions.sign_in(sign_in("ana@example.com", "guess", "192.0.2.1")).await)
            }
        });
    let outcomes = join_all(guesses).await;
    let looked_at = outcomes.iter().filter(|o| *o == "credentials_invalid").count();
    assert_eq!(looked_at, 10, "{outcomes:?}");
    assert_eq!(identity.service.password_hashes() - before, 10);

    // From elsewhere she comes in, and a success forgets what was counted there.
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    for _ in 0..3 {
        for _ in 0..9 {
            let refused = sessions.sign_in(sign_in("ana@example.com", "guess", "192.0.2.2")).await;
            assert_eq!(reason(refused), "credentials_invalid");
        }
        sessions.sign_in(sign_in("ana@example.com", PASSWORD, "192.0.2.2")).await?;
    }
    let here = sessions.sign_in(sign_in("ana@example.com", PASSWORD, "192.0.2.1")).await;
    assert_eq!(reason(here), "too_many_attempts");
    Ok(())
}

async fn every_refusal_costs_the_same(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    for name in ["inactive", "device", "new"] {
        identity.join(&admin, &format!("{name}@example.com"), pb::Role::Agent, None).await?;
    }
    for sql in [
        "UPDATE account SET active = false WHERE email_key LIKE 'inactive@%'",
        "UPDATE account SET role = 'machine' WHERE email_key LIKE 'device@%'",
        "UPDATE account SET password_hash = NULL WHERE email_key LIKE 'new@%'",
    ] {
        identity.execute(sql).await?;
    }
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("ana@example.com", "wrong password"),
        ("inactive@example.com", PASSWORD),
        ("device@example.com", PASSWORD),
        ("new@example.com", PASSWORD),
        ("", ""),
    ] {
        let before = identity.service.password_hashes();
        let refused = sessions.sign_in(sign_in(email, password, "192.0.2.1")).await;
        assert_eq!(reason(refused), "credentials_invalid", "{email}");
        assert_eq!(identity.service.password_hashes() - before, 1, "{email}");
    }
    Ok(())
}

async fn people_see_and_end_their_own_sessions(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, here) = identity.set_up().await?;
    identity.clock.advance(TimeDelta::minutes(1).to_std()?);
    let there = identity.sign_in("ana@example.com", PASSWORD).await?;
    let (_, theirs) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let beto = identity.principal(&theirs).await?;
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    let list = sessions.list_sessions(identity.by(&admin, Default::default())).await?.into_inner();
    assert_eq!(list.total_size, 2);
    let [last, first] = &list.sessions[..] else { panic!("{list:?}") };
    assert_eq!((last.current, first.current), (false, true));
    assert_eq!((&*last.client_address, &*last.user_agent), ("192.0.2.77", "test"));

    let revoke = pb::RevokeSessionRequest { id: last.id.clone() };
    let refused = sessions.revoke_session(identity.by(&beto, revoke.clone())).await;
    assert_eq!(reason(refused), "session_not_found");
    identity.principal(&there).await?;
    let mut heard = identity.signals();
    for _ in 0..2 {
        sessions.revoke_session(identity.by(&admin, revoke.clone())).await?;
    }
    let Heard::Signal(signal) = heard.recv().await? else { panic!("a gap") };
    assert_eq!(&*signal.topic, "user.changed");
    assert!(heard.try_recv().is_err(), "the second end ends nothing");
    assert_eq!(reason(identity.principal(&there).await), "session_invalid");
    identity.principal(&here).await?;
    let list = sessions.list_sessions(identity.by(&admin, Default::default())).await?.into_inner();
    assert_eq!(list.total_size, 1);
    let nobodys = pb::RevokeSessionRequest { id: uuid::Uuid::now_v7().to_string() };
    let refused = sessions.revoke_session(identity.by(&admin, nobodys)).await;
    assert_eq!(reason(refused), "session_not_found");
    let service = sessions.list_sessions(identity.by(&service(), Default::default())).await;
    assert_eq!(reason(service), "permission_denied");
    Ok(())
}

/// Whoever signs in at the moment of a reset is refused, or their session ends with the others.
async fn a_password_voided_while_it_is_checked_opens_nothing(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let signing_in = join_all((0..8).map(|_| identity.sign_in("b@example.com", PASSWORD)));
    let reset = async {
        let mut passwords = PasswordServiceClient::new(identity.channel.clone());
        let user_id = beto.user().unwrap().to_string();
        let issue = pb::IssuePasswordResetRequest { user_id, request_id: String::new() };
        passwords.issue_password_reset(identity.by(&admin, issue)).await
    };
    let (opened, reset) = futures::future::join(signing_in, reset).await;
    reset?;
    for session in opened.into_iter().flatten() {
        assert_eq!(reason(identity.principal(&session).await), "session_invalid");
    }
    Ok(())
}

async fn sessions_end_by_idleness(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (_, token) = identity.set_up().await?;
    for _ in 0..3 {
        identity.clock.advance(TimeDelta::hours(11).to_std()?);
        identity.principal(&token).await?;
    }
    identity.clock.advance(TimeDelta::hours(12).to_std()?);
    assert_eq!(reason(identity.principal(&token).await), "session_invalid");
    Ok(())
}

async fn deactivation_is_effective_at_once(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (_, token) = identity.set_up().await?;
    let tx = identity.db.begin().await?;
    tx.execute_unprepared("UPDATE account SET active = false").await?;
    tx.commit().await?;
    assert_eq!(reason(identity.principal(&token).await), "session_invalid");
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    let refused = sessions.sign_in(sign_in("ana@example.com", PASSWORD, "192.0.2.1")).await;
    assert_eq!(reason(refused), "credentials_invalid");
    Ok(())
}

async fn a_forged_or_missing_principal_gets_nowhere(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let other = Identity::start(&TestDatabase::sqlite()?).await?;
    let mut users = UserServiceClient::new(identity.channel.clone());

    let none = users.get_current_user(pb::GetCurrentUserRequest {}).await.unwrap_err();
    assert_eq!(none.code(), Code::Unauthenticated);
    let forged = users.get_current_user(other.by(&admin, pb::GetCurrentUserRequest {})).await;
    assert_eq!(forged.unwrap_err().code(), Code::Unauthenticated);
    // In process, what a caller puts beside the message does not reach the handler.
    let mut smuggled = Request::new(pb::GetCurrentUserRequest {});
    smuggled.extensions_mut().insert(admin.clone());
    assert_eq!(users.get_current_user(smuggled).await.unwrap_err().code(), Code::Unauthenticated);

    let me = users.get_current_user(identity.by(&admin, pb::GetCurrentUserRequest {})).await?;
    assert_eq!(me.into_inner().tenant_name, "Suporte Norte");
    Ok(())
}

async fn tokens_are_not_in_the_database(db: &TestDatabase) -> anyhow::Result<()> {
    use sea_orm::{FromQueryResult as _, Statement};

    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        token_hash: Vec<u8>,
        password_hash: Option<String>,
    }

    let identity = Identity::start(db).await?;
    let (_, token) = identity.set_up().await?;
    let sql =
        "SELECT s.token_hash, a.password_hash FROM session s JOIN account a ON a.id = s.account_id";
    let statement = Statement::from_string(identity.db.backend(), sql);
    let rows = identity.db.read().query_all_raw(statement).await?;
    let row = Row::from_query_result(&rows[0], "")?;
    assert_eq!(row.token_hash.len(), 32);
    assert_ne!(row.token_hash, token.as_bytes());
    assert!(row.password_hash.unwrap().starts_with("$argon2id$"));
    Ok(())
}
