//! `cargo xtask bench`: measurements, one file each. They print numbers and judge nothing.

mod alone;
mod heartbeats;
mod panel;
mod programs;
mod races;
mod scheduler;
mod sign_in;
mod tickets;

use anyhow::Result;

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// Whether the time of a refused sign-in tells that an e-mail address is known
    SignIn {
        /// Builds with optimisation, which takes minutes
        #[arg(long)]
        release: bool,
    },
    /// The panel: size of its entry, time to its first page, frames of a long list that is scrolled
    Panel {
        /// Measures a server built without optimisation, which is there sooner
        #[arg(long)]
        debug: bool,
    },
    /// What a heartbeat costs, beside other ways to know that a device is alive
    Heartbeats(heartbeats::Args),
    /// Lists, searches, opening and playing among a million tickets
    Tickets(tickets::Args),
    /// How late runs begin that are due within one minute, what that costs, and what stays
    Scheduler(scheduler::Args),
    /// Runs of the scheduler while its replicas die, freeze and lose their database
    SchedulerFaults(scheduler::Args),
    /// Clients that mean harm, and what others notice of them
    Abuse(alone::Args),
    /// People at work while parts die, are cut off and lose each other
    Faults(alone::Args),
    /// Three times as many requests as can be answered
    Overload(alone::Args),
    /// A day's work in an hour: memory, open files, answers
    Soak(alone::Args),
    /// Bytes that nobody would send, for everything that reads bytes from outside
    Fuzz(alone::Args),
    /// Contests that only one of many may win, over HTTP
    Races(races::Args),
}

/// Measures.
///
/// # Errors
/// The product does not build or start.
pub(crate) fn bench(what: &Bench) -> Result<()> {
    match what {
        Bench::SignIn { release } => sign_in::measure(*release),
        Bench::Panel { debug } => panel::measure(!debug),
        Bench::Heartbeats(args) => heartbeats::measure(args),
        Bench::Tickets(args) => tickets::measure(args),
        Bench::Scheduler(args) => scheduler::measure(args),
        Bench::SchedulerFaults(args) => scheduler::faults(args),
        Bench::Abuse(args) => alone::run("abuse", args),
        Bench::Faults(args) => alone::run("faults", args),
        Bench::Overload(args) => alone::run("overload", args),
        Bench::Soak(args) => alone::run("soak", args),
        Bench::Fuzz(args) => alone::run("fuzz", args),
        Bench::Races(args) => races::hold(args),
    }
}
