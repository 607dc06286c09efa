//! The numbers side by side.

use std::time::Duration;

use serde_json::{Value, json};

use crate::devices::Outcome;

/// One way to keep liveness.
pub(super) struct Line {
    /// Which.
    pub(super) name: &'static str,
    /// What was seen.
    pub(super) outcome: Outcome,
}

/// What else goes on here: it shows in all times, and less in what CPU is used.
pub(super) fn machine() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = load.split(' ').next().unwrap_or_default();
    println!("{cores} cores, of which others want {load} (load average)");
}

/// What is in the columns.
pub(super) fn head(devices: usize, connections: usize) {
    println!("\n{devices} devices over {connections} connections");
    println!(
        "{:<36}{:>9}{:>9}{:>9}{:>12}{:>12}{:>8}{:>8}{:>8}{:>9}{:>8}",
        "",
        "beats/s",
        "p50 ms",
        "p99 ms",
        "/CPU s",
        "/CPU s all",
        "cores",
        "redis",
        "db",
        "kB each",
        "writes",
    );
}

/// One line of them.
pub(super) fn line(Line { name, outcome }: &Line) {
    let counts = &outcome.counts;
    let millis = |thousandths| {
        let time = counts.acknowledgement.permille(thousandths);
        time.map_or_else(dash, |time| format!("{:.1}", time.as_secs_f64() * 1e3))
    };
    let seconds = outcome.elapsed().as_secs_f64();
    let cores = |used: Option<Duration>| {
        used.map_or_else(dash, |used| format!("{:.3}", used.as_secs_f64() / seconds))
    };
    let rate = |used: Option<Duration>| {
        used.map_or_else(dash, |used| format!("{:.0}", outcome.per_cpu_second(used)))
    };
    let memory = outcome.memory_of_a_device();
    println!(
        "{name:<36}{:>9.0}{:>9}{:>9}{:>12}{:>12}{:>8}{:>8}{:>8}{:>9}{:>8}",
        outcome.per_second(),
        millis(500),
        millis(990),
        rate(outcome.used(|moment| moment.server)),
        rate(outcome.used_by_all()),
        cores(outcome.used(|moment| moment.server)),
        cores(outcome.used(|moment| moment.redis)),
        cores(outcome.used(|moment| moment.database)),
        memory.map_or_else(dash, |bytes| format!("{:.1}", bytes / 1e3)),
        outcome.writes().map_or_else(dash, |writes| writes.to_string()),
    );
    let troubles = counts.broken + counts.refusals;
    if troubles > 0 || counts.welcomes > 0 {
        println!(
            "  meanwhile {} streams broke, {} began, {} calls were refused",
            counts.broken, counts.welcomes, counts.refusals
        );
    }
}

/// How many times more beats a second of CPU time does, everybody's counted, than the others.
pub(super) fn compare(lines: &[Line]) {
    let rate = |line: &Line| {
        let outcome = &line.outcome;
        outcome.used_by_all().map(|used| outcome.per_cpu_second(used))
    };
    let Some((ours, first)) = lines.first().and_then(|line| Some((line, rate(line)?))) else {
        return;
    };
    println!("\n{}, beats for each second of CPU time of all, as a multiple of", ours.name);
    for line in &lines[1..] {
        if let Some(other) = rate(line) {
            println!("{:<36}{:>9.2}", line.name, first / other);
        }
    }
}

/// The same for a script.
pub(super) fn to_json(Line { name, outcome }: &Line) -> Value {
    let micros = |used: Option<Duration>| {
        used.map(|used| used.as_secs_f64() * 1e6 / outcome.counts.acknowledged.max(1) as f64)
    };
    let millis = |thousandths| {
        let time = outcome.counts.acknowledgement.permille(thousandths);
        time.map(|time| time.as_secs_f64() * 1e3)
    };
    json!({
        "name": name,
        "devices": outcome.devices,
        "heartbeatsPerSecond": outcome.per_second(),
        "acknowledgedP50": millis(500),
        "acknowledgedP99": millis(990),
        "cpuMicrosServer": micros(outcome.used(|moment| moment.server)),
        "cpuMicrosRedis": micros(outcome.used(|moment| moment.redis)),
        "cpuMicrosDatabase": micros(outcome.used(|moment| moment.database)),
        "memoryPerDevice": outcome.memory_of_a_device(),
        "durableWrites": outcome.writes(),
    })
}

fn dash() -> String {
    "-".to_owned()
}
