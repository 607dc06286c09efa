//! The layers every service stands behind, from the outside in. They sit on the routes, not on the
//! socket, so calls in process pass them too:
//!
//! 1. [`trace`]: first, so that everything below is in its span, refusals too;
//! 2. [`metrics`]: counts what the caller gets, whichever layer answers;
//! 3. [`panic`]: makes a panic an INTERNAL that the two above still see;
//! 4. [`deadline`]: outside the limit, so that waiting counts;
//! 5. [`shed`]: before any work is done for the call;
//! 6. [`auth`]: last, next to the handler: whatever passes is verified.

pub mod auth;
pub mod deadline;
pub mod metrics;
pub mod panic;
pub mod shed;
pub mod trace;

use std::{sync::Arc, time::Duration};

use axum::middleware::{from_fn, from_fn_with_state};
use serde::Deserialize;
use tonic::service::Routes;

use crate::{auth::Keyring, clock::SharedClock, telemetry::Metrics};

/// Limits of a service's calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Seconds a call may take when the caller names no deadline, and the most it may name.
    pub deadline_seconds: u64,
    /// Calls a service works on at once; more are refused with RESOURCE_EXHAUSTED.
    pub concurrent_calls: usize,
}

/// What the layers of all services in a process share.
#[derive(Clone)]
pub struct Stack {
    /// Verifies principal tokens.
    pub keyring: Arc<Keyring>,
    /// Says when a token or deadline is over.
    pub clock: SharedClock,
    /// Where calls are counted.
    pub metrics: Metrics,
    /// How much a service takes on.
    pub limits: Limits,
}

impl Stack {
    /// Puts the layers on a service's routes. `public_methods` are gRPC paths that need no principal.
    #[must_use]
    pub fn layered(&self, routes: Routes, public_methods: &'static [&'static str]) -> Routes {
        let auth = auth::Auth {
            keyring: Arc::clone(&self.keyring),
            clock: Arc::clone(&self.clock),
            public_methods,
        };
        self.around(routes.into_axum_router().layer(from_fn_with_state(auth, auth::layer)))
    }

    /// Puts all layers but [`auth`] on what finds out by itself who calls.
    #[must_use]
    pub fn around(&self, router: axum::Router) -> Routes {
        let deadline = Duration::from_secs(self.limits.deadline_seconds);
        // The last layer added is the outermost.
        let router = router
            .layer(from_fn_with_state(shed::Shed::new(self.limits.concurrent_calls), shed::layer))
            .layer(from_fn_with_state(
                deadline::Deadline { default: deadline, clock: Arc::clone(&self.clock) },
                deadline::layer,
            ))
            .layer(from_fn(panic::layer))
            .layer(from_fn_with_state(
                metrics::CallMetrics::new(&self.metrics, Arc::clone(&self.clock)),
                metrics::layer,
            ))
            .layer(from_fn(trace::layer));
        Routes::from(router).prepare()
    }
}

/// A status as the answer of a layer.
fn refuse(status: tonic::Status) -> axum::response::Response {
    status.into_http::<axum::body::Body>()
}
