//! E-mail, with a real server.

use std::time::Duration;

use chamados_chassis::shutdown::Shutdown;
use chamados_identity::MailConfig;
use chamados_proto::identity::v1::{
    self as pb, invite_service_client::InviteServiceClient,
    password_service_client::PasswordServiceClient,
};
use chamados_testkit::{MailServer, TestDatabase, eventually, mail::Received, store_suite};

use crate::support::{Identity, acceptance, invitation, reason, token_of};

store_suite!(
    an_invite_arrives_once_and_its_link_works,
    a_reset_waits_for_the_server_and_arrives,
    a_link_that_was_replaced_is_not_sent,
    no_token_is_in_the_database
);

const PATIENCE: Duration = Duration::from_secs(20);

fn config(server: &MailServer) -> MailConfig {
    MailConfig { url: server.url().into(), from: "Chamados <desk@example.com>".to_owned() }
}

/// Waits until `count` e-mails are there.
async fn arrived(server: &MailServer, count: usize) -> Vec<Received> {
    eventually(PATIENCE, "the e-mail arrives", async || {
        server.received().ok().filter(|received| received.len() >= count)
    })
    .await
}

/// The link in an e-mail.
fn link(mail: &Received) -> String {
    let link = mail.text.split_whitespace().find(|word| word.starts_with("https://")).unwrap();
    assert!(mail.html.contains(link), "{}", mail.html);
    link.to_owned()
}

async fn an_invite_arrives_once_and_its_link_works(db: &TestDatabase) -> anyhow::Result<()> {
    let server = MailServer::start().await?;
    let identity = Identity::start_with(db, Some(config(&server))).await?;
    let (admin, _) = identity.set_up().await?;
    let (one, other) = (Shutdown::new(), Shutdown::new());
    identity.service.start(&one);
    identity.service.start(&other);
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let mut urls = Vec::new();
    for n in 0..5 {
        let request = invitation(&format!("b{n}@example.com"), pb::Role::Agent, None);
        let made = invites.create_invite(identity.by(&admin, request)).await?.into_inner();
        assert!(made.emailed);
        urls.push(made.url);
    }
    let received = arrived(&server, 5).await;
    let first = received.iter().find(|mail| mail.to == "b0@example.com").unwrap();
    assert!(first.subject.contains("Suporte Norte"), "{}", first.subject);
    assert_eq!(link(first), urls[0]);
    invites.accept_invite(acceptance(&token_of(&link(first)))).await?;
    // Both have had their turn when nothing is left to send; nobody got two.
    eventually(PATIENCE, "the queue is empty", async || {
        (identity.count("SELECT count(*) AS n FROM mail WHERE ended_at IS NULL").await.ok()? == 0)
            .then_some(())
    })
    .await;
    assert_eq!(server.received()?.len(), 5);
    for shutdown in [one, other] {
        shutdown.drain(PATIENCE).await.unwrap();
    }
    Ok(())
}

async fn a_reset_waits_for_the_server_and_arrives(db: &TestDatabase) -> anyhow::Result<()> {
    let mut server = MailServer::start().await?;
    let identity = Identity::start_with(db, Some(config(&server))).await?;
    let (admin, _) = identity.set_up().await?;
    let (beto, _) = identity.join(&admin, "b@example.com", pb::Role::Agent, None).await?;
    server.kill()?;
    let shutdown = Shutdown::new();
    identity.service.start(&shutdown);
    let mut passwords = PasswordServiceClient::new(identity.channel.clone());
    let issue = pb::IssuePasswordResetRequest {
        user_id: beto.user().unwrap().to_string(),
        request_id: String::new(),
    };
    let issued = passwords.issue_password_reset(identity.by(&admin, issue)).await?.into_inner();
    assert!(issued.emailed);
    eventually(PATIENCE, "it was tried", async || {
        let tried = "SELECT count(*) AS n FROM mail WHERE attempts > 0 AND ended_at IS NULL \
                     AND template = 'password_reset'";
        (identity.count(tried).await.ok()? == 1).then_some(())
    })
    .await;
    server.restart().await?;
    let received = eventually(PATIENCE, "the e-mail arrives", async || {
        // The next try is due by the service's clock.
        identity.clock.advance(Duration::from_secs(1));
        let received = server.received().ok()?;
        received.into_iter().find(|mail| mail.subject.contains("New password"))
    })
    .await;
    assert_eq!((&*received.to, link(&received)), ("b@example.com", issued.url.clone()));
    let request = pb::ResetPasswordRequest {
        token: token_of(&issued.url),
        password: "outra senha comprida".to_owned(),
        ..Default::default()
    };
    passwords.reset_password(request).await?;
    shutdown.drain(PATIENCE).await.unwrap();
    Ok(())
}

async fn a_link_that_was_replaced_is_not_sent(db: &TestDatabase) -> anyhow::Result<()> {
    let server = MailServer::start().await?;
    let identity = Identity::start_with(db, Some(config(&server))).await?;
    let (admin, _) = identity.set_up().await?;
    let mut invites = InviteServiceClient::new(identity.channel.clone());
    let request = invitation("b@example.com", pb::Role::Agent, None);
    let made = invites.create_invite(identity.by(&admin, request)).await?.into_inner();
    let id = made.invite.unwrap().id;
    let resend = pb::ResendInviteRequest { id, request_id: String::new() };
    let resent = invites.resend_invite(identity.by(&admin, resend)).await?.into_inner();
    let revoked = invitation("c@example.com", pb::Role::Agent, None);
    let revoked = invites.create_invite(identity.by(&admin, revoked)).await?.into_inner();
    let revoke = pb::RevokeInviteRequest { id: revoked.invite.unwrap().id };
    invites.revoke_invite(identity.by(&admin, revoke)).await?;

    let shutdown = Shutdown::new();
    identity.service.start(&shutdown);
    eventually(PATIENCE, "the queue is empty", async || {
        (identity.count("SELECT count(*) AS n FROM mail WHERE ended_at IS NULL").await.ok()? == 0)
            .then_some(())
    })
    .await;
    let received = server.received()?;
    assert_eq!(received.iter().map(link).collect::<Vec<_>>(), [resent.url]);
    let old = invites.accept_invite(acceptance(&token_of(&made.url))).await;
    assert_eq!(reason(old), "invite_token_invalid");
    shutdown.drain(PATIENCE).await.unwrap();
    Ok(())
}

async fn no_token_is_in_the_database(db: &TestDatabase) -> anyhow::Result<()> {
    let server = MailServer::start().await?;
    let identity = Identity::start_with(db, Some(config(&server))).await?;
    let (admin, _) = identity.set_up().await?;
    let token = identity.invite(&admin, "b@example.com", pb::Role::Agent, None).await?;
    let texts = format!(
        "SELECT count(*) AS n FROM mail WHERE template LIKE '%{token}%' OR recipient LIKE '%{token}%'"
    );
    assert_eq!(identity.count(&texts).await?, 0);
    assert_eq!(identity.count("SELECT count(*) AS n FROM mail").await?, 1);
    let hashed = "SELECT count(*) AS n FROM invite WHERE length(token_hash) = 32";
    assert_eq!(identity.count(hashed).await?, 1);
    Ok(())
}
