//! Administrative changes are told with what was changed, or not at all.

use chamados_chassis::{
    auth::{Actor, Principal, Role},
    clock,
    context::CallContext,
    id::{DeviceId, SessionId, TenantId, UserId},
};
use chamados_proto::event::v1::{AdministrativeChange, Event};
use chamados_store_kit::{
    Db,
    audit::{self, AuditError, Target},
    inbox::Fact,
};
use chamados_testkit::{TestDatabase, store_suite};
use prost::Message as _;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::open;

store_suite!(
    a_change_is_told_with_who_and_what,
    what_is_rolled_back_or_nobodys_is_not_told,
    what_has_no_uuid_is_told_by_its_key,
);

fn context(principal: Principal) -> CallContext {
    let deadline = clock::system().instant() + std::time::Duration::from_secs(20);
    CallContext::new(principal, None, "r-1".into(), deadline)
}

fn admin(tenant: TenantId, user: UserId) -> Principal {
    let session = SessionId::new();
    Principal::Person { tenant, user, role: Role::Admin, company: None, session }
}

async fn told(db: &Db) -> anyhow::Result<Vec<Fact<AdministrativeChange>>> {
    let sql = "SELECT event FROM outbox ORDER BY seq";
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await?;
    let events = rows.iter().map(|row| {
        let event: Vec<u8> = row.try_get_by_index(0)?;
        anyhow::Ok(Fact::open(&Event::decode(&*event)?)?)
    });
    events.collect()
}

async fn a_change_is_told_with_who_and_what(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let (tenant, user, device) = (TenantId::new(), UserId::new(), DeviceId::new());
    let target = Target { kind: "device", id: device.to_string(), name: "pc-1" };
    let fields = vec![audit::field("notes", None, Some("spare".to_owned()))];
    let (cx, now) = (context(admin(tenant, user)), clock::system().now());
    let tx = db.begin().await?;
    audit::append(&tx, &cx, tenant, "device.updated", target, fields.clone(), now).await?;
    tx.commit().await?;

    let told = told(&db).await?;
    assert_eq!((told.len(), told[0].tenant, told[0].subject), (1, tenant, device.as_uuid()));
    assert_eq!(told[0].actor, Some(Actor::User(user).into()));
    assert_eq!(told[0].request_id, "r-1");
    let change = &told[0].payload;
    assert_eq!((&*change.action, &*change.target_kind), ("device.updated", "device"));
    assert_eq!((change.target_id.clone(), &*change.target_name), (device.to_string(), "pc-1"));
    assert_eq!(change.fields, fields);
    Ok(())
}

async fn what_is_rolled_back_or_nobodys_is_not_told(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let tenant = TenantId::new();
    let target = || Target { kind: "device", id: DeviceId::new().to_string(), name: "pc-1" };
    let now = clock::system().now();
    let tx = db.begin().await?;
    let cx = context(admin(tenant, UserId::new()));
    audit::append(&tx, &cx, tenant, "device.reset", target(), vec![], now).await?;
    drop(tx);
    let tx = db.begin().await?;
    let cx = context(Principal::Anonymous);
    let nobody = audit::append(&tx, &cx, tenant, "device.reset", target(), vec![], now).await;
    assert!(matches!(nobody, Err(AuditError::Denied(_))));
    tx.commit().await?;
    assert!(told(&db).await?.is_empty());
    Ok(())
}

async fn what_has_no_uuid_is_told_by_its_key(database: &TestDatabase) -> anyhow::Result<()> {
    let db = open(database).await?;
    let tenant = TenantId::new();
    let cx = context(Principal::Service { name: "scheduler".into(), tenant: Some(tenant) });
    let tx = db.begin().await?;
    for _ in 0..2 {
        let target = Target { kind: "schedule", id: "purge".to_owned(), name: "purge" };
        let now = clock::system().now();
        audit::append(&tx, &cx, tenant, "schedule.updated", target, vec![], now).await?;
    }
    tx.commit().await?;
    let told = told(&db).await?;
    assert_eq!(told[0].payload.target_id, "purge");
    assert_ne!(told[0].subject, told[1].subject, "in no order with each other");
    assert_eq!(told[0].actor, Some(Actor::Service("scheduler".into()).into()));
    Ok(())
}
