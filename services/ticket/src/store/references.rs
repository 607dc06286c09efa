//! References to people, over all tickets of a tenant: counting them and moving them to another
//! account. Each call takes a bounded number of rows.

use chamados_chassis::{
    auth::Actor,
    id::{TenantId, UserId},
};
use chamados_store_kit::{StoreError, Tx};
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    Select, Set,
};

use super::{
    chats, condition,
    entity::{
        attachment, chat, chat_message, chat_read_mark, comment, ticket, ticket_event,
        ticket_watcher, work_session,
    },
    tickets,
};
use crate::domain::{ReadMark, Status, Ticket, UserReferences, Visibility};

/// Tickets in one transaction; each costs two statements.
const TICKETS: u64 = 50;
/// Marks of reading in one transaction; each costs two statements.
const MARKS: u64 = 100;
/// Rows in one statement.
const ROWS: u64 = 500;

/// How much refers to a user.
///
/// # Errors
/// [`StoreError`].
pub async fn count(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    user: UserId,
) -> Result<UserReferences, StoreError> {
    let tickets = || condition::visible(tenant, Visibility::All);
    let requested = tickets().filter(ticket::Column::RequesterId.eq(user.as_uuid()));
    let assigned = tickets().filter(ticket::Column::AssigneeId.eq(user.as_uuid()));
    let watched = ticket_watcher::Entity::find().filter(watched_by(tenant, user));
    let comments = comment::Entity::find().filter(written_by(tenant, user));
    let sessions = work_session::Entity::find().filter(worked_by(tenant, user));
    let messages = chat_message::Entity::find().filter(said_by(tenant, user));
    Ok(UserReferences {
        tickets_requested: number(requested.count(db).await?)?,
        tickets_assigned: number(assigned.count(db).await?)?,
        comments_written: number(comments.count(db).await?)?,
        work_sessions: number(sessions.count(db).await?)?,
        tickets_watched: number(watched.count(db).await?)?,
        chat_messages: number(messages.count(db).await?)?,
    })
}

/// Some of the tickets a user asked for, has or watches, locked until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_tickets(
    tx: &Tx,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<Ticket>, StoreError> {
    let watched = ticket_watcher::Entity::find()
        .select_only()
        .column(ticket_watcher::Column::TicketId)
        .filter(watched_by(tenant, user))
        .into_query();
    let refers = Condition::any()
        .add(ticket::Column::RequesterId.eq(user.as_uuid()))
        .add(ticket::Column::AssigneeId.eq(user.as_uuid()))
        .add(ticket::Column::Id.in_subquery(watched));
    lock(tx, condition::visible(tenant, Visibility::All).filter(refers)).await
}

/// Some of the tickets that a user has and that are not resolved, or that they work on in somebody
/// else's place; locked until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_held(tx: &Tx, tenant: TenantId, user: UserId) -> Result<Vec<Ticket>, StoreError> {
    let working = work_session::Entity::find()
        .select_only()
        .column(work_session::Column::TicketId)
        .filter(worked_by(tenant, user))
        .filter(work_session::Column::EndedAt.is_null())
        .into_query();
    let held = Condition::any()
        .add(ticket::Column::AssigneeId.eq(user.as_uuid()))
        .add(ticket::Column::Id.in_subquery(working));
    let open = condition::visible(tenant, Visibility::All)
        .filter(ticket::Column::Status.ne(Status::Resolved.as_str()))
        .filter(held);
    lock(tx, open).await
}

/// In the order of their ids, so that two movers wait for each other instead of both failing.
async fn lock(tx: &Tx, select: Select<ticket::Entity>) -> Result<Vec<Ticket>, StoreError> {
    let select = select.order_by_asc(ticket::Column::Id).limit(TICKETS).lock_exclusive();
    select.all(tx).await?.into_iter().map(tickets::ticket).collect()
}

/// Gives some of a user's comments another author, and tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn move_authors(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<i64, StoreError> {
    let new = comment::ActiveModel { author_id: Set(into.to_string()), ..Default::default() };
    update_some(tx, comment::Column::Id, written_by(tenant, from), new).await
}

/// Gives some of a user's work sessions to another, and tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn move_work_sessions(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<i64, StoreError> {
    let new = work_session::ActiveModel { user_id: Set(into.as_uuid()), ..Default::default() };
    update_some(tx, work_session::Column::Id, worked_by(tenant, from), new).await
}

/// Puts some entries of timelines down to another user, and tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn move_actors(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<i64, StoreError> {
    let (kind, id) = Actor::User(from).to_parts();
    let caused = Condition::all()
        .add(ticket_event::Column::TenantId.eq(tenant.as_uuid()))
        .add(ticket_event::Column::ActorKind.eq(kind))
        .add(ticket_event::Column::ActorId.eq(id));
    let new = ticket_event::ActiveModel { actor_id: Set(into.to_string()), ..Default::default() };
    update_some(tx, ticket_event::Column::Id, caused, new).await
}

/// Gives some of a user's files to another, and tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn move_uploaders(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<i64, StoreError> {
    let (kind, id) = Actor::User(from).to_parts();
    let uploaded = Condition::all()
        .add(attachment::Column::TenantId.eq(tenant.as_uuid()))
        .add(attachment::Column::UploaderKind.eq(kind))
        .add(attachment::Column::UploaderId.eq(id));
    let new = attachment::ActiveModel { uploader_id: Set(into.to_string()), ..Default::default() };
    update_some(tx, attachment::Column::Id, uploaded, new).await
}

/// Gives some of a user's messages in live chats another author, and tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn move_chat_messages(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<i64, StoreError> {
    let new = chat_message::ActiveModel { author_id: Set(into.to_string()), ..Default::default() };
    update_some(tx, chat_message::Column::Id, said_by(tenant, from), new).await
}

/// Puts the beginning and the end of some live chats down to another user, moves some of the marks of
/// how far the user has read, and tells how many. Where both have read, the mark of who read further
/// stays.
///
/// # Errors
/// [`StoreError`].
pub async fn move_chats(
    tx: &Tx,
    tenant: TenantId,
    from: UserId,
    into: UserId,
) -> Result<i64, StoreError> {
    use chat::Column::{
        EndedById, EndedByKind, Id, StartedById, StartedByKind, TenantId as Tenant,
    };

    let (kind, id) = Actor::User(from).to_parts();
    let by = |kind_column: chat::Column, id_column: chat::Column| {
        let tenant = Condition::all().add(Tenant.eq(tenant.as_uuid()));
        tenant.add(kind_column.eq(kind)).add(id_column.eq(&id))
    };
    let begun = chat::ActiveModel { started_by_id: Set(into.to_string()), ..Default::default() };
    let ended =
        chat::ActiveModel { ended_by_id: Set(Some(into.to_string())), ..Default::default() };
    let begun = update_some(tx, Id, by(StartedByKind, StartedById), begun).await?;
    let ended = update_some(tx, Id, by(EndedByKind, EndedById), ended).await?;

    let marks = chat_read_mark::Entity::find()
        .filter(chat_read_mark::Column::TenantId.eq(tenant.as_uuid()))
        .filter(chat_read_mark::Column::UserId.eq(from.as_uuid()))
        .limit(MARKS)
        .all(tx)
        .await?;
    let moved = number(marks.len() as u64)?;
    for mark in marks {
        let read = ReadMark { user: into, sequence: mark.sequence, read_at: mark.read_at };
        chats::mark_read(tx, tenant, mark.chat_id.into(), &read).await?;
        chat_read_mark::Entity::delete_by_id((mark.chat_id, mark.user_id)).exec(tx).await?;
    }
    Ok(begun + ended + moved)
}

/// Writes `new` over at most [`ROWS`] rows.
async fn update_some<E, A>(
    tx: &Tx,
    id: E::Column,
    which: Condition,
    new: A,
) -> Result<i64, StoreError>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
{
    let some = E::find().select_only().column(id).filter(which).limit(ROWS).into_query();
    let done = E::update_many().set(new).filter(id.in_subquery(some)).exec(tx).await?;
    number(done.rows_affected)
}

fn written_by(tenant: TenantId, user: UserId) -> Condition {
    let (kind, id) = Actor::User(user).to_parts();
    Condition::all()
        .add(comment::Column::TenantId.eq(tenant.as_uuid()))
        .add(comment::Column::AuthorKind.eq(kind))
        .add(comment::Column::AuthorId.eq(id))
}

fn said_by(tenant: TenantId, user: UserId) -> Condition {
    let (kind, id) = Actor::User(user).to_parts();
    Condition::all()
        .add(chat_message::Column::TenantId.eq(tenant.as_uuid()))
        .add(chat_message::Column::AuthorKind.eq(kind))
        .add(chat_message::Column::AuthorId.eq(id))
}

fn worked_by(tenant: TenantId, user: UserId) -> Condition {
    Condition::all()
        .add(work_session::Column::TenantId.eq(tenant.as_uuid()))
        .add(work_session::Column::UserId.eq(user.as_uuid()))
}

fn watched_by(tenant: TenantId, user: UserId) -> Condition {
    Condition::all()
        .add(ticket_watcher::Column::TenantId.eq(tenant.as_uuid()))
        .add(ticket_watcher::Column::UserId.eq(user.as_uuid()))
}

fn number(count: u64) -> Result<i64, StoreError> {
    i64::try_from(count).map_err(|error| StoreError::Corrupt(format!("a count: {error}")))
}
