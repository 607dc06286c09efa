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
    // The caller's own account was verified with the call.
    if let Some(id) = assignee.filter(|_| assignee != cx.principal().user()) {
        let person = app.peers.person(cx, id).await?;
        if !person.active || !person.role.is_staff() {
            return Err(Rejection::AssigneeNotStaff.into());
        }
    }
    Work::new(tenant, "ticket.assign", request, Command::Assign { assignee }).run(app, cx).await
}
