//! Invites.

use chamados_chassis::{
    id::{CompanyId, TenantId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Db, StoreError, Tx, keyset, text};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set, UpdateMany,
    sea_query::{Expr, LockType, Order},
};
use uuid::Uuid;

use super::entity::invite::{self as row, Column, Entity};
use crate::domain::invite::{Invite, InviteFilter, InviteId, State};

/// Sort key of the list: time, then id.
pub type InviteKey = (DateTime<Utc>, Uuid);

fn invite(row: row::Model) -> Result<Invite, StoreError> {
    let role = row
        .role
        .parse()
        .map_err(|e| StoreError::Corrupt(format!("invite {}: role {e}", row.id)))?;
    Ok(Invite {
        id: row.id.into(),
        tenant: row.tenant_id.into(),
        email: row.email,
        role,
        company: row.company_id.map(CompanyId::from),
        invited_by: row.invited_by.map(UserId::from),
        generation: row.generation,
        emailed: row.emailed,
        created_at: row.created_at,
        sent_at: row.sent_at,
        expires_at: row.expires_at,
        accepted_at: row.accepted_at,
        revoked_at: row.revoked_at,
        user: row.account_id.map(UserId::from),
    })
}

/// Adds an invite.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has an open one of the address.
pub async fn insert(tx: &Tx, invite: &Invite, token_hash: [u8; 32]) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(invite.id.into()),
        tenant_id: Set(invite.tenant.into()),
        email: Set(invite.email.clone()),
        email_key: Set(invite.email.to_lowercase()),
        role: Set(invite.role.to_string()),
        company_id: Set(invite.company.map(Uuid::from)),
        invited_by: Set(invite.invited_by.map(Uuid::from)),
        generation: Set(invite.generation),
        token_hash: Set(token_hash.to_vec()),
        open: Set(true),
        emailed: Set(invite.emailed),
        created_at: Set(invite.created_at),
        sent_at: Set(invite.sent_at),
        expires_at: Set(invite.expires_at),
        accepted_at: Set(None),
        revoked_at: Set(None),
        account_id: Set(None),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// Makes room for another invite of the address: those that expired can only be resent.
///
/// # Errors
/// [`StoreError`].
pub async fn close_expired(
    tx: &Tx,
    tenant: TenantId,
    email_key: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .set(row::ActiveModel { open: Set(false), ..Default::default() })
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::EmailKey.eq(email_key))
        .filter(Column::Open.eq(true))
        .filter(Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// One invite with the hash of its token, kept as it is until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn hold(
    tx: &Tx,
    tenant: TenantId,
    id: InviteId,
) -> Result<Option<(Invite, Vec<u8>)>, StoreError> {
    let found =
        of(tenant).filter(Column::Id.eq(id.as_uuid())).lock(LockType::Update).one(tx).await?;
    found
        .map(|row| {
            let hash = row.token_hash.clone();
            Ok((invite(row)?, hash))
        })
        .transpose()
}

/// An invite and the hash of its token, of whichever tenant, for the mail that is about it.
///
/// # Errors
/// [`StoreError`].
pub async fn for_mail(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<(Invite, Vec<u8>)>, StoreError> {
    let found = Entity::find_by_id(id).one(db).await?;
    found
        .map(|row| {
            let hash = row.token_hash.clone();
            Ok((invite(row)?, hash))
        })
        .transpose()
}

/// The invite whose present link has this token, if the link works at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn by_token(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Invite>, StoreError> {
    let found = Entity::find()
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::Open.eq(true))
        .filter(Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    found.map(invite).transpose()
}

/// Writes another link down; whether the one before was `generation - 1` and could be replaced.
///
/// # Errors
/// [`StoreError`], a unique violation when the tenant has another open invite of the address.
pub async fn replace_link(
    tx: &Tx,
    invite: &Invite,
    token_hash: [u8; 32],
) -> Result<bool, StoreError> {
    let done = unfinished(invite.tenant, invite.id)
        .set(row::ActiveModel {
            generation: Set(invite.generation),
            token_hash: Set(token_hash.to_vec()),
            open: Set(true),
            emailed: Set(invite.emailed),
            sent_at: Set(invite.sent_at),
            expires_at: Set(invite.expires_at),
            ..Default::default()
        })
        .filter(Column::Generation.eq(invite.generation - 1))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Takes an invite back; whether it was neither accepted nor revoked before.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke(
    tx: &Tx,
    tenant: TenantId,
    id: InviteId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = unfinished(tenant, id)
        .set(row::ActiveModel {
            revoked_at: Set(Some(now)),
            open: Set(false),
            ..Default::default()
        })
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Uses a link up for `user`. Of simultaneous callers one gets `true`.
///
/// # Errors
/// [`StoreError`].
pub async fn accept(
    tx: &Tx,
    token_hash: [u8; 32],
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .set(row::ActiveModel {
            accepted_at: Set(Some(now)),
            open: Set(false),
            account_id: Set(Some(user.into())),
            ..Default::default()
        })
        .filter(Column::TokenHash.eq(token_hash.to_vec()))
        .filter(Column::Open.eq(true))
        .filter(Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Invites of the tenant, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    tenant: TenantId,
    filter: &InviteFilter,
    page: &PageRequest<InviteKey>,
    now: DateTime<Utc>,
) -> Result<Page<Invite>, StoreError> {
    let mut select = of(tenant);
    if let Some(state) = filter.state {
        select = select.filter(stands(state, now));
    }
    if !filter.query.is_empty() {
        select = select.filter(text::contains(Expr::col(Column::EmailKey), &filter.query));
    }
    let total = select.clone().count(db.read()).await?;
    if let Some((time, id)) = page.after {
        let columns = [Column::CreatedAt, Column::Id];
        select = select.filter(keyset::after(columns, [time.into(), id.into()], &Order::Desc));
    }
    let rows = select
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit())
        .all(db.read())
        .await?;
    let page = Page::of(rows, page, total, |row| (row.created_at, row.id));
    let items = page.items.into_iter().map(invite).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: page.next_token, total: page.total })
}

/// Removes invites of which nothing can become since `before`; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let unfinished =
        Condition::all().add(Column::AcceptedAt.is_null()).add(Column::RevokedAt.is_null());
    let over = Condition::any()
        .add(Column::AcceptedAt.lt(before))
        .add(Column::RevokedAt.lt(before))
        .add(unfinished.add(Column::ExpiresAt.lt(before)));
    Ok(Entity::delete_many().filter(over).exec(tx).await?.rows_affected)
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

/// What may still become of an invite: nothing, once it was accepted or revoked.
fn unfinished(tenant: TenantId, id: InviteId) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::RevokedAt.is_null())
}

/// [`Invite::state`] as a condition.
fn stands(state: State, now: DateTime<Utc>) -> Condition {
    let unfinished =
        || Condition::all().add(Column::AcceptedAt.is_null()).add(Column::RevokedAt.is_null());
    match state {
        State::Accepted => Condition::all().add(Column::AcceptedAt.is_not_null()),
        State::Revoked => {
            Condition::all().add(Column::AcceptedAt.is_null()).add(Column::RevokedAt.is_not_null())
        }
        State::Pending => unfinished().add(Column::ExpiresAt.gt(now)),
        State::Expired => unfinished().add(Column::ExpiresAt.lte(now)),
    }
}
