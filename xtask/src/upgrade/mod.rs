//! `cargo xtask upgrade`: an earlier version is built and runs as five processes, and this one takes the place of each while
//! people work, and gives it back. `upgrade.py` does it, by the parts of `check-deploy`; `desk.py` fills what is upgraded.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    cargo,
    check_deploy::{self, path},
    command,
    servers::Servers,
    steps::Steps,
};

/// Below cargo's target folder: the earlier versions' sources, and what was built of them.
const FOLDER: &str = "upgrade";
/// Beside those of [`check_deploy`], which they read.
const OURS: [(&str, &str); 3] = [
    ("desk.py", include_str!("desk.py")),
    ("fixture.py", include_str!("fixture.py")),
    ("upgrade.py", include_str!("upgrade.py")),
];

/// From which version, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The earlier version, as git names it; the last tag, or the commit before this one when there is none
    #[arg(long, value_name = "REVISION")]
    from: Option<String>,
    /// How often, each time with a database of its own
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Takes this version's programs from a folder, instead of building them
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
    /// Upgrades nothing, and writes what the earlier version keeps of a small desk into this folder, for tests
    #[arg(long, value_name = "DIR", conflicts_with = "rounds")]
    fixture: Option<PathBuf>,
}

/// Upgrades.
///
/// # Errors
/// One of the versions does not build, or something is not right.
pub(crate) fn upgrade(args: &Args) -> Result<()> {
    let mut steps = Steps::default();
    let revision = revision(args.from.as_deref())?;
    let folder = cargo::target_folder()?.join(FOLDER);
    let tree = folder.join(&revision);
    let earlier = steps.step("earlier version", || earlier(&revision, &tree, &folder))?;
    let later = match &args.programs {
        Some(folder) => folder.clone(),
        None => steps.step("this version", || {
            cargo::build(&["chamados", "chamados-agent", "chamados-bench"], false)
        })?,
    };
    let scripts = check_deploy::scripts()?;
    for (name, text) in OURS {
        fs::write(scripts.folder.join(name), text)?;
    }
    let servers = Servers::databases_alone()?;
    let postgres = servers.postgres_url()?;
    if let Some(out) = &args.fixture {
        let bench = later.join("chamados-bench");
        let arguments = [path(&earlier)?, path(&bench)?, postgres, path(out)?];
        steps.step("fixture", || scripts.run("fixture.py", &arguments))?;
    } else {
        let rounds = args.rounds.to_string();
        let (earlier, tree, later) = (path(&earlier)?, path(&tree)?, path(&later)?);
        let arguments = [&rounds, earlier, tree, later, postgres, servers.redis_url()?];
        eprintln!("from {revision}");
        steps.check("upgrade and back", || scripts.run("upgrade.py", &arguments));
    }
    servers.stop()?;
    steps.finish()
}

/// The commit that is meant.
fn revision(from: Option<&str>) -> Result<String> {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).output().context("cannot start git")?;
        let said = String::from_utf8(output.stdout)?.trim().to_owned();
        anyhow::Ok(output.status.success().then_some(said))
    };
    let from = match from {
        Some(from) => from.to_owned(),
        None => git(&["describe", "--tags", "--abbrev=0"])?.unwrap_or_else(|| "HEAD^".to_owned()),
    };
    let short = git(&["rev-parse", "--short", "--verify", &format!("{from}^{{commit}}")])?;
    short.with_context(|| format!("git knows no commit {from}"))
}

/// Builds it with its own lock file. All earlier versions share a target folder, and with it most libraries.
fn earlier(revision: &str, tree: &Path, folder: &Path) -> Result<PathBuf> {
    if !tree.exists() {
        let mut git = Command::new("git");
        command::run(git.args(["worktree", "add", "--force", "--detach"]).arg(tree).arg(revision))?;
    }
    let target = folder.join("target");
    let mut build = cargo::cargo();
    build.args(["build", "--locked", "--bins", "--package=chamados", "--package=chamados-agent"]);
    command::run(build.current_dir(tree).env("CARGO_TARGET_DIR", &target))?;
    let programs = target.join("debug");
    ensure!(programs.join("chamados").is_file(), "{} has no chamados", programs.display());
    Ok(programs)
}
