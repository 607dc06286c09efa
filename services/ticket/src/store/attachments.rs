//! Rows that tell of files. The bytes are in [`crate::files`].

use std::collections::HashMap;

use chamados_chassis::{
    auth::Actor,
    id::{TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Set, Statement,
    sea_query::Order,
};
use uuid::Uuid;

use super::{
    TimeKey, actor, condition,
    entity::{
        attachment::{self as row, Column, Entity},
        ticket,
    },
};
use crate::domain::{Attachment, AttachmentId, CommentId, FileName, Place, Visibility};

const UPLOADING: &str = "uploading";
pub(super) const STORED: &str = "stored";
const REMOVING: &str = "removing";

/// Notes a file whose bytes are about to come, unless the uploader has `most` that are attached
/// nowhere; whether it was noted.
///
/// # Errors
/// [`StoreError`].
pub async fn announce(
    tx: &Tx,
    tenant: TenantId,
    file: &Attachment,
    most: u64,
) -> Result<bool, StoreError> {
    let (kind, id) = file.uploader.to_parts();
    // Uploads of one person wait for each other here, so that what is counted stays so.
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        let key = [format!("upload:{tenant}:{kind}:{id}").into()];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, key)).await?;
    }
    let loose = of_uploader(tenant, &file.uploader).filter(Column::TicketId.is_null());
    if loose.count(tx).await? >= most {
        return Ok(false);
    }
    let row = row::ActiveModel {
        id: Set(file.id.into()),
        tenant_id: Set(tenant.into()),
        state: Set(UPLOADING.to_owned()),
        uploader_kind: Set(kind.to_owned()),
        uploader_id: Set(id),
        file_name: Set(file.file_name.as_str().to_owned()),
        content_type: Set(String::new()),
        size: Set(0),
        blake3: Set(String::new()),
        created_at: Set(file.created_at),
        ticket_id: Set(None),
        comment_id: Set(None),
        internal: Set(false),
        position: Set(0),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(true)
}

/// Notes that the bytes of an announced file are there; whether it still was announced.
///
/// # Errors
/// [`StoreError`].
pub async fn store(tx: &Tx, tenant: TenantId, file: &Attachment) -> Result<bool, StoreError> {
    let new = row::ActiveModel {
        state: Set(STORED.to_owned()),
        content_type: Set(file.content_type.clone()),
        size: Set(i64::try_from(file.size).unwrap_or(i64::MAX)),
        blake3: Set(file.blake3.clone()),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(new)
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(file.id.as_uuid()))
        .filter(Column::State.eq(UPLOADING))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Attaches files of `uploader` that are attached nowhere, in this order; whether all could be.
///
/// # Errors
/// [`StoreError`].
pub async fn attach(
    tx: &Tx,
    tenant: TenantId,
    uploader: &Actor,
    ids: &[AttachmentId],
    place: Place,
) -> Result<bool, StoreError> {
    let (kind, uploader) = uploader.to_parts();
    for (position, id) in (0..).zip(ids) {
        let new = row::ActiveModel {
            ticket_id: Set(Some(place.ticket.into())),
            comment_id: Set(place.comment.map(Uuid::from)),
            internal: Set(place.internal),
            position: Set(position),
            ..Default::default()
        };
        let done = Entity::update_many()
            .set(new)
            .filter(Column::TenantId.eq(tenant.as_uuid()))
            .filter(Column::Id.eq(id.as_uuid()))
            .filter(Column::UploaderKind.eq(kind))
            .filter(Column::UploaderId.eq(&uploader))
            .filter(Column::State.eq(STORED))
            .filter(Column::TicketId.is_null())
            .exec(tx)
            .await?;
        if done.rows_affected != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One stored file that may be seen: with what it is attached to, or by its uploader.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    caller: &Actor,
    id: AttachmentId,
) -> Result<Option<Attachment>, StoreError> {
    let row = stored(tenant).filter(Column::Id.eq(id.as_uuid())).one(db).await?;
    let Some(file) = row.map(attachment).transpose()? else { return Ok(None) };
    let Some(place) = file.place else { return Ok(Some(file).filter(|f| f.uploader == *caller)) };
    if place.internal && !visibility.includes_internal() {
        return Ok(None);
    }
    let ticket = condition::visible(tenant, visibility)
        .filter(ticket::Column::Id.eq(place.ticket.as_uuid()))
        .count(db)
        .await?;
    Ok((ticket == 1).then_some(file))
}

/// Files of a ticket that may be seen, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    ticket: TicketId,
    request: &PageRequest<TimeKey>,
) -> Result<Page<Attachment>, StoreError> {
    let mut select = stored(tenant).filter(Column::TicketId.eq(ticket.as_uuid()));
    if !visibility.includes_internal() {
        select = select.filter(Column::Internal.eq(false));
    }
    let total = select.clone().count(db).await?;
    if let Some((created_at, id)) = request.after {
        let columns = [Column::CreatedAt, Column::Id];
        let last = [created_at.into(), id.into()];
        select = select.filter(keyset::after(columns, last, &Order::Asc));
    }
    let rows = select
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(request.limit())
        .all(db)
        .await?;
    let files = rows.into_iter().map(attachment).collect::<Result<_, _>>()?;
    Ok(Page::of(files, request, total, |file: &Attachment| (file.created_at, file.id.as_uuid())))
}

/// The files of each of these comments, in order.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn of_comments(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    comments: &[CommentId],
) -> Result<HashMap<CommentId, Vec<Attachment>>, StoreError> {
    let mut files: HashMap<CommentId, Vec<Attachment>> = HashMap::new();
    if comments.is_empty() {
        return Ok(files);
    }
    let rows = stored(tenant)
        .filter(Column::CommentId.is_in(comments.iter().map(CommentId::as_uuid)))
        .order_by_asc(Column::Position)
        .all(db)
        .await?;
    for row in rows {
        let file = attachment(row)?;
        if let Some(comment) = file.place.and_then(|place| place.comment) {
            files.entry(comment).or_default().push(file);
        }
    }
    Ok(files)
}

/// Takes a file of `uploader` that is attached nowhere out of sight, to be removed; whether there was
/// one.
///
/// # Errors
/// [`StoreError`].
pub async fn withdraw(
    tx: &Tx,
    tenant: TenantId,
    uploader: &Actor,
    id: AttachmentId,
) -> Result<bool, StoreError> {
    let (kind, uploader) = uploader.to_parts();
    let done = Entity::update_many()
        .set(row::ActiveModel { state: Set(REMOVING.to_owned()), ..Default::default() })
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::UploaderKind.eq(kind))
        .filter(Column::UploaderId.eq(uploader))
        .filter(Column::TicketId.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Takes up to `limit` files, of every tenant, that are attached nowhere since before `before` out of
/// sight, and gives them, together with those that were out of sight before, to be removed.
///
/// # Errors
/// [`StoreError`].
pub async fn withdraw_old(
    tx: &Tx,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(TenantId, AttachmentId)>, StoreError> {
    let old = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::TicketId.is_null())
        .filter(Column::CreatedAt.lt(before))
        .order_by_asc(Column::CreatedAt)
        .limit(limit)
        .into_query();
    let rows = Entity::update_many()
        .set(row::ActiveModel { state: Set(REMOVING.to_owned()), ..Default::default() })
        .filter(Column::Id.in_subquery(old))
        .filter(Column::TicketId.is_null())
        .exec_with_returning(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into())).collect())
}

/// Forgets files that were withdrawn, after their bytes are gone.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(tx: &Tx, ids: &[AttachmentId]) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::Id.is_in(ids.iter().map(AttachmentId::as_uuid)))
        .filter(Column::State.eq(REMOVING))
        .exec(tx)
        .await?;
    Ok(())
}

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

fn stored(tenant: TenantId) -> Select<Entity> {
    of(tenant).filter(Column::State.eq(STORED))
}

fn of_uploader(tenant: TenantId, uploader: &Actor) -> Select<Entity> {
    let (kind, id) = uploader.to_parts();
    of(tenant).filter(Column::UploaderKind.eq(kind)).filter(Column::UploaderId.eq(id))
}

fn attachment(row: row::Model) -> Result<Attachment, StoreError> {
    let place = row.ticket_id.map(|ticket| Place {
        ticket: ticket.into(),
        comment: row.comment_id.map(Into::into),
        internal: row.internal,
    });
    Ok(Attachment {
        id: row.id.into(),
        file_name: FileName::trusted(row.file_name),
        content_type: row.content_type,
        size: u64::try_from(row.size).unwrap_or_default(),
        blake3: row.blake3,
        uploader: actor(&row.uploader_kind, &row.uploader_id)?,
        created_at: row.created_at,
        place,
    })
}
