//! Serves agents with small buffers. tonic takes two buffers of 8 KiB for each open stream, which
//! for beats of a few bytes is most of what an idle device costs; here they begin with 512 bytes
//! and grow when a section needs it.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use chamados_proto::device::v1::{
    AgentMessage, ServerMessage,
    agent_service_server::{AgentService, AgentServiceServer},
};
use futures::future::BoxFuture;
use tonic::{
    Request, Response, Status, Streaming,
    body::Body,
    codec::{BufferSettings, Codec},
    server::{Grpc, NamedService, StreamingService},
};
use tonic_prost::ProstCodec;

use super::agents::Agents;

/// Largest message an agent may send, in bytes.
const MESSAGE_BYTES: usize = 256 * 1024;
/// What a buffer begins with, in bytes.
const BUFFER_BYTES: usize = 512;
/// Bytes after which an answer is sent although more could follow.
const YIELD_BYTES: usize = 4 * 1024;
const SESSION: &str = "/chamados.device.v1.AgentService/Session";

/// The agents' service: the generated one, but for the stream's buffers.
#[derive(Clone)]
pub(super) struct AgentServer {
    agents: Arc<Agents>,
    generated: AgentServiceServer<Agents>,
}

impl AgentServer {
    pub(super) fn new(agents: Agents) -> Self {
        let agents = Arc::new(agents);
        let generated = AgentServiceServer::from_arc(Arc::clone(&agents))
            .max_decoding_message_size(MESSAGE_BYTES);
        Self { agents, generated }
    }
}

impl NamedService for AgentServer {
    const NAME: &'static str = AgentServiceServer::<Agents>::NAME;
}

impl tower::Service<http::Request<Body>> for AgentServer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if request.uri().path() != SESSION {
            return tower::Service::call(&mut self.generated, request);
        }
        let session = Session(Arc::clone(&self.agents));
        Box::pin(async move {
            let mut grpc = Grpc::new(SmallCodec).max_decoding_message_size(MESSAGE_BYTES);
            Ok(grpc.streaming(session, request).await)
        })
    }
}

/// The method as tonic wants it.
struct Session(Arc<Agents>);

impl StreamingService<AgentMessage> for Session {
    type Response = ServerMessage;
    type ResponseStream = <Agents as AgentService>::SessionStream;
    type Future = BoxFuture<'static, Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<Streaming<AgentMessage>>) -> Self::Future {
        let agents = Arc::clone(&self.0);
        Box::pin(async move { agents.session(request).await })
    }
}

#[derive(Debug, Clone, Copy)]
struct SmallCodec;

impl SmallCodec {
    fn buffers() -> BufferSettings {
        BufferSettings::new(BUFFER_BYTES, YIELD_BYTES)
    }
}

impl Codec for SmallCodec {
    type Encode = ServerMessage;
    type Decode = AgentMessage;
    type Encoder = <ProstCodec<ServerMessage, AgentMessage> as Codec>::Encoder;
    type Decoder = <ProstCodec<ServerMessage, AgentMessage> as Codec>::Decoder;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<ServerMessage, AgentMessage>::raw_encoder(Self::buffers())
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<ServerMessage, AgentMessage>::raw_decoder(Self::buffers())
    }
}
