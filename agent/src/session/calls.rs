//! What stands for a stream where streams break: each message is a call, the answers come back in
//! order.

use std::time::Duration;

use chamados_chassis::task;
use chamados_proto::device::v1::{
    AgentMessage, ExchangeRequest, ServerMessage, agent_message,
    agent_service_client::AgentServiceClient, server_message,
};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use tonic::{Status, transport::Channel};

/// For the answer to one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Answers that may wait.
const QUEUE: usize = 16;

/// The answers of the server.
pub(super) struct Answers {
    queue: mpsc::Receiver<Result<ServerMessage, Status>>,
    _task: AbortOnDropHandle<()>,
}

impl Answers {
    /// Calls with whatever comes from `up`, until that ends or a call fails.
    pub(super) fn start(
        client: AgentServiceClient<Channel>,
        token: String,
        up: mpsc::Receiver<AgentMessage>,
    ) -> Self {
        let (answers, queue) = mpsc::channel(QUEUE);
        let task = task::spawn("calls", call(client, token, up, answers));
        Self { queue, _task: AbortOnDropHandle::new(task) }
    }

    /// The next message, none at the end. Cancel safe.
    pub(super) async fn message(&mut self) -> Result<Option<ServerMessage>, Status> {
        self.queue.recv().await.transpose()
    }
}

async fn call(
    mut client: AgentServiceClient<Channel>,
    token: String,
    mut up: mpsc::Receiver<AgentMessage>,
    answers: mpsc::Sender<Result<ServerMessage, Status>>,
) {
    let mut epoch = 0;
    while let Some(message) = up.recv().await {
        let is_last = matches!(message.message, Some(agent_message::Message::Bye(_)));
        let request = ExchangeRequest { token: token.clone(), epoch, message: Some(message) };
        let answer = tokio::time::timeout(CALL_TIMEOUT, client.exchange(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in 15 s")));
        let messages = match answer {
            Ok(answer) => answer.into_inner().messages,
            Err(status) => {
                // Nobody listens any more when the link is gone.
                drop(answers.send(Err(status)).await);
                return;
            }
        };
        for message in messages {
            if let Some(server_message::Message::Welcome(welcome)) = &message.message {
                epoch = welcome.epoch;
            }
            if answers.send(Ok(message)).await.is_err() {
                return;
            }
        }
        if is_last {
            return;
        }
    }
}
