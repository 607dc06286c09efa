//! The policy for USB storage, enforced beside the stream: a system that takes its time must not hold
//! up the heartbeats.

use std::{path::PathBuf, time::Duration};

use chamados_chassis::{id::DeviceId, task};
use chamados_proto::device::v1::{PolicyOutcome, PolicyReport, PolicyUpdate};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    Result,
    error::one_line,
    state::{KeptPolicy, StateDir},
    usb::{self, Failure, Policy, Reason},
};

/// How long a stream waits for the policy of the last run to be in force; then it begins without.
const FIRST: Duration = Duration::from_secs(5);

/// What the server wants.
#[derive(Debug, Clone, Copy)]
struct Order {
    revision: u32,
    /// None for one that this agent does not know.
    policy: Option<Policy>,
}

/// The task that enforces. One order waits at most: a newer one takes its place.
pub(super) struct Enforcer {
    orders: watch::Sender<Option<Order>>,
    /// None until the policy of the last run was looked at.
    in_force: watch::Receiver<Option<u32>>,
    reports: watch::Receiver<PolicyReport>,
    _task: AbortOnDropHandle<()>,
}

impl Enforcer {
    /// Enforces the policy of the last run, then what is ordered.
    pub(super) fn start(root: PathBuf, state: StateDir, device: DeviceId) -> Self {
        let (orders, ordered) = watch::channel(None);
        let (told, in_force) = watch::channel(None);
        let (report, reports) = watch::channel(PolicyReport::default());
        let place = Place { root, state, device };
        let task = task::spawn("usb policy", obey(place, ordered, told, report));
        Self { orders, in_force, reports, _task: AbortOnDropHandle::new(task) }
    }

    /// Revision of the policy in force; 0 when none is, or it is not known yet.
    pub(super) async fn in_force(&mut self) -> u32 {
        let known = tokio::time::timeout(FIRST, self.in_force.wait_for(Option::is_some)).await;
        known.ok().and_then(std::result::Result::ok).and_then(|known| *known).unwrap_or_default()
    }

    pub(super) fn order(&self, update: &PolicyUpdate) {
        let policy = Policy::of(update.usb_policy());
        self.orders.send_replace(Some(Order { revision: update.revision, policy }));
    }

    /// What became of the next order. Cancel safe.
    pub(super) async fn reported(&mut self) -> PolicyReport {
        if self.reports.changed().await.is_err() {
            // The task is gone (it panicked and was logged): nothing will be reported any more.
            std::future::pending::<()>().await;
        }
        self.reports.borrow_and_update().clone()
    }
}

async fn obey(
    place: Place,
    mut orders: watch::Receiver<Option<Order>>,
    in_force: watch::Sender<Option<u32>>,
    reports: watch::Sender<PolicyReport>,
) {
    let kept = place.clone();
    let kept = tokio::task::spawn_blocking(move || kept.restore()).await;
    in_force.send_replace(Some(kept.unwrap_or_default()));
    while orders.changed().await.is_ok() {
        let Some(order) = *orders.borrow_and_update() else { continue };
        let at = place.clone();
        let enforced = tokio::task::spawn_blocking(move || at.enforce(order)).await;
        let enforced =
            enforced.unwrap_or_else(|error| Err(Failure::new(Reason::Other, &error.to_string())));
        let revision = if enforced.is_ok() { order.revision } else { 0 };
        in_force.send_replace(Some(revision));
        reports.send_replace(report(order.revision, enforced));
    }
}

fn report(revision: u32, enforced: Result<(), Failure>) -> PolicyReport {
    match enforced {
        Ok(()) => {
            tracing::info!(revision, "the policy for USB storage is in force");
            let outcome = PolicyOutcome::Applied.into();
            PolicyReport { revision, outcome, ..PolicyReport::default() }
        }
        Err(Failure { reason, detail }) => {
            let reason = reason.as_str().to_owned();
            tracing::warn!(revision, reason, detail, "the policy for USB storage is not in force");
            PolicyReport { revision, outcome: PolicyOutcome::Failed.into(), reason, detail }
        }
    }
}

/// Where a policy is enforced and kept, and for which device.
#[derive(Clone)]
struct Place {
    root: PathBuf,
    state: StateDir,
    device: DeviceId,
}

impl Place {
    /// Enforces what was enforced before; gives its revision.
    fn restore(&self) -> u32 {
        let restored = self.state.policy().map_err(|error| error.to_string()).and_then(|kept| {
            let Some(kept) = kept else { return Ok(0) };
            if kept.device_id == self.device {
                usb::enforce(&self.root, kept.policy).map_err(|failure| failure.to_string())?;
                return Ok(kept.revision);
            }
            // The computer is another device now, of which nothing is wanted yet.
            usb::enforce(&self.root, Policy::Allow).map_err(|failure| failure.to_string())?;
            self.state.forget_policy().map_err(|error| error.to_string())?;
            Ok(0)
        });
        restored.unwrap_or_else(|why| {
            tracing::warn!(why, "the policy for USB storage of the last run is not in force");
            0
        })
    }

    fn enforce(&self, order: Order) -> Result<(), Failure> {
        let Some(policy) = order.policy else {
            let detail = "this version of the agent does not know the policy";
            return Err(Failure::new(Reason::Unsupported, detail));
        };
        usb::enforce(&self.root, policy)?;
        let kept = KeptPolicy { device_id: self.device, revision: order.revision, policy };
        self.state
            .save_policy(&kept)
            .map_err(|error| Failure::new(Reason::Other, &one_line(&error.to_string())))
    }
}
