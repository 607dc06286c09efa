//! The queue of e-mail.

use chamados_store_kit::{Db, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Set, UpdateMany,
    sea_query::{Expr, ExprTrait as _, LockBehavior, LockType},
};

use super::entity::mail::{self as row, Column, Entity};
use crate::domain::mail::{LEASE, Mail, Template};

/// Puts an e-mail into the queue.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(tx: &Tx, mail: &Mail) -> Result<(), StoreError> {
    let model = row::ActiveModel {
        id: Set(mail.id),
        template: Set(mail.template.as_str().to_owned()),
        subject_id: Set(mail.subject),
        generation: Set(mail.generation),
        recipient: Set(mail.recipient.clone()),
        attempts: Set(mail.attempts),
        created_at: Set(mail.created_at),
        next_attempt_at: Set(mail.created_at),
        ended_at: Set(None),
    };
    Entity::insert(model).exec_without_returning(tx).await?;
    Ok(())
}

/// Claims the e-mail that is due the longest, for [`LEASE`]. Of replicas that ask at once each gets
/// another one; SQLite has no row locks and needs none, because it has one writer.
///
/// # Errors
/// [`StoreError`].
pub async fn claim(db: &Db, now: DateTime<Utc>) -> Result<Option<Mail>, StoreError> {
    let due = || {
        Entity::find()
            .filter(Column::EndedAt.is_null())
            .filter(Column::NextAttemptAt.lte(now))
            .order_by_asc(Column::NextAttemptAt)
            .limit(1)
    };
    // Most looks find nothing, and cost no write.
    if due().one(db.read()).await?.is_none() {
        return Ok(None);
    }
    let first = due()
        .select_only()
        .column(Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let tx = db.begin().await?;
    let claimed = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::NextAttemptAt, Expr::value(now + LEASE))
        .filter(Column::Id.in_subquery(first))
        .exec_with_returning(&tx)
        .await?;
    tx.commit().await?;
    claimed.into_iter().next().map(mail).transpose()
}

/// Notes that a claimed e-mail needs no more sending: it was sent, given up, or became pointless.
///
/// # Errors
/// [`StoreError`].
pub async fn end(db: &Db, mail: &Mail, now: DateTime<Utc>) -> Result<(), StoreError> {
    let tx = db.begin().await?;
    let end = row::ActiveModel { ended_at: Set(Some(now)), ..Default::default() };
    claimed(mail).set(end).exec(&tx).await?;
    tx.commit().await
}

/// Notes when to try a claimed e-mail again.
///
/// # Errors
/// [`StoreError`].
pub async fn retry(db: &Db, mail: &Mail, at: DateTime<Utc>) -> Result<(), StoreError> {
    let tx = db.begin().await?;
    let later = row::ActiveModel { next_attempt_at: Set(at), ..Default::default() };
    claimed(mail).set(later).exec(&tx).await?;
    tx.commit().await
}

/// Removes what was sent or given up before `before`; how many.
///
/// # Errors
/// [`StoreError`].
pub async fn purge(tx: &Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    Ok(Entity::delete_many().filter(Column::EndedAt.lt(before)).exec(tx).await?.rows_affected)
}

/// What a holder may write to: nothing once another has claimed it.
fn claimed(mail: &Mail) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(mail.id))
        .filter(Column::Attempts.eq(mail.attempts))
        .filter(Column::EndedAt.is_null())
}

fn mail(row: row::Model) -> Result<Mail, StoreError> {
    let template = Template::parse(&row.template)
        .ok_or_else(|| StoreError::Corrupt(format!("mail {}: template", row.id)))?;
    Ok(Mail {
        id: row.id,
        template,
        subject: row.subject_id,
        generation: row.generation,
        recipient: row.recipient,
        attempts: row.attempts,
        created_at: row.created_at,
    })
}
