//! Signals within one process.

use std::sync::Arc;

use chamados_chassis::bus::{Heard, SignalBus};
use chamados_proto::event::v1::Signal;
use tokio::sync::broadcast;

/// Signals a listener may fall behind before it is told of a gap.
pub(crate) const CAPACITY: usize = 1024;

/// Tells the listeners of this process.
pub struct LocalSignals {
    sender: broadcast::Sender<Heard>,
}

impl LocalSignals {
    /// A bus without listeners.
    #[must_use]
    pub fn new() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY) }
    }
}

impl Default for LocalSignals {
    fn default() -> Self {
        Self::new()
    }
}

#[tonic::async_trait]
impl SignalBus for LocalSignals {
    async fn publish(&self, signal: Signal) {
        // An error means that nobody listens.
        let _ = self.sender.send(Heard::Signal(Arc::new(signal)));
    }

    fn listen(&self) -> broadcast::Receiver<Heard> {
        self.sender.subscribe()
    }
}
