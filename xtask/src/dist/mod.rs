//! `cargo xtask dist`: what is given to people who do not build: the agent as a Debian package, the server as an archive.

mod archive;
mod deb;
mod glibc;
#[cfg(test)]
mod tests;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use flate2::Compression;

use self::{archive::File, deb::Package};
use crate::{cargo, command, steps::Steps, web};

/// Where the results are, in cargo's target folder.
const FOLDER: &str = "dist";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What goes with the server, and what it is called there.
const WITH_SERVER: [(&str, &str); 5] = [
    ("README.md", "README.md"),
    ("services/chamados/src/config.default.toml", "chamados.toml.example"),
    ("docs/OPERATIONS.md", "docs/OPERATIONS.md"),
    ("docs/OPERATIONS.pt-BR.md", "docs/OPERATIONS.pt-BR.md"),
    ("docs/CONFIGURATION.md", "docs/CONFIGURATION.md"),
];
/// Programs that go with it, under the names that the pages call them by.
const SCRIPTS: [&str; 5] = [
    "deploy/keyring.sh",
    "deploy/backup/backup.sh",
    "deploy/backup/common.sh",
    "deploy/backup/restore.sh",
    "deploy/backup/verify.sh",
];

/// What to pack.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Packs the programs in this folder instead of building them for release
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

/// Builds for release and packs into `target/dist`. The same sources give the same bytes.
///
/// # Errors
/// Something does not build, or this is no system that Debian has a name for.
pub(crate) fn dist(args: &Args) -> Result<()> {
    let mut steps = Steps::default();
    let programs = match &args.programs {
        Some(folder) => folder.clone(),
        None => {
            steps.step("panel", web::build)?;
            steps.step("programs", || cargo::build_products(true))?
        }
    };
    let folder = cargo::target_folder()?.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let time = source_time()?;
    let packed = steps.step("agent", || agent(&programs, &folder, time, Compression::best()))?;
    println!("{}", packed.display());
    let packed = steps.step("server", || server(&programs, &folder, time))?;
    println!("{}", packed.display());
    steps.finish()
}

/// The Debian package of the agent.
fn agent(programs: &Path, folder: &Path, time: u64, level: Compression) -> Result<PathBuf> {
    let package = Package::of_agent(&programs.join("chamados-agent"), VERSION)?;
    let path = folder.join(package.file_name());
    write(&path, &package.pack(time, level)?)?;
    Ok(path)
}

/// The server with what an operator reads first.
fn server(programs: &Path, folder: &Path, time: u64) -> Result<PathBuf> {
    let name = format!("chamados-{VERSION}-{}-{}", env::consts::ARCH, env::consts::OS);
    let mut files =
        vec![File::program(format!("{name}/chamados"), read(&programs.join("chamados"))?)];
    for (source, called) in WITH_SERVER {
        files.push(File::text(format!("{name}/{called}"), read(Path::new(source))?));
    }
    for script in SCRIPTS {
        files.push(File::program(format!("{name}/{script}"), read(Path::new(script))?));
    }
    let path = folder.join(format!("{name}.tar.gz"));
    write(&path, &archive::gzip(&archive::tar("", &files, time)?, Compression::best())?)?;
    Ok(path)
}

/// The time that packed files get: of the latest commit, unless `SOURCE_DATE_EPOCH` says otherwise.
fn source_time() -> Result<u64> {
    let time = match env::var("SOURCE_DATE_EPOCH") {
        Ok(time) => time,
        Err(_) => {
            let mut git = Command::new("git");
            String::from_utf8(command::output(git.args(["log", "-1", "--format=%ct"]))?)?
        }
    };
    time.trim().parse().with_context(|| format!("{time:?} is no time in seconds"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}
