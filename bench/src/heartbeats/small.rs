//! The whole product as a small company has it: everything in one process, and what people notice of it:
//! its memory, when a silent device is seen, when a reset cuts its stream.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use chamados_proto::device::v1::Presence;
use tokio::time::sleep;

use super::desk::Desk;
use crate::{
    cpu,
    devices::{Fleet, Order, Plan},
    place::Place,
};

/// As many as the product's first customer has.
const DEVICES: usize = 65;
/// Devices that are reset one after the other.
const RESETS: usize = 20;
/// Between two beats, in milliseconds: short, so that the measurement is.
const INTERVAL_MILLIS: u64 = 2_000;
/// As the device service has it by default.
const GRACE: Duration = Duration::from_secs(15);
/// After connecting, until everything that it caused is done.
const REST: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_secs(60);

/// What was seen.
pub(super) struct Seen {
    started: u64,
    connected: u64,
    silence: Duration,
    /// How long a silent device should go unnoticed.
    allowed: Duration,
    cut: Vec<Duration>,
}

/// Starts, connects, silences one, resets some.
pub(super) async fn measure(program: &Path, place: &Place) -> Result<Seen> {
    let interval = INTERVAL_MILLIS.to_string();
    let settings = [("CHAMADOS__DEVICE__INTERVAL_MILLIS", interval.as_str())];
    let desk = Desk::open(program, place, None, &settings).await?;
    let started = cpu::resident(desk.product.id())?;
    let plan = Plan { inventory: true, ramp: Duration::from_secs(2), ..desk.plan(DEVICES) };
    let mut fleet = Fleet::enroll(plan).await?;
    fleet.connect().await?;
    sleep(REST).await;
    let connected = cpu::resident(desk.product.id())?;
    let silence = silence(&fleet).await?;
    let cut = resets(&fleet).await?;
    fleet.stop().await?;
    desk.product.stop()?;
    let allowed = Duration::from_millis(INTERVAL_MILLIS) * 3 + GRACE;
    Ok(Seen { started, connected, silence, allowed, cut })
}

/// From the last beat of a device to the moment it is offline for everybody.
async fn silence(fleet: &Fleet) -> Result<Duration> {
    let begin = Instant::now();
    fleet.order(0, Order::FallSilent);
    loop {
        let seen = fleet.office().look(fleet.device(0)).await?.presence();
        if seen == Presence::Offline {
            return Ok(begin.elapsed());
        }
        ensure!(begin.elapsed() < LIMIT, "a silent device is {seen:?} after {LIMIT:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn resets(fleet: &Fleet) -> Result<Vec<Duration>> {
    let mut cut = Vec::new();
    for place in 1..=RESETS {
        let before = fleet.tally().read();
        fleet.order(place, Order::Reset);
        let begin = Instant::now();
        loop {
            let since = &fleet.tally().read() - &before;
            if let Some(time) = since.cut.longest() {
                cut.push(time);
                break;
            }
            ensure!(since.refusals == 0, "a reset was refused");
            ensure!(begin.elapsed() < LIMIT, "a reset device is connected after {LIMIT:?}");
            sleep(Duration::from_millis(5)).await;
        }
    }
    cut.sort_unstable();
    Ok(cut)
}

impl Seen {
    /// One line for each.
    pub(super) fn print(&self, name: &str) {
        let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        let millis = |time: Option<&Duration>| {
            time.map_or_else(String::new, |time| format!("{:.0} ms", time.as_secs_f64() * 1e3))
        };
        println!("\n{name}, everything in one process, {DEVICES} devices with inventories");
        println!("{:<44}{:>12}", "memory, started", mebibytes(self.started));
        println!("{:<44}{:>12}", "memory, all connected", mebibytes(self.connected));
        let told = format!("silent device noticed (due at {})", seconds(self.allowed));
        println!("{told:<44}{:>12}", seconds(self.silence));
        let middle = self.cut.get(self.cut.len() / 2);
        println!("{:<44}{:>12}", "reset cuts the stream within, p50", millis(middle));
        println!("{:<44}{:>12}", "reset cuts the stream within, longest", millis(self.cut.last()));
    }
}
