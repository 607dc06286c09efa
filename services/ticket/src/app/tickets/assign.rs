//! Giving a ticket to somebody.

use chamados_chassis::{auth::Permission, context::CallContext, id::UserId};

use super::change::{Transition, Work};
use crate::{
    app::App,
    domain::{Command, Rejection, Ticket},
    error::Result,
};

/// Gives a ticket to an active member of staff, or to nobody.
///
/// # Errors
/// [`crate::Error::UserNotFound`], [`crate::Error::TicketNotFound`],
/// [`crate::Error::StaleVersion`], [`crate::Error::Rejected`].
pub async fn assign(
    app: &App,
    cx: &CallContext,
    request: Transition,
    assignee: Option<UserId>,
) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsWork)?;
    if let Some(id) = assignee {
        require_staff(app, cx, id).await?;
    }
    Work::new(tenant, "ticket.assign", request, Command::Assign { assignee }).run(app, cx).await
}

/// Nothing, when the user can have tickets.
pub(super) async fn require_staff(app: &App, cx: &CallContext, id: UserId) -> Result<()> {
    // The caller's own account was verified with the call, and may be that of staff alone here.
    if Some(id) != cx.principal().user() {
        let person = app.peers.person(cx, id).await?;
        if !person.active || !person.role.is_staff() {
            return Err(Rejection::AssigneeNotStaff.into());
        }
    }
    Ok(())
}
