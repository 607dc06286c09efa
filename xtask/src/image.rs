//! `cargo xtask image`: the container's image, named after the version and the commit it is built from.

use std::process::Command;

use anyhow::Result;

use crate::command;

const DOCKERFILE: &str = "deploy/docker/Dockerfile";

/// What to call it, and whether to give it away.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Without a tag
    #[arg(long, default_value = "ghcr.io/example/chamados")]
    name: String,
    #[arg(long, default_value = env!("CARGO_PKG_VERSION"))]
    tag: String,
    /// Pushes it to its registry afterwards
    #[arg(long)]
    push: bool,
}

/// Builds the image, and pushes it when asked to.
///
/// # Errors
/// There is no Docker, it does not build, or the registry refuses it.
pub(crate) fn image(args: &Args) -> Result<()> {
    let image = format!("{}:{}", args.name, args.tag);
    let commit =
        String::from_utf8(command::output(Command::new("git").args(["rev-parse", "HEAD"]))?)?;
    let mut build = Command::new("docker");
    build.args(["build", "--pull", "--file", DOCKERFILE, "--tag", &image]);
    build.args(["--label", &format!("org.opencontainers.image.revision={}", commit.trim())]);
    build.args(["--label", &format!("org.opencontainers.image.version={}", args.tag), "."]);
    command::run(build.env("DOCKER_BUILDKIT", "1"))?;
    if args.push {
        command::run(Command::new("docker").args(["push", &image]))?;
    }
    println!("{image}");
    Ok(())
}
