//! Clients of the services. A failed call says which service was away.

use chamados_chassis::grpc::GrpcChannel;
use chamados_proto::{
    device::v1::device_service_client::DeviceServiceClient,
    identity::v1::{
        audit_service_client::AuditServiceClient, company_service_client::CompanyServiceClient,
        invite_service_client::InviteServiceClient, merge_service_client::MergeServiceClient,
        password_service_client::PasswordServiceClient,
        service_account_service_client::ServiceAccountServiceClient,
        session_service_client::SessionServiceClient, setup_service_client::SetupServiceClient,
        tenant_service_client::TenantServiceClient, user_service_client::UserServiceClient,
    },
    scheduler::v1::{
        export_service_client::ExportServiceClient, run_service_client::RunServiceClient,
        schedule_service_client::ScheduleServiceClient,
    },
    ticket::v1::{
        activity_service_client::ActivityServiceClient,
        attachment_service_client::AttachmentServiceClient, bulk_service_client::BulkServiceClient,
        category_service_client::CategoryServiceClient, chat_service_client::ChatServiceClient,
        comment_service_client::CommentServiceClient,
        dashboard_service_client::DashboardServiceClient, draft_service_client::DraftServiceClient,
        queue_service_client::QueueServiceClient, ticket_service_client::TicketServiceClient,
    },
};
use tonic::{Code, Status, metadata::MetadataValue};
use tower::{ServiceExt as _, util::BoxCloneSyncService};

/// Metadata key that names the service on a status that says it is away.
const SERVICE: &str = "chamados-service";

/// Channels to the services.
#[derive(Clone)]
pub(crate) struct Clients {
    identity: GrpcChannel,
    ticket: GrpcChannel,
    device: GrpcChannel,
    scheduler: GrpcChannel,
}

/// One accessor per client: a clone of a channel is cheap, and generated clients want `&mut self`.
macro_rules! clients {
    ($($name:ident: $client:ident over $channel:ident;)*) => {
        impl Clients {
            $(pub(crate) fn $name(&self) -> $client<GrpcChannel> {
                $client::new(self.$channel.clone())
            })*
        }
    };
}

clients! {
    setup: SetupServiceClient over identity;
    sessions: SessionServiceClient over identity;
    users: UserServiceClient over identity;
    companies: CompanyServiceClient over identity;
    passwords: PasswordServiceClient over identity;
    invites: InviteServiceClient over identity;
    service_accounts: ServiceAccountServiceClient over identity;
    tenants: TenantServiceClient over identity;
    merges: MergeServiceClient over identity;
    audit: AuditServiceClient over identity;
    tickets: TicketServiceClient over ticket;
    comments: CommentServiceClient over ticket;
    attachments: AttachmentServiceClient over ticket;
    dashboard: DashboardServiceClient over ticket;
    drafts: DraftServiceClient over ticket;
    queues: QueueServiceClient over ticket;
    chats: ChatServiceClient over ticket;
    activity: ActivityServiceClient over ticket;
    bulk: BulkServiceClient over ticket;
    categories: CategoryServiceClient over ticket;
    devices: DeviceServiceClient over device;
    schedules: ScheduleServiceClient over scheduler;
    runs: RunServiceClient over scheduler;
    exports: ExportServiceClient over scheduler;
}

impl Clients {
    pub(crate) fn new(
        identity: GrpcChannel,
        ticket: GrpcChannel,
        device: GrpcChannel,
        scheduler: GrpcChannel,
    ) -> Self {
        Self {
            identity: named("identity", identity),
            ticket: named("ticket", ticket),
            device: named("device", device),
            scheduler: named("scheduler", scheduler),
        }
    }
}

/// The service a status says is away.
pub(crate) fn service_of(status: &Status) -> Option<&str> {
    status.metadata().get(SERVICE)?.to_str().ok()
}

fn named(service: &'static str, channel: GrpcChannel) -> GrpcChannel {
    BoxCloneSyncService::new(channel.map_result(move |result| match result {
        Ok(mut response) => {
            let status = Status::from_header_map(response.headers());
            if status.is_some_and(|status| is_away(status.code())) {
                let value = http::HeaderValue::from_static(service);
                response.headers_mut().insert(SERVICE, value);
            }
            Ok(response)
        }
        Err(mut status) => {
            status.metadata_mut().insert(SERVICE, MetadataValue::from_static(service));
            Err(status)
        }
    }))
}

const fn is_away(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled)
}
