//! The audit log: what goes in, stays.

use chamados_chassis::{
    auth::{Actor, Role},
    context::CallContext,
    id::{DeviceId, EventId, TenantId},
};
use chamados_identity::app;
use chamados_proto::{
    event::v1 as event,
    identity::v1::{self as pb, audit_service_client::AuditServiceClient},
};
use chamados_store_kit::audit::{Target, field};
use chamados_testkit::{TestDatabase, store_suite};
use chrono::TimeDelta;
use futures::future::join_all;
use prost::{Message as _, Name as _};
use sea_orm::ConnectionTrait as _;
use tonic::Code;

use crate::support::{Identity, person, reason, service, stranger};

store_suite!(
    entries_cannot_be_changed_or_removed,
    filters_and_pages_lead_through_all,
    it_is_for_admins_of_the_tenant,
    what_other_services_tell_is_taken_once
);

/// Writes one entry down as `who`.
async fn record(
    identity: &Identity,
    who: &chamados_chassis::auth::Principal,
    action: &'static str,
    target: &str,
) -> anyhow::Result<()> {
    let cx = CallContext::new(who.clone(), None, "r-1".into(), identity.clock_instant());
    let target = Target { kind: "thing", id: target.to_owned(), name: "A thing" };
    let fields = vec![field("name", None, Some("A thing".to_owned()))];
    let tx = identity.db.begin().await?;
    let (tenant, now) = (who.tenant()?, identity.now());
    app::audit::record(&tx, &cx, tenant, action, target, fields, now).await?;
    Ok(tx.commit().await?)
}

async fn list(
    identity: &Identity,
    who: &chamados_chassis::auth::Principal,
    request: pb::ListAuditEntriesRequest,
) -> Result<pb::ListAuditEntriesResponse, tonic::Status> {
    let mut audit = AuditServiceClient::new(identity.channel.clone());
    Ok(audit.list_audit_entries(identity.by(who, request)).await?.into_inner())
}

async fn entries_cannot_be_changed_or_removed(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    record(&identity, &admin, "thing.made", "one").await?;
    let mut statements =
        vec!["UPDATE audit_entry SET action = 'nothing'", "DELETE FROM audit_entry"];
    if db.is_postgres() {
        statements.push("TRUNCATE audit_entry");
    }
    for statement in statements {
        let tx = identity.db.begin().await?;
        let refused = tx.execute_unprepared(statement).await.unwrap_err().to_string();
        assert!(refused.contains("only ever added to"), "{statement}: {refused}");
    }
    let kept = list(&identity, &admin, Default::default()).await?;
    assert!(kept.entries.iter().any(|entry| action(entry) == "thing.made"));
    Ok(())
}

fn action(entry: &pb::AuditEntry) -> &str {
    entry.change.as_ref().map_or("", |change| &change.action)
}

async fn filters_and_pages_lead_through_all(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let other = person(&admin, Role::Admin, None);
    for (who, action, target) in [
        (&admin, "thing.made", "one"),
        (&other, "thing.changed", "one"),
        (&admin, "thing_x.made", "two"),
    ] {
        record(&identity, who, action, target).await?;
        identity.clock.advance(TimeDelta::seconds(10).to_std()?);
    }
    let of = |request: pb::ListAuditEntriesRequest| {
        let (identity, admin) = (&identity, &admin);
        async move {
            let answer = list(identity, admin, request).await?;
            let actions: Vec<_> = answer.entries.iter().map(|e| action(e).to_owned()).collect();
            let things = actions.into_iter().filter(|action| action.starts_with("thing"));
            anyhow::Ok(things.collect::<Vec<_>>())
        }
    };
    let blank = pb::ListAuditEntriesRequest::default;
    assert_eq!(of(blank()).await?, ["thing_x.made", "thing.changed", "thing.made"]);
    let kind = pb::ListAuditEntriesRequest { action: "thing.".into(), ..blank() };
    assert_eq!(of(kind).await?, ["thing.changed", "thing.made"]);
    // An underscore means itself.
    let odd = pb::ListAuditEntriesRequest { action: "thin_.".into(), ..blank() };
    assert!(of(odd).await?.is_empty());
    let exactly = pb::ListAuditEntriesRequest { action: "thing.made".into(), ..blank() };
    assert_eq!(of(exactly).await?, ["thing.made"]);
    let target = pb::ListAuditEntriesRequest { target_id: "two".into(), ..blank() };
    assert_eq!(of(target).await?, ["thing_x.made"]);
    let by = other.user().map(|id| id.to_string());
    let actor = pb::ListAuditEntriesRequest { actor_id: by, ..blank() };
    assert_eq!(of(actor).await?, ["thing.changed"]);

    let second = list(&identity, &admin, blank()).await?.entries[1].occur_time;
    let from = pb::ListAuditEntriesRequest { from_time: second, ..blank() };
    assert_eq!(of(from).await?, ["thing_x.made", "thing.changed"]);
    let to = pb::ListAuditEntriesRequest { to_time: second, ..blank() };
    assert_eq!(of(to).await?, ["thing.made"]);

    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListAuditEntriesRequest { page_size: 1, page_token, ..blank() };
        let page = list(&identity, &admin, request).await?;
        seen.extend(page.entries.into_iter().map(|entry| entry.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            assert_eq!(seen.len() as i64, page.total_size);
            break;
        }
    }
    assert!(seen.len() >= 3);
    Ok(())
}

async fn it_is_for_admins_of_the_tenant(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    record(&identity, &admin, "thing.made", "one").await?;
    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        let refused = list(&identity, &person(&admin, role, None), Default::default()).await;
        assert_eq!(reason(refused), "permission_denied");
    }
    let theirs = list(&identity, &stranger(), Default::default()).await?;
    assert_eq!((theirs.entries.len(), theirs.total_size), (0, 0));
    let nonsense = pb::ListAuditEntriesRequest {
        actor_id: Some("7".into()),
        action: "THING".into(),
        target_id: "x".repeat(201),
        ..Default::default()
    };
    let refused = list(&identity, &admin, nonsense).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    for field in ["actor_id", "action", "target_id"] {
        assert!(refused.message().contains(field), "{refused}");
    }
    Ok(())
}

async fn what_other_services_tell_is_taken_once(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let device = DeviceId::new();
    let payload = event::AdministrativeChange {
        action: "device.reset".into(),
        target_kind: "device".into(),
        target_id: device.to_string(),
        target_name: "pc-1".into(),
        fields: vec![field("token_generation", Some("1".into()), Some("2".into()))],
    };
    let fact = |tenant: TenantId, actor: Option<Actor>| event::Event {
        id: EventId::new().to_string(),
        tenant_id: tenant.to_string(),
        r#type: event::AdministrativeChange::full_name(),
        subject_id: device.to_string(),
        occurred_at: Some(chamados_chassis::clock::to_proto(identity.now())),
        actor: actor.map(Into::into),
        request_id: "r-2".into(),
        payload: payload.encode_to_vec().into(),
    };
    let actor = admin.actor()?;
    let told = fact(admin.tenant()?, Some(actor));
    let takes = (0..8).map(|_| identity.tell("identity.audit", &told));
    for taken in join_all(takes).await {
        taken?;
    }
    let of_device =
        pb::ListAuditEntriesRequest { target_id: device.to_string(), ..Default::default() };
    let entries = list(&identity, &admin, of_device).await?.entries;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].change, Some(payload.clone()));
    assert_eq!(entries[0].actor, told.actor);
    assert_eq!((&*entries[0].id, &*entries[0].request_id), (&*told.id, "r-2"));

    let by_nobody = fact(admin.tenant()?, None);
    assert!(identity.tell("identity.audit", &by_nobody).await.is_err());
    let by_service = fact(admin.tenant()?, Some(service().actor()?));
    identity.tell("identity.audit", &by_service).await?;
    Ok(())
}
