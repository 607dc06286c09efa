//! Two accounts became one: what refers to the first refers to the second.

use std::sync::Arc;

use chamados_chassis::bus::{Consumer, Handler, HandlerError};
use chamados_proto::{event::v1::Event, identity::v1::UsersMerged};
use chamados_store_kit::inbox::Fact;

use crate::app::{
    App,
    users::{self, Merge},
};

/// The consumer.
pub fn consumer(app: App) -> Consumer {
    Consumer {
        group: users::MERGES,
        types: &["chamados.identity.v1.UsersMerged"],
        handler: Arc::new(MoveReferences(app)),
    }
}

struct MoveReferences(App);

#[tonic::async_trait]
impl Handler for MoveReferences {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let merge = read(Fact::open(event)?)?;
        users::merge(&self.0, &merge).await.map_err(HandlerError::retry)
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
