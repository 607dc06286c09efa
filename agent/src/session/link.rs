//! One stream as a pair of ends, and the ways it can break.

use std::time::Duration;

use chamados_chassis::grpc::propagation;
use chamados_proto::device::v1::{
    AgentMessage, Beat, Bye, Close, CloseReason, CredentialStored, Hello, PolicyReport, Section,
    Sections, ServerMessage, SoftwareDigests, SoftwarePart, Welcome, agent_message, server_message,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tracing::Instrument as _;

use super::calls::Answers;
use crate::{
    connect::Connector,
    error::{one_line, status_line},
};

/// From the first packet to Welcome.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// For a good-bye to arrive.
pub(super) const BYE_TIMEOUT: Duration = Duration::from_secs(2);
/// Messages that may wait for a server that does not read. More means that it never will.
const QUEUE: usize = 16;

/// How a stream ended, or why there was none.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    #[error("the agent was asked to stop")]
    Stopped,
    #[error("{}", describe(.0))]
    Closed(Close),
    #[error("the computer slept")]
    Slept,
    #[error("a stream is tried again")]
    TryStream,
    #[error(transparent)]
    Unreachable(#[from] crate::Error),
    #[error("the server did not welcome the agent within 15 s")]
    NoWelcome,
    #[error("the server ended the stream")]
    Ended,
    #[error("the stream broke: {}", status_line(.0))]
    Broken(#[from] tonic::Status),
    #[error("the server sent {0} out of turn")]
    OutOfTurn(&'static str),
    #[error("the server does not read")]
    Stuck,
    #[error("the server acknowledged none of the last {0} heartbeats")]
    Unacknowledged(u32),
}

/// An open stream, or what stands for one.
pub(super) struct Link {
    up: mpsc::Sender<AgentMessage>,
    down: Down,
}

/// What comes from the server.
pub(super) enum Down {
    Stream(Box<Streaming<ServerMessage>>),
    Calls(Answers),
}

impl Down {
    /// The next message, none at the end. Cancel safe.
    async fn message(&mut self) -> Result<Option<ServerMessage>, tonic::Status> {
        match self {
            Self::Stream(stream) => stream.message().await,
            Self::Calls(answers) => answers.message().await,
        }
    }
}

impl Link {
    /// Connects, says Hello and waits for the answer.
    pub(super) async fn open(
        connector: &Connector,
        hello: Hello,
        by_calls: bool,
    ) -> Result<(Self, Welcome), End> {
        let open = async {
            let mut client = connector.connect().await?;
            let (up, queue) = mpsc::channel(QUEUE);
            let token = hello.token.clone();
            let hello = agent_message::Message::Hello(hello);
            up.try_send(AgentMessage { message: Some(hello) }).map_err(|_| End::Stuck)?;
            let down = if by_calls {
                Down::Calls(Answers::start(client, token, queue))
            } else {
                let stream = propagation::request(ReceiverStream::new(queue));
                let stream = client.session(stream).await?.into_inner();
                Down::Stream(Box::new(stream))
            };
            let mut link = Self { up, down };
            match link.receive().await? {
                server_message::Message::Welcome(welcome) => Ok((link, welcome)),
                server_message::Message::Close(close) => Err(End::Closed(close)),
                other => Err(End::OutOfTurn(name(&other))),
            }
        };
        let open = open.instrument(tracing::info_span!("connect"));
        tokio::time::timeout(OPEN_TIMEOUT, open).await.unwrap_or(Err(End::NoWelcome))
    }

    /// The next message this agent knows; kinds of later versions are passed over. Cancel safe.
    pub(super) async fn receive(&mut self) -> Result<server_message::Message, End> {
        loop {
            match self.down.message().await? {
                Some(ServerMessage { message: Some(message) }) => return Ok(message),
                Some(ServerMessage { message: None }) => {}
                None => return Err(End::Ended),
            }
        }
    }

    /// Queues a heartbeat.
    pub(super) fn beat(&self, sequence: u32) -> Result<(), End> {
        self.send(agent_message::Message::Beat(Beat { sequence }))
    }

    /// Queues that a new token is kept.
    pub(super) fn credential_stored(&self) -> Result<(), End> {
        self.send(agent_message::Message::CredentialStored(CredentialStored {}))
    }

    /// Queues sections, if there are any.
    pub(super) fn sections(&self, sections: Vec<Section>) -> Result<(), End> {
        if sections.is_empty() {
            return Ok(());
        }
        self.send(agent_message::Message::Sections(Sections { sections }))
    }

    /// Queues parts of what is installed, then what all of it is.
    pub(super) fn software(
        &self,
        parts: Vec<SoftwarePart>,
        digests: Option<SoftwareDigests>,
    ) -> Result<(), End> {
        for part in parts {
            self.send(agent_message::Message::SoftwarePart(part))?;
        }
        digests.map_or(Ok(()), |all| self.send(agent_message::Message::SoftwareDigests(all)))
    }

    /// Queues what became of a policy.
    pub(super) fn policy_report(&self, report: PolicyReport) -> Result<(), End> {
        self.send(agent_message::Message::PolicyReport(report))
    }

    /// Never waits: the loop that sends is the one that must notice that nobody reads.
    fn send(&self, message: agent_message::Message) -> Result<(), End> {
        self.up.try_send(AgentMessage { message: Some(message) }).map_err(|_| End::Stuck)
    }

    /// Says good-bye and waits, at most 2 s, until the server ends the stream.
    pub(super) async fn bye(self) {
        let Self { up, mut down } = self;
        let bye = agent_message::Message::Bye(Bye { reason: "stop".to_owned() });
        // A queue that is full of unread messages has no use for a good-bye.
        if up.try_send(AgentMessage { message: Some(bye) }).is_err() {
            return;
        }
        drop(up);
        let ended = async { while let Ok(Some(_)) = down.message().await {} };
        if tokio::time::timeout(BYE_TIMEOUT, ended).await.is_err() {
            tracing::debug!("the server did not end the stream after the good-bye");
        }
    }
}

/// A close in words, with what the server adds.
pub(super) fn describe(close: &Close) -> String {
    let reason = match close.reason() {
        CloseReason::Reset => "the device was reset",
        CloseReason::BadIdentity => "the token is unknown",
        CloseReason::Superseded => "another stream of this device took over",
        CloseReason::Drain => "the server is stopping",
        CloseReason::Overload => "the server has too much to do",
        CloseReason::Banned => "another computer has this one's token: staff must reset the device",
        CloseReason::Protocol => "the server did not understand this agent",
        CloseReason::Unspecified => "the server closed the stream",
    };
    match one_line(&close.message).trim() {
        "" => reason.to_owned(),
        message => format!("{reason} ({message})"),
    }
}

/// The name of a message, for a log.
pub(super) const fn name(message: &server_message::Message) -> &'static str {
    match message {
        server_message::Message::Welcome(_) => "Welcome",
        server_message::Message::Pace(_) => "Pace",
        server_message::Message::WantSections(_) => "WantSections",
        server_message::Message::Ack(_) => "Ack",
        server_message::Message::PolicyUpdate(_) => "PolicyUpdate",
        server_message::Message::Close(_) => "Close",
        server_message::Message::NewCredential(_) => "NewCredential",
        server_message::Message::WantSoftware(_) => "WantSoftware",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_are_one_line() {
        let close = Close {
            reason: CloseReason::Drain.into(),
            message: "back\nsoon".into(),
            retry_after_seconds: 1,
        };
        assert_eq!(describe(&close), "the server is stopping (back soon)");
    }
}
