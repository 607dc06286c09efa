//! The one channel type. A caller cannot tell a service in this process from one elsewhere.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
};

use tonic::{Status, body::Body, service::Routes};
use tower::{ServiceExt as _, service_fn, util::BoxCloneSyncService};

/// What generated clients run over. The error is [`Status`], not a boxed `dyn Error`: with the
/// latter, calls do not compile inside spawned tasks.
pub type GrpcChannel = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// A channel to a service in this process. Nothing but what a socket would carry gets across: the
/// caller's extensions are dropped, so none can pass for a verified principal.
#[must_use]
pub fn local(routes: Routes) -> GrpcChannel {
    let routes = routes.prepare();
    BoxCloneSyncService::new(service_fn(move |request: http::Request<Body>| {
        let routes = routes.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            parts.extensions.clear();
            super::propagation::inject(&mut parts.headers);
            let response = routes.oneshot(http::Request::from_parts(parts, body)).await;
            response.map_err(|never: Infallible| match never {})
        }
    }))
}

/// The far end of a [`late`] channel, filled once the service behind it exists.
#[derive(Clone)]
pub struct Binding(Arc<OnceLock<GrpcChannel>>);

impl Binding {
    /// Connects the channel. Later calls change nothing.
    pub fn bind(&self, channel: GrpcChannel) {
        let _already_bound = self.0.set(channel);
    }
}

/// A channel that can be handed out before the service behind it exists, which removes any order
/// of construction. Calls before [`Binding::bind`] are UNAVAILABLE.
#[must_use]
pub fn late() -> (GrpcChannel, Binding) {
    let binding = Binding(Arc::default());
    let slot = Arc::clone(&binding.0);
    let channel = BoxCloneSyncService::new(service_fn(move |request: http::Request<Body>| {
        let channel = slot.get().cloned();
        async move {
            match channel {
                Some(channel) => channel.oneshot(request).await,
                None => Err(Status::unavailable("the service is starting")),
            }
        }
    }));
    (channel, binding)
}
