//! The command line of the measurements.

use clap::{Parser, Subcommand};

use chamados_bench::{
    abuse, devices,
    endurance::{overload, soak},
    faults, fuzz, heartbeats, invariants, races, scheduler, tickets,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the real product under load, and prints numbers.
#[derive(Parser)]
#[command(name = "chamados-bench", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Subcommand)]
enum Measure {
    /// Lists, searches, opening and playing among many tickets
    Tickets(tickets::Args),
    /// Devices that are none, connected to a server that runs
    Devices(devices::Args),
    /// What a heartbeat costs, side by side with other ways
    Heartbeats(heartbeats::Args),
    /// Runs of the scheduler while its replicas die, freeze and lose their database
    SchedulerFaults(scheduler::faults::Args),
    /// How late runs begin that are due within one minute
    Scheduler(scheduler::minute::Args),
    /// Clients that mean harm, and what others notice of them
    Abuse(abuse::Args),
    /// People at work while parts die, are cut off and lose each other
    Faults(faults::Args),
    /// Three times as many requests as can be answered
    Overload(overload::Args),
    /// A day's work in an hour: memory, open files, answers
    Soak(soak::Args),
    /// Bytes that nobody would send, for everything that reads bytes from outside
    Fuzz(fuzz::Args),
    /// What the rows of a database violate of what must always hold
    Invariants(invariants::Args),
    /// Contests that only one of many may win, over HTTP
    Races(races::Args),
    #[command(hide = true)]
    Rival(heartbeats::RivalArgs),
}

fn main() -> anyhow::Result<()> {
    let measure = Cli::parse().measure;
    // TLS needs its cryptography chosen before the first client. Twice is no harm.
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match &measure {
            Measure::Tickets(args) => tickets::measure(args).await,
            Measure::Devices(args) => devices::measure(args).await,
            Measure::Heartbeats(args) => heartbeats::measure(args).await,
            Measure::SchedulerFaults(args) => scheduler::faults::measure(args).await,
            Measure::Scheduler(args) => scheduler::minute::measure(args).await,
            Measure::Abuse(args) => abuse::measure(args).await,
            Measure::Faults(args) => faults::measure(args).await,
            Measure::Overload(args) => overload::measure(args).await,
            Measure::Soak(args) => soak::measure(args).await,
            Measure::Fuzz(args) => fuzz::measure(args).await,
            Measure::Invariants(args) => invariants::measure(args).await,
            Measure::Races(args) => races::measure(args).await,
            Measure::Rival(args) => heartbeats::rival(args).await,
        }
    })
}
