//! A row of `device` and the device it stands for.

use chamados_chassis::id::UserId;
use chamados_store_kit::{StoreError, text};
use sea_orm::{ActiveValue, Set};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::{
    entity::device::{ActiveModel, Model},
    usb_policy_row,
};
use crate::domain::{
    access::Persona,
    device::{Device, Ordinal},
    fingerprint::Fingerprint,
    inventory::{Digest, Digests, Inventory, SectionKind},
    presence::Presence,
};

pub(super) fn corrupt(id: Uuid, what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("device {id}: {what}"))
}

/// A number that is never negative and fits in 32 bits.
pub(super) fn small(number: i64, id: Uuid) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|e| corrupt(id, e))
}

/// The device of a row.
pub(super) fn device(row: Model) -> Result<Device, StoreError> {
    let id = row.id;
    let ordinal: Ordinal = small(row.ordinal, id)?;
    let presence = Presence::parse(&row.presence).ok_or_else(|| corrupt(id, "presence"))?;
    let usb_policy = usb_policy_row::read(&row)?;
    Ok(Device {
        id: id.into(),
        tenant: row.tenant_id.into(),
        company: row.company_id.into(),
        assigned_user: row.assigned_user_id.map(UserId::from),
        persona: Persona::parse(&row.persona).ok_or_else(|| corrupt(id, "persona"))?,
        ordinal,
        display_name: row.display_name,
        host_name: row.host_name,
        agent_version: row.agent_version,
        notes: row.notes,
        fingerprint: Fingerprint {
            smbios_uuid: row.smbios_uuid,
            board_serial: row.board_serial,
            system_serial: row.system_serial,
            machine_id: row.machine_id,
        },
        inventory: Inventory {
            os: read_json(row.os, id)?,
            hardware: read_json(row.hardware, id)?,
            disks: read_json(row.disks, id)?.unwrap_or_default(),
            interfaces: read_json(row.network, id)?.unwrap_or_default(),
            users: read_json(row.users, id)?.unwrap_or_default(),
        },
        digests: digests([
            row.os_digest,
            row.hardware_digest,
            row.disks_digest,
            row.network_digest,
            row.users_digest,
        ]),
        usb_policy,
        token_generation: small(row.token_generation, id)?,
        enrolled: row.enrolled,
        presence,
        presence_since: row.presence_since,
        last_seen_at: row.last_seen_at,
        presence_epoch: small(row.presence_epoch, id)?,
        identity_conflict_at: row.identity_conflict_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

fn digests(stored: [Option<Vec<u8>>; SectionKind::ALL.len()]) -> Digests {
    let mut digests = Digests::default();
    for (kind, bytes) in SectionKind::ALL.into_iter().zip(stored) {
        if let Some(digest) = bytes.and_then(|bytes| Digest::try_from(bytes).ok()) {
            digests.set(kind, digest);
        }
    }
    digests
}

/// A new row.
pub(super) fn insertion(device: &Device) -> Result<ActiveModel, StoreError> {
    let mut row = facts(device);
    row.id = Set(device.id.into());
    row.tenant_id = Set(device.tenant.into());
    row.ordinal = Set(device.ordinal.into());
    row.presence = Set(device.presence.as_str().to_owned());
    row.presence_since = Set(device.presence_since);
    row.presence_epoch = Set(device.presence_epoch.into());
    row.last_seen_at = Set(device.last_seen_at);
    row.account_ready = Set(false);
    row.created_at = Set(device.created_at);
    for kind in SectionKind::ALL {
        section(&mut row, device, kind)?;
    }
    Ok(row)
}

/// What enrolment, edits and resets change. Not the presence, which is the sweep's.
pub(super) fn facts(device: &Device) -> ActiveModel {
    let fingerprint = device.fingerprint.clone();
    let mut row = ActiveModel {
        company_id: Set(device.company.into()),
        assigned_user_id: Set(device.assigned_user.map(Uuid::from)),
        persona: Set(device.persona.as_str().to_owned()),
        display_name: Set(device.display_name.clone()),
        host_name: Set(device.host_name.clone()),
        name_key: Set(text::fold(device.name())),
        search_key: Set(text::fold(&device.search_text())),
        agent_version: Set(device.agent_version.clone()),
        notes: Set(device.notes.clone()),
        smbios_uuid: Set(fingerprint.smbios_uuid),
        board_serial: Set(fingerprint.board_serial),
        system_serial: Set(fingerprint.system_serial),
        machine_id: Set(fingerprint.machine_id),
        token_generation: Set(device.token_generation.into()),
        enrolled: Set(device.enrolled),
        identity_conflict_at: Set(device.identity_conflict_at),
        updated_at: Set(device.updated_at),
        version: Set(device.version),
        ..Default::default()
    };
    usb_policy_row::write(&mut row, device.usb_policy.as_ref());
    row
}

/// Of `new`, the columns that differ from `old`.
pub(super) fn difference(old: &Device, new: &Device) -> Result<ActiveModel, StoreError> {
    let (mut before, mut after) = (facts(old), facts(new));
    for kind in SectionKind::ALL {
        section(&mut before, old, kind)?;
        section(&mut after, new, kind)?;
    }
    let mut changed = after;
    macro_rules! keep_changed {
        ($($column:ident)*) => { $(
            if changed.$column == before.$column { changed.$column = ActiveValue::NotSet; }
        )* };
    }
    keep_changed!(
        company_id assigned_user_id persona display_name host_name name_key search_key agent_version notes
        smbios_uuid board_serial system_serial machine_id os hardware disks network users os_digest
        hardware_digest disks_digest network_digest users_digest token_generation enrolled usb_policy
        usb_policy_revision usb_policy_state usb_policy_reason usb_policy_detail usb_policy_set_at
        usb_policy_actor_kind usb_policy_actor_id usb_policy_reported_at identity_conflict_at
    );
    Ok(changed)
}

/// Sets the columns of one section.
fn section(row: &mut ActiveModel, device: &Device, kind: SectionKind) -> Result<(), StoreError> {
    let digest = device.digests.get(kind).map(|digest| digest.to_vec());
    let inventory = &device.inventory;
    let reported = digest.is_some();
    match kind {
        SectionKind::Os => {
            row.os = Set(inventory.os.as_ref().map(write_json).transpose()?);
            row.os_digest = Set(digest);
        }
        SectionKind::Hardware => {
            row.hardware = Set(inventory.hardware.as_ref().map(write_json).transpose()?);
            row.hardware_digest = Set(digest);
        }
        SectionKind::Disks => {
            row.disks = Set(reported.then(|| write_json(&inventory.disks)).transpose()?);
            row.disks_digest = Set(digest);
        }
        SectionKind::Network => {
            row.network = Set(reported.then(|| write_json(&inventory.interfaces)).transpose()?);
            row.network_digest = Set(digest);
        }
        SectionKind::Users => {
            row.users = Set(reported.then(|| write_json(&inventory.users)).transpose()?);
            row.users_digest = Set(digest);
        }
    }
    Ok(())
}

fn read_json<T: DeserializeOwned>(value: Option<Value>, id: Uuid) -> Result<Option<T>, StoreError> {
    value.map(serde_json::from_value).transpose().map_err(|e| corrupt(id, e))
}

pub(super) fn write_json(value: &impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|e| StoreError::Corrupt(e.to_string()))
}
