//! `cargo xtask fuzz-api`: every operation of the HTTP API asked what its contract allows and what it
//! does not, by `schemathesis`, in the sessions of three people, against the real product. Whatever the
//! contract does not say (a status, a media type, a field, a header) is a failure, and so is every 5xx.
//!
//! `data` makes a small believable desk; `hooks.py` puts its records' ids into generated requests, so
//! that they get further than "not there"; `tool` installs and runs the program.

mod data;
mod tool;

use std::{path::Path, thread, time::Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use self::{
    data::Desk,
    tool::{Run, Tool},
};
use crate::{cargo, http::Client, product::Product};

/// What is asked apart, in a session of its own each: it would end the session of the long run, or, the
/// stream, does not end by itself.
const APART: [&str; 3] = ["/api/me/sessions/{id}", "/api/auth/sign-out", "/api/events"];

/// What to ask, and how often.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// The same seed asks the same questions; another one each time when left out
    #[arg(long)]
    seed: Option<u32>,
    /// Examples of each operation, besides those at the borders of what is allowed
    #[arg(long, default_value_t = 50)]
    examples: u32,
    /// Only as somebody of this role
    #[arg(long, value_parser = Role::NAMES)]
    role: Option<String>,
    /// Only operations of this path, as the contract has it
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
}

impl Args {
    /// What has to pass before a commit lands: the same questions every time.
    pub(crate) fn ci() -> Self {
        Self { seed: Some(1), examples: 50, role: None, path: None }
    }
}

/// In whose name is asked.
#[derive(Debug, Clone, Copy)]
struct Role(&'static str);

impl Role {
    const NAMES: [&'static str; 3] = ["admin", "agent", "collaborator"];
}

/// Builds the product and asks it.
///
/// # Errors
/// It answered what its contract does not have, or something that is needed cannot be had.
pub(crate) fn fuzz_api(args: &Args) -> Result<()> {
    with(&cargo::build_products(false)?, args)
}

/// The same with the programs in the folder `programs`.
///
/// # Errors
/// As [`fuzz_api`].
pub(crate) fn with(programs: &Path, args: &Args) -> Result<()> {
    let tool = Tool::install()?;
    let product = Product::start(programs)?;
    let desk = Desk::open(&product, programs)?;
    let seed = args.seed.unwrap_or_else(random_seed);
    println!("seed {seed}; to ask the same again: cargo xtask fuzz-api --seed {seed}");

    let roles: Vec<Role> = Role::NAMES
        .into_iter()
        .filter(|name| args.role.as_deref().is_none_or(|role| role == *name))
        .map(Role)
        .collect();
    let begin = Instant::now();
    let failures = thread::scope(|scope| {
        let asking: Vec<_> = roles
            .iter()
            .map(|role| scope.spawn(|| ask_as(*role, &desk, &tool, seed, args)))
            .collect();
        let answers = asking.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| bail!("asking in one of the roles panicked"))
        });
        answers.collect::<Result<Vec<_>>>()
    })?;
    let failures: usize = failures.into_iter().sum();
    println!("asked for {:.0} s", begin.elapsed().as_secs_f64());

    if failures > 0 {
        bail!("{failures} runs found what the contract does not have, see above");
    }
    product.stop()
}

/// Asks everything in the name of one person. How many runs found something.
fn ask_as(role: Role, desk: &Desk<'_>, tool: &Tool, seed: u32, args: &Args) -> Result<usize> {
    let Role(name) = role;
    let wanted = |path: &str| args.path.as_deref().is_none_or(|only| only == path);
    // Before anything is asked: questions about passwords may close the way in for a while.
    let apart = APART
        .into_iter()
        .filter(|path| wanted(path))
        .map(|path| Ok((path, desk.sign_in(name)?, desk.known_with_sessions(name)?)));
    let apart = apart.collect::<Result<Vec<_>>>()?;
    let (seed, examples) = (seed, args.examples);
    let mut failures = 0;
    if args.path.is_none() || apart.is_empty() {
        let mut client = desk.sign_in(name)?;
        let who = me(&mut client)?;
        let paths = match &args.path {
            Some(path) => vec!["--include-path", path],
            None => APART.iter().flat_map(|path| ["--exclude-path", path]).collect(),
        };
        let run = Run { name, client: &client, known: desk.known(), seed, examples, paths };
        failures += usize::from(!tool.run(&run)?);
        ensure!(me(&mut client)? == who, "{name}: the session of the run did not last to its end");
    }
    for (path, client, known) in &apart {
        // A stream is listened to for this long.
        let paths = vec!["--include-path", path, "--request-timeout", "0.5"];
        let run = Run { name, client, known, seed, examples, paths };
        failures += usize::from(!tool.run(&run)?);
    }
    Ok(failures)
}

/// Who somebody is and what they may do: as long as the session holds and nobody changed them.
fn me(client: &mut Client) -> Result<(Value, Value)> {
    let mut me = client.get("/api/me").context("the session of a run")?;
    Ok((me["user"]["id"].take(), me["permissions"].take()))
}

fn random_seed() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.subsec_nanos())
}
