//! One stream, message by message. It is driven by its answers being polled: there is no task
//! beside the connection's, and a stream that is dropped has left no trace but its last beat.

use chamados_proto::device::v1::{
    self as pb, agent_message::Message as Up, server_message::Message as Down,
};
use futures::{Stream, stream};
use tonic::{Status, Streaming};
use tracing::{Instrument as _, Span};

use super::conversation::{Conversation, Heard, is_unreadable, protocol};
use crate::{app::App, streams::Line};

/// The answers of a stream, from Welcome to Close.
pub(super) fn serve(
    app: App,
    incoming: Streaming<pb::AgentMessage>,
) -> impl Stream<Item = Result<pb::ServerMessage, Status>> + Send {
    let carrier = Carrier { app, incoming, phase: Phase::Greeting(Span::current()) };
    stream::unfold(carrier, |mut carrier| async move {
        let message = carrier.next().await?;
        Some((Ok(pb::ServerMessage { message: Some(message) }), carrier))
    })
}

struct Carrier {
    app: App,
    incoming: Streaming<pb::AgentMessage>,
    phase: Phase,
}

enum Phase {
    /// Waiting for Hello, still as a part of the call: what comes later is polled by the connection.
    Greeting(Span),
    /// The device is known.
    Open(Box<Conversation>),
    /// Close was said.
    Over,
}

impl Carrier {
    /// The next message down; none when the stream is over.
    async fn next(&mut self) -> Option<Down> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            // Apart, for asking the database takes a future of many kilobytes, which would stay a
            // part of this one for as long as the stream is open.
            Phase::Greeting(call) => Some(Box::pin(self.greet().instrument(call)).await),
            Phase::Open(mut conversation) => {
                let message = self.listen(&mut conversation).await?;
                if !matches!(message, Down::Close(_)) {
                    self.phase = Phase::Open(conversation);
                }
                Some(message)
            }
            Phase::Over => None,
        }
    }

    async fn greet(&mut self) -> Down {
        let first = tokio::time::timeout(self.app.config.hello_timeout(), self.incoming.message());
        let hello = match first.await {
            Ok(Ok(Some(pb::AgentMessage { message: Some(Up::Hello(hello)) }))) => hello,
            Ok(Ok(_)) => return protocol("the first message must be Hello"),
            Ok(Err(_)) => return protocol("the first message cannot be read"),
            Err(_) => return protocol("no Hello in time"),
        };
        match Conversation::open(&self.app, hello, Line::own()).await {
            Ok((conversation, welcome)) => {
                self.phase = Phase::Open(Box::new(conversation));
                welcome
            }
            Err(close) => close,
        }
    }

    /// Hears the device until there is something to say.
    async fn listen(&mut self, conversation: &mut Conversation) -> Option<Down> {
        loop {
            let heard = tokio::select! {
                // A stream that has to end ends before anything else of it is heard.
                biased;
                word = conversation.word() => return Some(word),
                heard = self.incoming.message() => heard,
            };
            let message = match heard {
                Ok(Some(pb::AgentMessage { message: Some(message) })) => message,
                Ok(Some(_)) => return Some(protocol("a message is empty")),
                // The device is gone, or something between is; the sweep will know.
                Ok(None) => return None,
                Err(error) if is_unreadable(&error) => {
                    return Some(protocol("a message cannot be read"));
                }
                Err(_) => return None,
            };
            let answer = match conversation.hear(&self.app, message) {
                Heard::Nothing => None,
                Heard::Answer(answer) => Some(answer),
                Heard::Work(work) => work.await,
                Heard::Over => return None,
            };
            if answer.is_some() {
                return answer;
            }
        }
    }
}
