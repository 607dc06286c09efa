//! Tells operators how much waits, and for how long: by it replicas are added.

use std::time::Duration;

use chamados_chassis::{shutdown::Shutdown, telemetry::Metrics};

use super::repeat;
use crate::{app::App, error::Result, store};

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(10);

/// Runs until shutdown. `scheduler.runs.ready` counts the runs that could begin now, and
/// `scheduler.run.oldest_ready_age` says how long the first of them could have, by the database's clock.
pub(crate) async fn run(app: App, metrics: Metrics, shutdown: Shutdown) {
    let meter = metrics.meter();
    let ready = meter
        .u64_gauge("scheduler.runs.ready")
        .with_description("Runs that could begin now")
        .build();
    let oldest_age = meter
        .f64_gauge("scheduler.run.oldest_ready_age")
        .with_unit("s")
        .with_description("How long the first of the runs that could begin now waits")
        .build();
    let look = async || -> Result<()> {
        let now = store::clock::now(app.db.read()).await?;
        let (count, first) = store::leases::waiting(app.db.read(), now).await?;
        let age = first.map_or(0, |first| (now - first).num_milliseconds().max(0));
        ready.record(count, &[]);
        oldest_age.record(age as f64 / 1_000.0, &[]);
        Ok(())
    };
    repeat(shutdown, "gauge", PERIOD, look).await;
}
