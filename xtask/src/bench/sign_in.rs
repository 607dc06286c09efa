//! Times refused sign-ins over real HTTP, for addresses that somebody has and for ones that nobody
//! has, in turn, so that whatever else the machine does falls on both alike.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    cargo,
    http::Client,
    product::{ADMIN, Product},
};

/// Sign-ins of each kind.
const TRIES: usize = 200;
/// Both of the same length.
const NOBODY: &str = "nobod@desk.example";

/// Prints both medians and how far they are apart.
pub(super) fn measure(release: bool) -> Result<()> {
    // Each try comes from an address of its own, so that the throttle never answers in place of the
    // password check.
    let settings = [("CHAMADOS__GATEWAY__TRUSTED_PROXY_HOPS", "1")];
    let product = Product::start_with(&cargo::build_products(release)?, &settings)?;
    product.set_up()?;
    let mut guesser = Client::new(&product.http);
    let mut times = [Vec::with_capacity(TRIES), Vec::with_capacity(TRIES)];
    for round in 0..TRIES {
        guesser.forwarded_for = format!("192.0.2.{round}");
        // Which goes first changes, so that neither always follows the other.
        let mut pair = [(0, ADMIN), (1, NOBODY)];
        pair.rotate_left(round % 2);
        for (kind, email) in pair {
            times[kind].push(refused(&mut guesser, email)?);
        }
    }
    product.stop()?;

    let [known, unknown] = times.map(median);
    let apart = (known.as_secs_f64() - unknown.as_secs_f64()) / known.as_secs_f64() * 100.0;
    println!("refused sign-ins, {TRIES} of each kind, median:");
    println!("  address that somebody has  {:9.3} ms", known.as_secs_f64() * 1e3);
    println!("  address that nobody has    {:9.3} ms", unknown.as_secs_f64() * 1e3);
    println!("  difference                 {apart:+9.2} %");
    Ok(())
}

fn refused(guesser: &mut Client, email: &str) -> Result<Duration> {
    let body = json!({"email": email, "password": "wrong horse battery"});
    let begin = Instant::now();
    let answer = guesser.send("POST", "/api/auth/sign-in/email", Some(&body))?;
    let took = begin.elapsed();
    ensure!(answer.status == 401, "{email}: {} {}", answer.status, answer.body);
    Ok(took)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let times = [5, 1, 9].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Duration::from_millis(5));
    }
}
