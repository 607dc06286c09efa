//! Takes an archive apart.

use std::{
    collections::HashMap,
    fs, io,
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use chamados_store_kit::archive::Object;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use zip::{ZipArchive, result::ZipError};

use crate::{
    manifest::{FORMAT, File, Manifest, PATH, VERSION},
    write::hex,
};

/// Records read at a time.
const BATCH: usize = 500;
/// Bytes of records after which a batch is full.
const FULL: u64 = 4 << 20;
/// Bytes of an attachment read at a time.
const CHUNK: usize = 256 << 10;
/// Longest record, in bytes.
const LONGEST: u64 = 64 << 20;
/// Batches that wait to be taken.
const WAITING: usize = 4;

/// Why a file is no archive, or a damaged one.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not a zip, or a damaged one.
    #[error("this is no archive of Chamados: {0}")]
    NoArchive(String),
    /// Written by a later program.
    #[error("the archive has format version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// A file that the manifest tells of is not as it tells.
    #[error("the archive is damaged: {path} {what}")]
    Damaged {
        /// Where in the archive.
        path: String,
        /// What is wrong with it.
        what: String,
    },
}

impl From<ZipError> for ReadError {
    fn from(error: ZipError) -> Self {
        Self::NoArchive(error.to_string())
    }
}

fn damaged(path: &str, what: impl Into<String>) -> ReadError {
    ReadError::Damaged { path: path.to_owned(), what: what.into() }
}

/// The next of what is in files of an archive.
#[derive(Debug)]
pub enum Content {
    /// From here on it is this one's.
    Begin(String),
    /// Records, and the line on which the first of them is, counted from 1.
    Records(u64, Vec<Object>),
    /// Bytes of an attachment.
    Bytes(Bytes),
}

/// An archive on disk.
#[derive(Debug, Clone)]
pub struct Reader {
    path: PathBuf,
    manifest: Manifest,
}

impl Reader {
    /// Opens an archive and reads its manifest. Blocks.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let mut zip = open(path)?;
        let manifest = match zip.by_name(PATH) {
            Ok(file) => serde_json::from_reader::<_, serde_json::Value>(BufReader::new(file)),
            Err(ZipError::FileNotFound) => {
                return Err(ReadError::NoArchive("it has no manifest.json".to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        let manifest = manifest.map_err(|error| damaged(PATH, error.to_string()))?;
        if manifest["format"] != FORMAT {
            return Err(ReadError::NoArchive("its manifest is of another format".to_owned()));
        }
        // The version first: what else a later one has is not known here.
        let version = manifest["version"].as_u64().and_then(|version| u32::try_from(version).ok());
        if version != Some(VERSION) {
            return Err(ReadError::Version(version.unwrap_or_default()));
        }
        let manifest: Manifest = serde_json::from_value(manifest)
            .map_err(|error| damaged(PATH, format!("cannot be understood: {error}")))?;
        let reader = Self { path: path.to_owned(), manifest };
        reader.same_files(&zip)?;
        Ok(reader)
    }

    /// What it says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The file must have what the manifest tells, and nothing else.
    fn same_files(&self, zip: &ZipArchive<BufReader<fs::File>>) -> Result<(), ReadError> {
        let mut told: HashMap<&str, usize> = HashMap::new();
        for path in self.manifest.files.iter().map(|file| file.path.as_str()).chain([PATH]) {
            *told.entry(path).or_default() += 1;
        }
        if let Some((path, _)) = told.iter().find(|(_, times)| **times > 1) {
            return Err(damaged(path, "is told of twice"));
        }
        for path in zip.file_names() {
            let path = path?;
            if !told.contains_key(&*path) {
                return Err(damaged(&path, "is not in the manifest"));
            }
        }
        let missing = told.keys().find(|path| zip.index_for_name(path).is_none());
        missing.map_or(Ok(()), |path| Err(damaged(path, "is missing")))
    }

    /// Compares every file with its checksum, and calls `progress` with the bytes read, now and then. Blocks.
    ///
    /// # Errors
    /// [`ReadError`], naming the first file that is damaged.
    pub fn verify(&self, mut progress: impl FnMut(u64)) -> Result<(), ReadError> {
        let mut zip = open(&self.path)?;
        let mut buffer = vec![0; CHUNK];
        let mut total = 0;
        for told in &self.manifest.files {
            let mut file = zip.by_name(&told.path)?;
            let (mut hash, mut bytes, mut lines) = (Sha256::new(), 0, 0);
            loop {
                let read =
                    file.read(&mut buffer).map_err(|e| damaged(&told.path, e.to_string()))?;
                if read == 0 {
                    break;
                }
                hash.update(&buffer[..read]);
                bytes += read as u64;
                lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
                // It may be told to be small and unpack without end.
                if bytes > told.bytes {
                    break;
                }
                total += read as u64;
                progress(total);
            }
            if bytes != told.bytes || hex(&hash.finalize()) != told.sha256 {
                return Err(damaged(&told.path, "is not what was written"));
            }
            if told.records.is_some_and(|records| records != lines) {
                return Err(damaged(&told.path, "has another number of records"));
            }
        }
        Ok(())
    }

    /// Reads files one after the other, beside whoever takes what is read.
    pub(crate) fn read(&self, files: Vec<File>) -> mpsc::Receiver<Result<Content, ReadError>> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read(&path, files, &sender) {
                // Whoever took it may be gone.
                let _gone = sender.blocking_send(Err(error));
            }
        });
        receiver
    }
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<fs::File>>, ReadError> {
    let input = |source| ReadError::Input { path: path.to_owned(), source };
    Ok(ZipArchive::new(BufReader::new(fs::File::open(path).map_err(input)?))?)
}

/// Sends what is in `files`, until nobody takes it any more.
fn read(
    path: &Path,
    files: Vec<File>,
    sender: &mpsc::Sender<Result<Content, ReadError>>,
) -> Result<(), ReadError> {
    let mut zip = open(path)?;
    let send = |content| sender.blocking_send(Ok(content)).is_ok();
    for told in files {
        let file = zip.by_name(&told.path)?;
        let taken = send(Content::Begin(told.path.clone()))
            && match told.records {
                Some(_) => records(&told.path, file, send)?,
                None => chunks(&told.path, file, send)?,
            };
        if !taken {
            return Ok(());
        }
    }
    Ok(())
}

fn records(path: &str, file: impl Read, send: impl Fn(Content) -> bool) -> Result<bool, ReadError> {
    let mut lines = BufReader::new(file);
    let (mut batch, mut size, mut first) = (Vec::new(), 0, 1);
    loop {
        let mut line = Vec::new();
        let read = (&mut lines).take(LONGEST).read_until(b'\n', &mut line);
        let read = read.map_err(|error| damaged(path, error.to_string()))?;
        if read == 0 || batch.len() == BATCH || size > FULL {
            let next = first + batch.len() as u64;
            if !batch.is_empty() && !send(Content::Records(first, std::mem::take(&mut batch))) {
                return Ok(false);
            }
            (first, size) = (next, 0);
        }
        if read == 0 {
            return Ok(true);
        }
        let at = first + batch.len() as u64;
        let record = serde_json::from_slice(&line);
        batch.push(record.map_err(|error| damaged(path, format!("line {at}: {error}")))?);
        size += read as u64;
    }
}

fn chunks(
    path: &str,
    mut file: impl Read,
    send: impl Fn(Content) -> bool,
) -> Result<bool, ReadError> {
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = (&mut file).take(CHUNK as u64).read_to_end(&mut chunk);
        if read.map_err(|error| damaged(path, error.to_string()))? == 0 {
            return Ok(true);
        }
        if !send(Content::Bytes(chunk.into())) {
            return Ok(false);
        }
    }
}
