//! A relay, as a generated client over a socket.

use std::collections::VecDeque;

use chamados_proto::device::v1::{
    self as pb, agent_message::Message as Up, relay_message::Content,
    server_message::Message as Down,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::{
    LIMIT,
    agent::{Agent, hello},
};

/// An open stream of a relay.
pub(crate) struct Relay {
    up: mpsc::Sender<pb::RelayMessage>,
    down: Streaming<pb::RelayAnswer>,
    answers: VecDeque<(u32, Down)>,
    acknowledged: u32,
    sequence: u32,
}

impl Relay {
    pub(crate) async fn open(agent: &Agent) -> anyhow::Result<Self> {
        let (up, receiver) = mpsc::channel(64);
        let answer = agent.client.clone().relay(ReceiverStream::new(receiver)).await?;
        let down = answer.into_inner();
        Ok(Self { up, down, answers: VecDeque::new(), acknowledged: 0, sequence: 0 })
    }

    pub(crate) async fn send(&self, content: Option<Content>) -> anyhow::Result<()> {
        Ok(self.up.send(pb::RelayMessage { content }).await?)
    }

    /// Says something for one device.
    pub(crate) async fn say(&self, stream: u32, message: Up) -> anyhow::Result<()> {
        let message = Some(pb::AgentMessage { message: Some(message) });
        self.send(Some(Content::Message(pb::RelayedMessage { stream, message }))).await
    }

    pub(crate) async fn hello(&self, stream: u32, token: &str) -> anyhow::Result<()> {
        self.say(stream, Up::Hello(hello(token))).await
    }

    /// Says Hello for one device, which must be welcome.
    pub(crate) async fn welcomed(
        &mut self,
        stream: u32,
        token: &str,
    ) -> anyhow::Result<pb::Welcome> {
        self.hello(stream, token).await?;
        match self.hear().await {
            (number, Down::Welcome(welcome)) if number == stream => Ok(welcome),
            other => panic!("not welcome: {other:?}"),
        }
    }

    /// Beats for some devices and waits until that arrived.
    pub(crate) async fn beat(&mut self, streams: &[u32]) -> anyhow::Result<()> {
        self.sequence += 1;
        let beats = pb::RelayBeats { sequence: self.sequence, streams: streams.to_vec() };
        self.send(Some(Content::Beats(beats))).await?;
        while self.acknowledged < self.sequence {
            let answer = self.next().await.expect("an answer");
            assert_eq!(answer, None, "not the end");
        }
        Ok(())
    }

    /// What a device is told next, of any.
    pub(crate) async fn hear(&mut self) -> (u32, Down) {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return answer;
            }
            let close = self.next().await.expect("an answer");
            assert_eq!(close, None, "not the end");
        }
    }

    /// Why a device's stream ended, which must be what is told next.
    pub(crate) async fn closed(&mut self) -> (u32, pb::CloseReason) {
        match self.hear().await {
            (stream, Down::Close(close)) => (stream, close.reason()),
            other => panic!("not closed: {other:?}"),
        }
    }

    /// Why the whole stream ended; what devices are told before does not matter.
    pub(crate) async fn ended(&mut self) -> pb::CloseReason {
        loop {
            if let Some(close) = self.next().await.expect("a Close") {
                let end = tokio::time::timeout(LIMIT, self.down.message()).await.expect("an end");
                assert!(matches!(end, Ok(None)), "{end:?}");
                return close.reason();
            }
        }
    }

    /// Takes the next message apart and gives its Close; none when the stream is over.
    async fn next(&mut self) -> Option<Option<pb::Close>> {
        let answer = tokio::time::timeout(LIMIT, self.down.message()).await.expect("an answer");
        let answer = answer.unwrap()?;
        let content = |answer: pb::RelayedAnswer| {
            (answer.stream, answer.message.and_then(|message| message.message).expect("a content"))
        };
        self.answers.extend(answer.answers.into_iter().map(content));
        self.acknowledged = self.acknowledged.max(answer.acknowledged);
        Some(answer.close)
    }
}
