//! Options of commands that work on the rows, whether the server runs or not.

use std::path::PathBuf;

use chamados::Config;
use clap::Args;

use super::Settings;

/// Where the rows are, as for `chamados run`.
#[derive(Args)]
pub(crate) struct Place {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// A configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where SQLite's files and the key ring are
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,
    /// The address people open, for links
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// PostgreSQL instead of SQLite
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Redis, by which open browsers hear of the change at once
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,
}

impl Place {
    /// The configuration of the server whose rows these are.
    pub(crate) fn load(&self) -> anyhow::Result<Config> {
        let settings = Settings {
            config: self.config.clone(),
            data_dir: self.data_dir.clone(),
            public_url: self.public_url.clone(),
            database_url: self.database_url.clone(),
            redis_url: self.redis_url.clone(),
            ..Settings::default()
        };
        settings.load()
    }
}
