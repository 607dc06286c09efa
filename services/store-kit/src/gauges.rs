//! What operators see of a service's rows: its connections, and the facts that wait in its outbox.

use std::time::Duration;

use chamados_chassis::{clock::SharedClock, shutdown::Shutdown, telemetry::Metrics};
use chamados_proto::event::v1::Event;
use opentelemetry::{KeyValue, metrics::Gauge};
use prost::Message as _;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
};

use crate::{db::Db, entity::outbox, error::StoreError};

/// Between two looks at the outbox.
const PERIOD: Duration = Duration::from_secs(10);

/// Tells of `db` until shutdown:
///
/// - `db.client.connection.count` by `state` (`idle`, `used`) and `db.client.connection.max`, the names of
///   OpenTelemetry (<https://opentelemetry.io/docs/specs/semconv/database/database-metrics/>);
/// - `outbox.pending`, the facts that the bus has not taken, and `outbox.oldest_age`, how long the first
///   of them waits.
pub fn start(db: &Db, clock: &SharedClock, metrics: &Metrics, shutdown: &Shutdown) {
    connections(db, metrics);
    let meter = metrics.meter();
    let waiting = Waiting {
        db: db.clone(),
        clock: clock.clone(),
        pending: meter
            .u64_gauge("outbox.pending")
            .with_description("Facts that the bus has not taken yet")
            .build(),
        oldest_age: meter
            .f64_gauge("outbox.oldest_age")
            .with_unit("s")
            .with_description("How long the first fact in the outbox waits")
            .build(),
    };
    let stop = shutdown.clone();
    shutdown.spawn("gauges", async move {
        loop {
            // While the database is away there is nothing to tell, and others say so.
            let _away = waiting.look().await;
            tokio::select! {
                () = stop.requested() => return,
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    });
}

fn connections(db: &Db, metrics: &Metrics) {
    let meter = metrics.meter();
    let (counted, service) = (db.clone(), KeyValue::new("service", db.schema()));
    let label = service.clone();
    meter
        .u64_observable_gauge("db.client.connection.count")
        .with_description("Connections to the database, by what they do")
        .with_callback(move |gauge| {
            let pool = counted.connections();
            let state = |state| [label.clone(), KeyValue::new("state", state)];
            gauge.observe(pool.idle, &state("idle"));
            gauge.observe(pool.open.saturating_sub(pool.idle), &state("used"));
        })
        .build();
    let max = db.connections().max;
    meter
        .u64_observable_gauge("db.client.connection.max")
        .with_description("Connections to the database that a service may open")
        .with_callback(move |gauge| gauge.observe(max, std::slice::from_ref(&service)))
        .build();
}

struct Waiting {
    db: Db,
    clock: SharedClock,
    pending: Gauge<u64>,
    oldest_age: Gauge<f64>,
}

impl Waiting {
    async fn look(&self) -> Result<(), StoreError> {
        let unsent = outbox::Entity::find().filter(outbox::Column::SentAt.is_null());
        let pending = unsent.clone().count(self.db.read()).await?;
        let oldest = unsent.order_by_asc(outbox::Column::Seq).one(self.db.read()).await?;
        let age = oldest.and_then(|row| {
            let occurred = Event::decode(row.event.as_slice()).ok()?.occurred_at?;
            let since = self.clock.now().timestamp() - occurred.seconds;
            Some(since.max(0) as f64)
        });
        let labels = [KeyValue::new("service", self.db.schema())];
        self.pending.record(pending, &labels);
        self.oldest_age.record(age.unwrap_or_default(), &labels);
        Ok(())
    }
}
