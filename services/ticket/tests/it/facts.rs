//! Facts: what tickets tell, and what they do on hearing.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chamados_chassis::{
    auth::{Actor, Role},
    bus::{Consumer, EventBus as _, Handler, HandlerError},
    clock::{self, Clock as _, to_proto},
    id::EventId,
    shutdown::Shutdown,
};
use chamados_proto::{
    event::v1::Event,
    identity::v1::TenantCreated,
    ticket::v1::{TicketOpened, TicketResolved},
};
use chamados_store_kit::{Relay, bus_local::LocalBus, inbox::Fact};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use prost::{Message as _, Name as _};

use crate::support::{Desk, about, device, user};

store_suite!(a_new_tenant_gets_its_queue_once, opening_and_resolving_are_told);

async fn a_new_tenant_gets_its_queue_once(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    assert!(desk.queues(&agent).await?.is_empty());
    let payload = TenantCreated { tenant_id: desk.tenant.to_string(), name: "Norte".into() };
    let event = Event {
        id: EventId::new().to_string(),
        tenant_id: desk.tenant.to_string(),
        r#type: TenantCreated::full_name(),
        subject_id: desk.tenant.to_string(),
        occurred_at: Some(to_proto(desk.clock.now())),
        actor: Some(Actor::Service("identity".into()).into()),
        request_id: String::new(),
        payload: payload.encode_to_vec().into(),
    };
    let bus = LocalBus::new();
    for consumer in desk.service.consumers() {
        bus.attach(consumer).await?;
    }
    for _ in 0..3 {
        bus.publish(std::slice::from_ref(&event)).await?;
    }
    let queues = desk.queues(&agent).await?;
    assert_eq!((queues.len(), queues[0].name.as_str()), (1, "Chamados"));
    assert_eq!(desk.create(&agent, about("x")).await?.queue_id, queues[0].id);
    Ok(())
}

/// Remembers what it hears.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Event>>>);

#[tonic::async_trait]
impl Handler for Listener {
    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        self.0.lock().unwrap().push(event.clone());
        Ok(())
    }
}

async fn opening_and_resolving_are_told(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let ticket = desk.create(&machine, about("Sem rede")).await?;
    desk.start(&agent, &ticket.id).await?;
    desk.resolve(&agent, &ticket.id, "").await?;

    let listener = Listener::default();
    let bus = Arc::new(LocalBus::new());
    let types: &[&str] = &["chamados.ticket.v1.TicketOpened", "chamados.ticket.v1.TicketResolved"];
    bus.attach(Consumer { group: "test", types, handler: Arc::new(listener.clone()) }).await?;
    let shutdown = Shutdown::new();
    Relay::new(desk.db.clone(), bus, clock::system()).start(&shutdown);
    let told = eventually(Duration::from_secs(10), "both facts arrive", async || {
        let told = listener.0.lock().unwrap().clone();
        (told.len() == 2).then_some(told)
    })
    .await;
    shutdown.request();
    let opened = Fact::<TicketOpened>::open(&told[0])?;
    assert_eq!((opened.tenant, opened.payload.number), (desk.tenant, 1));
    assert_eq!(opened.payload.device_id, Some(device(&machine).to_string()));
    assert_eq!(opened.actor, Some(Actor::Device(device(&machine)).into()));
    let resolved = Fact::<TicketResolved>::open(&told[1])?;
    assert_eq!((resolved.payload.ticket_id, resolved.request_id), (ticket.id, "test".into()));
    Ok(())
}
