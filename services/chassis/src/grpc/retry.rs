//! Tries a call again when its service was away, as long as that can do no harm: only calls that
//! read, and only within a budget, so that retries cannot make an overload worse.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use tonic::{Code, Status, body::Body};

/// Attempts in all, the first included.
const ATTEMPTS: u32 = 3;
/// A retry costs this much of the budget; a success gives one back.
const COST: i64 = 10;
/// The most the budget holds, ten retries' worth.
const BUDGET: i64 = 100;
/// Longest request that is kept for another try.
const KEPT_BYTES: usize = 256 * 1024;

/// What is left to spend on retries, shared by the calls of one channel.
#[derive(Debug, Clone)]
pub struct RetryBudget(Arc<AtomicI64>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(BUDGET)))
    }
}

impl RetryBudget {
    fn spend(&self) -> bool {
        self.0
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left >= COST).then_some(left - COST)
            })
            .is_ok()
    }

    fn earn(&self) {
        // Losing this race costs one success its reward, nothing else.
        let _full = self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            (left < BUDGET).then_some(left + 1)
        });
    }
}

/// Whether calling the method twice is the same as calling it once. By the naming rule of the
/// contracts: reads begin with these verbs.
fn is_read(path: &str) -> bool {
    let method = path.rsplit('/').next().unwrap_or_default();
    ["Get", "List", "BatchGet", "Authenticate"].iter().any(|verb| method.starts_with(verb))
}

/// Makes a call through `send`, again when it may be.
///
/// # Errors
/// The last failure.
pub async fn call<F, Fut>(
    request: http::Request<Body>,
    budget: &RetryBudget,
    send: F,
) -> Result<http::Response<Body>, Status>
where
    F: Fn(http::Request<Body>) -> Fut,
    Fut: Future<Output = Result<http::Response<Body>, Status>>,
{
    if !is_read(request.uri().path()) {
        return send(request).await;
    }
    let (parts, body) = request.into_parts();
    let message: Bytes = http_body_util::Limited::new(body, KEPT_BYTES)
        .collect()
        .await
        .map_err(|e| Status::internal(e.to_string()))?
        .to_bytes();
    for attempt in 1.. {
        let copy = http::Request::from_parts(parts.clone(), Body::new(Full::new(message.clone())));
        let outcome = send(copy).await;
        if !is_unavailable(&outcome) {
            budget.earn();
            return outcome;
        }
        if attempt == ATTEMPTS || !budget.spend() {
            return outcome;
        }
        tokio::time::sleep(jittered(attempt)).await;
    }
    Err(Status::unavailable("no attempt was made"))
}

fn is_unavailable(outcome: &Result<http::Response<Body>, Status>) -> bool {
    match outcome {
        Ok(response) => Status::from_header_map(response.headers())
            .is_some_and(|status| status.code() == Code::Unavailable),
        Err(status) => status.code() == Code::Unavailable,
    }
}

/// Full jitter: anything up to 50 ms, doubling.
fn jittered(attempt: u32) -> Duration {
    Duration::from_millis(50 << (attempt - 1)).mul_f64(rand::random())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    async fn attempts(path: &str, budget: &RetryBudget) -> u32 {
        let count = AtomicU32::new(0);
        let request = http::Request::builder().uri(path).body(Body::empty()).unwrap();
        let outcome = call(request, budget, |_| async {
            count.fetch_add(1, Ordering::Relaxed);
            Err(Status::unavailable("away"))
        })
        .await;
        assert_eq!(outcome.unwrap_err().code(), Code::Unavailable);
        count.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn only_reads_are_tried_again_and_only_within_the_budget() {
        let budget = RetryBudget::default();
        assert_eq!(attempts("/chamados.ticket.v1.TicketService/CreateTicket", &budget).await, 1);
        assert_eq!(attempts("/chamados.ticket.v1.TicketService/GetTicket", &budget).await, 3);
        for _ in 0..4 {
            attempts("/chamados.ticket.v1.TicketService/ListTickets", &budget).await;
        }
        assert_eq!(attempts("/chamados.ticket.v1.TicketService/GetTicket", &budget).await, 1);
    }
}
