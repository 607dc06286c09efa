//! Waiting for what happens by itself.

use std::time::Duration;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until `probe` gives something.
///
/// # Panics
/// When `limit` passes first, naming `what` did not happen.
pub async fn eventually<T>(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let look = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let found = tokio::time::timeout(limit, look).await;
    found.unwrap_or_else(|_| panic!("not within {limit:?}: {what}"))
}
