//! `cargo xtask tidy`: the rules of the house that no compiler checks. One file per rule; each
//! looks at the same list of files and says what it found.

mod docs;
mod imports;
mod length;
mod migrations;
mod proto;
mod rust;
mod text;

use std::{fmt, fs, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::command;

#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Lists new migrations as landed; from then on they may not change
    #[arg(long)]
    land_migrations: bool,
}

/// A text file of the repository.
#[derive(Debug)]
struct SourceFile {
    /// From the root of the repository, with `/`.
    path: String,
    text: String,
}

/// What a rule found.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// From 1.
    line: usize,
    text: String,
    gravity: Gravity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gravity {
    Warning,
    Error,
}

impl Finding {
    fn error(file: &SourceFile, line: usize, text: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, text: text.into(), gravity: Gravity::Error }
    }

    fn warning(file: &SourceFile, line: usize, text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Warning, ..Self::error(file, line, text) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gravity = match self.gravity {
            Gravity::Warning => "warning: ",
            Gravity::Error => "",
        };
        write!(f, "{}:{}: {gravity}{}", self.path, self.line, self.text)
    }
}

/// Checks every rule.
///
/// # Errors
/// A rule is broken; warnings are only printed.
pub(crate) fn tidy(args: &Args) -> Result<()> {
    let files = files()?;
    if args.land_migrations {
        migrations::land(&files)?;
        return Ok(());
    }
    let mut findings = Vec::new();
    for file in &files {
        findings.extend(length::check(file));
        findings.extend(docs::check(file));
        findings.extend(proto::check(file));
        findings.extend(text::check(file));
    }
    findings.extend(imports::check(&files));
    findings.extend(migrations::check(&files)?);
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for finding in &findings {
        eprintln!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.gravity == Gravity::Error).count();
    ensure!(errors == 0, "rules are broken in {errors} places");
    Ok(())
}

/// The text files that git knows or would take.
fn files() -> Result<Vec<SourceFile>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let list = String::from_utf8(command::output(&mut git)?).context("a file name is not UTF-8")?;
    let paths = list.split_terminator('\0');
    // A file that git still lists may be gone, and what is not UTF-8 is not text.
    Ok(paths
        .filter_map(|path| {
            let text = String::from_utf8(fs::read(path).ok()?).ok()?;
            Some(SourceFile { path: path.to_owned(), text })
        })
        .collect())
}

#[cfg(test)]
mod fixture {
    use super::{Finding, SourceFile};

    pub(super) fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    /// The lines of the findings.
    pub(super) fn lines(findings: &[Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }
}
