//! One stream, from Hello to its end.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, SystemTime},
};

use chamados_proto::device::v1::{Hello, Welcome, server_message::Message};
use prost_types::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

use super::{
    Agent,
    link::{self, BYE_TIMEOUT, End, Link},
    programs::{Programs, looked},
    pulse::Pulse,
};
use crate::{VERSION, inventory::Inventory, state::Credentials};

/// Version of the protocol this agent speaks.
const PROTOCOL: u32 = 1;

impl Agent {
    /// Opens a stream and serves it to its end.
    /// Gives whether it went by single calls, and how it ended.
    pub(super) async fn session(&mut self) -> (bool, End) {
        let by_calls = self.way.by_calls(self.clock.instant());
        let end = self.connected(by_calls).await;
        (by_calls, end)
    }

    async fn connected(&mut self, by_calls: bool) -> End {
        let stop = self.shutdown.requested();
        let opened = {
            let mut opening = std::pin::pin!(self.open(by_calls));
            tokio::select! {
                () = stop => {
                    // The server may have heard the Hello already: it must hear the good-bye too.
                    if let Ok(Ok((link, ..))) = tokio::time::timeout(BYE_TIMEOUT, opening).await {
                        link.bye().await;
                    }
                    return End::Stopped;
                }
                opened = &mut opening => opened,
            }
        };
        let (link, welcome, inventory) = match opened {
            Ok(opened) => opened,
            Err(end) => {
                self.way.ended(by_calls, &end, Duration::ZERO);
                return end;
            }
        };
        self.backoff.welcomed(Duration::from_secs(welcome.reconnect_spread_seconds.into()));
        let began = self.clock.instant();
        let end = match self.serve(link, &welcome, inventory).await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        let lived = self.clock.instant() - began;
        self.backoff.ended(lived);
        self.way.ended(by_calls, &end, lived);
        end
    }

    async fn open(&mut self, by_calls: bool) -> Result<(Link, Welcome, Arc<Inventory>), End> {
        let inventory = self.collector.begin().await;
        let policy_revision = self.enforcer.in_force().await;
        let hello = Hello {
            protocol: PROTOCOL,
            token: self.credentials.token.expose_secret().to_owned(),
            agent_version: VERSION.to_owned(),
            boot_id: self.boot_id.clone(),
            digests: inventory.digests(),
            clock: Some(Timestamp::from(SystemTime::from(self.clock.now()))),
            policy_revision,
        };
        let (link, welcome) = Link::open(&self.connector, hello, by_calls).await?;
        Ok((link, welcome, inventory))
    }

    async fn serve(
        &mut self,
        mut link: Link,
        welcome: &Welcome,
        mut inventory: Arc<Inventory>,
    ) -> Result<Infallible, End> {
        let mut pulse = Pulse::new(
            Duration::from_secs(welcome.interval_seconds.into()),
            Duration::from_millis(welcome.phase_millis.into()),
            welcome.acknowledge_every,
            self.clock.instant(),
        );
        self.journal.online(pulse.interval());
        tracing::info!(epoch = welcome.epoch, interval = ?pulse.interval(), "online");
        let try_stream = self.way.try_stream_at(self.clock.instant());
        link.sections(inventory.select(&welcome.wanted_sections))?;
        let (root, every) = &self.programs;
        let mut programs = welcome.collect_software.then(|| Programs::start(root.clone(), *every));
        loop {
            tokio::select! {
                () = self.shutdown.requested() => {
                    link.bye().await;
                    return Err(End::Stopped);
                }
                message = link.receive() => {
                    let programs = programs.as_mut();
                    self.answer(message?, &link, &mut pulse, &inventory, programs).await?;
                }
                () = tokio::time::sleep_until(pulse.due()) => {
                    if let Some(beats) = pulse.unheard() {
                        return Err(End::Unacknowledged(beats));
                    }
                    link.beat(pulse.beat(self.clock.instant(), &mut self.rng))?;
                }
                latest = self.collector.changed() => {
                    link.sections(latest.changed_since(&inventory))?;
                    inventory = latest;
                }
                digests = looked(&mut programs) => link.software(Vec::new(), Some(digests))?,
                report = self.enforcer.reported() => link.policy_report(report)?,
                () = self.wake.woke() => return Err(End::Slept),
                () = at(try_stream) => return Err(End::TryStream),
            }
        }
    }

    /// Does what one message asks for.
    async fn answer(
        &mut self,
        message: Message,
        link: &Link,
        pulse: &mut Pulse,
        inventory: &Inventory,
        programs: Option<&mut Programs>,
    ) -> Result<(), End> {
        match message {
            Message::Ack(ack) => {
                if pulse.acknowledge(ack.sequence) {
                    self.journal.acknowledged();
                }
            }
            Message::Pace(pace) => {
                let interval = Duration::from_secs(pace.interval_seconds.into());
                pulse.pace(interval, &mut self.rng);
                self.journal.paced(pulse.interval());
                tracing::info!(interval = ?pulse.interval(), "new interval");
            }
            Message::NewCredential(new) => {
                if self.keep(new.token).await {
                    link.credential_stored()?;
                }
            }
            Message::WantSections(want) => link.sections(inventory.select(&want.kinds))?,
            Message::PolicyUpdate(update) => self.enforcer.order(&update),
            Message::WantSoftware(want) => {
                // A server that collects no software was told of none and has nothing to want.
                if let Some(programs) = programs {
                    let (parts, digests) = programs.answer(&want.parts);
                    link.software(parts, digests)?;
                }
            }
            Message::Close(close) => return Err(End::Closed(close)),
            Message::Welcome(_) => return Err(End::OutOfTurn(link::name(&message))),
        }
        Ok(())
    }

    /// Keeps a new token in place of the present one; whether it did. The file is replaced whole, and
    /// the server takes the present token until it hears of the new one.
    async fn keep(&mut self, token: String) -> bool {
        if token.is_empty() {
            tracing::warn!("the server offered an empty token");
            return false;
        }
        let renewed = Credentials { token: SecretString::from(token), ..self.credentials.clone() };
        let (state, kept) = (self.state.clone(), renewed.clone());
        let saved = tokio::task::spawn_blocking(move || state.save_credentials(&kept)).await;
        match saved {
            Ok(Ok(())) => {
                tracing::info!("a new token is kept");
                self.credentials = renewed;
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the new token cannot be kept; the present one stays");
                false
            }
            Err(error) => {
                tracing::error!(%error, "keeping the new token failed");
                false
            }
        }
    }
}

/// Completes at a moment, if there is one.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
