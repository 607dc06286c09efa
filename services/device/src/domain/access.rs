//! Whose a device is, and as what they use it.

use std::fmt;

use super::{
    device::{Device, words},
    link::{Link, LinkError, Person},
    timeline::{Changes, FieldChange},
};

/// As what the assigned person uses a device. Tells staff whom they deal with; gives no right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Persona {
    /// For their own work.
    #[default]
    Collaborator,
    /// For the company.
    Manager,
}

impl Persona {
    const ALL: [Self; 2] = [Self::Collaborator, Self::Manager];

    /// Name as stored and as shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collaborator => "collaborator",
            Self::Manager => "manager",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|persona| persona.as_str() == text)
    }
}

impl fmt::Display for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Device {
    /// Gives the device to a person under a persona and tells what changed. Who it belongs to needs no
    /// link; who it belongs to already is not asked again whether it may.
    ///
    /// # Errors
    /// [`LinkError`] when the person may not have it.
    pub fn adjust_access(
        &mut self,
        links: &mut Vec<Link>,
        person: &Person,
        persona: Persona,
    ) -> Result<Vec<FieldChange>, LinkError> {
        let user = person.user;
        if self.assigned_user != Some(user) {
            self.admits(person)?;
        }
        let mut changes = Changes::default();
        changes.compare("assigned_user_id", words(self.assigned_user), words(Some(user)));
        changes.compare("persona", self.persona, persona);
        self.assigned_user = Some(user);
        self.persona = persona;
        let mut changes = changes.into_vec();
        let before = links.len();
        links.retain(|link| link.user != user);
        if links.len() < before {
            changes.push(FieldChange::unlinked(user));
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::{CompanyId, TenantId, UserId};
    use chrono::DateTime;

    use super::*;
    use crate::domain::{device::Enrolment, fingerprint::Fingerprint};

    #[test]
    fn who_gets_a_device_and_what_is_told_of_it() {
        let (owner, linked, new) = (UserId::new(), UserId::new(), UserId::new());
        let enrolment = Enrolment {
            tenant: TenantId::new(),
            company: CompanyId::new(),
            assigned_user: owner,
            fingerprint: Fingerprint::default(),
            host_name: "pc-1".into(),
            agent_version: "0.1.0".into(),
        };
        let device = enrolment.into_device(7, DateTime::UNIX_EPOCH);
        let ours = Some(device.company);
        let theirs = Some(CompanyId::new());
        let person = |user, is_staff, company, active| Person { user, is_staff, company, active };
        let (own, manager) = (Persona::Collaborator, Persona::Manager);
        // Who, as what -> the fields that changed, or why not.
        let table = [
            (person(new, false, ours, true), own, Ok(vec!["assigned_user_id"])),
            (person(new, false, ours, true), manager, Ok(vec!["assigned_user_id", "persona"])),
            (person(new, true, None, true), own, Ok(vec!["assigned_user_id"])),
            (
                person(linked, false, ours, true),
                own,
                Ok(vec!["assigned_user_id", "linked_user_ids"]),
            ),
            (person(owner, false, ours, true), own, Ok(vec![])),
            (person(owner, false, ours, true), manager, Ok(vec!["persona"])),
            // Theirs already: only the persona is in question.
            (person(owner, false, theirs, false), manager, Ok(vec!["persona"])),
            (person(new, false, theirs, true), own, Err(LinkError::NotInCompany)),
            (person(new, false, None, true), own, Err(LinkError::NotInCompany)),
            (person(new, false, ours, false), own, Err(LinkError::Inactive)),
        ];
        for (n, (person, persona, expected)) in table.into_iter().enumerate() {
            let mut adjusted = device.clone();
            let mut links = vec![Link { user: linked, since: DateTime::UNIX_EPOCH }];
            let told = adjusted.adjust_access(&mut links, &person, persona);
            let fields = told.as_ref().map(|changes| {
                changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>()
            });
            assert_eq!(fields.map_err(|error| *error), expected, "{n}");
            if told.is_ok() {
                assert_eq!(
                    (adjusted.assigned_user, adjusted.persona),
                    (Some(person.user), persona)
                );
                assert_eq!(links.len(), usize::from(person.user != linked), "{n}");
            } else {
                assert_eq!((adjusted, links.len()), (device.clone(), 1), "{n}: nothing changed");
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for persona in Persona::ALL {
            assert_eq!(Persona::parse(persona.as_str()), Some(persona));
        }
        assert_eq!(Persona::parse("admin"), None);
    }
}
