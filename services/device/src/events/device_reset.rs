//! This service's own `DeviceReset`: the signal of the replica that did it may have been lost, the
//! fact is not. Applying a fence again changes nothing, so no inbox is needed.

use chamados_chassis::{
    auth::Audience,
    bus::{self, HandlerError},
    id::DeviceId,
};
use chamados_proto::{device::v1::DeviceReset, event::v1::Event};
use chamados_store_kit::inbox::Fact;

use crate::app::{App, fences};

pub(super) const TYPES: &[&str] = &["chamados.device.v1.DeviceReset"];

pub(super) struct Handler {
    pub(super) app: App,
}

#[tonic::async_trait]
impl bus::Handler for Handler {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let fact = Fact::<DeviceReset>::open(event)?;
        let device = DeviceId::from(fact.subject);
        fences::look(&self.app, &[device]).await.map_err(HandlerError::retry)?;
        self.app.signal(fact.tenant, fences::TOPIC, &[device], Audience::staff()).await;
        Ok(())
    }
}
