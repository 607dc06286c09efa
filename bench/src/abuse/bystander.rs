//! Somebody who works on while others attack.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::browser::Browser;

/// Between two requests.
const PACE: Duration = Duration::from_millis(10);
/// Who waits for longer has given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is asked, in turn.
const PATHS: [&str; 3] = ["/api/me", "/api/tickets", "/healthz"];

/// What they saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    times: Vec<Duration>,
    pub(super) failed: u64,
}

impl Seen {
    pub(super) fn p99(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let place = (times.len() * 99).div_ceil(100).max(1);
        times.get(place - 1).copied().unwrap_or(PATIENCE)
    }
}

/// Works for so long.
pub(super) async fn work(browser: &Browser, duration: Duration) -> Seen {
    let begin = Instant::now();
    let mut seen = Seen::default();
    let mut pace = tokio::time::interval(PACE);
    for path in PATHS.iter().cycle() {
        if begin.elapsed() >= duration {
            break;
        }
        pace.tick().await;
        let asked = Instant::now();
        let asking = browser.exchange(Method::GET, path, &[], vec![]);
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok((200, _))) => seen.times.push(asked.elapsed()),
            _ => seen.failed += 1,
        }
    }
    seen
}
