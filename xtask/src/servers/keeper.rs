//! The process that owns the servers of one test run. See [`super`] for why it is one.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use nix::{errno::Errno, sys::signal, unistd::Pid};
use tempfile::TempDir;

use super::{DATABASE_URL, REDIS_URL, RUN, postgres, processes, redis, server::Account};

const PREFIX: &str = "chamados-test-";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of PostgreSQL's programs
    #[arg(long)]
    postgres: Option<PathBuf>,
    /// The Redis server
    #[arg(long)]
    redis: Option<PathBuf>,
}

/// Starts the servers, writes the environment of the tests as one line of JSON, and keeps them
/// until standard input ends.
///
/// # Errors
/// A server does not start; the folder cannot be removed.
pub(crate) fn keep(args: &Args) -> Result<()> {
    let folder = make_folder()?;
    let path = folder.path();
    let account = Account::unprivileged()?;
    let mut variables = BTreeMap::from([(RUN, path.display().to_string())]);
    let mut servers = Vec::new();
    if let Some(programs) = &args.postgres {
        let (server, url) = postgres::start(programs, path, account)?;
        servers.push(server);
        variables.insert(DATABASE_URL, url);
    }
    if let Some(program) = &args.redis {
        let (server, url) = redis::start(program, path, account)?;
        servers.push(server);
        variables.insert(REDIS_URL, url);
    }
    // What a test forgets to remove, or cannot, goes with the folder of the run.
    let temporary = path.join("tmp");
    fs::create_dir(&temporary)?;
    variables.insert("TMPDIR", temporary.display().to_string());

    let mut answer = io::stdout().lock();
    writeln!(answer, "{}", serde_json::to_string(&variables)?)?;
    answer.flush()?;
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;

    let left = processes::end_marked(RUN, path);
    for server in servers {
        server.stop();
    }
    folder.close().context("cannot remove the folder of the servers")?;
    for process in left {
        // The terminal may be gone, which is no reason to panic.
        let _ = writeln!(io::stderr(), "warning: ended what a test left running: {process}");
    }
    Ok(())
}

/// A folder which names this process, for [`remove_stale`], and which servers may enter.
fn make_folder() -> Result<TempDir> {
    let parent = std::env::temp_dir();
    remove_stale(&parent);
    let folder = tempfile::Builder::new()
        .prefix(&format!("{PREFIX}{}-", std::process::id()))
        .tempdir_in(&parent)
        .with_context(|| format!("cannot make a folder in {}", parent.display()))?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// Clears up after keepers that were killed. Not a word when that fails: another keeper may be
/// doing the same, or the folder is another user's.
fn remove_stale(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let keeper = name.to_str().and_then(keeper_of);
        if keeper.is_some_and(|pid| signal::kill(pid, None) == Err(Errno::ESRCH)) {
            processes::end_marked(RUN, &entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn keeper_of(folder: &str) -> Option<Pid> {
    let (pid, _random) = folder.strip_prefix(PREFIX)?.split_once('-')?;
    pid.parse().ok().filter(|pid| *pid > 0).map(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_dead_keepers_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        // Above the highest process id Linux gives.
        let dead = parent.path().join(format!("{PREFIX}{}-abc", 1 << 22 | 1));
        let live = parent.path().join(format!("{PREFIX}{}-abc", std::process::id()));
        let other = parent.path().join("other-1-abc");
        for folder in [&dead, &live, &other] {
            fs::create_dir(folder).unwrap();
        }
        remove_stale(parent.path());
        assert!(!dead.exists());
        assert!(live.exists());
        assert!(other.exists());
    }

    #[test]
    fn the_keeper_is_read_from_the_name() {
        assert_eq!(keeper_of("chamados-test-42-x1"), Some(Pid::from_raw(42)));
        for name in ["chamados-test-x-y", "chamados-test-42", "chamados-test--1-x", "42-x"] {
            assert_eq!(keeper_of(name), None, "{name}");
        }
    }
}
