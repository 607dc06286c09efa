//! What each method is asked.

use chamados_proto::{
    device::v1 as device, identity::v1 as identity, jobs::v1 as jobs, scheduler::v1 as scheduler,
    ticket::v1 as ticket,
};
use prost::Message as _;
use prost_types::FieldMask;

use super::{callers::Caller, records::Records};

/// A version that no record has: whoever may change it hears that it is stale.
const STALE: i64 = 999;

fn mask(path: &str) -> Option<FieldMask> {
    Some(FieldMask { paths: vec![path.to_owned()] })
}

/// The message of a row, encoded.
#[rustfmt::skip]
pub(super) fn message(asked: &str, r: &Records, caller: &Caller) -> Vec<u8> {
    let request_id = r.fresh();
    let fresh_email = format!("{}@acme.example", r.fresh());
    let company_id = Some(r.company.clone());
    let (company, ticket, device, spare) = (r.company.clone(), r.ticket.clone(), r.device.clone(), r.spare.clone());
    let collaborator = identity::Role::Collaborator.into();
    let admin = identity::Role::Admin.into();
    let tenant = caller.principal.as_ref().and_then(|principal| principal.tenant().ok());
    match asked {
        "identity.v1.AuditService/ListAuditEntries" => identity::ListAuditEntriesRequest::default().encode_to_vec(),
        "identity.v1.SetupService/GetSetup" => identity::GetSetupRequest {}.encode_to_vec(),
        "identity.v1.SetupService/IssueSetupToken" => identity::IssueSetupTokenRequest {}.encode_to_vec(),
        "identity.v1.SetupService/CompleteSetup" => identity::CompleteSetupRequest { token: "wrong".into(), tenant_name: "T".into(), name: "N".into(), email: fresh_email, password: "correct horse battery".into(), ..Default::default() }.encode_to_vec(),
        "identity.v1.CompanyService/CreateCompany" => identity::CreateCompanyRequest { name: "New".into(), nickname: r.fresh(), request_id }.encode_to_vec(),
        "identity.v1.CompanyService/GetCompany" => identity::GetCompanyRequest { id: company }.encode_to_vec(),
        "identity.v1.CompanyService/BatchGetCompanySummaries" => identity::BatchGetCompanySummariesRequest { ids: vec![company] }.encode_to_vec(),
        "identity.v1.CompanyService/ListCompanies" => identity::ListCompaniesRequest::default().encode_to_vec(),
        "identity.v1.CompanyService/UpdateCompany" => identity::UpdateCompanyRequest { company: Some(identity::Company { id: company, name: "New".into(), version: STALE, ..Default::default() }), update_mask: mask("name") }.encode_to_vec(),
        "identity.v1.CompanyService/RotateProvisioningCode" => identity::RotateProvisioningCodeRequest { id: company, request_id }.encode_to_vec(),
        "identity.v1.TenantService/ListTenants" => identity::ListTenantsRequest::default().encode_to_vec(),
        "identity.v1.ServiceAccountService/CreateServiceAccount" => identity::CreateServiceAccountRequest { name: r.fresh(), request_id, ..Default::default() }.encode_to_vec(),
        "identity.v1.ServiceAccountService/GetServiceAccount" => identity::GetServiceAccountRequest { id: r.service_account.clone() }.encode_to_vec(),
        "identity.v1.ServiceAccountService/BatchGetServiceAccountSummaries" => identity::BatchGetServiceAccountSummariesRequest { ids: vec![r.service_account.clone()] }.encode_to_vec(),
        "identity.v1.ServiceAccountService/ListServiceAccounts" => identity::ListServiceAccountsRequest::default().encode_to_vec(),
        "identity.v1.ServiceAccountService/UpdateServiceAccount" => identity::UpdateServiceAccountRequest { service_account: Some(identity::ServiceAccount { id: r.service_account.clone(), name: "New".into(), version: STALE, ..Default::default() }), update_mask: mask("name") }.encode_to_vec(),
        "identity.v1.ServiceAccountService/ListScopes" => identity::ListScopesRequest {}.encode_to_vec(),
        "identity.v1.ServiceAccountService/CreateApiKey" => identity::CreateApiKeyRequest { service_account_id: r.service_account.clone(), scopes: vec!["tickets.read".into()], request_id, ..Default::default() }.encode_to_vec(),
        "identity.v1.ServiceAccountService/RevokeApiKey" => identity::RevokeApiKeyRequest { service_account_id: r.service_account.clone(), id: r.revoked_key.clone() }.encode_to_vec(),
        "identity.v1.SessionService/SignIn" => identity::SignInRequest { email: fresh_email, password: "wrong".into(), ..Default::default() }.encode_to_vec(),
        "identity.v1.SessionService/SignOut" => identity::SignOutRequest { session_token: "chs_wrong".into() }.encode_to_vec(),
        "identity.v1.SessionService/Authenticate" => identity::AuthenticateRequest { credential: Some(identity::authenticate_request::Credential::SessionToken("chs_wrong".into())) }.encode_to_vec(),
        "identity.v1.SessionService/ListSessions" => identity::ListSessionsRequest::default().encode_to_vec(),
        "identity.v1.SessionService/RevokeSession" => identity::RevokeSessionRequest { id: r.owner_session.clone() }.encode_to_vec(),
        "identity.v1.InviteService/CreateInvite" => identity::CreateInviteRequest { email: fresh_email, role: collaborator, company_id, request_id }.encode_to_vec(),
        "identity.v1.InviteService/CreateInvite#admin" => identity::CreateInviteRequest { email: fresh_email, role: admin, company_id: None, request_id }.encode_to_vec(),
        "identity.v1.InviteService/ListInvites" => identity::ListInvitesRequest::default().encode_to_vec(),
        "identity.v1.InviteService/ResendInvite" => identity::ResendInviteRequest { id: r.invite.clone(), request_id }.encode_to_vec(),
        "identity.v1.InviteService/RevokeInvite" => identity::RevokeInviteRequest { id: r.revoked_invite.clone() }.encode_to_vec(),
        "identity.v1.InviteService/GetInviteByToken" => identity::GetInviteByTokenRequest { token: "chi_wrong".into() }.encode_to_vec(),
        "identity.v1.InviteService/AcceptInvite" => identity::AcceptInviteRequest { token: "chi_wrong".into(), name: "N".into(), password: "correct horse battery".into(), ..Default::default() }.encode_to_vec(),
        "identity.v1.UserService/GetCurrentUser" => identity::GetCurrentUserRequest {}.encode_to_vec(),
        "identity.v1.UserService/GetUser" => identity::GetUserRequest { id: r.owner.clone() }.encode_to_vec(),
        "identity.v1.UserService/GetUserByEmail" => identity::GetUserByEmailRequest { email: r.spare_email.clone() }.encode_to_vec(),
        "identity.v1.UserService/BatchGetUserSummaries" => identity::BatchGetUserSummariesRequest { ids: vec![r.owner.clone()] }.encode_to_vec(),
        "identity.v1.UserService/ListUsers" => identity::ListUsersRequest::default().encode_to_vec(),
        "identity.v1.UserService/CreateUser" => identity::CreateUserRequest { name: "New".into(), email: fresh_email, role: collaborator, company_id, request_id }.encode_to_vec(),
        "identity.v1.UserService/CreateUser#admin" => identity::CreateUserRequest { name: "New".into(), email: fresh_email, role: admin, company_id: None, request_id }.encode_to_vec(),
        "identity.v1.UserService/UpdateUser" => identity::UpdateUserRequest { user: Some(identity::User { id: spare, name: "New".into(), version: STALE, ..Default::default() }), update_mask: mask("name"), ..Default::default() }.encode_to_vec(),
        "identity.v1.UserService/UpdateUser#tenant" => identity::UpdateUserRequest { user: Some(identity::User { id: spare, tenant_id: tenant.map(|id| id.to_string()), version: STALE, ..Default::default() }), update_mask: mask("tenant_id"), ..Default::default() }.encode_to_vec(),
        "identity.v1.UserService/UpdatePreferences" => identity::UpdatePreferencesRequest { preferences: Some(identity::Preferences { theme: Some("dark".into()), ..Default::default() }) }.encode_to_vec(),
        "identity.v1.PasswordService/ChangePassword" => identity::ChangePasswordRequest { current_password: "wrong".into(), new_password: "correct horse battery".into(), ..Default::default() }.encode_to_vec(),
        "identity.v1.PasswordService/IssuePasswordReset" => identity::IssuePasswordResetRequest { user_id: spare, request_id }.encode_to_vec(),
        "identity.v1.PasswordService/IssuePasswordReset#staff" => identity::IssuePasswordResetRequest { user_id: r.spare_agent.clone(), request_id }.encode_to_vec(),
        "identity.v1.PasswordService/GetPasswordReset" => identity::GetPasswordResetRequest { token: "chr_wrong".into() }.encode_to_vec(),
        "identity.v1.PasswordService/ResetPassword" => identity::ResetPasswordRequest { token: "chr_wrong".into(), password: "correct horse battery".into(), ..Default::default() }.encode_to_vec(),
        "identity.v1.MergeService/GetMergePreview" => identity::GetMergePreviewRequest { from_user_id: r.merged.clone(), into_user_id: spare }.encode_to_vec(),
        "identity.v1.MergeService/MergeUsers" => identity::MergeUsersRequest { from_user_id: r.merged.clone(), into_user_id: spare }.encode_to_vec(),
        "identity.v1.MergeService/GetMerge" => identity::GetMergeRequest { from_user_id: r.merged.clone() }.encode_to_vec(),
        "identity.v1.EnrolmentService/AdmitDevice" => identity::AdmitDeviceRequest { provisioning_code: "wrong".into(), email: fresh_email }.encode_to_vec(),
        "identity.v1.EnrolmentService/EnsureDeviceAccount" => identity::EnsureDeviceAccountRequest { tenant_id: tenant.map(|id| id.to_string()).unwrap_or_default(), company_id: company, device_id: device, name: "pc".into() }.encode_to_vec(),
        "jobs.v1.JobHandler/Execute" => jobs::ExecuteRequest { run_id: r.run.clone(), job_type: "none".into(), ..Default::default() }.encode_to_vec(),
        "jobs.v1.JobHandler/ListJobTypes" => jobs::ListJobTypesRequest {}.encode_to_vec(),
        "scheduler.v1.RunService/ListRuns" => scheduler::ListRunsRequest { schedule_key: r.job.clone(), ..Default::default() }.encode_to_vec(),
        "scheduler.v1.RunService/GetRun" => scheduler::GetRunRequest { id: r.run.clone() }.encode_to_vec(),
        "scheduler.v1.ScheduleService/ListSchedules" => scheduler::ListSchedulesRequest {}.encode_to_vec(),
        "scheduler.v1.ScheduleService/GetSchedule" => scheduler::GetScheduleRequest { key: r.job.clone() }.encode_to_vec(),
        "scheduler.v1.ScheduleService/UpdateSchedule" => scheduler::UpdateScheduleRequest { schedule: Some(scheduler::Schedule { key: r.job.clone(), state: scheduler::ScheduleState::Active.into(), version: STALE, ..Default::default() }), update_mask: mask("state") }.encode_to_vec(),
        "scheduler.v1.ScheduleService/RunSchedule" => scheduler::RunScheduleRequest { key: r.job.clone(), request_id }.encode_to_vec(),
        "ticket.v1.CommentService/CreateComment" => ticket::CreateCommentRequest { ticket_id: ticket, body: "<p>x</p>".into(), visibility: ticket::Visibility::Public.into(), request_id }.encode_to_vec(),
        "ticket.v1.CommentService/CreateComment#internal" => ticket::CreateCommentRequest { ticket_id: ticket, body: "<p>x</p>".into(), visibility: ticket::Visibility::Internal.into(), request_id }.encode_to_vec(),
        "ticket.v1.CommentService/ListComments" => ticket::ListCommentsRequest { ticket_id: ticket, ..Default::default() }.encode_to_vec(),
        "ticket.v1.QueueService/ListQueues" => ticket::ListQueuesRequest {}.encode_to_vec(),
        "ticket.v1.TicketService/CreateTicket" => ticket::CreateTicketRequest { subject: "New".into(), request_id, ..Default::default() }.encode_to_vec(),
        "ticket.v1.TicketService/GetTicket" => ticket::GetTicketRequest { id: ticket }.encode_to_vec(),
        "ticket.v1.TicketService/ListTickets" => ticket::ListTicketsRequest::default().encode_to_vec(),
        "ticket.v1.TicketService/UpdateTicket" => ticket::UpdateTicketRequest { ticket: Some(ticket::Ticket { id: ticket, subject: "New".into(), version: STALE, ..Default::default() }), update_mask: mask("subject") }.encode_to_vec(),
        "ticket.v1.TicketService/AssignTicket" => ticket::AssignTicketRequest { id: ticket, request_id, assignee_id: None, version: STALE }.encode_to_vec(),
        "ticket.v1.TicketService/StartTicket" => ticket::StartTicketRequest { id: ticket, request_id, version: STALE }.encode_to_vec(),
        "ticket.v1.TicketService/PauseTicket" => ticket::PauseTicketRequest { id: ticket, request_id, version: STALE, reason: ticket::PauseReason::Break.into(), ..Default::default() }.encode_to_vec(),
        "ticket.v1.TicketService/ResolveTicket" => ticket::ResolveTicketRequest { id: ticket, request_id, version: STALE, ..Default::default() }.encode_to_vec(),
        "ticket.v1.TicketService/ReopenTicket" => ticket::ReopenTicketRequest { id: ticket, request_id, version: STALE, ..Default::default() }.encode_to_vec(),
        "ticket.v1.TicketService/ListTimeline" => ticket::ListTimelineRequest { ticket_id: ticket, ..Default::default() }.encode_to_vec(),
        "ticket.v1.TicketService/GetUserReferences" => ticket::GetUserReferencesRequest { user_id: spare }.encode_to_vec(),
        "ticket.v1.TicketService/ListWorkSessions" => ticket::ListWorkSessionsRequest { ticket_id: ticket, ..Default::default() }.encode_to_vec(),
        "device.v1.AgentService/Enroll" => device::EnrollRequest { provisioning_code: "wrong".into(), email: fresh_email, ..Default::default() }.encode_to_vec(),
        "device.v1.AgentService/Session" => device::AgentMessage::default().encode_to_vec(),
        "device.v1.DeviceService/GetDevice" => device::GetDeviceRequest { id: device }.encode_to_vec(),
        "device.v1.DeviceService/BatchGetDeviceSummaries" => device::BatchGetDeviceSummariesRequest { ids: vec![device] }.encode_to_vec(),
        "device.v1.DeviceService/ListDevices" => device::ListDevicesRequest::default().encode_to_vec(),
        "device.v1.DeviceService/UpdateDevice" => device::UpdateDeviceRequest { device: Some(device::Device { id: device, notes: "New".into(), version: STALE, ..Default::default() }), update_mask: mask("notes") }.encode_to_vec(),
        "device.v1.DeviceService/ResetAgent" => device::ResetAgentRequest { id: device, request_id }.encode_to_vec(),
        "device.v1.DeviceService/LinkUser" => device::LinkUserRequest { device_id: device, email: r.spare_email.clone(), request_id }.encode_to_vec(),
        "device.v1.DeviceService/UnlinkUser" => device::UnlinkUserRequest { device_id: device, user_id: spare }.encode_to_vec(),
        "device.v1.DeviceService/GetUserReferences" => device::GetUserReferencesRequest { user_id: spare }.encode_to_vec(),
        "device.v1.DeviceService/ListTimeline" => device::ListDeviceTimelineRequest { device_id: device, ..Default::default() }.encode_to_vec(),
        _ => panic!("{asked}: say in messages.rs what it is asked"),
    }
}
