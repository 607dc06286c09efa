//! One browser's stream: what it missed, then what comes, for as long as its session lasts.

use std::{convert::Infallible, time::Duration};

use axum::response::sse::Event;
use futures::Stream;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Interval, MissedTickBehavior},
};

use super::{Notice, Numbered, Subscription};
use crate::{session::Caller, state::Gateway};

/// The browser waits this long before it comes back.
const RETRY: Duration = Duration::from_secs(2);
/// Checks of the session that may fail in a row, because the identity service is away, before the
/// stream ends. Signals carry only ids, so two minutes of doubt are no leak.
const DOUBTS: u32 = 8;

struct Live {
    gateway: Gateway,
    caller: Caller,
    subscription: Subscription,
    greeted: bool,
    doubts: u32,
    /// At each a sign of life goes down, and the session is checked again.
    ticks: Interval,
}

/// The frames of one browser.
pub(crate) fn stream(
    gateway: Gateway,
    caller: Caller,
    subscription: Subscription,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let period = Duration::from_millis(gateway.config.live_ping_millis.get());
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    let live = Live { gateway, caller, subscription, greeted: false, doubts: 0, ticks };
    futures::stream::unfold(live, async |mut live| {
        let event = live.next().await?;
        Some((Ok(event), live))
    })
}

impl Live {
    /// The next frame; none when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            let greeting = format!(r#"{{"pingMillis":{}}}"#, self.gateway.config.live_ping_millis);
            return Some(self.frame("ready").data(greeting).retry(RETRY));
        }
        if std::mem::take(&mut self.subscription.lost) {
            return Some(self.frame("reset").data("{}"));
        }
        while let Some(signal) = self.subscription.missed.pop_front() {
            if let Some(event) = self.signal(&signal) {
                return Some(event);
            }
        }
        loop {
            tokio::select! {
                notice = self.subscription.receiver.recv() => match notice {
                    Ok(Notice::Hint(signal)) => {
                        self.subscription.position = signal.sequence;
                        if self.concerns_caller(&signal) && !self.is_still_signed_in().await {
                            return None;
                        }
                        if let Some(event) = self.signal(&signal) {
                            return Some(event);
                        }
                    }
                    Ok(Notice::Gap(sequence)) => {
                        self.subscription.position = sequence;
                        return Some(self.frame("reset").data("{}"));
                    }
                    Err(RecvError::Lagged(_)) => return Some(self.frame("reset").data("{}")),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.ticks.tick() => {
                    return self.is_still_signed_in().await.then(|| self.frame("ping").data("{}"));
                }
            }
        }
    }

    /// Whether the signal tells that the caller's own account changed: their sessions or their rights may
    /// have, and what they were holds no longer. The ping finds out too, should the signal be lost.
    fn concerns_caller(&self, signal: &Numbered) -> bool {
        let Some(user) = self.caller.principal().user() else { return false };
        signal.hint.data.topic == "user.changed" && signal.hint.data.ids.contains(&user.to_string())
    }

    /// The frame of a signal, if the caller may see it.
    fn signal(&self, signal: &Numbered) -> Option<Event> {
        signal.hint.is_for(self.caller.principal()).then(|| {
            // Two texts; their JSON cannot fail.
            let data = serde_json::to_string(&signal.hint.data).unwrap_or_default();
            Event::default().event("signal").id(self.id(signal.sequence)).data(data)
        })
    }

    /// A frame that also says how far the stream is, so that a browser for which nothing came resumes
    /// from here and not from long ago.
    fn frame(&self, name: &str) -> Event {
        Event::default().event(name).id(self.id(self.subscription.resume_from()))
    }

    fn id(&self, sequence: u64) -> String {
        format!("{:08x}-{sequence}", self.subscription.epoch)
    }

    /// Asks again who the caller is: a session that ended ends the stream, a changed role changes
    /// what it shows.
    async fn is_still_signed_in(&mut self) -> bool {
        match self.caller.renewed(&self.gateway).await {
            Ok(caller) => {
                self.caller = caller;
                self.doubts = 0;
                true
            }
            Err(problem) if problem.is_unauthenticated() => false,
            Err(_) => {
                self.doubts += 1;
                self.doubts < DOUBTS
            }
        }
    }
}

impl Subscription {
    /// The number before the first signal still to be sent.
    fn resume_from(&self) -> u64 {
        self.missed.front().map_or(self.position, |signal| signal.sequence - 1)
    }
}
