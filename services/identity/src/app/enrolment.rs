//! What the device service asks while it enrols a computer.

use chamados_chassis::{
    auth::Role,
    context::CallContext,
    id::{CompanyId, DeviceId, TenantId, UserId},
};
use chrono::{DateTime, Utc};

use super::{App, users};
use crate::{
    domain::{
        company::{Company, ProvisioningCode},
        email::Email,
        name::Name,
        user::{NewPerson, User},
    },
    error::{Error, Result},
    store,
};

/// Whose a computer will be.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// Tenant of the company.
    pub tenant: TenantId,
    /// The company of the code.
    pub company: CompanyId,
    /// The person.
    pub user: UserId,
}

/// Says whose a computer will be. An address nobody has becomes a collaborator of the company.
pub async fn admit_device(
    app: &App,
    cx: &CallContext,
    code: &str,
    email: &Email,
) -> Result<Admission> {
    cx.principal().require_service()?;
    let code = ProvisioningCode::parse(code).ok_or(Error::ProvisioningCodeInvalid)?;
    match admit(app, &code, email).await {
        // Two computers brought the same newcomer; now the address is known.
        Err(Error::Store(error)) if error.is_unique_violation() => admit(app, &code, email).await,
        outcome => outcome,
    }
}

async fn admit(app: &App, code: &ProvisioningCode, email: &Email) -> Result<Admission> {
    let tx = app.db.begin().await?;
    let company = store::companies::by_provisioning_code(&tx, code.as_str()).await?;
    let company = company.ok_or(Error::ProvisioningCodeInvalid)?;
    let admission =
        |user: &User| Admission { tenant: company.tenant, company: company.id, user: user.id };
    if let Some(user) = store::users::by_email(&tx, company.tenant, email).await? {
        let user = store::users::survivor(&tx, user).await?;
        return if may_use_device(&user, &company) {
            Ok(admission(&user))
        } else {
            Err(Error::EmailNotInCompany)
        };
    }
    let user = newcomer(&company, email, app.clock.now());
    store::users::insert(&tx, &user, None).await?;
    tx.commit().await?;
    users::changed(app, &user).await;
    tracing::info!(user = %user.id, company = %company.id, "a device brought a new collaborator");
    Ok(admission(&user))
}

/// A company's computer is used by the company's people, or by staff.
fn may_use_device(user: &User, company: &Company) -> bool {
    user.may_sign_in() && (user.role.is_staff() || user.company == Some(company.id))
}

fn newcomer(company: &Company, email: &Email, now: DateTime<Utc>) -> User {
    let person = NewPerson {
        name: Name::from(email),
        email: email.clone(),
        role: Role::Collaborator,
        company: Some(company.id),
    };
    person.create(company.tenant, now)
}

/// Makes the technical account of a device, or gives it the device's present name and company.
pub async fn ensure_device_account(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    company: CompanyId,
    device: DeviceId,
    name: &Name,
) -> Result<UserId> {
    cx.principal().require_service()?;
    match ensure(app, tenant, company, device, name).await {
        // Another call made it in between; now it is there.
        Err(Error::Store(error)) if error.is_unique_violation() => {
            ensure(app, tenant, company, device, name).await
        }
        outcome => outcome,
    }
}

async fn ensure(
    app: &App,
    tenant: TenantId,
    company: CompanyId,
    device: DeviceId,
    name: &Name,
) -> Result<UserId> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    if store::companies::get(&tx, tenant, company).await?.is_none() {
        return Err(Error::CompanyNotFound);
    }
    let user = match store::users::by_device(&tx, tenant, device).await? {
        Some(user) if user.name == name.as_str() && user.company == Some(company) => {
            return Ok(user.id);
        }
        Some(user) => {
            let next = User {
                name: name.as_str().to_owned(),
                company: Some(company),
                updated_at: now,
                version: user.version + 1,
                ..user
            };
            if !store::users::update(&tx, tenant, &next).await? {
                return Err(Error::StaleVersion);
            }
            next
        }
        None => {
            let user = account_of(tenant, company, device, name, now);
            store::users::insert(&tx, &user, None).await?;
            user
        }
    };
    tx.commit().await?;
    Ok(user.id)
}

fn account_of(
    tenant: TenantId,
    company: CompanyId,
    device: DeviceId,
    name: &Name,
    now: DateTime<Utc>,
) -> User {
    User {
        id: UserId::new(),
        tenant,
        name: name.as_str().to_owned(),
        email: None,
        role: Role::Machine,
        company: Some(company),
        active: true,
        device: Some(device),
        created_at: now,
        updated_at: now,
        version: 1,
        has_password: false,
        platform: false,
        merged_into: None,
    }
}
