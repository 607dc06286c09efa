//! `cargo xtask bench`: measurements, one file each. They print numbers and judge nothing.

mod sign_in;

use anyhow::Result;

/// What to measure.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Bench {
    /// Whether the time of a refused sign-in tells that an e-mail address is known
    SignIn,
}

/// Measures on a product built with optimisation, or without.
///
/// # Errors
/// The product does not build or start.
pub(crate) fn bench(what: Bench, release: bool) -> Result<()> {
    match what {
        Bench::SignIn => sign_in::measure(release),
    }
}
