//! Watchers: who watches a ticket sees it on every way, until they watch no longer.

use chamados_chassis::auth::{Audience, Role};
use chamados_proto::ticket::v1::{self as pb, TicketFilter, Visibility};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(who_watches_sees_it_until_they_do_not, only_people_of_the_tenant_watch);

async fn who_watches_sees_it_until_they_do_not(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, here, there) = (desk.agent(), desk.company(), desk.company());
    let client = desk.person(Role::Collaborator, Some(here));
    let watcher = desk.person(Role::Collaborator, Some(there));
    let manager = desk.person(Role::Manager, Some(there));
    let ticket = desk.create(&client, about("Sem rede")).await?;
    desk.create(&client, about("De ninguém mais")).await?;
    assert_eq!(reason(desk.get(&watcher, &ticket.id).await), "ticket_not_found");

    let ids = [&watcher, &manager].map(|person| user(person).to_string()).to_vec();
    let wanted = pb::Ticket { watcher_ids: ids.clone(), ..ticket.clone() };
    let watched = desk.update(&agent, wanted, &["watcher_ids"]).await?;
    assert_eq!(watched.watcher_ids.len(), 2);
    let note = desk.assign(&agent, &ticket.id, Some(user(&agent))).await?;
    desk.comment(&agent, &ticket.id, "segredo", Visibility::Internal).await?;
    for person in [&watcher, &manager] {
        assert_eq!(desk.get(person, &ticket.id).await?, note);
        assert_eq!(desk.get(person, &ticket.number.to_string()).await?.id, ticket.id);
        let all = desk.matching(person, TicketFilter::default()).await?;
        assert_eq!(all, std::slice::from_ref(&ticket.id));
        let conversation = format!("{:?}", desk.conversation(person, &ticket.id).await?);
        assert!(!conversation.contains("segredo"), "no internal notes");
        desk.comment(person, &ticket.id, "também", Visibility::Public).await?;
        let filter =
            TicketFilter { watcher_ids: vec![user(person).to_string()], ..Default::default() };
        assert_eq!(desk.matching(&agent, filter).await?, std::slice::from_ref(&ticket.id));
    }
    let mut listener = desk.listen();
    desk.comment(&client, &ticket.id, "oi", Visibility::Public).await?;
    let hears = |signals: &[std::sync::Arc<chamados_proto::event::v1::Signal>]| {
        signals
            .iter()
            .any(|signal| Audience::from(signal.audience.clone().unwrap()).includes(&watcher))
    };
    assert!(hears(&heard(&mut listener)));

    let wanted = pb::Ticket { id: ticket.id.clone(), ..Default::default() };
    desk.update(&agent, wanted, &["watcher_ids"]).await?;
    assert!(hears(&heard(&mut listener)), "who no longer sees it must fetch again too");
    for person in [&watcher, &manager] {
        assert_eq!(reason(desk.get(person, &ticket.id).await), "ticket_not_found");
        assert!(desk.matching(person, TicketFilter::default()).await?.is_empty());
        assert_eq!(reason(desk.timeline(person, &ticket.id).await), "ticket_not_found");
    }
    desk.comment(&client, &ticket.id, "oi", Visibility::Public).await?;
    assert!(!hears(&heard(&mut listener)));
    Ok(())
}

async fn only_people_of_the_tenant_watch(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, stranger) = (desk.agent(), desk.stranger());
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let machine = desk.person(Role::Machine, Some(desk.company()));
    let with = |ids: Vec<String>| pb::CreateTicketRequest { watcher_ids: ids, ..about("x") };
    for nobody in [user(&stranger), user(&machine)] {
        let refused = desk.create(&agent, with(vec![nobody.to_string()])).await;
        assert_eq!(reason(refused), "user_not_found");
    }
    let own = with(vec![user(&client).to_string()]);
    assert_eq!(reason(desk.create(&client, own.clone()).await), "permission_denied");
    assert_eq!(desk.create(&agent, own).await?.watcher_ids.len(), 1);
    assert_eq!(fields(desk.create(&agent, with(vec!["x".into()])).await), ["watcher_ids"]);
    let crowd = (0..51).map(|_| user(&desk.agent()).to_string()).collect();
    assert_eq!(fields(desk.create(&agent, with(crowd)).await), ["watcher_ids"]);
    Ok(())
}
