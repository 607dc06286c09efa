//! Every route on one screen, and the layers around them.

use axum::{
    Router, extract::DefaultBodyLimit, middleware::from_fn_with_state, response::IntoResponse as _,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    assets, csrf, headers, openapi,
    parameters::{self, Parameters},
    problem::Problem,
    routes::{
        activity, attachments, audit, auth, bulk, categories, chat_messages, chats, comments,
        companies, dashboard, device_access, device_export, device_links, device_presence,
        device_software, devices, drafts, events, exports, incidents, invites, jobs, links, me,
        merges, ops, queues, runs, service_accounts, sessions, setup, tenants, ticket_export,
        tickets, timeline, transitions, usb_policy, users,
    },
    state::Gateway,
    trace::{self, Trace},
};

fn api() -> OpenApiRouter<Gateway> {
    OpenApiRouter::with_openapi(openapi::document())
        .routes(routes!(setup::get_setup, setup::complete_setup))
        .routes(routes!(auth::sign_in_by_email))
        .routes(routes!(auth::sign_out))
        .routes(routes!(links::preview_invite))
        .routes(routes!(links::accept_invite))
        .routes(routes!(links::preview_password_reset))
        .routes(routes!(links::reset_password))
        .routes(routes!(me::get_me))
        .routes(routes!(me::update_preferences))
        .routes(routes!(sessions::list_sessions))
        .routes(routes!(sessions::revoke_session))
        .routes(routes!(sessions::change_password))
        .routes(routes!(dashboard::get_dashboard))
        .routes(routes!(tickets::list_tickets, tickets::create_ticket))
        .routes(routes!(ticket_export::export_tickets))
        .routes(routes!(bulk::update_many_tickets))
        .routes(routes!(tickets::get_ticket, tickets::update_ticket))
        .routes(routes!(transitions::assign_ticket))
        .routes(routes!(transitions::start_ticket))
        .routes(routes!(transitions::pause_ticket))
        .routes(routes!(transitions::resolve_ticket))
        .routes(routes!(transitions::reopen_ticket))
        .routes(routes!(comments::list_comments, comments::create_comment))
        .routes(routes!(attachments::list_ticket_attachments))
        .routes(routes!(attachments::download_attachment, attachments::delete_attachment))
        .routes(routes!(drafts::list_drafts))
        .routes(routes!(drafts::save_draft, drafts::delete_draft))
        .routes(routes!(timeline::list_ticket_timeline))
        .routes(routes!(timeline::list_work_sessions))
        .routes(routes!(chats::get_chat))
        .routes(routes!(chats::start_chat))
        .routes(routes!(chat_messages::send_newest_chat_message))
        .routes(routes!(chats::end_newest_chat))
        .routes(routes!(chats::list_chats))
        .routes(routes!(chat_messages::list_chat_messages))
        .routes(routes!(chat_messages::send_chat_message))
        .routes(routes!(chats::mark_chat_read))
        .routes(routes!(chats::end_chat))
        .routes(routes!(activity::list_activity, activity::report_activity))
        .routes(routes!(queues::list_queues))
        .routes(routes!(queues::create_queue))
        .routes(routes!(queues::update_queue, queues::delete_queue))
        .routes(routes!(categories::list_categories))
        .routes(routes!(categories::create_category))
        .routes(routes!(categories::update_category, categories::delete_category))
        .routes(routes!(companies::list_companies, companies::create_company))
        .routes(routes!(companies::get_company, companies::update_company))
        .routes(routes!(companies::rotate_provisioning_code))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::get_user, users::update_user))
        .routes(routes!(users::issue_password_reset))
        .routes(routes!(merges::preview_merge))
        .routes(routes!(merges::get_merge, merges::merge_user))
        .routes(routes!(tenants::list_tenants))
        .routes(routes!(invites::list_invites, invites::create_invite))
        .routes(routes!(invites::revoke_invite))
        .routes(routes!(invites::resend_invite))
        .routes(routes!(
            service_accounts::list_service_accounts,
            service_accounts::create_service_account
        ))
        .routes(routes!(
            service_accounts::get_service_account,
            service_accounts::update_service_account
        ))
        .routes(routes!(service_accounts::create_api_key))
        .routes(routes!(service_accounts::revoke_api_key))
        .routes(routes!(service_accounts::list_scopes))
        .routes(routes!(audit::list_audit_log))
        .routes(routes!(audit::export_audit_log))
        .routes(routes!(devices::list_own_devices))
        .routes(routes!(devices::list_devices))
        .routes(routes!(device_export::export_devices))
        .routes(routes!(devices::get_device, devices::update_device))
        .routes(routes!(device_links::link_user, device_links::unlink_user))
        .routes(routes!(devices::reset_agent))
        .routes(routes!(usb_policy::set_usb_policy))
        .routes(routes!(device_access::adjust_access))
        .routes(routes!(device_access::list_device_tokens))
        .routes(routes!(device_software::list_device_software))
        .routes(routes!(device_presence::get_presence_history))
        .routes(routes!(devices::list_device_timeline))
        .routes(routes!(incidents::list_incidents))
        .routes(routes!(jobs::list_jobs))
        .routes(routes!(jobs::preview_schedule))
        .routes(routes!(jobs::update_job))
        .routes(routes!(jobs::run_job))
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::get_run))
        .routes(routes!(exports::list_exports, exports::create_export))
        .routes(routes!(exports::get_export))
        .routes(routes!(exports::cancel_export))
        .routes(routes!(exports::download_export))
        .routes(routes!(events::listen))
        .routes(routes!(ops::get_openapi))
        .merge(uploads())
}

/// What may be longer than other bodies: the service has a limit of its own for it.
fn uploads() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(attachments::upload_attachment))
        .layer(DefaultBodyLimit::disable())
}

fn operations() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(ops::healthz))
        .routes(routes!(ops::readyz))
        .routes(routes!(ops::metrics))
}

/// The contract of everything above.
pub(crate) fn document() -> OpenApi {
    let (_, mut document) = api().merge(operations()).split_for_parts();
    openapi::complete(&mut document);
    document
}

/// The API and the panel.
pub(crate) fn public(gateway: Gateway) -> Router {
    let (api, _) = api().split_for_parts();
    let parameters = Parameters::of(&mut document());
    let mut router = api
        .layer(from_fn_with_state(parameters, parameters::layer))
        .layer(from_fn_with_state(gateway.clone(), csrf::layer))
        .layer(DefaultBodyLimit::max(gateway.config.body_limit_bytes));
    if gateway.config.operations {
        router = router.merge(operations().split_for_parts().0);
    }
    let docs =
        SwaggerUi::new("/api/docs").config(utoipa_swagger_ui::Config::from("/api/openapi.json"));
    layered(router.merge(docs).fallback(assets::fallback), gateway)
}

/// The layers around everything, from the inside out: a panic becomes an answer, answers are
/// compressed, get their headers, and are traced and, where they are problems, written out.
fn layered(router: Router<Gateway>, gateway: Gateway) -> Router {
    router
        .layer(CatchPanicLayer::custom(|_panic| {
            Problem::internal("a handler panicked").into_response()
        }))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(gateway.clone(), headers::layer))
        .layer(from_fn_with_state(Trace::new(gateway.clone()), trace::layer))
        .with_state(gateway)
}
