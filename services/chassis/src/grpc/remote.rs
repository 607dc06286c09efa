//! A channel to a service in another process.

use std::{error::Error, time::Duration};

use http::{Uri, uri::InvalidUri};
use serde::Deserialize;
use tonic::{
    Code, Status, TimeoutExpired,
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::{ServiceExt as _, service_fn, util::BoxCloneSyncService};

use super::{
    channel::GrpcChannel,
    propagation,
    retry::{self, RetryBudget},
};
use crate::{
    http::{PING, PING_TIMEOUT},
    tls,
};

/// Where the other services are and how long to wait for them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteConfig {
    /// Seconds to wait for a connection.
    pub connect_timeout_seconds: u64,
    /// Seconds to wait for an answer when the caller names no deadline.
    pub call_timeout_seconds: u64,
}

/// A channel to the service at `uri`, for example `http://ticket:9090`, or, with `tls`, `https://ticket:9090`.
/// Connects on first use, keeps the connection alive, and tries reads again when the service was away.
///
/// # Errors
/// When `uri` is not one of these.
pub fn remote(
    uri: &str,
    config: &RemoteConfig,
    tls: Option<&tls::Client>,
) -> Result<GrpcChannel, AddressError> {
    let channel = connection(uri, config, tls)?;
    let timeout = Duration::from_secs(config.call_timeout_seconds);
    let budget = RetryBudget::default();
    Ok(BoxCloneSyncService::new(service_fn(move |mut request: http::Request<Body>| {
        let (channel, budget) = (channel.clone(), budget.clone());
        async move {
            propagation::inject(request.headers_mut());
            let timeout = super::layer::deadline::requested(request.headers()).unwrap_or(timeout);
            let call = retry::call(request, &budget, |request| send(channel.clone(), request));
            tokio::time::timeout(timeout, call).await.unwrap_or_else(|_| Err(out_of_time()))
        }
    })))
}

/// Where a service is said to be cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{uri:?} is no address of a service: {reason}")]
pub struct AddressError {
    uri: String,
    reason: String,
}

fn connection(
    uri: &str,
    config: &RemoteConfig,
    tls: Option<&tls::Client>,
) -> Result<Channel, AddressError> {
    let wrong =
        |reason: &dyn ToString| AddressError { uri: uri.into(), reason: reason.to_string() };
    let address: Uri = uri.parse().map_err(|error: InvalidUri| wrong(&error))?;
    let host = address.host().ok_or_else(|| wrong(&"no host"))?.to_owned();
    let (scheme, port) = if tls.is_some() { ("https", 443) } else { ("http", 80) };
    if address.scheme_str() != Some(scheme) {
        return Err(wrong(&format!("not {scheme}://")));
    }
    let port = address.port_u16().unwrap_or(port);
    // To tonic it is never https: what it would do itself for that knows no renewed certificates.
    let endpoint = Endpoint::from_shared(format!("http://{host}:{port}"))
        .map_err(|error| wrong(&error))?
        .origin(address)
        .connect_timeout(Duration::from_secs(config.connect_timeout_seconds))
        .http2_keep_alive_interval(PING)
        .keep_alive_timeout(PING_TIMEOUT)
        .keep_alive_while_idle(true)
        .tcp_nodelay(true);
    Ok(match tls.cloned() {
        None => endpoint.connect_lazy(),
        Some(tls) => endpoint.connect_with_connector_lazy(service_fn(move |_: Uri| {
            let (tls, host) = (tls.clone(), host.clone());
            async move { tls::client::connect(&tls, &host, port).await }
        })),
    })
}

async fn send(
    channel: Channel,
    request: http::Request<Body>,
) -> Result<http::Response<Body>, Status> {
    match channel.oneshot(request).await {
        // tonic's server answers a call that is out of time with CANCELLED.
        Ok(response) => match Status::from_header_map(response.headers()) {
            Some(status) if status.code() == Code::Cancelled => Err(out_of_time()),
            _ => Ok(response),
        },
        Err(error) if is_time_out(&error) => Err(out_of_time()),
        Err(error) => {
            tracing::warn!(error = &error as &dyn Error, "a service is away");
            Err(Status::unavailable("the service is away"))
        }
    }
}

fn out_of_time() -> Status {
    tracing::warn!("a service did not answer in time");
    Status::deadline_exceeded("the service did not answer in time")
}

/// Whether tonic's client gave up because of the call's deadline.
fn is_time_out(error: &(dyn Error + 'static)) -> bool {
    error.is::<TimeoutExpired>() || error.source().is_some_and(is_time_out)
}

#[cfg(test)]
mod tests {
    use tokio::{net::TcpListener, time::timeout};

    use super::*;

    #[tokio::test]
    async fn a_service_that_never_answers_is_given_up_in_time() {
        let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let uri = format!("http://{}", silent.local_addr().unwrap());
        let ask = async |call_timeout_seconds, deadline: Option<&str>| {
            let config = RemoteConfig { connect_timeout_seconds: 5, call_timeout_seconds };
            let mut request = http::Request::post("/sample.Sample/Ask");
            if let Some(deadline) = deadline {
                request = request.header("grpc-timeout", deadline);
            }
            let request = request.body(Body::empty()).unwrap();
            let call = remote(&uri, &config, None).unwrap().oneshot(request);
            timeout(Duration::from_secs(10), call).await.expect("given up").unwrap_err().code()
        };
        assert_eq!(ask(1, None).await, Code::DeadlineExceeded, "its own patience");
        assert_eq!(ask(60, Some("300m")).await, Code::DeadlineExceeded, "the caller's");
    }
}
