//! `DeviceService`.

use chamados_chassis::{context::CallContext, error::status, page::PageRequest};
use chamados_proto::device::v1 as pb;
use tonic::{Request, Response, Status};

use super::{access as wire, convert};
use crate::app::{
    App, access, devices, history, incidents, links, reset, software, timeline, tokens,
    usb_policies, users,
};

pub(super) struct Devices {
    pub(super) app: App,
}

#[tonic::async_trait]
impl pb::device_service_server::DeviceService for Devices {
    async fn get_device(
        &self,
        request: Request<pb::GetDeviceRequest>,
    ) -> Result<Response<pb::Device>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::device_id(&request.get_ref().id).map_err(status)?;
        let view = devices::get(&self.app, &cx, id).await.map_err(status)?;
        Ok(Response::new(convert::device(view)))
    }

    async fn batch_get_device_summaries(
        &self,
        request: Request<pb::BatchGetDeviceSummariesRequest>,
    ) -> Result<Response<pb::BatchGetDeviceSummariesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let ids = convert::device_ids(&request.get_ref().ids).map_err(status)?;
        let views = devices::batch_get(&self.app, &cx, &ids).await.map_err(status)?;
        let devices = views.into_iter().map(convert::summary).collect();
        Ok(Response::new(pb::BatchGetDeviceSummariesResponse { devices }))
    }

    async fn list_devices(
        &self,
        request: Request<pb::ListDevicesRequest>,
    ) -> Result<Response<pb::ListDevicesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let message = request.into_inner();
        let page = PageRequest::parse(message.page_size, &message.page_token).map_err(status)?;
        let filter = convert::filter(message).map_err(status)?;
        let page = devices::list(&self.app, &cx, &filter, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListDevicesResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            devices: page.items.into_iter().map(convert::device).collect(),
        }))
    }

    async fn update_device(
        &self,
        request: Request<pb::UpdateDeviceRequest>,
    ) -> Result<Response<pb::Device>, Status> {
        let cx = CallContext::of(&request)?;
        let (id, version, edit) = convert::edit(request.into_inner()).map_err(status)?;
        let view = devices::update(&self.app, &cx, id, version, edit).await.map_err(status)?;
        Ok(Response::new(convert::device(view)))
    }

    async fn reset_agent(
        &self,
        request: Request<pb::ResetAgentRequest>,
    ) -> Result<Response<pb::ResetAgentResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let message = request.into_inner();
        let (id, fingerprint) = convert::reset(&message).map_err(status)?;
        let revoked = reset::reset_agent(&self.app, &cx, id, &message.request_id, fingerprint)
            .await
            .map_err(status)?;
        let revoked_tokens = i32::try_from(revoked).unwrap_or(i32::MAX);
        Ok(Response::new(pb::ResetAgentResponse { revoked_tokens }))
    }

    async fn set_usb_policy(
        &self,
        request: Request<pb::SetUsbPolicyRequest>,
    ) -> Result<Response<pb::Device>, Status> {
        let cx = CallContext::of(&request)?;
        let new = convert::set_usb_policy(request.get_ref()).map_err(status)?;
        let view = usb_policies::set(&self.app, &cx, new).await.map_err(status)?;
        Ok(Response::new(convert::device(view)))
    }

    async fn link_user(
        &self,
        request: Request<pb::LinkUserRequest>,
    ) -> Result<Response<pb::Device>, Status> {
        let cx = CallContext::of(&request)?;
        let new = convert::link(request.get_ref()).map_err(status)?;
        let view = links::link(&self.app, &cx, new).await.map_err(status)?;
        Ok(Response::new(convert::device(view)))
    }

    async fn adjust_access(
        &self,
        request: Request<pb::AdjustAccessRequest>,
    ) -> Result<Response<pb::Device>, Status> {
        let cx = CallContext::of(&request)?;
        let wish = wire::adjustment(request.get_ref()).map_err(status)?;
        let view = access::adjust(&self.app, &cx, wish).await.map_err(status)?;
        Ok(Response::new(convert::device(view)))
    }

    async fn unlink_user(
        &self,
        request: Request<pb::UnlinkUserRequest>,
    ) -> Result<Response<pb::Device>, Status> {
        let cx = CallContext::of(&request)?;
        let message = request.get_ref();
        let user = convert::user_id(&message.user_id).map_err(status)?;
        let device = convert::device_id(&message.device_id).map_err(status)?;
        let view = links::unlink(&self.app, &cx, device, user).await.map_err(status)?;
        Ok(Response::new(convert::device(view)))
    }

    async fn get_user_references(
        &self,
        request: Request<pb::GetUserReferencesRequest>,
    ) -> Result<Response<pb::UserReferences>, Status> {
        let cx = CallContext::of(&request)?;
        let user = convert::user_id(&request.get_ref().user_id).map_err(status)?;
        let references = users::get_references(&self.app, &cx, user).await.map_err(status)?;
        Ok(Response::new(convert::references(references)))
    }

    async fn list_incidents(
        &self,
        request: Request<pb::ListIncidentsRequest>,
    ) -> Result<Response<pb::ListIncidentsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let incidents = incidents::list(&self.app, &cx).await.map_err(status)?;
        let incidents = incidents.into_iter().map(convert::incident).collect();
        Ok(Response::new(pb::ListIncidentsResponse { incidents }))
    }

    async fn list_timeline(
        &self,
        request: Request<pb::ListDeviceTimelineRequest>,
    ) -> Result<Response<pb::ListDeviceTimelineResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let message = request.into_inner();
        let id = convert::device_id(&message.device_id).map_err(status)?;
        let page = PageRequest::parse(message.page_size, &message.page_token).map_err(status)?;
        let page = timeline::list(&self.app, &cx, id, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListDeviceTimelineResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            entries: page.items.into_iter().map(convert::entry).collect(),
        }))
    }

    async fn list_device_tokens(
        &self,
        request: Request<pb::ListDeviceTokensRequest>,
    ) -> Result<Response<pb::ListDeviceTokensResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::device_id(&request.get_ref().device_id).map_err(status)?;
        let tokens = tokens::list(&self.app, &cx, id).await.map_err(status)?;
        let tokens = tokens.into_iter().map(wire::token).collect();
        Ok(Response::new(pb::ListDeviceTokensResponse { tokens }))
    }

    async fn list_device_software(
        &self,
        request: Request<pb::ListDeviceSoftwareRequest>,
    ) -> Result<Response<pb::ListDeviceSoftwareResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let message = request.into_inner();
        let (id, query) = convert::list_software(&message).map_err(status)?;
        let page = PageRequest::parse(message.page_size, &message.page_token).map_err(status)?;
        let software = software::list(&self.app, &cx, id, &query, &page).await.map_err(status)?;
        Ok(Response::new(convert::software(software)))
    }

    async fn get_presence_history(
        &self,
        request: Request<pb::GetPresenceHistoryRequest>,
    ) -> Result<Response<pb::GetPresenceHistoryResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let message = request.into_inner();
        let id = convert::device_id(&message.device_id).map_err(status)?;
        let from = wire::time("from", message.from).map_err(status)?;
        let to = wire::time("to", message.to).map_err(status)?;
        let history = history::of_device(&self.app, &cx, id, from, to).await.map_err(status)?;
        Ok(Response::new(wire::history(history)))
    }

    async fn get_presence_by_company(
        &self,
        request: Request<pb::GetPresenceByCompanyRequest>,
    ) -> Result<Response<pb::GetPresenceByCompanyResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let limit = request.get_ref().limit;
        let (companies, total) =
            history::by_company(&self.app, &cx, limit).await.map_err(status)?;
        Ok(Response::new(wire::companies(companies, total)))
    }
}
