//! `cargo xtask test`: every test with what it needs.

use std::path::Path;

use anyhow::Result;

use crate::{
    cargo::{self, cargo},
    command,
    servers::{Needs, Servers},
    steps::Steps,
    web,
};

/// Which tests.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// One kind of test only
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Part of the name of a test; of a Rust test unless `--only` says otherwise
    filter: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Unit, store and integration tests of every crate
    Rust,
    /// Types and unit tests of the panel
    Web,
    /// The story in a browser, against the real server and the real agent
    E2e,
}

impl Args {
    /// Browser tests only.
    pub(crate) fn e2e(filter: Option<String>) -> Self {
        Self { only: Some(Part::E2e), filter }
    }

    fn parts(&self) -> Vec<Part> {
        match (self.only, &self.filter) {
            (Some(part), _) => vec![part],
            (None, Some(_)) => vec![Part::Rust],
            (None, None) => vec![Part::Rust, Part::Web, Part::E2e],
        }
    }
}

/// Runs the chosen tests.
///
/// # Errors
/// A test failed, or what it needs cannot be had.
pub(crate) fn test(args: &Args) -> Result<()> {
    let mut steps = Steps::default();
    parts(&args.parts(), args.filter.as_deref(), &mut steps)?;
    steps.finish()
}

/// Runs every test as steps of a longer command.
///
/// # Errors
/// What the tests need cannot be had. A failed test only shows in [`Steps::finish`].
pub(crate) fn all(steps: &mut Steps) -> Result<()> {
    parts(&Args::default().parts(), None, steps)
}

fn parts(parts: &[Part], filter: Option<&str>, steps: &mut Steps) -> Result<()> {
    steps.step("panel", web::build)?;
    let servers = steps.step("servers", || {
        Servers::start(Needs {
            databases: parts.contains(&Part::Rust) || parts.contains(&Part::E2e),
            smtp: parts.contains(&Part::Rust),
            s3: parts.contains(&Part::Rust),
            chromium: parts.contains(&Part::E2e),
        })
    })?;
    for part in parts {
        match part {
            Part::Rust => steps.check("rust tests", || rust(&servers, filter)),
            Part::Web => {
                steps.check("web types", || web::script("typecheck", &[]));
                steps.check("web tests", || web::script("test", filter.as_slice()));
            }
            Part::E2e => steps.check("browser tests", || {
                let products = match parts.contains(&Part::Rust) {
                    true => cargo::build_with_tests()?,
                    false => cargo::build(&["chamados", "chamados-agent", "chamados-demo"], false)?,
                };
                browser(&servers, &products, filter)
            }),
        }
    }
    servers.stop()
}

fn rust(servers: &Servers, filter: Option<&str>) -> Result<()> {
    command::run(
        cargo()
            .args(["test", "--workspace", "--no-fail-fast"])
            .args(filter)
            .envs(servers.variables()),
    )
}

fn browser(servers: &Servers, products: &Path, filter: Option<&str>) -> Result<()> {
    command::run(
        web::npx()?
            .args(["playwright", "test"])
            .args(filter)
            .env("CHAMADOS_TEST_BIN_DIR", products)
            .envs(servers.variables()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_alone_means_rust() {
        assert_eq!(Args::default().parts(), [Part::Rust, Part::Web, Part::E2e]);
        let filter = Some("ticket".to_owned());
        assert_eq!(Args { only: None, filter: filter.clone() }.parts(), [Part::Rust]);
        assert_eq!(Args { only: Some(Part::Web), filter: filter.clone() }.parts(), [Part::Web]);
        assert_eq!(Args::e2e(filter).parts(), [Part::E2e]);
    }
}
