//! The numbers, as they are printed.

use std::time::Duration;

use super::{Kind, writes::CREATE};
use crate::load::Figures;

/// One operation.
#[derive(Debug)]
pub(super) struct Line {
    /// Which.
    pub(super) name: &'static str,
    /// Over HTTP.
    pub(super) http: Figures,
    /// CPU time of the server's process for each request.
    pub(super) server: Duration,
    /// CPU time of the database's processes for each request; none where it is in the server's.
    pub(super) database: Option<Duration>,
    /// The same statements without the product.
    pub(super) alone: Figures,
}

impl Line {
    /// CPU time of a request, wherever.
    fn cpu(&self) -> Duration {
        self.server + self.database.unwrap_or_default()
    }
}

/// What else goes on here: it shows in all times, and less in what CPU is used.
pub(super) fn machine() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = load.split(' ').next().unwrap_or_default();
    println!("{cores} cores, of which others want {load} (load average)");
}

/// What is measured on.
pub(super) fn head(kind: Kind, tickets: u64, comments: u64, bytes: u64, took: Duration) {
    let size = bytes as f64 / 1e6;
    let seconds = took.as_secs();
    println!(
        "\n{kind:?}, {tickets} tickets, {comments} comments: {size:.0} MB, made in {seconds} s"
    );
    println!(
        "{:<26}{:>11}{:>9}{:>9}{:>12}{:>13}{:>13}{:>10}{:>8}",
        "operation",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "database ms",
        "alone/s",
        "p50 ms",
        "ratio"
    );
}

/// One operation.
pub(super) fn line(line: &Line) {
    let Line { name, http, server, database, alone } = line;
    let database = database.map_or_else(|| "-".to_owned(), |cpu| format!("{:.2}", millis(cpu)));
    println!(
        "{name:<26}{:>11.0}{:>9.1}{:>9.1}{:>12.2}{database:>13}{:>13.0}{:>10.1}{:>8.1}",
        http.per_second(),
        millis(http.percentile(50)),
        millis(http.percentile(99)),
        millis(*server),
        alone.per_second(),
        millis(alone.percentile(50)),
        alone.per_second() / http.per_second(),
    );
}

/// Whether opening a ticket among many costs what it costs among few.
pub(super) fn compare(few: &[Line], many: &[Line]) {
    let find = |lines: &[Line]| lines.iter().position(|line| line.name == CREATE);
    let (Some(few), Some(many)) =
        (find(few).and_then(|at| few.get(at)), find(many).and_then(|at| many.get(at)))
    else {
        return;
    };
    let ratio = |value: fn(&Line) -> Duration| value(many).as_secs_f64() / value(few).as_secs_f64();
    println!(
        "create, many to few: p50 {:.2}, p99 {:.2}, CPU {:.2}",
        ratio(|line| line.http.percentile(50)),
        ratio(|line| line.http.percentile(99)),
        ratio(Line::cpu),
    );
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
