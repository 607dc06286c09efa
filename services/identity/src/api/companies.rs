//! `CompanyService`.

use chamados_chassis::{
    context::CallContext,
    error::{Checks, Invalid, status},
    page::PageRequest,
};
use chamados_proto::identity::v1::{self as pb, company_service_server::CompanyService};
use chamados_store_kit::idempotency::Fingerprint;
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{App, companies},
    domain::{
        company::{CompanyPatch, Nickname},
        name::Name,
    },
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl CompanyService for Api {
    async fn create_company(
        &self,
        request: Request<pb::CreateCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_company(request.get_ref()).map_err(status)?;
        let company = companies::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(company.into()))
    }

    async fn get_company(
        &self,
        request: Request<pb::GetCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::id("id", &request.get_ref().id).map_err(status)?;
        let company = companies::get(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(company.into()))
    }

    async fn batch_get_company_summaries(
        &self,
        request: Request<pb::BatchGetCompanySummariesRequest>,
    ) -> Result<Response<pb::BatchGetCompanySummariesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        companies::check_batch(&request.get_ref().ids).map_err(status)?;
        let ids = convert::ids(&request.get_ref().ids);
        let companies = companies::batch_get(&self.0, &cx, &ids).await.map_err(status)?;
        let companies = companies.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::BatchGetCompanySummariesResponse { companies }))
    }

    async fn list_companies(
        &self,
        request: Request<pb::ListCompaniesRequest>,
    ) -> Result<Response<pb::ListCompaniesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let mut checks = Checks::default();
        let query = convert::query(&mut checks, &request.query);
        checks.finish().map_err(status)?;
        let page = companies::list(&self.0, &cx, &query, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListCompaniesResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            companies: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn update_company(
        &self,
        request: Request<pb::UpdateCompanyRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.into_inner();
        let company = request.company.unwrap_or_default();
        let id = convert::id("company.id", &company.id).map_err(status)?;
        let paths = request.update_mask.unwrap_or_default().paths;
        let patch = patch(&company, &paths).map_err(status)?;
        let company = companies::update(&self.0, &cx, id, company.version, patch).await;
        Ok(Response::new(company.map_err(status)?.into()))
    }

    async fn rotate_provisioning_code(
        &self,
        request: Request<pb::RotateProvisioningCodeRequest>,
    ) -> Result<Response<pb::Company>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let rotate = companies::RotateCode {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            company: convert::id("id", &request.id).map_err(status)?,
        };
        let company = companies::rotate_provisioning_code(&self.0, &cx, rotate).await;
        Ok(Response::new(company.map_err(status)?.into()))
    }
}

fn new_company(request: &pb::CreateCompanyRequest) -> Result<companies::NewCompany, Invalid> {
    let mut checks = Checks::default();
    let name = checks.take("name", Name::parse(&request.name));
    let nickname = checks.take("nickname", Nickname::parse(&request.nickname));
    match (name, nickname) {
        (Some(name), Some(nickname)) => Ok(companies::NewCompany {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            name,
            nickname,
        }),
        _ => Err(checks.into_invalid()),
    }
}

fn patch(company: &pb::Company, paths: &[String]) -> Result<CompanyPatch, Invalid> {
    let mut checks = Checks::default();
    let mut patch = CompanyPatch::default();
    for path in paths {
        match path.as_str() {
            "name" => patch.name = checks.take("name", Name::parse(&company.name)),
            "nickname" => {
                patch.nickname = checks.take("nickname", Nickname::parse(&company.nickname));
            }
            "active" => patch.active = Some(company.active),
            other => {
                checks.ensure("update_mask", false, format!("{other:?} cannot be changed"));
            }
        }
    }
    checks.finish()?;
    Ok(patch)
}
