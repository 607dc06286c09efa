//! `cargo xtask ci`: all that has to pass, the quickest first.

use anyhow::Result;

use crate::{
    cargo::{self, cargo},
    check_deploy, codegen, command, fuzz_api,
    steps::Steps,
    test, tidy, web,
};

/// Stops at the first failure, except among the tests: there every part has its say.
///
/// # Errors
/// Something did not pass.
pub(crate) fn ci() -> Result<()> {
    let mut steps = Steps::default();
    steps.step("format", || command::run(cargo().args(["fmt", "--all", "--check"])))?;
    steps.step("tidy", || tidy::tidy(&tidy::Args::default()))?;
    steps.step("web packages", web::install)?;
    // Before the types: the build writes the table of routes.
    steps.step("web build", web::build)?;
    steps.step("web lint", || web::script("lint", &[]))?;
    steps.step("clippy", || {
        command::run(cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    test::all(&mut steps)?;
    // After the tests: the server is built by then.
    let programs = cargo::build_with_tests()?;
    steps.check("generated files", || codegen::with(&programs, true));
    steps.check("operators' files", || check_deploy::with(&programs));
    steps.check("API fuzzing", || fuzz_api::with(&programs, &fuzz_api::Args::ci()));
    steps.finish()
}
