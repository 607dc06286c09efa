//! Bytes from outside that nobody would send: what reads them refuses or takes them, and never fails in any other
//! way. Inputs are made from a seed, each by its number, so that one can be made again.
//!
//! [`decoders`] are asked directly, [`ports`] of a running server over HTTP and gRPC; [`inputs`] makes the bytes.

pub mod decoders;
mod inputs;
pub mod ports;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::Instant,
};

use anyhow::{Result, bail, ensure};
use rand::{SeedableRng as _, rngs::StdRng};

use crate::{browser::Browser, place::Place, product::Product};

pub use inputs::Corpus;

/// What to try.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Inputs for each decoder
    #[arg(long, default_value_t = 1_000_000)]
    pub inputs: u64,
    /// Inputs for each port of a running server, which take longer
    #[arg(long, default_value_t = 20_000)]
    pub port_inputs: u64,
    /// The same inputs again
    #[arg(long)]
    pub seed: Option<u64>,
    /// One decoder or port alone
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// One input alone, by its number
    #[arg(long, value_name = "NUMBER")]
    pub replay: Option<u64>,
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// Which inputs of a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inputs {
    /// What they are made from.
    pub seed: u64,
    /// The first.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// What became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken as good.
    pub taken: u64,
    /// Refused in order.
    pub refused: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} taken, {} refused", self.taken, self.refused)
    }
}

/// What a decoder says to an input: whether it took it, or what it did that it must not.
pub type Verdict = std::result::Result<bool, String>;

/// Tries everything and prints what became of it.
///
/// # Errors
/// An input did what it must not; its number and seed are in the error.
pub async fn measure(args: &Args) -> Result<()> {
    let seed = args.seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let wanted = |name: &str| args.only.as_ref().is_none_or(|only| only == name);
    let inputs = |count| match args.replay {
        Some(first) => Inputs { seed, first, count: 1 },
        None => Inputs { seed, first: 0, count },
    };
    for decoder in decoders::ALL.iter().filter(|decoder| wanted(decoder.name)) {
        let begin = Instant::now();
        let tally = decode(decoder, inputs(args.inputs))?;
        println!("{:16} {tally} in {:.1} s", decoder.name, begin.elapsed().as_secs_f64());
    }
    if ports::NAMES.into_iter().any(wanted) {
        knock(args, &wanted, inputs(args.port_inputs)).await?;
    }
    Ok(())
}

/// Tries the ports of a server of our own.
async fn knock(args: &Args, wanted: &impl Fn(&str) -> bool, inputs: Inputs) -> Result<()> {
    let place = Place::sqlite(&args.folder)?;
    let mut product = Product::start(&args.server, &place)?;
    let token = product.setup_token()?;
    let admin = Browser::set_up(product.origin(), &token).await?;
    let ports = ports::Ports::open(admin, product.agents()).await?;
    for name in ports::NAMES.into_iter().filter(|name| wanted(name)) {
        let begin = Instant::now();
        let tally = ports.knock(name, inputs).await?;
        println!("{name:16} {tally} in {:.1} s", begin.elapsed().as_secs_f64());
    }
    product.stop()?;
    place.remove().await
}

/// Gives a decoder its inputs.
///
/// # Errors
/// It did what it must not with one of them, or panicked.
pub fn decode(decoder: &decoders::Decoder, inputs: Inputs) -> Result<Tally> {
    let corpus = Corpus::new(decoder.corpus);
    let mut tally = Tally::default();
    for number in inputs.first..inputs.first + inputs.count {
        let input = corpus.input(&mut random(inputs.seed, decoder.name, number));
        let verdict = catch_unwind(AssertUnwindSafe(|| (decoder.judge)(&input)));
        let wrong = match verdict {
            Ok(Ok(taken)) => {
                tally.count(taken);
                continue;
            }
            Ok(Err(wrong)) => wrong,
            Err(_) => "it panicked".to_owned(),
        };
        let Inputs { seed, .. } = inputs;
        let again = format!("--only {} --seed {seed} --replay {number}", decoder.name);
        bail!("{again}: {wrong}\n{}", input.escape_ascii());
    }
    let least = inputs.count / 1000;
    ensure!(tally.taken >= least, "{}: too few inputs are good: {tally}", decoder.name);
    ensure!(decoder.takes_all || tally.refused >= least, "{}: {tally}", decoder.name);
    Ok(tally)
}

impl Tally {
    fn count(&mut self, taken: bool) {
        *if taken { &mut self.taken } else { &mut self.refused } += 1;
    }
}

/// The chance of one input, which depends on nothing but its number.
fn random(seed: u64, name: &str, number: u64) -> StdRng {
    let mut key = blake3::Hasher::new();
    key.update(&seed.to_le_bytes()).update(name.as_bytes()).update(&number.to_le_bytes());
    StdRng::from_seed(*key.finalize().as_bytes())
}
