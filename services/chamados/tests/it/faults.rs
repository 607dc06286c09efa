//! The scheduler's replicas as processes that die, freeze and lose their database: a short form of
//! `cargo xtask bench scheduler-faults`.

use std::{path::PathBuf, time::Duration};

use chamados_bench::scheduler::faults::{self, Args};
use tempfile::TempDir;

/// On a busy machine faults may hit nothing in so short a time; then they go on for longer.
const TRIES: [Duration; 3] =
    [Duration::from_secs(10), Duration::from_secs(20), Duration::from_secs(40)];

/// The faults of a few seconds, on an owner of work that remembers or forgets what it did.
fn short(folder: &TempDir, forgetful: bool, duration: Duration) -> Args {
    Args {
        server: PathBuf::from(env!("CARGO_BIN_EXE_chamados")),
        redis: chamados_testkit::redis::url().unwrap(),
        replicas: 3,
        schedules: 10,
        duration,
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
    for duration in TRIES {
        let outcome = faults::run(&short(&folder, false, duration)).await.unwrap();
        assert!(outcome.tally.is_clean(), "{outcome:#?}");
        assert!(outcome.tally.runs >= 50, "{outcome:#?}");
        assert_eq!(outcome.stops, 1);
        if outcome.tally.attempts > outcome.tally.runs {
            return;
        }
    }
    panic!("no fault hit a run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_faults_would_double_effects_if_nobody_remembered() {
    let folder = open_folder();
    for duration in TRIES {
        let outcome = faults::run(&short(&folder, true, duration)).await.unwrap();
        if outcome.tally.doubled > 0 {
            return;
        }
    }
    panic!("the faults are too few to show anything");
}

/// PostgreSQL's account has to find its own folder in it.
fn open_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    folder
}
