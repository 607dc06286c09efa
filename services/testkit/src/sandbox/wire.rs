//! The agents' contract spoken by hand, for what the real agent would never say.

use std::time::Duration;

use chamados_proto::device::v1::{
    AgentMessage, Beat, CloseReason, Hello, Section, Sections, ServerMessage, Welcome,
    agent_message, agent_service_client::AgentServiceClient, server_message,
};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming, transport::Channel};
use uuid::Uuid;

/// Longer than the server may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// A client of the agents' service.
///
/// # Errors
/// When nobody listens there.
pub async fn agent_client(
    url: String,
) -> Result<AgentServiceClient<Channel>, tonic::transport::Error> {
    AgentServiceClient::connect(url).await
}

/// One stream of a device.
pub struct AgentStream {
    up: mpsc::Sender<AgentMessage>,
    down: Streaming<ServerMessage>,
}

impl AgentStream {
    /// Opens a stream and says nothing.
    ///
    /// # Errors
    /// As the server.
    pub async fn open(client: &mut AgentServiceClient<Channel>) -> Result<Self, Status> {
        let (up, queue) = mpsc::channel(16);
        let opened = timeout(LIMIT, client.session(ReceiverStream::new(queue))).await;
        let opened = opened.map_err(|_| Status::deadline_exceeded("the stream does not open"))?;
        Ok(Self { up, down: opened?.into_inner() })
    }

    /// Opens a stream and says Hello; the answer is for [`next`](Self::next).
    ///
    /// # Errors
    /// As the server.
    pub async fn hello(
        client: &mut AgentServiceClient<Channel>,
        token: &str,
    ) -> Result<Self, Status> {
        let (up, queue) = mpsc::channel(16);
        let _room = up.try_send(message(hello(token)));
        let opened = timeout(LIMIT, client.session(ReceiverStream::new(queue))).await;
        let opened = opened.map_err(|_| Status::deadline_exceeded("the stream does not open"))?;
        Ok(Self { up, down: opened?.into_inner() })
    }

    /// Says Hello, perhaps once more.
    pub async fn say_hello(&self, token: &str) {
        self.send(hello(token)).await;
    }

    /// Sends a beat. Whether anybody hears it shows in what comes back.
    pub async fn beat(&self, sequence: u32) {
        self.send(agent_message::Message::Beat(Beat { sequence })).await;
    }

    /// Sends sections.
    pub async fn sections(&self, sections: Vec<Section>) {
        self.send(agent_message::Message::Sections(Sections { sections })).await;
    }

    async fn send(&self, content: agent_message::Message) {
        // Fails once the server has ended the stream, which some tests are about.
        let _ended = self.up.send(message(content)).await;
    }

    /// The next message; none when the server ended the stream.
    ///
    /// # Errors
    /// As the server, or when nothing comes in time.
    pub async fn next(&mut self) -> Result<Option<server_message::Message>, Status> {
        let next = timeout(LIMIT, self.down.message()).await;
        let next = next.map_err(|_| Status::deadline_exceeded("the server says nothing"))?;
        Ok(next?.and_then(|message| message.message))
    }

    /// Reads on to Welcome.
    ///
    /// # Panics
    /// When something else comes.
    pub async fn welcome(&mut self) -> Welcome {
        match self.next().await {
            Ok(Some(server_message::Message::Welcome(welcome))) => welcome,
            other => panic!("no Welcome but {other:?}"),
        }
    }

    /// Reads on to why the server ended the stream.
    ///
    /// # Panics
    /// When it does not say.
    pub async fn closed(&mut self) -> CloseReason {
        loop {
            match self.next().await {
                Ok(Some(server_message::Message::Close(close))) => return close.reason(),
                Ok(Some(_)) => {}
                other => panic!("no Close but {other:?}"),
            }
        }
    }
}

fn hello(token: &str) -> agent_message::Message {
    agent_message::Message::Hello(Hello {
        protocol: 1,
        token: token.to_owned(),
        agent_version: "0.0.0".to_owned(),
        boot_id: Uuid::new_v4().into_bytes().to_vec().into(),
        ..Hello::default()
    })
}

const fn message(content: agent_message::Message) -> AgentMessage {
    AgentMessage { message: Some(content) }
}
