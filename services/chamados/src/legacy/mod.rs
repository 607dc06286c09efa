//! Import of the old system's export, by command. [`mapping`] says what is called what there, [`source`] gives
//! documents, [`people`], [`computers`] and [`tickets`] make ours of them; what cannot be is told in the [`Report`]
//! and holds up nothing else. Every document is in memory: the old system could not have more.

mod computers;
mod document;
mod ids;
mod mapping;
mod people;
mod reading;
mod report;
mod source;
mod tickets;
mod write;

use std::{fs::File, io::BufWriter, path::Path};

use anyhow::Context as _;
use chamados_chassis::{clock, id::TenantId};
use chamados_identity::{app::operator, domain::name::Name};
use chamados_ticket::domain::QueueId;

pub use report::{Cases, Report, Table};

use self::{
    computers::computers,
    ids::Ids,
    mapping::Mapping,
    people::{companies, users},
    reading::Reading,
    source::Source,
    tickets::tickets,
};
use crate::{archive, config::Config, operator::Operator};

/// Takes the old system's export into an installation without a tenant, or with `dry_run` only tells what would
/// become of it. Beside the export a file tells what each old id became.
///
/// # Errors
/// When there is a tenant, the export or the mapping cannot be read, or the database does not take it.
pub async fn import(
    config: &Config,
    file: &Path,
    mapping: Option<&Path>,
    dry_run: bool,
) -> anyhow::Result<Report> {
    let mapping = Mapping::load(mapping)?;
    let name = Name::parse(&mapping.tenant).map_err(|error| anyhow::anyhow!("tenant: {error}"))?;
    if !dry_run {
        let desk = Operator::open(config).await?;
        let tenants = operator::list_tenants(desk.identity.app(), &desk.cx).await?;
        desk.close();
        anyhow::ensure!(
            tenants.is_empty(),
            "there is a tenant already; this goes into an installation that has none: give another \
             --data-dir, or an empty database"
        );
    }
    let source = Source::open(file)?;
    let mut reading = Reading {
        mapping: &mapping,
        source: &source,
        tenant: tenant_of(file)?,
        now: clock::system().now(),
        ids: Ids::default(),
        report: Report::default(),
    };
    let companies = companies(&mut reading)?;
    let users = users(&mut reading)?;
    let computers = computers(&mut reading, &users)?;
    let queue = QueueId::new();
    let tickets = tickets(&mut reading, &users, queue)?;
    reading.unknown_tables()?;
    let Reading { tenant, now, ids, report, .. } = reading;
    if !dry_run {
        let all =
            write::Everything { tenant, name, now, queue, companies, users, computers, tickets };
        write::write(&archive::places(config).await?, all).await?;
        let path = file.with_added_extension("ids.jsonl");
        let told = File::create(&path).and_then(|file| ids.write(&mut BufWriter::new(file)));
        told.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(report)
}

/// The tenant of an export: the same for the same file, so that a try that failed can be repeated.
fn tenant_of(file: &Path) -> anyhow::Result<TenantId> {
    let mut hash = blake3::Hasher::new();
    let file = File::open(file).with_context(|| file.display().to_string())?;
    hash.update_reader(file)?;
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    Ok(uuid::Builder::from_custom_bytes(bytes).into_uuid().into())
}
