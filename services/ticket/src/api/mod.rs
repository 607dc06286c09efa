//! gRPC: decode, do, encode. One file a service.

mod activity;
mod attachments;
mod bulk;
mod categories;
mod chats;
mod comments;
mod dashboard;
mod decode;
mod drafts;
mod encode;
mod queues;
mod tickets;

use std::sync::Arc;

use chamados_proto::ticket::v1::{
    activity_service_server::ActivityServiceServer,
    attachment_service_server::AttachmentServiceServer, bulk_service_server::BulkServiceServer,
    category_service_server::CategoryServiceServer, chat_service_server::ChatServiceServer,
    comment_service_server::CommentServiceServer, dashboard_service_server::DashboardServiceServer,
    draft_service_server::DraftServiceServer, queue_service_server::QueueServiceServer,
    ticket_service_server::TicketServiceServer,
};
use chamados_store_kit::{
    archive::Source,
    jobs::{Receiver, housekeeping::PurgeProcessed},
};
use tonic::service::Routes;

use crate::{
    ArchiveOwner,
    app::{App, attachments::PurgeAttachments, chats::EndInactiveChats, dashboard::FoldFigures},
};

/// Every gRPC service of tickets.
pub fn routes(app: &App) -> Routes {
    let jobs = Receiver::new(
        app.db.clone(),
        app.clock.clone(),
        vec![
            Box::new(PurgeProcessed { name: "ticket.purge_processed" }),
            Box::new(PurgeAttachments(app.clone())),
            Box::new(FoldFigures),
            Box::new(EndInactiveChats(app.clone())),
        ],
    );
    let archive = ArchiveOwner { files: Arc::new(app.files.clone()) };
    Routes::new(TicketServiceServer::new(tickets::Api(app.clone())))
        .add_service(CommentServiceServer::new(comments::Api(app.clone())))
        .add_service(DraftServiceServer::new(drafts::Api(app.clone())))
        .add_service(BulkServiceServer::new(bulk::Api(app.clone())))
        .add_service(QueueServiceServer::new(queues::Api(app.clone())))
        .add_service(CategoryServiceServer::new(categories::Api(app.clone())))
        .add_service(AttachmentServiceServer::new(attachments::Api(app.clone())))
        .add_service(DashboardServiceServer::new(dashboard::Api(app.clone())))
        .add_service(ChatServiceServer::new(chats::Api(app.clone())))
        .add_service(ActivityServiceServer::new(activity::Api(app.clone())))
        .add_service(jobs.into_server())
        .add_service(Source::new(app.db.clone(), Arc::new(archive)).into_server())
}
