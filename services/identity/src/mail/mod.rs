//! Sends the queue of e-mail. Rows are written with the change they tell of and hold no token; the link
//! is derived here, while sending. A row is claimed for longer than sending can take, so that replicas
//! never send one at the same time; when a process dies after the server took an e-mail and before the
//! row says so, it is sent again.

mod smtp;
mod texts;

use std::{sync::Arc, time::Duration};

use chamados_chassis::{clock::SharedClock, shutdown::Shutdown};
use chamados_store_kit::{Db, StoreError};
use tokio::sync::Notify;

use self::{smtp::Smtp, texts::Text};
use crate::{
    app::links::{Link, Links},
    domain::invite::State,
    domain::mail::{Mail, Template},
    store,
};

pub use smtp::{MailConfig, MailError};

/// How often to look for what other replicas left, and for what is to be tried again.
const POLL: Duration = Duration::from_secs(1);

/// Sends e-mail until shutdown.
#[derive(Clone)]
pub struct Mailer {
    db: Db,
    clock: SharedClock,
    links: Links,
    smtp: Smtp,
    wake: Arc<Notify>,
}

impl Mailer {
    /// A mailer of `db`'s queue, woken by `wake`.
    ///
    /// # Errors
    /// When `config` cannot be read.
    pub fn new(
        config: &MailConfig,
        db: Db,
        clock: SharedClock,
        links: Links,
        wake: Arc<Notify>,
    ) -> Result<Self, MailError> {
        Ok(Self { db, clock, links, smtp: Smtp::new(config)?, wake })
    }

    /// Works until shutdown.
    pub async fn run(self, shutdown: Shutdown) {
        let mut requested = std::pin::pin!(shutdown.requested());
        loop {
            let turn = tokio::select! {
                turn = self.turn() => turn,
                () = &mut requested => return,
            };
            match turn {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "e-mail waits"),
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                () = &mut requested => return,
            }
        }
    }

    /// Sends one e-mail. Gives whether there was one.
    async fn turn(&self) -> Result<bool, StoreError> {
        let Some(mail) = store::mails::claim(&self.db, self.clock.now()).await? else {
            return Ok(false);
        };
        let Some(text) = self.text(&mail).await? else {
            tracing::info!(mail = %mail.id, template = mail.template.as_str(), "not needed any more");
            store::mails::end(&self.db, &mail, self.clock.now()).await?;
            return Ok(true);
        };
        let sent = self.smtp.send(&mail.recipient, &text).await;
        let now = self.clock.now();
        match sent {
            Ok(()) => store::mails::end(&self.db, &mail, now).await?,
            Err(error) => {
                let retry = if error.is_final() { None } else { mail.retry_at(now) };
                let (template, attempts) = (mail.template.as_str(), mail.attempts);
                tracing::warn!(mail = %mail.id, template, attempts, ?retry, %error, "not sent");
                match retry {
                    Some(at) => store::mails::retry(&self.db, &mail, at).await?,
                    None => store::mails::end(&self.db, &mail, now).await?,
                }
            }
        }
        Ok(true)
    }

    /// What an e-mail says, unless its link works no more.
    async fn text(&self, mail: &Mail) -> Result<Option<Text>, StoreError> {
        let (db, now) = (self.db.read(), self.clock.now());
        match mail.template {
            Template::Invite => {
                let Some((invite, hash)) = store::invites::for_mail(db, mail.subject).await? else {
                    return Ok(None);
                };
                let link = self.links.invite(&invite);
                if invite.state(now) != State::Pending
                    || !is_current(mail, invite.generation, &link, &hash)
                {
                    return Ok(None);
                }
                let tenant = store::tenants::name(db, invite.tenant).await?.unwrap_or_default();
                Ok(Some(texts::invite(&tenant, &link)))
            }
            Template::PasswordReset => {
                let Some((reset, hash)) = store::resets::for_mail(db, mail.subject).await? else {
                    return Ok(None);
                };
                let link = self.links.reset(&reset);
                if !reset.is_open(now) || !is_current(mail, reset.generation, &link, &hash) {
                    return Ok(None);
                }
                let tenant = store::tenants::name(db, reset.tenant).await?.unwrap_or_default();
                Ok(Some(texts::password_reset(&tenant, &link)))
            }
        }
    }
}

/// Whether the link is the one that the e-mail was to bring: it was not replaced, and the key ring that
/// it was made with is the present one.
fn is_current(mail: &Mail, generation: i32, link: &Link, token_hash: &[u8]) -> bool {
    mail.generation == generation && link.token_hash[..] == *token_hash
}
