//! The same change for many tickets, each in a transaction of its own.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    error::Describe as _,
    id::{TenantId, TicketId},
};
use chamados_store_kit::idempotency::{self, Outcome};
use serde::{Deserialize, Serialize};

use super::{
    assign::require_staff,
    change::{Target, decide, save},
};
use crate::{
    app::{App, Repeat, remembered},
    domain::{Command, Edit, TagsEdit},
    error::{Error, Result},
    store,
};

/// Most tickets of one request.
pub const MOST: usize = 100;

/// What is to change, and of which tickets.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// Tells a repeat.
    pub repeat: Repeat,
    /// Which, at most [`MOST`] and none twice, each with the version it must have; 0 for whichever it
    /// has.
    pub targets: Vec<(TicketId, i64)>,
    /// Queue, priority, tags, assignee; nothing else.
    pub edit: Edit,
}

/// What came of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkOutcome {
    /// It is as was asked, in this version.
    Done(i64),
    /// It stayed as it was.
    Refused {
        /// Stable name.
        reason: String,
        /// For a person.
        message: String,
    },
}

/// Changes each ticket for itself: what is refused for one does not hold up the others. The outcomes are
/// in the order of the targets, and a repeat gets those that were reached before again.
///
/// # Errors
/// What is wrong with the change itself: [`Error::UserNotFound`], [`Error::QueueNotFound`],
/// [`Error::Rejected`] for an assignee who is not of the staff. Or when something is away.
pub async fn bulk_update(app: &App, cx: &CallContext, request: Bulk) -> Result<Vec<BulkOutcome>> {
    let tenant = cx.require(Permission::TicketsWork)?;
    let Bulk { repeat, targets, edit } = request;
    require(app, cx, tenant, &edit).await?;
    let command = command(edit);
    let mut outcomes = Vec::with_capacity(targets.len());
    for (place, (id, version)) in targets.into_iter().enumerate() {
        let target = Target { tenant, id, version };
        outcomes.push(change(app, cx, &part(&repeat, place), &target, command.clone()).await?);
    }
    Ok(outcomes)
}

/// Nothing, when the change itself is right.
async fn require(app: &App, cx: &CallContext, tenant: TenantId, edit: &Edit) -> Result<()> {
    if let Some(user) = edit.assignee.flatten() {
        require_staff(app, cx, user).await?;
    }
    if let Some(queue) = edit.queue {
        let tx = app.db.begin().await?;
        if !store::queues::is_offered(&tx, tenant, queue).await? {
            return Err(Error::QueueNotFound);
        }
    }
    Ok(())
}

/// What is done with each ticket. Giving it to somebody and nothing else is told as such.
fn command(edit: Edit) -> Command {
    match edit {
        Edit {
            assignee: Some(assignee),
            queue: None,
            priority: None,
            tags: TagsEdit::Keep,
            ..
        } => Command::Assign { assignee },
        edit => Command::Update(Box::new(edit)),
    }
}

/// The part of a request that is about one target: remembered for itself, so that a repeat of a request
/// that broke off goes on where it ended.
fn part(repeat: &Repeat, place: usize) -> Repeat {
    let Repeat { request_id, fingerprint } = repeat;
    let request_id =
        if request_id.is_empty() { String::new() } else { format!("{request_id}.{place}") };
    Repeat { request_id, fingerprint: *fingerprint }
}

async fn change(
    app: &App,
    cx: &CallContext,
    repeat: &Repeat,
    target: &Target,
    command: Command,
) -> Result<BulkOutcome> {
    let actor = cx.actor()?;
    let (tenant, request_id) = (target.tenant, &repeat.request_id);
    let key = idempotency::Key { tenant, actor: &actor, method: "ticket.bulk", request_id };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        return remembered::decode(&answer);
    }
    let (outcome, changed) = match decide(&tx, cx, target, command, now).await {
        Ok((before, None)) => (BulkOutcome::Done(before.version), None),
        Ok((before, Some(change))) => {
            save(&tx, cx, &change).await?;
            (BulkOutcome::Done(change.ticket.version), Some((before, change.ticket)))
        }
        Err(error) => (refusal(error)?, None),
    };
    idempotency::finish(&tx, &key, remembered::encode(&outcome)?).await?;
    tx.commit().await?;
    if let Some((before, ticket)) = changed {
        app.ticket_changed(Some(&before), &ticket).await;
    }
    Ok(outcome)
}

/// A refusal of this ticket. Anything else is trouble, which ends the whole request.
fn refusal(error: Error) -> Result<BulkOutcome> {
    match error {
        Error::TicketNotFound
        | Error::QueueNotFound
        | Error::StaleVersion(_)
        | Error::Rejected(_) => Ok(BulkOutcome::Refused {
            reason: error.reason().into_owned(),
            message: error.to_string(),
        }),
        trouble => Err(trouble),
    }
}
