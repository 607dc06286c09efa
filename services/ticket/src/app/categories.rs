//! Categories.

use chamados_chassis::{auth::Permission, context::CallContext, id::TenantId};
use chamados_proto::event::v1::ChangedField;
use chamados_store_kit::{
    StoreError, Tx,
    audit::{self, Target, field},
    idempotency::{self, Outcome},
};
use chrono::{DateTime, Utc};

use super::{App, Repeat, remembered};
use crate::{
    domain::{Category, CategoryId, ListEdit, Name, category::MOST},
    error::{Error, Result},
    store,
};

/// Categories of the tenant, by name.
///
/// # Errors
/// [`crate::Error`].
pub async fn list(app: &App, cx: &CallContext, with_archived: bool) -> Result<Vec<Category>> {
    let tenant = cx.require(Permission::CategoriesRead)?;
    Ok(store::categories::list(app.db.read(), tenant, with_archived).await?)
}

/// Makes a category.
///
/// # Errors
/// [`Error::CategoryNameTaken`], [`Error::TooManyCategories`].
pub async fn create(app: &App, cx: &CallContext, repeat: Repeat, name: Name) -> Result<Category> {
    let tenant = cx.require(Permission::CategoriesManage)?;
    let actor = cx.actor()?;
    let request_id = &repeat.request_id;
    let key = idempotency::Key { tenant, actor: &actor, method: "category.create", request_id };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
    if let Outcome::Replay(answer) = outcome {
        return remembered::decode(&answer);
    }
    store::queues::lock_lists(&tx, tenant, now).await?;
    if store::categories::count(&tx, tenant).await? >= MOST {
        return Err(Error::TooManyCategories);
    }
    let id = CategoryId::new();
    let category = Category { id, name, archived: false, created_at: now, version: 1 };
    store::categories::insert(&tx, tenant, &category).await.map_err(taken)?;
    tell(&tx, cx, tenant, "category.created", &category, changed(None, &category), now).await?;
    idempotency::finish(&tx, &key, remembered::encode(&category)?).await?;
    tx.commit().await?;
    Ok(category)
}

/// Renames a category, archives it or brings it back; `version` 0 stands for the present one.
///
/// # Errors
/// [`Error::CategoryNotFound`], [`Error::StaleVersion`], [`Error::CategoryNameTaken`].
pub async fn update(
    app: &App,
    cx: &CallContext,
    id: CategoryId,
    version: i64,
    edit: ListEdit,
) -> Result<Category> {
    let tenant = cx.require(Permission::CategoriesManage)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = store::categories::lock(&tx, tenant, id).await?.ok_or(Error::CategoryNotFound)?;
    if version != 0 && version != before.version {
        return Err(Error::StaleVersion(before.version));
    }
    let category = Category {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        archived: edit.archived.unwrap_or(before.archived),
        version: before.version + 1,
        ..before.clone()
    };
    let fields = changed(Some(&before), &category);
    if fields.is_empty() {
        return Ok(before);
    }
    if !store::categories::update(&tx, tenant, &category).await.map_err(taken)? {
        return Err(Error::StaleVersion(before.version));
    }
    tell(&tx, cx, tenant, "category.updated", &category, fields, now).await?;
    tx.commit().await?;
    Ok(category)
}

/// Deletes a category no ticket has.
///
/// # Errors
/// [`Error::CategoryNotFound`], [`Error::CategoryInUse`].
pub async fn delete(app: &App, cx: &CallContext, repeat: Repeat, id: CategoryId) -> Result<()> {
    let tenant = cx.require(Permission::CategoriesManage)?;
    let actor = cx.actor()?;
    let request_id = &repeat.request_id;
    let key = idempotency::Key { tenant, actor: &actor, method: "category.delete", request_id };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let outcome = idempotency::begin(&tx, &key, repeat.fingerprint, now).await?;
    if let Outcome::Replay(_) = outcome {
        return Ok(());
    }
    store::queues::lock_lists(&tx, tenant, now).await?;
    let category = store::categories::lock(&tx, tenant, id).await?;
    let category = category.ok_or(Error::CategoryNotFound)?;
    // Nobody can take it now: they wait for the lock, and then it is gone.
    if store::tickets::has_category(&tx, tenant, id).await? {
        return Err(Error::CategoryInUse);
    }
    store::categories::delete(&tx, tenant, id).await?;
    let gone = vec![field("name", Some(category.name.to_string()), None)];
    tell(&tx, cx, tenant, "category.deleted", &category, gone, now).await?;
    idempotency::finish(&tx, &key, Vec::new()).await?;
    tx.commit().await?;
    Ok(())
}

fn taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::CategoryNameTaken } else { error.into() }
}

fn changed(before: Option<&Category>, after: &Category) -> Vec<ChangedField> {
    let name = field("name", before.map(|c| c.name.to_string()), Some(after.name.to_string()));
    let archived = |category: &Category| category.archived.to_string();
    let archived = field("archived", before.map(archived), Some(archived(after)));
    [name, archived].into_iter().filter(|field| field.old_value != field.new_value).collect()
}

async fn tell(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    action: &'static str,
    category: &Category,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<()> {
    let target =
        Target { kind: "category", id: category.id.to_string(), name: category.name.as_str() };
    Ok(audit::append(tx, cx, tenant, action, target, fields, now).await?)
}
