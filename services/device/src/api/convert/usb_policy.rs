//! The same for USB policies.

use chamados_chassis::{
    clock::to_proto,
    context::is_request_id,
    error::{Checks, Invalid},
};
use chamados_proto::device::v1 as pb;
use chamados_store_kit::idempotency;

use super::{device_id, text};
use crate::{
    app::usb_policies::NewPolicy,
    domain::usb_policy::{Failure, Policy, Report, State, UsbPolicy, Wish},
    error::Error,
};

/// Longest reason of a failure that is kept, in characters.
const REASON: usize = 64;
/// Longest line of a system that is kept, in characters.
const DETAIL: usize = 300;
/// Why, when the agent does not say.
const NO_REASON: &str = "other";

// --- streams

/// None when the outcome is not known here.
pub(in crate::api) fn policy_report(message: pb::PolicyReport) -> Option<Report> {
    let outcome = match message.outcome() {
        pb::PolicyOutcome::Unspecified => return None,
        pb::PolicyOutcome::Applied => Ok(()),
        pb::PolicyOutcome::Failed => {
            let reason = text(message.reason.trim(), REASON);
            let reason = if reason.is_empty() { NO_REASON.to_owned() } else { reason };
            Err(Failure { reason, detail: text(message.detail.trim(), DETAIL) })
        }
    };
    Some(Report { revision: message.revision, outcome })
}

pub(in crate::api) fn policy_update(wish: Wish) -> pb::PolicyUpdate {
    pb::PolicyUpdate { revision: wish.revision, usb_policy: policy_message(wish.policy).into() }
}

// --- requests of people

pub(in crate::api) fn set_usb_policy(
    message: &pb::SetUsbPolicyRequest,
) -> Result<NewPolicy, Error> {
    let policy = match message.policy() {
        pb::UsbPolicy::Unspecified => None,
        pb::UsbPolicy::Allow => Some(Policy::Allow),
        pb::UsbPolicy::ReadOnly => Some(Policy::ReadOnly),
        pb::UsbPolicy::Block => Some(Policy::Block),
    };
    let mut checks = Checks::default();
    let fits = is_request_id(&message.request_id);
    checks.ensure("request_id", fits, "1 to 128 visible characters");
    let policy = checks.take("policy", policy.ok_or("is unknown"));
    checks.finish()?;
    Ok(NewPolicy {
        request_id: message.request_id.clone(),
        fingerprint: idempotency::Fingerprint::of(message),
        device: device_id(&message.device_id)?,
        policy: policy.ok_or_else(|| Invalid::field("policy", "is unknown"))?,
    })
}

// --- answers

pub(super) fn message(policy: UsbPolicy) -> pb::DeviceUsbPolicy {
    let Failure { reason, detail } = policy.failure.unwrap_or_default();
    pb::DeviceUsbPolicy {
        policy: policy_message(policy.policy).into(),
        revision: policy.revision,
        state: state_message(policy.state).into(),
        reason,
        detail,
        set_time: Some(to_proto(policy.set_at)),
        set_by: Some(policy.set_by.into()),
        report_time: policy.reported_at.map(to_proto),
    }
}

const fn policy_message(policy: Policy) -> pb::UsbPolicy {
    match policy {
        Policy::Allow => pb::UsbPolicy::Allow,
        Policy::ReadOnly => pb::UsbPolicy::ReadOnly,
        Policy::Block => pb::UsbPolicy::Block,
    }
}

const fn state_message(state: State) -> pb::UsbPolicyState {
    match state {
        State::Pending => pb::UsbPolicyState::Pending,
        State::Applied => pb::UsbPolicyState::Applied,
        State::Failed => pb::UsbPolicyState::Failed,
        State::Expired => pb::UsbPolicyState::Expired,
        State::Cancelled => pb::UsbPolicyState::Cancelled,
    }
}
