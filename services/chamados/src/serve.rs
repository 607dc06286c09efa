//! Serves what was wired, until stopping is asked for.

use std::{net::SocketAddr, time::Duration};

use axum::serve::{ListenerExt as _, TapIo};
use chamados_chassis::shutdown::Shutdown;
use tokio::net::{TcpListener, TcpStream};
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};

/// A connection between services is closed in order after this long, so that new replicas get
/// their share.
const INTERNAL_AGE: Duration = Duration::from_secs(300);
/// Time for calls on a connection that is being closed: reading a tenant for an archive takes long.
const AGE_GRACE: Duration = Duration::from_secs(6 * 60 * 60);
/// A silent peer is asked whether it is there…
const PING: Duration = Duration::from_secs(20);
/// …and given up when it does not answer.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest gRPC message taken from outside.
const MAX_FRAME: u32 = 64 * 1024;

/// Serves HTTP.
pub(crate) fn http(listener: TcpListener, router: axum::Router, shutdown: &Shutdown) {
    let stop = shutdown.clone();
    shutdown.spawn("http", async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(for_http(listener), service);
        let served = served.with_graceful_shutdown(stop.requested()).await;
        ended("http", served, &stop);
    });
}

/// Serves agents and automation.
pub(crate) async fn public(listener: TcpListener, routes: Routes, shutdown: &Shutdown) {
    let server = Server::builder()
        .http2_keepalive_interval(Some(PING))
        .http2_keepalive_timeout(Some(PING_TIMEOUT))
        .max_frame_size(MAX_FRAME);
    // Its schema is behind the door, like what it tells of.
    serve("grpc", server, listener, with_health(routes).await, shutdown);
}

/// Serves the other services.
pub(crate) async fn internal(listener: TcpListener, routes: Routes, shutdown: &Shutdown) {
    let server = Server::builder()
        .http2_keepalive_interval(Some(PING))
        .http2_keepalive_timeout(Some(PING_TIMEOUT))
        .max_connection_age(INTERNAL_AGE)
        .max_connection_age_grace(AGE_GRACE);
    serve("internal", server, listener, with_reflection(with_health(routes).await), shutdown);
}

fn serve(
    name: &'static str,
    mut server: Server,
    listener: TcpListener,
    routes: Routes,
    shutdown: &Shutdown,
) {
    let stop = shutdown.clone();
    shutdown.spawn(name, async move {
        let router = server.add_routes(routes);
        let served =
            router.serve_with_incoming_shutdown(for_grpc(listener), stop.requested()).await;
        ended(name, served, &stop);
    });
}

/// Connections of browsers. A live update or an answer in two writes is sent at once: with Nagle's algorithm
/// the second waits for the acknowledgement of the first, which the other side delays by 40 ms.
fn for_http(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::trace!(%error, "small packets of a connection may wait");
        }
    })
}

/// Connections of agents and of services, with small packets sent at once too: what tonic's own setting
/// says is only for sockets that tonic binds.
fn for_grpc(listener: TcpListener) -> TcpIncoming {
    TcpIncoming::from(listener).with_nodelay(Some(true))
}

/// A listener that fails takes the process down, loudly; half a product helps nobody.
fn ended<E: std::error::Error + 'static>(name: &str, served: Result<(), E>, shutdown: &Shutdown) {
    if let Err(error) = served {
        tracing::error!(listener = name, error = &error as &dyn std::error::Error, "stopped");
        shutdown.request();
    }
}

/// Adds health, which needs no principal and so stands before the layers.
async fn with_health(routes: Routes) -> Routes {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status("", tonic_health::ServingStatus::Serving).await;
    routes.add_service(health)
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

#[cfg(test)]
mod tests {
    use axum::serve::Listener as _;
    use tokio_stream::StreamExt as _;

    use super::*;

    async fn bound() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    #[tokio::test]
    async fn small_packets_are_sent_at_once() {
        let (listener, address) = bound().await;
        let mut browsers = for_http(listener);
        let _browser = TcpStream::connect(address).await.unwrap();
        let (connection, _) = browsers.accept().await;
        assert!(connection.nodelay().unwrap(), "a browser's connection");

        let (listener, address) = bound().await;
        let mut callers = for_grpc(listener);
        let _caller = TcpStream::connect(address).await.unwrap();
        let connection = callers.next().await.unwrap().unwrap();
        assert!(connection.nodelay().unwrap(), "an agent's or a service's connection");
    }
}
