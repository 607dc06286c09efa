//! The real product on the demo's folder, by a clock that is moved: what is done on the stage is done by the
//! product's own rules, at the time the clock shows. No listener for browsers is open meanwhile.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use chamados::{Config, Listeners, Targets};
use chamados_chassis::{
    auth::{Keyring, Principal},
    clock::{Clock as _, ManualClock},
    context::CallContext,
    grpc::GrpcChannel,
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_proto::{
    device::v1::agent_service_client::AgentServiceClient,
    identity::v1::{
        AuthenticateRequest, authenticate_request::Credential,
        session_service_client::SessionServiceClient,
    },
};
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tonic::{Request, transport::Channel};

use crate::folder;

/// A call that takes longer is stuck.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at something that is being done.
const LOOK: Duration = Duration::from_millis(1);

/// What the product is set to where time jumps: nobody is late, however far the next moment is.
const SETTINGS: [(&str, &str); 6] = [
    ("device.interval_millis", "6553500"),
    ("device.offline_grace_millis", "172800000"),
    ("device.sweep_millis", "5"),
    ("device.handshakes_per_second", "100000"),
    ("device.inventories_per_second", "100000"),
    ("device.drain_millis", "0"),
];

/// The product, at a time.
pub(crate) struct Stage {
    clock: std::sync::Arc<ManualClock>,
    keyring: Keyring,
    shutdown: Shutdown,
    config: Config,
    /// To every service.
    pub(crate) services: GrpcChannel,
    /// Where computers call.
    pub(crate) agents: AgentServiceClient<Channel>,
    /// Makes the first admin, of an empty folder.
    pub(crate) setup_token: Option<String>,
}

impl Stage {
    /// Starts services of it on a folder, at a time.
    ///
    /// # Errors
    /// They do not start.
    pub(crate) async fn open(data: &Path, time: DateTime<Utc>, services: &str) -> Result<Self> {
        let mut config =
            folder::config(data, &SETTINGS.map(|(key, value)| (key, value.to_owned())))?;
        config.target = services.parse::<Targets>().map_err(anyhow::Error::msg)?;
        let clock = ManualClock::at(time);
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let listeners =
            Listeners { http: None, grpc: Some(listener), internal: None, operations: None };
        let shutdown = Shutdown::new();
        let metrics = Metrics::new("chamados-demo", "")?;
        let started =
            chamados::run_at(clock.clone(), &config, listeners, &metrics, &shutdown).await?;
        let link = started.setup_link.unwrap_or_default();
        let token = link.split_once("token=").map(|(_, token)| token.to_owned());
        Ok(Self {
            agents: AgentServiceClient::connect(format!("http://{address}")).await?,
            services: started.services.context("no services")?,
            keyring: Keyring::from_file(&data.join("keyring"))?,
            setup_token: token,
            clock,
            shutdown,
            config,
        })
    }

    /// What time it is.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Goes on to a time; one that is over is now.
    pub(crate) fn until(&self, time: DateTime<Utc>) {
        if let Ok(ahead) = (time - self.now()).to_std() {
            self.clock.advance(ahead);
        }
    }

    /// A call on somebody's behalf.
    ///
    /// # Errors
    /// They cannot be vouched for.
    pub(crate) fn call<T>(&self, who: &Principal, message: T) -> Result<Request<T>> {
        let token = match who {
            Principal::Anonymous => None,
            who => Some(self.keyring.sign(who, self.now())?.into()),
        };
        let deadline = self.clock.instant() + PATIENCE;
        let context = CallContext::new(who.clone(), token, "demo".into(), deadline);
        Ok(context.request(message, &*self.clock))
    }

    /// Who a session is of, as the gateway asks it.
    ///
    /// # Errors
    /// The session is none.
    pub(crate) async fn authenticate(&self, session_token: String) -> Result<Principal> {
        let credential = Some(Credential::SessionToken(session_token));
        let request = self.call(&Principal::Anonymous, AuthenticateRequest { credential })?;
        let answer = SessionServiceClient::new(self.services.clone()).authenticate(request).await?;
        Ok(self.keyring.verify(&answer.into_inner().principal_token, self.now())?)
    }

    /// Stops it; everything is on the disk then.
    ///
    /// # Errors
    /// It does not stop in time.
    pub(crate) async fn close(self) -> Result<()> {
        self.shutdown.request();
        let stopped = self.shutdown.drain(self.config.drain_limit()).await;
        ensure!(stopped.is_ok(), "the product did not stop after the fill");
        Ok(())
    }
}

/// Looks again and again until something is so.
///
/// # Errors
/// It is not within half a minute, or a look fails.
pub(crate) async fn eventually(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    let since = Instant::now();
    while !look().await? {
        ensure!(since.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
