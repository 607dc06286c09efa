//! Agents, as generated clients over a socket.

use std::net::SocketAddr;

use chamados_chassis::error::reason_of;
use chamados_proto::device::v1::{
    self as pb, agent_message::Message as Up, agent_service_client::AgentServiceClient,
    server_message::Message as Down,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming, transport::Channel};

use super::{LIMIT, replica::CODE};

pub(crate) type Client = AgentServiceClient<Channel>;

/// A connection of one computer.
pub(crate) struct Agent {
    pub(crate) client: Client,
}

/// An open stream.
pub(crate) struct Stream {
    pub(crate) up: mpsc::Sender<pb::AgentMessage>,
    pub(crate) down: Streaming<pb::ServerMessage>,
}

impl Agent {
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { client: Client::connect(format!("http://{address}")).await? })
    }

    /// Enrols hardware number `n`.
    pub(crate) async fn enroll(&self, n: u32) -> anyhow::Result<pb::EnrollResponse> {
        Ok(self.client.clone().enroll(enroll_request(n)).await?.into_inner())
    }

    /// Opens a stream without saying anything.
    pub(crate) async fn open(&self) -> anyhow::Result<Stream> {
        let (up, receiver) = mpsc::channel(64);
        let answer = self.client.clone().session(ReceiverStream::new(receiver)).await?;
        Ok(Stream { up, down: answer.into_inner() })
    }

    /// Opens a stream and says Hello; gives what is answered.
    pub(crate) async fn hello(&self, token: &str) -> anyhow::Result<(Stream, Down)> {
        self.hello_with(hello(token)).await
    }

    pub(crate) async fn hello_with(&self, hello: pb::Hello) -> anyhow::Result<(Stream, Down)> {
        let mut stream = self.open().await?;
        stream.say(Up::Hello(hello)).await?;
        let answer = stream.hear().await;
        Ok((stream, answer))
    }

    /// A stream that was welcomed.
    pub(crate) async fn welcomed(&self, token: &str) -> anyhow::Result<(Stream, pb::Welcome)> {
        match self.hello(token).await? {
            (stream, Down::Welcome(welcome)) => Ok((stream, welcome)),
            (_, other) => panic!("not welcome: {other:?}"),
        }
    }
}

impl Stream {
    pub(crate) async fn say(&self, message: Up) -> anyhow::Result<()> {
        Ok(self.up.send(pb::AgentMessage { message: Some(message) }).await?)
    }

    pub(crate) async fn beat(&self, sequence: u32) -> anyhow::Result<()> {
        self.say(Up::Beat(pb::Beat { sequence })).await
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> Down {
        let message = tokio::time::timeout(LIMIT, self.down.message()).await.expect("an answer");
        message.unwrap().expect("a message").message.expect("a content")
    }

    /// The next message must close the stream, which then is over.
    pub(crate) async fn closed(&mut self) -> pb::CloseReason {
        match self.hear().await {
            Down::Close(close) => {
                let end = tokio::time::timeout(LIMIT, self.down.message()).await.expect("an end");
                assert!(matches!(end, Ok(None)), "{end:?}");
                close.reason()
            }
            other => panic!("not closed: {other:?}"),
        }
    }

    /// The stream must end without a word.
    pub(crate) async fn ended(&mut self) {
        let end = tokio::time::timeout(LIMIT, self.down.message()).await.expect("an end");
        assert!(matches!(end, Ok(None)), "{end:?}");
    }
}

/// Why a stream did not begin.
pub(crate) fn close_reason(answer: &Down) -> pb::CloseReason {
    match answer {
        Down::Close(close) => close.reason(),
        other => panic!("not closed: {other:?}"),
    }
}

pub(crate) fn hello(token: &str) -> pb::Hello {
    pb::Hello {
        protocol: 1,
        token: token.to_owned(),
        agent_version: "0.1.0".into(),
        boot_id: vec![7; 16].into(),
        ..Default::default()
    }
}

pub(crate) fn enroll_request(n: u32) -> pb::EnrollRequest {
    pb::EnrollRequest {
        provisioning_code: CODE.into(),
        email: format!("user{n}@acme.example"),
        fingerprint: Some(pb::Fingerprint {
            smbios_uuid: format!("4c4c4544-0043-4410-8052-{n:012x}"),
            board_serial: "Default string".into(),
            ..Default::default()
        }),
        host_name: format!("pc-{n:04}"),
        agent_version: "0.1.0".into(),
    }
}

/// The stable reason of a failure.
pub(crate) fn reason(status: &Status) -> String {
    reason_of(status).unwrap_or_default()
}
