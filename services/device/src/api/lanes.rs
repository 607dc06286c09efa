//! Work for the devices of a relay: beside the heartbeats, which never wait for a database, and in
//! order for each device.

use std::collections::VecDeque;

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};

/// Lanes, that is how much of a relay's work is under way at once.
const LANES: usize = 16;
/// So many bytes of messages may wait for their lane; then the relay is not heard until there is
/// room.
const WAITING_BYTES: usize = 4 * 1024 * 1024;

/// The lanes. All work of one stream goes through the same one.
pub(super) struct Lanes<T> {
    waiting: [VecDeque<Work<T>>; LANES],
    busy: [bool; LANES],
    running: FuturesUnordered<BoxFuture<'static, Finished<T>>>,
    /// Of all that is waiting or under way.
    bytes: usize,
}

struct Work<T> {
    bytes: usize,
    future: BoxFuture<'static, T>,
}

struct Finished<T> {
    lane: usize,
    bytes: usize,
    output: T,
}

impl<T: Send + 'static> Lanes<T> {
    pub(super) fn new() -> Self {
        Self {
            waiting: std::array::from_fn(|_| VecDeque::new()),
            busy: [false; LANES],
            running: FuturesUnordered::new(),
            bytes: 0,
        }
    }

    /// Whether more work may be taken on.
    pub(super) const fn have_room(&self) -> bool {
        self.bytes < WAITING_BYTES
    }

    /// Takes on work for a stream, after all that was taken on for it before.
    pub(super) fn add(&mut self, stream: u32, bytes: usize, future: BoxFuture<'static, T>) {
        let lane = stream as usize % LANES;
        self.bytes += bytes;
        self.waiting[lane].push_back(Work { bytes, future });
        self.start(lane);
    }

    fn start(&mut self, lane: usize) {
        if self.busy[lane] {
            return;
        }
        if let Some(Work { bytes, future }) = self.waiting[lane].pop_front() {
            self.busy[lane] = true;
            let finished = future.map(move |output| Finished { lane, bytes, output });
            self.running.push(Box::pin(finished));
        }
    }

    /// What was finished next; none when there is no work. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<T> {
        let Finished { lane, bytes, output } = self.running.next().await?;
        self.bytes -= bytes;
        self.busy[lane] = false;
        self.start(lane);
        Some(output)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn one_stream_keeps_its_order_and_holds_up_no_other() {
        let mut lanes = Lanes::new();
        let (release, hold) = oneshot::channel::<()>();
        lanes.add(
            1,
            10,
            Box::pin(async move {
                hold.await.unwrap();
                "first of 1"
            }),
        );
        lanes.add(1, 10, Box::pin(async { "second of 1" }));
        lanes.add(2, 10, Box::pin(async { "2" }));
        assert_eq!(lanes.next().await, Some("2"));
        assert_eq!(lanes.next().now_or_never(), None, "the second waits for the first");
        release.send(()).unwrap();
        assert_eq!(lanes.next().await, Some("first of 1"));
        assert_eq!(lanes.next().await, Some("second of 1"));
        assert_eq!(lanes.next().await, None);
    }

    #[tokio::test]
    async fn what_waits_is_bounded() {
        let mut lanes = Lanes::new();
        lanes.add(1, WAITING_BYTES, Box::pin(async {}));
        assert!(!lanes.have_room());
        lanes.next().await;
        assert!(lanes.have_room());
    }
}
