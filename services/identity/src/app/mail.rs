//! Putting e-mail into the queue. [`crate::mail`] sends it.

use std::sync::Arc;

use chamados_store_kit::Tx;
use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    domain::mail::{Mail, Template},
    error::Result,
    store,
};

/// Where e-mail goes, or that there is none. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Wakes who sends; absent when no mail server is configured.
    pub wake: Option<Arc<Notify>>,
}

impl Outgoing {
    /// Whether a mail server is configured.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.wake.is_some()
    }

    /// Puts an e-mail into the queue, if there is a mail server. Call [`committed`](Self::committed)
    /// after the transaction.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub(super) async fn enqueue(
        &self,
        tx: &Tx,
        template: Template,
        subject: Uuid,
        generation: i32,
        recipient: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if self.is_on() {
            let mail = Mail {
                id: Uuid::now_v7(),
                template,
                subject,
                generation,
                recipient: recipient.to_owned(),
                attempts: 0,
                created_at: now,
            };
            store::mails::insert(tx, &mail).await?;
        }
        Ok(())
    }

    /// There may be something to send.
    pub(super) fn committed(&self) {
        if let Some(wake) = &self.wake {
            wake.notify_one();
        }
    }
}
