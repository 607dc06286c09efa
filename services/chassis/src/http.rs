//! Serves HTTP, also to peers that are slow, silent or gone.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ::http::Request;
use axum::{Router, extract::ConnectInfo};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tower::Service as _;

use crate::{task, tls::Listener};

/// The head of a request has arrived this long after it could have begun: after the connection was
/// made, or after the answer before it. Proxies keep idle connections for up to a minute, and it must
/// be they who give them up: a request may be on its way to whoever closes first.
const PATIENCE: Duration = Duration::from_secs(75);
/// A silent peer of HTTP/2 is asked whether it is there, by whoever serves or calls it…
pub const PING: Duration = Duration::from_secs(20);
/// …and given up when it does not answer.
pub const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves until `stop` completes and what was begun by then is answered. Handlers are told the caller's
/// address as [`ConnectInfo`].
pub async fn serve(mut listener: Listener, router: Router, stop: impl Future<Output = ()>) {
    let builder = builder();
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (connection, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let asked = Arc::<AtomicBool>::default();
        let mut router = router.clone();
        let noted = Arc::clone(&asked);
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            noted.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.call(request)
        });
        let service = TowerToHyperService::new(service);
        let serving = builder.serve_connection(TokioIo::new(connection), service).into_owned();
        let serving = connections.watch(serving);
        task::spawn("http connection", async move {
            let mut serving = pin!(serving);
            let ended = match tokio::time::timeout(PATIENCE, &mut serving).await {
                Ok(ended) => ended,
                Err(_) if asked.load(Ordering::Relaxed) => serving.await,
                Err(_) => return tracing::debug!(%peer, "asked nothing, given up"),
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, error, "a connection broke");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// What holds for each connection of either version of HTTP.
fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING_TIMEOUT);
    builder
}
