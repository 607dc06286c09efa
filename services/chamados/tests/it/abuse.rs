//! Clients that mean harm: a short form of `cargo xtask bench abuse`.

use std::{path::PathBuf, time::Duration};

use chamados_bench::abuse::{self, Args};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_go_on_and_memory_is_bounded() {
    // Clients need their cryptography chosen; twice is no harm.
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let args = Args {
        server: PathBuf::from(env!("CARGO_BIN_EXE_chamados")),
        duration: Duration::from_millis(1_500),
        connections: 20,
        only: None,
        folder: folder.path().to_owned(),
    };
    for outcome in abuse::run(&args).await.unwrap() {
        assert!(outcome.acts > 0, "nobody attacked: {outcome}");
        // How fast others are served depends on what else the machine does; the long form says it.
        assert_eq!(outcome.failed, 0, "{outcome}");
        assert!(outcome.memory.1 <= outcome.memory.0 * abuse::MEMORY, "{outcome}");
    }
}
