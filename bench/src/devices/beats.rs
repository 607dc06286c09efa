//! What a device says on its stream. The beats are made where they are sent, by the transport asking
//! for the next message, so that a beat costs a timer and no way between tasks: what the generator does
//! not use is left to the server beside it.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::Stream;
use tokio::{
    sync::mpsc,
    time::{Instant, Sleep},
};

use super::tally::Tally;

/// What a beat is by the contract that is spoken.
pub trait Contract: Send + Sync + 'static {
    /// A message up.
    type Up: Send + 'static;

    /// Beat number `sequence`, from 1 on.
    fn beat(&self, sequence: u32) -> Self::Up;
}

/// What is to be said beside the beats.
#[derive(Debug)]
pub(crate) enum Say<M> {
    /// At once.
    Now(M),
    /// Beats after this time, this often.
    Beat { after: Duration, every: Duration },
    /// One more beat at once, and then none; the stream stays open.
    FallSilent,
}

/// When beats were sent whose acknowledgement will be timed: the last few of every `every`.
#[derive(Debug)]
pub(crate) struct Sent {
    base: Instant,
    every: AtomicU64,
    /// Sequence and microseconds since `base`.
    times: [[AtomicU64; 2]; 4],
}

impl Sent {
    fn new() -> Arc<Self> {
        let (base, every) = (Instant::now(), AtomicU64::new(1));
        Arc::new(Self { base, every, times: Default::default() })
    }

    /// Every so many beats one is timed.
    pub(crate) fn time_every(&self, every: u32) {
        self.every.store(every.max(1).into(), Relaxed);
    }

    fn place(&self, sequence: u64) -> Option<&[AtomicU64; 2]> {
        let every = self.every.load(Relaxed);
        let place = (sequence / every) as usize % self.times.len();
        sequence.is_multiple_of(every).then(|| &self.times[place])
    }

    fn note(&self, sequence: u32) {
        if let Some([number, time]) = self.place(sequence.into()) {
            let micros = self.base.elapsed().as_micros();
            time.store(u64::try_from(micros).unwrap_or(u64::MAX), Relaxed);
            number.store(sequence.into(), Relaxed);
        }
    }

    /// How long ago the beat was sent; none when that is not known any more.
    pub(crate) fn since(&self, sequence: u32) -> Option<Duration> {
        let sequence = u64::from(sequence);
        let [number, time] = self.place(sequence)?;
        let sent = Duration::from_micros(time.load(Relaxed));
        (number.load(Relaxed) == sequence).then(|| self.base.elapsed().saturating_sub(sent))
    }
}

/// One stream's messages up. It ends when the other half of its channel is dropped.
pub(crate) struct Beats<C: Contract> {
    contract: C,
    orders: mpsc::UnboundedReceiver<Say<C::Up>>,
    tally: Arc<Tally>,
    sent: Arc<Sent>,
    /// Share of the interval by which a beat may come sooner or later.
    jitter: f64,
    sequence: u32,
    every: Option<Duration>,
    next: Pin<Box<Sleep>>,
}

/// The other half of [`Beats`].
#[derive(Debug)]
pub(crate) struct Voice<M> {
    orders: mpsc::UnboundedSender<Say<M>>,
    pub(crate) sent: Arc<Sent>,
}

impl<M> Voice<M> {
    pub(crate) fn say(&self, what: Say<M>) {
        // Whether the stream is over is heard on its other half.
        let _over = self.orders.send(what);
    }
}

impl<C: Contract> Beats<C> {
    /// A stream that says nothing by itself yet.
    pub(crate) fn new(contract: C, jitter: f64, tally: Arc<Tally>) -> (Self, Voice<C::Up>) {
        let (sender, orders) = mpsc::unbounded_channel();
        let sent = Sent::new();
        let next = Box::pin(tokio::time::sleep(Duration::ZERO));
        let voice = Voice { orders: sender, sent: Arc::clone(&sent) };
        let beats = Self { contract, orders, tally, sent, jitter, sequence: 0, every: None, next };
        (beats, voice)
    }

    /// When the next beat is due. One that is late by more than an interval is not made up for.
    fn schedule(&mut self, every: Duration) {
        let share = rand::random_range(-self.jitter..=self.jitter);
        let due = self.next.deadline() + every.mul_f64(1.0 + share);
        self.next.as_mut().reset(due.max(Instant::now()));
    }

    fn beat(&mut self) -> C::Up {
        self.sequence = self.sequence.wrapping_add(1);
        self.sent.note(self.sequence);
        Tally::one(&self.tally.beats);
        self.contract.beat(self.sequence)
    }
}

impl<C: Contract + Unpin> Stream for Beats<C> {
    type Item = C::Up;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<C::Up>> {
        let this = &mut *self;
        loop {
            match this.orders.poll_recv(cx) {
                Poll::Ready(Some(Say::Now(message))) => return Poll::Ready(Some(message)),
                Poll::Ready(Some(Say::Beat { after, every })) => {
                    this.every = Some(every);
                    this.next.as_mut().reset(Instant::now() + after);
                }
                Poll::Ready(Some(Say::FallSilent)) => {
                    this.every = None;
                    return Poll::Ready(Some(this.beat()));
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => break,
            }
        }
        let Some(every) = this.every else { return Poll::Pending };
        if this.next.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.schedule(every);
        Poll::Ready(Some(this.beat()))
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    struct Numbers;

    impl Contract for Numbers {
        type Up = u32;

        fn beat(&self, sequence: u32) -> u32 {
            sequence
        }
    }

    #[tokio::test(start_paused = true)]
    async fn beats_come_at_their_time_between_what_else_is_said() {
        let tally = Arc::new(Tally::default());
        let (mut beats, voice) = Beats::new(Numbers, 0.0, Arc::clone(&tally));
        let begin = Instant::now();
        voice.say(Say::Now(99));
        assert_eq!(beats.next().await, Some(99));
        voice.sent.time_every(2);
        let (after, every) = (Duration::from_millis(50), Duration::from_millis(100));
        voice.say(Say::Beat { after, every });
        for number in 1..=3 {
            assert_eq!(beats.next().await, Some(number));
        }
        assert_eq!(begin.elapsed().as_millis() / 10, 25);
        assert_eq!(voice.sent.since(1), None, "one in two is timed");
        assert_eq!(voice.sent.since(2).map(|time| time.as_millis() / 10), Some(10));
        voice.say(Say::FallSilent);
        voice.say(Say::Now(98));
        assert_eq!(beats.next().await, Some(4), "the last one, at once");
        assert_eq!(begin.elapsed().as_millis() / 10, 25);
        assert_eq!(beats.next().await, Some(98));
        assert!(futures::poll!(beats.next()).is_pending());
        drop(voice);
        assert_eq!(beats.next().await, None);
        assert_eq!(tally.read().beats, 4);
    }
}
