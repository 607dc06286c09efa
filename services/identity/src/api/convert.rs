//! Between the contracts and the domain.

use std::str::FromStr;

use chamados_chassis::{
    auth::Role,
    clock::to_proto,
    error::{Checks, Invalid},
    id::{InvalidId, SessionId},
};
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};

use crate::{
    app::{
        sessions::{Client, SignedIn},
        users::Shown,
    },
    domain::{
        company::Company,
        invite::{Invite, State},
        session::Session,
        user::{Preferences, Summary, User},
    },
};
use secrecy::ExposeSecret as _;

/// Reads an id.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub(super) fn id<T: FromStr<Err = InvalidId>>(
    field: &'static str,
    text: &str,
) -> Result<T, Invalid> {
    text.parse().map_err(|e: InvalidId| Invalid::field(field, e.to_string()))
}

/// Reads an id that may be absent.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub(super) fn optional_id<T: FromStr<Err = InvalidId>>(
    field: &'static str,
    text: Option<&String>,
) -> Result<Option<T>, Invalid> {
    text.map(|text| id(field, text)).transpose()
}

/// Reads ids of a batch; what is no id is nobody's.
pub(super) fn ids<T: FromStr>(texts: &[String]) -> Vec<T> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// Reads a search text.
pub(super) fn query(checks: &mut Checks, text: &str) -> String {
    checks.ensure("query", text.chars().count() <= 200, "must have at most 200 characters");
    text.trim().to_owned()
}

/// Reads a role; absent for "unspecified" and for what this version does not know.
pub(super) fn role(role: i32) -> Option<Role> {
    match pb::Role::try_from(role).ok()? {
        pb::Role::Unspecified => None,
        pb::Role::Admin => Some(Role::Admin),
        pb::Role::Agent => Some(Role::Agent),
        pb::Role::Manager => Some(Role::Manager),
        pb::Role::Collaborator => Some(Role::Collaborator),
        pb::Role::Machine => Some(Role::Machine),
    }
}

pub(super) fn role_to_proto(role: Role) -> pb::Role {
    match role {
        Role::Admin => pb::Role::Admin,
        Role::Agent => pb::Role::Agent,
        Role::Manager => pb::Role::Manager,
        Role::Collaborator => pb::Role::Collaborator,
        Role::Machine => pb::Role::Machine,
    }
}

/// Where a sign-in comes from, cut to what is kept.
pub(super) fn client(address: &str, user_agent: &str) -> Client {
    Client {
        address: address.chars().take(64).collect(),
        user_agent: user_agent.chars().take(256).collect(),
    }
}

impl From<Shown> for pb::User {
    /// That there are other tenants is told only to those who may know.
    fn from(shown: Shown) -> Self {
        let Shown { user, platform } = shown;
        let tenant_id = platform.then(|| user.tenant.to_string());
        let platform = platform && user.platform;
        Self { tenant_id, platform, ..user.into() }
    }
}

impl From<User> for pb::User {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name,
            email: user.email.unwrap_or_default(),
            role: role_to_proto(user.role).into(),
            company_id: user.company.map(|id| id.to_string()),
            active: user.active,
            device_id: user.device.map(|id| id.to_string()),
            create_time: Some(to_proto(user.created_at)),
            update_time: Some(to_proto(user.updated_at)),
            version: user.version,
            merged_into_id: user.merged_into.map(|id| id.to_string()),
            has_password: user.has_password,
            tenant_id: None,
            platform: false,
        }
    }
}

impl From<Summary> for pb::UserSummary {
    fn from(user: Summary) -> Self {
        Self { id: user.id.to_string(), name: user.name, role: role_to_proto(user.role).into() }
    }
}

impl From<Preferences> for pb::Preferences {
    fn from(preferences: Preferences) -> Self {
        let Preferences { locale, theme, default_ticket_filter } = preferences;
        Self { locale, theme, default_ticket_filter }
    }
}

impl From<pb::Preferences> for Preferences {
    fn from(preferences: pb::Preferences) -> Self {
        let pb::Preferences { locale, theme, default_ticket_filter } = preferences;
        Self { locale, theme, default_ticket_filter }
    }
}

impl From<Company> for pb::Company {
    fn from(company: Company) -> Self {
        Self {
            id: company.id.to_string(),
            name: company.name,
            nickname: company.nickname,
            provisioning_code: company.provisioning_code,
            active: company.active,
            create_time: Some(to_proto(company.created_at)),
            update_time: Some(to_proto(company.updated_at)),
            version: company.version,
        }
    }
}

impl From<Company> for pb::CompanySummary {
    fn from(company: Company) -> Self {
        Self { id: company.id.to_string(), name: company.name, nickname: company.nickname }
    }
}

/// An invite as it stands at `now`.
pub(super) fn invite(invite: Invite, now: DateTime<Utc>) -> pb::Invite {
    let state = match invite.state(now) {
        State::Pending => pb::InviteState::Pending,
        State::Accepted => pb::InviteState::Accepted,
        State::Revoked => pb::InviteState::Revoked,
        State::Expired => pb::InviteState::Expired,
    };
    pb::Invite {
        id: invite.id.to_string(),
        email: invite.email,
        role: role_to_proto(invite.role).into(),
        company_id: invite.company.map(|id| id.to_string()),
        state: state.into(),
        invited_by_id: invite.invited_by.map(|id| id.to_string()),
        create_time: Some(to_proto(invite.created_at)),
        send_time: Some(to_proto(invite.sent_at)),
        expire_time: Some(to_proto(invite.expires_at)),
        user_id: invite.user.map(|id| id.to_string()),
    }
}

/// A session as seen from `current`.
pub(super) fn session(session: Session, current: Option<SessionId>) -> pb::Session {
    pb::Session {
        id: session.id.to_string(),
        create_time: Some(to_proto(session.created_at)),
        last_seen_time: Some(to_proto(session.last_seen_at)),
        expire_time: Some(to_proto(session.ends_at())),
        current: current == Some(session.id),
        client_address: session.client_address,
        user_agent: session.user_agent,
    }
}

impl From<SignedIn> for pb::SignInResponse {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            session_token: signed_in.token.expose_secret().to_owned(),
            expire_time: Some(to_proto(signed_in.expires_at)),
            user: Some(signed_in.user.into()),
        }
    }
}
