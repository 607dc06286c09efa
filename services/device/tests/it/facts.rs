//! Facts of other services, and this one's own.

use chamados_chassis::id::{EventId, TenantId, TicketId, UserId};
use chamados_proto::{
    device::v1::{self as pb, CloseReason, DeviceReset},
    event::v1::{Actor, Event, actor},
    ticket::v1::{TicketOpened, TicketResolved},
};
use chamados_testkit::{TestDatabase, store_suite};
use prost::{Message, Name};

use crate::support::{
    Replica, World,
    evidence::{execute, number},
};

store_suite!(
    tickets_are_in_the_timeline_once,
    other_tenants_and_unreadable_facts_change_nothing,
    a_reset_heard_of_by_the_bus_cuts_the_stream,
);

/// A fact of a tenant, put down to somebody.
pub(crate) fn event<M: Message + Name>(tenant: TenantId, subject: &str, payload: &M) -> Event {
    Event {
        id: EventId::new().to_string(),
        tenant_id: tenant.to_string(),
        r#type: M::full_name(),
        subject_id: subject.to_owned(),
        occurred_at: Some(prost_types::Timestamp { seconds: 1_795_000_000, nanos: 0 }),
        actor: Some(Actor { kind: Some(actor::Kind::UserId(UserId::new().to_string())) }),
        request_id: String::new(),
        payload: payload.encode_to_vec().into(),
    }
}

/// Gives a fact to whoever of the service takes it.
pub(crate) async fn deliver(
    replica: &Replica,
    event: &Event,
) -> Result<(), chamados_chassis::bus::HandlerError> {
    let consumers = replica.service.consumers();
    let mut takers = consumers.iter().filter(|c| c.types.contains(&event.r#type.as_str()));
    let taker = takers.next().expect("a taker");
    assert!(takers.next().is_none());
    taker.handler.handle(event).await
}

async fn tickets_are_in_the_timeline_once(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let device = replica.agent().await?.enroll(1).await?.device_id;
    let ticket = TicketId::new().to_string();
    let opened = TicketOpened {
        ticket_id: ticket.clone(),
        number: 7,
        subject: "Printer".into(),
        device_id: Some(device.clone()),
    };
    let resolved = TicketResolved {
        ticket_id: ticket.clone(),
        number: 7,
        subject: "Printer".into(),
        device_id: Some(device.clone()),
    };
    let opened = event(world.tenant, &ticket, &opened);
    let resolved = event(world.tenant, &ticket, &resolved);
    let repeats = (0..10).map(|_| deliver(&replica, &opened));
    futures::future::try_join_all(repeats).await?;
    deliver(&replica, &resolved).await?;
    deliver(&replica, &resolved).await?;

    let entries = replica.timeline_entries(&world, &device).await?;
    let tickets: Vec<_> = entries.iter().filter(|entry| entry.ticket_id.is_some()).collect();
    assert_eq!(tickets.len(), 2);
    for (entry, kind) in tickets.iter().zip(["ticket_resolved", "ticket_opened"]) {
        assert_eq!((entry.r#type.as_str(), entry.note.as_str()), (kind, "#7 Printer"));
        assert_eq!(entry.ticket_id.as_deref(), Some(ticket.as_str()));
    }
    Ok(())
}

async fn other_tenants_and_unreadable_facts_change_nothing(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let device = replica.agent().await?.enroll(1).await?.device_id;
    let ticket = TicketId::new().to_string();
    let opened = |device_id: Option<&str>| TicketOpened {
        ticket_id: ticket.clone(),
        device_id: device_id.map(ToOwned::to_owned),
        ..Default::default()
    };
    deliver(&replica, &event(TenantId::new(), &ticket, &opened(Some(&device)))).await?;
    deliver(&replica, &event(world.tenant, &ticket, &opened(None))).await?;
    let unreadable = event(world.tenant, &ticket, &opened(Some("x")));
    assert!(deliver(&replica, &unreadable).await.is_err());
    let garbage =
        Event { payload: vec![0xff].into(), ..event(world.tenant, &ticket, &opened(None)) };
    assert!(deliver(&replica, &garbage).await.is_err());
    assert_eq!(number(&replica.db, "SELECT count(*) FROM timeline_entry").await?, 1);
    Ok(())
}

/// The replica that did the reset died between its commit and its signal; the outbox did not.
async fn a_reset_heard_of_by_the_bus_cuts_the_stream(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let config = chamados_device::Config { reset_poll_millis: 3_600_000, ..World::patient() };
    let replica = Replica::start_with(&world, config).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    execute(&replica.db, "UPDATE device SET token_generation = token_generation + 1").await?;
    let reset = DeviceReset { device_id: enrolled.device_id.clone(), token_generation: 2 };
    deliver(&replica, &event(world.tenant, &enrolled.device_id, &reset)).await?;
    assert_eq!(stream.closed().await, CloseReason::Reset);
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Offline).await;
    Ok(())
}
