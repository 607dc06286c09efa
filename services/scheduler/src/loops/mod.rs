//! What every replica does by itself. Each loop may die anywhere, on any replica: nothing is kept
//! in memory that the rows do not say, and no replica leads.

pub(crate) mod dispatch;
pub(crate) mod gauge;
pub(crate) mod janitor;
pub(crate) mod materialise;
pub(crate) mod reap;

use std::time::Duration;

use chamados_chassis::shutdown::Shutdown;

use crate::error::Result;

/// Does `step` again and again until shutdown, with a pause after each. A step that fails is logged,
/// and done again like any other.
async fn repeat<T, F>(shutdown: Shutdown, name: &'static str, pause: Duration, step: impl Fn() -> F)
where
    F: Future<Output = Result<T>>,
{
    while !shutdown.is_requested() {
        if let Err(error) = step().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(name, error, "a loop stumbled");
        }
        tokio::select! {
            () = shutdown.requested() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
