//! Companies.

use chamados_chassis::{
    id::{CompanyId, TenantId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset, text};
use sea_orm::sea_query::{Expr, ExprTrait as _, Order};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};
use uuid::Uuid;

use super::entity::company::{self as row, Column, Entity};
use crate::domain::company::Company;

/// Sort key of the list: name, then id.
pub type CompanyKey = (String, Uuid);

impl From<row::Model> for Company {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            name: row.name,
            nickname: row.nickname,
            provisioning_code: row.provisioning_code,
            active: row.active,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

fn columns(company: &Company) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(company.id.into()),
        tenant_id: Set(company.tenant.into()),
        name: Set(company.name.clone()),
        name_key: Set(text::fold(&company.name)),
        nickname: Set(company.nickname.clone()),
        provisioning_code: Set(company.provisioning_code.clone()),
        active: Set(company.active),
        created_at: Set(company.created_at),
        updated_at: Set(company.updated_at),
        version: Set(company.version),
    }
}

/// Adds a company.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has the nickname.
pub async fn insert(tx: &Tx, company: &Company) -> Result<(), StoreError> {
    Entity::insert(columns(company)).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a changed company, unless somebody else changed it since; whether it was written.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has the nickname.
pub async fn update(tx: &Tx, company: &Company) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(columns(company))
        .filter(Column::TenantId.eq(company.tenant.as_uuid()))
        .filter(Column::Id.eq(company.id.as_uuid()))
        .filter(Column::Version.eq(company.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// One company.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: CompanyId,
) -> Result<Option<Company>, StoreError> {
    let found = of(tenant).filter(Column::Id.eq(id.as_uuid())).one(db).await?;
    Ok(found.map(Company::from))
}

/// Those of `ids` that the tenant has.
///
/// # Errors
/// [`StoreError`].
pub async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[CompanyId],
) -> Result<Vec<Company>, StoreError> {
    let ids = ids.iter().map(CompanyId::as_uuid);
    let found = of(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(found.into_iter().map(Company::from).collect())
}

/// The company of a nickname.
///
/// # Errors
/// [`StoreError`].
pub async fn by_nickname(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    nickname: &str,
) -> Result<Option<Company>, StoreError> {
    let found = of(tenant).filter(Column::Nickname.eq(nickname)).one(db).await?;
    Ok(found.map(Company::from))
}

/// The active company of a provisioning code, of whichever tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn by_provisioning_code(
    db: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<Company>, StoreError> {
    let found = Entity::find()
        .filter(Column::ProvisioningCode.eq(code))
        .filter(Column::Active.eq(true))
        .one(db)
        .await?;
    Ok(found.map(Company::from))
}

/// Companies by name; only `only`, when given.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    only: Option<CompanyId>,
    query: &str,
    page: &PageRequest<CompanyKey>,
) -> Result<Page<Company>, StoreError> {
    let mut select = of(tenant);
    if let Some(id) = only {
        select = select.filter(Column::Id.eq(id.as_uuid()));
    }
    if !query.is_empty() {
        select = select.filter(
            text::contains(Expr::col(Column::NameKey), query)
                .or(text::contains(Expr::col(Column::Nickname), query)),
        );
    }
    let total = select.clone().count(db.read()).await?;
    if let Some((name, id)) = page.after.clone() {
        let columns = [Column::NameKey, Column::Id];
        select = select.filter(keyset::after(columns, [name.into(), id.into()], &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    Ok(Page::of(rows, page, total, |row| (row.name_key.clone(), row.id)).map(Company::from))
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}
