//! Makes the schedules every installation has.

use super::App;
use crate::{domain::builtin::BUILTINS, error::Result, store};

/// Makes the built-in schedules that are not there, and brings the others up to date. Any number of
/// replicas may do it, any number of times.
///
/// # Errors
/// [`crate::Error::Store`].
pub async fn builtins(app: &App) -> Result<()> {
    let tx = app.db.begin().await?;
    let now = store::clock::now(&tx).await?;
    for builtin in BUILTINS {
        store::schedules::register(&tx, &builtin.schedule(now)).await?;
    }
    tx.commit().await?;
    Ok(())
}
