//! The arrays shared with other replicas over Redis, as four strings of fixed-width numbers:
//! `hb:seen` and `hb:epoch` (32 bits a device), `hb:told` and `hb:boot` (16 bits). 12 bytes a device, no
//! expiry, no notification.
//!
//! Every exchange first reads all of them and then writes what changed here, so that a device
//! whose newest stream went elsewhere is not written by its old replica. Redis may be lost at any
//! time: `hb:life` names its memory, and a new name makes every replica write its devices again.

use std::sync::{Mutex, PoisonError};

use chamados_store_kit::redis::{self as kit, Redis};
use redis::{Pipeline, RedisError, Script};
use tracing::Instrument as _;
use uuid::Uuid;

use super::{Away, Claim, Exchange, HotStore, Slots, slots::Foreign};
use crate::domain::{device::Ordinal, presence::Stamp};

/// Slots in one command: long enough to be cheap, short enough not to hold up others.
const BATCH: usize = 500;
/// Another replica looked for silent devices when it did so within this, in ticks.
const WATCHED_WITHIN: u32 = 100;

/// Raises the epoch of device `ARGV[1]` to at least `ARGV[2]` and gives it. Writes the new stream's
/// interval, time and boot id as well: if this process died now, others would know when it was heard.
const CLAIM: &str = "
local slot = '#' .. ARGV[1]
local known = redis.call('BITFIELD', KEYS[1], 'GET', 'u32', slot)[1]
local epoch = math.max(known + 1, tonumber(ARGV[2]))
redis.call('BITFIELD', KEYS[1], 'SET', 'u32', slot, epoch)
redis.call('BITFIELD', KEYS[2], 'SET', 'u16', slot, ARGV[3])
redis.call('BITFIELD', KEYS[3], 'SET', 'u32', slot, ARGV[4])
redis.call('BITFIELD', KEYS[4], 'SET', 'u16', slot, ARGV[5])
return epoch";

/// Writes the epoch of each device in `ARGV` (ordinal, epoch, …) unless a higher one is there.
const RAISE: &str = "
for i = 1, #ARGV, 2 do
  local slot = '#' .. ARGV[i]
  local known = redis.call('BITFIELD', KEYS[1], 'GET', 'u32', slot)[1]
  if known < tonumber(ARGV[i + 1]) then
    redis.call('BITFIELD', KEYS[1], 'SET', 'u32', slot, ARGV[i + 1])
  end
end";

/// The arrays of one replica of several.
pub struct RedisStore {
    slots: Slots,
    redis: Redis,
    keys: Keys,
    claim: Script,
    raise: Script,
    /// Name of the memory that was last seen.
    life: Mutex<Option<String>>,
}

struct Keys {
    seen: String,
    epoch: String,
    told: String,
    boot: String,
    life: String,
    swept: String,
}

/// Everything Redis knows.
struct Snapshot {
    life: String,
    swept: Option<u32>,
    seen: Vec<u8>,
    epoch: Vec<u8>,
    told: Vec<u8>,
    boot: Vec<u8>,
}

impl RedisStore {
    /// Knows nothing until the first exchange.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        let key = |name: &str| redis.key(&format!("hb:{name}"));
        let keys = Keys {
            seen: key("seen"),
            epoch: key("epoch"),
            told: key("told"),
            boot: key("boot"),
            life: key("life"),
            swept: key("swept"),
        };
        Self {
            slots: Slots::default(),
            redis,
            keys,
            claim: Script::new(CLAIM),
            raise: Script::new(RAISE),
            life: Mutex::default(),
        }
    }

    async fn read(&self) -> Result<Snapshot, RedisError> {
        let mut pipe = Pipeline::new();
        let name = Uuid::now_v7().simple().to_string();
        pipe.cmd("SET").arg(&self.keys.life).arg(name).arg("NX").ignore();
        let Keys { seen, epoch, told, boot, life, swept } = &self.keys;
        for key in [life, swept, seen, epoch, told, boot] {
            pipe.cmd("GET").arg(key);
        }
        let (life, swept, seen, epoch, told, boot) =
            pipe.query_async(&mut self.redis.connection()).await?;
        Ok(Snapshot { life, swept, seen, epoch, told, boot })
    }

    fn merge(&self, snapshot: &Snapshot) -> Vec<Ordinal> {
        let mut superseded = Vec::new();
        for (ordinal, epoch) in words(&snapshot.epoch).enumerate().filter(|(_, epoch)| *epoch != 0)
        {
            let foreign = Foreign {
                epoch,
                seen: Stamp(word(&snapshot.seen, ordinal)),
                told: half(&snapshot.told, ordinal),
                boot: half(&snapshot.boot, ordinal),
            };
            let ordinal = ordinal as Ordinal;
            if self.slots.get(ordinal).merge(&foreign) {
                superseded.push(ordinal);
            }
        }
        superseded
    }

    /// Writes what changed here.
    async fn write(&self, now: Stamp) -> Result<(), RedisError> {
        let (moved, opened) = self.slots.take_changed();
        let written = self.try_write(&moved, &opened, now).await;
        if written.is_err() {
            self.slots.put_back(&moved, &opened);
        }
        written
    }

    async fn try_write(
        &self,
        moved: &[Ordinal],
        opened: &[Ordinal],
        now: Stamp,
    ) -> Result<(), RedisError> {
        let mut connection = self.redis.connection();
        for batch in opened.chunks(BATCH) {
            let mut raise = self.raise.key(&self.keys.epoch);
            for ordinal in batch {
                raise.arg(*ordinal).arg(self.slots.get(*ordinal).epoch());
            }
            let () = raise.invoke_async(&mut connection).await?;
        }
        let mut pipe = Pipeline::new();
        self.append(&mut pipe, &self.keys.told, "u16", opened, |slots, ordinal| {
            let pulse = slots.get(ordinal).pulse();
            pulse.own.then_some(pulse.told.into())
        });
        self.append(&mut pipe, &self.keys.boot, "u16", opened, |slots, ordinal| {
            let slot = slots.get(ordinal);
            slot.pulse().own.then(|| slot.boot().into())
        });
        self.append(&mut pipe, &self.keys.seen, "u32", moved, |slots, ordinal| {
            let pulse = slots.get(ordinal).pulse();
            pulse.own.then_some(pulse.seen.0)
        });
        pipe.cmd("SET").arg(&self.keys.swept).arg(now.0).ignore();
        pipe.query_async(&mut connection).await
    }

    fn append(
        &self,
        pipe: &mut Pipeline,
        key: &str,
        width: &str,
        ordinals: &[Ordinal],
        value: impl Fn(&Slots, Ordinal) -> Option<u32>,
    ) {
        for batch in ordinals.chunks(BATCH) {
            let command = pipe.cmd("BITFIELD").arg(key);
            for ordinal in batch {
                if let Some(value) = value(&self.slots, *ordinal) {
                    command.arg("SET").arg(width).arg(format!("#{ordinal}")).arg(value);
                }
            }
            command.ignore();
        }
    }

    /// Whether Redis forgot everything since the last exchange.
    fn is_reborn(&self, life: &str) -> bool {
        let mut known = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        let reborn = known.as_deref().is_some_and(|known| known != life);
        *known = Some(life.to_owned());
        reborn
    }
}

#[tonic::async_trait]
impl HotStore for RedisStore {
    fn slots(&self) -> &Slots {
        &self.slots
    }

    async fn claim(&self, new: Claim) -> u32 {
        let Claim { ordinal, floor, told, boot, now } = new;
        let floor = floor.max(self.slots.get(ordinal).epoch().saturating_add(1));
        let mut claim = self.claim.key(&self.keys.epoch);
        claim.key(&self.keys.told).key(&self.keys.seen).key(&self.keys.boot);
        claim.arg(ordinal).arg(floor).arg(told).arg(now.0).arg(boot);
        let mut connection = self.redis.connection();
        let claimed: Result<u32, _> =
            claim.invoke_async(&mut connection).instrument(kit::span("EVALSHA")).await;
        claimed.unwrap_or_else(|error| {
            tracing::warn!(%error, "a stream begins without Redis");
            floor
        })
    }

    async fn exchange(&self, now: Stamp) -> Result<Exchange, Away> {
        let snapshot = self.read().await?;
        let superseded = self.merge(&snapshot);
        if self.is_reborn(&snapshot.life) {
            tracing::error!(incident = "redis_lost", "Redis lost its data; writing it again");
            self.slots.mark_all_own();
        }
        self.write(now).await?;
        let was_watched =
            snapshot.swept.is_some_and(|swept| now.since(Stamp(swept)) <= WATCHED_WITHIN);
        Ok(Exchange { superseded, was_watched })
    }
}

/// The numbers of a string of 32-bit words.
fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}

/// One 32-bit word; 0 beyond the end, as Redis has it.
fn word(bytes: &[u8], index: usize) -> u32 {
    bytes.get(index * 4..index * 4 + 4).and_then(|word| words(word).next()).unwrap_or(0)
}

/// One 16-bit word; 0 beyond the end.
fn half(bytes: &[u8], index: usize) -> u16 {
    bytes.get(index * 2..index * 2 + 2).map_or(0, |half| u16::from_be_bytes([half[0], half[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_redis_keeps_them() {
        let bytes = [0, 0, 0, 7, 0, 0, 1, 0, 9];
        assert_eq!(words(&bytes).collect::<Vec<_>>(), [7, 256]);
        assert_eq!((word(&bytes, 1), word(&bytes, 2)), (256, 0));
        assert_eq!((half(&bytes, 1), half(&bytes, 9)), (7, 0));
    }
}
