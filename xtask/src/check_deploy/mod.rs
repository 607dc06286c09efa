//! `cargo xtask check-deploy`: whether what an operator is given is right, without a container or a cluster: the
//! Dockerfile, compose files, the Swarm stack, the manifests of Kubernetes, alerts, dashboards, scripts, workflows.
//! `checks.py` asks what no validator knows: whether all of it agrees with the product; `backups.py` backs one up and
//! restores it, `rolls.py` runs the processes of the compose file and restarts each, `pods.py` those of Kubernetes.

mod tools;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use self::tools::Tools;
use crate::{cargo, command, servers::Servers, steps::Steps};

/// Below cargo's target folder.
const FOLDER: &str = "check-deploy";
/// In there: what kustomize made of the combinations.
const BUILT: &str = "k8s";
const RULES: &str = "deploy/prometheus/alerts.yml";
/// Our own checks; they read one another.
const OURS: [(&str, &str); 4] = [
    ("checks.py", include_str!("checks.py")),
    ("backups.py", include_str!("backups.py")),
    ("rolls.py", include_str!("rolls.py")),
    ("pods.py", include_str!("pods.py")),
];
const SCRIPTS: [&str; 4] = [
    "deploy/keyring.sh",
    "deploy/backup/backup.sh",
    "deploy/backup/verify.sh",
    "deploy/backup/restore.sh",
];

/// With which binary the settings are compared.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Asks the `chamados` in this folder whether it takes the manifests' settings, instead of building one
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

/// Checks everything.
///
/// # Errors
/// Something is not right.
pub(crate) fn check_deploy(args: &Args) -> Result<()> {
    let programs = match &args.programs {
        Some(folder) => folder.clone(),
        None => cargo::build_products(false)?,
    };
    with(&programs)
}

/// Checks everything, with a server that was built before.
///
/// # Errors
/// See [`check_deploy`].
pub(crate) fn with(programs: &Path) -> Result<()> {
    let folder = cargo::target_folder()?.join(FOLDER);
    let mut steps = Steps::default();
    let tools = steps.step("tools", || Ok(Tools::install(&folder)))?;
    if let Some(dclint) = &tools.dclint {
        steps.check("compose, habits", || compose_habits(dclint));
    }
    if let Some(docker) = &tools.docker {
        steps.check("stack", || stack(docker));
    }
    if let Some(promtool) = &tools.promtool {
        steps.check("alerts", || alerts(promtool));
    }
    if let Some(amtool) = &tools.amtool {
        steps.check("who hears of alerts", || {
            command::output(
                Command::new(amtool).args(["check-config", "deploy/prometheus/alertmanager.yml"]),
            )
            .map(drop)
        });
    }
    if let Some(python) = &tools.python {
        let with_python = WithPython { programs: python, folder: &folder };
        with_python.check(&mut steps, &tools, &programs.join("chamados"));
    }
    steps.finish()
}

/// Our scripts, where they can be run.
pub(crate) struct Scripts {
    python: PathBuf,
    pub(crate) folder: PathBuf,
}

/// What of it other commands use.
///
/// # Errors
/// There is no Python, or the packages cannot be had.
pub(crate) fn scripts() -> Result<Scripts> {
    let folder = cargo::target_folder()?.join(FOLDER);
    Scripts::write(&tools::python(&folder)?, &folder)
}

impl Scripts {
    fn write(programs: &Path, folder: &Path) -> Result<Self> {
        for (name, text) in OURS {
            fs::write(folder.join(name), text)?;
        }
        Ok(Self { python: programs.join("python"), folder: folder.to_owned() })
    }

    /// Runs one, in the repository's root.
    ///
    /// # Errors
    /// It found something.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Result<()> {
        command::run(Command::new(&self.python).arg(self.folder.join(name)).args(arguments))
    }
}

fn compose_habits(dclint: &Path) -> Result<()> {
    let mut dclint = Command::new(dclint);
    dclint.args([
        "--config",
        "deploy/compose/.dclintrc.yaml",
        "--max-warnings",
        "0",
        "deploy/compose",
    ]);
    command::run(&mut dclint)
}

/// The client alone reads it, as `docker stack deploy` would.
fn stack(docker: &Path) -> Result<()> {
    let mut docker = Command::new(docker);
    command::output(docker.args(["stack", "config", "--compose-file", "deploy/swarm/stack.yml"]))
        .map(drop)
}

fn alerts(promtool: &Path) -> Result<()> {
    for arguments in [
        ["check", "config", "deploy/prometheus/prometheus.yml"],
        ["check", "rules", RULES],
        ["test", "rules", "deploy/prometheus/alerts.test.yml"],
    ] {
        command::output(Command::new(promtool).args(arguments))?;
    }
    Ok(())
}

/// The checks by programs from PyPI.
struct WithPython<'a> {
    programs: &'a Path,
    folder: &'a Path,
}

impl WithPython<'_> {
    fn check(&self, steps: &mut Steps, tools: &Tools, server: &Path) {
        steps.check("YAML", || {
            command::run(self.program("yamllint").args([
                "--strict",
                "deploy",
                "k8s",
                ".github",
                ".yamllint.yaml",
            ]))
        });
        steps.check("Dockerfile", || {
            command::run(self.program("hadolint").arg("deploy/docker/Dockerfile"))
        });
        steps.check("scripts", || {
            let mut shellcheck = self.program("shellcheck");
            command::run(
                shellcheck.args(["--external-sources", "--source-path=SCRIPTDIR"]).args(SCRIPTS),
            )
        });
        steps.check("compose", || self.compose());
        steps.check("metrics", || self.ours(&["metrics"]));
        steps.check("runbooks", || self.ours(&["runbooks"]));
        steps.check("settings are told of", || self.ours(&["documented"]));
        steps.check("versions", || self.ours(&["versions"]));
        if let Some(promtool) = &tools.promtool {
            steps.check("tests of alerts bite", || self.ours(&["alert-tests", path(promtool)?]));
        }
        steps.check("Kubernetes", || {
            let built = self.kubernetes()?;
            self.ours(&["kinds", path(&built)?])?;
            self.ours(&["operations", path(&built)?])?;
            self.ours(&["settings", path(server)?, path(&built)?])
        });
        if tools.sqlite.is_some() {
            steps.check("backups", || self.backups(server));
        }
        steps.check("processes, restarted", || self.rolls("rolls.py", server, &[]));
        let encrypted = self.folder.join(BUILT).join("tests-encrypted.yaml");
        steps.check("pods, restarted", || self.rolls("pods.py", server, &[path(&encrypted)?]));
        steps.check("workflows", || self.workflows());
    }

    fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    fn ours(&self, arguments: &[&str]) -> Result<()> {
        self.script("checks.py", arguments)
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Result<()> {
        Scripts::write(self.programs, self.folder)?.run(name, arguments)
    }

    /// Restores what the scripts backed up, from SQLite and from PostgreSQL.
    fn backups(&self, server: &Path) -> Result<()> {
        let servers = Servers::postgres_alone()?;
        let arguments = [path(server)?, servers.postgres_url()?];
        self.script("backups.py", &arguments)?;
        servers.stop()
    }

    /// Runs the five processes as manifests say, and restarts each while requests go on.
    fn rolls(&self, script: &str, server: &Path, manifests: &[&str]) -> Result<()> {
        let servers = Servers::databases_alone()?;
        let product = [path(server)?, servers.postgres_url()?, servers.redis_url()?];
        self.script(script, &[&product, manifests].concat())?;
        servers.stop()
    }

    /// Tags say how files are merged, which a schema cannot read.
    fn compose(&self) -> Result<()> {
        let plain = emptied(&self.folder.join("compose"))?;
        self.ours(&["untag", path(&plain)?])?;
        let mut schema = self.program("check-jsonschema");
        command::run(schema.args(["--builtin-schema", "vendor.compose-spec"]).args(files(&plain)?))
    }

    /// Builds the overlays and every combination that is a test, and gives the folder of what came out.
    fn kubernetes(&self) -> Result<PathBuf> {
        let built = emptied(&self.folder.join(BUILT))?;
        for group in ["overlays", "tests"] {
            for folder in files(&Path::new("k8s").join(group))? {
                if folder.join("kustomization.yaml").exists() {
                    let text =
                        command::output(self.program("kubectl").arg("kustomize").arg(&folder))?;
                    let name = folder.file_name().context("it has a name")?.to_string_lossy();
                    fs::write(built.join(format!("{group}-{name}.yaml")), text)?;
                }
            }
        }
        // Without `--strict` a misspelt field passes.
        let mut validate = self.program("kubernetes-validate");
        command::run(validate.args(["--strict", "--quiet", "--no-warn"]).args(files(&built)?))?;
        Ok(built)
    }

    fn workflows(&self) -> Result<()> {
        let workflows = files(Path::new(".github/workflows"))?;
        let mut schema = self.program("check-jsonschema");
        command::run(
            schema.args(["--builtin-schema", "vendor.github-workflows"]).args(&workflows),
        )?;
        command::run(self.program("zizmor").args([
            "--offline",
            "--no-progress",
            "--quiet",
            ".github",
        ]))
    }
}

fn emptied(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// What lies in a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// A path as an argument.
///
/// # Errors
/// It is no UTF-8.
pub(crate) fn path(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is no text", path.display()))
}
