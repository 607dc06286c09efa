//! `schemathesis` of exactly one version, in a folder of its own below `target`.

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{http::Client, python};

/// Below the repository.
const FOLDER: &str = "target/fuzz-api";
/// The program and all it stands on, by version.
const REQUIREMENTS: &str = include_str!("requirements.txt");
/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(600);
/// What an answer must be.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

/// The installed program.
pub(super) struct Tool {
    program: PathBuf,
    hooks: PathBuf,
    folder: PathBuf,
}

/// One run of it.
pub(super) struct Run<'a> {
    /// In whose name.
    pub(super) name: &'a str,
    /// Whose session.
    pub(super) client: &'a Client,
    /// Records that are there, by where they can be named.
    pub(super) known: &'a Value,
    pub(super) seed: u32,
    pub(super) examples: u32,
    /// Options that choose operations.
    pub(super) paths: Vec<&'a str>,
}

impl Tool {
    /// Installs it, unless it is there.
    ///
    /// # Errors
    /// There is no Python, or the packages cannot be had.
    pub(super) fn install() -> Result<Self> {
        let folder = std::env::current_dir()?.join(FOLDER);
        let programs = python::environment(&folder, REQUIREMENTS)?;
        let hooks = folder.join("hooks.py");
        fs::write(&hooks, include_str!("hooks.py"))?;
        Ok(Self { program: programs.join("st"), hooks, folder })
    }

    /// Runs it and prints what it did, in full when it found something. Whether all was well.
    ///
    /// # Errors
    /// It cannot be started, or does not end.
    pub(super) fn run(&self, run: &Run<'_>) -> Result<bool> {
        let Run { name, client, known, seed, examples, paths } = run;
        let mut label = (*name).to_owned();
        if let ["--include-path", path, ..] = paths[..] {
            let _infallible = write!(label, " {path}");
        }
        let file = label.replace(['/', ' ', '{', '}'], "-");
        let known_file = self.folder.join(format!("{file}.known.json"));
        let log_file = self.folder.join(format!("{file}.log"));
        fs::write(&known_file, known.to_string())?;
        let log = File::create(&log_file)?;
        let mut program = Command::new(&self.program)
            .args(["run", &format!("{}/api/openapi.json", client.origin())])
            .args(["--header", &format!("Cookie: {}", client.cookie())])
            .args(["--header", &format!("Origin: {}", client.origin())])
            .args(["--phases", "examples,coverage,fuzzing", "--mode", "all", "--checks", CHECKS])
            .args(["--max-examples", &examples.to_string(), "--seed", &seed.to_string()])
            // Who asks is known; whom it refuses, other tests ask.
            .args(["--generation-with-security-parameters", "false"])
            .args(["--generation-database", "none", "--continue-on-failure", "--no-color"])
            .args(["--workers", "1", "--warnings", "off", "--request-timeout", "10"])
            .args(paths)
            .env("SCHEMATHESIS_HOOKS", &self.hooks)
            .env("CHAMADOS_FUZZ_KNOWN", &known_file)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = program.try_wait()? {
                break status;
            }
            if begin.elapsed() > LIMIT {
                program.kill()?;
                program.wait()?;
                bail!("{label}: not done within {LIMIT:?}, see {}", log_file.display());
            }
            thread::sleep(Duration::from_millis(100));
        };
        let took = begin.elapsed().as_secs_f64();
        let said = fs::read_to_string(&log_file)?;
        if status.success() {
            println!("{took:>6.1} s  ok      {label}: {}", cases(&said));
        } else {
            println!("{took:>6.1} s  FAILED  {label}\n{said}");
        }
        Ok(status.success())
    }
}

/// How much was asked.
fn cases(said: &str) -> &str {
    let mut lines = said.lines().map(str::trim);
    let found = lines.find(|line| line.contains("generated")).unwrap_or_default();
    found.trim_end_matches(", all passed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_cases_is_found() {
        assert_eq!(
            cases("Test cases:\n  3213 generated, 3213 passed\n"),
            "3213 generated, 3213 passed"
        );
        assert_eq!(cases(""), "");
    }

    #[test]
    fn everything_has_its_version() {
        assert!(REQUIREMENTS.lines().all(|line| line.contains("==")));
    }
}
