//! The stream of a device, from its token to its end. Beats change the hot store only.

use std::time::Duration;

use chamados_chassis::{
    auth::secret,
    id::{DeviceId, TenantId},
};
use chamados_store_kit::StoreError;

use super::{App, enrolment::TOKEN_PREFIX, inventory, usb_policies};
use crate::{
    domain::{
        device::Device,
        inventory::{Digests, Section, SectionKind},
        pace::Pace,
        presence::ticks,
        usb_policy::{Report, Revision, Wish},
    },
    error::Error,
    hot::{Fenced, Slot, slots::Opening},
    store::{self, tokens::Bearer},
    streams::{Registration, Word},
};

/// The protocol spoken here.
pub const PROTOCOL: u32 = 1;
/// Characters of a token: the prefix and 32 bytes in base64url.
const TOKEN_LENGTH: usize = TOKEN_PREFIX.len() + 43;
/// When an agent should try again while the database is away.
const STORE_RETRY: Duration = Duration::from_secs(15);

/// What opens a stream.
#[derive(Debug, Clone)]
pub struct Hello {
    /// Protocol of the agent.
    pub protocol: u32,
    /// The device token.
    pub token: String,
    /// Version of the agent.
    pub agent_version: String,
    /// Sections the agent has.
    pub digests: Digests,
    /// The USB policy that is in force on the computer; 0 when none is.
    pub policy_revision: Revision,
}

/// Why a stream does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The token is unknown. Says no more, so that nothing can be learnt from it.
    BadIdentity,
    /// The token was good until a reset.
    Reset,
    /// A still newer stream of the device began meanwhile.
    Superseded,
    /// The process stops.
    Draining,
    /// Too many at once.
    Overload(Duration),
    /// The agent speaks another protocol.
    Protocol,
}

/// An open stream.
#[derive(Debug)]
pub struct Session {
    tenant: TenantId,
    device: DeviceId,
    epoch: u32,
    generation: u32,
    slot: Slot,
    told_millis: u64,
    registration: Registration,
    /// Sections to ask for, when there is time.
    wanted: Vec<SectionKind>,
    /// A report about its policy was not written.
    report_lost: bool,
}

/// Opens a stream for the bearer of a token. The device's older stream ends.
///
/// # Errors
/// [`Refusal`].
pub async fn open(app: &App, hello: Hello) -> Result<Session, Refusal> {
    if app.streams.is_draining() {
        return Err(Refusal::Draining);
    }
    app.admit_handshake().map_err(Refusal::Overload)?;
    if hello.protocol != PROTOCOL {
        return Err(Refusal::Protocol);
    }
    let device = authenticate(app, &hello.token).await?;
    let mut session = begin(app, &device, &hello.digests).await?;
    session.compare_policy(app, &device, hello.policy_revision).await;
    if hello.agent_version != device.agent_version {
        let noted = inventory::note_agent_version(app, session.key(), &hello.agent_version).await;
        if let Err(error) = noted {
            tracing::warn!(device = %device.id, %error, "the agent's version was not noted");
        }
    }
    tracing::debug!(device = %device.id, epoch = session.epoch, "a stream began");
    Ok(session)
}

/// What a token stands for. One that cannot be any is not looked up.
pub(super) async fn bearer(app: &App, token: &str) -> Result<Bearer, StoreError> {
    if token.len() != TOKEN_LENGTH || !token.starts_with(TOKEN_PREFIX) {
        return Ok(Bearer::Nobody);
    }
    store::tokens::bearer(&app.db, secret::hash(token)).await
}

async fn authenticate(app: &App, token: &str) -> Result<Box<Device>, Refusal> {
    match bearer(app, token).await {
        Ok(Bearer::Device(device)) => Ok(device),
        Ok(Bearer::Revoked) => Err(Refusal::Reset),
        Ok(Bearer::Nobody) => Err(Refusal::BadIdentity),
        Err(error) => {
            tracing::warn!(%error, "a stream cannot begin");
            Err(Refusal::Overload(STORE_RETRY))
        }
    }
}

async fn begin(app: &App, device: &Device, digests: &Digests) -> Result<Session, Refusal> {
    let generation = device.token_generation;
    let slot = app.hot.slots().get(device.ordinal);
    let told_millis = app.config.pace().interval_millis(app.streams.count() + 1);
    let epoch = claim(app, device, &slot, told_ticks(told_millis)).await?;
    let registration = app.streams.register(device.ordinal, epoch, generation);
    // A reset that came before the registration found no stream to end.
    if slot.generation() > generation {
        slot.end(epoch);
        return Err(Refusal::Reset);
    }
    if app.streams.is_draining() {
        return Err(Refusal::Draining);
    }
    app.wake.notify_one();
    Ok(Session {
        tenant: device.tenant,
        device: device.id,
        epoch,
        generation,
        slot,
        told_millis,
        registration,
        wanted: device.digests.missing(digests),
        report_lost: false,
    })
}

/// Makes the stream the device's newest and gives its epoch.
async fn claim(app: &App, device: &Device, slot: &Slot, told: u16) -> Result<u32, Refusal> {
    /// An exchange may bring the claim back from Redis before the slot is opened with it, and
    /// two streams may begin at once: then the next epoch is claimed.
    const ATTEMPTS: usize = 5;

    // Time keeps epochs rising when neither memory nor Redis remembers the last one.
    let floor = app.stamp().seconds().max(device.presence_epoch.saturating_add(1));
    for _ in 0..ATTEMPTS {
        let now = app.stamp();
        let epoch = app.hot.claim(device.ordinal, floor, told, now).await;
        let generation = device.token_generation;
        if slot.open(Opening { epoch, generation, told, now }) {
            return Ok(epoch);
        }
    }
    Err(Refusal::Superseded)
}

/// An interval as the arrays keep it; settings are checked to fit.
fn told_ticks(millis: u64) -> u16 {
    u16::try_from(ticks(millis)).unwrap_or(u16::MAX)
}

/// Which device writes, and under which generation of tokens.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its tenant.
    pub tenant: TenantId,
    /// The device.
    pub device: DeviceId,
    /// Nothing is written when tokens of this generation are void.
    pub generation: u32,
}

impl Session {
    const fn key(&self) -> Key {
        Key { tenant: self.tenant, device: self.device, generation: self.generation }
    }

    /// Which device it is of.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Rises with every stream of the device.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The interval the device was told, in milliseconds.
    #[must_use]
    pub const fn told_millis(&self) -> u64 {
        self.told_millis
    }

    /// A message came: the device is alive.
    ///
    /// # Errors
    /// [`Fenced`] when the stream may say nothing more; nothing was changed.
    pub fn beat(&self, app: &App) -> Result<(), Fenced> {
        self.slot.beat(self.epoch, self.generation, app.stamp())
    }

    /// The device said good-bye: it is offline at once.
    pub fn bye(&self, app: &App) {
        if self.slot.bye(self.epoch, self.generation).is_ok() {
            app.wake.notify_one();
        }
    }

    /// Writes down what changed of the inventory.
    ///
    /// # Errors
    /// [`Error::StaleVersion`] when the token was voided meanwhile; [`Error::Store`].
    pub async fn record(&self, app: &App, sections: Vec<Section>) -> Result<(), Error> {
        inventory::record(app, self.key(), sections).await
    }

    /// Tells the agent of a policy that it does not enforce. One that it does needs no telling, and its
    /// report, if that was lost, is made up for.
    async fn compare_policy(&mut self, app: &App, device: &Device, in_force: Revision) {
        let Some(policy) = &device.usb_policy else { return };
        if in_force != policy.revision {
            if let Some(wish) = policy.wish() {
                self.registration.wish_for(wish);
            }
            return;
        }
        self.registration.knows(Wish { revision: policy.revision, policy: policy.policy });
        if policy.clone().report(Report::applied(in_force), app.clock.now()).is_some() {
            let noted = usb_policies::report(app, self.key(), Report::applied(in_force)).await;
            if let Err(error) = noted {
                tracing::warn!(device = %device.id, %error, "a policy in force was not noted");
                self.report_lost = true;
            }
        }
    }

    /// Writes down what became of the agent's policy. When it cannot be written now, the agent is
    /// asked again later.
    ///
    /// # Errors
    /// [`Error::StaleVersion`] when the token was voided meanwhile; [`Error::Store`].
    pub async fn report(&mut self, app: &App, report: Report) -> Result<(), Error> {
        // What is known to be old need not be looked up.
        if self.registration.wish().is_some_and(|wish| report.revision < wish.revision) {
            return Ok(());
        }
        let written = usb_policies::report(app, self.key(), report).await;
        self.report_lost = matches!(written, Err(Error::Store(_)));
        written
    }

    /// Has the agent told again what to enforce, if what it said of it was lost.
    pub const fn ask_again(&mut self) {
        if self.report_lost {
            self.report_lost = false;
            self.registration.repeat_wish();
        }
    }

    /// Sections to ask the agent for now; empty when there are none or others have to be first.
    pub fn take_wanted(&mut self, app: &App) -> Vec<SectionKind> {
        if self.wanted.is_empty() || !app.may_ask_inventory() {
            return Vec::new();
        }
        std::mem::take(&mut self.wanted)
    }

    /// The interval to tell, when it is another than the device was told. In milliseconds.
    pub fn new_pace(&mut self, app: &App) -> Option<u64> {
        let wanted = app.config.pace().interval_millis(app.streams.count());
        if !Pace::is_worth_telling(self.told_millis, wanted) {
            return None;
        }
        self.told_millis = wanted;
        self.slot.tell(told_ticks(wanted));
        Some(wanted)
    }

    /// What the stream is told from outside. Cancel safe.
    pub async fn word(&mut self) -> Word {
        self.registration.word().await
    }
}
