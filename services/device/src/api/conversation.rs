//! What one device and the server say to each other, whatever carries it: a stream of its own, a
//! relay's, or single calls.

use std::{sync::Arc, time::Duration};

use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, server_message::Message as Down,
};
use futures::future::BoxFuture;
use secrecy::ExposeSecret as _;

use super::convert;
use crate::{
    app::{
        App, credentials,
        sessions::{self, Key, Refusal, Session},
        software,
    },
    domain::{
        inventory::{Section, SectionKind},
        pace::{phase_millis, whole_seconds},
        software::{Part, PartDigests},
        usb_policy::Report,
    },
    error::Error,
    hot::Fenced,
    streams::{Closing, Line, Word},
};

/// From Welcome to the end.
pub(super) struct Conversation {
    session: Session,
    /// Beats since Welcome.
    beats: u32,
}

/// What follows from a message.
pub(super) enum Heard {
    /// Nothing.
    Nothing,
    /// Something is to be said. After Close the conversation is over.
    Answer(Down),
    /// Something is to be done, which takes time; then perhaps something is to be said.
    Work(BoxFuture<'static, Option<Down>>),
    /// The device said good-bye.
    Over,
}

impl Conversation {
    /// Answers Hello; a refusal is a Close.
    pub(super) async fn open(
        app: &App,
        hello: pb::Hello,
        line: Arc<Line>,
    ) -> Result<(Self, Down), Down> {
        let hello = convert::hello(hello).ok_or_else(|| protocol("Hello is not well-formed"))?;
        let session = sessions::open(app, hello, line).await.map_err(refuse)?;
        let mut conversation = Self { session, beats: 0 };
        let welcome = conversation.welcome(app);
        Ok((conversation, welcome))
    }

    /// Rises with every stream of the device.
    pub(super) const fn epoch(&self) -> u32 {
        self.session.epoch()
    }

    /// The interval the device was told, in milliseconds.
    pub(super) const fn told_millis(&self) -> u64 {
        self.session.told_millis()
    }

    fn welcome(&mut self, app: &App) -> Down {
        let interval = self.session.told_millis();
        let hash = blake3::hash(self.session.device().as_uuid().as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        let wanted = self.session.take_wanted(app);
        Down::Welcome(pb::Welcome {
            epoch: self.session.epoch().into(),
            interval_seconds: whole_seconds(interval),
            phase_millis: phase_millis(u64::from_le_bytes(first), interval),
            acknowledge_every: app.config.acknowledge_every,
            reconnect_spread_seconds: app.config.reconnect_spread_seconds,
            wanted_sections: kinds(wanted),
            collect_software: app.config.collect_software,
        })
    }

    /// Hears a message. Any counts as a heartbeat.
    pub(super) fn hear(&mut self, app: &App, message: Up) -> Heard {
        if let Err(fenced) = self.session.beat(app) {
            return Heard::Answer(close_for(fenced.into()));
        }
        match message {
            Up::Hello(_) => Heard::Answer(protocol("Hello was said before")),
            Up::Beat(beat) => self.next_after_beat(app, Some(beat.sequence)),
            Up::Sections(sections) => match convert::sections(sections) {
                Some(sections) => self.record(app, sections),
                None => Heard::Answer(protocol("a section is not well-formed")),
            },
            // An outcome that is not known here is of a newer agent.
            Up::PolicyReport(report) => match convert::policy_report(report) {
                Some(report) => self.report(app, report),
                None => Heard::Nothing,
            },
            Up::Bye(_) => {
                self.bye(app);
                Heard::Over
            }
            Up::CredentialStored(_) => self.settle(app),
            Up::SoftwareDigests(digests) => match convert::software_digests(&digests) {
                Some(digests) => self.compare_software(app, digests),
                None => Heard::Answer(protocol("the digests of software are not well-formed")),
            },
            Up::SoftwarePart(part) => match convert::software_part(part) {
                Some(part) => self.record_software(app, part),
                None => Heard::Answer(protocol("a part of the software is not well-formed")),
            },
        }
    }

    /// Hears a heartbeat that its carrier acknowledges.
    pub(super) fn beat(&mut self, app: &App) -> Heard {
        match self.session.beat(app) {
            Ok(()) => self.next_after_beat(app, None),
            Err(fenced) => Heard::Answer(close_for(fenced.into())),
        }
    }

    /// Hears a good-bye.
    pub(super) fn bye(&self, app: &App) {
        self.session.bye(app);
    }

    /// What is to be said because of what the stream was told from outside, if it was told something.
    pub(super) fn next_word(&mut self) -> Option<Down> {
        self.session.next_word().map(told)
    }

    /// The same, once there is something, where the stream listens alone. Cancel safe.
    pub(super) async fn word(&mut self) -> Down {
        told(self.session.word().await)
    }

    /// Acknowledges some beats; says other things only with the one after.
    fn next_after_beat(&mut self, app: &App, sequence: Option<u32>) -> Heard {
        self.beats = self.beats.wrapping_add(1);
        match (self.beats % app.config.acknowledge_every, sequence) {
            (0, Some(sequence)) => Heard::Answer(Down::Ack(pb::Ack { sequence })),
            (1, _) => {
                self.session.ask_again();
                self.new_pace(app)
                    .or_else(|| self.wanted(app))
                    .map(Heard::Answer)
                    .or_else(|| self.renewal(app))
                    .unwrap_or(Heard::Nothing)
            }
            _ => Heard::Nothing,
        }
    }

    fn new_pace(&mut self, app: &App) -> Option<Down> {
        // Welcome has just said it.
        if self.beats == 1 {
            return None;
        }
        let interval = self.session.new_pace(app)?;
        Some(Down::Pace(pb::Pace { interval_seconds: whole_seconds(interval) }))
    }

    fn wanted(&mut self, app: &App) -> Option<Down> {
        let kinds = kinds(self.session.take_wanted(app));
        (!kinds.is_empty()).then_some(Down::WantSections(pb::WantSections { kinds }))
    }

    /// Offers a token when the present one gets old.
    fn renewal(&mut self, app: &App) -> Option<Heard> {
        let (offer, device) = (self.session.renewal(app)?, self.session.device());
        let app = app.clone();
        Some(Heard::Work(Box::pin(async move {
            match credentials::offer(&app, offer).await {
                Ok(token) => token.map(|token| {
                    let token = token.expose_secret().to_owned();
                    Down::NewCredential(pb::NewCredential { token })
                }),
                Err(error) => {
                    tracing::warn!(%device, %error, "a token is renewed later");
                    None
                }
            }
        })))
    }

    /// The offered token has arrived.
    fn settle(&mut self, app: &App) -> Heard {
        let Some(hash) = self.session.renewed(app) else { return Heard::Nothing };
        let (app, key) = (app.clone(), self.session.key());
        Heard::Work(Box::pin(async move {
            // Failing is no harm: the token's first use settles it too.
            if let Err(error) = credentials::settle(&app, key, hash).await {
                tracing::warn!(device = %key.device, %error, "older tokens stay valid");
            }
            None
        }))
    }

    fn record(&self, app: &App, sections: Vec<Section>) -> Heard {
        let (app, key) = (app.clone(), self.session.key());
        Heard::Work(Box::pin(async move {
            // The digests stay as they were, so the next Hello brings the sections again.
            after_writing(sessions::record(&app, key, sections).await, key, "inventory")
        }))
    }

    fn compare_software(&self, app: &App, digests: PartDigests) -> Heard {
        let (app, key) = (app.clone(), self.session.key());
        Heard::Work(Box::pin(async move {
            match software::missing(&app, key, &digests).await {
                Ok(parts) if parts.is_empty() => None,
                Ok(parts) => {
                    let parts = parts.into_iter().map(|part| part as u32).collect();
                    Some(Down::WantSoftware(pb::WantSoftware { parts }))
                }
                // The next look at the computer brings the digests again.
                Err(error) => after_writing(Err(error), key, "software"),
            }
        }))
    }

    fn record_software(&self, app: &App, part: Part) -> Heard {
        let (app, key) = (app.clone(), self.session.key());
        Heard::Work(Box::pin(async move {
            after_writing(software::record(&app, key, part).await, key, "software")
        }))
    }

    fn report(&self, app: &App, report: Report) -> Heard {
        let (app, key, line) = (app.clone(), self.session.key(), self.session.line());
        Heard::Work(Box::pin(async move {
            after_writing(
                sessions::report(&app, key, &line, report).await,
                key,
                "a policy's report",
            )
        }))
    }
}

/// What is to be said after `what` was written down, or was not.
fn after_writing(written: Result<(), Error>, key: Key, what: &str) -> Option<Down> {
    match written {
        Ok(()) => None,
        Err(Error::StaleVersion | Error::DeviceNotFound) => Some(close_for(Closing::Reset)),
        Err(error) => {
            tracing::warn!(device = %key.device, %error, what, "not written");
            None
        }
    }
}

fn told(word: Word) -> Down {
    match word {
        Word::Close(closing) => close_for(closing),
        Word::UsbPolicy(wish) => Down::PolicyUpdate(convert::policy_update(wish)),
    }
}

fn kinds(wanted: Vec<SectionKind>) -> Vec<i32> {
    wanted.into_iter().map(convert::section_kind).collect()
}

impl From<Fenced> for Closing {
    fn from(fenced: Fenced) -> Self {
        match fenced {
            Fenced::Reset => Self::Reset,
            Fenced::Superseded => Self::Superseded,
        }
    }
}

/// The Close of a stream that has to end.
pub(super) fn close_for(closing: Closing) -> Down {
    match closing {
        Closing::Reset => close(CloseReason::Reset, Duration::ZERO, "the device was reset"),
        Closing::Superseded => {
            close(CloseReason::Superseded, Duration::ZERO, "a newer stream took over")
        }
        Closing::Drain => close(CloseReason::Drain, Duration::ZERO, "the server is stopping"),
        Closing::Banned(wait) => close(
            CloseReason::Banned,
            wait,
            "another computer has the same token; staff must reset the device",
        ),
    }
}

/// The Close of a stream that does not begin.
fn refuse(refusal: Refusal) -> Down {
    match refusal {
        Refusal::BadIdentity => {
            close(CloseReason::BadIdentity, Duration::ZERO, "the token is not known")
        }
        Refusal::Reset => close_for(Closing::Reset),
        Refusal::Superseded => close_for(Closing::Superseded),
        Refusal::Draining => close_for(Closing::Drain),
        Refusal::Banned(wait) => close_for(Closing::Banned(wait)),
        Refusal::Overload(wait) => {
            close(CloseReason::Overload, wait, "too many at once; come back later")
        }
        Refusal::Protocol => protocol("this server speaks protocol 1"),
    }
}

/// The Close for who breaks the protocol.
pub(super) fn protocol(message: &str) -> Down {
    close(CloseReason::Protocol, Duration::ZERO, message)
}

pub(super) fn close(reason: CloseReason, retry_after: Duration, message: &str) -> Down {
    let retry_after_seconds = match retry_after {
        Duration::ZERO => 0,
        wait => whole_seconds(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
    };
    Down::Close(pb::Close {
        reason: reason.into(),
        retry_after_seconds,
        message: message.to_owned(),
    })
}

/// Whether a message came and is no message of the contract, or is too large.
pub(super) fn is_unreadable(error: &tonic::Status) -> bool {
    matches!(error.code(), tonic::Code::Internal | tonic::Code::OutOfRange)
}
