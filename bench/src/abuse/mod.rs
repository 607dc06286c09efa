//! Clients that mean harm, at the public ports of the server as it is shipped: rapid resets, readers that do not
//! read, thousands of streams, huge messages and headers, slow and silent clients. Beside them somebody
//! works, and is watched together with the server's memory.

mod attacks;
mod bystander;

use std::{fmt, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::{browser::Browser, cpu, durations, files, place::Place, product::Product};

use self::{attacks::Target, bystander::Seen};

pub use attacks::Attack;

/// How much memory may grow under an attack: the base so many times.
pub const MEMORY: u64 = 2;
/// How much slower others may be served: the base so many times.
pub const SLOWER: u32 = 3;
/// What is as fast as this is fast enough, whatever it was before.
pub const FAST: Duration = Duration::from_millis(100);

/// What to do to it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// How long each attack lasts
    #[arg(long, default_value = "150s", value_parser = durations::parse)]
    pub duration: Duration,
    /// Connections of each attack
    #[arg(long, default_value_t = 100)]
    pub connections: usize,
    /// One attack alone
    #[arg(long, value_enum)]
    pub only: Option<Attack>,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// What came of an attack.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Which.
    pub attack: Attack,
    /// What the attackers did, as often as they could.
    pub acts: u64,
    /// Resident bytes before all attacks, and the most during this one.
    pub memory: (u64, u64),
    /// The slowest hundredth of what others asked, before all attacks and during this one.
    pub p99: (Duration, Duration),
    /// Requests of others that failed.
    pub failed: u64,
}

impl Outcome {
    /// Whether others could go on, and memory stayed within its bound.
    #[must_use]
    pub fn is_borne(&self) -> bool {
        let slow = (self.p99.0 * SLOWER).max(FAST);
        self.failed == 0 && self.memory.1 <= self.memory.0 * MEMORY && self.p99.1 <= slow
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(
            f,
            "{:16} {:8} acts, memory {:.0} → {:.0} MiB, p99 of others {:.1} → {:.1} ms, {} failed",
            self.attack.name(),
            self.acts,
            mib(self.memory.0),
            mib(self.memory.1),
            ms(self.p99.0),
            ms(self.p99.1),
            self.failed
        )
    }
}

/// Does it and prints what was seen.
///
/// # Errors
/// Something does not start, or an attack was not borne.
pub async fn measure(args: &Args) -> Result<()> {
    files::allow_many()?;
    let outcomes = run(args).await?;
    for outcome in &outcomes {
        println!("{outcome}{}", if outcome.is_borne() { "" } else { "  NOT BORNE" });
    }
    ensure!(outcomes.iter().all(Outcome::is_borne), "not every attack was borne");
    Ok(())
}

/// Does it.
///
/// # Errors
/// Something does not start, or the server ends.
pub async fn run(args: &Args) -> Result<Vec<Outcome>> {
    let place = Place::sqlite(&args.folder)?;
    let mut product = Product::start(&args.server, &place)?;
    let token = product.setup_token()?;
    let admin = Browser::set_up(product.origin(), &token).await?;
    let _ticket = admin.post("/api/tickets", &json!({"subject": "beside"})).await?;
    let target = Target {
        http: address(product.origin())?,
        grpc: address(product.agents())?,
        connections: args.connections,
    };
    // Twice: what is needed the first time only is no base.
    let _warm = watch(&admin, product.id(), args.duration / 4).await?;
    let (base, memory) = watch(&admin, product.id(), args.duration / 4).await?;
    let mut outcomes = Vec::new();
    for attack in Attack::ALL.into_iter().filter(|one| args.only.is_none_or(|only| only == *one)) {
        let attackers = attack.begin(&target);
        let (seen, most) = watch(&admin, product.id(), args.duration).await?;
        let acts = attackers.end().await;
        outcomes.push(Outcome {
            attack,
            acts,
            memory: (memory, most),
            p99: (base.p99(), seen.p99()),
            failed: seen.failed,
        });
    }
    product.stop()?;
    place.remove().await?;
    Ok(outcomes)
}

/// Works beside for a while; what was seen, and the most memory that the process had.
async fn watch(admin: &Browser, process: u32, duration: Duration) -> Result<(Seen, u64)> {
    let mut most = 0;
    let working = bystander::work(admin, duration);
    tokio::pin!(working);
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    loop {
        tokio::select! {
            seen = &mut working => return Ok((seen, most)),
            _ = tick.tick() => most = most.max(cpu::resident(process)?),
        }
    }
}

fn address(url: &str) -> Result<std::net::SocketAddr> {
    let (_, address) = url.split_once("://").context("no address in the URL")?;
    Ok(address.parse()?)
}
