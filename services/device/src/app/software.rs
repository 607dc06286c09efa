//! What is installed on computers: asked for only where it is switched on, written down as it differs.

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    id::DeviceId,
    page::{Page, PageRequest},
};
use chrono::{DateTime, Utc};

use super::{App, devices, inventory, sessions::Key};
use crate::{
    domain::{
        software::{self, Diff, Installed, Part, PartDigests},
        timeline::{Entry, Kind},
    },
    error::Result,
    store::{self, software::NameKey},
};

/// Parts of a list that are to be sent, by their numbers. None while too many devices are asked at once: the
/// agent tells its digests again with every look at the computer.
///
/// # Errors
/// When the database is away.
pub(crate) async fn missing(app: &App, key: Key, reported: &PartDigests) -> Result<Vec<usize>> {
    if !app.config.collect_software {
        return Ok(Vec::new());
    }
    let known = store::software::digests(app.db.read(), key.device).await?;
    let missing = software::missing(&known, reported);
    Ok(if missing.is_empty() || app.may_ask_inventory() { missing } else { Vec::new() })
}

/// Takes a part of a list over. One that is known already changes nothing, so a repeat has no effect.
///
/// # Errors
/// [`Error::StaleVersion`](crate::Error::StaleVersion) when the token was voided meanwhile.
pub(crate) async fn record(app: &App, key: Key, part: Part) -> Result<()> {
    if !app.config.collect_software {
        return Ok(());
    }
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let device = inventory::locked(&tx, key).await?;
    let known = store::software::digests(&tx, key.device).await?[part.number];
    if known == Some(part.digest) {
        return Ok(());
    }
    let old = store::software::part(&tx, key.device, part.number).await?;
    let diff = Diff::between(&old, &part.programs);
    store::software::write(&tx, key.tenant, key.device, &part, &diff, now).await?;
    // That a list is told for the first time is no change of the computer.
    if known.is_some() && !diff.changes.is_empty() {
        let actor = Actor::Device(key.device);
        let entry = Entry::new(key.tenant, key.device, Kind::SoftwareChanged, actor, now);
        store::timeline::append(&tx, &[entry.with_changes(diff.changes)]).await?;
    }
    tx.commit().await?;
    app.signal_changed(&device).await;
    Ok(())
}

/// What is known of a device's programs.
#[derive(Debug)]
pub struct Software {
    /// Those asked for, by name.
    pub page: Page<Installed>,
    /// Whether agents are asked for them now.
    pub is_collected: bool,
    /// When the agent last told something; never, when it did not.
    pub reported_at: Option<DateTime<Utc>>,
}

/// Programs of a device whose name has `query` in it, by name.
///
/// # Errors
/// [`Error::DeviceNotFound`](crate::Error::DeviceNotFound); [`Error::Denied`](crate::Error::Denied) for those
/// who are not staff.
pub async fn list(
    app: &App,
    cx: &CallContext,
    device: DeviceId,
    query: &str,
    page: &PageRequest<NameKey>,
) -> Result<Software> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let device = devices::visible(app, cx, tenant, device).await?;
    Ok(Software {
        page: store::software::list(&app.db, tenant, device.id, query, page).await?,
        is_collected: app.config.collect_software,
        reported_at: store::software::reported_at(&app.db, device.id).await?,
    })
}
