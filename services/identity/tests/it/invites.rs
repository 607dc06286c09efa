//! Invites: who may, what becomes of a link, and that it works once.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::identity::v1::{
    self as pb, invite_service_client::InviteServiceClient, user_service_client::UserServiceClient,
};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::{
    Identity, PASSWORD, PUBLIC_URL, acceptance, invitation, person, reason, stranger, token_of,
};

store_suite!(
    an_invite_becomes_a_person,
    roles_limit_whom_one_invites,
    of_many_acceptances_one_wins,
    of_many_invites_of_an_address_one_is_made,
    a_resent_link_replaces_the_one_before,
    a_repeated_request_gives_the_same_link_also_after_a_rotation,
    revoked_and_expired_links_do_not_work,
    lists_say_where_each_stands_and_only_to_the_tenant
);

async fn an_invite_becomes_a_person(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let request = invitation("Beto@example.com", pb::Role::Manager, Some(&company.id));
    let made = invites.create_invite(identity.by(&admin, request)).await?.into_inner();
    assert!(made.url.starts_with(&format!("{PUBLIC_URL}/convite#chi_")), "{}", made.url);
    assert!(!made.emailed);
    let invite = made.invite.unwrap();
    assert_eq!(invite.state(), pb::InviteState::Pending);
    assert_eq!(invite.invited_by_id, admin.user().map(|id| id.to_string()));

    let token = token_of(&made.url);
    let asked = pb::GetInviteByTokenRequest { token: token.clone() };
    let shown = invites.get_invite_by_token(asked.clone()).await?.into_inner();
    assert_eq!(shown.email, "Beto@example.com");
    assert_eq!(shown.tenant_name, "Suporte Norte");
    assert_eq!(shown.company_name, company.name);

    let signed_in = invites.accept_invite(acceptance(&token)).await?.into_inner();
    let user = signed_in.user.unwrap();
    assert!(user.has_password);
    let principal = identity.principal(&signed_in.session_token).await?;
    assert_eq!(principal.role(), Some(Role::Manager));
    assert_eq!(principal.company(), Some(company.id.parse()?));
    identity.sign_in("beto@example.com", PASSWORD).await?;

    assert_eq!(reason(invites.get_invite_by_token(asked).await), "invite_token_invalid");
    let again = invites.accept_invite(acceptance(&token)).await;
    assert_eq!(reason(again), "invite_token_invalid");
    let resend = pb::ResendInviteRequest { id: invite.id.clone(), request_id: String::new() };
    let resent = invites.resend_invite(identity.by(&admin, resend)).await;
    assert_eq!(reason(resent), "invite_accepted");
    let revoke = pb::RevokeInviteRequest { id: invite.id.clone() };
    assert_eq!(reason(invites.revoke_invite(identity.by(&admin, revoke)).await), "invite_accepted");
    let history = identity.audit(&admin, &invite.id).await;
    assert_eq!(history, ["invite.created", "invite.accepted"]);
    assert_eq!(identity.audit(&admin, &user.id).await, ["user.created"]);
    Ok(())
}

async fn roles_limit_whom_one_invites(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?.id;
    let acme = Some(company.as_str());
    let agent = person(&admin, Role::Agent, None);
    let manager = person(&admin, Role::Manager, Some(company.parse()?));
    identity.invite(&agent, "b@example.com", pb::Role::Collaborator, acme).await?;
    for (who, role, email, company, expected) in [
        (&agent, pb::Role::Manager, "c@example.com", acme, "permission_denied"),
        (&agent, pb::Role::Admin, "c@example.com", None, "permission_denied"),
        (&manager, pb::Role::Collaborator, "c@example.com", acme, "permission_denied"),
        (&admin, pb::Role::Machine, "c@example.com", acme, "invalid_argument"),
        (&admin, pb::Role::Unspecified, "c@example.com", None, "invalid_argument"),
        (&admin, pb::Role::Manager, "c@example.com", None, "invalid_argument"),
        (&admin, pb::Role::Agent, "no address", None, "invalid_argument"),
        (&admin, pb::Role::Agent, "ANA@example.com", None, "email_taken"),
        (&admin, pb::Role::Agent, "B@example.com", None, "invite_pending"),
        (&stranger(), pb::Role::Collaborator, "c@example.com", acme, "company_not_found"),
    ] {
        let refused = identity.invite(who, email, role, company).await;
        assert_eq!(reason(refused), expected, "{role:?} {email}");
    }

    // An agent may not resend or revoke what an agent may not create.
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let request = invitation("d@example.com", pb::Role::Agent, None);
    let made = invites.create_invite(identity.by(&admin, request)).await?.into_inner();
    let id = made.invite.unwrap().id;
    let resend = pb::ResendInviteRequest { id: id.clone(), request_id: String::new() };
    let revoke = pb::RevokeInviteRequest { id };
    for (who, expected) in [(&agent, "permission_denied"), (&stranger(), "invite_not_found")] {
        let resent = invites.resend_invite(identity.by(who, resend.clone())).await;
        assert_eq!(reason(resent), expected);
        let revoked = invites.revoke_invite(identity.by(who, revoke.clone())).await;
        assert_eq!(reason(revoked), expected);
    }
    Ok(())
}

async fn of_many_acceptances_one_wins(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let token = identity.invite(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let tries = (0..8).map(|_| {
        let mut invites = InviteServiceClient::new(identity.channel.clone());
        let request = acceptance(&token);
        async move { invites.accept_invite(request).await }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(reason(refused), "invite_token_invalid");
    }
    Ok(())
}

async fn of_many_invites_of_an_address_one_is_made(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let tries = (0..8).map(|_| identity.invite(&admin, "b@example.com", pb::Role::Agent, None));
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(reason(refused), "invite_pending");
    }

    // The address gets an account before the link is followed.
    let token = identity.invite(&admin, "c@example.com", pb::Role::Agent, None).await?;
    let mut users = UserServiceClient::new(identity.channel.clone());
    let request = pb::CreateUserRequest {
        request_id: String::new(),
        name: "Caio".to_owned(),
        email: "C@example.com".to_owned(),
        role: pb::Role::Agent.into(),
        company_id: None,
    };
    users.create_user(identity.by(&admin, request)).await?;
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    assert_eq!(reason(invites.accept_invite(acceptance(&token)).await), "email_taken");
    Ok(())
}

async fn a_resent_link_replaces_the_one_before(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let request = invitation("b@example.com", pb::Role::Agent, None);
    let first = invites.create_invite(identity.by(&admin, request)).await?.into_inner();
    let id = first.invite.unwrap().id;
    identity.clock.advance(TimeDelta::days(7).to_std()?);
    let old = invites.accept_invite(acceptance(&token_of(&first.url))).await;
    assert_eq!(reason(old), "invite_token_invalid");

    let resend = pb::ResendInviteRequest { id: id.clone(), request_id: "again".to_owned() };
    let second = invites.resend_invite(identity.by(&admin, resend.clone())).await?.into_inner();
    assert_ne!(second.url, first.url);
    let invite = second.invite.clone().unwrap();
    assert_eq!(invite.state(), pb::InviteState::Pending);
    let repeated = invites.resend_invite(identity.by(&admin, resend)).await?.into_inner();
    assert_eq!(repeated, second);

    let other = pb::ResendInviteRequest { id: id.clone(), request_id: "once more".to_owned() };
    let third = invites.resend_invite(identity.by(&admin, other)).await?.into_inner();
    let second = invites.accept_invite(acceptance(&token_of(&second.url))).await;
    assert_eq!(reason(second), "invite_token_invalid");
    invites.accept_invite(acceptance(&token_of(&third.url))).await?;
    let history = identity.audit(&admin, &id).await;
    assert_eq!(history, ["invite.created", "invite.resent", "invite.resent", "invite.accepted"]);
    Ok(())
}

async fn a_repeated_request_gives_the_same_link_also_after_a_rotation(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let mut request = invitation("b@example.com", pb::Role::Agent, None);
    request.request_id = "one".to_owned();
    let first = invites.create_invite(identity.by(&admin, request.clone())).await?.into_inner();
    let again = invites.create_invite(identity.by(&admin, request.clone())).await?.into_inner();
    assert_eq!(again, first);
    let other = pb::CreateInviteRequest { email: "c@example.com".to_owned(), ..request.clone() };
    let reused = invites.create_invite(identity.by(&admin, other)).await;
    assert_eq!(reason(reused), "request_id_reused");

    let later = identity.rotated()?;
    let mut invites = InviteServiceClient::new(later.channel.clone());
    let fresh = invites.create_invite(later.by(&admin, request.clone())).await?.into_inner();
    assert_ne!(fresh.url, first.url);
    let repeated = invites.create_invite(later.by(&admin, request)).await?.into_inner();
    assert_eq!(repeated.url, fresh.url);
    let old = invites.accept_invite(acceptance(&token_of(&first.url))).await;
    assert_eq!(reason(old), "invite_token_invalid");
    invites.accept_invite(acceptance(&token_of(&fresh.url))).await?;
    Ok(())
}

async fn revoked_and_expired_links_do_not_work(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let request = invitation("b@example.com", pb::Role::Agent, None);
    let made = invites.create_invite(identity.by(&admin, request.clone())).await?.into_inner();
    let id = made.invite.unwrap().id;
    let revoke = pb::RevokeInviteRequest { id: id.clone() };
    for _ in 0..2 {
        let revoked = invites.revoke_invite(identity.by(&admin, revoke.clone())).await?;
        assert_eq!(revoked.into_inner().state(), pb::InviteState::Revoked);
    }
    let refused = invites.accept_invite(acceptance(&token_of(&made.url))).await;
    assert_eq!(reason(refused), "invite_token_invalid");
    let resend = pb::ResendInviteRequest { id: id.clone(), request_id: String::new() };
    let refused = invites.resend_invite(identity.by(&admin, resend)).await;
    assert_eq!(reason(refused), "invite_revoked");
    assert_eq!(identity.audit(&admin, &id).await, ["invite.created", "invite.revoked"]);

    // A revoked or expired one is in nobody's way; but two of one address are never open.
    let second = invites.create_invite(identity.by(&admin, request.clone())).await?.into_inner();
    let second = second.invite.unwrap().id;
    identity.clock.advance(TimeDelta::days(8).to_std()?);
    invites.create_invite(identity.by(&admin, request)).await?;
    let resend = pb::ResendInviteRequest { id: second, request_id: String::new() };
    let refused = invites.resend_invite(identity.by(&admin, resend)).await;
    assert_eq!(reason(refused), "invite_pending");
    let guess = invites.accept_invite(acceptance("chi_guess")).await;
    assert_eq!(reason(guess), "invite_token_invalid");
    let mut bad = acceptance("chi_guess");
    (bad.name, bad.password) = (String::new(), "short".to_owned());
    assert_eq!(reason(invites.accept_invite(bad).await), "invalid_argument");
    Ok(())
}

async fn lists_say_where_each_stands_and_only_to_the_tenant(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    identity.invite(&admin, "old@example.com", pb::Role::Agent, None).await?;
    identity.clock.advance(TimeDelta::days(8).to_std()?);
    identity.invite(&admin, "new@example.com", pb::Role::Agent, None).await?;
    identity.join(&admin, "joined@example.com", pb::Role::Agent, None).await?;
    let list = async |who: &Principal, state: pb::InviteState, query: &str| {
        let mut invites = InviteServiceClient::new(identity.channel.clone());
        let request = pb::ListInvitesRequest {
            state: state.into(),
            query: query.to_owned(),
            ..Default::default()
        };
        let list = invites.list_invites(identity.by(who, request)).await?.into_inner();
        assert_eq!(usize::try_from(list.total_size)?, list.invites.len());
        anyhow::Ok(list.invites.into_iter().map(|invite| invite.email).collect::<Vec<_>>())
    };
    let [old, new, joined] = ["old@example.com", "new@example.com", "joined@example.com"];
    let any = pb::InviteState::Unspecified;
    assert_eq!(list(&admin, any, "").await?, [joined, new, old]);
    assert_eq!(list(&admin, any, "NEW@").await?, [new]);
    assert_eq!(list(&admin, pb::InviteState::Pending, "").await?, [new]);
    assert_eq!(list(&admin, pb::InviteState::Expired, "").await?, [old]);
    assert_eq!(list(&admin, pb::InviteState::Accepted, "").await?, [joined]);
    assert!(list(&admin, pb::InviteState::Revoked, "").await?.is_empty());
    let stranger = stranger();
    assert!(list(&stranger, any, "").await?.is_empty());
    let agent = person(&admin, Role::Agent, None);
    assert_eq!(list(&agent, any, "").await?.len(), 3);
    let manager = person(&admin, Role::Manager, None);
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let refused = invites.list_invites(identity.by(&manager, Default::default())).await;
    assert_eq!(reason(refused), "permission_denied");
    Ok(())
}
