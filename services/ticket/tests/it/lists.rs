//! Lists: every filter, and paging to the very end.

use chamados_chassis::auth::Role;
use chamados_proto::ticket::v1::{self as pb, Priority, Status, TicketFilter};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, device, fields, user};

store_suite!(
    pages_reach_the_end_with_equal_times,
    every_filter_is_applied,
    searches_find_subjects_and_numbers,
    bad_pages_and_filters_are_named,
);

async fn pages_reach_the_end_with_equal_times(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    // The clock stands still: all of them are of the same microsecond.
    for n in 0..23 {
        desk.create(&agent, about(&format!("Chamado {n}"))).await?;
    }
    let (mut token, mut ids) = (String::new(), Vec::new());
    loop {
        let request = pb::ListTicketsRequest { page_size: 5, page_token: token, filter: None };
        let page = desk.list(&agent, request).await?;
        assert_eq!(page.total_size, 23);
        ids.extend(page.tickets.into_iter().map(|ticket| ticket.id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        assert_eq!(ids.len() % 5, 0);
    }
    assert_eq!(ids.len(), 23);
    assert!(ids.is_sorted_by(|a, b| a > b), "each once, newest first");

    let id = &ids[0];
    for _ in 0..4 {
        desk.start(&agent, id).await?;
        desk.pause(&agent, id).await?;
    }
    let (mut token, mut versions) = (String::new(), Vec::new());
    loop {
        let request =
            pb::ListTimelineRequest { ticket_id: id.clone(), page_size: 2, page_token: token };
        let page = desk.tickets().list_timeline(desk.by(&agent, request)).await?.into_inner();
        versions.extend(page.entries.into_iter().map(|entry| entry.version));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(versions, (1..=9).collect::<Vec<_>>());
    Ok(())
}

async fn every_filter_is_applied(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, other, company) = (desk.agent(), desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let first = desk.create(&machine, about("Da máquina")).await?;
    desk.pass(60);
    let urgent = pb::CreateTicketRequest { priority: Priority::Urgent.into(), ..about("Urgente") };
    let second = desk.create(&agent, urgent).await?;
    desk.start(&agent, &first.id).await?;
    let only = |ticket: &pb::Ticket| vec![ticket.id.clone()];

    let filter = TicketFilter { statuses: vec![Status::InProgress.into()], ..Default::default() };
    assert_eq!(desk.matching(&agent, filter).await?, only(&first));
    let filter = TicketFilter { priorities: vec![Priority::Urgent.into()], ..Default::default() };
    assert_eq!(desk.matching(&agent, filter).await?, only(&second));
    let filter = TicketFilter { company_ids: vec![company.to_string()], ..Default::default() };
    assert_eq!(desk.matching(&agent, filter).await?, only(&first));
    let filter =
        TicketFilter { device_ids: vec![device(&machine).to_string()], ..Default::default() };
    assert_eq!(desk.matching(&agent, filter).await?, only(&first));
    let filter =
        TicketFilter { requester_ids: vec![user(&agent).to_string()], ..Default::default() };
    assert_eq!(desk.matching(&agent, filter).await?, only(&second));
    let filter = TicketFilter { queue_ids: vec![first.queue_id.clone()], ..Default::default() };
    assert_eq!(desk.matching(&agent, filter).await?.len(), 2);

    let mine = TicketFilter { assignee_ids: vec![user(&agent).to_string()], ..Default::default() };
    assert_eq!(desk.matching(&agent, mine.clone()).await?, only(&first));
    let nobodys = TicketFilter { unassigned: true, ..Default::default() };
    assert_eq!(desk.matching(&agent, nobodys).await?, only(&second));
    let either = TicketFilter { unassigned: true, ..mine };
    assert_eq!(desk.matching(&agent, either).await?.len(), 2);
    let others =
        TicketFilter { assignee_ids: vec![user(&other).to_string()], ..Default::default() };
    assert!(desk.matching(&agent, others).await?.is_empty());

    let from = TicketFilter { created_from: second.create_time, ..Default::default() };
    assert_eq!(desk.matching(&agent, from).await?, only(&second));
    let to = TicketFilter { created_to: second.create_time, ..Default::default() };
    assert_eq!(desk.matching(&agent, to.clone()).await?, only(&first));
    let both = TicketFilter { created_from: second.create_time, ..to };
    assert!(desk.matching(&agent, both).await?.is_empty());
    Ok(())
}

async fn searches_find_subjects_and_numbers(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let first = desk.create(&agent, about("Impressão 100% AZUL")).await?;
    let second = desk.create(&agent, about("Monitor 1")).await?;
    for (query, expected) in [
        ("impressao", vec![&first.id]),
        ("IMPRESSÃO", vec![&first.id]),
        ("100%", vec![&first.id]),
        ("0%_z", vec![]),
        ("2", vec![&second.id]),
        ("#2", vec![&second.id]),
        ("1", vec![&second.id, &first.id]),
        ("  ", vec![&second.id, &first.id]),
        ("' OR 1=1 --", vec![]),
    ] {
        let filter = TicketFilter { query: query.into(), ..Default::default() };
        let found = desk.matching(&agent, filter).await?;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    Ok(())
}

async fn bad_pages_and_filters_are_named(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let list = async |page_size, page_token: &str, filter| {
        let page_token = page_token.to_owned();
        desk.list(&agent, pb::ListTicketsRequest { page_size, page_token, filter }).await
    };
    assert_eq!(fields(list(-1, "", None).await), ["page_size"]);
    assert_eq!(fields(list(1, "nonsense", None).await), ["page_token"]);
    let filter = TicketFilter { queue_ids: vec!["42".into()], ..Default::default() };
    assert_eq!(fields(list(1, "", Some(filter)).await), ["filter.queue_ids"]);
    Ok(())
}
