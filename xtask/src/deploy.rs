//! `cargo xtask deploy`: an overlay of `k8s/` into the cluster that kubectl is set up for, step by step as
//! docs/OPERATIONS.md has it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::command;

/// Waiting for the migration, and for each service.
const LIMIT: &str = "--timeout=10m";
/// Two folders below the repository, since Kustomize takes relative paths only.
const FOLDER: &str = "target/deploy";
/// As the manifests call it.
const IMAGE: &str = "ghcr.io/example/chamados";

/// What goes where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder of `k8s/overlays`
    overlay: String,
    /// The image instead of the overlay's, with its tag
    #[arg(long, value_name = "NAME:TAG")]
    image: Option<String>,
    #[arg(long, default_value = "chamados")]
    namespace: String,
    /// Prints what would be applied and changes nothing
    #[arg(long)]
    dry_run: bool,
}

/// Applies the overlay, waits for the migration and for every service.
///
/// # Errors
/// kubectl is missing, the cluster refuses something, or a service does not get ready.
pub(crate) fn deploy(args: &Args) -> Result<()> {
    let overlay = Path::new("k8s/overlays").join(&args.overlay);
    ensure!(overlay.join("kustomization.yaml").exists(), "there is no {}", overlay.display());
    let folder = match &args.image {
        Some(image) => with_image(&args.overlay, image)?,
        None => overlay,
    };
    let manifests = command::output(Command::new("kubectl").arg("kustomize").arg(&folder))?;
    let manifests = String::from_utf8(manifests)?;
    if args.dry_run {
        print!("{manifests}");
        return Ok(());
    }
    let kubectl = |arguments: &[&str]| {
        command::run(Command::new("kubectl").args(["--namespace", &args.namespace]).args(arguments))
    };
    // A finished Job cannot be changed.
    kubectl(&["delete", "job", "migrate", "--ignore-not-found"])?;
    kubectl(&["apply", "--kustomize", folder.to_str().context("the path is text")?])?;
    // One process with everything migrates by itself and keeps its files; the five services do neither.
    let migrates = manifests.contains("\nkind: Job\n");
    if migrates {
        kubectl(&["wait", "--for=condition=complete", "job/migrate", LIMIT])?;
    }
    let kind = if migrates { "deployment" } else { "statefulset" };
    kubectl(&["rollout", "status", kind, "--selector=app.kubernetes.io/name=chamados", LIMIT])?;
    Ok(())
}

/// The overlay with another image, as a kustomization of its own: the overlay's file stays as it is.
fn with_image(overlay: &str, image: &str) -> Result<PathBuf> {
    let (name, tag) = image.rsplit_once(':').context("--image needs a tag: NAME:TAG")?;
    let folder = PathBuf::from(FOLDER);
    fs::create_dir_all(&folder)?;
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\
         resources: [../../k8s/overlays/{overlay}]\n\
         images: [{{name: {IMAGE}, newName: {name}, newTag: \"{tag}\"}}]\n"
    );
    fs::write(folder.join("kustomization.yaml"), text)?;
    Ok(folder)
}
