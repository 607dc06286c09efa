//! The stream of a device, from its token to its end. Beats change the hot store only.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    auth::secret,
    id::{DeviceId, TenantId},
};
use chamados_store_kit::StoreError;

use super::{
    App, clones,
    credentials::{self, Credential, Offer},
    enrolment::TOKEN_PREFIX,
    inventory, usb_policies,
};
use crate::{
    domain::{
        device::Device,
        inventory::{Digests, Section, SectionKind},
        pace::Pace,
        presence::ticks,
        usb_policy::{Report, Revision, Wish},
    },
    error::Error,
    hot::{Claim, Fenced, Slot, slots::Opening},
    store::{
        self,
        tokens::{Bearer, TokenHash, ValidToken},
    },
    streams::{Line, Registration, Word},
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
    /// Which start of the agent it is; 0 when it does not say.
    pub boot: u16,
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
    /// Another computer with the same token is connected; how long to stay away.
    Banned(Duration),
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
    credential: Credential,
    registration: Registration,
    /// Sections to ask for, when there is time.
    wanted: Vec<SectionKind>,
}

/// Opens a stream for the bearer of a token, which hears on `line` when it has to end. The device's
/// older stream ends.
///
/// # Errors
/// [`Refusal`].
pub async fn open(app: &App, hello: Hello, line: Arc<Line>) -> Result<Session, Refusal> {
    if app.streams.is_draining() {
        return Err(Refusal::Draining);
    }
    app.admit_handshake().map_err(Refusal::Overload)?;
    if hello.protocol != PROTOCOL {
        return Err(Refusal::Protocol);
    }
    let (device, token) = authenticate(app, &hello.token).await?;
    let (mut session, is_cloned) = begin(app, &device, &token, &hello, line).await?;
    session.compare_policy(app, &device, hello.policy_revision).await;
    if token.is_new
        && let Err(error) = credentials::settle(app, session.key(), token.hash).await
    {
        tracing::warn!(device = %device.id, %error, "older tokens stay valid until the next stream");
    }
    if is_cloned && let Err(error) = clones::raise(app, session.key()).await {
        tracing::warn!(device = %device.id, %error, "an identity conflict was not noted");
    }
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

async fn authenticate(app: &App, token: &str) -> Result<(Box<Device>, ValidToken), Refusal> {
    match bearer(app, token).await {
        Ok(Bearer::Device(device, token)) => Ok((device, token)),
        Ok(Bearer::Revoked) => Err(Refusal::Reset),
        Ok(Bearer::Nobody) => Err(Refusal::BadIdentity),
        Err(error) => {
            tracing::warn!(%error, "a stream cannot begin");
            Err(Refusal::Overload(STORE_RETRY))
        }
    }
}

/// Makes the stream the device's newest. Also says whether two computers have its token.
async fn begin(
    app: &App,
    device: &Device,
    token: &ValidToken,
    hello: &Hello,
    line: Arc<Line>,
) -> Result<(Session, bool), Refusal> {
    let generation = device.token_generation;
    let slot = app.hot.slots().get(device.ordinal);
    let (before, retry_after) = (slot.boot(), app.config.conflict_retry());
    // Of two computers the one that is connected keeps its place.
    if device.identity_conflict_at.is_some()
        && before != 0
        && before != hello.boot
        && app.config.rule().is_alive(&slot.pulse(), app.stamp())
    {
        return Err(Refusal::Banned(retry_after));
    }
    let told_millis = app.config.pace().interval_millis(app.streams.count() + 1);
    let epoch = claim(app, device, &slot, told_ticks(told_millis), hello.boot).await?;
    let is_cloned = clones::note(app, device.ordinal, before, hello.boot);
    if is_cloned {
        app.streams.ban(device.ordinal, retry_after);
    }
    let registration = app.streams.register(device.ordinal, epoch, generation, line);
    // A reset that came before the registration found no stream to end.
    if slot.generation() > generation {
        slot.end(epoch);
        return Err(Refusal::Reset);
    }
    if app.streams.is_draining() {
        return Err(Refusal::Draining);
    }
    app.wake.notify_one();
    let session = Session {
        tenant: device.tenant,
        device: device.id,
        epoch,
        generation,
        slot,
        told_millis,
        credential: Credential::new(app, device.id, token),
        registration,
        wanted: device.digests.missing(&hello.digests),
    };
    Ok((session, is_cloned))
}

/// Makes the stream the device's newest and gives its epoch.
async fn claim(
    app: &App,
    device: &Device,
    slot: &Slot,
    told: u16,
    boot: u16,
) -> Result<u32, Refusal> {
    /// An exchange may bring the claim back from Redis before the slot is opened with it, and
    /// two streams may begin at once: then the next epoch is claimed.
    const ATTEMPTS: usize = 5;

    // Time keeps epochs rising when neither memory nor Redis remembers the last one.
    let floor = app.stamp().seconds().max(device.presence_epoch.saturating_add(1));
    for _ in 0..ATTEMPTS {
        let now = app.stamp();
        let claim = Claim { ordinal: device.ordinal, floor, told, boot, now };
        let epoch = app.hot.claim(claim).await;
        let generation = device.token_generation;
        if slot.open(Opening { epoch, generation, told, boot, now }) {
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
    /// Which device it is of, for what is written of it.
    #[must_use]
    pub const fn key(&self) -> Key {
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
        self.slot.beat(self.epoch, self.generation, app.stamp())?;
        app.gauges.beat();
        Ok(())
    }

    /// The device said good-bye: it is offline at once.
    pub fn bye(&self, app: &App) {
        if self.slot.bye(self.epoch, self.generation).is_ok() {
            app.gauges.farewell();
            app.wake.notify_one();
        }
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
                self.registration.line().report_is_lost(true);
            }
        }
    }

    /// Has the agent told again what to enforce, if what it said of it was lost.
    pub fn ask_again(&mut self) {
        self.registration.ask_again();
    }

    /// By which it hears, for work that outlasts a look at it.
    #[must_use]
    pub fn line(&self) -> Arc<Line> {
        Arc::clone(self.registration.line())
    }

    /// What the stream is told from outside, if it has not been told yet.
    pub fn next_word(&mut self) -> Option<Word> {
        self.registration.next_word()
    }

    /// The next thing the stream is told from outside, where it listens alone. Cancel safe.
    pub async fn word(&mut self) -> Word {
        self.registration.word().await
    }

    /// Sections to ask the agent for now; empty when there are none or others have to be first.
    pub fn take_wanted(&mut self, app: &App) -> Vec<SectionKind> {
        if self.wanted.is_empty() || !app.may_ask_inventory() {
            return Vec::new();
        }
        std::mem::take(&mut self.wanted)
    }

    /// A token to replace the present one, when that gets old.
    pub fn renewal(&mut self, app: &App) -> Option<Offer> {
        let key = self.key();
        self.credential.offer(app, key)
    }

    /// The agent has the token that was offered; gives what is kept of it.
    pub fn renewed(&mut self, app: &App) -> Option<TokenHash> {
        self.credential.stored(app, self.device)
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
}

/// Writes down what changed of a device's inventory.
///
/// # Errors
/// [`Error::StaleVersion`] when the token was voided meanwhile; [`Error::Store`].
pub async fn record(app: &App, key: Key, sections: Vec<Section>) -> Result<(), Error> {
    inventory::record(app, key, sections).await
}

/// Writes down what became of a device's policy. When it cannot be written now, the agent is asked
/// again later, on the same line.
///
/// # Errors
/// [`Error::StaleVersion`] when the token was voided meanwhile; [`Error::Store`].
pub async fn report(app: &App, key: Key, line: &Line, report: Report) -> Result<(), Error> {
    // What is known to be old need not be looked up.
    if line.wish().is_some_and(|wish| report.revision < wish.revision) {
        return Ok(());
    }
    let written = usb_policies::report(app, key, report).await;
    line.report_is_lost(matches!(written, Err(Error::Store(_))));
    written
}
