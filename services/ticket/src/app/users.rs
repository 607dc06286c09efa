//! References to people: who they are written for, how many there are, and what becomes of them
//! when an account is merged into another or leaves the tenant.

mod merge;
mod moved;

pub use merge::{CONSUMER as MERGES, Merge, merge};
pub use moved::{CONSUMER as DEPARTURES, Departure, depart};

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    id::{TenantId, UserId},
};
use chamados_store_kit::{Tx, merged};

use super::App;
use crate::{
    domain::{Command, Edit, UserReferences, Watchers},
    error::Result,
    store,
};

/// How much refers to a user.
///
/// # Errors
/// [`crate::Error::Denied`].
pub async fn get_references(app: &App, cx: &CallContext, user: UserId) -> Result<UserReferences> {
    let tenant = cx.require(Permission::UsersManage)?;
    Ok(store::references::count(app.db.read(), tenant, user).await?)
}

/// Who a change is put down to, if the account was merged after the call was let in.
pub(super) async fn surviving_actor(tx: &Tx, tenant: TenantId, actor: Actor) -> Result<Actor> {
    Ok(match actor {
        Actor::User(user) => Actor::User(merged::survivor(tx, tenant, user).await?),
        other => other,
    })
}

/// The command with the survivors of the people it names.
pub(super) async fn surviving_command(
    tx: &Tx,
    tenant: TenantId,
    command: Command,
) -> Result<Command> {
    Ok(match command {
        Command::Assign { assignee: Some(user) } => {
            Command::Assign { assignee: Some(merged::survivor(tx, tenant, user).await?) }
        }
        Command::Start { by } => Command::Start { by: merged::survivor(tx, tenant, by).await? },
        Command::Update(edit) => match *edit {
            Edit { requester: None, watchers: None, assignee: None | Some(None), .. } => {
                Command::Update(edit)
            }
            mut edit => {
                if let Some(Some(user)) = &mut edit.assignee {
                    *user = merged::survivor(tx, tenant, *user).await?;
                }
                if let Some(user) = &mut edit.requester {
                    *user = merged::survivor(tx, tenant, *user).await?;
                }
                if let Some(watchers) = &mut edit.watchers {
                    *watchers = surviving_watchers(tx, tenant, watchers).await?;
                }
                Command::Update(Box::new(edit))
            }
        },
        other => other,
    })
}

/// The survivors of people who are to watch.
pub(super) async fn surviving_watchers(
    tx: &Tx,
    tenant: TenantId,
    watchers: &Watchers,
) -> Result<Watchers> {
    let mut people = Vec::with_capacity(watchers.as_slice().len());
    for user in watchers.as_slice() {
        people.push(merged::survivor(tx, tenant, *user).await?);
    }
    Ok(Watchers::surviving(people))
}
