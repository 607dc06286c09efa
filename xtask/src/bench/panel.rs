//! Measures the panel in Chromium against the real server: its entry, its first page, and a list of ten
//! thousand tickets that is scrolled. The tickets are opened through the HTTP API.

use anyhow::Result;

use crate::{
    cargo, command,
    servers::{Needs, Servers},
    web,
};

/// Prints what it measures. The build says how large the entry is.
pub(super) fn measure(release: bool) -> Result<()> {
    web::install()?;
    web::script("build", &["--logLevel", "info"])?;
    let products = cargo::build_products(release)?;
    let servers =
        Servers::start(Needs { databases: false, smtp: false, s3: false, chromium: true })?;
    let measured = command::run(
        web::npx()?
            .args(["playwright", "test", "--config", "bench/playwright.config.ts"])
            .env("CHAMADOS_TEST_BIN_DIR", products)
            .envs(servers.variables()),
    );
    servers.stop()?;
    measured
}
