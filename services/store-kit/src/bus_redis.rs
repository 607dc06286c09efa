//! Facts between processes, over Redis Streams: one stream for each package of events, such as
//! `chamados.ticket.v1`, and one reader at a time for each group, which keeps the order.

use std::{collections::BTreeSet, time::Duration};

use chamados_chassis::{
    bus::{BusError, Consumer, EventBus},
    clock::SharedClock,
    shutdown::Shutdown,
};
use chamados_proto::event::v1::Event;
use prost::Message as _;
use redis::{
    AsyncCommands as _, RedisError, Script,
    aio::MultiplexedConnection,
    streams::{
        StreamAddOptions, StreamReadOptions, StreamReadReply, StreamTrimStrategy,
        StreamTrimmingMode,
    },
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    backoff::Backoff,
    delivery::{HANDLER_TIMEOUT, deliver},
    outbox::RETENTION,
    redis::Redis,
};

/// Most events read at once.
const BATCH: usize = 64;
/// How long a read waits for events.
const BLOCK: Duration = Duration::from_secs(1);
/// How long a reader that vanished keeps the others out. Longer than a handler may take.
const LEASE: Duration = Duration::from_secs(15);
/// How often the reader renews its lease, and the others ask for it.
const RENEW: Duration = Duration::from_secs(2);
/// The one name under which a group reads. Whoever has the lease takes over what the last holder
/// left unacknowledged.
const READER: &str = "reader";

const _: () = assert!(LEASE.as_secs() > HANDLER_TIMEOUT.as_secs() + RENEW.as_secs());

/// Carries facts over Redis. Redis may lose them; the outboxes then send them again, see
/// [`incarnation`](EventBus::incarnation).
pub struct RedisBus {
    redis: Redis,
    clock: SharedClock,
    shutdown: Shutdown,
}

impl RedisBus {
    /// A bus whose readers work until shutdown.
    #[must_use]
    pub fn new(redis: Redis, clock: SharedClock, shutdown: Shutdown) -> Self {
        Self { redis, clock, shutdown }
    }

    fn stream(&self, event_type: &str) -> String {
        let package = event_type.rsplit_once('.').map_or(event_type, |(package, _)| package);
        self.redis.key(&format!("events:{package}"))
    }
}

#[tonic::async_trait]
impl EventBus for RedisBus {
    /// Appends in one Redis transaction. A stream keeps events as long as an outbox does.
    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        let oldest = (self.clock.now() - RETENTION).timestamp_millis();
        let options = StreamAddOptions::default()
            .trim(StreamTrimStrategy::minid(StreamTrimmingMode::Approx, oldest.to_string()));
        let mut pipeline = redis::pipe();
        pipeline.atomic();
        for event in events {
            let entry = [("event", event.encode_to_vec())];
            pipeline.xadd_options(self.stream(&event.r#type), "*", &entry, &options).ignore();
        }
        Ok(pipeline.exec_async(&mut self.redis.connection()).await.map_err(bus_error)?)
    }

    /// Changes when the data is gone (the mark beside it is gone too) and when the server was
    /// started again: it may then have lost its last second, which it had acknowledged.
    async fn incarnation(&self) -> Result<String, BusError> {
        let mark = self.redis.key("incarnation");
        let (data, server): (String, redis::InfoDict) = redis::pipe()
            .set_nx(&mark, Uuid::new_v4().to_string())
            .ignore()
            .get(&mark)
            .cmd("INFO")
            .arg("server")
            .query_async(&mut self.redis.connection())
            .await
            .map_err(bus_error)?;
        let run: String = server.get("run_id").unwrap_or_default();
        Ok(format!("{data}/{run}"))
    }

    async fn attach(&self, consumer: Consumer) -> Result<(), BusError> {
        let streams: BTreeSet<String> =
            consumer.types.iter().map(|event_type| self.stream(event_type)).collect();
        let reader = Reader {
            lease: Lease {
                key: self.redis.key(&format!("lease:{}", consumer.group)),
                holder: Uuid::new_v4().to_string(),
                redis: self.redis.clone(),
            },
            redis: self.redis.clone(),
            clock: self.clock.clone(),
            streams: streams.into_iter().collect(),
            consumer,
        };
        self.shutdown.spawn("events", reader.run(self.shutdown.clone()));
        Ok(())
    }
}

fn bus_error(error: RedisError) -> BusError {
    BusError(error.to_string())
}

/// The reader of one group in this process.
struct Reader {
    redis: Redis,
    clock: SharedClock,
    lease: Lease,
    streams: Vec<String>,
    consumer: Consumer,
}

impl Reader {
    async fn run(self, shutdown: Shutdown) {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        let mut requested = std::pin::pin!(shutdown.requested());
        loop {
            let delay = tokio::select! {
                served = self.serve(&mut backoff) => match served {
                    Ok(()) => RENEW,
                    Err(error) => {
                        tracing::warn!(group = self.consumer.group, %error, "events wait");
                        backoff.delay()
                    }
                },
                () = &mut requested => break,
            };
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = &mut requested => break,
            }
        }
        self.lease.release().await;
    }

    /// Reads as long as it has the lease.
    async fn serve(&self, backoff: &mut Backoff) -> Result<(), RedisError> {
        if !self.lease.take().await? {
            return Ok(());
        }
        let mut renewed = self.clock.instant();
        let mut connection = self.redis.blocking_connection(BLOCK).await?;
        self.ensure_groups(&mut connection).await?;
        backoff.reset();
        // First what the last holder left, then what is new.
        let mut position = "0";
        loop {
            if !self.keep_lease(&mut renewed).await? {
                return Ok(());
            }
            let batch = self.read(&mut connection, position).await?;
            if batch.is_empty() {
                position = ">";
            }
            for entry in batch {
                if !self.take(&entry, &mut renewed).await? {
                    return Ok(());
                }
                let _: () =
                    connection.xack(&entry.stream, self.consumer.group, &[&entry.id]).await?;
            }
        }
    }

    /// Makes the groups that are not there, from the start of their streams: what came before this
    /// consumer was first attached is for it too.
    async fn ensure_groups(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), RedisError> {
        for stream in &self.streams {
            let made: Result<(), RedisError> =
                connection.xgroup_create_mkstream(stream, self.consumer.group, "0").await;
            match made {
                Err(error) if error.code() != Some("BUSYGROUP") => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    async fn read(
        &self,
        connection: &mut MultiplexedConnection,
        position: &str,
    ) -> Result<Vec<Entry>, RedisError> {
        let options = StreamReadOptions::default()
            .group(self.consumer.group, READER)
            .count(BATCH)
            .block(BLOCK.as_millis() as usize);
        let positions = vec![position; self.streams.len()];
        let reply: Option<StreamReadReply> =
            connection.xread_options(&self.streams, &positions, &options).await?;
        let keys = reply.map(|reply| reply.keys).unwrap_or_default();
        Ok(keys
            .into_iter()
            .flat_map(|key| {
                key.ids.into_iter().map(move |entry| Entry {
                    stream: key.key.clone(),
                    event: entry.get::<Vec<u8>>("event"),
                    id: entry.id,
                })
            })
            .collect())
    }

    /// Gives an entry to the consumer, again and again until it takes it: going on with the next
    /// would break the order. Gives whether the lease was kept.
    async fn take(&self, entry: &Entry, renewed: &mut Instant) -> Result<bool, RedisError> {
        let Some(event) = entry.decode() else { return Ok(true) };
        let mut backoff = Backoff::new(Duration::from_millis(100), RENEW);
        loop {
            if !self.keep_lease(renewed).await? {
                return Ok(false);
            }
            match deliver(&self.consumer, &event).await {
                Ok(()) => return Ok(true),
                Err(error) => {
                    let delay = backoff.delay();
                    tracing::warn!(%error, ?delay, "event waits");
                    tokio::time::sleep(delay).await;
                }
            }
        }
    }

    async fn keep_lease(&self, renewed: &mut Instant) -> Result<bool, RedisError> {
        if self.clock.instant().saturating_duration_since(*renewed) < RENEW {
            return Ok(true);
        }
        *renewed = self.clock.instant();
        self.lease.take().await
    }
}

/// One entry of a stream.
struct Entry {
    stream: String,
    id: String,
    /// None when the entry was trimmed while it was pending.
    event: Option<Vec<u8>>,
}

impl Entry {
    fn decode(&self) -> Option<Event> {
        let decoded = self.event.as_deref().map(Event::decode);
        if !matches!(decoded, Some(Ok(_))) {
            tracing::error!(stream = self.stream, entry = self.id, "unreadable entry dropped");
        }
        decoded?.ok()
    }
}

/// The right to read for a group.
struct Lease {
    redis: Redis,
    key: String,
    holder: String,
}

impl Lease {
    /// Takes or renews it. Gives whether it is held.
    async fn take(&self) -> Result<bool, RedisError> {
        const TAKE: &str = r"
            local holder = redis.call('GET', KEYS[1])
            if holder and holder ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1";
        Script::new(TAKE)
            .key(&self.key)
            .arg(&self.holder)
            .arg(LEASE.as_millis() as u64)
            .invoke_async(&mut self.redis.connection())
            .await
    }

    /// Lets the next one read at once.
    async fn release(&self) {
        const RELEASE: &str = r"
            if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
            return 1";
        let released: Result<bool, RedisError> = Script::new(RELEASE)
            .key(&self.key)
            .arg(&self.holder)
            .invoke_async(&mut self.redis.connection())
            .await;
        if let Err(error) = released {
            tracing::debug!(%error, "lease runs out by itself");
        }
    }
}
