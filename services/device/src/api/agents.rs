//! `AgentService`.

use std::pin::Pin;

use chamados_chassis::{context::CallContext, error::status};
use chamados_proto::device::v1 as pb;
use futures::Stream;
use secrecy::ExposeSecret as _;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{convert, session};
use crate::app::{App, enrolment};

pub(super) struct Agents {
    pub(super) app: App,
}

#[tonic::async_trait]
impl pb::agent_service_server::AgentService for Agents {
    type SessionStream = Pin<Box<dyn Stream<Item = Result<pb::ServerMessage, Status>> + Send>>;

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
}
