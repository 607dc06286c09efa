//! Many requests, some at once: how many a second, and how long each took.

use std::{
    future::Future,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::task::JoinSet;

/// Nothing is measured for longer; what is that slow shows by then.
const LIMIT: Duration = Duration::from_secs(30);

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// From first to last.
    elapsed: Duration,
    /// How long each took, shortest first; never empty.
    times: Vec<Duration>,
}

impl Figures {
    /// How many there were.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.times.len()
    }

    /// How many a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The time within which this many hundredths of them were done.
    #[must_use]
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let place = (self.times.len() * hundredths).div_ceil(100).max(1);
        self.times.get(place - 1).copied().unwrap_or_default()
    }
}

/// Does `work` for each number of `range`, `at_once` of them at any time, until all are done or half
/// a minute has passed.
///
/// # Errors
/// The first failure.
pub async fn run<W, F>(at_once: usize, range: Range<usize>, work: W) -> Result<Figures>
where
    W: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = Result<()>> + Send,
{
    let next = Arc::new(AtomicUsize::new(range.start));
    let begin = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (work, next, end) = (work.clone(), Arc::clone(&next), range.end);
        workers.spawn(async move {
            let mut times = Vec::new();
            while begin.elapsed() < LIMIT {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    break;
                }
                let begin = Instant::now();
                work(number).await?;
                times.push(begin.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(range.len());
    while let Some(worker) = workers.join_next().await {
        times.extend(worker??);
    }
    let elapsed = begin.elapsed();
    times.sort_unstable();
    Ok(Figures { elapsed, times })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times = (1..=200).map(Duration::from_millis).collect();
        let figures = Figures { elapsed: Duration::from_secs(2), times };
        assert_eq!(figures.percentile(50), Duration::from_millis(100));
        assert_eq!(figures.percentile(99), Duration::from_millis(198));
        assert_eq!(figures.percentile(100), Duration::from_millis(200));
        assert!((figures.per_second() - 100.0).abs() < f64::EPSILON);
    }

    #[tokio::test]
    async fn everything_is_done_once() {
        let sum = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&sum);
        let work = move |number| {
            let sum = Arc::clone(&counted);
            async move {
                sum.fetch_add(number, Ordering::Relaxed);
                Ok(())
            }
        };
        let figures = run(3, 10..20, work).await.unwrap();
        assert_eq!(figures.requests(), 10);
        assert_eq!(sum.load(Ordering::Relaxed), (10..20).sum::<usize>());
    }

    #[tokio::test]
    async fn a_failure_ends_it() {
        let work = |number| async move {
            anyhow::ensure!(number < 5, "five");
            Ok(())
        };
        assert!(run(2, 0..10, work).await.is_err());
    }
}
