//! What agents report, written down when it really changed.

use chamados_chassis::auth::Actor;
use chamados_store_kit::Tx;

use super::{App, sessions::Key};
use crate::{
    domain::{
        device::{Device, LONGEST_NAME, Visibility},
        inventory::Section,
        timeline::{Changes, Entry, FieldChange, Kind},
    },
    error::{Error, Result},
    store,
};

/// Takes sections over. What is known already changes nothing, so a repeat has no effect.
pub(super) async fn record(app: &App, key: Key, sections: Vec<Section>) -> Result<()> {
    change(app, key, |device| {
        let mut changes = Vec::new();
        for section in sections {
            let kind = section.kind();
            if device.digests.get(kind) == Some(section.digest) {
                continue;
            }
            device.digests.set(kind, section.digest);
            changes.extend(device.inventory.apply(section.content));
        }
        if let Some(os) = &device.inventory.os
            && (1..=LONGEST_NAME).contains(&os.host_name.chars().count())
        {
            device.host_name.clone_from(&os.host_name);
        }
        changes
    })
    .await
}

/// Takes the agent's version over.
pub(super) async fn note_agent_version(app: &App, key: Key, version: &str) -> Result<()> {
    change(app, key, |device| {
        let mut changes = Changes::default();
        changes.compare("agent_version", &device.agent_version, version);
        version.clone_into(&mut device.agent_version);
        changes.into_vec()
    })
    .await
}

/// The record of a device that writes something, locked, unless its tokens were voided meanwhile.
pub(super) async fn locked(tx: &Tx, key: Key) -> Result<Device> {
    let visibility = Visibility::Itself(key.device);
    let known = store::devices::lock(tx, key.tenant, visibility, key.device).await?;
    let known = known.ok_or(Error::DeviceNotFound)?;
    if known.token_generation == key.generation { Ok(known) } else { Err(Error::StaleVersion) }
}

/// Writes what `apply` changes of a device, unless its tokens were voided meanwhile.
async fn change(
    app: &App,
    key: Key,
    apply: impl FnOnce(&mut Device) -> Vec<FieldChange>,
) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let known = locked(&tx, key).await?;
    let mut device = known.clone();
    let changes = apply(&mut device);
    if device == known {
        return Ok(());
    }
    if !changes.is_empty() {
        device.updated_at = now;
        device.version += 1;
    }
    if !store::devices::update(&tx, &known, &device).await? {
        return Err(Error::StaleVersion);
    }
    if !changes.is_empty() {
        let actor = Actor::Device(device.id);
        let entry = Entry::new(device.tenant, device.id, Kind::InventoryChanged, actor, now);
        store::timeline::append(&tx, &[entry.with_changes(changes)]).await?;
    }
    tx.commit().await?;
    app.signal_changed(&device).await;
    Ok(())
}
