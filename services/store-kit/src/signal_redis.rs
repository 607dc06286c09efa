//! Signals between processes, over Redis's publish and subscribe.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    bus::{Heard, SignalBus},
    shutdown::Shutdown,
};
use chamados_proto::event::v1::Signal;
use futures::StreamExt as _;
use prost::Message as _;
use redis::{AsyncCommands as _, RedisError};
use tokio::sync::broadcast;

use tracing::Instrument as _;

use crate::{
    backoff::Backoff,
    redis::{Redis, span},
    signal_local::CAPACITY,
};

/// How often to ask whether the connection still lives.
const PING: Duration = Duration::from_secs(5);
/// How long to wait for the answer.
const PONG: Duration = Duration::from_secs(2);

/// Tells the listeners of every process.
pub struct RedisSignals {
    redis: Redis,
    channel: String,
    sender: broadcast::Sender<Heard>,
}

impl RedisSignals {
    /// Listens to the other processes until shutdown. Each time it begins to, also the first,
    /// listeners hear of a gap: signals may have come before.
    #[must_use]
    pub fn start(redis: Redis, shutdown: &Shutdown) -> Self {
        let sender = broadcast::Sender::new(CAPACITY);
        let channel = redis.key("signals");
        let listener =
            Listener { redis: redis.clone(), channel: channel.clone(), sender: sender.clone() };
        shutdown.spawn("signals", listener.run(shutdown.clone()));
        Self { redis, channel, sender }
    }
}

#[tonic::async_trait]
impl SignalBus for RedisSignals {
    async fn publish(&self, signal: Signal) {
        let message = signal.encode_to_vec();
        let result: Result<(), RedisError> = self
            .redis
            .connection()
            .publish(&self.channel, message)
            .instrument(span("PUBLISH"))
            .await;
        if let Err(error) = result {
            tracing::warn!(topic = signal.topic, %error, "signal lost");
        }
    }

    fn listen(&self) -> broadcast::Receiver<Heard> {
        self.sender.subscribe()
    }
}

struct Listener {
    redis: Redis,
    channel: String,
    sender: broadcast::Sender<Heard>,
}

impl Listener {
    async fn run(self, shutdown: Shutdown) {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        let mut requested = std::pin::pin!(shutdown.requested());
        loop {
            let error = tokio::select! {
                error = self.listen(&mut backoff) => error,
                () = &mut requested => return,
            };
            tracing::warn!(%error, "not listening to signals");
            tokio::select! {
                () = tokio::time::sleep(backoff.delay()) => {}
                () = &mut requested => return,
            }
        }
    }

    /// Passes on what it hears until the connection ends.
    async fn listen(&self, backoff: &mut Backoff) -> RedisError {
        let (mut sink, mut messages) = match self.redis.listening_connection().await {
            Ok(connection) => connection.split(),
            Err(error) => return error,
        };
        if let Err(error) = sink.subscribe(&self.channel).await {
            return error;
        }
        backoff.reset();
        // An error of `send` means that nobody listens.
        let _ = self.sender.send(Heard::Gap);
        let mut ping = tokio::time::interval(PING);
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.pass_on(message.get_payload_bytes()),
                    None => return std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into(),
                },
                _ = ping.tick() => match tokio::time::timeout(PONG, sink.ping::<()>()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return error,
                    Err(_) => return std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
                },
            }
        }
    }

    fn pass_on(&self, message: &[u8]) {
        match Signal::decode(message) {
            Ok(signal) => {
                let _ = self.sender.send(Heard::Signal(Arc::new(signal)));
            }
            Err(error) => tracing::warn!(%error, "unreadable signal"),
        }
    }
}
