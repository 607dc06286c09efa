//! A new tenant gets its default queue.

use std::sync::Arc;

use chamados_chassis::bus::{Consumer, Handler, HandlerError};
use chamados_proto::{event::v1::Event, identity::v1::TenantCreated};
use chamados_store_kit::inbox::Fact;

use crate::app::{App, queues};

const GROUP: &str = "ticket.tenant_created";

/// The consumer.
pub fn consumer(app: App) -> Consumer {
    Consumer {
        group: GROUP,
        types: &["chamados.identity.v1.TenantCreated"],
        handler: Arc::new(PrepareTenant(app)),
    }
}

struct PrepareTenant(App);

#[tonic::async_trait]
impl Handler for PrepareTenant {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let fact = Fact::<TenantCreated>::open(event)?;
        queues::prepare_tenant(&self.0, GROUP, fact.id, fact.tenant)
            .await
            .map_err(HandlerError::retry)
    }
}
