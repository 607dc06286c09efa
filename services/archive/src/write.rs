//! Puts an archive together.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use chamados_chassis::id::TenantId;
use chamados_store_kit::archive::{Part, Parts};
use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tonic::Status;
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::manifest::{
    FORMAT, File, MOST_UNREADABLE, Manifest, PATH, Tenant, Unreadable, VERSION, files_folder,
    records_path,
};

/// Parts that wait to be compressed.
const WAITING: usize = 8;

/// A service, and what it tells. The stream should do nothing before it is asked: services are read one
/// after the other.
pub struct Named {
    /// Its name, and that of its folder.
    pub service: &'static str,
    /// What it has.
    pub parts: Parts,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records written.
    pub records: u64,
    /// Attachments begun.
    pub attachments: u64,
    /// Bytes of both, before they are compressed.
    pub bytes: u64,
    /// What could not be read.
    pub unreadable: u64,
}

/// Whoever waits for an archive.
#[tonic::async_trait]
pub trait Watch: Send {
    /// Hears how far it is; whether it is still wanted.
    async fn at(&mut self, progress: Progress) -> bool;
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A service ended before it had told everything.
    #[error("{0}: {message}", message = .1.message())]
    Service(&'static str, Status),
    /// A service told what makes no sense.
    #[error("{0}: {1} where it cannot be")]
    Nonsense(&'static str, &'static str),
    /// The tenant's own record is missing.
    #[error("there is no such tenant")]
    NoTenant,
    /// Nobody wants it any more.
    #[error("the archive is not wanted any more")]
    GivenUp,
    /// The file cannot be written.
    #[error("the archive cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl From<ZipError> for WriteError {
    fn from(error: ZipError) -> Self {
        Self::Output(error.into())
    }
}

/// Writes what `services` tell of a tenant to `output`, and tells of each step of progress, until `watcher`
/// says that it is not wanted any more. On an error, or when the future is dropped, what was written so far
/// is no archive.
///
/// # Errors
/// [`WriteError`].
pub async fn write<W: Write + Send + 'static>(
    output: W,
    tenant: TenantId,
    now: DateTime<Utc>,
    services: Vec<Named>,
    watcher: &mut dyn Watch,
) -> Result<(W, Manifest), WriteError> {
    let (steps, waiting) = mpsc::channel(WAITING);
    // Compressing takes long, and so does a slow disk; neither may hold up others here.
    let packing = tokio::task::spawn_blocking(move || pack(output, waiting));
    let told = tell(tenant, now, services, &steps, watcher).await;
    drop(steps);
    let packed = packing.await.map_err(io::Error::other)?;
    // When packing failed, telling did for that reason.
    match (packed, told) {
        (Err(error), _) => Err(error),
        (Ok(_), Err(error)) => Err(error),
        (Ok(packed), Ok(())) => Ok(packed.ok_or_else(gone)?),
    }
}

/// What the packing thread is to do next.
enum Step {
    Begin { path: String, records: bool },
    Records(Vec<String>),
    Bytes(bytes::Bytes),
    End(Box<Manifest>),
}

fn gone() -> io::Error {
    io::Error::other("the archive was given up")
}

async fn send(steps: &mpsc::Sender<Step>, step: Step) -> Result<(), WriteError> {
    steps.send(step).await.map_err(|_| gone().into())
}

/// Has everything the services tell packed.
async fn tell(
    tenant: TenantId,
    now: DateTime<Utc>,
    services: Vec<Named>,
    steps: &mpsc::Sender<Step>,
    watcher: &mut dyn Watch,
) -> Result<(), WriteError> {
    let mut told = Told { steps, at: Progress::default(), manifest: empty(tenant, now) };
    for Named { service, mut parts } in services {
        let mut kind = None;
        while let Some(part) = parts.next().await {
            let part = part.map_err(|status| WriteError::Service(service, status))?;
            told.part(service, &mut kind, part).await?;
            if !watcher.at(told.at).await {
                return Err(WriteError::GivenUp);
            }
        }
    }
    if told.manifest.tenant.name.is_empty() {
        return Err(WriteError::NoTenant);
    }
    send(steps, Step::End(Box::new(told.manifest))).await
}

fn empty(tenant: TenantId, now: DateTime<Utc>) -> Manifest {
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: now,
        tenant: Tenant { id: tenant, name: String::new() },
        schemas: BTreeMap::new(),
        files: Vec::new(),
        unreadable_count: 0,
        unreadable: Vec::new(),
    }
}

struct Told<'a> {
    steps: &'a mpsc::Sender<Step>,
    at: Progress,
    manifest: Manifest,
}

impl Told<'_> {
    async fn part(
        &mut self,
        service: &'static str,
        kind: &mut Option<String>,
        part: Part,
    ) -> Result<(), WriteError> {
        let step = match part {
            Part::Header(header) => {
                self.manifest.schemas.insert(service.to_owned(), header.schema);
                return Ok(());
            }
            Part::Kind(new) => {
                let path = records_path(service, &new.name);
                *kind = Some(new.name);
                Step::Begin { path, records: true }
            }
            Part::Records(page) => {
                let kind = kind.as_deref().ok_or(WriteError::Nonsense(service, "records"))?;
                if kind == "tenant" {
                    self.manifest.tenant.name =
                        page.records.first().and_then(|record| name(record)).unwrap_or_default();
                }
                self.at.records += page.records.len() as u64;
                self.at.bytes +=
                    page.records.iter().map(|record| record.len() as u64 + 1).sum::<u64>();
                Step::Records(page.records)
            }
            Part::Unreadable(it) => {
                self.at.unreadable += 1;
                self.manifest.unreadable_count += 1;
                if self.manifest.unreadable.len() < MOST_UNREADABLE {
                    let service = service.to_owned();
                    let it = Unreadable { service, kind: it.kind, id: it.id, reason: it.reason };
                    self.manifest.unreadable.push(it);
                }
                return Ok(());
            }
            Part::File(file) => {
                *kind = None;
                self.at.attachments += 1;
                let path = format!("{}{}", files_folder(service), file.id);
                Step::Begin { path, records: false }
            }
            Part::Chunk(bytes) => {
                self.at.bytes += bytes.len() as u64;
                Step::Bytes(bytes)
            }
        };
        send(self.steps, step).await
    }
}

fn name(tenant: &str) -> Option<String> {
    let tenant: serde_json::Value = serde_json::from_str(tenant).ok()?;
    Some(tenant.get("name")?.as_str()?.to_owned())
}

/// Does the steps; none when they ended before the end of the archive.
fn pack<W: Write>(
    output: W,
    mut steps: mpsc::Receiver<Step>,
) -> Result<Option<(W, Manifest)>, WriteError> {
    let mut packer = Packer { zip: ZipWriter::new_stream(output), files: Vec::new(), open: None };
    while let Some(step) = steps.blocking_recv() {
        match step {
            Step::Begin { path, records } => packer.begin(path, records)?,
            Step::Records(records) => {
                for record in &records {
                    packer.line(record)?;
                }
            }
            Step::Bytes(bytes) => packer.add(&bytes)?,
            Step::End(mut manifest) => {
                packer.close();
                manifest.files = std::mem::take(&mut packer.files);
                let text = serde_json::to_vec_pretty(&*manifest).map_err(io::Error::other)?;
                packer.zip.start_file(PATH, options(true))?;
                packer.zip.write_all(&text)?;
                let output = packer.zip.finish()?.into_inner();
                return Ok(Some((output, *manifest)));
            }
        }
    }
    Ok(None)
}

/// Attachments are mostly compressed already.
fn options(text: bool) -> SimpleFileOptions {
    let method = if text { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    SimpleFileOptions::default().compression_method(method).large_file(true)
}

struct Packer<W: Write> {
    zip: ZipWriter<zip::write::StreamWriter<W>>,
    files: Vec<File>,
    open: Option<(File, Sha256)>,
}

impl<W: Write> Packer<W> {
    fn begin(&mut self, path: String, records: bool) -> Result<(), WriteError> {
        self.close();
        self.zip.start_file(path.as_str(), options(records))?;
        let records = records.then_some(0);
        let file = File { path, bytes: 0, records, sha256: String::new() };
        self.open = Some((file, Sha256::new()));
        Ok(())
    }

    fn line(&mut self, record: &str) -> Result<(), WriteError> {
        self.add(record.as_bytes())?;
        self.add(b"\n")?;
        if let Some((File { records: Some(records), .. }, _)) = &mut self.open {
            *records += 1;
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let Some((file, hash)) = &mut self.open else { return Ok(()) };
        hash.update(bytes);
        file.bytes += bytes.len() as u64;
        self.zip.write_all(bytes)?;
        Ok(())
    }

    fn close(&mut self) {
        if let Some((mut file, hash)) = self.open.take() {
            file.sha256 = hex(&hash.finalize());
            self.files.push(file);
        }
    }
}

/// SHA-256 as manifests tell it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
