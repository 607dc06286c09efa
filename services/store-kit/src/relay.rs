//! Takes events from a service's outbox to the bus.

use std::{sync::Arc, time::Duration};

use chamados_chassis::{
    bus::{BusError, EventBus},
    clock::SharedClock,
    shutdown::Shutdown,
};
use chamados_proto::event::v1::Event;
use chrono::{DateTime, Utc};
use prost::Message as _;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement, sea_query::Expr,
};
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    backoff::Backoff,
    db::{Db, Tx},
    entity::{outbox, relay_state},
    error::StoreError,
    outbox::RETENTION,
};

/// Most events handed over at once.
const BATCH: u64 = 100;
/// How often to look for events of other replicas, whose commits do not wake this relay.
const POLL: Duration = Duration::from_millis(500);
/// How often an idle relay asks whether the bus lost its data.
const INCARNATION_CHECK: Duration = Duration::from_secs(5);

/// The relay of one service. Every replica has one; on PostgreSQL a lock lets one of them work at a
/// time, because two would break the order of a subject's events.
pub struct Relay {
    db: Db,
    bus: Arc<dyn EventBus>,
    clock: SharedClock,
    incarnation: Option<String>,
    checked: Option<Instant>,
}

/// Why a turn did not end well.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl From<DbErr> for RelayError {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Relay {
    /// A relay of `db`'s outbox to `bus`.
    #[must_use]
    pub fn new(db: Db, bus: Arc<dyn EventBus>, clock: SharedClock) -> Self {
        Self { db, bus, clock, incarnation: None, checked: None }
    }

    /// Works until shutdown. Attach the consumers of a [`LocalBus`](crate::bus_local::LocalBus)
    /// before: it delivers to those that are there.
    pub fn start(self, shutdown: &Shutdown) -> JoinHandle<()> {
        shutdown.spawn("relay", self.run(shutdown.clone()))
    }

    async fn run(mut self, shutdown: Shutdown) {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
        let db = self.db.clone();
        let mut requested = std::pin::pin!(shutdown.requested());
        loop {
            let turn = tokio::select! {
                turn = self.turn() => turn,
                () = &mut requested => return,
            };
            let failure = match turn {
                Ok(more) => {
                    backoff.reset();
                    if more {
                        continue;
                    }
                    None
                }
                Err(error) => Some(error),
            };
            let delay = failure.as_ref().map_or(POLL, |_| backoff.delay());
            if let Some(error) = &failure {
                tracing::warn!(service = db.schema(), %error, ?delay, "events wait");
            }
            tokio::select! {
                () = db.appended(), if failure.is_none() => {}
                () = tokio::time::sleep(delay) => {}
                () = &mut requested => return,
            }
        }
    }

    /// Hands over one batch. Gives whether there may be more.
    async fn turn(&mut self) -> Result<bool, RelayError> {
        let waiting = unsent(self.db.read(), 1).await?;
        if waiting.is_empty() {
            if self.is_check_due() {
                return self.check_incarnation().await;
            }
            return Ok(false);
        }
        self.check_incarnation().await?;
        match self.db.backend() {
            DbBackend::Postgres => self.send_exclusively().await,
            _ => self.send().await,
        }
    }

    /// One process owns a SQLite file, so nobody else sends; and its only writer must be free for
    /// handlers in this process.
    async fn send(&self) -> Result<bool, RelayError> {
        let rows = unsent(self.db.read(), BATCH).await?;
        self.publish(&rows).await?;
        let tx = self.db.begin().await?;
        self.mark_sent(&tx, &rows).await?;
        tx.commit().await?;
        Ok(rows.len() as u64 == BATCH)
    }

    /// The transaction stays open while the bus takes the events: with it the lock ends whatever
    /// happens to this replica. It holds no row.
    async fn send_exclusively(&self) -> Result<bool, RelayError> {
        let tx = self.db.begin().await?;
        if !try_lock(&tx, self.db.schema()).await? {
            return Ok(false);
        }
        let rows = unsent(&tx, BATCH).await?;
        self.publish(&rows).await?;
        self.mark_sent(&tx, &rows).await?;
        tx.commit().await?;
        Ok(rows.len() as u64 == BATCH)
    }

    async fn publish(&self, rows: &[outbox::Model]) -> Result<(), RelayError> {
        let decode = |row: &outbox::Model| {
            Event::decode(row.event.as_slice())
                .map_err(|error| StoreError::Corrupt(format!("outbox row {}: {error}", row.seq)))
        };
        let events = rows.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
        Ok(self.bus.publish(&events).await?)
    }

    async fn mark_sent(&self, tx: &Tx, rows: &[outbox::Model]) -> Result<(), RelayError> {
        outbox::Entity::update_many()
            .col_expr(outbox::Column::SentAt, Expr::value(self.clock.now()))
            .filter(outbox::Column::Seq.is_in(rows.iter().map(|row| row.seq)))
            .exec(tx)
            .await?;
        Ok(())
    }

    fn is_check_due(&self) -> bool {
        let due = |at| self.clock.instant().saturating_duration_since(at) >= INCARNATION_CHECK;
        self.checked.is_none_or(due)
    }

    /// Makes the rows of the last day unsent when the bus is not the one that took them. Gives
    /// whether it did. The name is kept in the database, so that a restart at the same time as the
    /// loss does not hide it.
    async fn check_incarnation(&mut self) -> Result<bool, RelayError> {
        let current = self.bus.incarnation().await?;
        self.checked = Some(self.clock.instant());
        if self.incarnation.as_ref() == Some(&current) {
            return Ok(false);
        }
        let tx = self.db.begin().await?;
        let changed = relay_state::Entity::update_many()
            .col_expr(relay_state::Column::Incarnation, Expr::value(current.as_str()))
            .filter(relay_state::Column::Incarnation.ne(current.as_str()))
            .exec(&tx)
            .await?
            .rows_affected;
        let mut again = 0;
        if changed > 0 {
            again = outbox::Entity::update_many()
                .col_expr(outbox::Column::SentAt, Expr::value(None::<DateTime<Utc>>))
                .filter(outbox::Column::SentAt.gte(self.clock.now() - RETENTION))
                .exec(&tx)
                .await?
                .rows_affected;
        }
        tx.commit().await?;
        self.incarnation = Some(current);
        if again > 0 {
            tracing::warn!(service = self.db.schema(), events = again, "bus lost its data");
        }
        Ok(again > 0)
    }
}

async fn unsent(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<outbox::Model>, DbErr> {
    outbox::Entity::find()
        .filter(outbox::Column::SentAt.is_null())
        .order_by_asc(outbox::Column::Seq)
        .limit(limit)
        .all(db)
        .await
}

/// Takes the right to send until the transaction ends, unless another replica has it.
async fn try_lock(tx: &Tx, schema: &str) -> Result<bool, DbErr> {
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 2)) AS locked",
        [schema.to_owned().into()],
    );
    let row = tx.query_one_raw(statement).await?;
    row.map_or(Ok(false), |row| row.try_get("", "locked"))
}
