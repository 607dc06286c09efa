//! Accounts of people and devices.

use chamados_chassis::{
    auth::Role,
    id::{CompanyId, DeviceId, TenantId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset, text};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, LockType, Order};
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set,
};
use uuid::Uuid;

use super::entity::account::{self as row, Column, Entity};
use crate::domain::{
    email::Email,
    user::{KnownNames, Preferences, Summary, User, UserFilter, Visibility},
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
        has_password: row.password_hash.is_some(),
        platform: row.platform,
        merged_into: row.merged_into.map(UserId::from),
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
        platform: Set(user.platform),
        merged_into: Set(user.merged_into.map(Uuid::from)),
        default_ticket_filter: Set(None),
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

/// Those of `ids` that the tenant has and whose names `known` allows.
///
/// # Errors
/// [`StoreError`].
pub async fn summaries(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    known: KnownNames,
    ids: &[UserId],
) -> Result<Vec<Summary>, StoreError> {
    let mut select = of(tenant).filter(Column::Id.is_in(ids.iter().map(UserId::as_uuid)));
    if let KnownNames::StaffAnd { company, user } = known {
        let staff = Role::ALL.into_iter().filter(|role| role.is_staff()).map(Role::as_str);
        let mut allowed = Condition::any().add(Column::Role.is_in(staff));
        if let Some(company) = company {
            allowed = allowed.add(Column::CompanyId.eq(company.as_uuid()));
        }
        if let Some(user) = user {
            allowed = allowed.add(Column::Id.eq(user.as_uuid()));
        }
        select = select.filter(allowed);
    }
    let rows = select.all(db).await?;
    rows.into_iter().map(|row| user(row).map(Summary::from)).collect()
}

/// Who an account lives on in: itself, or the one it was merged into.
///
/// # Errors
/// [`StoreError`].
pub async fn survivor(db: &impl ConnectionTrait, user: User) -> Result<User, StoreError> {
    /// A survivor may be merged too, but never into one of those merged into it.
    const MOST: usize = 16;

    let mut present = user;
    for _ in 0..MOST {
        let Some(into) = present.merged_into else { return Ok(present) };
        let next = get(db, present.tenant, Visibility::Tenant, into).await?;
        present = next.ok_or_else(|| {
            StoreError::Corrupt(format!("account {}: merged into nobody", present.id))
        })?;
    }
    Err(StoreError::Corrupt(format!("account {}: merged in a circle", present.id)))
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
    rows.into_iter().map(with_hash).collect()
}

/// An account of the tenant with its password's hash.
///
/// # Errors
/// [`StoreError`].
pub async fn credentials_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: UserId,
) -> Result<Option<Credentials>, StoreError> {
    of(tenant).filter(Column::Id.eq(id.as_uuid())).one(db).await?.map(with_hash).transpose()
}

fn with_hash(row: row::Model) -> Result<Credentials, StoreError> {
    let password_hash = row.password_hash.clone();
    Ok(Credentials { user: user(row)?, password_hash })
}

/// Whether an account is still active with this password, and then keeps it so until the transaction
/// ends: for opening a session on a password that was checked before.
///
/// # Errors
/// [`StoreError`].
pub async fn hold(tx: &Tx, user: &User, password_hash: &str) -> Result<bool, StoreError> {
    let row = of(user.tenant)
        .filter(Column::Id.eq(user.id.as_uuid()))
        .filter(Column::Active.eq(true))
        .filter(Column::PasswordHash.eq(password_hash))
        .lock(LockType::Share)
        .one(tx)
        .await?;
    Ok(row.is_some())
}

/// Gives an active person another password, or with `None` none. When `instead_of` is given, only in
/// its place. The account after that; none when it was not so.
///
/// # Errors
/// [`StoreError`].
pub async fn set_password(
    tx: &Tx,
    tenant: TenantId,
    id: UserId,
    instead_of: Option<&str>,
    password_hash: Option<String>,
    now: DateTime<Utc>,
) -> Result<Option<User>, StoreError> {
    let mut update = Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(password_hash))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::Active.eq(true))
        .filter(Column::Role.ne(Role::Machine.as_str()));
    if let Some(present) = instead_of {
        update = update.filter(Column::PasswordHash.eq(present));
    }
    update.exec_with_returning(tx).await?.into_iter().next().map(user).transpose()
}

/// Writes a changed account that was in `tenant`, unless somebody else changed it since; whether it
/// was written. Password and preferences stay; only a saved filter does not, when the account leaves the
/// tenant it is about.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has the e-mail.
pub async fn update(tx: &Tx, tenant: TenantId, user: &User) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel {
            tenant_id: Set(user.tenant.into()),
            name: Set(user.name.clone()),
            name_key: Set(text::fold(&user.name)),
            email: Set(user.email.clone()),
            email_key: Set(user.email.as_ref().map(|email| email.to_lowercase())),
            role: Set(user.role.to_string()),
            company_id: Set(user.company.map(Uuid::from)),
            active: Set(user.active),
            updated_at: Set(user.updated_at),
            version: Set(user.version),
            platform: Set(user.platform),
            merged_into: Set(user.merged_into.map(Uuid::from)),
            default_ticket_filter: if user.tenant == tenant { NotSet } else { Set(None) },
            ..Default::default()
        })
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(user.id.as_uuid()))
        .filter(Column::Version.eq(user.version - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Whether somebody administers the tenant besides `user`. The answer holds until the transaction
/// ends only for who holds the tenant ([`super::tenants::hold`]).
///
/// # Errors
/// [`StoreError`].
pub async fn has_other_admin(tx: &Tx, tenant: TenantId, user: UserId) -> Result<bool, StoreError> {
    let other = of(tenant)
        .filter(Column::Role.eq(Role::Admin.as_str()))
        .filter(Column::Active.eq(true))
        .filter(Column::Id.ne(user.as_uuid()))
        .one(tx)
        .await?;
    Ok(other.is_some())
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
        default_ticket_filter: row.default_ticket_filter,
    }))
}

/// Writes down how the panel looks; absent fields stay, an empty locale or filter is forgotten.
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
    if let Some(filter) = &preferences.default_ticket_filter {
        model.default_ticket_filter = Set(Some(filter.clone()).filter(|filter| !filter.is_empty()));
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

/// Puts an account in the place of another in the filters people of the tenant saved.
///
/// # Errors
/// [`StoreError`].
pub async fn replace_in_filters(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<(), StoreError> {
    let (from, into) = (from.to_string(), into.to_string());
    let replaced = Func::cust("replace")
        .arg(Expr::col(Column::DefaultTicketFilter))
        .arg(from.as_str())
        .arg(into.as_str());
    Entity::update_many()
        .col_expr(Column::DefaultTicketFilter, replaced.into())
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::DefaultTicketFilter.contains(&from))
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
