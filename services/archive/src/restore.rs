//! Writes an archive into the tables of an installation that has nothing yet.

use std::{collections::HashMap, sync::Arc};

use chamados_chassis::id::TenantId;
use chamados_store_kit::{
    Db, StoreError, Tx,
    archive::{self, FileError, Files, Kind, Owner, WriteError},
};
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    manifest::{File, files_folder, records_path},
    read::{Content, ReadError, Reader},
};

/// Where the records of a service go.
pub struct Place {
    /// Its name.
    pub service: &'static str,
    /// Its tables, up to date.
    pub db: Db,
    /// Knows what goes where.
    pub owner: Arc<dyn Owner>,
}

/// Why an archive was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The archive cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Records of another version.
    #[error(
        "{service}: the archive has records of version {archive}, this program has {program}; take it \
         in with the program that wrote it, and upgrade then"
    )]
    Schema {
        /// Whose.
        service: &'static str,
        /// Version of the archive.
        archive: String,
        /// Version of the tables.
        program: String,
    },
    /// Files nobody here knows.
    #[error("nothing here takes {0}")]
    Unknown(String),
    /// Without it something would be lost.
    #[error("{0} is missing")]
    Missing(String),
    /// A record that is none.
    #[error("{path}, line {line}: {why}")]
    Record {
        /// Where in the archive.
        path: String,
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// An attachment that cannot be kept.
    #[error("{path}: {why}")]
    Attachment {
        /// Where in the archive.
        path: String,
        /// Why.
        why: FileError,
    },
    /// The database did not take it.
    #[error("{0}: {1}")]
    Store(&'static str, StoreError),
}

/// Writes everything. Each service's records are written together or not at all, in the order of `places`;
/// what an earlier try left behind is removed first. So the last should be the service by which one tells
/// whether the installation is empty.
///
/// # Errors
/// [`RestoreError`]; the service at fault, and those after it, have nothing of it then.
pub async fn restore(
    reader: &Reader,
    places: &[Place],
    now: DateTime<Utc>,
    mut progress: impl FnMut(u64),
) -> Result<Restored, RestoreError> {
    let mut plans = plan(reader, places)?;
    let mut restored = Restored::default();
    for (place, plan) in places.iter().zip(&mut plans) {
        let tenant = reader.manifest().tenant.id;
        if let Some(files) = place.owner.files() {
            attachments(reader, tenant, &*files, std::mem::take(&mut plan.files)).await?;
        }
        records(reader, tenant, place, plan, now, (&mut restored, &mut progress)).await?;
    }
    Ok(restored)
}

/// What became of an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Records that were written.
    pub records: u64,
    /// Records that refer to some that were not in the archive and mean nothing without them.
    pub left_out: u64,
}

/// What of the archive goes to a service.
#[derive(Default)]
struct Plan {
    /// In the order of writing.
    kinds: Vec<(Kind, File)>,
    files: Vec<File>,
}

/// Says what goes where; nothing may be left over, or be missing.
fn plan(reader: &Reader, places: &[Place]) -> Result<Vec<Plan>, RestoreError> {
    let manifest = reader.manifest();
    let mut files: HashMap<&str, &File> =
        manifest.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut plans = Vec::new();
    for Place { service, owner, .. } in places {
        let schema = manifest.schemas.get(*service).cloned().unwrap_or_default();
        let program = archive::schema(&**owner);
        if schema != program {
            return Err(RestoreError::Schema { service, archive: schema, program });
        }
        let mut plan = Plan::default();
        for kind in owner.kinds() {
            let path = records_path(service, kind.name());
            let file = files.remove(path.as_str()).filter(|file| file.records.is_some());
            plan.kinds.push((kind, file.ok_or(RestoreError::Missing(path))?.clone()));
        }
        let folder = files_folder(service);
        if owner.files().is_some() {
            // In the order of the archive, which is read from front to back.
            let own = manifest.files.iter().filter(|file| file.path.starts_with(&folder));
            for file in own.filter(|file| file.records.is_none()) {
                files.remove(file.path.as_str());
                plan.files.push(file.clone());
            }
        }
        plans.push(plan);
    }
    match files.into_keys().min() {
        Some(path) => Err(RestoreError::Unknown(path.to_owned())),
        None => Ok(plans),
    }
}

async fn attachments(
    reader: &Reader,
    tenant: TenantId,
    files: &dyn Files,
    told: Vec<File>,
) -> Result<(), RestoreError> {
    // One after the other in one pass: the sender of each ends with the bytes of the next.
    let mut contents = reader.read(told);
    let mut next = contents.recv().await.transpose()?;
    while let Some(Content::Begin(path)) = next {
        let id = path.rsplit('/').next().and_then(|id| Uuid::try_parse(id).ok());
        let id = id.ok_or_else(|| RestoreError::Unknown(path.clone()))?;
        let (chunks, taken) = mpsc::channel(1);
        let taken = stream::unfold(taken, async |mut taken| Some((taken.recv().await?, taken)));
        let put = files.put(tenant, id, taken.boxed());
        let pass = async {
            loop {
                match contents.recv().await {
                    Some(Ok(Content::Bytes(bytes))) => {
                        if chunks.send(Ok(bytes)).await.is_err() {
                            return Ok(None);
                        }
                    }
                    // Dropping the sender here ends the file.
                    other => {
                        drop(chunks);
                        return other.transpose();
                    }
                }
            }
        };
        let (put, passed) = futures::join!(put, pass);
        put.map_err(|why| RestoreError::Attachment { path, why })?;
        next = passed?;
    }
    Ok(())
}

/// Begins to write a tenant's rows: what an earlier try left behind is removed.
///
/// # Errors
/// [`StoreError`].
pub async fn begin(place: &Place, tenant: TenantId) -> Result<Tx, StoreError> {
    let tx = archive::begin(&place.db).await?;
    place.owner.forget(&tx, tenant).await?;
    for kind in place.owner.kinds().iter().rev() {
        archive::clear(&tx, kind, tenant).await?;
    }
    Ok(tx)
}

async fn records(
    reader: &Reader,
    tenant: TenantId,
    place: &Place,
    plan: &Plan,
    now: DateTime<Utc>,
    (restored, progress): (&mut Restored, &mut impl FnMut(u64)),
) -> Result<(), RestoreError> {
    let failed = |error| RestoreError::Store(place.service, error);
    let tx = begin(place, tenant).await.map_err(failed)?;
    for (kind, file) in &plan.kinds {
        let told = (&mut *restored, &mut *progress);
        let written = write_kind(reader, tenant, &tx, (kind, file), told).await;
        written.map_err(|error| match error {
            Failure::Store(error) => failed(error),
            Failure::Other(error) => error,
        })?;
    }
    place.owner.derive(&tx, tenant, now).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

enum Failure {
    Store(StoreError),
    Other(RestoreError),
}

async fn write_kind(
    reader: &Reader,
    tenant: TenantId,
    tx: &Tx,
    (kind, file): (&Kind, &File),
    (restored, progress): (&mut Restored, &mut impl FnMut(u64)),
) -> Result<(), Failure> {
    let mut contents = reader.read(vec![file.clone()]);
    while let Some(content) = contents.recv().await {
        let content = content.map_err(|error| Failure::Other(error.into()))?;
        let Content::Records(first, mut records) = content else { continue };
        if reader.manifest().unreadable_count > 0 {
            let (mended, left_out) =
                archive::mend(tx, kind, records).await.map_err(Failure::Store)?;
            records = mended;
            restored.left_out += left_out;
        }
        restored.records += records.len() as u64;
        archive::write(tx, kind, tenant, records).await.map_err(|error| match error {
            WriteError::Malformed(why, at) => Failure::Other(RestoreError::Record {
                path: file.path.clone(),
                line: first + at as u64,
                why: why.to_string(),
            }),
            WriteError::Store(error) => Failure::Store(error),
        })?;
        progress(restored.records);
    }
    Ok(())
}
