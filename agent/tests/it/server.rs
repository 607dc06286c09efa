//! A server that does what the test says: each stream of an agent becomes a [`Session`] in the
//! hands of the test.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use chamados_chassis::{id::DeviceId, task};
use chamados_proto::device::v1::{
    Ack, AgentMessage, Close, CloseReason, EnrollRequest, EnrollResponse, ExchangeRequest,
    ExchangeResponse, Hello, RelayAnswer, RelayMessage, Section, ServerMessage, Welcome,
    agent_message,
    agent_service_server::{AgentService, AgentServiceServer},
    server_message,
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_util::task::AbortOnDropHandle;
use tonic::{Request, Response, Status, Streaming, transport::Server};

/// What every enrolment gets.
pub(crate) const TOKEN: &str = "chd_made-up";

/// Waits for something that must happen soon.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(30), future).await.unwrap()
}

/// The usual answer to Hello: a beat a second, each acknowledged, reconnects at once.
pub(crate) fn welcome() -> Welcome {
    Welcome { epoch: 1, interval_seconds: 1, acknowledge_every: 1, ..Welcome::default() }
}

pub(crate) struct TestServer {
    address: SocketAddr,
    sessions: mpsc::Receiver<Session>,
    answers: Answers,
    task: AbortOnDropHandle<()>,
}

type Down = mpsc::Sender<Result<ServerMessage, Status>>;

/// Asked for, and what to say to it; without one the enrolment succeeds.
#[derive(Clone, Default)]
struct Answers {
    requests: Arc<Mutex<Vec<EnrollRequest>>>,
    refusal: Arc<Mutex<Option<Status>>>,
}

struct Service {
    sessions: mpsc::Sender<Session>,
    answers: Answers,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, sessions) = mpsc::channel(16);
        let answers = Answers::default();
        let service = Service { sessions: sender, answers: answers.clone() };
        let serve = Server::builder()
            .add_service(AgentServiceServer::new(service))
            .serve_with_incoming(TcpListenerStream::new(listener));
        let task = task::spawn("server", async { serve.await.unwrap() });
        Self { address, sessions, answers, task: AbortOnDropHandle::new(task) }
    }

    /// Stops listening and gives the address free. Open streams end with their [`Session`].
    pub(crate) async fn stop(self) -> SocketAddr {
        let task = self.task.detach();
        task.abort();
        assert!(within(task).await.unwrap_err().is_cancelled());
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Refuses the enrolments from now on.
    pub(crate) fn refuse(&self, status: Status) {
        *self.answers.refusal.lock().unwrap() = Some(status);
    }

    /// The enrolments asked for.
    pub(crate) fn requests(&self) -> Vec<EnrollRequest> {
        self.answers.requests.lock().unwrap().clone()
    }

    /// The next stream.
    pub(crate) async fn session(&mut self) -> Session {
        within(self.sessions.recv()).await.unwrap()
    }

    /// The next stream, welcomed.
    pub(crate) async fn welcomed(&mut self, welcome: Welcome) -> (Session, Hello) {
        let mut session = self.session().await;
        let hello = session.hello().await;
        session.say(server_message::Message::Welcome(welcome)).await;
        (session, hello)
    }
}

#[tonic::async_trait]
impl AgentService for Service {
    async fn enroll(
        &self,
        request: Request<EnrollRequest>,
    ) -> Result<Response<EnrollResponse>, Status> {
        let mut requests = self.answers.requests.lock().unwrap();
        requests.push(request.into_inner());
        if let Some(status) = &*self.answers.refusal.lock().unwrap() {
            return Err(status.clone());
        }
        let reused = requests.len() > 1;
        let device_id = DeviceId::new().to_string();
        Ok(Response::new(EnrollResponse { device_id, token: TOKEN.into(), reused }))
    }

    type SessionStream = ReceiverStream<Result<ServerMessage, Status>>;

    async fn session(
        &self,
        request: Request<Streaming<AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let (down, queue) = mpsc::channel(16);
        let session = Session { up: request.into_inner(), down };
        self.sessions.send(session).await.map_err(|_| Status::unavailable("test is over"))?;
        Ok(Response::new(ReceiverStream::new(queue)))
    }

    type RelayStream = ReceiverStream<Result<RelayAnswer, Status>>;

    async fn relay(
        &self,
        _request: Request<Streaming<RelayMessage>>,
    ) -> Result<Response<Self::RelayStream>, Status> {
        Err(Status::unimplemented("this agent is no relay"))
    }

    async fn exchange(
        &self,
        _request: Request<ExchangeRequest>,
    ) -> Result<Response<ExchangeResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }
}

/// The server's ends of one stream. Dropping it ends the stream without a word.
pub(crate) struct Session {
    up: Streaming<AgentMessage>,
    down: Down,
}

impl Session {
    /// The next message, `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<agent_message::Message> {
        within(self.up.message()).await.ok().flatten().map(|message| message.message.unwrap())
    }

    pub(crate) async fn hello(&mut self) -> Hello {
        match self.next().await {
            Some(agent_message::Message::Hello(hello)) => hello,
            other => panic!("not a Hello: {other:?}"),
        }
    }

    /// The sequence number of the next heartbeat; what comes before it is passed over.
    pub(crate) async fn beat(&mut self) -> u32 {
        loop {
            match self.next().await {
                Some(agent_message::Message::Beat(beat)) => return beat.sequence,
                Some(_) => {}
                None => panic!("the stream ended"),
            }
        }
    }

    /// The next sections; heartbeats before them are passed over.
    pub(crate) async fn sections(&mut self) -> Vec<Section> {
        loop {
            match self.next().await {
                Some(agent_message::Message::Sections(sections)) => return sections.sections,
                Some(_) => {}
                None => panic!("the stream ended"),
            }
        }
    }

    /// Waits until the agent says that it keeps the new token; what comes before it is passed over.
    pub(crate) async fn stored(&mut self) {
        loop {
            match self.next().await {
                Some(agent_message::Message::CredentialStored(_)) => return,
                Some(_) => {}
                None => panic!("the stream ended"),
            }
        }
    }

    /// The reason of the good-bye; what comes before it is passed over.
    pub(crate) async fn bye(&mut self) -> String {
        loop {
            match self.next().await {
                Some(agent_message::Message::Bye(bye)) => return bye.reason,
                Some(_) => {}
                None => panic!("the stream ended without a good-bye"),
            }
        }
    }

    pub(crate) async fn say(&self, message: server_message::Message) {
        self.down.send(Ok(ServerMessage { message: Some(message) })).await.unwrap();
    }

    pub(crate) async fn acknowledge(&self, sequence: u32) {
        self.say(server_message::Message::Ack(Ack { sequence })).await;
    }

    /// Ends the stream.
    pub(crate) async fn close(self, reason: CloseReason) {
        let close = Close { reason: reason.into(), ..Close::default() };
        self.say(server_message::Message::Close(close)).await;
    }
}
