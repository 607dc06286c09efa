//! Messages to inputs and views to messages. What an agent sends is cut to size rather than
//! refused: a machine with three hundred disks must still be able to report.

mod inventory;
mod software;
mod usb_policy;

use chamados_chassis::{
    clock::to_proto,
    context::is_request_id,
    error::{Checks, Invalid},
    id::{DeviceId, InvalidId, UserId},
};
use chamados_proto::device::v1 as pb;
use chamados_store_kit::idempotency;
use uuid::Uuid;

pub(super) use self::inventory::{section_kind, sections};
pub(super) use self::software::{list_software, software, software_digests, software_part};
pub(super) use self::usb_policy::{policy_report, policy_update, set_usb_policy};
use super::access;
use crate::{
    app::{devices::View, enrolment::Enroll, links::NewLink, sessions::Hello},
    domain::{
        device::{DeviceFilter, Edit, LONGEST_NAME},
        fingerprint::Fingerprint,
        incident::Incident,
        inventory::{Digest, Digests},
        link::UserReferences,
        os_label,
        presence::Presence,
        timeline::Entry,
    },
    error::Error,
};

/// Most ids of a batch.
const BATCH_IDS: usize = 500;
/// Longest search text, in characters.
const LONGEST_QUERY: usize = 200;
/// Longest e-mail address, in characters.
pub(super) const LONGEST_EMAIL: usize = 254;
/// Longest version of an agent, in characters.
const LONGEST_VERSION: usize = 64;

// --- enrolment

pub(super) fn enroll(message: pb::EnrollRequest) -> Result<Enroll, Invalid> {
    let print = message.fingerprint.unwrap_or_default();
    let mut checks = Checks::default();
    let fingerprint = checks.take(
        "fingerprint",
        Fingerprint::parse(
            &print.smbios_uuid,
            &print.board_serial,
            &print.system_serial,
            &print.machine_id,
        ),
    );
    let host_name = message.host_name.trim().to_owned();
    let length = host_name.chars().count();
    checks.ensure("host_name", (1..=LONGEST_NAME).contains(&length), "1 to 255 characters");
    let version_fits = message.agent_version.chars().count() <= LONGEST_VERSION;
    checks.ensure("agent_version", version_fits, "at most 64 characters");
    checks.finish()?;
    Ok(Enroll {
        provisioning_code: message.provisioning_code,
        email: message.email,
        fingerprint: fingerprint.unwrap_or_default(),
        host_name,
        agent_version: message.agent_version,
    })
}

// --- streams

/// None when a digest is of another length or kind.
pub(super) fn hello(message: pb::Hello) -> Option<Hello> {
    let mut digests = Digests::default();
    for section in &message.digests {
        // A kind that is not known here is of a newer agent.
        let Some(kind) = inventory::kind_of(section.kind()) else { continue };
        digests.set(kind, digest(&section.digest)?);
    }
    let agent_version = text(message.agent_version.trim(), LONGEST_VERSION);
    Some(Hello {
        protocol: message.protocol,
        token: message.token,
        agent_version,
        digests,
        boot: boot(&message.boot_id),
        policy_revision: message.policy_revision,
    })
}

/// A boot id as the arrays keep it; 0 when there is none. Sixteen bits: that two computers of one identity
/// are taken for one, once in 65,536, costs less than two bytes more of each device in Redis.
fn boot(id: &[u8]) -> u16 {
    if id.is_empty() {
        return 0;
    }
    let mut first = [0; 2];
    first.copy_from_slice(&blake3::hash(id).as_bytes()[..2]);
    u16::from_be_bytes(first).max(1)
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    bytes.try_into().ok()
}

/// At most `most` characters of a text, without those that are not for showing; PostgreSQL takes
/// no zeros.
fn text(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

// --- requests of people

/// A text that is no id is the id of nothing.
pub(super) fn device_id(id: &str) -> Result<DeviceId, Error> {
    id.parse().map_err(|InvalidId| Error::DeviceNotFound)
}

pub(super) fn device_ids(ids: &[String]) -> Result<Vec<DeviceId>, Invalid> {
    if ids.len() > BATCH_IDS {
        return Err(Invalid::field("ids", "at most 500"));
    }
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// What is searched for.
fn query(checks: &mut Checks, text: &str) -> String {
    let query = text.trim().to_owned();
    checks.ensure("query", query.chars().count() <= LONGEST_QUERY, "at most 200 characters");
    query
}

pub(super) fn filter(message: pb::ListDevicesRequest) -> Result<DeviceFilter, Invalid> {
    let mut checks = Checks::default();
    let company = message.company_id.map(|id| checks.take("company_id", id.parse()));
    let user = message.assigned_user_id.map(|id| checks.take("assigned_user_id", id.parse()));
    let concerning = message.user_id.map(|id| checks.take("user_id", id.parse()));
    let query = query(&mut checks, &message.query);
    let presences: Vec<_> = message.presences.iter().map(|number| presence_of(*number)).collect();
    checks.ensure("presences", !presences.contains(&None), "has an unknown presence");
    checks.finish()?;
    Ok(DeviceFilter {
        company: company.flatten(),
        query,
        presences: presences.into_iter().flatten().collect(),
        assigned_user: user.flatten(),
        user: concerning.flatten(),
    })
}

/// The device, the version it must have, and what to change.
pub(super) fn edit(
    message: pb::UpdateDeviceRequest,
) -> Result<(DeviceId, Option<i64>, Edit), Error> {
    let device = message.device.unwrap_or_default();
    let mut edit = Edit::default();
    for path in message.update_mask.unwrap_or_default().paths {
        match path.as_str() {
            "display_name" => edit.display_name = Some(device.display_name.clone()),
            "notes" => edit.notes = Some(device.notes.clone()),
            _ => {
                let message = format!("{path} cannot be changed");
                return Err(Invalid::field("update_mask", message).into());
            }
        }
    }
    Ok((device_id(&device.id)?, (device.version != 0).then_some(device.version), edit))
}

pub(super) fn reset(
    message: &pb::ResetAgentRequest,
) -> Result<(DeviceId, idempotency::Fingerprint), Error> {
    if !is_request_id(&message.request_id) {
        return Err(Invalid::field("request_id", "1 to 128 visible characters").into());
    }
    Ok((device_id(&message.id)?, idempotency::Fingerprint::of(message)))
}

pub(super) fn link(message: &pb::LinkUserRequest) -> Result<NewLink, Error> {
    let email = message.email.trim().to_owned();
    let mut checks = Checks::default();
    let fits = is_request_id(&message.request_id);
    checks.ensure("request_id", fits, "1 to 128 visible characters");
    let fits = (1..=LONGEST_EMAIL).contains(&email.chars().count());
    checks.ensure("email", fits, "1 to 254 characters");
    checks.finish()?;
    Ok(NewLink {
        request_id: message.request_id.clone(),
        fingerprint: idempotency::Fingerprint::of(message),
        device: device_id(&message.device_id)?,
        email,
    })
}

pub(super) fn user_id(id: &str) -> Result<UserId, Invalid> {
    id.parse().map_err(|e: InvalidId| Invalid::field("user_id", e.to_string()))
}

// --- answers

pub(super) const fn references(references: UserReferences) -> pb::UserReferences {
    let UserReferences { devices_assigned, devices_linked } = references;
    pb::UserReferences { devices_assigned, devices_linked }
}

pub(super) fn device(view: View) -> pb::Device {
    let View { device, linked, presence, last_seen_at } = view;
    let os_label = device.inventory.os.as_ref().map(os_label::label).unwrap_or_default();
    pb::Device {
        id: device.id.to_string(),
        display_name: device.display_name,
        host_name: device.host_name,
        company_id: device.company.to_string(),
        assigned_user_id: device.assigned_user.map(|id| id.to_string()),
        os_label,
        inventory: Some(inventory::message(device.inventory)),
        agent_version: device.agent_version,
        presence: presence_message(presence).into(),
        presence_since: device.presence_since.map(to_proto),
        last_seen_time: last_seen_at.map(to_proto),
        enrolled: device.enrolled,
        notes: device.notes,
        create_time: Some(to_proto(device.created_at)),
        update_time: Some(to_proto(device.updated_at)),
        version: device.version,
        linked_user_ids: linked.iter().map(ToString::to_string).collect(),
        usb_policy: device.usb_policy.map(usb_policy::message),
        persona: access::persona_message(device.persona).into(),
        identity_conflict_time: device.identity_conflict_at.map(to_proto),
    }
}

pub(super) fn summary(view: View) -> pb::DeviceSummary {
    pb::DeviceSummary {
        id: view.device.id.to_string(),
        name: view.device.name().to_owned(),
        presence: presence_message(view.presence).into(),
        company_id: view.device.company.to_string(),
        assigned_user_id: view.device.assigned_user.map(|id| id.to_string()),
    }
}

pub(super) fn entry(entry: Entry) -> pb::DeviceTimelineEntry {
    let changes = entry.changes.into_iter().map(|change| pb::DeviceFieldChange {
        field: change.field,
        old_value: change.old,
        new_value: change.new,
    });
    pb::DeviceTimelineEntry {
        id: Uuid::from(entry.id).to_string(),
        r#type: entry.kind.as_str().to_owned(),
        actor: Some(entry.actor.into()),
        occur_time: Some(to_proto(entry.occurred_at)),
        changes: changes.collect(),
        ticket_id: entry.ticket.map(|id| id.to_string()),
        note: entry.note,
    }
}

pub(super) fn incident(incident: Incident) -> pb::Incident {
    pb::Incident {
        id: Uuid::from(incident.id).to_string(),
        r#type: incident.kind.as_str().to_owned(),
        devices: incident.devices,
        raise_time: Some(to_proto(incident.raised_at)),
        resolve_time: incident.resolved_at.map(to_proto),
    }
}

pub(super) const fn presence_message(presence: Presence) -> pb::Presence {
    match presence {
        Presence::Online => pb::Presence::Online,
        Presence::Stale => pb::Presence::Stale,
        Presence::Offline => pb::Presence::Offline,
        Presence::Unknown => pb::Presence::Unknown,
        Presence::Unstable => pb::Presence::Unstable,
    }
}

fn presence_of(number: i32) -> Option<Presence> {
    match pb::Presence::try_from(number).ok()? {
        pb::Presence::Unspecified => None,
        pb::Presence::Online => Some(Presence::Online),
        pb::Presence::Stale => Some(Presence::Stale),
        pb::Presence::Offline => Some(Presence::Offline),
        pb::Presence::Unknown => Some(Presence::Unknown),
        pb::Presence::Unstable => Some(Presence::Unstable),
    }
}
