//! `AgentService`.

use std::{pin::Pin, sync::Arc};

use chamados_chassis::{
    context::CallContext,
    error::{Invalid, status},
};
use chamados_proto::device::v1 as pb;
use futures::Stream;
use secrecy::ExposeSecret as _;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{calls::Calls, convert, relay, session};
use crate::app::{App, enrolment};

pub(super) struct Agents {
    pub(super) app: App,
    pub(super) calls: Arc<Calls>,
}

#[tonic::async_trait]
impl pb::agent_service_server::AgentService for Agents {
    type SessionStream = Pin<Box<dyn Stream<Item = Result<pb::ServerMessage, Status>> + Send>>;

    type RelayStream = Pin<Box<dyn Stream<Item = Result<pb::RelayAnswer, Status>> + Send>>;

    async fn enroll(
        &self,
        request: Request<pb::EnrollRequest>,
    ) -> Result<Response<pb::EnrollResponse>, Status> {
        // Agents are nobody yet; only the request's id is of interest.
        let request_id = CallContext::of(&request)
            .map_or_else(|_| Uuid::now_v7().to_string(), |cx| cx.request_id().to_owned());
        let input = convert::enroll(request.into_inner()).map_err(status)?;
        let enrolled = enrolment::enroll(&self.app, &request_id, input).await.map_err(status)?;
        Ok(Response::new(pb::EnrollResponse {
            device_id: enrolled.device.to_string(),
            token: enrolled.token.expose_secret().to_owned(),
            reused: enrolled.reused,
        }))
    }

    async fn session(
        &self,
        request: Request<Streaming<pb::AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let answers = session::serve(self.app.clone(), request.into_inner());
        Ok(Response::new(Box::pin(answers)))
    }

    async fn relay(
        &self,
        request: Request<Streaming<pb::RelayMessage>>,
    ) -> Result<Response<Self::RelayStream>, Status> {
        let answers = relay::serve(self.app.clone(), request.into_inner());
        Ok(Response::new(Box::pin(answers)))
    }

    async fn exchange(
        &self,
        request: Request<pb::ExchangeRequest>,
    ) -> Result<Response<pb::ExchangeResponse>, Status> {
        let pb::ExchangeRequest { token, epoch, message } = request.into_inner();
        let message = message
            .and_then(|message| message.message)
            .ok_or_else(|| status(Invalid::field("message", "must not be empty")))?;
        let answers = self.calls.exchange(&self.app, token, epoch, message).await;
        let message = |message| pb::ServerMessage { message: Some(message) };
        let messages = answers.into_iter().map(message).collect();
        Ok(Response::new(pb::ExchangeResponse { messages }))
    }
}
