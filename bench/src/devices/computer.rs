//! One simulated device, from its first stream to its good-bye. It does what the real agent does as far
//! as the server can tell, and enrols again by itself where the agent would wait for a person.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chamados_proto::device::v1::{
    AgentMessage, Beat, Bye, CloseReason, CredentialStored, Hello, PolicyOutcome, PolicyReport,
    Sections, ServerMessage, Welcome, agent_message::Message as Up,
    agent_service_client::AgentServiceClient, server_message::Message as Down,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tonic::{Streaming, transport::Channel};

use super::{
    beats::{Beats, Contract, Say, Voice},
    fleet::Known,
    inventory,
    office::Office,
    plan::Plan,
    tally::Tally,
};

/// From the first packet to Welcome, and for a good-bye to be heard.
const LIMIT: Duration = Duration::from_secs(30);
/// A stream that broke is opened anew within this at first; each failure doubles it.
const FIRST_BACKOFF: Duration = Duration::from_secs(2);
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// What happens to a device from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It gets another network address.
    Change,
    /// Staff reset it; then it is enrolled again.
    Reset,
    /// It is installed anew for the next person, without a reset before.
    HandOver,
    /// It beats once more and then says nothing, and its connection stays.
    FallSilent,
}

/// What all devices share.
#[derive(Debug)]
pub(super) struct Crowd {
    pub(super) plan: Plan,
    pub(super) office: Office,
    pub(super) tally: Arc<Tally>,
}

/// A device that is enrolled.
pub(super) struct Computer {
    pub(super) crowd: Arc<Crowd>,
    pub(super) known: Known,
    pub(super) client: AgentServiceClient<Channel>,
    pub(super) orders: mpsc::UnboundedReceiver<Order>,
    pub(super) stop: watch::Receiver<bool>,
    /// Of its agent's only start.
    pub(super) boot_id: Bytes,
    /// How many times it changed hands.
    pub(super) hands: u32,
    /// How many times its address changed.
    pub(super) lease: u32,
    pub(super) errand: Option<Errand>,
    /// Streams in a row that could not be opened.
    pub(super) failures: u32,
    /// When its last stream ended.
    pub(super) absent_since: Option<Instant>,
}

/// What was asked for and ends the stream.
pub(super) enum Errand {
    /// Since when.
    Reset(Instant),
    /// Gives the new token, unless it is refused.
    HandOver(JoinHandle<Option<String>>),
}

/// How a stream ended.
enum End {
    Stopped,
    Closed(CloseReason, Duration),
    Broken,
}

/// The agents' own contract.
pub(super) struct Agents;

impl Contract for Agents {
    type Up = AgentMessage;

    fn beat(&self, sequence: u32) -> AgentMessage {
        up(Up::Beat(Beat { sequence }))
    }
}

/// A stream that is welcome, as long as this lives.
struct Open<'a>(&'a Tally);

impl<'a> Open<'a> {
    fn new(tally: &'a Tally) -> Self {
        Tally::one(&tally.welcomes);
        tally.open.send_modify(|open| *open += 1);
        Self(tally)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

impl Computer {
    /// Connects after a while, and again whenever its stream ends, until it is asked to stop or the
    /// server will have nothing to do with it.
    pub(super) async fn run(mut self, after: Duration) {
        let (crowd, mut stop) = (Arc::clone(&self.crowd), self.stop.clone());
        let tally = &*crowd.tally;
        let mut wait = after;
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = sleep(wait) => {}
            }
            match self.session(tally).await {
                End::Stopped => return,
                End::Closed(reason, retry_after) => {
                    tally.closed(reason);
                    wait = retry_after;
                    match reason {
                        CloseReason::Reset if self.enroll_again(tally).await => {}
                        CloseReason::Reset
                        | CloseReason::BadIdentity
                        | CloseReason::Banned
                        | CloseReason::Protocol
                        | CloseReason::Unspecified => return,
                        CloseReason::Superseded | CloseReason::Drain | CloseReason::Overload => {
                            wait += part_of(FIRST_BACKOFF);
                        }
                    }
                }
                End::Broken => {
                    Tally::one(&tally.broken);
                    let backoff = FIRST_BACKOFF * 2_u32.pow(self.failures.min(8));
                    wait = part_of(backoff.min(LONGEST_BACKOFF));
                    self.failures += 1;
                }
            }
        }
    }

    async fn session(&mut self, tally: &Tally) -> End {
        let (beats, voice) =
            Beats::new(Agents, self.crowd.plan.jitter, Arc::clone(&self.crowd.tally));
        voice.say(Say::Now(up(Up::Hello(self.hello()))));
        let opened = timeout(LIMIT, async {
            let mut down = self.client.session(beats).await?.into_inner();
            let first = down.message().await?;
            Ok::<_, tonic::Status>((down, first))
        });
        let (mut down, first) = match opened.await {
            Ok(Ok((down, Some(ServerMessage { message: Some(first) })))) => (down, first),
            _ => return End::Broken,
        };
        let welcome = match first {
            Down::Welcome(welcome) => welcome,
            Down::Close(close) => {
                let retry_after = Duration::from_secs(close.retry_after_seconds.into());
                return End::Closed(close.reason(), retry_after);
            }
            _ => return End::Broken,
        };
        self.failures = 0;
        if let Some(since) = self.absent_since {
            tally.absence.note(since.elapsed());
        }
        let _open = Open::new(tally);
        self.begin(tally, &voice, &welcome);
        let end = self.converse(tally, &voice, &mut down).await;
        self.absent_since = Some(Instant::now());
        end
    }

    fn hello(&self) -> Hello {
        let digests = if self.crowd.plan.inventory {
            inventory::digests(&inventory::sections(self.known.number, self.lease))
        } else {
            Vec::new()
        };
        Hello {
            protocol: 1,
            token: self.known.token.clone(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            boot_id: self.boot_id.clone(),
            digests,
            policy_revision: 0,
            clock: None,
        }
    }

    fn begin(&self, tally: &Tally, voice: &Voice<AgentMessage>, welcome: &Welcome) {
        let told = Duration::from_secs(welcome.interval_seconds.max(1).into());
        let every = self.crowd.plan.interval.unwrap_or(told);
        let phase = Duration::from_millis(welcome.phase_millis.into());
        let after = phase.mul_f64(every.as_secs_f64() / told.as_secs_f64());
        voice.sent.time_every(welcome.acknowledge_every);
        voice.say(Say::Beat { after, every });
        self.describe(tally, voice, &welcome.wanted_sections);
    }

    /// Sends the sections of these kinds.
    fn describe(&self, tally: &Tally, voice: &Voice<AgentMessage>, kinds: &[i32]) {
        if kinds.is_empty() {
            return;
        }
        let mut sections = inventory::sections(self.known.number, self.lease);
        sections.retain(|section| kinds.contains(&section.kind));
        Tally::add(&tally.sections, sections.len() as u64);
        voice.say(Say::Now(up(Up::Sections(Sections { sections }))));
    }

    /// Listens, and does what is ordered, until the stream ends.
    async fn converse(
        &mut self,
        tally: &Tally,
        voice: &Voice<AgentMessage>,
        down: &mut Streaming<ServerMessage>,
    ) -> End {
        let mut acknowledged = 0;
        loop {
            let message = tokio::select! {
                message = down.message() => message,
                Some(order) = self.orders.recv() => {
                    self.obey(order, tally, voice);
                    continue;
                }
                () = stopped(&mut self.stop) => {
                    voice.say(Say::Now(up(Up::Bye(Bye { reason: "stop".to_owned() }))));
                    let ended = async { while let Ok(Some(_)) = down.message().await {} };
                    let _in_time = timeout(LIMIT, ended).await;
                    return End::Stopped;
                }
            };
            let Ok(Some(ServerMessage { message: Some(message) })) = message else {
                return End::Broken;
            };
            match message {
                Down::Ack(ack) => {
                    Tally::one(&tally.acks);
                    Tally::add(
                        &tally.acknowledged,
                        ack.sequence.saturating_sub(acknowledged).into(),
                    );
                    acknowledged = ack.sequence;
                    if let Some(time) = voice.sent.since(ack.sequence) {
                        tally.acknowledgement.note(time);
                    }
                }
                Down::Pace(pace) => {
                    if self.crowd.plan.interval.is_none() {
                        let every = Duration::from_secs(pace.interval_seconds.max(1).into());
                        voice.say(Say::Beat { after: every, every });
                    }
                }
                Down::WantSections(wanted) => self.describe(tally, voice, &wanted.kinds),
                Down::Close(close) => {
                    if let Some(Errand::Reset(since)) = &self.errand {
                        tally.cut.note(since.elapsed());
                    }
                    let retry_after = Duration::from_secs(close.retry_after_seconds.into());
                    return End::Closed(close.reason(), retry_after);
                }
                Down::NewCredential(credential) => {
                    Tally::one(&tally.renewals);
                    self.known.token = credential.token;
                    voice.say(Say::Now(up(Up::CredentialStored(CredentialStored {}))));
                }
                // What it would enforce is not simulated, so it reports that it does.
                Down::PolicyUpdate(policy) => {
                    voice.say(Say::Now(up(Up::PolicyReport(PolicyReport {
                        revision: policy.revision,
                        outcome: PolicyOutcome::Applied.into(),
                        ..PolicyReport::default()
                    }))));
                }
                // It has no programs, and never told the digests of any.
                Down::WantSoftware(_) => {}
                Down::Welcome(_) => return End::Broken,
            }
        }
    }

    fn obey(&mut self, order: Order, tally: &Tally, voice: &Voice<AgentMessage>) {
        match order {
            Order::FallSilent => voice.say(Say::FallSilent),
            Order::Change => {
                self.lease += 1;
                let sections = vec![inventory::network(self.known.number, self.lease)];
                Tally::one(&tally.sections);
                Tally::one(&tally.changes);
                voice.say(Say::Now(up(Up::Sections(Sections { sections }))));
            }
            // One trouble at a time.
            Order::Reset | Order::HandOver if self.errand.is_some() => {}
            Order::Reset => {
                let (crowd, device) = (Arc::clone(&self.crowd), self.known.device.clone());
                self.errand = Some(Errand::Reset(Instant::now()));
                tokio::spawn(async move {
                    let done = crowd.office.reset(&device).await.is_ok();
                    let Tally { resets, refusals, .. } = &*crowd.tally;
                    Tally::one(if done { resets } else { refusals });
                });
            }
            Order::HandOver => {
                self.hands += 1;
                let (crowd, number, hands) =
                    (Arc::clone(&self.crowd), self.known.number, self.hands);
                self.errand = Some(Errand::HandOver(tokio::spawn(async move {
                    let enrolled = crowd.office.enroll(number, hands).await.ok();
                    let Tally { handovers, refusals, .. } = &*crowd.tally;
                    Tally::one(if enrolled.is_some() { handovers } else { refusals });
                    enrolled.map(|enrolled| enrolled.token)
                })));
            }
        }
    }

    /// Gets the token that is good after a reset; whether there is one.
    async fn enroll_again(&mut self, tally: &Tally) -> bool {
        let handed_over = match self.errand.take() {
            Some(Errand::HandOver(enrolled)) => enrolled.await.ok().flatten(),
            Some(Errand::Reset(_)) | None => None,
        };
        let token = match handed_over {
            Some(token) => Some(token),
            None => {
                self.crowd.office.enroll(self.known.number, self.hands).await.ok().map(|e| e.token)
            }
        };
        let Some(token) = token else {
            Tally::one(&tally.refusals);
            return false;
        };
        Tally::one(&tally.enrolments);
        self.known.token = token;
        true
    }
}

const fn up(message: Up) -> AgentMessage {
    AgentMessage { message: Some(message) }
}

/// Completes when devices are asked to stop, or nobody could ask them any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _nobody = stop.wait_for(|stop| *stop).await;
}

/// A random part of a time.
fn part_of(time: Duration) -> Duration {
    time.mul_f64(rand::random_range(0.0..1.0))
}
