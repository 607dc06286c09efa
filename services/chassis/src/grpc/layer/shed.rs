//! Refuses calls over the limit at once instead of queueing them, so that those it took stay fast.
//! A stream counts until its head is sent: agents' open sessions are no load here.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::sync::Semaphore;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The limit, shared by all calls of a service.
#[derive(Debug, Clone)]
pub struct Shed(Arc<Semaphore>);

impl Shed {
    /// Takes `limit` calls at once.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS))))
    }
}

/// The layer.
pub async fn layer(State(shed): State<Shed>, request: Request, next: Next) -> Response {
    match shed.0.try_acquire() {
        Ok(_permit) => next.run(request).await,
        Err(_) => {
            let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(1)));
            super::refuse(Status::with_error_details(
                Code::ResourceExhausted,
                "too many calls at once",
                details,
            ))
        }
    }
}
