//! What a call carries: who it is for, under which request id, until when.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tonic::{Request, Status, metadata::MetadataValue};

use crate::{
    auth::{Actor, Denied, Permission, Principal},
    clock::Clock,
    id::TenantId,
};

/// Metadata key of the principal token.
pub const PRINCIPAL: &str = "chamados-principal";
/// Metadata key of the request id.
pub const REQUEST_ID: &str = "x-request-id";
/// Taken off the remaining time at each hop, for the way back.
const HOP: Duration = Duration::from_millis(20);

/// The context of one call, made by the auth layer from verified metadata. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CallContext {
    principal: Arc<Principal>,
    /// As received; goes along with calls made on the caller's behalf.
    token: Option<Arc<str>>,
    request_id: Arc<str>,
    deadline: Instant,
}

impl CallContext {
    /// A context for `principal`. `token` is what proves it to the next service.
    #[must_use]
    pub fn new(
        principal: Principal,
        token: Option<Arc<str>>,
        request_id: Arc<str>,
        deadline: Instant,
    ) -> Self {
        Self { principal: Arc::new(principal), token, request_id, deadline }
    }

    /// The context the auth layer put on a request.
    ///
    /// # Errors
    /// INTERNAL when there is none, which means that a service was served without its layers.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Status::internal("internal error"))
    }

    /// Who the call is made for.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Id of the request, as in the logs.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// When the caller stops waiting.
    #[must_use]
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The tenant, when the principal has `permission`.
    ///
    /// # Errors
    /// [`Denied`] otherwise.
    pub fn require(&self, permission: Permission) -> Result<TenantId, Denied> {
        self.principal.require(permission)?;
        self.principal.tenant()
    }

    /// Who a change is put down to.
    ///
    /// # Errors
    /// [`Denied`] for nobody.
    pub fn actor(&self) -> Result<Actor, Denied> {
        self.principal.actor()
    }

    /// A request to another service on the caller's behalf, with what is left of the time.
    pub fn request<T>(&self, message: T, clock: &dyn Clock) -> Request<T> {
        let mut request = Request::new(message);
        let left = self.deadline.saturating_duration_since(clock.instant());
        request.set_timeout(left.saturating_sub(HOP));
        let metadata = request.metadata_mut();
        if let Some(token) = self.token.as_deref().and_then(|t| MetadataValue::try_from(t).ok()) {
            metadata.insert(PRINCIPAL, token);
        }
        if let Ok(id) = MetadataValue::try_from(&*self.request_id) {
            metadata.insert(REQUEST_ID, id);
        }
        request
    }
}

/// Whether a text may serve as a request id: 1 to 128 visible ASCII characters.
#[must_use]
pub fn is_request_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
