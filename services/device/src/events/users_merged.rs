//! `UsersMerged`: the devices of the account that is no more are the survivor's.

use chamados_chassis::bus::{self, HandlerError};
use chamados_proto::{event::v1::Event, identity::v1::UsersMerged};
use chamados_store_kit::inbox::Fact;

use crate::app::{
    App,
    users::{self, Merge},
};

pub(super) const TYPES: &[&str] = &["chamados.identity.v1.UsersMerged"];

pub(super) struct Handler {
    pub(super) app: App,
}

#[tonic::async_trait]
impl bus::Handler for Handler {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let merge = read(Fact::open(event)?)?;
        users::merge(&self.app, &merge).await.map_err(HandlerError::retry)
    }
}

fn read(fact: Fact<UsersMerged>) -> Result<Merge, HandlerError> {
    let reject = |what: &str| HandlerError::Rejected(format!("merge: {what}"));
    let UsersMerged { merge_id, from_user_id, into_user_id } = fact.payload;
    let by = fact.actor.and_then(|actor| actor.try_into().ok());
    Ok(Merge {
        event: fact.id,
        tenant: fact.tenant,
        id: merge_id.parse().map_err(|_| reject("no id"))?,
        from: from_user_id.parse().map_err(|_| reject("no account"))?,
        into: into_user_id.parse().map_err(|_| reject("no survivor"))?,
        by: by.ok_or_else(|| reject("nobody did it"))?,
        request_id: fact.request_id,
    })
}
