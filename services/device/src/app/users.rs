//! References to people: how many there are, and what becomes of them when an account is merged into
//! another or leaves the tenant.

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
use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::{
        device::Device,
        link::{Link, UserReferences},
        timeline::{Entry, Kind},
    },
    error::{Error, Result},
    store,
};

/// How much refers to a user.
///
/// # Errors
/// [`Error::Denied`].
pub async fn get_references(app: &App, cx: &CallContext, user: UserId) -> Result<UserReferences> {
    let tenant = cx.require(Permission::UsersManage)?;
    Ok(store::links::count(app.db.read(), tenant, user).await?)
}

/// Who a change is put down to, if the account was merged since.
async fn surviving_actor(tx: &Tx, tenant: TenantId, actor: Actor) -> Result<Actor> {
    Ok(match actor {
        Actor::User(user) => Actor::User(merged::survivor(tx, tenant, user).await?),
        other => other,
    })
}

/// A locked device with its links.
struct Known {
    device: Device,
    links: Vec<Link>,
}

impl Known {
    async fn of(tx: &Tx, device: Device) -> Result<Self> {
        let links = store::links::of_locked(tx, &device).await?;
        Ok(Self { device, links })
    }

    /// Puts one person in the place of another, or nobody, and gives the device after it. Nothing when
    /// that was done while this transaction waited for the device's lock: the links were read after it.
    async fn replace(
        &self,
        tx: &Tx,
        from: UserId,
        into: Option<UserId>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<Device>> {
        let (mut device, mut links) = (self.device.clone(), self.links.clone());
        let changes = device.replace(&mut links, from, into);
        if changes.is_empty() {
            return Ok(None);
        }
        device.updated_at = now;
        device.version += 1;
        if !store::devices::update(tx, &self.device, &device).await? {
            return Err(Error::StaleVersion);
        }
        store::links::write(tx, &device, &self.links, &links).await?;
        let entry = Entry::new(device.tenant, device.id, Kind::Updated, by.clone(), now);
        store::timeline::append(tx, &[entry.with_changes(changes)]).await?;
        Ok(Some(device))
    }
}
