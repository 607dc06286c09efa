//! A merge of two accounts goes on after any service was killed between any two of its steps. What holds a
//! step is a row that the test has locked, or a service that is not running; nothing in the product is
//! there for it.

pub(crate) mod fleet;
mod merge;

use chamados::Target;
use futures::FutureExt as _;

use self::{
    fleet::Fleet,
    merge::{Merge, TICKETS},
};

/// Runs a test's body with processes, and removes their database also when the body panics.
async fn with(body: impl AsyncFnOnce(&mut Fleet) -> anyhow::Result<()>) {
    let mut fleet = Fleet::start().await.unwrap_or_else(|error| panic!("no processes: {error:#}"));
    let outcome = std::panic::AssertUnwindSafe(body(&mut fleet)).catch_unwind().await;
    match outcome {
        Ok(done) => {
            let removed = fleet.remove().await;
            done.and(removed).unwrap_or_else(|error| panic!("{error:?}"));
        }
        Err(panic) => {
            fleet.tell();
            if let Err(error) = fleet.remove().await {
                eprintln!("a test database stays behind: {error:#}");
            }
            std::panic::resume_unwind(panic)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identity_is_killed_before_it_has_decided() {
    with(async |fleet| {
        let merge = Merge::prepare(fleet).await?;
        let survivor = fleet.hold(&format!("identity.account WHERE id = '{}'", merge.into)).await?;
        let asking = merge.ask_in_background();
        fleet.somebody_waits().await;
        fleet.kill(Target::Identity)?;
        survivor.rollback().await?;
        assert!(asking.await?.is_none_or(|status| status == 503), "nobody said that it was done");
        fleet.begin(Target::Identity).await?;
        assert!(merge.nothing_has_happened().await, "a decision is there as a whole or not at all");
        merge.ask_again().await;
        merge.is_done(fleet).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identity_is_killed_right_after_it_has_decided() {
    with(async |fleet| {
        let merge = Merge::prepare(fleet).await?;
        for target in [Target::Ticket, Target::Device] {
            fleet.kill(target)?;
        }
        merge.ask().await;
        fleet.kill(Target::Identity)?;
        fleet.begin(Target::Identity).await?;
        merge.is_under_way().await;
        fleet.kill(Target::Identity)?;
        for target in [Target::Ticket, Target::Device, Target::Identity] {
            fleet.begin(target).await?;
        }
        merge.ask_again().await;
        merge.is_done(fleet).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticket_is_killed_in_the_middle_of_its_tickets() {
    with(async |fleet| {
        let merge = Merge::prepare(fleet).await?;
        let last = merge.tickets.iter().max().cloned().unwrap_or_default();
        let row = fleet.hold(&format!("ticket.ticket WHERE id = '{last}'")).await?;
        merge.ask().await;
        fleet.somebody_waits().await;
        let moved = merge.tickets_moved(fleet).await;
        assert!(0 < moved && moved < TICKETS, "some are moved and some are not: {moved}");
        fleet.kill(Target::Ticket)?;
        row.rollback().await?;
        merge.is_under_way().await;
        fleet.begin(Target::Ticket).await?;
        merge.is_done(fleet).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn device_is_killed_before_its_device() {
    with(async |fleet| {
        let merge = Merge::prepare(fleet).await?;
        let row = fleet.hold(&format!("device.device WHERE id = '{}'", merge.device)).await?;
        merge.ask().await;
        fleet.somebody_waits().await;
        fleet.kill(Target::Device)?;
        row.rollback().await?;
        fleet.begin(Target::Device).await?;
        merge.is_done(fleet).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identity_is_killed_before_the_answers_come() {
    with(async |fleet| {
        let merge = Merge::prepare(fleet).await?;
        let last = merge.tickets.iter().max().cloned().unwrap_or_default();
        let row = fleet.hold(&format!("ticket.ticket WHERE id = '{last}'")).await?;
        merge.ask().await;
        fleet.somebody_waits().await;
        fleet.kill(Target::Identity)?;
        row.rollback().await?;
        merge.tickets_are_moved(fleet).await;
        fleet.begin(Target::Identity).await?;
        merge.ask_again().await;
        merge.is_done(fleet).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_killed_at_once() {
    with(async |fleet| {
        let merge = Merge::prepare(fleet).await?;
        let last = merge.tickets.iter().max().cloned().unwrap_or_default();
        let row = fleet.hold(&format!("ticket.ticket WHERE id = '{last}'")).await?;
        merge.ask().await;
        fleet.somebody_waits().await;
        for target in [Target::Gateway, Target::Ticket, Target::Device, Target::Identity] {
            fleet.kill(target)?;
        }
        row.rollback().await?;
        for target in [Target::Identity, Target::Device, Target::Ticket, Target::Gateway] {
            fleet.begin(target).await?;
        }
        merge.ask_again().await;
        merge.is_done(fleet).await
    })
    .await;
}
