//! One stream, message by message. It is driven by its answers being polled: there is no task
//! beside the connection's, and a stream that is dropped has left no trace but its last beat.

use std::time::Duration;

use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, server_message::Message as Down,
};
use futures::{Stream, stream};
use tonic::{Status, Streaming};

use super::convert;
use crate::{
    app::{
        App,
        sessions::{self, Refusal, Session},
    },
    domain::pace::{phase_millis, whole_seconds},
    error::Error,
    hot::Fenced,
    streams::{Closing, Word},
};

/// The answers of a stream, from Welcome to Close.
pub(super) fn serve(
    app: App,
    incoming: Streaming<pb::AgentMessage>,
) -> impl Stream<Item = Result<pb::ServerMessage, Status>> + Send {
    let conversation = Conversation { app, incoming, phase: Phase::Greeting, beats: 0 };
    stream::unfold(conversation, |mut conversation| async move {
        let message = conversation.next().await?;
        Some((Ok(pb::ServerMessage { message: Some(message) }), conversation))
    })
}

struct Conversation {
    app: App,
    incoming: Streaming<pb::AgentMessage>,
    phase: Phase,
    /// Beats since Welcome.
    beats: u32,
}

enum Phase {
    /// Waiting for Hello.
    Greeting,
    /// The device is known.
    Open(Box<Session>),
    /// Close was said.
    Over,
}

impl Conversation {
    /// The next message down; none when the stream is over.
    async fn next(&mut self) -> Option<Down> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Greeting => Some(self.greet().await),
            Phase::Open(mut session) => {
                let message = self.listen(&mut session).await?;
                if !matches!(message, Down::Close(_)) {
                    self.phase = Phase::Open(session);
                }
                Some(message)
            }
            Phase::Over => None,
        }
    }

    async fn greet(&mut self) -> Down {
        let first = tokio::time::timeout(self.app.config.hello_timeout(), self.incoming.message());
        let hello = match first.await {
            Ok(Ok(Some(pb::AgentMessage { message: Some(Up::Hello(hello)) }))) => hello,
            Ok(Ok(_)) => return protocol("the first message must be Hello"),
            Ok(Err(_)) => return protocol("the first message cannot be read"),
            Err(_) => return protocol("no Hello in time"),
        };
        let Some(hello) = convert::hello(hello) else {
            return protocol("Hello is not well-formed");
        };
        match sessions::open(&self.app, hello).await {
            Ok(mut session) => {
                let welcome = self.welcome(&mut session);
                self.phase = Phase::Open(Box::new(session));
                welcome
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn welcome(&self, session: &mut Session) -> Down {
        let interval = session.told_millis();
        let hash = blake3::hash(session.device().as_uuid().as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        let wanted = session.take_wanted(&self.app);
        Down::Welcome(pb::Welcome {
            epoch: session.epoch().into(),
            interval_seconds: whole_seconds(interval),
            phase_millis: phase_millis(u64::from_le_bytes(first), interval),
            acknowledge_every: self.app.config.acknowledge_every,
            reconnect_spread_seconds: self.app.config.reconnect_spread_seconds,
            wanted_sections: wanted.into_iter().map(convert::section_kind).collect(),
        })
    }

    /// Hears the device until there is something to say.
    async fn listen(&mut self, session: &mut Session) -> Option<Down> {
        loop {
            let heard = tokio::select! {
                // A stream that has to end ends before anything else of it is heard.
                biased;
                word = session.word() => return Some(match word {
                    Word::Close(closing) => self.close(closing),
                    Word::UsbPolicy(wish) => Down::PolicyUpdate(convert::policy_update(wish)),
                }),
                heard = self.incoming.message() => heard,
            };
            let message = match heard {
                Ok(Some(pb::AgentMessage { message: Some(message) })) => message,
                Ok(Some(_)) => return Some(protocol("a message is empty")),
                // The device is gone, or something between is; the sweep will know.
                Ok(None) => return None,
                Err(error) if is_unreadable(&error) => {
                    return Some(protocol("a message cannot be read"));
                }
                Err(_) => return None,
            };
            if let Err(fenced) = session.beat(&self.app) {
                return Some(self.close(fenced.into()));
            }
            let answer = match message {
                Up::Hello(_) => Some(protocol("Hello was said before")),
                Up::Beat(beat) => self.beat(session, beat),
                Up::Sections(sections) => self.record(session, sections).await,
                Up::PolicyReport(report) => self.report(session, report).await,
                Up::Bye(_) => {
                    session.bye(&self.app);
                    return None;
                }
            };
            if answer.is_some() {
                return answer;
            }
        }
    }

    /// Acknowledges some beats; says other things only then.
    fn beat(&mut self, session: &mut Session, beat: pb::Beat) -> Option<Down> {
        self.beats = self.beats.wrapping_add(1);
        let every = self.app.config.acknowledge_every;
        match self.beats % every {
            0 => Some(Down::Ack(pb::Ack { sequence: beat.sequence })),
            1 if self.beats > 1 => session
                .new_pace(&self.app)
                .map(|interval| Down::Pace(pb::Pace { interval_seconds: whole_seconds(interval) })),
            2 => {
                let wanted = session.take_wanted(&self.app);
                let kinds: Vec<i32> = wanted.into_iter().map(convert::section_kind).collect();
                (!kinds.is_empty()).then_some(Down::WantSections(pb::WantSections { kinds }))
            }
            3 => {
                session.ask_again();
                None
            }
            _ => None,
        }
    }

    async fn record(&self, session: &Session, sections: pb::Sections) -> Option<Down> {
        let Some(sections) = convert::sections(sections) else {
            return Some(protocol("a section is not well-formed"));
        };
        match session.record(&self.app, sections).await {
            Ok(()) => None,
            Err(Error::StaleVersion | Error::DeviceNotFound) => Some(self.close(Closing::Reset)),
            // The digests stay as they were, so the next Hello brings the sections again.
            Err(error) => {
                tracing::warn!(device = %session.device(), %error, "inventory was not written");
                None
            }
        }
    }

    async fn report(&self, session: &mut Session, report: pb::PolicyReport) -> Option<Down> {
        // An outcome that is not known here is of a newer agent.
        let report = convert::policy_report(report)?;
        match session.report(&self.app, report).await {
            Ok(()) => None,
            Err(Error::StaleVersion | Error::DeviceNotFound) => Some(self.close(Closing::Reset)),
            Err(error) => {
                tracing::warn!(device = %session.device(), %error, "a policy's report was not written");
                None
            }
        }
    }

    fn close(&self, closing: Closing) -> Down {
        match closing {
            Closing::Reset => close(CloseReason::Reset, Duration::ZERO, "the device was reset"),
            Closing::Superseded => {
                close(CloseReason::Superseded, Duration::ZERO, "a newer stream took over")
            }
            Closing::Drain => close(CloseReason::Drain, Duration::ZERO, "the server is stopping"),
        }
    }

    fn refuse(&self, refusal: Refusal) -> Down {
        match refusal {
            Refusal::BadIdentity => {
                close(CloseReason::BadIdentity, Duration::ZERO, "the token is not known")
            }
            Refusal::Reset => self.close(Closing::Reset),
            Refusal::Superseded => self.close(Closing::Superseded),
            Refusal::Draining => self.close(Closing::Drain),
            Refusal::Overload(wait) => {
                close(CloseReason::Overload, wait, "too many at once; come back later")
            }
            Refusal::Protocol => protocol("this server speaks protocol 1"),
        }
    }
}

impl From<Fenced> for Closing {
    fn from(fenced: Fenced) -> Self {
        match fenced {
            Fenced::Reset => Self::Reset,
            Fenced::Superseded => Self::Superseded,
        }
    }
}

/// Whether a message came and is no message of the contract, or is too large.
fn is_unreadable(error: &Status) -> bool {
    matches!(error.code(), tonic::Code::Internal | tonic::Code::OutOfRange)
}

fn protocol(message: &str) -> Down {
    close(CloseReason::Protocol, Duration::ZERO, message)
}

fn close(reason: CloseReason, retry_after: Duration, message: &str) -> Down {
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
