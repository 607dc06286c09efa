//! The ticket service's rows, on PostgreSQL and SQLite alike.

mod condition;
mod entity;
mod migrations;
mod page;

pub mod archive;
pub mod attachments;
pub mod categories;
pub mod chat_messages;
pub mod chats;
pub mod comments;
pub mod drafts;
mod facets;
pub mod figures;
pub mod listing;
pub mod queues;
pub mod references;
mod search;
pub mod tickets;
pub mod timeline;
pub mod trends;
pub mod work_sessions;

pub use listing::ListKey;
pub use migrations::migrations;
pub use page::TimeKey;

use chamados_chassis::auth::Actor;
use chamados_store_kit::StoreError;

/// Reads a word that the code wrote.
fn word<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("{column}: unknown word {text:?}")))
}

/// Reads who did something.
fn actor(kind: &str, id: &str) -> Result<Actor, StoreError> {
    Actor::from_parts(kind, id)
        .ok_or_else(|| StoreError::Corrupt(format!("actor: unknown {kind:?} {id:?}")))
}
