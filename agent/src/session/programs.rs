//! What is installed, looked at beside the stream of a server that wants to know it.

use std::{path::PathBuf, time::Duration};

use chamados_chassis::task;
use chamados_proto::device::v1::{SoftwareDigests, SoftwarePart};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::inventory::software::Software;

/// How often the digests of one look are told again after parts were sent: the server asks for a few parts
/// at a time, and one that asks for the same parts for ever is not answered for ever.
const TELLINGS: u32 = 16;

/// The task that looks, and what it saw last.
pub(super) struct Programs {
    looks: mpsc::Receiver<Software>,
    latest: Software,
    tellings: u32,
    _task: AbortOnDropHandle<()>,
}

impl Programs {
    /// Looks now and then `every` so often.
    pub(super) fn start(root: PathBuf, every: Duration) -> Self {
        // A look that nobody waits for is not begun.
        let (sender, looks) = mpsc::channel(1);
        let task = task::spawn("software", collect(root, every, sender));
        Self {
            looks,
            latest: Software::default(),
            tellings: 0,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// What to tell after the next look, be it the same as before: what was told may have been lost. Cancel
    /// safe.
    pub(super) async fn looked(&mut self) -> SoftwareDigests {
        let Some(latest) = self.looks.recv().await else {
            // The task is gone (it panicked and was logged): there will be no look any more.
            return std::future::pending().await;
        };
        self.latest = latest;
        self.tellings = TELLINGS;
        self.latest.digests()
    }

    /// The parts of these numbers, and what to tell after them.
    pub(super) fn answer(&mut self, parts: &[u32]) -> (Vec<SoftwarePart>, Option<SoftwareDigests>) {
        let again = self.tellings > 0;
        self.tellings = self.tellings.saturating_sub(1);
        (self.latest.select(parts), again.then(|| self.latest.digests()))
    }
}

async fn collect(root: PathBuf, every: Duration, looks: mpsc::Sender<Software>) {
    loop {
        let root = root.clone();
        match tokio::task::spawn_blocking(move || Software::collect(&root)).await {
            Ok(software) => {
                if looks.send(software).await.is_err() {
                    return;
                }
            }
            Err(error) => tracing::error!(%error, "the look at the programs failed"),
        }
        tokio::time::sleep(every).await;
    }
}

/// Completes after the next look, where there is somebody who looks.
pub(super) async fn looked(programs: &mut Option<Programs>) -> SoftwareDigests {
    match programs {
        Some(programs) => programs.looked().await,
        None => std::future::pending().await,
    }
}
