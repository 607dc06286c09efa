//! One file a command.

mod admin;
mod archive;
mod config;
mod files;
mod healthcheck;
mod legacy;
mod place;
mod run;

use std::path::PathBuf;

use chamados::Config;
use clap::{Args, Parser, Subcommand};

/// A help desk that knows the computers it supports.
#[derive(Parser)]
#[command(name = "chamados", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  chamados run --data-dir data
      Everything in one process on SQLite, at http://127.0.0.1:8080
  chamados run --target ticket --database-url postgres://… --redis-url redis://…
      One service
  chamados admin user create --email ana@example.com --name Ana --role admin
      The first admin, or another one
  chamados config print --config chamados.toml
      The configuration in force, secrets masked";

#[derive(Subcommand)]
enum Command {
    /// Start the product, or some of its services
    Run(Settings),
    /// Bring the tables of every service up to date
    Migrate(Settings),
    /// Make tenants, people and keys, and let people in again
    #[command(subcommand)]
    Admin(admin::Command),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Write everything a tenant owns to a file
    Export(archive::Export),
    /// Take such a file into an installation that has nothing yet
    Import(archive::Import),
    /// Take in the export of the system that this one replaces
    ImportLegacy(legacy::ImportLegacy),
    /// Print the HTTP API's contract (OpenAPI 3.1, JSON)
    Openapi,
    /// Ask the process on this machine whether it is ready
    Healthcheck(Settings),
}

/// Where settings come from. What is not given here comes from the environment (`CHAMADOS__…`), the
/// file, the defaults.
#[derive(Args, Default)]
pub(crate) struct Settings {
    /// A configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What runs in this process: all, or some of gateway,identity,ticket,device,scheduler
    #[arg(long, value_name = "TARGETS")]
    target: Option<String>,
    /// Where SQLite's files and the key ring are
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,
    /// Where the panel and the HTTP API listen
    #[arg(long, value_name = "ADDRESS")]
    http: Option<String>,
    /// Where agents connect
    #[arg(long, value_name = "ADDRESS")]
    grpc: Option<String>,
    /// Where the other services connect
    #[arg(long, value_name = "ADDRESS")]
    internal: Option<String>,
    /// The address people open
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// PostgreSQL instead of SQLite
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Redis instead of memory
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,
}

impl Settings {
    fn overrides(&self) -> Vec<(&'static str, String)> {
        let given = [
            ("target", &self.target),
            ("data_dir", &self.data_dir),
            ("listen.http", &self.http),
            ("listen.grpc", &self.grpc),
            ("listen.internal", &self.internal),
            ("gateway.public_url", &self.public_url),
            ("database.url.value", &self.database_url),
            ("redis.url.value", &self.redis_url),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect()
    }

    pub(crate) fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(self.config.as_deref(), &self.overrides())?)
    }
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run(settings) => run::run(&settings.load()?),
            Command::Migrate(settings) => migrate(&settings.load()?),
            Command::Admin(command) => command.run(),
            Command::Config(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Import(command) => command.run(),
            Command::ImportLegacy(command) => command.run(),
            Command::Openapi => {
                println!("{}", chamados_gateway::openapi().to_pretty_json()?);
                Ok(())
            }
            Command::Healthcheck(settings) => healthcheck::run(&settings.load()?),
        }
    }
}

fn migrate(config: &Config) -> anyhow::Result<()> {
    run::runtime()?.block_on(chamados::database::migrate(config))?;
    println!("Every service's tables are up to date.");
    Ok(())
}
