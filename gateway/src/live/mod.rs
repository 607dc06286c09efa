//! Live updates: the hub hears every signal once and hands it to the browsers that may see it.
//!
//! The hub numbers what it hears and keeps the newest 10,000, so that a browser that was away for a
//! moment gets what it missed. Where that cannot be known, because the hub restarted, the browser was
//! away for too long, or the bus itself lost something, the browser is told to fetch everything
//! again.

mod stream;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chamados_chassis::{
    auth::{Audience, Principal},
    bus::{Heard, SignalBus},
    id::TenantId,
    shutdown::Shutdown,
    telemetry::Metrics,
};
use chamados_proto::event::v1::Signal;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use uuid::Uuid;

pub(crate) use self::stream::stream;
use crate::problem::{Problem, Result};

/// What browsers are told of. Services have other signals among themselves.
const TOPICS: [&str; 9] = [
    "ticket.changed",
    "ticket.mentioned",
    "ticket.chat",
    "ticket.activity",
    "device.presence",
    "device.changed",
    "company.changed",
    "user.changed",
    "job.changed",
];
/// Signals kept for browsers that come back.
const KEPT: usize = 10_000;
/// Signals a browser may be behind before it must fetch everything again.
const BEHIND: usize = 1_024;

/// A signal with its number.
#[derive(Debug, Clone)]
struct Numbered {
    sequence: u64,
    hint: Arc<Hint>,
}

/// What is told, and to whom.
#[derive(Debug)]
struct Hint {
    /// None when it concerns every tenant; then only staff are told.
    tenant: Option<TenantId>,
    audience: Audience,
    data: Data,
}

/// What a browser gets.
#[derive(Debug, Serialize)]
struct Data {
    topic: String,
    ids: Vec<String>,
}

impl Hint {
    /// A signal of a tenant that cannot be read is nobody's.
    fn of(signal: &Signal) -> Option<Self> {
        let tenant: TenantId = signal.tenant_id.parse().ok()?;
        Some(Self {
            tenant: (tenant.as_uuid() != Uuid::nil()).then_some(tenant),
            audience: signal.audience.clone().unwrap_or_default().into(),
            data: Data { topic: signal.topic.clone(), ids: signal.ids.clone() },
        })
    }

    fn is_for(&self, principal: &Principal) -> bool {
        match self.tenant {
            Some(tenant) => principal.tenant() == Ok(tenant) && self.audience.includes(principal),
            None => principal.is_staff(),
        }
    }
}

/// What goes to every open stream.
#[derive(Debug, Clone)]
enum Notice {
    Hint(Numbered),
    /// Signals may have been lost before this number.
    Gap(u64),
}

/// Hears signals and remembers the newest.
pub(crate) struct Hub {
    bus: Arc<dyn SignalBus>,
    /// Tells this hub's numbers from those of another, or of the one before a restart.
    epoch: u32,
    state: Arc<Mutex<State>>,
    streams: Arc<Semaphore>,
}

struct State {
    /// Number of the newest signal or gap; 0 when there was none.
    newest: u64,
    /// Everything after this number is in `kept`.
    floor: u64,
    kept: VecDeque<Numbered>,
    /// Gone once the process stops, which ends every stream.
    sender: Option<broadcast::Sender<Notice>>,
}

/// A browser's place in the hub.
pub(crate) struct Subscription {
    epoch: u32,
    /// Number of the last signal seen, or passed over because it is for others.
    position: u64,
    /// What came while the browser was away.
    missed: VecDeque<Numbered>,
    /// Whether what came while it was away is not known any more.
    lost: bool,
    receiver: broadcast::Receiver<Notice>,
    _permit: OwnedSemaphorePermit,
}

impl Hub {
    /// A hub for at most `streams` browsers. It hears nothing before [`start`](Self::start).
    pub(crate) fn new(bus: Arc<dyn SignalBus>, streams: usize) -> Self {
        let (sender, _) = broadcast::channel(BEHIND);
        let kept = VecDeque::new();
        Self {
            bus,
            epoch: rand::random(),
            state: Arc::new(Mutex::new(State { newest: 0, floor: 0, kept, sender: Some(sender) })),
            streams: Arc::new(Semaphore::new(streams.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Tells operators how many browsers listen, of at most `most`.
    pub(crate) fn watched_by(&self, metrics: &Metrics, most: usize) {
        let free = Arc::clone(&self.streams);
        metrics
            .meter()
            .u64_observable_gauge("gateway.live.streams")
            .with_description("Browsers that listen to live updates of this process")
            .with_callback(move |gauge| {
                gauge.observe(most.saturating_sub(free.available_permits()) as u64, &[]);
            })
            .build();
    }

    /// Listens until shutdown; then every stream ends.
    pub(crate) fn start(&self, shutdown: &Shutdown) {
        let (heard, state, requested) =
            (self.bus.listen(), self.state.clone(), shutdown.requested());
        shutdown.spawn("live updates", async move {
            tokio::select! {
                () = requested => {}
                () = hear(heard, &state) => {}
            }
            lock(&state).sender = None;
        });
    }

    /// A place from now on, or from the frame `last_event_id` on when that is still known.
    ///
    /// # Errors
    /// 503 when there are too many streams, or the process stops.
    pub(crate) fn subscribe(&self, last_event_id: Option<&str>) -> Result<Subscription> {
        let busy = || Problem::busy("There are too many live streams. Try again shortly.");
        let permit = self.streams.clone().try_acquire_owned().map_err(|_| busy())?;
        let state = lock(&self.state);
        let receiver = state.sender.as_ref().ok_or_else(busy)?.subscribe();
        let resumed = last_event_id.map(|id| self.sequence(id).and_then(|last| state.since(last)));
        Ok(Subscription {
            epoch: self.epoch,
            position: state.newest,
            lost: matches!(resumed, Some(None)),
            missed: resumed.flatten().unwrap_or_default(),
            receiver,
            _permit: permit,
        })
    }

    /// The number in an id of this hub.
    fn sequence(&self, id: &str) -> Option<u64> {
        let (epoch, sequence) = id.split_once('-')?;
        (epoch == format!("{:08x}", self.epoch)).then(|| sequence.parse().ok())?
    }
}

impl State {
    /// What came after `last`, unless some of it is not known any more.
    fn since(&self, last: u64) -> Option<VecDeque<Numbered>> {
        let known = (self.floor..=self.newest).contains(&last);
        known.then(|| self.kept.iter().filter(|signal| signal.sequence > last).cloned().collect())
    }

    fn hint(&mut self, hint: Hint) {
        self.newest += 1;
        let numbered = Numbered { sequence: self.newest, hint: Arc::new(hint) };
        if self.kept.len() == KEPT {
            self.floor = self.kept.pop_front().map_or(self.floor, |oldest| oldest.sequence);
        }
        self.kept.push_back(numbered.clone());
        self.tell(Notice::Hint(numbered));
    }

    fn gap(&mut self) {
        self.newest += 1;
        self.floor = self.newest;
        self.kept.clear();
        self.tell(Notice::Gap(self.newest));
    }

    fn tell(&self, notice: Notice) {
        if let Some(sender) = &self.sender {
            // Fails only when nobody listens.
            let _nobody = sender.send(notice);
        }
    }
}

async fn hear(mut heard: broadcast::Receiver<Heard>, state: &Mutex<State>) {
    loop {
        match heard.recv().await {
            Ok(Heard::Signal(signal)) if !TOPICS.contains(&signal.topic.as_str()) => {}
            Ok(Heard::Signal(signal)) => match Hint::of(&signal) {
                Some(hint) => lock(state).hint(hint),
                None => tracing::warn!(topic = signal.topic, "a signal without a tenant"),
            },
            Ok(Heard::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => lock(state).gap(),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// The state is plain data, whole after every statement, so a panic elsewhere spoils nothing.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State { newest: 0, floor: 0, kept: VecDeque::new(), sender: None }
    }

    fn hint() -> Hint {
        let data = Data { topic: "ticket.changed".into(), ids: vec![] };
        Hint { tenant: None, audience: Audience::staff(), data }
    }

    fn since(state: &State, last: u64) -> Option<Vec<u64>> {
        state.since(last).map(|missed| missed.iter().map(|signal| signal.sequence).collect())
    }

    #[test]
    fn what_came_after_a_known_number_is_told_again() {
        let mut state = state();
        (0..3).for_each(|_| state.hint(hint()));
        assert_eq!(since(&state, 0), Some(vec![1, 2, 3]));
        assert_eq!(since(&state, 2), Some(vec![3]));
        assert_eq!(since(&state, 3), Some(vec![]));
        assert_eq!(since(&state, 4), None, "a number not given yet");
    }

    #[test]
    fn the_ring_is_bounded_and_forgets_the_oldest() {
        let mut state = state();
        (0..KEPT + 2).for_each(|_| state.hint(hint()));
        assert_eq!(state.kept.len(), KEPT);
        assert_eq!(since(&state, 1), None);
        assert_eq!(since(&state, 2).map(|missed| missed.len()), Some(KEPT));
    }

    #[test]
    fn nothing_is_known_from_before_a_gap() {
        let mut state = state();
        state.hint(hint());
        state.gap();
        state.hint(hint());
        assert_eq!(since(&state, 1), None);
        assert_eq!(since(&state, 2), Some(vec![3]));
    }
}
