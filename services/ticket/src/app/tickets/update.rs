//! Changing facts of a ticket.

use chamados_chassis::{
    auth::{Permission, Role},
    context::CallContext,
};

use super::change::{Transition, Work};
use crate::{
    app::App,
    domain::{Command, Edit, Ticket},
    error::{Error, Result},
};

/// Writes new values of facts.
///
/// # Errors
/// Not-found errors for ids that are not the tenant's, [`crate::Error::StaleVersion`].
pub async fn update(
    app: &App,
    cx: &CallContext,
    request: Transition,
    edit: Edit,
) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsWork)?;
    if let Some(id) = edit.requester {
        let person = app.peers.person(cx, id).await?;
        if person.role == Role::Machine {
            return Err(Error::UserNotFound);
        }
    }
    if let Some(id) = edit.company.flatten() {
        app.peers.require_company(cx, id).await?;
    }
    if let Some(id) = edit.device.flatten() {
        app.peers.company_of_device(cx, id).await?;
    }
    if let Some(watchers) = edit.watchers.as_ref().filter(|watchers| !watchers.is_empty()) {
        app.peers.require_people(cx, watchers.as_slice()).await?;
    }
    let command = Command::Update(Box::new(edit));
    Work::new(tenant, "ticket.update", request, command).run(app, cx).await
}
