//! Messages about access, tokens and presence over time: requests to inputs, and what they find to
//! messages.

use chamados_chassis::{
    clock::{from_proto, to_proto},
    context::is_request_id,
    error::{Checks, Invalid},
};
use chamados_proto::device::v1 as pb;
use chamados_store_kit::idempotency;
use chrono::{DateTime, Utc};

use super::convert::{LONGEST_EMAIL, device_id, presence_message};
use crate::{
    app::{
        access::Adjustment,
        history::{CompanyPresence, History},
    },
    domain::{access::Persona, history::Span, token::Token},
    error::Error,
};

pub(super) fn adjustment(message: &pb::AdjustAccessRequest) -> Result<Adjustment, Error> {
    let email = message.email.trim().to_owned();
    let persona = persona(message.persona());
    let mut checks = Checks::default();
    let fits = is_request_id(&message.request_id);
    checks.ensure("request_id", fits, "1 to 128 visible characters");
    let fits = (1..=LONGEST_EMAIL).contains(&email.chars().count());
    checks.ensure("email", fits, "1 to 254 characters");
    checks.ensure("persona", persona.is_some(), "must be collaborator or manager");
    checks.finish()?;
    Ok(Adjustment {
        request_id: message.request_id.clone(),
        fingerprint: idempotency::Fingerprint::of(message),
        device: device_id(&message.id)?,
        email,
        persona: persona.unwrap_or_default(),
    })
}

const fn persona(persona: pb::Persona) -> Option<Persona> {
    match persona {
        pb::Persona::Unspecified => None,
        pb::Persona::Collaborator => Some(Persona::Collaborator),
        pb::Persona::Manager => Some(Persona::Manager),
    }
}

pub(super) const fn persona_message(persona: Persona) -> pb::Persona {
    match persona {
        Persona::Collaborator => pb::Persona::Collaborator,
        Persona::Manager => pb::Persona::Manager,
    }
}

pub(super) fn time(
    field: &'static str,
    time: Option<prost_types::Timestamp>,
) -> Result<Option<DateTime<Utc>>, Invalid> {
    let read = |time| from_proto(time).ok_or_else(|| Invalid::field(field, "is no time"));
    time.map(read).transpose()
}

pub(super) fn token(token: Token) -> pb::DeviceToken {
    pb::DeviceToken {
        prefix: token.shown,
        generation: token.generation.into(),
        create_time: Some(to_proto(token.created_at)),
        last_use_time: token.last_used_at.map(to_proto),
        revoke_time: token.revoked_at.map(to_proto),
    }
}

pub(super) fn history(history: History) -> pb::GetPresenceHistoryResponse {
    let spans = history.spans.into_iter().map(|Span { start, end, presence }| pb::PresenceSpan {
        start_time: Some(to_proto(start)),
        end_time: Some(to_proto(end)),
        presence: presence_message(presence).into(),
    });
    pb::GetPresenceHistoryResponse { spans: spans.collect(), truncated: history.truncated }
}

pub(super) fn companies(
    companies: Vec<CompanyPresence>,
    total: usize,
) -> pb::GetPresenceByCompanyResponse {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let companies = companies.into_iter().map(|each| pb::CompanyPresence {
        company_id: each.company.to_string(),
        devices: number(each.devices),
        offline: number(each.offline),
        unknown: number(each.unknown),
    });
    let total_size = i64::try_from(total).unwrap_or(i64::MAX);
    pb::GetPresenceByCompanyResponse { companies: companies.collect(), total_size }
}
