//! A day's work in an hour: what becomes of memory, open files and answers.

use std::{
    fmt,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use chrono::Utc;
use serde_json::json;

use crate::{
    browser::Browser,
    cpu, durations,
    faults::load::{Load, Place as Work},
    invariants::{self, Moment, Rows, Violation, tickets::acknowledged_are_kept},
    place::Place,
    product::Product,
};

/// Samples that a run has.
const SAMPLES: u32 = 60;
/// Memory may grow by so much of itself an hour, in the second half.
const GROWTH: f64 = 0.05;

/// How long, and by whom.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// How long
    #[arg(long, default_value = "60m", value_parser = durations::parse)]
    pub duration: Duration,
    /// People who work without a pause
    #[arg(long, default_value_t = 4)]
    pub people: u32,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// How it was at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Since the beginning.
    pub at: Duration,
    /// Bytes of memory.
    pub memory: u64,
    /// Open files.
    pub files: usize,
}

/// What was seen.
#[derive(Debug)]
pub struct Outcome {
    /// In order.
    pub samples: Vec<Sample>,
    /// Requests that succeeded, and that did not.
    pub requests: (u64, u64),
    /// What must not be.
    pub violations: Vec<Violation>,
}

impl Outcome {
    /// By how much of itself memory grows an hour, by the line through the samples of the second half.
    #[must_use]
    pub fn growth(&self) -> f64 {
        slope(&self.samples[self.samples.len() / 2..])
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Sample { at, memory, files } in self.samples.iter().step_by(5) {
            let mib = *memory as f64 / f64::from(1 << 20);
            writeln!(f, "{:7.1} min  {mib:7.1} MiB  {files:5} files", at.as_secs_f64() / 60.0)?;
        }
        let (done, refused) = self.requests;
        let growth = self.growth() * 100.0;
        writeln!(
            f,
            "{done} requests done, {refused} refused; memory grows by {growth:+.1} % an hour"
        )?;
        self.violations.iter().try_for_each(|violation| writeln!(f, "  {violation}"))
    }
}

/// Does it and prints what was seen.
///
/// # Errors
/// Something does not start, memory grows, or something is violated.
pub async fn measure(args: &Args) -> Result<()> {
    let outcome = run(args).await?;
    println!("{outcome}");
    ensure!(outcome.violations.is_empty(), "violated");
    ensure!(outcome.growth() <= GROWTH, "memory grows");
    Ok(())
}

/// Does it.
///
/// # Errors
/// Something does not start.
pub async fn run(args: &Args) -> Result<Outcome> {
    let place = Place::sqlite(&args.folder)?;
    let mut product = Product::start(&args.server, &place)?;
    let token = product.setup_token()?;
    let admin = Browser::set_up(product.origin(), &token).await?;
    let company = json!({"name": "Acme", "nickname": "acme"});
    let company = admin.post("/api/admin/companies", &company).await?;
    let code = company["provisioningCode"].as_str().context("no code")?.to_owned();
    let work = Work { admin, agents: product.agents().to_owned(), code };
    let load = Load::begin(&work, args.people + 1, 0);
    let begin = Instant::now();
    let mut samples = Vec::new();
    let mut tick = tokio::time::interval(args.duration / SAMPLES);
    while begin.elapsed() < args.duration {
        tick.tick().await;
        let (memory, files) = (cpu::resident(product.id())?, open_files(product.id())?);
        samples.push(Sample { at: begin.elapsed(), memory, files });
    }
    let history = load.end().await?;
    let rows = Rows::open(&place.url()).await?;
    let mut violations = history.violations();
    violations.extend(acknowledged_are_kept(&rows.ticket, &history.told).await?);
    violations.extend(invariants::all(&rows, Moment::During, Utc::now()).await?);
    product.stop()?;
    place.remove().await?;
    Ok(Outcome { samples, requests: (history.done, history.refused), violations })
}

fn open_files(process: u32) -> Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{process}/fd"))?.count())
}

/// Rise of the line through the samples (least squares), as a part of their mean, an hour.
fn slope(samples: &[Sample]) -> f64 {
    let count = samples.len() as f64;
    let mean = |of: &dyn Fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let hours = |sample: &Sample| sample.at.as_secs_f64() / 3_600.0;
    let bytes = |sample: &Sample| sample.memory as f64;
    let (hour, byte) = (mean(&hours), mean(&bytes));
    let both = |sample: &Sample| (hours(sample) - hour) * (bytes(sample) - byte);
    let spread = |sample: &Sample| (hours(sample) - hour).powi(2);
    let (both, spread) =
        (samples.iter().map(both).sum::<f64>(), samples.iter().map(spread).sum::<f64>());
    if spread > 0.0 && byte > 0.0 { both / spread / byte } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_grows_is_seen() {
        let of = |grows: u64| {
            let sample = |minute: u64| Sample {
                at: Duration::from_secs(minute * 60),
                memory: 100_000_000 + minute * grows,
                files: 1,
            };
            slope(&(0..=60).map(sample).collect::<Vec<_>>())
        };
        assert!(of(0).abs() < 1e-9);
        // From 100 to 200 MB within the hour: two thirds of the mean.
        let doubled = of(1_666_667);
        assert!((doubled - 2.0 / 3.0).abs() < 0.01, "{doubled}");
    }
}
