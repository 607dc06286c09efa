//! What of the ticket service goes into archives: everything but what is derived, which is the words that
//! are searched for and the sums of the dashboard.

mod figures;

use std::sync::Arc;

use chamados_chassis::id::TenantId;
use chamados_store_kit::{
    Migrations, StoreError, Tx,
    archive::{self, Files, Kind, merged_accounts},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, NotSet, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use sea_orm_migration::async_trait;
use uuid::Uuid;

use super::entity::{
    attachment, category, chat, chat_message, chat_read_mark, comment, draft, figure,
    figure_change, queue, search_doc, ticket, ticket_counter, ticket_event, ticket_tag,
    ticket_watcher, work_session,
};
use crate::domain::{CommentVisibility, RichText, search};

/// Tickets of which the words are made at a time.
const BATCH: u64 = 200;

/// The rows and files of tickets in archives.
#[derive(Clone)]
pub struct Owner {
    /// Where the attachments are.
    pub files: Arc<dyn Files>,
}

#[async_trait::async_trait]
impl archive::Owner for Owner {
    fn migrations(&self) -> Migrations {
        super::migrations()
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![
            Kind::of::<queue::Entity>("queue"),
            Kind::of::<category::Entity>("category"),
            Kind::of::<ticket_counter::Entity>("ticket_counter"),
            Kind::of::<ticket::Entity>("ticket").refers("queue_id", "queue"),
            Kind::of::<ticket_tag::Entity>("ticket_tag").refers("ticket_id", "ticket"),
            Kind::of::<ticket_watcher::Entity>("ticket_watcher").refers("ticket_id", "ticket"),
            Kind::of::<comment::Entity>("comment").refers("ticket_id", "ticket"),
            Kind::of::<work_session::Entity>("work_session").refers("ticket_id", "ticket"),
            Kind::of::<chat::Entity>("chat").refers("ticket_id", "ticket"),
            Kind::of::<chat_message::Entity>("chat_message").refers("chat_id", "chat"),
            Kind::of::<chat_read_mark::Entity>("chat_read_mark").refers("chat_id", "chat"),
            Kind::of::<draft::Entity>("draft").refers("ticket_id", "ticket"),
            Kind::of::<attachment::Entity>("attachment")
                .only("state", super::attachments::STORED)
                .refers("ticket_id", "ticket")
                .refers("comment_id", "comment"),
            Kind::of::<ticket_event::Entity>("ticket_event")
                .refers("ticket_id", "ticket")
                .refers("comment_id", "comment"),
            merged_accounts(),
        ]
    }

    async fn forget(&self, tx: &Tx, tenant: TenantId) -> Result<(), StoreError> {
        let id = tenant.as_uuid();
        search_doc::Entity::delete_many()
            .filter(search_doc::Column::TenantId.eq(id))
            .exec(tx)
            .await?;
        figure::Entity::delete_many().filter(figure::Column::TenantId.eq(id)).exec(tx).await?;
        figure_change::Entity::delete_many()
            .filter(figure_change::Column::TenantId.eq(id))
            .exec(tx)
            .await?;
        Ok(())
    }

    async fn derive(
        &self,
        tx: &Tx,
        tenant: TenantId,
        _now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        write_words(tx, tenant).await?;
        figures::sum_up(tx, tenant).await
    }

    fn files(&self) -> Option<Arc<dyn Files>> {
        Some(Arc::clone(&self.files))
    }
}

/// The words of every ticket and of its comments.
async fn write_words(tx: &Tx, tenant: TenantId) -> Result<(), StoreError> {
    let mut last = Uuid::nil();
    loop {
        let tickets = ticket::Entity::find()
            .filter(ticket::Column::TenantId.eq(tenant.as_uuid()))
            .filter(ticket::Column::Id.gt(last))
            .order_by_asc(ticket::Column::Id)
            .limit(BATCH)
            .all(tx)
            .await?;
        let Some(end) = tickets.last() else { return Ok(()) };
        last = end.id;
        for ticket in tickets {
            let comments = comment::Entity::find()
                .filter(comment::Column::TenantId.eq(tenant.as_uuid()))
                .filter(comment::Column::TicketId.eq(ticket.id))
                .all(tx)
                .await?;
            let docs = std::iter::once(of_ticket(&ticket))
                .chain(comments.into_iter().map(|comment| of_comment(&ticket, comment)));
            search_doc::Entity::insert_many(docs).exec_without_returning(tx).await?;
        }
    }
}

fn of_ticket(ticket: &ticket::Model) -> search_doc::ActiveModel {
    let body = RichText::trusted(ticket.description.clone()).plain();
    let words = search::index(&[&ticket.subject, &body]);
    doc(ticket, ticket.id, false, words)
}

fn of_comment(ticket: &ticket::Model, comment: comment::Model) -> search_doc::ActiveModel {
    let internal = comment.visibility == CommentVisibility::Internal.as_str();
    let words = search::index(&[&RichText::trusted(comment.body).plain()]);
    doc(ticket, comment.id, internal, words)
}

fn doc(
    ticket: &ticket::Model,
    entity: Uuid,
    internal: bool,
    words: String,
) -> search_doc::ActiveModel {
    search_doc::ActiveModel {
        id: NotSet,
        tenant_id: Set(ticket.tenant_id),
        ticket_id: Set(ticket.id),
        entity_id: Set(entity),
        internal: Set(internal),
        words: Set(words),
        ticket_created_at: Set(ticket.created_at),
    }
}
