//! `chamados export` and `chamados import`.

use std::{io::IsTerminal as _, path::PathBuf, time::Duration};

use chamados::archive;
use chamados_archive::Manifest;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::place::Place;

/// How often a plain line says how far it is, where nobody looks at a bar.
const LINES: Duration = Duration::from_secs(10);

#[derive(Args)]
#[command(after_help = EXPORT)]
pub(crate) struct Export {
    /// Id or name of the tenant; needed when there are several
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// The file to write, a zip
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
#[command(after_help = IMPORT)]
pub(crate) struct Import {
    /// The file that an export wrote
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

const EXPORT: &str = "Examples:
  chamados export --tenant \"Suporte Sul\" --out sul.zip
  chamados export --tenant \"Suporte Sul\" --out sul.zip --database-url postgres://… --json

The archive holds everything of the tenant, attachments and hashes of passwords and keys too: keep it as
you keep a backup. What cannot be read is named in its manifest.json and left out.";

const IMPORT: &str = "Examples:
  chamados import sul.zip --data-dir new
  chamados migrate --database-url postgres://… && chamados import sul.zip --database-url postgres://…

Nothing is written before every checksum was found right. People sign in with the passwords they had.";

impl Export {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let config = self.place.load()?;
        let bar = Bar::new("{spinner} {pos} records, {msg}", None);
        let tenant = self.tenant.as_deref();
        let manifest =
            super::run::runtime()?.block_on(archive::export(&config, tenant, &self.out, |at| {
                bar.at(at.records, &format!("{} attachments", at.attachments))
            }))?;
        bar.0.finish_and_clear();
        say(&manifest, self.place.json, &format!("written to {}", self.out.display()));
        for it in &manifest.unreadable {
            eprintln!("left out: {} {} {}: {}", it.service, it.kind, it.id, it.reason);
        }
        let told = manifest.unreadable.len() as u64;
        if manifest.unreadable_count > told {
            eprintln!("left out: {} more", manifest.unreadable_count - told);
        }
        Ok(())
    }
}

impl Import {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let config = self.place.load()?;
        let bar = Bar::new("{wide_bar} {percent} % {msg}", Some(0));
        let shown = bar.clone();
        let (manifest, restored) = super::run::runtime()?.block_on(archive::import(
            &config,
            &self.file,
            move |at| match at {
                archive::Import::Checking(bytes, of) => shown.of(bytes, of, "checking"),
                archive::Import::Writing(records, of) => shown.of(records, of, "writing"),
            },
        ))?;
        bar.0.finish_and_clear();
        say(&manifest, self.place.json, "taken in");
        if restored.left_out > 0 {
            eprintln!("left out: {} records of what the archive lacks", restored.left_out);
        }
        Ok(())
    }
}

fn say(manifest: &Manifest, as_json: bool, what: &str) {
    if as_json {
        let json = json!({
            "tenant_id": manifest.tenant.id.to_string(),
            "tenant": manifest.tenant.name,
            "records": manifest.records(),
            "attachments": manifest.attachments(),
            "unreadable": manifest.unreadable_count,
        });
        println!("{json}");
        return;
    }
    let (records, attachments) = (manifest.records(), manifest.attachments());
    println!("{}: {records} records and {attachments} attachments {what}", manifest.tenant.name);
}

/// A bar on a terminal, a plain line now and then elsewhere.
#[derive(Clone)]
struct Bar(ProgressBar);

impl Bar {
    fn new(template: &str, length: Option<u64>) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(length, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    fn at(&self, position: u64, message: &str) {
        self.0.set_position(position);
        self.0.set_message(message.to_owned());
        self.line();
    }

    fn of(&self, position: u64, length: u64, message: &str) {
        self.0.set_length(length);
        self.at(position, message);
    }

    /// Every so often, in place of a bar nobody sees.
    fn line(&self) {
        let (bar, seen) = (&self.0, self.0.elapsed());
        if bar.is_hidden() && seen >= LINES {
            let of = bar.length().map(|length| format!(" of {length}")).unwrap_or_default();
            eprintln!("{}{of} {}", bar.position(), bar.message());
            bar.reset_elapsed();
        }
    }
}
