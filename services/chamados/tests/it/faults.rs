//! The scheduler's replicas as processes that die, freeze and lose their database: a short form of
//! `cargo xtask bench scheduler-faults`.

use std::{path::PathBuf, time::Duration};

use chamados_bench::scheduler::faults::{self, Args};
use tempfile::TempDir;

/// The faults of a few seconds, on an owner of work that remembers or forgets what it did.
fn short(folder: &TempDir, forgetful: bool) -> Args {
    Args {
        server: PathBuf::from(env!("CARGO_BIN_EXE_chamados")),
        redis: chamados_testkit::redis::url().unwrap(),
        replicas: 3,
        schedules: 10,
        duration: Duration::from_secs(10),
        kill_every: Duration::from_millis(700),
        stops: 1,
        forgetful,
        seed: None,
        folder: folder.path().to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_run_has_one_effect_whatever_happens_to_replicas_and_database() {
    let folder = open_folder();
    let outcome = faults::run(&short(&folder, false)).await.unwrap();
    assert!(outcome.tally.is_clean(), "{outcome:#?}");
    assert!(outcome.tally.runs >= 50, "{outcome:#?}");
    assert!(outcome.tally.attempts > outcome.tally.runs, "no fault hit a run: {outcome:#?}");
    assert_eq!(outcome.stops, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_faults_would_double_effects_if_nobody_remembered() {
    let folder = open_folder();
    let outcome = faults::run(&short(&folder, true)).await.unwrap();
    assert!(outcome.tally.doubled > 0, "the faults are too few to show anything: {outcome:#?}");
}

/// PostgreSQL's account has to find its own folder in it.
fn open_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    folder
}
