//! Three times as many requests as the server can answer: what it still answers, and how soon it is well again.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{browser::Browser, durations, files, load, place::Place, product::Product};

/// More is asked for than can be done, so many times.
const TIMES: f64 = 3.0;
/// Of the peak, so much must still be done.
const GOODPUT: f64 = 0.8;
/// Well again within this.
const RECOVERY: Duration = Duration::from_secs(10);
/// Whoever waits longer has gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// Requests at once that find the peak.
const AT_ONCE: usize = 16;
/// Most that wait at once; a client has no more connections than this either.
const MOST: u64 = 2_000;
const PATH: &str = "/api/tickets?pageSize=20";

/// How much, and for how long.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The server's program
    #[arg(long, default_value = "target/release/chamados")]
    pub server: PathBuf,
    /// How long too much is asked
    #[arg(long, default_value = "10m", value_parser = durations::parse)]
    pub duration: Duration,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    pub folder: PathBuf,
}

/// What was seen.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Answers a second when as much is asked as can be done.
    pub peak: f64,
    /// Good answers a second when three times as much is asked.
    pub goodput: f64,
    /// Refused in order, and without an answer in time.
    pub refused: (u64, u64),
    /// From the end of it until an answer is as fast as before.
    pub recovery: Duration,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { peak, goodput, refused: (refused, silent), recovery } = self;
        let share = goodput / peak * 100.0;
        write!(
            f,
            "peak {peak:.0}/s; asked for three times that: {goodput:.0}/s good ({share:.0} %), {refused} refused, \
             {silent} without an answer; well again after {:.1} s",
            recovery.as_secs_f64()
        )
    }
}

/// Does it and prints what was seen.
///
/// # Errors
/// Something does not start, or too little was answered.
pub async fn measure(args: &Args) -> Result<()> {
    files::allow_many()?;
    let outcome = run(args).await?;
    println!("{outcome}");
    ensure!(outcome.goodput >= outcome.peak * GOODPUT, "too little was answered");
    ensure!(outcome.recovery <= RECOVERY, "it was not well again in time");
    Ok(())
}

/// Does it.
///
/// # Errors
/// Something does not start, or fails before too much is asked.
pub async fn run(args: &Args) -> Result<Outcome> {
    let place = Place::sqlite(&args.folder)?;
    let mut product = Product::start(&args.server, &place)?;
    let token = product.setup_token()?;
    let admin = Browser::set_up(product.origin(), &token).await?;
    for number in 0..100 {
        let _ticket = admin.post("/api/tickets", &json!({"subject": number.to_string()})).await?;
    }
    let asked = admin.clone();
    let ask = move |_| {
        let asked = asked.clone();
        async move { asked.get(PATH).await.map(drop) }
    };
    let _warm = load::run(AT_ONCE, 0..500, ask.clone()).await?;
    let peak = load::run(AT_ONCE, 0..5_000, ask).await?;
    let usual = peak.percentile(99);
    let peak = peak.per_second();
    let (good, refused, silent) = storm(&admin, peak * TIMES, args.duration).await;
    let end = Instant::now();
    loop {
        let begin = Instant::now();
        if admin.get(PATH).await.is_ok() && begin.elapsed() <= usual * 3 {
            break;
        }
        ensure!(end.elapsed() < RECOVERY * 6, "it is not well again");
    }
    let recovery = end.elapsed();
    product.stop()?;
    place.remove().await?;
    let goodput = good as f64 / args.duration.as_secs_f64();
    Ok(Outcome { peak, goodput, refused: (refused, silent), recovery })
}

/// Asks so often a second, whatever becomes of it: how many answers were good, how many refused, how many did not
/// come in time.
async fn storm(browser: &Browser, rate: f64, duration: Duration) -> (u64, u64, u64) {
    let counts = Arc::new([const { AtomicU64::new(0) }; 3]);
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    let mut asked = 0_u64;
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    while begin.elapsed() < duration {
        tick.tick().await;
        while asking.try_join_next().is_some() {}
        let due = (begin.elapsed().as_secs_f64() * rate) as u64;
        for _ in asked..due.min(asked + MOST.saturating_sub(asking.len() as u64)) {
            let (browser, counts) = (browser.clone(), Arc::clone(&counts));
            asking.spawn(async move {
                let answer = browser.exchange(Method::GET, PATH, &[], vec![]);
                let which = match tokio::time::timeout(PATIENCE, answer).await {
                    Ok(Ok((200, _))) => 0,
                    Ok(Ok(_)) => 1,
                    Ok(Err(_)) | Err(_) => 2,
                };
                counts[which].fetch_add(1, Ordering::Relaxed);
            });
        }
        asked = due;
    }
    // What is still under way counts for nothing.
    let of = |which: usize| counts[which].load(Ordering::Relaxed);
    (of(0), of(1), of(2))
}
