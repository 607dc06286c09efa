//! Setting USB policies, and hearing and answering them as an agent.

use chamados_chassis::auth::Principal;
use chamados_proto::device::v1::{
    self as pb, PolicyOutcome, UsbPolicy, UsbPolicyState, agent_message::Message as Up,
    server_message::Message as Down,
};
use chamados_testkit::eventually;
use tonic::Status;
use uuid::Uuid;

use super::{LIMIT, Replica, World, agent::Stream};

pub(crate) fn request(device: &str, policy: UsbPolicy) -> pb::SetUsbPolicyRequest {
    pb::SetUsbPolicyRequest {
        request_id: Uuid::now_v7().to_string(),
        device_id: device.to_owned(),
        policy: policy.into(),
    }
}

pub(crate) async fn set_by(
    world: &World,
    replica: &Replica,
    by: &Principal,
    request: pb::SetUsbPolicyRequest,
) -> Result<pb::DeviceUsbPolicy, Status> {
    let device = replica.devices().set_usb_policy(world.request(by, request)).await?.into_inner();
    Ok(device.usb_policy.expect("a policy"))
}

pub(crate) async fn set(
    world: &World,
    replica: &Replica,
    device: &str,
    policy: UsbPolicy,
) -> Result<pb::DeviceUsbPolicy, Status> {
    set_by(world, replica, &world.staff(), request(device, policy)).await
}

/// The next message must be a policy.
pub(crate) async fn hear(stream: &mut Stream) -> (u32, UsbPolicy) {
    match stream.hear().await {
        Down::PolicyUpdate(update) => (update.revision, update.usb_policy()),
        other => panic!("no policy: {other:?}"),
    }
}

pub(crate) async fn report(
    stream: &Stream,
    revision: u32,
    failure: Option<&str>,
) -> anyhow::Result<()> {
    let outcome = if failure.is_some() { PolicyOutcome::Failed } else { PolicyOutcome::Applied };
    let reason = failure.unwrap_or_default().to_owned();
    let report =
        pb::PolicyReport { revision, outcome: outcome.into(), reason, ..Default::default() };
    stream.say(Up::PolicyReport(report)).await
}

/// The stream is served up to here: what was said before has had its effect.
pub(crate) async fn heard_out(stream: &mut Stream) -> anyhow::Result<()> {
    for sequence in 1..=8 {
        stream.beat(sequence).await?;
    }
    match stream.hear().await {
        Down::Ack(_) => Ok(()),
        other => panic!("something was said: {other:?}"),
    }
}

pub(crate) async fn wait_for(
    world: &World,
    replica: &Replica,
    id: &str,
    state: UsbPolicyState,
) -> pb::DeviceUsbPolicy {
    eventually(LIMIT, &format!("the policy is {state:?}"), async || {
        let policy = replica.device(world, id).await.ok()?.usb_policy?;
        (policy.state() == state).then_some(policy)
    })
    .await
}

/// Types of a device's timeline that are about policies, oldest first.
pub(crate) async fn story(
    world: &World,
    replica: &Replica,
    id: &str,
) -> anyhow::Result<Vec<String>> {
    let mut types = replica.timeline(world, id).await?;
    types.reverse();
    types.retain(|kind| kind.starts_with("usb_policy"));
    Ok(types)
}
