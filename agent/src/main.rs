//! `chamados-agent`: the command line of the agent.

mod cli;

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use chamados_agent::{
    ENROLL_AGAIN, EnrollOptions, Error, Exit, Result, RunOptions, TicketOptions, service, usb,
};
use chamados_chassis::{
    shutdown,
    shutdown::Shutdown,
    task,
    telemetry::{Telemetry, TelemetryError},
};
use clap::Parser as _;
use cli::{Cli, Command, Ticket};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version come this way too, and are no failure.
        Err(answer) => {
            let printed = answer.print();
            return ExitCode::from(u8::from(answer.use_stderr() || printed.is_err()));
        }
    };
    match execute(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("chamados-agent: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

fn execute(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Enroll(arguments) => enroll(&arguments),
        Command::Run(arguments) => run(&arguments),
        Command::Status(arguments) => status(&arguments),
        Command::Ticket(Ticket::New(arguments)) => ticket(&arguments),
        Command::Install(arguments) => install(&arguments),
        Command::Uninstall => uninstall(),
    }
}

fn enroll(arguments: &cli::Enroll) -> Result<ExitCode> {
    let mut options = EnrollOptions::new(
        &arguments.server,
        arguments.code.clone(),
        &arguments.email,
        arguments.state.path()?,
    );
    options.transport = arguments.transport()?;
    let enrolled = block_on(chamados_agent::enroll(&options))??;
    let record = if enrolled.reused { "its earlier record is used again" } else { "a new record" };
    say(&format!("Enrolled as device {} ({record})", enrolled.device_id))
}

fn run(arguments: &cli::Run) -> Result<ExitCode> {
    let mut options = RunOptions::new(arguments.state.path()?);
    options.usb_root = arguments.usb_root()?;
    options.inventory_interval = arguments.inventory_interval();
    options.carrier = arguments.carrier();
    let exit = block_on(async {
        let telemetry = Telemetry::init(&arguments.telemetry()).map_err(|error| match error {
            TelemetryError::Filter(reason) => {
                Error::System(format!("--log-filter cannot be read: {reason}"))
            }
            TelemetryError::Start(reason) => Error::System(format!("--otlp-endpoint: {reason}")),
        })?;
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        task::spawn("signals", async move {
            match shutdown::signal().await {
                Ok(()) => stop.request(),
                Err(error) => tracing::error!(%error, "cannot listen to signals"),
            }
        });
        let exit = chamados_agent::run(options, shutdown).await;
        // What is left to send is sent by this runtime, so its only thread must not be the one that waits.
        let _panicked = tokio::task::spawn_blocking(move || telemetry.shutdown()).await;
        exit
    })??;
    Ok(match exit {
        Exit::Stopped => ExitCode::SUCCESS,
        Exit::Reset => ExitCode::from(ENROLL_AGAIN),
    })
}

fn status(arguments: &cli::Status) -> Result<ExitCode> {
    let report = chamados_agent::status(&arguments.state.path()?)?;
    if arguments.json {
        let json = serde_json::to_string_pretty(&report)
            .map_err(|e| Error::System(format!("cannot encode the status: {e}")))?;
        say(&json)
    } else {
        say(&report.to_string())
    }
}

fn ticket(arguments: &cli::NewTicket) -> Result<ExitCode> {
    let (subject, description) = (arguments.subject.clone(), arguments.description()?);
    let mut options = TicketOptions::new(arguments.state.path()?, subject, description);
    options.chat = arguments.chat;
    let opened = block_on(chamados_agent::open_ticket(options))??;
    if arguments.json {
        let json = serde_json::to_string_pretty(&opened)
            .map_err(|e| Error::System(format!("cannot encode the ticket: {e}")))?;
        return say(&json);
    }
    let chat = if opened.chat_id.is_some() { " (its chat is open in the panel)" } else { "" };
    say(&format!("Opened ticket {}: {}{chat}", opened.number, opened.subject))
}

fn install(arguments: &cli::Install) -> Result<ExitCode> {
    let executable = arguments.executable()?;
    let state_dir = arguments.state.path()?;
    if arguments.print {
        return say(service::unit(&executable, &state_dir)?.trim_end());
    }
    let installed = service::install(&executable, &state_dir)?;
    let next = if installed.active {
        "started, now and at every start of this computer"
    } else {
        "systemd does not run here: it starts with `systemctl enable --now chamados-agent`"
    };
    say(&format!("Installed {} ({next})", installed.path.display()))
}

fn uninstall() -> Result<ExitCode> {
    let removed = service::uninstall()?;
    // Nobody would be left to lift it.
    usb::enforce(Path::new("/"), usb::Policy::Allow)
        .map_err(|e| Error::System(format!("USB storage stays restricted: {e}")))?;
    match removed {
        Some(removed) => say(&format!("Removed {}", removed.path.display())),
        None => say("There is no service to remove"),
    }
}

/// Prints one answer. Nobody reading it (a closed pipe) is no failure.
fn say(text: &str) -> Result<ExitCode> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::System(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Runs one future on one thread, which is plenty for one stream.
fn block_on<F: Future>(future: F) -> Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::System(format!("cannot start: {e}")))?;
    let output = runtime.block_on(future);
    // A look at a disk that hangs must not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(output)
}
