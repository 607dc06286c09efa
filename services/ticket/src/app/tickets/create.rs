//! Opening a ticket.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    context::CallContext,
    id::{CompanyId, DeviceId, TenantId, TicketId, UserId},
};
use chamados_store_kit::{
    Tx,
    idempotency::{self, Outcome},
    merged,
};
use chrono::{DateTime, Utc};

use super::facts;
use crate::{
    app::{App, Repeat, attachments, peers::Person, remembered, users},
    domain::{
        AttachmentId, CategoryId, Change, Draft, Place, Priority, QueueId, RequesterRule, RichText,
        Subject, Tags, Ticket, Watchers, opening,
    },
    error::{Error, Result},
    store,
};

/// A ticket as somebody asks for it.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// Tells a repeat.
    pub repeat: Repeat,
    /// One line.
    pub subject: Subject,
    /// May be empty.
    pub description: RichText,
    /// The default one when absent.
    pub queue: Option<QueueId>,
    /// The caller when absent; for a device its assigned user.
    pub requester: Option<UserId>,
    /// The requester's when absent, or else the device's.
    pub company: Option<CompanyId>,
    /// None, or for a device itself, when absent.
    pub device: Option<DeviceId>,
    /// How much it matters.
    pub priority: Priority,
    /// None when absent.
    pub category: Option<CategoryId>,
    /// Words to find it by.
    pub tags: Tags,
    /// Who sees it besides those it concerns; for staff to say.
    pub watchers: Watchers,
    /// Files that come with the description.
    pub attachments: Vec<AttachmentId>,
}

/// Whom and what a ticket is about, after all checks.
struct Parties {
    requester: UserId,
    company: Option<CompanyId>,
    device: Option<DeviceId>,
}

/// Opens a ticket.
///
/// # Errors
/// Not-found errors for ids that are not the tenant's, [`Error::Denied`] for people the caller may
/// not open tickets for, [`Error::NobodyAssigned`] for a device without person.
pub async fn create(app: &App, cx: &CallContext, input: NewTicket) -> Result<Ticket> {
    let tenant = cx.require(Permission::TicketsCreate)?;
    let actor = cx.actor()?;
    let parties = parties(app, cx, &input).await?;
    if !input.watchers.is_empty() {
        cx.require(Permission::TicketsWork)?;
        app.peers.require_people(cx, input.watchers.as_slice()).await?;
    }
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "ticket.create",
        request_id: &input.repeat.request_id,
    };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, input.repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        return remembered::decode(&answer);
    }
    let queue = queue(&tx, tenant, input.queue, now).await?;
    if let Some(id) = input.category
        && !store::categories::is_offered(&tx, tenant, id).await?
    {
        return Err(Error::CategoryNotFound);
    }
    let requester = merged::survivor(&tx, tenant, parties.requester).await?;
    let watchers = users::surviving_watchers(&tx, tenant, &input.watchers).await?;
    let by = users::surviving_actor(&tx, tenant, actor.clone()).await?;
    let draft = Draft {
        id: TicketId::new(),
        tenant,
        number: store::tickets::next_number(&tx, tenant).await?,
        subject: input.subject,
        description: input.description,
        priority: input.priority,
        queue,
        requester,
        company: parties.company,
        device: parties.device,
        category: input.category,
        tags: input.tags,
        watchers,
    };
    let Change { ticket, entry, figures, .. } = Ticket::open(draft, by.clone(), now);
    store::tickets::insert(&tx, &ticket).await?;
    let place = Place { ticket: ticket.id, comment: None, internal: false };
    attachments::attach(&tx, tenant, &actor, &input.attachments, place).await?;
    store::timeline::append(&tx, tenant, ticket.id, &entry).await?;
    store::figures::add(&tx, tenant, &figures).await?;
    facts::opened(&tx, cx, &ticket, by).await?;
    idempotency::finish(&tx, &key, remembered::encode(&ticket)?).await?;
    tx.commit().await?;
    app.ticket_changed(None, &ticket).await;
    Ok(ticket)
}

/// Decides who asks, for which company, about which device. Asks the other services, so it runs
/// before any transaction.
async fn parties(app: &App, cx: &CallContext, input: &NewTicket) -> Result<Parties> {
    let caller = cx.principal();
    let (requester, requester_company) = match opening::requester(caller, input.requester)? {
        RequesterRule::Known(user, company) => (user, company),
        RequesterRule::Anybody(user) => match app.peers.person(cx, user).await? {
            // A device's account is nobody who could be helped.
            Person { role: Role::Machine, .. } => return Err(Error::UserNotFound),
            person => (user, person.company),
        },
        RequesterRule::Of(company, user) => match app.peers.person(cx, user).await?.company {
            Some(theirs) if theirs == company => (user, Some(company)),
            _ => return Err(Error::UserNotFound),
        },
    };
    let device = opening::device(caller, input.device)?;
    let device_company = match (device, caller) {
        (None, _) => None,
        (Some(_), Principal::Device { company, .. }) => Some(*company),
        (Some(id), _) => Some(app.peers.company_of_device(cx, id).await?),
    };
    let named = opening::company(caller, input.company)?;
    if let Some(id) = named.filter(|_| named != caller.company()) {
        app.peers.require_company(cx, id).await?;
    }
    Ok(Parties { requester, company: named.or(requester_company).or(device_company), device })
}

async fn queue(
    tx: &Tx,
    tenant: TenantId,
    named: Option<QueueId>,
    now: DateTime<Utc>,
) -> Result<QueueId> {
    let Some(id) = named else {
        return Ok(store::queues::ensure_default(tx, tenant, now).await?.id);
    };
    if store::queues::is_offered(tx, tenant, id).await? {
        Ok(id)
    } else {
        Err(Error::QueueNotFound)
    }
}
