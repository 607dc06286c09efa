//! The product with an invented year of data, for people who want to see it in use.
//!
//! A [`Folder`] is [filled](fill) once: a `plan` of the year is made from a seed, and a `play` does what is
//! planned through the product's own calls, on a `stage` where the clock is moved from one moment to the next.
//! So every record is one that the product wrote, by its rules. Then the folder is [served](serve) as any other,
//! with computers beside the server that are simulated. In `catalog/` stands what people ask for.
#![allow(
    clippy::disallowed_methods,
    reason = "a tool at the edge: it owns its process and knows the time"
)]

mod calendar;
mod cast;
mod catalog;
mod folder;
mod history;
mod machines;
mod plan;
mod play;
mod serve;
mod stage;

use anyhow::Result;
use chrono::{DateTime, SubsecRound as _, Utc};
use indicatif::ProgressBar;

use history::History;

pub use cast::Size;
pub use folder::{Account, Filled, Folder, remove};
pub use serve::{Addresses, Served, serve};

/// Fills a folder with the year that ends at `now`, unless it is filled already. What a fill that was
/// interrupted left is made anew.
///
/// # Errors
/// The product refuses something, or the folder cannot be written.
pub async fn fill(
    folder: &Folder,
    seed: u64,
    size: Size,
    now: DateTime<Utc>,
    progress: &ProgressBar,
) -> Result<Filled> {
    if let Some(filled) = folder.filled()? {
        return Ok(filled);
    }
    folder.clear()?;
    let password = folder::password();
    let now = now.trunc_subsecs(6);
    let played = play::play(&folder.data(), seed, size, now, &password, progress).await?;
    let history =
        History { data: &folder.data(), admin: &played.admin, begins: played.begins, now };
    history.runs(seed).await?;
    history.outage(played.cut_off).await?;
    let filled = Filled { password, accounts: played.accounts, computers: played.computers };
    folder.finish(&filled)?;
    Ok(filled)
}
