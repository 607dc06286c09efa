//! `DeviceTokenService`.

use chamados_chassis::error::status;
use chamados_proto::device::v1 as pb;
use tonic::{Request, Response, Status};

use crate::app::{App, device_tokens};

pub(super) struct DeviceTokens {
    pub(super) app: App,
}

#[tonic::async_trait]
impl pb::device_token_service_server::DeviceTokenService for DeviceTokens {
    async fn authenticate_device(
        &self,
        request: Request<pb::AuthenticateDeviceRequest>,
    ) -> Result<Response<pb::AuthenticateDeviceResponse>, Status> {
        let token = &request.get_ref().token;
        let principal_token =
            device_tokens::authenticate(&self.app, token).await.map_err(status)?;
        Ok(Response::new(pb::AuthenticateDeviceResponse { principal_token }))
    }
}
