//! Use cases, one function each: load, decide, save, tell.

pub mod activity;
pub mod attachments;
pub mod categories;
pub mod chats;
pub mod comments;
pub mod dashboard;
pub mod drafts;
mod mentions;
pub mod peers;
pub mod queues;
mod remembered;
mod signals;
pub mod tickets;
pub mod users;

use std::sync::Arc;

use chamados_chassis::{bus::SignalBus, clock::SharedClock};
use chamados_store_kit::{Db, idempotency::Fingerprint};

use self::{activity::Hall, peers::Peers};
use crate::{Config, files::Files};

/// What the use cases need. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) signals: Arc<dyn SignalBus>,
    pub(crate) peers: Peers,
    pub(crate) files: Files,
    pub(crate) config: Config,
    pub(crate) hall: Hall,
}

/// Tells a repeated request from a new one.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// The caller's id for the request; empty for a request that is never repeated.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
}
