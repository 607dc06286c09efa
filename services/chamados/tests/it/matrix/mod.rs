//! Who may do what, cell by cell: every method of every service, and every operation of the HTTP API, as
//! every kind of caller. `rpc.txt` and `http.txt` are the tables; a method or an operation without a row
//! fails the test that reads them. `refused.rs` asks everything in the name of sessions and keys that
//! hold no more.

mod callers;
mod http;
mod messages;
mod records;
mod refused;
mod rpc;
mod table;

use chamados_chassis::auth::Principal;
use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use tonic::Status;

pub(crate) use self::callers::Key;
use self::{callers::Callers, records::Records};
use crate::fixture::Desk;

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    every_method_as_every_caller,
    every_operation_as_every_caller,
    what_holds_no_more_is_refused_by_all,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    every_method_as_every_caller,
    every_operation_as_every_caller,
    what_holds_no_more_is_refused_by_all,
);

/// Everybody who asks, and what they ask about.
struct World {
    desk: Desk,
    callers: Callers,
    records: Records,
}

impl World {
    async fn make(sandbox: &Sandbox) -> anyhow::Result<Self> {
        let desk = Desk::open(sandbox).await?;
        let callers = Callers::gather(sandbox, &desk).await?;
        let records = Records::make(sandbox, &desk, &callers).await?;
        Ok(Self { desk, callers, records })
    }
}

/// Who is signed in to a browser, for making a [`Key`] in their name.
pub(crate) async fn principal(sandbox: &Sandbox, browser: &Browser) -> anyhow::Result<Principal> {
    callers::session_of(sandbox, browser).await
}

/// What a key hears at the public port, over a connection of its own.
pub(crate) async fn list_queues_by_key(
    sandbox: &Sandbox,
    secret: &str,
) -> anyhow::Result<Result<(), Status>> {
    let door = rpc::public_door(sandbox)?;
    Ok(door.call_with_key("ticket.v1.QueueService/ListQueues", Vec::new(), secret).await)
}

async fn every_method_as_every_caller(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    rpc::check(sandbox, &World::make(sandbox).await?).await
}

async fn every_operation_as_every_caller(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    http::check(&World::make(sandbox).await?).await
}

async fn what_holds_no_more_is_refused_by_all(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    refused::check(sandbox, &World::make(sandbox).await?).await
}
