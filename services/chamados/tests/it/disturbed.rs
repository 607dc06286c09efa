//! People at work while parts die, are cut off and lose each other: a short form of `cargo xtask bench faults`.

use std::{path::PathBuf, time::Duration};

use chamados_bench::faults::{self, Args};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_is_kept_whatever_fails() {
    // Clients need their cryptography chosen; twice is no harm.
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let args = Args {
        server: PathBuf::from(env!("CARGO_BIN_EXE_chamados")),
        faults: 5,
        pause: Duration::from_millis(300),
        people: 4,
        seed: None,
        folder: folder.path().to_owned(),
    };
    let outcome = faults::run(&args).await.unwrap();
    assert!(outcome.violations.is_empty(), "{outcome}{:#?}", outcome.faults);
    assert!(outcome.acknowledged > 20, "hardly anything was done: {outcome}");
}
