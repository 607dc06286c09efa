//! Merging two accounts of one person.

use std::collections::BTreeMap;

use axum::extract::State;
use chamados_proto::{device::v1 as device, identity::v1 as pb, ticket::v1 as ticket};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tonic::{Code, Response, Status};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{Json, Path, Query},
    problem::Result,
    session::Caller,
    state::Gateway,
    wire::{mirror, optional_time, time},
};

mirror! {
    /// Where a merge stands.
    MergeState = pb::MergeState {
        /// Decided; references are being moved.
        Moving,
        /// Every service has moved its references.
        Done,
    }
}

/// A merge of two accounts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Merge {
    /// UUIDv7.
    id: String,
    /// UUIDv7 of the account that is no more.
    from_user_id: String,
    /// UUIDv7 of the survivor.
    into_user_id: String,
    state: MergeState,
    /// What was moved, by service (`ticket`, `device`) and kind; a service that has not answered yet is
    /// not there.
    moved: BTreeMap<String, BTreeMap<String, i64>>,
    created_at: DateTime<Utc>,
    /// When the last service answered; null until then.
    finished_at: Option<DateTime<Utc>>,
}

/// What a merge would do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MergePreview {
    /// Sessions that would end.
    sessions: i32,
    /// Whether the two are of different companies, which is worth a second look.
    companies_differ: bool,
    /// What would move there; null while the ticket service is away.
    tickets: Option<TicketReferences>,
    /// What would move there; null while the device service is away.
    devices: Option<DeviceReferences>,
}

/// What in the ticket service refers to a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketReferences {
    requested: i64,
    assigned: i64,
    comments: i64,
    work_sessions: i64,
    watched: i64,
    /// Messages written in live chats.
    chat_messages: i64,
}

/// What in the device service refers to a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceReferences {
    assigned: i64,
    linked: i64,
}

/// Which merge is thought of.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewMerge {
    /// UUIDv7 of the survivor.
    into_user_id: Uuid,
}

/// Into whom.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MergeUser {
    /// UUIDv7 of the survivor.
    into_user_id: Uuid,
}

impl Merge {
    fn of(merge: pb::Merge) -> Result<Self> {
        let moved = merge.moved.into_iter().map(|moved| (moved.service, moved.counts)).collect();
        Ok(Self {
            id: merge.id,
            from_user_id: merge.from_user_id,
            into_user_id: merge.into_user_id,
            state: MergeState::of(merge.state)?,
            moved,
            created_at: time(merge.create_time)?,
            finished_at: optional_time(merge.finish_time),
        })
    }
}

/// Look at what a merge would do
///
/// Changes nothing. Admins only. 409 as for the merge itself.
#[utoipa::path(
    get, path = "/api/admin/users/{id}/merge-preview", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the account that would be no more."), PreviewMerge),
    responses(
        (status = 200, description = "What would end and move.", body = MergePreview),
        (status = 409, description = "It may not be done; `code` says why."),
    ),
)]
pub(crate) async fn preview_merge(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(PreviewMerge { into_user_id }): Query<PreviewMerge>,
) -> Result<Json<MergePreview>> {
    let request = caller.request(pb::GetMergePreviewRequest {
        from_user_id: id.to_string(),
        into_user_id: into_user_id.to_string(),
    });
    let preview = gateway.clients.merges().get_merge_preview(request).await?.into_inner();
    let user_id = id.to_string();
    let tickets = ticket::GetUserReferencesRequest { user_id: user_id.clone() };
    let devices = device::GetUserReferencesRequest { user_id };
    let (mut ticket_client, mut device_client) =
        (gateway.clients.tickets(), gateway.clients.devices());
    let (tickets, devices) = futures::join!(
        ticket_client.get_user_references(caller.request(tickets)),
        device_client.get_user_references(caller.request(devices)),
    );
    let tickets = unless_away(tickets)?.map(|of| TicketReferences {
        requested: of.tickets_requested,
        assigned: of.tickets_assigned,
        comments: of.comments_written,
        work_sessions: of.work_sessions,
        watched: of.tickets_watched,
        chat_messages: of.chat_messages,
    });
    let devices = unless_away(devices)?
        .map(|of| DeviceReferences { assigned: of.devices_assigned, linked: of.devices_linked });
    let pb::GetMergePreviewResponse { sessions, companies_differ } = preview;
    Ok(Json(MergePreview { sessions, companies_differ, tickets, devices }))
}

/// Merge an account into another
///
/// At once it is deactivated and its sessions end; then everything that refers to it refers to the survivor,
/// in every service. Admins only. Sent again with the same survivor it gives the merge as it stands, so
/// `Idempotency-Key` is not needed. 409 `user_merged`, `survivor_inactive`, `survivor_not_staff`,
/// `device_account`, `cannot_merge_self`, `last_admin`.
#[utoipa::path(
    post, path = "/api/admin/users/{id}/merge", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the account that is no more.")),
    request_body = MergeUser,
    responses((status = 200, description = "The merge as it stands.", body = Merge)),
)]
pub(crate) async fn merge_user(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<MergeUser>,
) -> Result<Json<Merge>> {
    let request = caller.request(pb::MergeUsersRequest {
        from_user_id: id.to_string(),
        into_user_id: body.into_user_id.to_string(),
    });
    let merge = gateway.clients.merges().merge_users(request).await?.into_inner();
    Ok(Json(Merge::of(merge)?))
}

/// Get the merge of an account
///
/// How far it is. Admins only. 404 `merge_not_found` when it was not merged.
#[utoipa::path(
    get, path = "/api/admin/users/{id}/merge", tag = "users",
    params(("id" = Uuid, Path, description = "UUIDv7 of the account that is no more.")),
    responses((status = 200, description = "The merge.", body = Merge)),
)]
pub(crate) async fn get_merge(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Merge>> {
    let request = caller.request(pb::GetMergeRequest { from_user_id: id.to_string() });
    let merge = gateway.clients.merges().get_merge(request).await?.into_inner();
    Ok(Json(Merge::of(merge)?))
}

/// The answer; nothing while the service is away.
fn unless_away<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if status.code() == Code::Unavailable => Ok(None),
        Err(status) => Err(status.into()),
    }
}
