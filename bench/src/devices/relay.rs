//! Devices behind relays: one connection for each site, which carries the streams of all its devices and
//! their beats in batches.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, ensure};
use chamados_proto::device::v1::{
    AgentMessage, CloseReason, Hello, RelayAnswer, RelayBeats, RelayMessage, RelayedAnswer,
    RelayedMessage, agent_message::Message as Up, agent_service_client::AgentServiceClient,
    relay_message::Content, server_message::Message as Down,
};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, transport::Channel};
use uuid::Uuid;

use super::{
    fleet::{Known, WELCOME_LIMIT},
    plan::Plan,
    tally::Tally,
};

/// Between two batches of beats.
const TICK: Duration = Duration::from_millis(100);
/// Messages up that may wait for the transport.
const QUEUE: usize = 64;
/// How often a device beats when the plan does not say.
const INTERVAL: Duration = Duration::from_secs(30);

/// Relays, each with its devices. Dropped, they are gone without a good-bye.
pub struct Relays {
    tally: Arc<Tally>,
    devices: usize,
    limit: Duration,
    tasks: JoinSet<Result<(), Status>>,
}

impl Relays {
    /// Connects devices that are enrolled over as many relays as the plan has connections.
    ///
    /// # Errors
    /// The address is none.
    pub fn start(plan: &Plan, known: Vec<Known>) -> Result<Self> {
        ensure!(plan.connections > 0 && !known.is_empty(), "relays need devices");
        let endpoint = plan.endpoint()?;
        let (tally, devices) = (Arc::new(Tally::default()), known.len());
        let mut tasks = JoinSet::new();
        for site in known.chunks(devices.div_ceil(plan.connections)) {
            let site = Site {
                tokens: site.iter().map(|known| known.token.clone()).collect(),
                every: plan.interval.unwrap_or(INTERVAL),
                ramp: plan.ramp,
                tally: Arc::clone(&tally),
            };
            tasks.spawn(site.run(endpoint.connect_lazy()));
        }
        Ok(Self { tally, devices, limit: plan.ramp + WELCOME_LIMIT, tasks })
    }

    /// Waits until all devices are welcome.
    ///
    /// # Errors
    /// Some are not, after a while, or a relay's stream ended.
    pub async fn until_open(&mut self) -> Result<()> {
        let mut open = self.tally.open.subscribe();
        let all = self.devices;
        let waited = tokio::select! {
            waited = timeout(self.limit, open.wait_for(|open| *open == all)) => waited.is_ok(),
            Some(ended) = self.tasks.join_next() => {
                ended??;
                false
            }
        };
        let open = *self.tally.open.borrow();
        ensure!(waited, "{open} of {all} devices are connected");
        Ok(())
    }

    /// What they see.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many devices there are.
    #[must_use]
    pub const fn devices(&self) -> usize {
        self.devices
    }
}

/// One relay.
struct Site {
    /// By the relay's number for the device's stream.
    tokens: Vec<String>,
    every: Duration,
    ramp: Duration,
    tally: Arc<Tally>,
}

/// What a relay knows while its stream is open.
#[derive(Default)]
struct State {
    /// Streams that are welcome, in the order in which they beat.
    welcome: Vec<u32>,
    /// The place of each among them.
    places: HashMap<u32, usize>,
    /// Who beats next.
    turn: usize,
    /// Beats that are due, and not sent because they are less than one.
    due: f64,
    /// Batches that were not acknowledged: sequence, beats, when.
    waiting: VecDeque<(u32, u64, Instant)>,
    sequence: u32,
}

impl Site {
    async fn run(self, channel: Channel) -> Result<(), Status> {
        let (up, queue) = mpsc::channel(QUEUE);
        let answers = AgentServiceClient::new(channel).relay(ReceiverStream::new(queue)).await;
        let mut down = answers?.into_inner();
        let mut again = JoinSet::new();
        self.greet(&up, &mut again);
        let mut state = State::default();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                answer = down.message() => {
                    let Some(answer) = answer? else { return Ok(()) };
                    self.hear(&mut state, answer, &up, &mut again);
                }
                _ = ticks.tick() => {
                    if let Some(beats) = self.beats(&mut state) {
                        // Waits when the server does not read, as a real relay would.
                        let _over = up.send(RelayMessage { content: Some(beats) }).await;
                    }
                }
                Some(_) = again.join_next() => {}
            }
        }
    }

    /// All say Hello, one after the other.
    fn greet(&self, up: &mpsc::Sender<RelayMessage>, tasks: &mut JoinSet<()>) {
        let hellos: Vec<_> = (0..).zip(&self.tokens).map(|(at, token)| hello(at, token)).collect();
        let (up, pause) = (up.clone(), self.ramp.div_f64(hellos.len().max(1) as f64));
        tasks.spawn(async move {
            let begin = Instant::now();
            for (number, hello) in (0_u32..).zip(hellos) {
                tokio::time::sleep_until(begin + pause * number).await;
                let _over = up.send(hello).await;
            }
        });
    }

    /// The next batch: those whose turn it is.
    fn beats(&self, state: &mut State) -> Option<Content> {
        let all = state.welcome.len();
        state.due += all as f64 * TICK.as_secs_f64() / self.every.as_secs_f64();
        let count = (state.due as usize).min(all);
        state.due -= count as f64;
        if count == 0 {
            return None;
        }
        let streams = (0..count).map(|next| state.welcome[(state.turn + next) % all]).collect();
        state.turn = (state.turn + count) % all;
        state.sequence += 1;
        state.waiting.push_back((state.sequence, count as u64, Instant::now()));
        Tally::add(&self.tally.beats, count as u64);
        Some(Content::Beats(RelayBeats { sequence: state.sequence, streams }))
    }

    fn hear(
        &self,
        state: &mut State,
        answer: RelayAnswer,
        up: &mpsc::Sender<RelayMessage>,
        again: &mut JoinSet<()>,
    ) {
        while let Some((_, count, at)) =
            state.waiting.pop_front_if(|(sequence, ..)| *sequence <= answer.acknowledged)
        {
            Tally::add(&self.tally.acknowledged, count);
            self.tally.acknowledgement.note(at.elapsed());
        }
        if answer.acknowledged > 0 {
            Tally::one(&self.tally.acks);
        }
        if let Some(close) = answer.close {
            self.tally.closed(close.reason());
        }
        for RelayedAnswer { stream, message } in answer.answers {
            match message.and_then(|message| message.message) {
                Some(Down::Welcome(_)) => {
                    Tally::one(&self.tally.welcomes);
                    self.tally.open.send_modify(|open| *open += 1);
                    state.places.insert(stream, state.welcome.len());
                    state.welcome.push(stream);
                }
                Some(Down::Close(close)) => {
                    self.tally.closed(close.reason());
                    self.forget(state, stream);
                    if close.reason() == CloseReason::Overload {
                        let hello = hello(stream, &self.tokens[stream as usize]);
                        let (up, wait) = (up.clone(), close.retry_after_seconds.max(1));
                        let wait = Duration::from_secs(wait.into());
                        again.spawn(async move {
                            sleep(wait.mul_f64(rand::random_range(1.0..2.0))).await;
                            let _over = up.send(hello).await;
                        });
                    }
                }
                _ => {}
            }
        }
    }

    fn forget(&self, state: &mut State, stream: u32) {
        let Some(place) = state.places.remove(&stream) else { return };
        state.welcome.swap_remove(place);
        if let Some(moved) = state.welcome.get(place) {
            state.places.insert(*moved, place);
        }
        self.tally.open.send_modify(|open| *open -= 1);
    }
}

fn hello(stream: u32, token: &str) -> RelayMessage {
    let hello = Hello {
        protocol: 1,
        token: token.to_owned(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        boot_id: Uuid::new_v4().into_bytes().to_vec().into(),
        ..Hello::default()
    };
    let message = Some(AgentMessage { message: Some(Up::Hello(hello)) });
    RelayMessage { content: Some(Content::Message(RelayedMessage { stream, message })) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_beats_once_in_an_interval() {
        let tally = Arc::new(Tally::default());
        let every = TICK * 10;
        let site = Site { tokens: Vec::new(), every, ramp: Duration::ZERO, tally };
        let mut state = State { welcome: (0..25).collect(), ..State::default() };
        let mut heard = Vec::new();
        for _ in 0..10 {
            match site.beats(&mut state) {
                Some(Content::Beats(beats)) => heard.extend(beats.streams),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(heard, (0..25).collect::<Vec<_>>());
        assert_eq!((state.sequence, state.waiting.len()), (10, 10));
    }
}
