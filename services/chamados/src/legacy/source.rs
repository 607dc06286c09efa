//! The old system's export: a zip with a folder per table, in which files of JSON Lines hold documents.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde_json::{Map, Value};
use zip::ZipArchive;

/// Longest document, in bytes.
const LONGEST: u64 = 16 << 20;

/// An export on disk.
pub(super) struct Source {
    path: PathBuf,
    /// Files of documents, by table.
    pub(super) tables: BTreeMap<String, Vec<String>>,
}

impl Source {
    /// Looks what there is. Blocks, as all that reads does.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in zip(path)?.file_names() {
            let file = file.with_context(|| path.display().to_string())?;
            // Folders may be inside one folder of the export itself.
            let mut parts = file.rsplit('/');
            let (name, table) = (parts.next().unwrap_or_default(), parts.next());
            if let Some(table) = table.filter(|_| name.ends_with(".jsonl")) {
                tables.entry(table.to_owned()).or_default().push(file.into_owned());
            }
        }
        anyhow::ensure!(!tables.is_empty(), "{}: no folder with a .jsonl in it", path.display());
        Ok(Self { path: path.to_owned(), tables })
    }

    /// Gives each document of a table, or why a line is none.
    pub(super) fn read(
        &self,
        table: &str,
        mut take: impl FnMut(Result<Map<String, Value>, String>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut zip = zip(&self.path)?;
        for name in self.tables.get(table).into_iter().flatten() {
            let mut lines = BufReader::new(zip.by_name(name)?);
            for number in 1_u64.. {
                let mut line = Vec::new();
                let read = (&mut lines).take(LONGEST).read_until(b'\n', &mut line);
                if read.with_context(|| name.clone())? == 0 {
                    break;
                }
                if line.trim_ascii().is_empty() {
                    continue;
                }
                let document = serde_json::from_slice(&line);
                take(document.map_err(|error| format!("{name}, line {number}: {error}")))?;
            }
        }
        Ok(())
    }
}

fn zip(path: &Path) -> anyhow::Result<ZipArchive<BufReader<File>>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    ZipArchive::new(BufReader::new(file)).with_context(|| format!("{}: no zip", path.display()))
}
