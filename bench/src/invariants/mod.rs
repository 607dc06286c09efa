//! What must hold during and after every fault, each invariant one function that reads the rows of a running
//! or stopped product (SQLite or PostgreSQL) or what its ports answered, and names what violates it.
//!
//! [`tickets`] is T1 to T7, [`devices`] D2 to D7, [`runs`] S1 to S7, [`system`] Y1 and Y3. [`history`] judges what
//! callers saw: T8 and D1. [`all`] is every one that needs nothing but rows.

pub mod devices;
pub mod history;
pub mod runs;
pub mod system;
pub mod tickets;

use std::fmt;

use anyhow::{Context as _, Result, ensure};
use chamados_store_kit::{DatabaseConfig, Db};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, QueryResult, Statement, Value};
use uuid::Uuid;

/// Whose rows to look at.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where they are: `postgres://…`, or `sqlite://FOLDER`
    #[arg(long, value_name = "URL")]
    database_url: String,
    /// Work goes on: what follows later is not asked for
    #[arg(long)]
    during: bool,
}

/// Prints what the rows violate.
///
/// # Errors
/// They violate something, or cannot be read.
pub async fn measure(args: &Args) -> Result<()> {
    let rows = Rows::open(&args.database_url).await?;
    let moment = if args.during { Moment::During } else { Moment::After };
    let found = all(&rows, moment, Utc::now()).await?;
    found.iter().for_each(|violation| println!("{violation}"));
    ensure!(found.is_empty(), "{} violated", found.len());
    Ok(())
}

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant, as "T2".
    pub invariant: &'static str,
    /// What is wrong.
    pub what: String,
    /// Id of the row or thing that is wrong.
    pub id: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.invariant, self.what, self.id)
    }
}

/// The rows of the services, as they keep them.
#[derive(Debug)]
pub struct Rows {
    /// Tenants, companies, people.
    pub identity: Db,
    /// Tickets.
    pub ticket: Db,
    /// Devices.
    pub device: Db,
    /// Schedules and runs.
    pub scheduler: Db,
}

impl Rows {
    /// Opens the rows at `url`, `postgres://…` or `sqlite://FOLDER`, whose tables are there.
    ///
    /// # Errors
    /// They cannot be reached.
    pub async fn open(url: &str) -> Result<Self> {
        let open = async |schema| {
            let config = DatabaseConfig { max_connections: 2, ..DatabaseConfig::new(url) };
            Db::connect(&config, schema).await.with_context(|| format!("rows of {schema}"))
        };
        Ok(Self {
            identity: open("identity").await?,
            ticket: open("ticket").await?,
            device: open("device").await?,
            scheduler: open("scheduler").await?,
        })
    }

    /// Each service's.
    #[must_use]
    pub const fn each(&self) -> [&Db; 4] {
        [&self.identity, &self.ticket, &self.device, &self.scheduler]
    }
}

/// How the product is while its rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Work is under way: what follows later (facts on their way, references that a merge moves) is not asked for.
    During,
    /// Everything has come to rest.
    After,
}

/// Everything that rows violate now.
///
/// # Errors
/// They cannot be read.
pub async fn all(rows: &Rows, moment: Moment, now: DateTime<Utc>) -> Result<Vec<Violation>> {
    let mut found = tickets::numbers_are_unique(&rows.ticket).await?;
    found.extend(tickets::states_are_legal(&rows.ticket).await?);
    found.extend(tickets::work_is_counted(&rows.ticket).await?);
    found.extend(tickets::timelines_rebuild_tickets(&rows.ticket).await?);
    found.extend(tickets::references_are_the_tenants(rows).await?);
    found.extend(tickets::facts_have_one_effect(rows, moment).await?);
    found.extend(devices::revoked_tokens_are_void(&rows.device).await?);
    found.extend(devices::devices_enrol_once(&rows.device).await?);
    found.extend(devices::people_are_the_tenants(rows).await?);
    found.extend(devices::commands_are_done_once(&rows.device).await?);
    found.extend(runs::occurrences_run_once(&rows.scheduler).await?);
    found.extend(runs::runs_end(&rows.scheduler, now).await?);
    found.extend(runs::leases_exclude_each_other(&rows.scheduler).await?);
    found.extend(runs::runs_leave_lines(&rows.scheduler).await?);
    found.extend(runs::schedules_go_on(&rows.scheduler, now).await?);
    found.extend(runs::effects_are_single(rows).await?);
    found.extend(system::parts_have_their_wholes_tenant(rows).await?);
    found.extend(system::tables_are_bounded(rows, now).await?);
    if moment == Moment::After {
        found.extend(tickets::merges_keep_history(rows).await?);
    }
    Ok(found)
}

/// Has a violation for each row of a query, whose first column is an id.
async fn name(
    db: &Db,
    invariant: &'static str,
    what: &str,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<Violation>> {
    let rows = query(db, sql, values).await?;
    let of = |row: QueryResult| {
        let id: Uuid = row.try_get_by_index(0)?;
        Ok(Violation { invariant, what: what.to_owned(), id: id.to_string() })
    };
    rows.into_iter().map(of).collect()
}

/// Rows of a query.
async fn query(db: &Db, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(db.backend(), sql, values);
    db.read().query_all_raw(statement).await.with_context(|| sql.to_owned())
}
