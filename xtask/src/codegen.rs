//! `cargo xtask codegen`: OpenAPI from the server, TypeScript from OpenAPI.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::{cargo, command, web};

const OPENAPI: &str = "web/openapi.json";
const STALE: &str = "is stale: run `cargo xtask codegen` and commit what it writes";

/// Writes both files, or with `check` compares them with what would be written.
///
/// # Errors
/// The server does not build, or a file is stale.
pub(crate) fn codegen(check: bool) -> Result<()> {
    web::build()?;
    with(&cargo::build_products(false)?, check)
}

/// The same with the server in the folder `products`.
///
/// # Errors
/// The server does not tell, or a file is stale.
pub(crate) fn with(products: &Path, check: bool) -> Result<()> {
    web::install()?;
    let fresh = command::output(Command::new(products.join("chamados")).arg("openapi"))?;
    if check {
        let committed = fs::read(OPENAPI).with_context(|| format!("cannot read {OPENAPI}"))?;
        ensure!(committed == fresh, "{OPENAPI} {STALE}");
        web::script("gen", &["--check"]).with_context(|| format!("web/src/api/gen {STALE}"))
    } else {
        fs::write(OPENAPI, fresh).with_context(|| format!("cannot write {OPENAPI}"))?;
        web::script("gen", &[])
    }
}
