//! Lists, searches, opening and playing among few tickets and among many: what a request costs, and how
//! much of that is the database's own.

mod alone;
mod fill;
mod lists;
mod people;
mod report;
mod rows;
mod texts;
mod writes;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use chamados_chassis::id::TenantId;
use chamados_store_kit::{DatabaseConfig, Db};

use self::{people::People, report::Line};
use crate::{
    cpu::Who,
    load::{self, Figures},
    place::Place,
    product::Product,
};

/// Tickets of the small desk that the large one is compared with.
const FEW: u64 = 1_000;
/// Before anything is measured: connections are opened, caches filled.
const WARM_UP: usize = 200;

/// What to measure, and how much of it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server's program, built with optimisation
    #[arg(long, default_value = "target/release/chamados")]
    server: PathBuf,
    /// A superuser's URL of a PostgreSQL on this machine; without it, SQLite alone is measured
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// One of the two only
    #[arg(long, value_enum)]
    only: Option<Kind>,
    /// Tickets of the large desk
    #[arg(long, default_value_t = 1_000_000)]
    tickets: u64,
    /// Comments on them
    #[arg(long, default_value_t = 5_000_000)]
    comments: u64,
    /// Requests of each kind; fewer when they take longer than half a minute
    #[arg(long, default_value_t = 2_000)]
    requests: usize,
    /// Requests at once
    #[arg(long, default_value_t = 8)]
    concurrency: usize,
    /// Where data is while it is needed
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

/// A database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// A file in the server's own process.
    Sqlite,
    /// A server of its own.
    Postgres,
}

/// Measures, and prints what was seen.
///
/// # Errors
/// Something does not start, or refuses.
pub async fn measure(args: &Args) -> Result<()> {
    ensure!(args.tickets >= FEW, "--tickets must be {FEW} or more");
    report::machine();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let is_there = kind == Kind::Sqlite || args.postgres.is_some();
        if !is_there || args.only.is_some_and(|only| only != kind) {
            continue;
        }
        let few = desk(args, kind, FEW, FEW * args.comments / args.tickets).await?;
        let many = desk(args, kind, args.tickets, args.comments).await?;
        report::compare(&few, &many);
    }
    Ok(())
}

/// Measures on a database with so many tickets.
async fn desk(args: &Args, kind: Kind, tickets: u64, comments: u64) -> Result<Vec<Line>> {
    let place = match (kind, &args.postgres) {
        (Kind::Postgres, Some(url)) => Place::postgres(&args.folder, url).await?,
        _ => Place::sqlite(&args.folder)?,
    };
    let lines = desk_at(args, &place, tickets, comments).await;
    place.remove().await?;
    lines
}

async fn desk_at(args: &Args, place: &Place, tickets: u64, comments: u64) -> Result<Vec<Line>> {
    let begin = Instant::now();
    let mut product = Product::start(&args.server, place)?;
    let people = People::make(&mut product).await?;
    product.stop()?;
    let tenant = fill::fill(place, &people, tickets, comments).await?;
    report::head(kind(place), tickets, comments, size(place).await?, begin.elapsed());

    let product = Product::start(&args.server, place)?;
    let people = people.at(product.origin());
    let db = Db::connect(&DatabaseConfig::new(place.url()), "ticket").await?;
    let bench = Bench {
        product: &product,
        database: place.database_process(),
        people: &people,
        tenant: tenant.into(),
        tickets,
        db,
        requests: args.requests,
        concurrency: args.concurrency,
    };
    let mut lines = lists::measure(&bench).await?;
    lines.extend(writes::measure(&bench).await?);
    let log = product.log();
    product.stop()?;
    // A request that failed was told; what failed beside them must not pass unseen.
    if let Some(line) = log.lines().find(|line| line.contains("ERROR") || line.contains("WARN")) {
        println!("  the server logged: {line}");
    }
    Ok(lines)
}

fn kind(place: &Place) -> Kind {
    if place.postgres_url().is_some() { Kind::Postgres } else { Kind::Sqlite }
}

/// Bytes of the ticket service's rows and indexes.
async fn size(place: &Place) -> Result<u64> {
    use sea_orm::{ConnectionTrait as _, Database, Statement};

    let Some(url) = place.postgres_url() else {
        return file_size(&place.data().join("ticket.db"));
    };
    let db = Database::connect(url).await?;
    let select = "SELECT pg_database_size(current_database())";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), select)).await?;
    let size: i64 = row.context("no size")?.try_get_by_index(0)?;
    db.close().await?;
    Ok(u64::try_from(size)?)
}

fn file_size(file: &Path) -> Result<u64> {
    Ok(std::fs::metadata(file).with_context(|| file.display().to_string())?.len())
}

/// Everything a measurement needs.
struct Bench<'a> {
    product: &'a Product,
    /// Whose CPU time is the database's; none where it works in the server's process.
    database: Option<Who>,
    people: &'a People,
    tenant: TenantId,
    tickets: u64,
    /// A way to the rows without the product.
    db: Db,
    requests: usize,
    concurrency: usize,
}

impl Bench<'_> {
    /// Sends requests, then does by itself what the database does for them.
    ///
    /// Each request and each statement is given a number of its own, from 0 on.
    async fn line<W, F, A, B>(&self, name: &'static str, request: W, alone: A) -> Result<Line>
    where
        W: Fn(usize) -> F + Clone + Send + 'static,
        F: Future<Output = Result<()>> + Send,
        A: Fn(usize) -> B + Clone + Send + 'static,
        B: Future<Output = Result<()>> + Send,
    {
        let (server, database) = (self.product.process(), self.database);
        let used = || anyhow::Ok((server.used()?, database.map(Who::used).transpose()?));
        load::run(self.concurrency, 0..WARM_UP, request.clone()).await.context(name)?;
        let before = used()?;
        let http = self.run(WARM_UP, request).await.context(name)?;
        let after = used()?;

        let first = WARM_UP + self.requests;
        let warm_up = first..first + WARM_UP;
        load::run(self.concurrency, warm_up, alone.clone()).await.context(name)?;
        let alone = self.run(first + WARM_UP, alone).await.context(name)?;
        let each = |used: Duration| used / u32::try_from(http.requests()).unwrap_or(u32::MAX);
        let line = Line {
            name,
            server: each(after.0 - before.0),
            database: after.1.zip(before.1).map(|(after, before)| each(after - before)),
            http,
            alone,
        };
        report::line(&line);
        Ok(line)
    }

    async fn run<W, F>(&self, first: usize, work: W) -> Result<Figures>
    where
        W: Fn(usize) -> F + Clone + Send + 'static,
        F: Future<Output = Result<()>> + Send,
    {
        load::run(self.concurrency, first..first + self.requests, work).await
    }

    /// Numbers that one [`Bench::line`] gives out.
    const fn numbers(&self) -> usize {
        2 * (WARM_UP + self.requests)
    }
}
