//! What only one of many may do, done by many at once, over HTTP: of simultaneous updates with one version,
//! takes, merges and claims of an upload one wins, and simultaneous tickets have a number each.

mod contest;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use futures::future::join_all;
use reqwest::Url;
use serde_json::json;

use crate::{
    browser::{Browser, EMAIL, PASSWORD},
    invariants::history::{Attempt, contests_have_one_winner},
    place::Place,
    product::Product,
};

use self::contest::{Contest, Made};

/// Whom to race against.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// A desk that runs on this machine, `http://127.0.0.1:8080`; without it the server is started
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// An admin's e-mail there
    #[arg(long, default_value = EMAIL)]
    pub email: String,
    /// Their password
    #[arg(long, default_value = PASSWORD, hide_default_value = true)]
    pub password: String,
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// URL of a PostgreSQL for the server that is started; without it SQLite
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// URL of a Redis for the server that is started
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
    /// Rounds of each contest
    #[arg(long, default_value_t = 12)]
    pub rounds: usize,
    /// Who try at the same time
    #[arg(long, default_value_t = 16)]
    pub rivals: usize,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// What came of one contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub contest: &'static str,
    /// How often it was held.
    pub rounds: usize,
    /// How often exactly one won.
    pub right: usize,
    /// How often each answer came.
    pub answers: BTreeMap<u16, usize>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contest, rounds, right, answers } = self;
        let answers: Vec<_> =
            answers.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        write!(f, "{contest:9}  {right:4} of {rounds:4}  {}", answers.join(", "))
    }
}

/// Holds the contests and prints how many rounds had exactly one winner.
///
/// # Errors
/// Nobody is there, or a server of our own had a round with another number of winners.
pub async fn measure(args: &Args) -> Result<()> {
    let outcomes = if let Some(url) = &args.url {
        let admin = sign_in(url, &args.email, &args.password).await?;
        run(&admin, args.rounds, args.rivals).await?
    } else {
        let place = match &args.postgres {
            Some(server) => Place::postgres(&args.folder, server).await?,
            None => Place::sqlite(&args.folder)?,
        };
        let place = place.with_redis(args.redis.as_deref());
        let mut product = Product::start(&args.server, &place)?;
        let token = product.setup_token()?;
        let admin = Browser::set_up(product.origin(), &token).await?;
        let outcomes = run(&admin, args.rounds, args.rivals).await;
        product.stop()?;
        place.remove().await?;
        outcomes?
    };
    println!("rounds with exactly one winner, {} at once:", args.rivals);
    for outcome in &outcomes {
        println!("  {outcome}");
    }
    let right = outcomes.iter().all(|outcome| outcome.right == outcome.rounds);
    ensure!(args.url.is_some() || right, "in some rounds not exactly one won");
    Ok(())
}

/// An admin of a desk on this machine.
///
/// # Errors
/// It is elsewhere, or refuses them.
pub async fn sign_in(url: &str, email: &str, password: &str) -> Result<Browser> {
    let address: Url = url.parse()?;
    let here = matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    ensure!(here, "{url} is not on this machine");
    let person = json!({"email": email, "password": password});
    Browser::enter(url.trim_end_matches('/'), "/api/auth/sign-in/email", &person).await
}

/// Holds each contest `rounds` times among `rivals`.
///
/// # Errors
/// What a contest is about cannot be made, or there is no answer.
pub async fn run(admin: &Browser, rounds: usize, rivals: usize) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for contest in Contest::ALL {
        let name = contest.name();
        let mut outcome = Outcome { contest: name, rounds, right: 0, answers: BTreeMap::new() };
        for round in 0..rounds {
            let right = hold(admin, contest, rivals, &mut outcome.answers).await;
            outcome.right += usize::from(right.with_context(|| format!("{name}, round {round}"))?);
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Whether it came out right.
async fn hold(
    admin: &Browser,
    contest: Contest,
    rivals: usize,
    tally: &mut BTreeMap<u16, usize>,
) -> Result<bool> {
    let made: Made = contest.prepare(admin, rivals).await?;
    let rush = (0..rivals).map(|rival| contest.attempt(admin, &made, rival));
    let mut answers = Vec::new();
    for answer in join_all(rush).await {
        let (status, bytes) = answer?;
        *tally.entry(status).or_default() += 1;
        answers.push((status, bytes));
    }
    if let Some(right) = contest.judges_itself(&answers)? {
        return Ok(right);
    }
    let attempts: Vec<_> = answers
        .iter()
        .map(|(status, _)| Attempt {
            contest: contest.name().to_owned(),
            won: Some((200..300).contains(status)),
        })
        .collect();
    Ok(contests_have_one_winner(&attempts).is_empty())
}
