//! Further people tied to a device, beside the one it belongs to.

use chamados_chassis::id::{CompanyId, UserId};
use chrono::{DateTime, Utc};

use super::{
    access::Persona,
    device::{Device, words},
    timeline::{Changes, FieldChange},
};

/// Most links of a device.
pub const MOST: usize = 50;

/// A person is tied to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What a link must know of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// Whether they are of the support organisation.
    pub is_staff: bool,
    /// Their company; staff may have none.
    pub company: Option<CompanyId>,
    /// Whether they may sign in.
    pub active: bool,
}

/// Why a person cannot be tied to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Only the device's company's people and staff.
    #[error("the user is neither of the device's company nor staff")]
    NotInCompany,
    /// It belongs to them already.
    #[error("the device is assigned to the user")]
    Assigned,
    /// They may not sign in.
    #[error("the user is not active")]
    Inactive,
    /// [`MOST`] are tied to it.
    #[error("the device has {MOST} linked users")]
    TooMany,
}

impl LinkError {
    /// Stable name, as in the contract.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotInCompany => "user_not_in_company",
            Self::Assigned => "user_is_assigned",
            Self::Inactive => "user_inactive",
            Self::TooMany => "too_many_links",
        }
    }
}

/// What in the device service refers to a user, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UserReferences {
    /// Devices the user is assigned to.
    pub devices_assigned: i64,
    /// Devices the user is linked to.
    pub devices_linked: i64,
}

impl Device {
    /// Whether a link is to be made; not for somebody who has one.
    ///
    /// # Errors
    /// [`LinkError`] when it may not.
    pub fn accepts_link(&self, links: &[Link], person: &Person) -> Result<bool, LinkError> {
        if self.assigned_user == Some(person.user) {
            return Err(LinkError::Assigned);
        }
        if links.iter().any(|link| link.user == person.user) {
            return Ok(false);
        }
        self.admits(person)?;
        if links.len() >= MOST { Err(LinkError::TooMany) } else { Ok(true) }
    }

    /// Whether a person may be one of the device's people at all.
    pub(super) fn admits(&self, person: &Person) -> Result<(), LinkError> {
        if !person.active {
            return Err(LinkError::Inactive);
        }
        if !person.is_staff && person.company != Some(self.company) {
            return Err(LinkError::NotInCompany);
        }
        Ok(())
    }

    /// Puts one person in the place of another, or nobody, and gives what changed. Nobody is linked
    /// twice, nor to a device that is theirs.
    pub fn replace(
        &mut self,
        links: &mut Vec<Link>,
        from: UserId,
        into: Option<UserId>,
    ) -> Vec<FieldChange> {
        let mut changes = Changes::default();
        if self.assigned_user == Some(from) {
            changes.compare("assigned_user_id", words(self.assigned_user), words(into));
            self.assigned_user = into;
            if into.is_none() {
                changes.compare("persona", self.persona, Persona::default());
                self.persona = Persona::default();
            }
        }
        let mut changes = changes.into_vec();
        let before = links.clone();
        let taken = into.filter(|user| !links.iter().any(|link| link.user == *user));
        for link in links.iter_mut().filter(|link| link.user == from) {
            link.user = taken.unwrap_or(from);
        }
        let assigned = self.assigned_user;
        links.retain(|link| link.user != from && Some(link.user) != assigned);
        let gone = before.iter().filter(|old| !links.iter().any(|link| link.user == old.user));
        changes.extend(gone.map(|old| FieldChange::unlinked(old.user)));
        let new = links.iter().filter(|link| !before.iter().any(|old| old.user == link.user));
        changes.extend(new.map(|link| FieldChange::linked(link.user)));
        changes
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::TenantId;

    use super::*;
    use crate::domain::{device::Enrolment, fingerprint::Fingerprint};

    fn device(assigned: UserId) -> Device {
        let enrolment = Enrolment {
            tenant: TenantId::new(),
            company: CompanyId::new(),
            assigned_user: assigned,
            fingerprint: Fingerprint::default(),
            host_name: "pc-1".into(),
            agent_version: "0.1.0".into(),
        };
        enrolment.into_device(7, DateTime::UNIX_EPOCH)
    }

    fn links(users: &[UserId]) -> Vec<Link> {
        users.iter().map(|user| Link { user: *user, since: DateTime::UNIX_EPOCH }).collect()
    }

    #[test]
    fn who_may_be_linked() {
        let (owner, linked) = (UserId::new(), UserId::new());
        let device = device(owner);
        let ours = Some(device.company);
        let person = |user, is_staff, company, active| Person { user, is_staff, company, active };
        let new = UserId::new();
        for (person, expected) in [
            (person(new, false, ours, true), Ok(true)),
            (person(new, true, None, true), Ok(true)),
            (person(new, true, Some(CompanyId::new()), true), Ok(true)),
            (person(new, false, Some(CompanyId::new()), true), Err(LinkError::NotInCompany)),
            (person(new, false, None, true), Err(LinkError::NotInCompany)),
            (person(new, false, ours, false), Err(LinkError::Inactive)),
            (person(new, true, None, false), Err(LinkError::Inactive)),
            (person(owner, false, ours, true), Err(LinkError::Assigned)),
            (person(linked, false, ours, true), Ok(false)),
            (person(linked, false, ours, false), Ok(false)),
        ] {
            assert_eq!(device.accepts_link(&links(&[linked]), &person), expected, "{person:?}");
        }
        let many: Vec<UserId> = (0..MOST).map(|_| UserId::new()).collect();
        let next = person(new, false, ours, true);
        assert_eq!(device.accepts_link(&links(&many[1..]), &next), Ok(true));
        assert_eq!(device.accepts_link(&links(&many), &next), Err(LinkError::TooMany));
        let known = person(many[0], false, ours, true);
        assert_eq!(device.accepts_link(&links(&many), &known), Ok(false));
    }

    #[test]
    fn who_takes_the_place_of_another() {
        let (owner, a, b, c) = (UserId::new(), UserId::new(), UserId::new(), UserId::new());
        // assigned, linked, whose place, by whom -> assigned, linked, number of changes
        let table = [
            (a, vec![c], a, Some(b), Some(b), vec![c], 1),
            (a, vec![c, b], a, Some(b), Some(b), vec![c], 2),
            (b, vec![a, c], a, Some(b), Some(b), vec![c], 1),
            (owner, vec![a, c], a, Some(b), Some(owner), vec![b, c], 2),
            (owner, vec![a, b], a, Some(b), Some(owner), vec![b], 1),
            (owner, vec![b, a], a, Some(b), Some(owner), vec![b], 1),
            (owner, vec![c], a, Some(b), Some(owner), vec![c], 0),
            (a, vec![c], a, None, None, vec![c], 1),
            (owner, vec![a, c], a, None, Some(owner), vec![c], 1),
        ];
        for (n, (assigned, linked, from, into, expected, left, changes)) in
            table.into_iter().enumerate()
        {
            let (mut device, mut links) = (device(assigned), links(&linked));
            let told = device.replace(&mut links, from, into);
            assert_eq!(device.assigned_user, expected, "{n}");
            let users: Vec<UserId> = links.iter().map(|link| link.user).collect();
            assert_eq!((users, told.len()), (left, changes), "{n}: {told:?}");
        }
    }

    #[test]
    fn a_persona_goes_over_to_a_survivor_and_ends_with_nobody() {
        let (owner, survivor) = (UserId::new(), UserId::new());
        let known = Device { persona: Persona::Manager, ..device(owner) };
        for (into, persona, changes) in
            [(Some(survivor), Persona::Manager, 1), (None, Persona::Collaborator, 2)]
        {
            let mut device = known.clone();
            assert_eq!(device.replace(&mut Vec::new(), owner, into).len(), changes);
            assert_eq!((device.assigned_user, device.persona), (into, persona));
        }
    }
}
