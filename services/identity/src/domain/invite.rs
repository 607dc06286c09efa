//! Invites: a link by which somebody chooses their own name and password.

use chamados_chassis::{
    auth::Role,
    id::{CompanyId, TenantId, UserId},
};
use chrono::{DateTime, TimeDelta, Utc};

chamados_chassis::define_id!(
    /// An invite.
    InviteId
);

/// How long a link works.
pub const VALIDITY: TimeDelta = TimeDelta::days(7);
/// How long an invite is shown after nothing can become of it any more.
pub const RETENTION: TimeDelta = TimeDelta::days(90);
/// Start of every token.
pub const PREFIX: &str = "chi_";

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// Tenant that invites.
    pub tenant: TenantId,
    /// Who is invited.
    pub email: String,
    /// What they will be; never [`Role::Machine`].
    pub role: Role,
    /// Set for a client's people.
    pub company: Option<CompanyId>,
    /// Who invited, when it was a person.
    pub invited_by: Option<UserId>,
    /// Number of the present link.
    pub generation: i32,
    /// Whether the present link was put into the queue of e-mail.
    pub emailed: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the present link was made.
    pub sent_at: DateTime<Utc>,
    /// When the present link stops working.
    pub expires_at: DateTime<Utc>,
    /// When the person came in.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The person it became.
    pub user: Option<UserId>,
}

/// Where an invite stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The link works.
    Pending,
    /// The person came in.
    Accepted,
    /// Taken back by staff.
    Revoked,
    /// Not used in time; may be resent.
    Expired,
}

impl Invite {
    /// Where it stands at `now`.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => State::Accepted,
            (None, Some(_)) => State::Revoked,
            (None, None) if now < self.expires_at => State::Pending,
            (None, None) => State::Expired,
        }
    }

    /// With another link, valid from `now`.
    #[must_use]
    pub fn resent(self, emailed: bool, now: DateTime<Utc>) -> Self {
        Self {
            generation: self.generation + 1,
            emailed,
            sent_at: now,
            expires_at: now + VALIDITY,
            ..self
        }
    }

    /// What the token of its present link is derived from.
    #[must_use]
    pub fn token_name(&self) -> String {
        format!("{}:{}", self.id, self.generation)
    }
}

/// Which invites a list holds.
#[derive(Debug, Clone, Default)]
pub struct InviteFilter {
    /// Only those that stand here.
    pub state: Option<State>,
    /// Part of the address.
    pub query: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_an_invite_stands() {
        let start = DateTime::UNIX_EPOCH;
        let invite = Invite {
            id: InviteId::new(),
            tenant: TenantId::new(),
            email: "ana@example.com".to_owned(),
            role: Role::Agent,
            company: None,
            invited_by: None,
            generation: 1,
            emailed: false,
            created_at: start,
            sent_at: start,
            expires_at: start + VALIDITY,
            accepted_at: None,
            revoked_at: None,
            user: None,
        };
        let last = start + VALIDITY - TimeDelta::microseconds(1);
        assert_eq!(invite.state(last), State::Pending);
        assert_eq!(invite.state(start + VALIDITY), State::Expired);
        let revoked = Invite { revoked_at: Some(start), ..invite.clone() };
        assert_eq!(revoked.state(start + VALIDITY), State::Revoked);
        let accepted = Invite { accepted_at: Some(start), ..invite.clone() };
        assert_eq!(accepted.state(start + VALIDITY), State::Accepted);

        let again = invite.clone().resent(true, start + VALIDITY);
        assert_eq!(again.state(start + VALIDITY), State::Pending);
        assert_ne!(again.token_name(), invite.token_name());
    }
}
