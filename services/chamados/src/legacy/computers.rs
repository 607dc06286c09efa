//! Computers, the people tied to them, and when they were last heard of.

use std::collections::{HashMap, HashSet};

use chamados_chassis::id::{CompanyId, DeviceId, UserId};
use chamados_device::domain::{
    access::Persona,
    device::{Device, Enrolment, LONGEST_NAME},
    fingerprint::Fingerprint,
    inventory::OperatingSystem,
    link::{Link, MOST},
};
use chamados_identity::domain::user::User;
use chrono::{DateTime, Utc};

use super::{
    document::Document,
    mapping::Kind,
    reading::{Old, Reading},
};

/// A computer and the people tied to it besides the one it belongs to.
pub(super) struct Computer {
    pub(super) device: Device,
    pub(super) links: Vec<Link>,
}

/// Computers; their ordinals are given when they are written.
pub(super) fn computers(
    reading: &mut Reading<'_>,
    users: &[User],
) -> anyhow::Result<Vec<Computer>> {
    let companies: HashMap<UserId, Option<CompanyId>> =
        users.iter().map(|user| (user.id, user.company)).collect();
    let mut computers = reading.each(Kind::Machines, |reading, document, old| {
        computer(reading, document, old, &companies)
    })?;
    let beats = beats(reading)?;
    for Computer { device, .. } in &mut computers {
        device.last_seen_at = beats.get(&device.id).copied();
        device.presence_since = device.last_seen_at;
    }
    Ok(computers)
}

fn computer(
    reading: &mut Reading<'_>,
    document: &mut Document<'_>,
    old: &Old,
    companies: &HashMap<UserId, Option<CompanyId>>,
) -> Result<Computer, String> {
    let assigned = document.text("assigned");
    let linked = document.texts("linked");
    let company = document.text("company");
    let persona = document.text("persona");
    let (host, name) = (document.text("host"), document.text("name"));
    let os = operating_system(document, host.as_deref().unwrap_or_default());
    let mut hardware = |field: &str| document.text(field).unwrap_or_default();
    let parts = ["smbios_uuid", "board_serial", "system_serial", "machine_id"].map(&mut hardware);
    let user =
        |reading: &Reading<'_>, old: &str| reading.ids.find(Kind::Users, old).map(UserId::from);
    let owner = assigned.as_deref().and_then(|old| user(reading, old));
    if assigned.is_some() && owner.is_none() {
        reading.change(old, "its user was not taken in; it belongs to nobody");
    }
    let company = company.and_then(|old| reading.ids.find(Kind::Companies, &old));
    let company = company.map(CompanyId::from);
    let company = company.or_else(|| companies.get(&owner?).copied().flatten());
    let company = company.ok_or("it is of no company that is taken in")?;
    let fingerprint = Fingerprint::parse(&parts[0], &parts[1], &parts[2], &parts[3]);
    if fingerprint.is_err() {
        let what = "nothing tells it from others; it becomes another record when it enrols";
        reading.change(old, what);
    }
    let clip = |text: Option<String>| -> String {
        text.unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
    };
    let id = DeviceId::from(reading.ids.give(Kind::Machines, &old.id, old.created)?);
    let enrolment = Enrolment {
        tenant: reading.tenant,
        company,
        assigned_user: owner.unwrap_or_else(UserId::new),
        fingerprint: fingerprint.unwrap_or_default(),
        host_name: clip(host),
        agent_version: String::new(),
    };
    let mut device = enrolment.into_device(0, old.created);
    device.id = id;
    device.assigned_user = owner;
    device.display_name = clip(name);
    // Its agent has no token of ours yet.
    device.enrolled = false;
    device.inventory.os = os;
    if persona.is_some_and(|persona| persona.eq_ignore_ascii_case("manager")) {
        device.persona = Persona::Manager;
    }
    let mut others = HashSet::new();
    let links = linked.iter().filter_map(|old| user(reading, old));
    let links: Vec<_> = links
        .filter(|user| Some(*user) != owner && others.insert(*user))
        .take(MOST)
        .map(|user| Link { user, since: old.created })
        .collect();
    Ok(Computer { device, links })
}

fn operating_system(document: &mut Document<'_>, host: &str) -> Option<OperatingSystem> {
    let mut text = |field: &str| document.text(field).unwrap_or_default();
    let name = text("os");
    let lower = name.to_lowercase();
    let guess = ["windows", "macos"].into_iter().find(|family| lower.contains(family));
    let family = text("os_family").to_lowercase();
    let os = OperatingSystem {
        family: if family.is_empty() { guess.unwrap_or("linux").to_owned() } else { family },
        version: text("os_version"),
        build: text("os_build"),
        architecture: text("architecture"),
        host_name: host.to_owned(),
        name,
    };
    (!os.name.is_empty()).then_some(os)
}

/// When each computer was last heard of.
fn beats(reading: &mut Reading<'_>) -> anyhow::Result<HashMap<DeviceId, DateTime<Utc>>> {
    let beats = reading.each(Kind::Heartbeats, |reading, document, _| {
        let machine = document.text("machine").ok_or("it names no computer")?;
        let at = document.time("at").ok_or("it has no time")?;
        let device = reading.ids.find(Kind::Machines, &machine);
        let device = device.ok_or("its computer was not taken in")?;
        Ok((DeviceId::from(device), at.min(reading.now)))
    })?;
    let mut last: HashMap<DeviceId, DateTime<Utc>> = HashMap::new();
    for (device, at) in beats {
        let known = last.entry(device).or_insert(at);
        *known = at.max(*known);
    }
    Ok(last)
}
