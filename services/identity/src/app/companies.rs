//! Companies.

use chamados_chassis::{
    auth::{Audience, Permission, Principal},
    context::CallContext,
    error::Invalid,
    id::CompanyId,
    page::{Page, PageRequest},
};
use chamados_proto::event::v1::ChangedField;
use chamados_store_kit::{
    StoreError,
    audit::{Target, field},
    idempotency::{self, Fingerprint, Outcome},
};

use super::{App, audit};
use crate::{
    domain::{
        company::{Company, CompanyPatch, Nickname, ProvisioningCode},
        name::Name,
    },
    error::{Error, Result},
    store::{self, companies::CompanyKey},
};

/// A company to be made.
#[derive(Debug)]
pub struct NewCompany {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Display name.
    pub name: Name,
    /// Short name, unique in the tenant.
    pub nickname: Nickname,
}

/// Makes a company with a fresh provisioning code.
pub async fn create(app: &App, cx: &CallContext, new: NewCompany) -> Result<Company> {
    let tenant = cx.require(Permission::CompaniesManage)?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let company = Company {
        id: CompanyId::new(),
        tenant,
        name: new.name.as_str().to_owned(),
        nickname: new.nickname.as_str().to_owned(),
        provisioning_code: fresh_code().as_str().to_owned(),
        active: true,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "company.create",
        request_id: &new.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &key, new.fingerprint, now).await? {
        let id = idempotency::replayed_id(&id)?;
        return store::companies::get(&tx, tenant, id).await?.ok_or(Error::CompanyNotFound);
    }
    store::companies::insert(&tx, &company).await.map_err(nickname_taken)?;
    let fields = changes(None, &company);
    audit::record(&tx, cx, tenant, "company.created", target(&company), fields, now).await?;
    idempotency::finish(&tx, &key, company.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    changed(app, &company).await;
    Ok(company)
}

/// One company; without its code for those who may not enrol devices.
pub async fn get(app: &App, cx: &CallContext, id: CompanyId) -> Result<Company> {
    let tenant = cx.require(Permission::CompaniesRead)?;
    let visible = only(cx.principal()).is_none_or(|own| own == Some(id));
    let company = store::companies::get(app.db.read(), tenant, id).await?;
    company.filter(|_| visible).map(|c| redacted(cx, c)).ok_or(Error::CompanyNotFound)
}

/// Names of companies; unknown ids are left out.
pub async fn batch_get(app: &App, cx: &CallContext, ids: &[CompanyId]) -> Result<Vec<Company>> {
    let tenant = cx.principal().tenant()?;
    Ok(store::companies::by_ids(app.db.read(), tenant, ids).await?)
}

/// Companies by name.
pub async fn list(
    app: &App,
    cx: &CallContext,
    query: &str,
    page: &PageRequest<CompanyKey>,
) -> Result<Page<Company>> {
    let tenant = cx.require(Permission::CompaniesRead)?;
    let only = match only(cx.principal()) {
        None => None,
        Some(Some(own)) => Some(own),
        Some(None) => return Ok(Page { items: vec![], next_token: String::new(), total: 0 }),
    };
    let page = store::companies::list(&app.db, tenant, only, query, page).await?;
    Ok(page.map(|company| redacted(cx, company)))
}

/// Changes a company that is at `version`, or at any for 0.
pub async fn update(
    app: &App,
    cx: &CallContext,
    id: CompanyId,
    version: i64,
    patch: CompanyPatch,
) -> Result<Company> {
    let tenant = cx.require(Permission::CompaniesManage)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let company = store::companies::get(&tx, tenant, id).await?.ok_or(Error::CompanyNotFound)?;
    if version != 0 && version != company.version {
        return Err(Error::StaleVersion);
    }
    let next = company.patched(patch, now);
    if !store::companies::update(&tx, &next).await.map_err(nickname_taken)? {
        return Err(Error::StaleVersion);
    }
    let fields = changes(Some(&company), &next);
    if !fields.is_empty() {
        audit::record(&tx, cx, tenant, "company.updated", target(&company), fields, now).await?;
    }
    tx.commit().await?;
    changed(app, &next).await;
    Ok(next)
}

/// A provisioning code to be replaced.
#[derive(Debug)]
pub struct RotateCode {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Whose code.
    pub company: CompanyId,
}

/// Replaces the provisioning code.
pub async fn rotate_provisioning_code(
    app: &App,
    cx: &CallContext,
    rotate: RotateCode,
) -> Result<Company> {
    let tenant = cx.require(Permission::CompaniesManage)?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "company.rotate_code",
        request_id: &rotate.request_id,
    };
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, rotate.fingerprint, now).await?;
    let company = store::companies::get(&tx, tenant, rotate.company).await?;
    let company = company.ok_or(Error::CompanyNotFound)?;
    if let Outcome::Replay(_) = outcome {
        return Ok(company);
    }
    let patch = CompanyPatch { provisioning_code: Some(fresh_code()), ..CompanyPatch::default() };
    let next = company.patched(patch, now);
    if !store::companies::update(&tx, &next).await? {
        return Err(Error::StaleVersion);
    }
    let target = target(&company);
    audit::record(&tx, cx, tenant, "company.code_rotated", target, vec![], now).await?;
    idempotency::finish(&tx, &key, company.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    changed(app, &next).await;
    Ok(next)
}

fn target(company: &Company) -> Target<'_> {
    Target { kind: "company", id: company.id.to_string(), name: &company.name }
}

/// What became different, for the audit log. Never the code.
fn changes(old: Option<&Company>, new: &Company) -> Vec<ChangedField> {
    let values = |company: &Company| {
        [company.name.clone(), company.nickname.clone(), company.active.to_string()].map(Some)
    };
    let before = old.map_or([None, None, None], values);
    ["name", "nickname", "active"]
        .into_iter()
        .zip(before.into_iter().zip(values(new)))
        .map(|(name, (old, new))| (name, old, new))
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| field(name, old, new))
        .collect()
}

fn fresh_code() -> ProvisioningCode {
    ProvisioningCode::from_random(rand::random())
}

/// The one company a client's person sees; `None` for those who see all.
fn only(principal: &Principal) -> Option<Option<CompanyId>> {
    (!principal.is_staff()).then(|| principal.company())
}

fn redacted(cx: &CallContext, mut company: Company) -> Company {
    if cx.require(Permission::CompaniesManage).is_err() {
        company.provisioning_code.clear();
    }
    company
}

fn nickname_taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::NicknameTaken } else { error.into() }
}

async fn changed(app: &App, company: &Company) {
    let audience = Audience { company: Some(company.id), users: vec![] };
    app.signal(company.tenant, "company.changed", company.id.to_string(), audience).await;
}

/// Refuses more ids than one call may name.
///
/// # Errors
/// [`Invalid`].
pub fn check_batch(ids: &[String]) -> Result<(), Invalid> {
    const MOST: usize = 500;
    if ids.len() <= MOST { Ok(()) } else { Err(Invalid::field("ids", "at most 500")) }
}
