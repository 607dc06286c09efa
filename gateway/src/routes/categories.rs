//! Categories: what sort of help is asked for.

use axum::extract::State;
use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::queues::ListOffered;
use crate::{
    extract::{Json, Path, Query},
    idempotency::IdempotencyKey,
    problem::Result,
    session::Caller,
    state::Gateway,
    version::{IfMatch, Tagged, Versioned},
    wire::{Created, List, Mask, created, time},
};

/// A sort of help.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Category {
    /// UUIDv7.
    id: String,
    /// Unique in the tenant.
    name: String,
    /// Not offered and not taken by tickets; those that have it keep it.
    archived: bool,
    created_at: DateTime<Utc>,
    /// Number of changes.
    version: i64,
}

impl Category {
    fn of(category: pb::Category) -> Result<Self> {
        Ok(Self {
            id: category.id,
            name: category.name,
            archived: category.archived,
            created_at: time(category.create_time)?,
            version: category.version,
        })
    }
}

impl Versioned for Category {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A category to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCategory {
    /// 1 to 80 characters, unique in the tenant without regard to case and accents.
    name: String,
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateCategory {
    /// 1 to 80 characters, unique in the tenant without regard to case and accents.
    name: Option<String>,
    archived: Option<bool>,
}

/// List categories
///
/// All of them on one page, by name.
#[utoipa::path(
    get, path = "/api/categories", tag = "tickets", params(ListOffered),
    responses((status = 200, description = "Every category of the tenant.", body = List<Category>)),
)]
pub(crate) async fn list_categories(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(ListOffered { include_archived }): Query<ListOffered>,
) -> Result<Json<List<Category>>> {
    let request = caller.request(pb::ListCategoriesRequest { include_archived });
    let answer = gateway.clients.categories().list_categories(request).await?.into_inner();
    let categories = answer.categories.into_iter().map(Category::of);
    Ok(Json(List::whole(categories.collect::<Result<_>>()?)))
}

/// Make a category
///
/// Admins only. 409 `category_name_taken`, or `too_many_categories` beyond 500.
#[utoipa::path(
    post, path = "/api/admin/categories", tag = "tickets",
    params(IdempotencyKey), request_body = CreateCategory,
    responses((status = 201, description = "The new category.", body = Category,
        headers(("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn create_category(
    State(gateway): State<Gateway>,
    caller: Caller,
    IdempotencyKey(request_id): IdempotencyKey,
    Json(CreateCategory { name }): Json<CreateCategory>,
) -> Result<Created<Tagged<Category>>> {
    let request = caller.request(pb::CreateCategoryRequest { request_id, name });
    let category = gateway.clients.categories().create_category(request).await?.into_inner();
    let category = Category::of(category)?;
    Ok(created(format!("/api/admin/categories/{}", category.id), Tagged(category)))
}

/// Change a category
///
/// Its name, or whether it is archived. Admins only. 409 `category_name_taken`.
#[utoipa::path(
    patch, path = "/api/admin/categories/{id}", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the category."), IfMatch),
    request_body = UpdateCategory,
    responses((status = 200, description = "The category from now on.", body = Category,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn update_category(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(body): Json<UpdateCategory>,
) -> Result<Tagged<Category>> {
    let mut mask = Mask::default();
    let category = pb::Category {
        id: id.to_string(),
        version,
        name: mask.set("name", body.name),
        archived: mask.set("archived", body.archived),
        ..Default::default()
    };
    let update_mask = mask.finish()?;
    let message = pb::UpdateCategoryRequest { category: Some(category), update_mask };
    let request = caller.request(message);
    let category = gateway.clients.categories().update_category(request).await?.into_inner();
    Ok(Tagged(Category::of(category)?))
}

/// Delete a category
///
/// One that no ticket has, else 409 `category_in_use`: archive it. Admins only.
#[utoipa::path(
    delete, path = "/api/admin/categories/{id}", tag = "tickets",
    params(("id" = Uuid, Path, description = "UUIDv7 of the category."), IdempotencyKey),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "Not possible in the present state; `code` says why."),
    ),
)]
pub(crate) async fn delete_category(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<StatusCode> {
    let request = caller.request(pb::DeleteCategoryRequest { request_id, id: id.to_string() });
    gateway.clients.categories().delete_category(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
