//! Serves what was wired, until stopping is asked for.

use std::{future::pending, time::Duration};

use chamados_chassis::{
    health::Health,
    http::{self, PING, PING_TIMEOUT},
    operations,
    shutdown::Shutdown,
    task,
    telemetry::Metrics,
    tls::Listener,
};
use tokio::net::TcpListener;
use tonic::{service::Routes, transport::Server};

/// A connection between services is closed in order after this long, so that new replicas get
/// their share.
const INTERNAL_AGE: Duration = Duration::from_secs(300);
/// Time for calls on a connection that is being closed: reading a tenant for an archive takes long.
const AGE_GRACE: Duration = Duration::from_secs(6 * 60 * 60);
/// The longest gRPC message taken from outside.
const MAX_FRAME: u32 = 64 * 1024;
/// Calls of one outside connection at the same time, the fewest that
/// [RFC 9113, 6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2) advises. An agent makes two; each costs
/// some nine kilobytes before anybody knows whose it is. More wait, or come over another connection.
const STREAMS: u32 = 100;

/// Serves HTTP.
pub(crate) fn http(listener: Listener, router: axum::Router, shutdown: &Shutdown) {
    shutdown.spawn("http", http::serve(listener, router, shutdown.requested()));
}

/// Serves agents and automation.
pub(crate) fn public(listener: Listener, routes: Routes, health: &Health, shutdown: &Shutdown) {
    let server = Server::builder()
        .http2_keepalive_interval(Some(PING))
        .http2_keepalive_timeout(Some(PING_TIMEOUT))
        .max_concurrent_streams(STREAMS)
        .max_frame_size(MAX_FRAME);
    // Its schema is behind the door, like what it tells of.
    serve("grpc", server, listener, with_health(routes, health), shutdown);
}

/// Serves the other services.
pub(crate) fn internal(listener: Listener, routes: Routes, health: &Health, shutdown: &Shutdown) {
    let server = Server::builder()
        .http2_keepalive_interval(Some(PING))
        .http2_keepalive_timeout(Some(PING_TIMEOUT))
        .max_connection_age(INTERNAL_AGE)
        .max_connection_age_grace(AGE_GRACE);
    serve("internal", server, listener, with_reflection(with_health(routes, health)), shutdown);
}

/// Serves operators until the process ends: that it stops is told here too.
pub(crate) fn operations(listener: TcpListener, health: &Health, metrics: &Metrics) {
    let router = operations::router(health, metrics.clone());
    task::spawn("operations", http::serve(Listener::new(listener, None), router, pending()));
}

fn serve(
    name: &'static str,
    mut server: Server,
    listener: Listener,
    routes: Routes,
    shutdown: &Shutdown,
) {
    let stop = shutdown.clone();
    shutdown.spawn(name, async move {
        let router = server.add_routes(routes);
        let incoming = listener.into_stream();
        let served = router.serve_with_incoming_shutdown(incoming, stop.requested()).await;
        // A listener that fails takes the process down, loudly; half a product helps nobody.
        if let Err(error) = served {
            tracing::error!(listener = name, error = &error as &dyn std::error::Error, "stopped");
            stop.request();
        }
    });
}

/// Adds health, which needs no principal and so stands before the layers.
fn with_health(routes: Routes, health: &Health) -> Routes {
    routes.add_service(health.service())
}

/// Adds the schema of everything, before the layers too.
fn with_reflection(routes: Routes) -> Routes {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(chamados_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1();
    match reflection {
        Ok(reflection) => routes.add_service(reflection),
        Err(error) => {
            tracing::error!(%error, "reflection is not served");
            routes
        }
    }
}
