//! What the service does in the database to open and to change a ticket, without the service: the same
//! functions of its store in the same order, in one transaction.

use anyhow::{Context as _, Result, ensure};
use chamados_chassis::{
    auth::Actor,
    id::{TenantId, TicketId, UserId},
};
use chamados_store_kit::{Db, merged};
use chamados_ticket::{
    domain::{
        Change, Command, Draft, Priority, RichText, SessionEffect, Subject, Tags, Ticket,
        Visibility, Watchers,
    },
    store,
};
use chrono::SubsecRound as _;
use uuid::Uuid;

/// Opens a ticket. The fact for other services is left out.
pub(super) async fn create(
    db: &Db,
    tenant: TenantId,
    by: UserId,
    (requester, company): (Uuid, Uuid),
    (subject, description): (String, String),
) -> Result<()> {
    let now = chrono::Utc::now().trunc_subsecs(6);
    let tx = db.begin().await?;
    let queue = store::queues::ensure_default(&tx, tenant, now).await?.id;
    let requester = merged::survivor(&tx, tenant, requester.into()).await?;
    let by = Actor::User(merged::survivor(&tx, tenant, by).await?);
    let draft = Draft {
        id: TicketId::new(),
        tenant,
        number: store::tickets::next_number(&tx, tenant).await?,
        subject: Subject::parse(&subject)?,
        description: RichText::parse(&description)?,
        priority: Priority::Normal,
        queue,
        requester,
        company: Some(company.into()),
        device: None,
        category: None,
        tags: Tags::default(),
        watchers: Watchers::default(),
    };
    let Change { ticket, entry, figures, .. } = Ticket::open(draft, by, now);
    store::tickets::insert(&tx, &ticket).await?;
    store::timeline::append(&tx, tenant, ticket.id, &entry).await?;
    store::figures::add(&tx, tenant, &figures).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes a ticket.
pub(super) async fn change(
    db: &Db,
    tenant: TenantId,
    by: UserId,
    ticket: TicketId,
    command: Command,
) -> Result<()> {
    let now = chrono::Utc::now().trunc_subsecs(6);
    let tx = db.begin().await?;
    let by = Actor::User(merged::survivor(&tx, tenant, by).await?);
    let before = store::tickets::lock(&tx, tenant, Visibility::All, ticket).await?;
    let change = before.context("no such ticket")?.apply(command, by, now)?;
    let Change { ticket, entry, session, figures } = change.context("nothing changes")?;
    let won = store::tickets::update(&tx, &ticket, &entry.changes).await?;
    ensure!(won, "somebody else changes ticket {}", ticket.number);
    match session {
        SessionEffect::None => {}
        SessionEffect::Open { user, at } => {
            store::work_sessions::open(&tx, tenant, ticket.id, user, at).await?;
        }
        SessionEffect::Close { at, seconds } => {
            store::work_sessions::close(&tx, tenant, ticket.id, at, seconds).await?;
        }
    }
    store::timeline::append(&tx, tenant, ticket.id, &entry).await?;
    store::figures::add(&tx, tenant, &figures).await?;
    tx.commit().await?;
    Ok(())
}
