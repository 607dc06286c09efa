//! A PostgreSQL that may be stopped in the middle of its work, and started again.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, User, geteuid},
};

/// How long it may take to answer.
const LIMIT: Duration = Duration::from_secs(60);
/// A process that ends takes nothing that was committed along; only a machine that loses power might, and
/// none of them does here.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "fsync=off",
    "log_min_messages=fatal",
];

/// A cluster of its own, gone when dropped.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    account: Option<(u32, u32)>,
    server: Option<Child>,
}

impl Cluster {
    /// Makes and starts one in `parent`.
    pub(crate) fn start(parent: &Path) -> Result<Self> {
        let account = match geteuid().is_root() {
            false => None,
            // PostgreSQL refuses to run as root.
            true => {
                let user = ["postgres", "nobody"]
                    .into_iter()
                    .find_map(|name| User::from_name(name).ok()?);
                let user = user.context("no user to run PostgreSQL as")?;
                Some((user.uid.as_raw(), user.gid.as_raw()))
            }
        };
        let folder = parent.join("postgres");
        fs::create_dir(&folder)?;
        let (user, group) = account.unzip();
        chown(&folder, user, group)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut cluster = Self { programs: programs()?, folder, port, account, server: None };
        let made = cluster
            .command("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"])
            .args(["--locale=C.UTF-8", "--pgdata"])
            .arg(cluster.folder.join("data"))
            .stdout(Stdio::null())
            .status();
        ensure!(made.is_ok_and(|status| status.success()), "initdb failed");
        cluster.begin()?;
        Ok(cluster)
    }

    /// A superuser's URL.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        self.prepare(&mut command);
        command
    }

    fn prepare(&self, command: &mut Command) {
        command.current_dir(&self.folder).stdin(Stdio::null());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
    }

    /// Starts it where it was, and waits until it answers.
    pub(crate) fn begin(&mut self) -> Result<()> {
        let log =
            File::options().create(true).append(true).open(self.folder.with_extension("log"))?;
        // It ends with whoever started it, however that ends.
        let mut server = Command::new("setpriv");
        server.args(["--pdeathsig", "QUIT", "--"]).arg(self.programs.join("postgres"));
        self.prepare(&mut server);
        server.arg("-D").arg(self.folder.join("data")).arg("-p").arg(self.port.to_string());
        for setting in SETTINGS {
            server.args(["-c", setting]);
        }
        let server = server.stdout(log.try_clone()?).stderr(log).spawn();
        self.server = Some(server.context("cannot start PostgreSQL")?);
        let begin = Instant::now();
        while begin.elapsed() < LIMIT {
            let answers = self
                .command("pg_isready")
                .args(["--quiet", "--host=127.0.0.1", "--username=postgres"])
                .arg(format!("--port={}", self.port))
                .status();
            if answers.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL is silent for {LIMIT:?}")
    }

    /// Ends it at once: connections break, what was not committed is gone.
    pub(crate) fn cut(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        kill(Pid::from_raw(server.id().cast_signed()), Signal::SIGQUIT)?;
        server.wait()?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.cut() {
            eprintln!("warning: PostgreSQL does not stop: {error:#}");
        }
    }
}

/// Where Debian, or the path of this process, has PostgreSQL's programs; the newest version of several.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.splice(0..0, std::env::split_paths(&path).collect::<Vec<_>>());
    let found = folders.into_iter().rev().find(|folder| {
        ["initdb", "postgres", "pg_isready"].iter().all(|program| folder.join(program).exists())
    });
    found.context("PostgreSQL's programs are not here; on Debian: apt-get install postgresql")
}
