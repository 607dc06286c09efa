//! `ServiceAccountService`.

use chamados_chassis::{
    auth::Permission,
    clock::{from_proto, to_proto},
    context::CallContext,
    error::{Checks, Invalid, status},
    page::PageRequest,
};
use chamados_proto::identity::v1::{
    self as pb, service_account_service_server::ServiceAccountService,
};
use chamados_store_kit::idempotency::Fingerprint;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{
        App,
        api_keys::{self, NewApiKey},
        companies::check_batch,
        service_accounts::{self, NewServiceAccount, WithKeys},
    },
    domain::{
        name::Name,
        service_account::{ApiKey, Description, Scopes, ServiceAccount, ServiceAccountPatch},
    },
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl ServiceAccountService for Api {
    async fn create_service_account(
        &self,
        request: Request<pb::CreateServiceAccountRequest>,
    ) -> Result<Response<pb::ServiceAccount>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_account(request.get_ref()).map_err(status)?;
        let account = service_accounts::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(account.into()))
    }

    async fn get_service_account(
        &self,
        request: Request<pb::GetServiceAccountRequest>,
    ) -> Result<Response<pb::ServiceAccount>, Status> {
        let cx = CallContext::of(&request)?;
        let id = convert::id("id", &request.get_ref().id).map_err(status)?;
        let account = service_accounts::get(&self.0, &cx, id).await.map_err(status)?;
        Ok(Response::new(account.into()))
    }

    async fn batch_get_service_account_summaries(
        &self,
        request: Request<pb::BatchGetServiceAccountSummariesRequest>,
    ) -> Result<Response<pb::BatchGetServiceAccountSummariesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        check_batch(&request.get_ref().ids).map_err(status)?;
        let ids = convert::ids(&request.get_ref().ids);
        let accounts = service_accounts::batch_get(&self.0, &cx, &ids).await.map_err(status)?;
        let service_accounts = accounts.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::BatchGetServiceAccountSummariesResponse { service_accounts }))
    }

    async fn list_service_accounts(
        &self,
        request: Request<pb::ListServiceAccountsRequest>,
    ) -> Result<Response<pb::ListServiceAccountsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = PageRequest::parse(request.page_size, &request.page_token).map_err(status)?;
        let page = service_accounts::list(&self.0, &cx, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListServiceAccountsResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            service_accounts: page.items.into_iter().map(Into::into).collect(),
        }))
    }

    async fn update_service_account(
        &self,
        request: Request<pb::UpdateServiceAccountRequest>,
    ) -> Result<Response<pb::ServiceAccount>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.into_inner();
        let account = request.service_account.unwrap_or_default();
        let id = convert::id("service_account.id", &account.id).map_err(status)?;
        let paths = request.update_mask.unwrap_or_default().paths;
        let patch = patch(&account, &paths).map_err(status)?;
        let account = service_accounts::update(&self.0, &cx, id, account.version, patch).await;
        Ok(Response::new(account.map_err(status)?.into()))
    }

    async fn list_scopes(
        &self,
        request: Request<pb::ListScopesRequest>,
    ) -> Result<Response<pb::ListScopesResponse>, Status> {
        let cx = CallContext::of(&request)?;
        cx.require(Permission::ServiceAccountsManage).map_err(status)?;
        let scopes = Permission::scopes().map(|scope| scope.name().to_owned()).collect();
        Ok(Response::new(pb::ListScopesResponse { scopes }))
    }

    async fn create_api_key(
        &self,
        request: Request<pb::CreateApiKeyRequest>,
    ) -> Result<Response<pb::CreateApiKeyResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let new = new_key(request.get_ref(), self.0.clock.now()).map_err(status)?;
        let issued = api_keys::create(&self.0, &cx, new).await.map_err(status)?;
        Ok(Response::new(pb::CreateApiKeyResponse {
            key: Some(issued.key.into()),
            secret: issued.secret.expose_secret().to_owned(),
        }))
    }

    async fn revoke_api_key(
        &self,
        request: Request<pb::RevokeApiKeyRequest>,
    ) -> Result<Response<pb::ApiKey>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let account = convert::id("service_account_id", &request.service_account_id);
        let account = account.map_err(status)?;
        let id = convert::id("id", &request.id).map_err(status)?;
        let key = api_keys::revoke(&self.0, &cx, account, id).await.map_err(status)?;
        Ok(Response::new(key.into()))
    }
}

fn new_account(request: &pb::CreateServiceAccountRequest) -> Result<NewServiceAccount, Invalid> {
    let mut checks = Checks::default();
    let name = checks.take("name", Name::parse(&request.name));
    let description = checks.take("description", Description::parse(&request.description));
    match (name, description) {
        (Some(name), Some(description)) => Ok(NewServiceAccount {
            request_id: request.request_id.clone(),
            fingerprint: Fingerprint::of(request),
            name,
            description,
        }),
        _ => Err(checks.into_invalid()),
    }
}

fn patch(account: &pb::ServiceAccount, paths: &[String]) -> Result<ServiceAccountPatch, Invalid> {
    let mut checks = Checks::default();
    let mut patch = ServiceAccountPatch::default();
    for path in paths {
        match path.as_str() {
            "name" => patch.name = checks.take("name", Name::parse(&account.name)),
            "description" => {
                let description = Description::parse(&account.description);
                patch.description = checks.take("description", description);
            }
            "active" => patch.active = Some(account.active),
            other => {
                checks.ensure("update_mask", false, format!("{other:?} cannot be changed"));
            }
        }
    }
    checks.finish()?;
    Ok(patch)
}

fn new_key(request: &pb::CreateApiKeyRequest, now: DateTime<Utc>) -> Result<NewApiKey, Invalid> {
    let mut checks = Checks::default();
    let account = checks.take("service_account_id", request.service_account_id.parse());
    let scopes = checks.take("scopes", Scopes::parse(&request.scopes));
    let expires_at = request.expire_time.and_then(from_proto);
    let ahead = expires_at.is_some_and(|end| end > now);
    checks.ensure("expire_time", request.expire_time.is_none() || ahead, "must be in the future");
    match (account, scopes) {
        (Some(account), Some(scopes)) => {
            checks.finish()?;
            Ok(NewApiKey {
                request_id: request.request_id.clone(),
                fingerprint: Fingerprint::of(request),
                account,
                scopes,
                expires_at,
            })
        }
        _ => Err(checks.into_invalid()),
    }
}

impl From<WithKeys> for pb::ServiceAccount {
    fn from(WithKeys { account, keys }: WithKeys) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name,
            description: account.description,
            active: account.active,
            keys: keys.into_iter().map(Into::into).collect(),
            create_time: Some(to_proto(account.created_at)),
            update_time: Some(to_proto(account.updated_at)),
            version: account.version,
        }
    }
}

impl From<ServiceAccount> for pb::ServiceAccountSummary {
    fn from(account: ServiceAccount) -> Self {
        Self { id: account.id.to_string(), name: account.name }
    }
}

impl From<ApiKey> for pb::ApiKey {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            hint: key.hint,
            scopes: key.scopes.names().map(ToOwned::to_owned).collect(),
            create_time: Some(to_proto(key.created_at)),
            expire_time: key.expires_at.map(to_proto),
            revoke_time: key.revoked_at.map(to_proto),
            last_used_time: key.last_used_at.map(to_proto),
        }
    }
}
