//! Comments.

use chamados_chassis::{
    id::{TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{StoreError, Tx, keyset};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set, sea_query::Order,
};

use super::{
    TimeKey, actor,
    entity::comment::{self as row, Column, Entity},
    page, search, word,
};
use crate::domain::{Comment, CommentId, CommentVisibility, RichText, Ticket, Visibility};

/// Adds a comment to its ticket.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, ticket: &Ticket, comment: &Comment) -> Result<(), StoreError> {
    let (author_kind, author_id) = comment.author.to_parts();
    let row = row::ActiveModel {
        id: Set(comment.id.into()),
        tenant_id: Set(ticket.tenant.into()),
        ticket_id: Set(comment.ticket.into()),
        author_kind: Set(author_kind.to_owned()),
        author_id: Set(author_id),
        visibility: Set(comment.visibility.to_string()),
        body: Set(comment.body.to_string()),
        created_at: Set(comment.created_at),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    search::write_comment(tx, ticket, comment).await
}

/// One comment, for its author.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: CommentId,
) -> Result<Option<Comment>, StoreError> {
    let select = Entity::find_by_id(id.as_uuid()).filter(Column::TenantId.eq(tenant.as_uuid()));
    let comment = select.one(db).await?.map(comment).transpose()?;
    let comments = with_files(db, tenant, comment.into_iter().collect()).await?;
    Ok(comments.into_iter().next())
}

/// The same comments with the files that came with them.
async fn with_files(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    mut comments: Vec<Comment>,
) -> Result<Vec<Comment>, StoreError> {
    let ids: Vec<CommentId> = comments.iter().map(|comment| comment.id).collect();
    let mut files = super::attachments::of_comments(db, tenant, &ids).await?;
    for comment in &mut comments {
        comment.attachments = files.remove(&comment.id).unwrap_or_default();
    }
    Ok(comments)
}

/// Comments on a ticket that may be seen, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    ticket: TicketId,
    request: &PageRequest<TimeKey>,
) -> Result<Page<Comment>, StoreError> {
    let mut select = Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::TicketId.eq(ticket.as_uuid()));
    if !visibility.includes_internal() {
        select = select.filter(Column::Visibility.eq(CommentVisibility::Public.as_str()));
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
    let comments: Vec<Comment> = rows.into_iter().map(comment).collect::<Result<_, _>>()?;
    let comments = with_files(db, tenant, comments).await?;
    let request = page::fitting(&comments, request, |comment| comment.body.as_str().len());
    Ok(Page::of(comments, &request, total, |comment| (comment.created_at, comment.id.as_uuid())))
}

fn comment(row: row::Model) -> Result<Comment, StoreError> {
    Ok(Comment {
        id: row.id.into(),
        ticket: row.ticket_id.into(),
        author: actor(&row.author_kind, &row.author_id)?,
        visibility: word("visibility", &row.visibility)?,
        body: RichText::trusted(row.body),
        attachments: Vec::new(),
        created_at: row.created_at,
    })
}
