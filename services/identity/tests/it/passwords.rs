//! Passwords: changed by oneself, or anew by a link that staff start.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::identity::v1::{self as pb, password_service_client::PasswordServiceClient};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::{Identity, PASSWORD, PUBLIC_URL, person, reason, stranger, token_of};

store_suite!(
    a_change_needs_the_present_one_and_ends_other_sessions,
    guessing_the_present_one_ends,
    a_reset_voids_the_password_and_a_link_gives_another,
    of_many_uses_of_a_link_one_wins,
    whose_password_who_may_reset,
    links_end_by_age_by_another_and_by_deactivation,
    a_repeated_request_gives_the_same_link_also_after_a_rotation
);

const NEW: &str = "outra senha comprida";

fn change(current: &str, new: &str) -> pb::ChangePasswordRequest {
    pb::ChangePasswordRequest {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
        client_address: "192.0.2.1".to_owned(),
    }
}

fn issue(user: &Principal) -> pb::IssuePasswordResetRequest {
    pb::IssuePasswordResetRequest {
        user_id: user.user().unwrap().to_string(),
        request_id: String::new(),
    }
}

fn reset(token: &str) -> pb::ResetPasswordRequest {
    pb::ResetPasswordRequest {
        token: token.to_owned(),
        password: NEW.to_owned(),
        client_address: "192.0.2.1".to_owned(),
        user_agent: "test".to_owned(),
    }
}

async fn a_change_needs_the_present_one_and_ends_other_sessions(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, here) = identity.set_up().await?;
    let elsewhere = identity.sign_in("ana@example.com", PASSWORD).await?;
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let wrong = passwords.change_password(identity.by(&admin, change("wrong", NEW))).await;
    assert_eq!(reason(wrong), "current_password_wrong");
    let weak = passwords.change_password(identity.by(&admin, change(PASSWORD, "12345678"))).await;
    assert_eq!(reason(weak), "invalid_argument");
    identity.principal(&elsewhere).await?;

    let changed = passwords.change_password(identity.by(&admin, change(PASSWORD, NEW))).await?;
    assert_eq!(changed.into_inner().ended_sessions, 1);
    identity.principal(&here).await?;
    assert_eq!(reason(identity.principal(&elsewhere).await), "session_invalid");
    let old = identity.sign_in("ana@example.com", PASSWORD).await;
    assert_eq!(reason(old), "credentials_invalid");
    identity.sign_in("ana@example.com", NEW).await?;
    let id = admin.user().unwrap().to_string();
    assert_eq!(identity.audit(&admin, &id).await, ["password.changed"]);

    let service = Principal::Service { name: "test".to_owned(), tenant: admin.tenant().ok() };
    let refused = passwords.change_password(identity.by(&service, change(NEW, NEW))).await;
    assert_eq!(reason(refused), "permission_denied");
    Ok(())
}

async fn guessing_the_present_one_ends(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let before = identity.service.password_hashes();
    let guesses = (0..30).map(|_| {
        let mut passwords = PasswordServiceClient::new(identity.channel.clone());
        let request = identity.by(&admin, change("guess guess", NEW));
        async move { reason(passwords.change_password(request).await) }
    });
    let outcomes = join_all(guesses).await;
    let looked_at = outcomes.iter().filter(|o| *o == "current_password_wrong").count();
    assert_eq!(looked_at, 10, "{outcomes:?}");
    assert_eq!(identity.service.password_hashes() - before, 10);
    Ok(())
}

async fn a_reset_voids_the_password_and_a_link_gives_another(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, session) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let issued =
        passwords.issue_password_reset(identity.by(&admin, issue(&beto))).await?.into_inner();
    assert!(issued.url.starts_with(&format!("{PUBLIC_URL}/redefinir-senha#chr_")));
    assert_eq!((issued.ended_sessions, issued.emailed), (1, false));
    assert_eq!(reason(identity.principal(&session).await), "session_invalid");
    let old = identity.sign_in("b@example.com", PASSWORD).await;
    assert_eq!(reason(old), "credentials_invalid");

    let token = token_of(&issued.url);
    let asked = pb::GetPasswordResetRequest { token: token.clone() };
    let shown = passwords.get_password_reset(asked.clone()).await?.into_inner();
    assert_eq!((&*shown.name, &*shown.email), ("Beto", "b@example.com"));
    let weak = pb::ResetPasswordRequest { password: "12345678".to_owned(), ..reset(&token) };
    assert_eq!(reason(passwords.reset_password(weak).await), "invalid_argument");
    let signed_in = passwords.reset_password(reset(&token)).await?.into_inner();
    assert_eq!(identity.principal(&signed_in.session_token).await?.user(), beto.user());
    identity.sign_in("b@example.com", NEW).await?;
    let again = passwords.reset_password(reset(&token)).await;
    assert_eq!(reason(again), "reset_token_invalid");
    assert_eq!(reason(passwords.get_password_reset(asked).await), "reset_token_invalid");
    let id = beto.user().unwrap().to_string();
    let history = identity.audit(&admin, &id).await;
    assert_eq!(history, ["user.created", "password.reset_issued", "password.reset"]);
    Ok(())
}

async fn of_many_uses_of_a_link_one_wins(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let issued = passwords.issue_password_reset(identity.by(&admin, issue(&beto))).await?;
    let token = token_of(&issued.into_inner().url);
    let tries = (0..8).map(|_| {
        let mut passwords = PasswordServiceClient::new(identity.channel.clone());
        let request = reset(&token);
        async move { passwords.reset_password(request).await }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(reason(refused), "reset_token_invalid");
    }
    Ok(())
}

async fn whose_password_who_may_reset(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let acme = identity.company(&admin, "acme").await?.id;
    let (agent, _) = identity.join(&admin, "agent@example.com", pb::Role::Agent, None).await?;
    let (bia, _) =
        identity.join(&admin, "bia@example.com", pb::Role::Collaborator, Some(&acme)).await?;
    let manager = person(&admin, Role::Manager, Some(acme.parse()?));
    let nobody = person(&admin, Role::Agent, None);
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    for (who, whose, expected) in [
        (&agent, &admin, "permission_denied"),
        (&nobody, &agent, "permission_denied"),
        (&manager, &bia, "permission_denied"),
        (&bia, &agent, "permission_denied"),
        (&admin, &nobody, "user_not_found"),
        (&stranger(), &bia, "user_not_found"),
        // Who took over a session must not get around the present password.
        (&admin, &admin, "reauthentication_required"),
    ] {
        let refused = passwords.issue_password_reset(identity.by(who, issue(whose))).await;
        assert_eq!(reason(refused), expected, "{who:?}");
    }
    passwords.issue_password_reset(identity.by(&agent, issue(&bia))).await?;
    passwords.issue_password_reset(identity.by(&admin, issue(&agent))).await?;

    identity.execute("UPDATE account SET active = false WHERE email_key LIKE 'bia@%'").await?;
    let refused = passwords.issue_password_reset(identity.by(&admin, issue(&bia))).await;
    assert_eq!(reason(refused), "user_inactive");
    identity.execute("UPDATE account SET role = 'machine' WHERE email_key LIKE 'agent@%'").await?;
    let refused = passwords.issue_password_reset(identity.by(&admin, issue(&agent))).await;
    assert_eq!(reason(refused), "device_account");
    Ok(())
}

async fn links_end_by_age_by_another_and_by_deactivation(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let first = passwords.issue_password_reset(identity.by(&admin, issue(&beto))).await?;
    let second = passwords.issue_password_reset(identity.by(&admin, issue(&beto))).await?;
    let (first, second) = (token_of(&first.into_inner().url), token_of(&second.into_inner().url));
    let refused = passwords.reset_password(reset(&first)).await;
    assert_eq!(reason(refused), "reset_token_invalid");
    identity.clock.advance(TimeDelta::hours(24).to_std()?);
    let refused = passwords.reset_password(reset(&second)).await;
    assert_eq!(reason(refused), "reset_token_invalid");

    let third = passwords.issue_password_reset(identity.by(&admin, issue(&beto))).await?;
    let third = token_of(&third.into_inner().url);
    identity.execute("UPDATE account SET active = false WHERE email_key LIKE 'b@%'").await?;
    let refused = passwords.reset_password(reset(&third)).await;
    assert_eq!(reason(refused), "reset_token_invalid");
    Ok(())
}

async fn a_repeated_request_gives_the_same_link_also_after_a_rotation(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let request = pb::IssuePasswordResetRequest { request_id: "one".to_owned(), ..issue(&beto) };
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let first = passwords.issue_password_reset(identity.by(&admin, request.clone())).await?;
    let again = passwords.issue_password_reset(identity.by(&admin, request.clone())).await?;
    let first = first.into_inner();
    assert_eq!(again.into_inner(), first);

    let later = identity.rotated()?;
    let mut passwords = PasswordServiceClient::new(later.channel.clone());
    let fresh = passwords.issue_password_reset(later.by(&admin, request)).await?.into_inner();
    assert_ne!(fresh.url, first.url);
    let old = passwords.reset_password(reset(&token_of(&first.url))).await;
    assert_eq!(reason(old), "reset_token_invalid");
    passwords.reset_password(reset(&token_of(&fresh.url))).await?;
    Ok(())
}
