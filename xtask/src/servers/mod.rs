//! What tests need besides code: PostgreSQL, Redis, a mail server, a server that speaks S3, and Chromium.
//!
//! [`install`] finds the programs or installs them. The servers belong to a process of their own,
//! the [`keeper`], which holds one end of a pipe: when this process ends, in whatever way, the
//! keeper reads the end of the pipe, ends what tests left running, stops the servers and removes
//! their folder. So nothing here handles signals, and `kill -9` leaves nothing behind either.

mod install;
pub(crate) mod keeper;
mod postgres;
mod processes;
mod redis;
mod server;

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

pub(crate) use self::install::apt_install;

/// A PostgreSQL superuser's URL: tests make databases of their own.
const DATABASE_URL: &str = "CHAMADOS_TEST_DATABASE_URL";
const REDIS_URL: &str = "CHAMADOS_TEST_REDIS_URL";
/// The path of a Python with the module `aiosmtpd`.
const SMTP_PYTHON: &str = "CHAMADOS_TEST_SMTP_PYTHON";
/// The path of a Python with the module `moto`.
const S3_PYTHON: &str = "CHAMADOS_TEST_S3_PYTHON";
/// The path of a Chromium.
const CHROMIUM: &str = "CHAMADOS_TEST_CHROMIUM";
/// Marks every process of a test run with the folder of the run.
const RUN: &str = "CHAMADOS_TEST_RUN";

/// What the chosen tests cannot do without.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    /// PostgreSQL and Redis.
    pub(crate) databases: bool,
    /// A mail server.
    pub(crate) smtp: bool,
    /// A server that speaks S3.
    pub(crate) s3: bool,
    pub(crate) chromium: bool,
}

/// Running servers. They stop when this is dropped.
#[derive(Debug)]
pub(crate) struct Servers {
    keeper: Child,
    variables: BTreeMap<String, String>,
}

impl Servers {
    /// Finds or installs the programs and starts the servers. A variable that is set already is
    /// believed, and nothing is started in its place.
    ///
    /// # Errors
    /// A program is missing and cannot be installed from here, or does not start.
    pub(crate) fn start(needs: Needs) -> Result<Self> {
        let wanted = |needed: bool, variable| needed && env::var_os(variable).is_none();
        Self::start_wanted(install::Wanted {
            postgres: wanted(needs.databases, DATABASE_URL),
            redis: wanted(needs.databases, REDIS_URL),
            smtp: wanted(needs.smtp, SMTP_PYTHON),
            s3: wanted(needs.s3, S3_PYTHON),
            chromium: wanted(needs.chromium, CHROMIUM),
        })
    }

    /// Finds or installs PostgreSQL and starts one that nobody else works with, whatever the variables say.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(crate) fn postgres_alone() -> Result<Self> {
        Self::start_wanted(install::Wanted { postgres: true, ..install::Wanted::default() })
    }

    /// A Redis that nobody else works with.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(crate) fn redis_alone() -> Result<Self> {
        Self::start_wanted(install::Wanted { redis: true, ..install::Wanted::default() })
    }

    /// PostgreSQL and a Redis.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(crate) fn databases_alone() -> Result<Self> {
        let wanted = install::Wanted { postgres: true, redis: true, ..install::Wanted::default() };
        Self::start_wanted(wanted)
    }

    fn start_wanted(wanted: install::Wanted) -> Result<Self> {
        let programs = install::find_or_install(wanted)?;
        let mut command = Command::new(env::current_exe()?);
        command.arg("keep-servers");
        if let Some(path) = &programs.postgres {
            command.arg("--postgres").arg(path);
        }
        if let Some(path) = &programs.redis {
            command.arg("--redis").arg(path);
        }
        let mut keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for this process; the keeper hears of it by the pipe.
            .process_group(0)
            .spawn()
            .context("cannot start the keeper of the servers")?;
        let answer = keeper.stdout.take().context("the keeper has an output")?;
        let mut servers = Self { keeper, variables: BTreeMap::new() };

        let mut line = String::new();
        BufReader::new(answer).read_line(&mut line)?;
        ensure!(!line.is_empty(), "the servers for the tests did not start, see above");
        servers.variables = serde_json::from_str(&line)?;
        if let Some(path) = programs.smtp {
            servers.variables.insert(SMTP_PYTHON.into(), path.display().to_string());
        }
        if let Some(path) = programs.s3 {
            servers.variables.insert(S3_PYTHON.into(), path.display().to_string());
        }
        if let Some(path) = programs.chromium {
            servers.variables.insert(CHROMIUM.into(), path.display().to_string());
        }
        for (name, value) in &servers.variables {
            eprintln!("{name}={value}");
        }
        Ok(servers)
    }

    /// The environment of the tests.
    pub(crate) fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// URL of the PostgreSQL that was started.
    ///
    /// # Errors
    /// None was.
    pub(crate) fn postgres_url(&self) -> Result<&str> {
        self.variables.get(DATABASE_URL).map(String::as_str).context("no PostgreSQL was started")
    }

    /// URL of the Redis that was started.
    ///
    /// # Errors
    /// None was.
    pub(crate) fn redis_url(&self) -> Result<&str> {
        self.variables.get(REDIS_URL).map(String::as_str).context("no Redis was started")
    }

    /// Stops the servers and waits until they and their folder are gone.
    ///
    /// # Errors
    /// Something could not be removed.
    pub(crate) fn stop(mut self) -> Result<()> {
        let status = self.end()?;
        ensure!(status.success(), "the servers of the tests did not stop well, see above");
        Ok(())
    }

    fn end(&mut self) -> Result<std::process::ExitStatus> {
        drop(self.keeper.stdin.take());
        self.keeper.wait().context("cannot wait for the keeper of the servers")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("warning: {error:#}");
        }
    }
}
