//! Archives by command. Every service's rows are opened directly, as for [`crate::operator`].

use std::{fs::File, io::BufWriter, path::Path, sync::Arc};

use anyhow::Context as _;
use chamados_archive::{Manifest, Named, ORDER, Place, Progress, Reader, Restored, Watch};
use chamados_identity::app::operator::{self, find_tenant};
use chamados_store_kit::archive::{Files, Owner, Source};

use crate::{config::Config, database, operator::Operator};

/// Where each service's rows are, in the order of archives.
pub(crate) async fn places(config: &Config) -> anyhow::Result<Vec<Place>> {
    let files = chamados_ticket::Files::open(&config.ticket, &config.data_dir)?;
    let files: Arc<dyn Files> = Arc::new(files);
    let mut places = Vec::new();
    for service in ORDER {
        let owner: Arc<dyn Owner> = match service {
            "ticket" => Arc::new(chamados_ticket::ArchiveOwner { files: Arc::clone(&files) }),
            "device" => Arc::new(chamados_device::ArchiveOwner),
            "scheduler" => Arc::new(chamados_scheduler::ArchiveOwner),
            _ => Arc::new(chamados_identity::ArchiveOwner),
        };
        let db = database::open_now(config, service, owner.migrations()).await?;
        places.push(Place { service, db, owner });
    }
    Ok(places)
}

/// Writes everything of a tenant to a file that is there whole or not at all.
///
/// # Errors
/// When there is no such tenant, a service's rows cannot be read, or the file cannot be written.
pub async fn export(
    config: &Config,
    tenant: Option<&str>,
    out: &Path,
    progress: impl FnMut(Progress) + Send,
) -> anyhow::Result<Manifest> {
    let desk = Operator::open(config).await?;
    let identity = desk.identity.app();
    let tenant = find_tenant(identity, &desk.cx, tenant).await?;
    let services = places(config).await?.into_iter().map(|place| Named {
        service: place.service,
        parts: Source::new(place.db, place.owner).read(tenant),
    });
    let draft = out.with_added_extension("part");
    let cannot = || format!("cannot write {}", draft.display());
    let file = BufWriter::new(File::create(&draft).with_context(cannot)?);
    let written = chamados_archive::write(
        file,
        tenant,
        desk.clock.now(),
        services.collect(),
        &mut Told(progress),
    )
    .await;
    let finished = written.and_then(|(file, manifest)| {
        file.into_inner().map_err(std::io::Error::from)?.sync_all()?;
        std::fs::rename(&draft, out)?;
        Ok(manifest)
    });
    let manifest = match finished {
        Ok(manifest) => manifest,
        Err(error) => {
            // It is no archive; nobody shall take it for one.
            let _gone = std::fs::remove_file(&draft);
            return Err(anyhow::Error::new(error).context(cannot()));
        }
    };
    operator::note_export(identity, &desk.cx, tenant, manifest.records()).await?;
    desk.close();
    Ok(manifest)
}

/// Tells the person at the terminal.
struct Told<F>(F);

#[tonic::async_trait]
impl<F: FnMut(Progress) + Send> Watch for Told<F> {
    async fn at(&mut self, progress: Progress) -> bool {
        (self.0)(progress);
        true
    }
}

/// What an import is at.
#[derive(Debug, Clone, Copy)]
pub enum Import {
    /// So many bytes of so many are compared with their checksums.
    Checking(u64, u64),
    /// So many records of so many are written.
    Writing(u64, u64),
}

/// Takes an archive into an installation without a tenant. A try that failed may be repeated.
///
/// # Errors
/// When there is a tenant, or the archive is damaged or of another version; nobody sees anything of it then.
pub async fn import(
    config: &Config,
    file: &Path,
    mut progress: impl FnMut(Import) + Send + 'static,
) -> anyhow::Result<(Manifest, Restored)> {
    let desk = Operator::open(config).await?;
    let tenants = operator::list_tenants(desk.identity.app(), &desk.cx).await?;
    if let Some(tenant) = tenants.first() {
        anyhow::bail!(
            "there is the tenant {:?}; an archive goes into an installation that has none: give \
             another --data-dir, or an empty database",
            tenant.name
        );
    }
    let file = file.to_owned();
    let checked = tokio::task::spawn_blocking(move || {
        let reader = Reader::open(&file)?;
        let total = reader.manifest().bytes();
        reader.verify(|bytes| progress(Import::Checking(bytes, total)))?;
        anyhow::Ok((reader, progress))
    });
    let (reader, mut progress) = checked.await??;
    let total = reader.manifest().records();
    let tell = |records| progress(Import::Writing(records, total));
    let places = places(config).await?;
    let restored = chamados_archive::restore(&reader, &places, desk.clock.now(), tell).await?;
    desk.close();
    Ok((reader.manifest().clone(), restored))
}
