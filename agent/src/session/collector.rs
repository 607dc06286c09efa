//! The inventory, looked at again and again beside the stream: a disk that hangs must not hold up
//! the heartbeats.

use std::{path::PathBuf, sync::Arc, time::Duration};

use chamados_chassis::task;
use tokio::sync::{Notify, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::inventory::Inventory;

/// How long a stream waits for the first look; then it begins without an inventory.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// The task that looks, and what it saw last. At most one look is under way.
pub(super) struct Collector {
    latest: watch::Receiver<Arc<Inventory>>,
    now: Arc<Notify>,
    _task: AbortOnDropHandle<()>,
}

impl Collector {
    /// Looks now and then `every` so often.
    pub(super) fn start(root: PathBuf, every: Duration) -> Self {
        let (sender, latest) = watch::channel(Arc::new(Inventory::default()));
        let now = Arc::new(Notify::new());
        let task = task::spawn("inventory", collect(root, every, sender, now.clone()));
        Self { latest, now, _task: AbortOnDropHandle::new(task) }
    }

    /// The inventory a new stream begins with. A reconnect is when addresses change: it also asks
    /// for another look, whose differences follow by [`changed`](Self::changed).
    pub(super) async fn begin(&mut self) -> Arc<Inventory> {
        let seen = |inventory: &Arc<Inventory>| **inventory != Inventory::default();
        let first_look = tokio::time::timeout(FIRST_LOOK, self.latest.wait_for(seen)).await;
        if first_look.is_err() {
            tracing::warn!("the inventory takes long: connecting without it");
        }
        drop(first_look);
        self.now.notify_one();
        self.latest.borrow_and_update().clone()
    }

    /// The next inventory that is not the same as the last. Cancel safe.
    pub(super) async fn changed(&mut self) -> Arc<Inventory> {
        if self.latest.changed().await.is_err() {
            // The task is gone (it panicked and was logged): nothing will change any more.
            std::future::pending::<()>().await;
        }
        self.latest.borrow_and_update().clone()
    }
}

async fn collect(
    root: PathBuf,
    every: Duration,
    latest: watch::Sender<Arc<Inventory>>,
    now: Arc<Notify>,
) {
    loop {
        let root = root.clone();
        match tokio::task::spawn_blocking(move || Inventory::collect(&root)).await {
            Ok(inventory) => {
                latest.send_if_modified(|known| {
                    let changed = **known != inventory;
                    *known = Arc::new(inventory);
                    changed
                });
            }
            Err(error) => tracing::error!(%error, "the inventory failed"),
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = now.notified() => {}
        }
    }
}
