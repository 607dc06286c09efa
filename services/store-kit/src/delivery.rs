//! Giving one event to one consumer, the same way on every bus.

use std::{panic::AssertUnwindSafe, time::Duration};

use chamados_chassis::bus::{Consumer, HandlerError};
use chamados_proto::event::v1::Event;
use futures::FutureExt as _;

/// How long a handler may take before the event counts as not taken.
pub(crate) const HANDLER_TIMEOUT: Duration = Duration::from_secs(10);

/// An event that has to come again, and why.
#[derive(Debug, thiserror::Error)]
#[error("{group} did not take event {event} ({kind}): {cause}")]
pub(crate) struct NotTaken {
    group: &'static str,
    event: String,
    kind: String,
    cause: String,
}

/// Gives `event` to `consumer` when it takes events of this type. Rejected events are logged and
/// count as taken: they could never be.
pub(crate) async fn deliver(consumer: &Consumer, event: &Event) -> Result<(), NotTaken> {
    if !consumer.types.contains(&event.r#type.as_str()) {
        return Ok(());
    }
    let handled = AssertUnwindSafe(consumer.handler.handle(event)).catch_unwind();
    let cause = match tokio::time::timeout(HANDLER_TIMEOUT, handled).await {
        Ok(Ok(Ok(()))) => return Ok(()),
        Ok(Ok(Err(HandlerError::Rejected(reason)))) => {
            tracing::error!(
                group = consumer.group,
                event = event.id,
                kind = event.r#type,
                reason,
                "event dropped"
            );
            return Ok(());
        }
        Ok(Ok(Err(HandlerError::Retry(error)))) => error.to_string(),
        Ok(Err(_)) => "the handler panicked".to_owned(),
        Err(_) => "the handler took too long".to_owned(),
    };
    let (event, kind) = (event.id.clone(), event.r#type.clone());
    Err(NotTaken { group: consumer.group, event, kind, cause })
}
