//! `chamados import-legacy`.

use std::path::PathBuf;

use chamados::legacy;
use clap::Args;

use super::place::Place;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportLegacy {
    /// The export: a zip with a folder per table, in which files of JSON Lines hold documents
    file: PathBuf,
    /// What is called what there (TOML), where it is not as usual
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Only print what would happen
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

const EXAMPLES: &str = "Examples:
  chamados import-legacy export.zip --dry-run
      What would be taken in, what would not, and why
  chamados import-legacy export.zip --mapping names.toml --data-dir new
      Into an installation that has nothing yet; beside the export, export.zip.ids.jsonl tells what each id became
  chamados admin user reset-access --email ana@example.com
      Afterwards: nobody has a password yet, and this prints a link by which one is chosen";

impl ImportLegacy {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let config = self.place.load()?;
        let mapping = self.mapping.as_deref();
        let import = legacy::import(&config, &self.file, mapping, self.dry_run);
        let report = super::run::runtime()?.block_on(import)?;
        if self.place.json {
            println!("{}", serde_json::to_string(&report)?);
            return Ok(());
        }
        print!("{report}");
        println!("{}", if self.dry_run { "Nothing was written." } else { "Taken in." });
        Ok(())
    }
}
