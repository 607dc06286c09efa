//! `CategoryService`.

use chamados_chassis::{
    context::CallContext,
    error::{Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, category_service_server::CategoryService};
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{App, categories},
    domain::Name,
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl CategoryService for Api {
    async fn list_categories(
        &self,
        request: Request<pb::ListCategoriesRequest>,
    ) -> Result<Response<pb::ListCategoriesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let archived = request.get_ref().include_archived;
        let categories = categories::list(&self.0, &cx, archived).await.map_err(status)?;
        let categories = categories.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::ListCategoriesResponse { categories }))
    }

    async fn create_category(
        &self,
        request: Request<pb::CreateCategoryRequest>,
    ) -> Result<Response<pb::Category>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let name = Name::parse(&request.name)
            .map_err(|e| status(Invalid::field("name", e.to_string())))?;
        let repeat = decode::repeat(&request.request_id, request);
        let category = categories::create(&self.0, &cx, repeat, name).await.map_err(status)?;
        Ok(Response::new(category.into()))
    }

    async fn update_category(
        &self,
        request: Request<pb::UpdateCategoryRequest>,
    ) -> Result<Response<pb::Category>, Status> {
        let cx = CallContext::of(&request)?;
        let pb::UpdateCategoryRequest { category, update_mask } = request.into_inner();
        let pb::Category { id, name, archived, version, .. } = category.unwrap_or_default();
        let id = decode::id("id", &id).map_err(status)?;
        let edit = decode::list_edit(&name, archived, update_mask.as_ref()).map_err(status)?;
        let category = categories::update(&self.0, &cx, id, version, edit).await.map_err(status)?;
        Ok(Response::new(category.into()))
    }

    async fn delete_category(
        &self,
        request: Request<pb::DeleteCategoryRequest>,
    ) -> Result<Response<pb::DeleteCategoryResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let id = decode::id("id", &request.id).map_err(status)?;
        let repeat = decode::repeat(&request.request_id, request);
        categories::delete(&self.0, &cx, repeat, id).await.map_err(status)?;
        Ok(Response::new(pb::DeleteCategoryResponse {}))
    }
}
