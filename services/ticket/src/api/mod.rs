//! gRPC: decode, do, encode. One file a service.

mod comments;
mod decode;
mod encode;
mod queues;
mod tickets;

use chamados_proto::ticket::v1::{
    comment_service_server::CommentServiceServer, queue_service_server::QueueServiceServer,
    ticket_service_server::TicketServiceServer,
};
use chamados_store_kit::jobs::{Receiver, housekeeping::PurgeProcessed};
use tonic::service::Routes;

use crate::app::App;

/// Every gRPC service of tickets.
pub fn routes(app: &App) -> Routes {
    let jobs = Receiver::new(
        app.db.clone(),
        app.clock.clone(),
        vec![Box::new(PurgeProcessed { name: "ticket.purge_processed" })],
    );
    Routes::new(TicketServiceServer::new(tickets::Api(app.clone())))
        .add_service(CommentServiceServer::new(comments::Api(app.clone())))
        .add_service(QueueServiceServer::new(queues::Api(app.clone())))
        .add_service(jobs.into_server())
}
