//! Full-text search, in the database and the transaction of what is searched.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{StoreError, Tx, keyset};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, NotSet, QueryFilter as _,
    QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::entity::search_doc::{self as row, Column, Entity};
use crate::domain::{self, Comment, CommentVisibility, Ticket, Visibility, search};

/// Writes the words of a ticket.
pub(super) async fn write_ticket(tx: &Tx, ticket: &Ticket) -> Result<(), StoreError> {
    let words = search::index(&[ticket.subject.as_str(), &ticket.description.plain()]);
    let row = row::ActiveModel {
        id: NotSet,
        tenant_id: Set(ticket.tenant.into()),
        ticket_id: Set(ticket.id.into()),
        entity_id: Set(ticket.id.into()),
        internal: Set(false),
        words: Set(words),
        ticket_created_at: Set(ticket.created_at),
    };
    write(tx, row).await
}

/// Writes the words of a comment.
pub(super) async fn write_comment(
    tx: &Tx,
    ticket: &Ticket,
    comment: &Comment,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: NotSet,
        tenant_id: Set(ticket.tenant.into()),
        ticket_id: Set(ticket.id.into()),
        entity_id: Set(comment.id.into()),
        internal: Set(comment.visibility == CommentVisibility::Internal),
        words: Set(search::index(&[&comment.body.plain()])),
        ticket_created_at: Set(ticket.created_at),
    };
    write(tx, row).await
}

async fn write(tx: &Tx, row: row::ActiveModel) -> Result<(), StoreError> {
    let anew = OnConflict::column(Column::EntityId).update_column(Column::Words).to_owned();
    let mut insert = Entity::insert(row).into_query();
    insert.on_conflict(anew);
    tx.execute(&insert).await?;
    Ok(())
}

/// Where a page of what was found begins and ends.
#[derive(Debug)]
pub(super) struct ByTime {
    /// By the time of opening.
    pub(super) order: Order,
    /// The last ticket of the page before.
    pub(super) after: Option<(DateTime<Utc>, Uuid)>,
    /// Most tickets.
    pub(super) limit: u64,
}

/// Ids of the first tickets in which all words of the search are found, and how many there are from there
/// on. Only for whoever may see every ticket: the tickets themselves are not looked at.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn by_time(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    query: &domain::Query,
    page: ByTime,
) -> Result<(Vec<Uuid>, u64), StoreError> {
    let Some(mut select) = tickets_of(db.get_database_backend(), tenant, visibility, query) else {
        return Ok((Vec::new(), 0));
    };
    let keys = [Column::TicketCreatedAt, Column::TicketId];
    if let Some((time, id)) = page.after {
        select.and_where(keyset::after(keys, [time.into(), id.into()], &page.order));
    }
    for key in keys {
        select.group_by_col(key).order_by(key, page.order.clone());
    }
    select.expr(Expr::cust("COUNT(*) OVER ()")).limit(page.limit);
    let rows = db.query_all(&select).await?;
    let ids = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    let found = rows.first().map(|row| row.try_get_by_index::<i64>(1)).transpose()?;
    Ok((ids, found.and_then(|found| u64::try_from(found).ok()).unwrap_or_default()))
}

/// Ids of the tickets in which, as far as `visibility` lets read, each word of the search is found; none
/// when they are many, when it has no words, or when they need not be known beforehand.
///
/// PostgreSQL does not know how many tickets a word leads to, and takes it for far more than it mostly
/// is: asked in one go, it looks at every ticket for the sake of a thousand. SQLite looks up what is found.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn few(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    visibility: Visibility,
    query: &domain::Query,
) -> Result<Option<Vec<Uuid>>, StoreError> {
    const MOST: usize = 4_096;

    let backend = db.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(None);
    }
    let Some(mut select) = tickets_of(backend, tenant, visibility, query) else { return Ok(None) };
    select.distinct().limit(MOST as u64 + 1);
    let rows = db.query_all(&select).await?;
    if rows.len() > MOST {
        return Ok(None);
    }
    let ids = rows.iter().map(|row| row.try_get_by_index(0));
    Ok(Some(ids.collect::<Result<_, _>>()?))
}

/// Ids of the tickets in which each word of the search is found, be it in different comments, once for each
/// place where the first is found; none when the search has no words.
pub(super) fn tickets_of(
    backend: DbBackend,
    tenant: TenantId,
    visibility: Visibility,
    query: &domain::Query,
) -> Option<SelectStatement> {
    let words = search::wanted(query.as_str());
    let mut words = words.iter().map(|word| tickets_with(backend, tenant, visibility, word));
    let mut select = words.next()?;
    for other in words {
        select.and_where(Column::TicketId.in_subquery(other));
    }
    Some(select)
}

/// Ids of the tenant's tickets in which, as far as `visibility` lets read, a word begins with `word`.
fn tickets_with(
    backend: DbBackend,
    tenant: TenantId,
    visibility: Visibility,
    word: &str,
) -> SelectStatement {
    let mut select = Entity::find()
        .select_only()
        .column(Column::TicketId)
        .filter(Column::TenantId.eq(tenant.as_uuid()));
    if !visibility.includes_internal() {
        select = select.filter(Column::Internal.eq(false));
    }
    let mut select = select.into_query();
    // Words are letters and digits alone, so nothing in them ends the quotes.
    match backend {
        DbBackend::Postgres => select
            .and_where(Expr::cust_with_values("lexemes @@ $1::tsquery", [format!("'{word}':*")])),
        _ => {
            let found = Query::select()
                .column("rowid")
                .from("search_word")
                .and_where(Expr::cust_with_values("search_word MATCH ?", [format!("\"{word}\"*")]))
                .to_owned();
            select.and_where(Expr::col((Entity, Column::Id)).in_subquery(found))
        }
    };
    select
}
