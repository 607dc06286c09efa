//! A channel to a service in another process.

use std::{error::Error, time::Duration};

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

/// Where the other services are and how long to wait for them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteConfig {
    /// Seconds to wait for a connection.
    pub connect_timeout_seconds: u64,
    /// Seconds to wait for an answer when the caller names no deadline.
    pub call_timeout_seconds: u64,
}

/// A channel to the service at `uri`, for example `http://ticket:9090`. Connects on first use, keeps
/// the connection alive, and tries reads again when the service was away.
///
/// # Errors
/// When `uri` is not one.
pub fn remote(uri: &str, config: &RemoteConfig) -> Result<GrpcChannel, tonic::transport::Error> {
    let channel = Endpoint::from_shared(uri.to_owned())?
        .connect_timeout(Duration::from_secs(config.connect_timeout_seconds))
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .keep_alive_while_idle(true)
        .tcp_nodelay(true)
        .connect_lazy();
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
    Status::deadline_exceeded("the service did not answer in time")
}

/// Whether tonic's client gave up because of the call's deadline.
fn is_time_out(error: &(dyn Error + 'static)) -> bool {
    error.is::<TimeoutExpired>() || error.source().is_some_and(is_time_out)
}
