//! Ready runs are claimed, as many as this replica has hands for, and worked on beside each other.

use std::sync::Arc;

use chamados_chassis::shutdown::Shutdown;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    app::{
        App,
        claim::{self, Claim},
        execute,
    },
    error::Result,
};

/// Runs until shutdown. Runs that are being worked on then go on for a while; the shutdown waits
/// for them.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let hands = Arc::new(Semaphore::new(app.config.concurrency as usize));
    while !shutdown.is_requested() {
        let claimed = claim_and_spawn(&app, &hands, &shutdown).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "no runs could be claimed");
            0
        });
        if claimed == 0 {
            tokio::select! {
                () = shutdown.requested() => {}
                () = app.ready.notified() => {}
                () = tokio::time::sleep(app.config.poll()) => {}
            }
        }
    }
}

async fn claim_and_spawn(app: &App, hands: &Arc<Semaphore>, shutdown: &Shutdown) -> Result<usize> {
    let mut permits = free(hands);
    if permits.is_empty() {
        return Ok(0);
    }
    let claims = claim::ready(app, permits.len() as u64).await?;
    let claimed = claims.len();
    for (claim, permit) in claims.into_iter().zip(permits.drain(..)) {
        shutdown.spawn("run", work(app.clone(), claim, permit, shutdown.clone()));
    }
    Ok(claimed)
}

/// Every free hand.
fn free(hands: &Arc<Semaphore>) -> Vec<OwnedSemaphorePermit> {
    std::iter::from_fn(|| Arc::clone(hands).try_acquire_owned().ok()).collect()
}

async fn work(app: App, claim: Claim, permit: OwnedSemaphorePermit, shutdown: Shutdown) {
    let stop = async {
        shutdown.requested().await;
        tokio::time::sleep(app.config.drain()).await;
    };
    execute::run(&app, &claim, stop).await;
    drop(permit);
    app.ready.notify_one();
}
