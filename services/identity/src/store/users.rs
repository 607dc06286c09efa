//! Accounts of people and devices.

use chamados_chassis::{
    auth::Role,
    id::{CompanyId, DeviceId, TenantId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset, text};
use sea_orm::sea_query::{Expr, ExprTrait as _, Order};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set,
};
use uuid::Uuid;

use super::entity::account::{self as row, Column, Entity};
use crate::domain::{
    email::Email,
    user::{Preferences, User, UserFilter, Visibility},
};

/// Sort key of the list: name, then id.
pub type UserKey = (String, Uuid);

/// An account with what only sign-in may know.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub user: User,
    /// PHC string; none until a password was chosen.
    pub password_hash: Option<String>,
}

fn user(row: row::Model) -> Result<User, StoreError> {
    let role = row
        .role
        .parse()
        .map_err(|e| StoreError::Corrupt(format!("account {}: role {e}", row.id)))?;
    Ok(User {
        id: row.id.into(),
        tenant: row.tenant_id.into(),
        name: row.name,
        email: row.email,
        role,
        company: row.company_id.map(CompanyId::from),
        active: row.active,
        device: row.device_id.map(DeviceId::from),
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

/// Adds an account.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has the e-mail or the device an account.
pub async fn insert(tx: &Tx, user: &User, password_hash: Option<String>) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(user.id.into()),
        tenant_id: Set(user.tenant.into()),
        name: Set(user.name.clone()),
        name_key: Set(text::fold(&user.name)),
        email: Set(user.email.clone()),
        email_key: Set(user.email.as_ref().map(|email| email.to_lowercase())),
        role: Set(user.role.to_string()),
        company_id: Set(user.company.map(Uuid::from)),
        active: Set(user.active),
        device_id: Set(user.device.map(Uuid::from)),
        password_hash: Set(password_hash),
        locale: Set(None),
        theme: Set(None),
        created_at: Set(user.created_at),
        updated_at: Set(user.updated_at),
        version: Set(user.version),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// One account the caller sees.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    visible(tenant, visibility)
        .filter(Column::Id.eq(id.as_uuid()))
        .one(db)
        .await?
        .map(user)
        .transpose()
}

/// Those of `ids` that the tenant has.
///
/// # Errors
/// [`StoreError`].
pub async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[UserId],
) -> Result<Vec<User>, StoreError> {
    let ids = ids.iter().map(UserId::as_uuid);
    let rows = of(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(user).collect()
}

/// The account of an address in a tenant.
///
/// # Errors
/// [`StoreError`].
pub async fn by_email(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    email: &Email,
) -> Result<Option<User>, StoreError> {
    of(tenant).filter(Column::EmailKey.eq(email.key())).one(db).await?.map(user).transpose()
}

/// The technical account of a device.
///
/// # Errors
/// [`StoreError`].
pub async fn by_device(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    device: DeviceId,
) -> Result<Option<User>, StoreError> {
    of(tenant).filter(Column::DeviceId.eq(device.as_uuid())).one(db).await?.map(user).transpose()
}

/// Accounts an address may sign in to: the same person may be known to a few tenants.
///
/// # Errors
/// [`StoreError`].
pub async fn credentials(
    db: &impl ConnectionTrait,
    email_key: &str,
) -> Result<Vec<Credentials>, StoreError> {
    /// More tenants than this know nobody; bounds the hashing one sign-in can cause.
    const MOST: u64 = 5;

    let rows = Entity::find()
        .filter(Column::EmailKey.eq(email_key))
        .filter(Column::Active.eq(true))
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let password_hash = row.password_hash.clone();
            Ok(Credentials { user: user(row)?, password_hash })
        })
        .collect()
}

/// Renames an account that is at `version`; whether it was written.
///
/// # Errors
/// [`StoreError`].
pub async fn update_names(tx: &Tx, user: &User) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel {
            name: Set(user.name.clone()),
            name_key: Set(text::fold(&user.name)),
            company_id: Set(user.company.map(Uuid::from)),
            updated_at: Set(user.updated_at),
            version: Set(user.version),
            ..Default::default()
        })
        .filter(Column::TenantId.eq(user.tenant.as_uuid()))
        .filter(Column::Id.eq(user.id.as_uuid()))
        .filter(Column::Version.eq(user.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Accounts the caller sees, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    visibility: Visibility,
    filter: &UserFilter,
    page: &PageRequest<UserKey>,
) -> Result<Page<User>, StoreError> {
    let mut select = filtered(visible(tenant, visibility), filter);
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
    let page = Page::of(rows, page, total, |row| (row.name_key.clone(), row.id));
    let items = page.items.into_iter().map(user).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: page.next_token, total: page.total })
}

/// How the panel looks to a user.
///
/// # Errors
/// [`StoreError`].
pub async fn preferences(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: UserId,
) -> Result<Preferences, StoreError> {
    let found = of(tenant).filter(Column::Id.eq(id.as_uuid())).one(db).await?;
    Ok(found.map_or_else(Preferences::default, |row| Preferences {
        locale: row.locale,
        theme: row.theme,
    }))
}

/// Writes down how the panel looks; absent fields stay, an empty locale is forgotten.
///
/// # Errors
/// [`StoreError`].
pub async fn set_preferences(
    tx: &Tx,
    tenant: TenantId,
    id: UserId,
    preferences: &Preferences,
) -> Result<(), StoreError> {
    let mut model = row::ActiveModel::default();
    if let Some(locale) = &preferences.locale {
        model.locale = Set(Some(locale.clone()).filter(|locale| !locale.is_empty()));
    }
    if let Some(theme) = &preferences.theme {
        model.theme = Set(Some(theme.clone()));
    }
    if preferences == &Preferences::default() {
        return Ok(());
    }
    Entity::update_many()
        .set(model)
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

/// The one place that says which accounts somebody sees.
fn visible(tenant: TenantId, visibility: Visibility) -> Select<Entity> {
    let condition = match visibility {
        Visibility::Tenant => Condition::all(),
        Visibility::Company(company) => {
            Condition::all().add(Column::CompanyId.eq(company.as_uuid()))
        }
        Visibility::Own(user) => Condition::all().add(Column::Id.eq(user.as_uuid())),
        Visibility::Nothing => Condition::all().add(Column::Id.is_null()),
    };
    of(tenant).filter(condition)
}

fn filtered(mut select: Select<Entity>, filter: &UserFilter) -> Select<Entity> {
    if let Some(devices) = filter.devices {
        let machine = Role::Machine.as_str();
        select = select.filter(if devices {
            Column::Role.eq(machine)
        } else {
            Column::Role.ne(machine)
        });
    }
    if !filter.roles.is_empty() {
        select = select.filter(Column::Role.is_in(filter.roles.iter().map(|role| role.as_str())));
    }
    if let Some(company) = filter.company {
        select = select.filter(Column::CompanyId.eq(company.as_uuid()));
    }
    if !filter.query.is_empty() {
        let query = &filter.query;
        select = select.filter(
            text::contains(Expr::col(Column::NameKey), query)
                .or(text::contains(Expr::col(Column::EmailKey), query)),
        );
    }
    select
}
