//! Verifies the principal token and puts the [`CallContext`] on the request. Without a token a call
//! gets nowhere, but to the few methods that need nobody; a bad token gets nowhere at all.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tonic::Status;

use super::{deadline::Until, trace};
use crate::{
    auth::{Denied, Keyring, Principal},
    clock::SharedClock,
    context::{CallContext, PRINCIPAL},
    error,
};

/// What the layer needs.
#[derive(Clone)]
pub struct Auth {
    /// Verifies tokens.
    pub keyring: Arc<Keyring>,
    /// Says whether they are over.
    pub clock: SharedClock,
    /// gRPC paths that need no principal.
    pub public_methods: &'static [&'static str],
}

/// The layer.
pub async fn layer(State(auth): State<Auth>, mut request: Request, next: Next) -> Response {
    match auth.context(&request) {
        Ok(context) => {
            request.extensions_mut().insert(context);
            next.run(request).await
        }
        Err(status) => super::refuse(status),
    }
}

impl Auth {
    fn context(&self, request: &Request) -> Result<CallContext, Status> {
        let headers = request.headers();
        let (principal, token) = match headers.get(PRINCIPAL) {
            Some(value) => {
                let token = value.to_str().map_err(|_| error::status(Denied::Anonymous))?;
                let principal = self
                    .keyring
                    .verify(token, self.clock.now())
                    .map_err(|_| error::status(Denied::Anonymous))?;
                (principal, Some(Arc::from(token)))
            }
            None if self.public_methods.contains(&request.uri().path()) => {
                (Principal::Anonymous, None)
            }
            None => return Err(error::status(Denied::Anonymous)),
        };
        let until = request.extensions().get::<Until>().map(|until| until.0);
        let deadline = until.unwrap_or_else(|| self.clock.instant());
        let request_id = Arc::from(trace::request_id(headers));
        if let Ok(actor) = principal.actor() {
            let (_, id) = actor.to_parts();
            tracing::Span::current().record("user", id);
        }
        Ok(CallContext::new(principal, token, request_id, deadline))
    }
}
