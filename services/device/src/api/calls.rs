//! The stream of a device in single calls, for networks that break streams. Between two calls the
//! conversation is parked here; one that nobody comes back to is forgotten when its device is
//! offline.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chamados_chassis::auth::secret;
use chamados_proto::device::v1::{
    self as pb, agent_message::Message as Up, server_message::Message as Down,
};

use super::conversation::{Conversation, Heard, close_for};
use crate::{
    app::App,
    domain::presence::{Stamp, ticks},
    streams::{Closing, Line},
};

/// BLAKE3 of a token.
type Hash = [u8; 32];

/// The parked conversations, by token: whoever comes back must show the one it began with. There
/// are at most as many as there are valid tokens.
#[derive(Default)]
pub(crate) struct Calls {
    parked: Mutex<HashMap<Hash, Parked>>,
}

struct Parked {
    conversation: Conversation,
    used: Stamp,
}

impl Calls {
    /// Hears one thing and gives what there is to be said.
    pub(super) async fn exchange(
        &self,
        app: &App,
        token: String,
        epoch: u64,
        message: Up,
    ) -> Vec<Down> {
        let hash = secret::hash(&token);
        let hello = match message {
            Up::Hello(hello) => pb::Hello { token, ..hello },
            message => return self.go_on(app, hash, epoch, message).await,
        };
        match Conversation::open(app, hello, Line::own()).await {
            Ok((mut conversation, welcome)) => {
                let told = conversation.next_word();
                self.park(hash, Parked { conversation, used: app.stamp() });
                std::iter::once(welcome).chain(told).collect()
            }
            Err(close) => vec![close],
        }
    }

    async fn go_on(&self, app: &App, hash: Hash, epoch: u64, message: Up) -> Vec<Down> {
        // While it is worked with it is not there: a second call at the same time has to begin
        // anew, and its stream is then the newest.
        let Some(mut parked) = self.take(hash, epoch) else {
            // Perhaps another server has it, or it waited too long. Says nothing about the token.
            return vec![close_for(Closing::Drain)];
        };
        let told = parked.conversation.next_word();
        if let Some(Down::Close(_)) = told {
            return told.into_iter().collect();
        }
        let answer = match parked.conversation.hear(app, message) {
            Heard::Nothing => None,
            Heard::Answer(answer) => Some(answer),
            Heard::Work(work) => work.await,
            Heard::Over => return told.into_iter().collect(),
        };
        if !matches!(answer, Some(Down::Close(_))) {
            parked.used = app.stamp();
            self.park(hash, parked);
        }
        told.into_iter().chain(answer).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Parked>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, hash: Hash, epoch: u64) -> Option<Parked> {
        let mut parked = self.lock();
        let is_meant = u64::from(parked.get(&hash)?.conversation.epoch()) == epoch;
        if is_meant { parked.remove(&hash) } else { None }
    }

    fn park(&self, hash: Hash, new: Parked) {
        let mut parked = self.lock();
        let is_older = parked
            .get(&hash)
            .is_some_and(|known| known.conversation.epoch() > new.conversation.epoch());
        let replaced = if is_older { Some(new) } else { parked.insert(hash, new) };
        // What is dropped leaves the open streams, which have a lock of their own.
        drop(parked);
        drop(replaced);
    }

    /// Forgets those that nobody came back to in time, as one forgets a stream that broke.
    pub(crate) fn purge(&self, app: &App) {
        let (now, grace) = (app.stamp(), ticks(app.config.offline_grace_millis));
        let is_late = |parked: &Parked| {
            let interval = ticks(parked.conversation.told_millis());
            now.since(parked.used) > interval.saturating_mul(3).saturating_add(grace)
        };
        let late: Vec<Parked> =
            self.lock().extract_if(|_, parked| is_late(parked)).map(|(_, parked)| parked).collect();
        drop(late);
    }
}
