//! One stream, from Hello to its end.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, SystemTime},
};

use chamados_proto::device::v1::{Hello, Welcome, server_message::Message};
use prost_types::Timestamp;
use secrecy::ExposeSecret as _;

use super::{
    Agent,
    link::{self, BYE_TIMEOUT, End, Link},
    pulse::Pulse,
};
use crate::{VERSION, inventory::Inventory};

/// Version of the protocol this agent speaks.
const PROTOCOL: u32 = 1;

impl Agent {
    /// Opens a stream and serves it to its end.
    pub(super) async fn session(&mut self) -> End {
        let stop = self.shutdown.requested();
        let opened = {
            let mut opening = std::pin::pin!(self.open());
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
            Err(end) => return end,
        };
        self.backoff.welcomed(Duration::from_secs(welcome.reconnect_spread_seconds.into()));
        let began = self.clock.instant();
        let end = match self.serve(link, &welcome, inventory).await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        self.backoff.ended(self.clock.instant() - began);
        end
    }

    async fn open(&mut self) -> Result<(Link, Welcome, Arc<Inventory>), End> {
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
        let (link, welcome) = Link::open(&self.connector, hello).await?;
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
        link.sections(inventory.select(&welcome.wanted_sections))?;
        loop {
            tokio::select! {
                () = self.shutdown.requested() => {
                    link.bye().await;
                    return Err(End::Stopped);
                }
                message = link.receive() => {
                    self.answer(message?, &link, &mut pulse, &inventory)?;
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
                report = self.enforcer.reported() => link.policy_report(report)?,
                () = self.wake.woke() => return Err(End::Slept),
            }
        }
    }

    /// Does what one message asks for.
    fn answer(
        &mut self,
        message: Message,
        link: &Link,
        pulse: &mut Pulse,
        inventory: &Inventory,
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
            Message::WantSections(want) => link.sections(inventory.select(&want.kinds))?,
            Message::PolicyUpdate(update) => self.enforcer.order(&update),
            Message::Close(close) => return Err(End::Closed(close)),
            Message::Welcome(_) => return Err(End::OutOfTurn(link::name(&message))),
        }
        Ok(())
    }
}
