//! The numbers of `chamados-bench devices`, for people and as JSON.

use std::time::Duration;

use chamados_proto::device::v1::CloseReason;
use serde_json::{Value, json};

use super::run::Outcome;

const REASONS: [CloseReason; 7] = [
    CloseReason::Reset,
    CloseReason::BadIdentity,
    CloseReason::Superseded,
    CloseReason::Drain,
    CloseReason::Overload,
    CloseReason::Protocol,
    CloseReason::Banned,
];

/// One line for each thing that is known.
pub(super) fn print(outcome: &Outcome) {
    let counts = &outcome.counts;
    let line = |name: &str, value: String| println!("{name:<44}{value:>16}");
    let maybe = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            line(name, value);
        }
    };
    line("devices", outcome.devices.to_string());
    line("heartbeats/s", format!("{:.0}", outcome.per_second()));
    for (name, thousandths) in
        [("acknowledged within, p50", 500), ("acknowledged within, p99", 990)]
    {
        maybe(name, counts.acknowledgement.permille(thousandths).map(millis));
    }
    for (name, used) in cpu(outcome) {
        maybe(
            &format!("CPU s per million heartbeats, {name}"),
            used.map(|used| format!("{:.2}", per_million(outcome, used))),
        );
    }
    maybe(
        "memory of the server per device",
        outcome.memory_of_a_device().map(|bytes| format!("{:.1} kB", bytes / 1e3)),
    );
    maybe("durable writes", outcome.writes().map(|writes| writes.to_string()));
    for (name, count) in events(outcome).into_iter().filter(|(_, count)| *count > 0) {
        line(name, count.to_string());
    }
    maybe("reset cuts the stream within, p50", counts.cut.permille(500).map(millis));
    maybe("reset cuts the stream within, longest", counts.cut.longest().map(millis));
    maybe("away after a stream ended, p50", counts.absence.permille(500).map(millis));
    for reason in REASONS.into_iter().filter(|reason| counts.closed(*reason) > 0) {
        line(&format!("ended: {}", reason.as_str_name()), counts.closed(reason).to_string());
    }
}

/// The same for a script. Times are in milliseconds, what is not known is null.
pub(super) fn to_json(outcome: &Outcome) -> Value {
    let counts = &outcome.counts;
    let millis = |time: Option<Duration>| time.map(|time| time.as_secs_f64() * 1e3);
    let closed: serde_json::Map<String, Value> = REASONS
        .iter()
        .map(|reason| (reason.as_str_name().to_owned(), counts.closed(*reason).into()))
        .collect();
    let cpu: serde_json::Map<String, Value> = cpu(outcome)
        .into_iter()
        .map(|(name, used)| (name.to_owned(), used.map(|used| per_million(outcome, used)).into()))
        .collect();
    let events: serde_json::Map<String, Value> =
        events(outcome).into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    json!({
        "devices": outcome.devices,
        "seconds": outcome.elapsed().as_secs_f64(),
        "heartbeatsPerSecond": outcome.per_second(),
        "heartbeats": counts.acknowledged,
        "acknowledgedP50": millis(counts.acknowledgement.permille(500)),
        "acknowledgedP99": millis(counts.acknowledgement.permille(990)),
        "cpuSecondsPerMillion": cpu,
        "memoryPerDevice": outcome.memory_of_a_device(),
        "durableWrites": outcome.writes(),
        "events": events,
        "cutP50": millis(counts.cut.permille(500)),
        "cutLongest": millis(counts.cut.longest()),
        "awayP50": millis(counts.absence.permille(500)),
        "closed": closed,
    })
}

fn cpu(outcome: &Outcome) -> [(&'static str, Option<Duration>); 3] {
    [
        ("server", outcome.used(|moment| moment.server)),
        ("redis", outcome.used(|moment| moment.redis)),
        ("database", outcome.used(|moment| moment.database)),
    ]
}

fn per_million(outcome: &Outcome, used: Duration) -> f64 {
    used.as_secs_f64() * 1e6 / outcome.counts.acknowledged.max(1) as f64
}

fn events(outcome: &Outcome) -> [(&'static str, u64); 7] {
    let counts = &outcome.counts;
    [
        ("streams begun", counts.welcomes),
        ("changes", counts.changes),
        ("resets", counts.resets),
        ("hand-overs", counts.handovers),
        ("tokens replaced", counts.renewals),
        ("streams broken", counts.broken),
        ("refused", counts.refusals),
    ]
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
