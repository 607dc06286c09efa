//! Tags and watchers as tables, by which tickets are found. What a ticket has is in its own row.

use chamados_store_kit::{StoreError, Tx};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use super::entity::{ticket_tag, ticket_watcher};
use crate::domain::Ticket;

/// Writes the rows of a ticket's tags anew.
pub(super) async fn write_tags(tx: &Tx, ticket: &Ticket) -> Result<(), StoreError> {
    use ticket_tag::{ActiveModel, Column, Entity};

    let id = ticket.id.as_uuid();
    Entity::delete_many().filter(Column::TicketId.eq(id)).exec(tx).await?;
    let rows = ticket.tags.iter().map(|tag| ActiveModel {
        ticket_id: Set(id),
        key: Set(tag.key()),
        tenant_id: Set(ticket.tenant.into()),
    });
    if !ticket.tags.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Writes the rows of a ticket's watchers anew.
pub(super) async fn write_watchers(tx: &Tx, ticket: &Ticket) -> Result<(), StoreError> {
    use ticket_watcher::{ActiveModel, Column, Entity};

    let id = ticket.id.as_uuid();
    Entity::delete_many().filter(Column::TicketId.eq(id)).exec(tx).await?;
    let rows = ticket.watchers.as_slice().iter().map(|user| ActiveModel {
        ticket_id: Set(id),
        user_id: Set((*user).into()),
        tenant_id: Set(ticket.tenant.into()),
    });
    if !ticket.watchers.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}
