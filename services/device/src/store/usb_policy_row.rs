//! The columns of a row of `device` that hold its USB policy. All are set or none, but for why it
//! failed and when the agent reported.

use chamados_chassis::auth::Actor;
use chamados_store_kit::StoreError;
use sea_orm::Set;

use super::{
    entity::device::{ActiveModel, Model},
    row::{corrupt, small},
};
use crate::domain::usb_policy::{Failure, Policy, State, UsbPolicy};

pub(super) fn read(row: &Model) -> Result<Option<UsbPolicy>, StoreError> {
    let Some(policy) = &row.usb_policy else { return Ok(None) };
    let missing = || corrupt(row.id, "USB policy");
    let parsed = (|| {
        let failure = row.usb_policy_reason.clone().map(|reason| Failure {
            reason,
            detail: row.usb_policy_detail.clone().unwrap_or_default(),
        });
        let kind = row.usb_policy_actor_kind.as_deref()?;
        Some(UsbPolicy {
            policy: Policy::parse(policy)?,
            revision: small(row.usb_policy_revision?, row.id).ok()?,
            state: State::parse(row.usb_policy_state.as_deref()?)?,
            failure,
            set_at: row.usb_policy_set_at?,
            set_by: Actor::from_parts(kind, row.usb_policy_actor_id.as_deref()?)?,
            reported_at: row.usb_policy_reported_at,
        })
    })();
    parsed.map(Some).ok_or_else(missing)
}

/// A device without a policy has none of the columns; one is never taken away again.
pub(super) fn write(row: &mut ActiveModel, policy: Option<&UsbPolicy>) {
    let Some(policy) = policy else { return };
    let (actor_kind, actor_id) = policy.set_by.to_parts();
    let failure = policy.failure.as_ref();
    row.usb_policy = Set(Some(policy.policy.as_str().to_owned()));
    row.usb_policy_revision = Set(Some(policy.revision.into()));
    row.usb_policy_state = Set(Some(policy.state.as_str().to_owned()));
    row.usb_policy_reason = Set(failure.map(|failure| failure.reason.clone()));
    row.usb_policy_detail = Set(failure.map(|failure| failure.detail.clone()));
    row.usb_policy_set_at = Set(Some(policy.set_at));
    row.usb_policy_actor_kind = Set(Some(actor_kind.to_owned()));
    row.usb_policy_actor_id = Set(Some(actor_id));
    row.usb_policy_reported_at = Set(policy.reported_at);
}
