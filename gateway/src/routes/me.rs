//! The caller.

use std::collections::BTreeMap;

use axum::extract::State;
use chamados_proto::identity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ticket_filter::TicketFilter,
    users::{self, User},
};
use crate::{
    extract::{Json, nullable},
    names::Mentions,
    problem::{Problem, Result},
    session::Person,
    state::Gateway,
};

/// Who the caller is and what they may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    user: User,
    tenant: Tenant,
    /// Stable names of everything the caller may do, for example `tickets.work`.
    permissions: Vec<String>,
    preferences: Preferences,
}

/// The support organisation the caller belongs to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tenant {
    name: String,
}

/// How the caller wants the panel.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preferences {
    /// `pt-BR` or `en`; null follows the browser.
    locale: Option<String>,
    /// Null follows the system.
    theme: Option<Theme>,
    /// The filter the list of tickets opens with, by the names of its query parameters; null when there is
    /// none.
    default_ticket_filter: Option<SavedFilter>,
}

/// Names and values of query parameters of `/api/tickets`, for example
/// `{"status": ["pending"], "assigneeId": ["none"]}`.
type SavedFilter = BTreeMap<String, Vec<String>>;

/// Colours of the panel.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the operating system has it.
    System,
}

/// New preferences; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdatePreferences {
    /// `pt-BR` or `en`; null follows the browser again.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    locale: Option<Option<String>>,
    theme: Option<Theme>,
    /// Names and values of query parameters of `/api/tickets`, each as it takes them. Null takes the filter
    /// away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>)]
    default_ticket_filter: Option<Option<SavedFilter>>,
}

impl Theme {
    const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::System];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }
}

impl From<pb::Preferences> for Preferences {
    fn from(preferences: pb::Preferences) -> Self {
        let theme = preferences.theme.as_deref();
        let filter = preferences.default_ticket_filter.as_deref();
        Self {
            locale: preferences.locale,
            theme: Theme::ALL.into_iter().find(|known| Some(known.as_str()) == theme),
            default_ticket_filter: filter.and_then(|filter| serde_json::from_str(filter).ok()),
        }
    }
}

/// Tell who the caller is
///
/// With what they may do and how they want the panel.
#[utoipa::path(
    get, path = "/api/me", tag = "me",
    responses((status = 200, description = "The caller.", body = Me)),
)]
pub(crate) async fn get_me(
    State(gateway): State<Gateway>,
    Person(caller): Person,
) -> Result<Json<Me>> {
    let request = caller.request(pb::GetCurrentUserRequest {});
    let me = gateway.clients.users().get_current_user(request).await?.into_inner();
    let user = me.user.ok_or_else(|| Problem::internal("a current user without a user"))?;
    let mut mentions = Mentions::default();
    users::mention(&mut mentions, &user);
    Ok(Json(Me {
        user: User::of(user, &mentions.resolve(&gateway, &caller).await)?,
        tenant: Tenant { name: me.tenant_name },
        permissions: me.permissions,
        preferences: me.preferences.unwrap_or_default().into(),
    }))
}

/// A filter as the identity service keeps it, when a list of tickets takes it.
fn saved(filter: SavedFilter) -> Result<String> {
    TicketFilter::check(&filter)?;
    serde_json::to_string(&filter).map_err(Problem::internal)
}

/// Change the caller's preferences
///
/// What is left out stays as it is.
#[utoipa::path(
    patch, path = "/api/me/preferences", tag = "me", request_body = UpdatePreferences,
    responses((status = 200, description = "The preferences from now on.", body = Preferences)),
)]
pub(crate) async fn update_preferences(
    State(gateway): State<Gateway>,
    Person(caller): Person,
    Json(body): Json<UpdatePreferences>,
) -> Result<Json<Preferences>> {
    let theme = body.theme.map(|theme| theme.as_str().to_owned());
    let filter = body.default_ticket_filter.map(|filter| filter.map(saved).transpose());
    let preferences = pb::Preferences {
        locale: body.locale.map(Option::unwrap_or_default),
        theme,
        default_ticket_filter: filter.transpose()?.map(Option::unwrap_or_default),
    };
    let request = caller.request(pb::UpdatePreferencesRequest { preferences: Some(preferences) });
    let preferences = gateway.clients.users().update_preferences(request).await?.into_inner();
    Ok(Json(preferences.into()))
}
