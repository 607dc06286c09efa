//! What operators see of devices: open streams, beats heard, and who came and went.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chamados_chassis::telemetry::Metrics;
use opentelemetry::{KeyValue, metrics::Counter};

use crate::{domain::presence::Presence, streams::Streams};

/// The instruments of one process.
#[derive(Debug)]
pub struct Gauges {
    /// A plain number, since it is counted tens of thousands of times a second.
    beats: Arc<AtomicU64>,
    transitions: Counter<u64>,
    farewells: Counter<u64>,
}

impl Gauges {
    /// Registers `device.streams`, `device.beats`, `device.transitions` and `device.farewells`.
    pub(crate) fn new(metrics: &Metrics, streams: &Arc<Streams>) -> Self {
        let meter = metrics.meter();
        let (beats, open) = (Arc::<AtomicU64>::default(), Arc::clone(streams));
        meter
            .u64_observable_gauge("device.streams")
            .with_description("Streams of agents that are open in this process")
            .with_callback(move |gauge| gauge.observe(open.count(), &[]))
            .build();
        let heard = Arc::clone(&beats);
        meter
            .u64_observable_counter("device.beats")
            .with_description("Messages of agents, each of which says that its device is there")
            .with_callback(move |counter| counter.observe(heard.load(Ordering::Relaxed), &[]))
            .build();
        let transitions = meter
            .u64_counter("device.transitions")
            .with_description("Changes of presence written by this process, by what it became")
            .build();
        let farewells = meter
            .u64_counter("device.farewells")
            .with_description("Agents that said good-bye to this process, as they do when their computer is shut down")
            .build();
        Self { beats, transitions, farewells }
    }

    /// A message of an agent was heard.
    pub(crate) fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// An agent said good-bye.
    pub(crate) fn farewell(&self) {
        self.farewells.add(1, &[]);
    }

    /// So many devices became `presence`.
    pub(crate) fn became(&self, presence: Presence, devices: u64) {
        if devices > 0 {
            self.transitions.add(devices, &[KeyValue::new("to", presence.as_str())]);
        }
    }
}
