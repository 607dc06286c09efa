//! What cannot be played. The database's clock judges what is due, and nobody moves that one: so each schedule runs once, by
//! the product's own rules, and what it wrote then is copied, as its runs of the past. And nobody falls silent where the
//! clock jumps: so the incident of an outage is written down.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use chamados_chassis::{auth::Principal, clock::from_proto};
use chamados_proto::scheduler::v1::{
    GetRunRequest, ListSchedulesRequest, RunScheduleRequest, RunState, Schedule,
    run_service_client::RunServiceClient, schedule_service_client::ScheduleServiceClient,
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult, Statement,
    TransactionTrait as _, Value,
};
use uuid::{NoContext, Timestamp, Uuid};

use crate::stage::{Stage, eventually};

/// Runs of a schedule, as far as they are not older than [`OLDEST`].
const RUNS: i32 = 45;
/// What is older is past its retention.
const OLDEST: TimeDelta = TimeDelta::days(29);

/// How long an incident that is open stays so.
pub(crate) const OUTAGE: TimeDelta = TimeDelta::hours(8);
/// Before the end.
const CUT: TimeDelta = TimeDelta::minutes(4);

/// What is written into a folder that is filled.
pub(crate) struct History<'a> {
    pub(crate) data: &'a Path,
    pub(crate) admin: &'a Principal,
    pub(crate) begins: DateTime<Utc>,
    pub(crate) now: DateTime<Utc>,
}

impl History<'_> {
    /// Lets every schedule have run until now.
    ///
    /// # Errors
    /// One does not run, or the rows cannot be written.
    pub(crate) async fn runs(&self, seed: u64) -> Result<()> {
        let stage = Stage::open(self.data, self.now, "identity,ticket,device,scheduler").await?;
        let mut ran = Vec::new();
        for schedule in schedules(&stage, self.admin).await? {
            let run = run(&stage, self.admin, &schedule.key).await?;
            ran.push((schedule, run));
        }
        stage.close().await?;
        let db = self.database("scheduler").await?;
        let mut rng = SmallRng::seed_from_u64(seed);
        for (schedule, run) in &ran {
            self.repeat(&db, &mut rng, schedule, run).await.context(schedule.key.clone())?;
        }
        db.close().await?;
        Ok(())
    }

    /// A company's line broke a moment ago: an incident is open.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) async fn outage(&self, devices: usize) -> Result<()> {
        if devices == 0 {
            return Ok(());
        }
        let db = self.database("device").await?;
        let raised = self.now - CUT;
        let sql = "INSERT INTO incident (id, tenant_id, kind, devices, raised_at, resolves_at) \
                   VALUES (?, ?, 'company_offline', ?, ?, ?)";
        let values: [Value; 5] = [
            id_of(raised)?.into(),
            self.admin.tenant()?.as_uuid().into(),
            i64::try_from(devices)?.into(),
            raised.into(),
            (raised + OUTAGE).into(),
        ];
        execute(&db, sql, values).await?;
        db.close().await?;
        Ok(())
    }

    async fn database(&self, service: &str) -> Result<DatabaseConnection> {
        let file = self.data.join(format!("{service}.db"));
        Ok(Database::connect(format!("sqlite://{}", file.display())).await?)
    }

    /// Copies a run to the times at which its schedule was due.
    async fn repeat(
        &self,
        db: &DatabaseConnection,
        rng: &mut SmallRng,
        schedule: &Schedule,
        run: &str,
    ) -> Result<()> {
        let upcoming = schedule.upcoming_times.iter().copied();
        let upcoming: Vec<_> = upcoming.filter_map(from_proto).collect();
        let [next, second, ..] = upcoming[..] else { bail!("it never fires again") };
        // None of those that every installation has is due at uneven times.
        let every = second - next;
        let tx = db.begin().await?;
        let model = Model::read(&tx, run.parse()?).await?;
        let mut newest = next;
        while newest > self.now {
            newest -= every;
        }
        for ago in (0..RUNS).rev() {
            let due = newest - every * ago;
            if self.now - due < OLDEST {
                model.copy(&tx, rng, schedule, due).await?;
            }
        }
        let made = "UPDATE schedule SET created_at = ?, updated_at = ? WHERE key = ?";
        let values = [self.begins.into(), self.begins.into(), schedule.key.clone().into()];
        execute(&tx, made, values).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// An id as rows made at a time have it.
fn id_of(time: DateTime<Utc>) -> Result<Uuid> {
    let seconds = u64::try_from(time.timestamp())?;
    Ok(Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, time.timestamp_subsec_nanos())))
}

/// All of them, once the scheduler has made them.
async fn schedules(stage: &Stage, admin: &Principal) -> Result<Vec<Schedule>> {
    let mut client = ScheduleServiceClient::new(stage.services.clone());
    let mut schedules = Vec::new();
    eventually("the scheduler makes its schedules", async || {
        let request = stage.call(admin, ListSchedulesRequest {})?;
        schedules = client.list_schedules(request).await?.into_inner().schedules;
        Ok(!schedules.is_empty())
    })
    .await?;
    Ok(schedules)
}

/// Runs a schedule, and waits until it has: the run's id.
async fn run(stage: &Stage, admin: &Principal, key: &str) -> Result<String> {
    let request =
        RunScheduleRequest { request_id: Uuid::new_v4().to_string(), key: key.to_owned() };
    let mut client = ScheduleServiceClient::new(stage.services.clone());
    let answer = client.run_schedule(stage.call(admin, request)?).await?;
    let id = answer.into_inner().run_id;
    let mut client = RunServiceClient::new(stage.services.clone());
    eventually("a run ends", async || {
        let request = stage.call(admin, GetRunRequest { id: id.clone() })?;
        let state = client.get_run(request).await?.into_inner().state();
        ensure!(state != RunState::Failed, "{key} failed");
        Ok(state == RunState::Succeeded)
    })
    .await?;
    Ok(id)
}

/// A run that was asked for, as its rows have it.
struct Model {
    id: Uuid,
    started: DateTime<Utc>,
    ended: DateTime<Utc>,
    /// Of `run`.
    columns: Vec<String>,
    /// Sequence and time of each line but the first, which says who asked for it.
    lines: Vec<(i32, DateTime<Utc>)>,
}

impl Model {
    async fn read(db: &impl ConnectionTrait, id: Uuid) -> Result<Self> {
        let columns = all(db, "SELECT name FROM pragma_table_info('run')", []).await?;
        let columns =
            columns.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?;
        let times = "SELECT started_at, ended_at FROM run WHERE id = ?";
        let times = all(db, times, [id.into()]).await?;
        let times = times.first().context("the run is gone")?;
        let lines = "SELECT sequence, time FROM run_log WHERE run_id = ? AND attempt > 0";
        let lines = all(db, lines, [id.into()]).await?;
        let line = |row: &QueryResult| Ok((row.try_get("", "sequence")?, row.try_get("", "time")?));
        Ok(Self {
            id,
            started: times.try_get("", "started_at")?,
            ended: times.try_get("", "ended_at")?,
            columns,
            lines: lines.iter().map(line).collect::<Result<_>>()?,
        })
    }

    /// The same run, due at another time, and as long as it happened to take.
    async fn copy(
        &self,
        db: &impl ConnectionTrait,
        rng: &mut SmallRng,
        schedule: &Schedule,
        due: DateTime<Utc>,
    ) -> Result<()> {
        let started = due + TimeDelta::milliseconds(rng.random_range(20..1_000));
        let pace = rng.random_range(0.6..2.4);
        let moved = |time: DateTime<Utc>| {
            let since = (time - self.started).num_microseconds().unwrap_or_default();
            started + TimeDelta::microseconds((since as f64 * pace) as i64)
        };
        let id = id_of(due)?;
        let key = format!("{}[{}]", due.to_rfc3339(), schedule.time_zone);
        let removed = i32::from(!self.lines.iter().any(|(sequence, _)| *sequence == 1));
        let changed: [(&str, Value); 10] = [
            ("id", id.into()),
            ("occurrence_key", key.into()),
            ("trigger", "schedule".into()),
            ("due_at", due.into()),
            ("available_at", due.into()),
            ("created_at", started.into()),
            ("started_at", started.into()),
            ("deadline_at", None::<DateTime<Utc>>.into()),
            ("ended_at", moved(self.ended).into()),
            ("log_sequence", (self.lines.len() as i32).into()),
        ];
        let taken = self.columns.iter().map(|column| {
            let is_changed = changed.iter().any(|(name, _)| name == column);
            if is_changed { "?".to_owned() } else { format!("\"{column}\"") }
        });
        let taken: Vec<String> = taken.collect();
        let values = self.columns.iter().filter_map(|column| {
            changed.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone())
        });
        let columns: Vec<String> = self.columns.iter().map(|name| format!("\"{name}\"")).collect();
        let sql = format!(
            "INSERT INTO run ({}) SELECT {} FROM run WHERE id = ?",
            columns.join(", "),
            taken.join(", ")
        );
        execute(db, &sql, values.chain([self.id.into()])).await?;
        for (sequence, time) in &self.lines {
            let sql = "INSERT INTO run_log (run_id, sequence, attempt, time, level, code, message, fields) \
                       SELECT ?, sequence - ?, attempt, ?, level, code, message, fields \
                       FROM run_log WHERE run_id = ? AND sequence = ?";
            let values: [Value; 5] = [
                id.into(),
                removed.into(),
                moved(*time).into(),
                self.id.into(),
                (*sequence).into(),
            ];
            execute(db, sql, values).await?;
        }
        Ok(())
    }
}

async fn all(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>> {
    Ok(db.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?)
}

async fn execute(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<()> {
    db.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    Ok(())
}
