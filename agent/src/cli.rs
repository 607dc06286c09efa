//! The command line.

use std::{path::PathBuf, time::Duration};

use chamados_agent::{Carrier, Error, Result, Transport, platform};
use chamados_chassis::telemetry::{self, TelemetryConfig};
use clap::{Args, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;

/// Enrols this computer in Chamados, reports what it is, and says that it is alive.
#[derive(Debug, Parser)]
#[command(
    name = "chamados-agent",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  chamados-agent enroll --server https://chamados.example.com --code K7QP-… --email ana@example.com
  chamados-agent install          # run at every start of this computer (Linux)
  chamados-agent status
  chamados-agent ticket new --subject \"The printer does not print\""
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make this computer known to the server and keep its credentials.
    #[command(after_help = "\
Examples:
  sudo chamados-agent enroll --server https://chamados.example.com --code K7QP-… --email ana@example.com
  chamados-agent enroll --server http://127.0.0.1:8081 --code K7QP-… --email ana@example.com --state-dir ./agent

Run it as root: only root may read the serials by which the computer is known again after a
reinstallation. Enrolling again replaces the credentials and keeps the device and its history.")]
    Enroll(Enroll),
    /// Stay connected to the server until stopped.
    #[command(after_help = "\
Examples:
  sudo chamados-agent run
  chamados-agent run --state-dir ./agent --log-format json

Exit status: 0 when stopped by SIGTERM or Ctrl-C, 78 when the computer must be enrolled (again),
1 for anything else.")]
    Run(Run),
    /// Say whether this computer is enrolled, and whether its agent runs and is online.
    #[command(after_help = "\
Examples:
  sudo chamados-agent status
  chamados-agent status --json | jq -r .phase")]
    Status(Status),
    /// Ask for help about this computer.
    #[command(subcommand)]
    Ticket(Ticket),
    /// Install and start the service (Linux with systemd, as root).
    #[command(after_help = "\
Examples:
  sudo chamados-agent install
  chamados-agent install --print > chamados-agent.service")]
    Install(Install),
    /// Stop and remove the service, and leave USB storage to the system again; the credentials stay.
    #[command(after_help = "\
Example:
  sudo chamados-agent uninstall")]
    Uninstall,
}

#[derive(Debug, Args)]
pub(crate) struct Enroll {
    /// Address of the server, as `https://HOST[:PORT]`
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// Provisioning code, from the company's page
    #[arg(long, env = "CHAMADOS_AGENT_CODE", hide_env_values = true)]
    pub(crate) code: SecretString,
    /// E-mail of the person who uses this computer
    #[arg(long)]
    pub(crate) email: String,
    /// PEM file of the authorities to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Allow http:// to another host: the token can then be read on the way
    #[arg(long)]
    insecure_plaintext: bool,
    #[command(flatten)]
    pub(crate) state: StateDirArg,
}

impl Enroll {
    /// How the connection is protected.
    pub(crate) fn transport(&self) -> Result<Transport> {
        // `run` starts elsewhere: what is kept must not depend on the working directory.
        let ca_file = self.ca_file.as_deref().map(absolute).transpose()?;
        Ok(Transport { ca_file, insecure_plaintext: self.insecure_plaintext })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) state: StateDirArg,
    /// Directory below which the system's settings for USB storage are written
    #[arg(
        long,
        value_name = "DIR",
        env = "CHAMADOS_AGENT_USB_ROOT",
        default_value = "/",
        hide_short_help = true
    )]
    usb_root: PathBuf,
    /// How logs are written to standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Pretty)]
    pub(crate) log_format: LogFormat,
    /// What is logged
    #[arg(long, value_name = "FILTER", env = "RUST_LOG", default_value = "info")]
    pub(crate) log_filter: String,
    /// Where traces of connections are sent by OTLP over gRPC, for whoever looks for a fault
    #[arg(long, value_name = "URL", env = "CHAMADOS_AGENT_OTLP_ENDPOINT", hide_short_help = true)]
    otlp_endpoint: Option<String>,
    /// Seconds between two looks at the computer
    #[arg(long, value_name = "SECONDS", default_value_t = 300, hide_short_help = true,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    inventory_interval: u64,
    /// What carries the heartbeats: a stream, single calls where a proxy breaks every stream, or
    /// whichever works
    #[arg(long, value_enum, default_value_t = TransportArg::Auto, hide_short_help = true,
          env = "CHAMADOS_AGENT_TRANSPORT")]
    transport: TransportArg,
}

impl Run {
    pub(crate) fn telemetry(&self) -> TelemetryConfig {
        TelemetryConfig {
            log_filter: self.log_filter.clone(),
            log_format: match self.log_format {
                LogFormat::Pretty => telemetry::LogFormat::Pretty,
                LogFormat::Json => telemetry::LogFormat::Json,
            },
            otlp_endpoint: self.otlp_endpoint.clone().unwrap_or_default(),
            trace_ratio: 1.0,
            service_name: "chamados-agent".to_owned(),
        }
    }

    pub(crate) fn usb_root(&self) -> Result<PathBuf> {
        absolute(&self.usb_root)
    }

    pub(crate) const fn inventory_interval(&self) -> Duration {
        Duration::from_secs(self.inventory_interval)
    }

    pub(crate) const fn carrier(&self) -> Carrier {
        match self.transport {
            TransportArg::Auto => Carrier::Auto,
            TransportArg::Stream => Carrier::Stream,
            TransportArg::Unary => Carrier::Calls,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TransportArg {
    /// A stream; single calls after it broke quickly three times
    Auto,
    /// Only a stream
    Stream,
    /// Only single calls
    Unary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Pretty,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) state: StateDirArg,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ticket {
    /// Open a ticket in the name of the person this computer belongs to
    #[command(after_help = "\
Examples:
  sudo chamados-agent ticket new --subject \"The printer does not print\"
  journalctl -b -n 50 | sudo chamados-agent ticket new --subject \"Errors at start\" --description -
  sudo chamados-agent ticket new --subject \"Nothing starts\" --chat

What the computer is doing now (system, memory, disks, network) goes below the description.")]
    New(NewTicket),
}

#[derive(Debug, Args)]
pub(crate) struct NewTicket {
    /// What it is about, in one line
    #[arg(long)]
    pub(crate) subject: String,
    /// What happened; \"-\" reads it from standard input
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// Begin a live chat on it; it goes on in the panel
    #[arg(long)]
    pub(crate) chat: bool,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) state: StateDirArg,
}

impl NewTicket {
    /// The description given, or what standard input says.
    pub(crate) fn description(&self) -> Result<String> {
        if self.description != "-" {
            return Ok(self.description.clone());
        }
        std::io::read_to_string(std::io::stdin())
            .map_err(|e| Error::System(format!("cannot read the description: {e}")))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Install {
    #[command(flatten)]
    pub(crate) state: StateDirArg,
    /// Print the systemd unit and change nothing
    #[arg(long)]
    pub(crate) print: bool,
    /// Program that the service runs, instead of this one
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    executable: Option<PathBuf>,
}

impl Install {
    /// The program given, or this one.
    pub(crate) fn executable(&self) -> Result<PathBuf> {
        match &self.executable {
            Some(path) => absolute(path),
            None => std::env::current_exe()
                .map_err(|e| Error::System(format!("cannot find this program's own path: {e}"))),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct StateDirArg {
    /// Directory of the credentials [default: /var/lib/chamados-agent for root, else
    /// $XDG_STATE_HOME/chamados-agent or ~/.local/state/chamados-agent]
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
}

impl StateDirArg {
    /// The directory given, or the default one.
    pub(crate) fn path(&self) -> Result<PathBuf> {
        match &self.state_dir {
            Some(path) => absolute(path),
            None => platform::default_state_dir().ok_or_else(|| {
                Error::System("there is no home directory: give --state-dir".to_owned())
            }),
        }
    }
}

fn absolute(path: impl AsRef<std::path::Path>) -> Result<PathBuf> {
    let path = path.as_ref();
    std::path::absolute(path)
        .map_err(|e| Error::System(format!("{} is not a path: {e}", path.display())))
}
