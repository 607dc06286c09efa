//! Debian's package format (`deb(5)`): an `ar` archive of two compressed tars.
//!
//! Written here, in a page, and not by `dpkg-deb` or `cargo-deb`: so it is also made where Debian's tools are not (CI on
//! another system), without an installation, and the same bytes each time.

use std::{fmt::Write as _, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};
use flate2::Compression;

use super::{archive, archive::File, glibc, read};
use crate::command;

/// Scripts, control file and what else the package has, from here.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../agent/debian");
/// What it is, for people.
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../agent/README.md");
/// Those that dpkg runs.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];
const PROGRAM: &str = "usr/bin/chamados-agent";
const STATE: &str = "var/lib/chamados-agent";
/// Kept when the administrator changed it.
const CONFFILE: &str = "etc/default/chamados-agent";
/// Where Debian 12 and later have it; older ones link to it.
const UNIT: &str = "usr/lib/systemd/system/chamados-agent.service";

/// A package about to be written.
#[derive(Debug)]
pub(super) struct Package {
    name: &'static str,
    version: String,
    architecture: &'static str,
    control: Vec<File>,
    data: Vec<File>,
}

impl Package {
    /// The agent that is `program`.
    ///
    /// # Errors
    /// The program is not there, or not for a system that Debian has a name for.
    pub(super) fn of_agent(program: &Path, version: &str) -> Result<Self> {
        let source = |name: &str| read(&Path::new(SOURCES).join(name));
        let documents = "usr/share/doc/chamados-agent";
        let unit = ["install", "--print", "--executable"];
        let unit = command::output(
            Command::new(program)
                .args(unit)
                .arg(format!("/{PROGRAM}"))
                .arg("--state-dir")
                .arg(format!("/{STATE}")),
        )?;
        let binary = read(program)?;
        let minor = glibc::needed(&binary).context("the agent names no C library")?;
        let manual = archive::gzip(&source("chamados-agent.8")?, Compression::best())?;
        let data = vec![
            File::text(CONFFILE, source("default")?),
            File::program(PROGRAM, binary),
            File::text(UNIT, unit),
            File::text(format!("{documents}/copyright"), source("copyright")?),
            File::text(format!("{documents}/README.md"), read(Path::new(README))?),
            File::text("usr/share/man/man8/chamados-agent.8.gz", manual),
            File::folder(format!("{STATE}/"), 0o700),
        ];
        let architecture = architecture()?;
        let size = data.iter().map(|file| file.content.len().div_ceil(1024)).sum::<usize>();
        let control = String::from_utf8(source("control")?)?
            .replace("{version}", version)
            .replace("{architecture}", architecture)
            .replace("{installed_size}", &size.to_string())
            .replace("{glibc}", &format!("2.{minor}"));
        let mut control =
            vec![File::text("control", control), File::text("conffiles", format!("/{CONFFILE}\n"))];
        for script in SCRIPTS {
            control.push(File::program(script, source(script)?));
        }
        Ok(Self {
            name: "chamados-agent",
            version: version.to_owned(),
            architecture,
            control,
            data,
        })
    }

    /// What the file should be called.
    pub(super) fn file_name(&self) -> String {
        format!("{}_{}_{}.deb", self.name, self.version, self.architecture)
    }

    /// The bytes of the package.
    ///
    /// # Errors
    /// A path is too long.
    pub(super) fn pack(&self, time: u64, level: Compression) -> Result<Vec<u8>> {
        let members = [
            ("debian-binary", b"2.0\n".to_vec()),
            ("control.tar.gz", archive::gzip(&archive::tar("./", &self.control, time)?, level)?),
            ("data.tar.gz", archive::gzip(&archive::tar("./", &self.data, time)?, level)?),
        ];
        let mut package = b"!<arch>\n".to_vec();
        for (name, content) in members {
            let mut header = String::new();
            let size = content.len();
            writeln!(header, "{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`", 0, 0, 100_644)?;
            package.extend_from_slice(header.as_bytes());
            package.extend_from_slice(&content);
            // Each member begins at an even place.
            if size % 2 == 1 {
                package.push(b'\n');
            }
        }
        Ok(package)
    }
}

/// Debian's name for what this program was built for, which is what the agent was built for too.
fn architecture() -> Result<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Ok("amd64"),
        "aarch64" => Ok("arm64"),
        "arm" => Ok("armhf"),
        other => bail!("Debian's name for {other} is not known here"),
    }
}
