//! Merging two accounts. The decision is one transaction here; the other services hear of it, move what
//! refers to the account, and answer.

use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    error::Invalid,
    id::{EventId, TenantId, UserId},
};
use chamados_proto::identity::v1 as pb;
use chamados_store_kit::{
    Tx,
    audit::{Target, field},
    inbox,
    outbox::{self, OutboxEvent},
};

use super::{App, audit, users};
use crate::{
    domain::{
        merge::{self, Merge, MergeId, Moved, Unmergeable},
        session,
        user::{User, Visibility},
    },
    error::{Error, Result},
    store,
};

/// Who the end of a merge is put down to.
const SERVICE: &str = "identity";

/// What a merge would end here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preview {
    /// How many sessions.
    pub sessions: u64,
    /// Whether the two are of different companies.
    pub companies_differ: bool,
}

/// Whether an account may be merged into another, and what that would end.
pub async fn preview(app: &App, cx: &CallContext, from: UserId, into: UserId) -> Result<Preview> {
    let tenant = cx.require(Permission::UsersManage)?;
    let tx = app.db.begin().await?;
    let (from, into) = both(&tx, tenant, from, into).await?;
    check(&tx, cx, &from, &into).await?;
    let now = app.clock.now();
    let (idle, opened) = (now - session::IDLE, now - session::LIFETIME);
    let sessions = store::sessions::count(&*tx, from.id, idle, opened).await?;
    Ok(Preview { sessions, companies_differ: from.company != into.company })
}

/// Merges an account into another. Merging again into the same survivor changes nothing.
pub async fn merge(app: &App, cx: &CallContext, from: UserId, into: UserId) -> Result<Merge> {
    let tenant = cx.require(Permission::UsersManage)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    // Merges and demotions of a tenant come one after the other, and each sees the one before.
    store::tenants::hold(&tx, tenant).await?;
    let (from, into) = both(&tx, tenant, from, into).await?;
    if let Some(done) = store::merges::by_from(&*tx, tenant, from.id).await?
        && (done.into == into.id || from.merged_into == Some(into.id))
    {
        return Ok(done);
    }
    check(&tx, cx, &from, &into).await?;
    if !store::merges::absorb(&tx, &from, into.id, now).await? {
        return Err(Error::StaleVersion);
    }
    store::users::replace_in_filters(&tx, tenant, from.id, into.id).await?;
    store::sessions::end_all(&tx, from.id, None, now).await?;
    store::resets::end_all(&tx, from.id, now).await?;
    let merge = Merge {
        id: MergeId::new(),
        tenant,
        from: from.id,
        into: into.id,
        created_at: now,
        finished_at: None,
        moved: Vec::new(),
    };
    store::merges::insert(&tx, &merge).await?;
    let event = OutboxEvent {
        tenant,
        subject: from.id.as_uuid(),
        payload: pb::UsersMerged {
            merge_id: merge.id.to_string(),
            from_user_id: from.id.to_string(),
            into_user_id: into.id.to_string(),
        },
        actor: cx.actor()?,
        request_id: cx.request_id(),
        now,
    };
    outbox::append(&tx, event).await?;
    let fields = vec![field("merged_into_id", None, Some(into.id.to_string()))];
    audit::record(&tx, cx, tenant, "user.merged", target(&from), fields, now).await?;
    tx.commit().await?;
    tracing::info!(merge = %merge.id, from = %from.id, into = %into.id, "accounts are merged");
    users::changed(app, &from).await;
    users::changed(app, &into).await;
    Ok(merge)
}

/// How far the merge of an account is.
pub async fn get(app: &App, cx: &CallContext, from: UserId) -> Result<Merge> {
    let tenant = cx.require(Permission::UsersManage)?;
    let merge = store::merges::by_from(app.db.read(), tenant, from).await?;
    merge.ok_or(Error::MergeNotFound)
}

/// A service's answer to a merge.
#[derive(Debug)]
pub struct Answer {
    /// The event that brought it.
    pub event: EventId,
    /// Tenant of the merge.
    pub tenant: TenantId,
    /// The merge.
    pub merge: MergeId,
    /// What the service moved.
    pub moved: Moved,
    /// The request that caused it all.
    pub request_id: String,
}

/// Takes a service's answer, once. The last one ends the merge.
pub async fn references_moved(app: &App, consumer: &str, answer: Answer) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    if !inbox::accept(&tx, consumer, answer.event, now).await? {
        return Ok(());
    }
    let tenant = answer.tenant;
    let merge = store::merges::add_moved(&tx, tenant, answer.merge, &answer.moved).await?;
    let Some(merge) = merge else {
        tracing::warn!(merge = %answer.merge, "an answer to a merge that is not known");
        tx.commit().await?;
        return Ok(());
    };
    let user = store::users::get(&*tx, tenant, Visibility::Tenant, merge.from).await?;
    let user = user.ok_or(Error::UserNotFound)?;
    if merge.is_complete() && store::merges::finish(&tx, merge.id, now).await? {
        let counts = merge.moved.iter().flat_map(|moved| &moved.counts);
        let fields = counts
            .filter(|(_, count)| **count != 0)
            .map(|(kind, count)| field(kind, None, Some(count.to_string())))
            .collect();
        let by =
            audit::By { actor: Actor::Service(SERVICE.into()), request_id: &answer.request_id };
        audit::write(&tx, by, tenant, "user.merge_finished", target(&user), fields, now).await?;
    }
    tx.commit().await?;
    users::changed(app, &user).await;
    Ok(())
}

async fn both(tx: &Tx, tenant: TenantId, from: UserId, into: UserId) -> Result<(User, User)> {
    let from = store::users::get(&**tx, tenant, Visibility::Tenant, from).await?;
    let into = store::users::get(&**tx, tenant, Visibility::Tenant, into).await?;
    from.zip(into).ok_or(Error::UserNotFound)
}

async fn check(tx: &Tx, cx: &CallContext, from: &User, into: &User) -> Result<()> {
    merge::check(from, into, cx.principal().user())?;
    let next = User { active: false, ..from.clone() };
    if from.leaves_administration(&next)
        && !store::users::has_other_admin(tx, from.tenant, from.id).await?
    {
        return Err(Error::LastAdmin);
    }
    Ok(())
}

fn target(user: &User) -> Target<'_> {
    Target { kind: "user", id: user.id.to_string(), name: &user.name }
}

impl From<Unmergeable> for Error {
    fn from(reason: Unmergeable) -> Self {
        match reason {
            Unmergeable::Same => Invalid::field("into_user_id", reason.to_string()).into(),
            Unmergeable::Merged => Self::UserMerged,
            Unmergeable::Device => Self::DeviceAccount,
            Unmergeable::OwnAccount => Self::CannotMergeSelf,
            Unmergeable::SurvivorInactive => Self::SurvivorInactive,
            Unmergeable::SurvivorNotStaff => Self::SurvivorNotStaff,
        }
    }
}
