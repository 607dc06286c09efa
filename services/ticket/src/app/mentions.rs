//! People a text mentions. Those of the staff watch the ticket from then on, and hear of it; a mention
//! makes nobody see a ticket, and of others nothing comes.

use chamados_chassis::{
    auth::Actor,
    context::CallContext,
    id::{TenantId, UserId},
};
use chamados_store_kit::{Tx, merged};
use chrono::{DateTime, Utc};

use super::{App, tickets};
use crate::{
    domain::{Command, RichText, Ticket},
    error::Result,
};

/// The staff whom a text mentions. Ids of nobody, or of somebody the caller may not see, are words only.
///
/// # Errors
/// [`crate::Error::Remote`] when identity is away.
pub(super) async fn of(app: &App, cx: &CallContext, text: &RichText) -> Result<Vec<UserId>> {
    let mentioned = text.mentions();
    if mentioned.is_empty() { Ok(mentioned) } else { app.peers.staff_among(cx, &mentioned).await }
}

/// The people as they are now, if an account was merged after it was asked for. To be called before rows
/// are locked.
///
/// # Errors
/// [`crate::Error::Store`].
pub(super) async fn survivors(
    tx: &Tx,
    tenant: TenantId,
    people: Vec<UserId>,
) -> Result<Vec<UserId>> {
    let mut survivors = Vec::with_capacity(people.len());
    for user in people {
        survivors.push(merged::survivor(tx, tenant, user).await?);
    }
    Ok(survivors)
}

/// Makes people watch a ticket, as many as it has room for; the ticket afterwards.
///
/// # Errors
/// [`crate::Error::StaleVersion`], [`crate::Error::Store`].
pub(super) async fn watch(
    tx: &Tx,
    ticket: &Ticket,
    people: &[UserId],
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let watch = Command::Watch { people: people.to_vec() };
    match ticket.apply(watch, by.clone(), now)? {
        Some(change) => {
            tickets::write(tx, &change).await?;
            Ok(change.ticket)
        }
        None => Ok(ticket.clone()),
    }
}
