//! What people have begun to write. Whose it is, is part of every question.

use chamados_chassis::id::{TenantId, TicketId, UserId};
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, Order,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, OnConflict},
};

use super::{
    entity::draft::{self as row, Column, Entity},
    word,
};
use crate::domain::{Line, RichText, Sketch, SketchKind};

/// Writes a draft over the one before.
///
/// # Errors
/// [`StoreError`].
pub async fn save(
    tx: &Tx,
    tenant: TenantId,
    user: UserId,
    sketch: &Sketch,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        tenant_id: Set(tenant.into()),
        user_id: Set(user.into()),
        ticket_id: Set(sketch.ticket.into()),
        kind: Set(sketch.kind.to_string()),
        body: Set(sketch.body.to_string()),
        visibility: Set(sketch.visibility.to_string()),
        subject: Set(sketch.subject.as_str().to_owned()),
        base_version: Set(sketch.base_version),
        updated_at: Set(sketch.updated_at),
    };
    let over = OnConflict::columns(KEY)
        .update_columns([
            Column::Body,
            Column::Visibility,
            Column::Subject,
            Column::BaseVersion,
            Column::UpdatedAt,
        ])
        .to_owned();
    Entity::insert(row).on_conflict(over).exec_without_returning(tx).await?;
    Ok(())
}

/// A person's drafts on a ticket, at most one a kind.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    user: UserId,
    ticket: TicketId,
) -> Result<Vec<Sketch>, StoreError> {
    let select = Entity::find()
        .filter(of(tenant, user))
        .filter(Column::TicketId.eq(ticket.as_uuid()))
        .order_by(Column::Kind, Order::Asc);
    select.all(db).await?.into_iter().map(sketch).collect()
}

/// Throws a draft away.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(
    tx: &Tx,
    tenant: TenantId,
    user: UserId,
    ticket: TicketId,
    kind: SketchKind,
) -> Result<(), StoreError> {
    let delete = Entity::delete_many()
        .filter(of(tenant, user))
        .filter(Column::TicketId.eq(ticket.as_uuid()))
        .filter(Column::Kind.eq(kind.as_str()));
    delete.exec(tx).await?;
    Ok(())
}

/// Removes the draft of a comment that was sent; one that says something else stays.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_sent(
    tx: &Tx,
    tenant: TenantId,
    user: UserId,
    ticket: TicketId,
    body: &str,
) -> Result<(), StoreError> {
    let delete = Entity::delete_many()
        .filter(of(tenant, user))
        .filter(Column::TicketId.eq(ticket.as_uuid()))
        .filter(Column::Kind.eq(SketchKind::Comment.as_str()))
        .filter(Column::Body.eq(body));
    delete.exec(tx).await?;
    Ok(())
}

/// Throws all of a person's drafts away.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_all(tx: &Tx, tenant: TenantId, user: UserId) -> Result<(), StoreError> {
    Entity::delete_many().filter(of(tenant, user)).exec(tx).await?;
    Ok(())
}

/// Gives a person's drafts to another, but for those the other has one of already; they are gone.
///
/// # Errors
/// [`StoreError`].
pub async fn give(tx: &Tx, tenant: TenantId, from: UserId, into: UserId) -> Result<(), StoreError> {
    let theirs = Entity::find()
        .select_only()
        .columns([Column::TicketId, Column::Kind])
        .filter(of(tenant, into))
        .into_query();
    let free = Expr::tuple([Expr::col(Column::TicketId), Expr::col(Column::Kind)]);
    let new = row::ActiveModel { user_id: Set(into.as_uuid()), ..Default::default() };
    let give = Entity::update_many().set(new).filter(of(tenant, from));
    give.filter(free.not_in_subquery(theirs)).exec(tx).await?;
    delete_all(tx, tenant, from).await
}

const KEY: [Column; 4] = [Column::TenantId, Column::UserId, Column::TicketId, Column::Kind];

fn of(tenant: TenantId, user: UserId) -> Condition {
    Condition::all()
        .add(Column::TenantId.eq(tenant.as_uuid()))
        .add(Column::UserId.eq(user.as_uuid()))
}

fn sketch(row: row::Model) -> Result<Sketch, StoreError> {
    Ok(Sketch {
        ticket: row.ticket_id.into(),
        kind: word("kind", &row.kind)?,
        body: RichText::trusted(row.body),
        visibility: word("visibility", &row.visibility)?,
        subject: Line::trusted(row.subject),
        base_version: row.base_version,
        updated_at: row.updated_at,
    })
}
