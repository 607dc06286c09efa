//! Lists: every filter, and paging to the very end.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::ticket::v1::{self as pb, Priority, Status, TicketFilter, TicketSort};
use chamados_testkit::{TestDatabase, store_suite};
use prost_types::Timestamp;

use crate::support::{Desk, about, device, fields, user};

store_suite!(
    pages_reach_the_end_with_equal_times,
    what_is_seen_for_several_reasons_is_listed_once,
    who_reads_on_is_told_the_first_total,
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
        let request =
            pb::ListTicketsRequest { page_size: 5, page_token: token, ..Default::default() };
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
        let request = pb::ListTimelineRequest {
            ticket_id: id.clone(),
            page_size: 2,
            page_token: token,
            ..Default::default()
        };
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

async fn what_is_seen_for_several_reasons_is_listed_once(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, here, there) = (desk.agent(), desk.company(), desk.company());
    let manager = desk.person(Role::Manager, Some(here));
    let client = desk.person(Role::Collaborator, Some(there));
    let mut tickets = Vec::new();
    // Every requester in every company or none, watched or not; two at the same time.
    for n in 0..24 {
        let requester = [&manager, &client, &agent, &agent][n % 4];
        let company = [Some(here), Some(there), None][n / 4 % 3];
        let watchers = [&manager, &client].map(|watcher| user(watcher).to_string());
        let request = pb::CreateTicketRequest {
            requester_id: Some(user(requester).to_string()),
            company_id: company.map(|id| id.to_string()),
            watcher_ids: if n / 12 == 0 { Vec::new() } else { watchers.to_vec() },
            priority: [Priority::Urgent, Priority::Low, Priority::Normal][n % 3].into(),
            ..about(&format!("Chamado {}", n / 2))
        };
        let ticket = desk.create(&agent, request).await?;
        if n % 5 == 0 {
            desk.start(&agent, &ticket.id).await?;
        }
        tickets.push(desk.get(&agent, &ticket.id).await?);
        desk.pass(n as u64 % 2);
    }
    for (who, company) in [(&manager, Some(here.to_string())), (&client, None)] {
        let id = user(who).to_string();
        let sees = |ticket: &&pb::Ticket| {
            ticket.requester_id == id
                || ticket.watcher_ids.contains(&id)
                || company.is_some() && ticket.company_id == company
        };
        let mut seen: Vec<&pb::Ticket> = tickets.iter().filter(sees).collect();
        assert!((13..24).contains(&seen.len()), "{}", seen.len());
        for sort in [TicketSort::Newest, TicketSort::Oldest, TicketSort::Updated] {
            let moment = |ticket: &pb::Ticket| match sort {
                TicketSort::Updated => ticket.update_time.map(|t| (t.seconds, t.nanos)),
                _ => ticket.create_time.map(|t| (t.seconds, t.nanos)),
            };
            seen.sort_by_key(|&ticket| (moment(ticket), ticket.id.clone()));
            if sort != TicketSort::Oldest {
                seen.reverse();
            }
            assert_eq!(walk(&desk, who, sort).await?, ids(&seen), "{sort:?}");
        }
        let priority = |ticket: &&pb::Ticket| (-ticket.priority, ticket.number);
        seen.sort_by_key(priority);
        assert_eq!(walk(&desk, who, TicketSort::Priority).await?, ids(&seen));
        seen.sort_by_key(|ticket| match ticket.assignee_id {
            None => (0, ticket.number),
            Some(_) => (1, -ticket.number),
        });
        assert_eq!(walk(&desk, who, TicketSort::Attention).await?, ids(&seen));
        let number = seen.iter().find(|ticket| ticket.number < 12).map(|ticket| ticket.number);
        let query = number.unwrap_or_default().to_string();
        let has = |ticket: &&&pb::Ticket| {
            ticket.number.to_string() == query
                || ticket.subject.split(' ').any(|word| word.starts_with(&query))
        };
        seen.sort_by_key(|ticket| -ticket.number);
        let having: Vec<&pb::Ticket> = seen.iter().filter(has).copied().collect();
        let filter = TicketFilter { query: query.clone(), ..Default::default() };
        assert_eq!(desk.matching(who, filter).await?, ids(&having), "{query}");
    }
    Ok(())
}

fn ids(tickets: &[&pb::Ticket]) -> Vec<String> {
    tickets.iter().map(|ticket| ticket.id.clone()).collect()
}

/// All pages of a list, each told the same total.
async fn walk(desk: &Desk, by: &Principal, sort: TicketSort) -> anyhow::Result<Vec<String>> {
    let (mut page_token, mut ids, mut totals) = (String::new(), Vec::new(), Vec::new());
    loop {
        let request = pb::ListTicketsRequest {
            page_size: 4,
            page_token,
            sort: sort.into(),
            ..Default::default()
        };
        let page = desk.list(by, request).await?;
        ids.extend(page.tickets.into_iter().map(|ticket| ticket.id));
        totals.push(page.total_size);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert!(totals.iter().all(|total| usize::try_from(*total).ok() == Some(ids.len())));
    Ok(ids)
}

async fn who_reads_on_is_told_the_first_total(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    for n in 0..4 {
        desk.create(&agent, about(&format!("Chamado {n}"))).await?;
        desk.pass(1);
    }
    let first = pb::ListTicketsRequest { page_size: 2, ..Default::default() };
    let page = desk.list(&agent, first.clone()).await?;
    desk.create(&agent, about("Mais um")).await?;
    let next = pb::ListTicketsRequest { page_token: page.next_page_token, ..first.clone() };
    let next = desk.list(&agent, next).await?;
    assert_eq!((page.total_size, next.total_size), (4, 4));
    assert_eq!(next.tickets.len(), 2);
    assert!(next.next_page_token.is_empty());
    assert_eq!(desk.list(&agent, first).await?.total_size, 5);
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

    desk.pass(60);
    let at = desk.resolve(&agent, &first.id, "").await?.resolve_time;
    let resolved =
        |from, to| TicketFilter { resolved_from: from, resolved_to: to, ..Default::default() };
    let later = at.map(|time| Timestamp { seconds: time.seconds + 1, ..time });
    assert_eq!(desk.matching(&agent, resolved(at, later)).await?, only(&first));
    assert!(desk.matching(&agent, resolved(later, None)).await?.is_empty());
    assert!(desk.matching(&agent, resolved(None, at)).await?.is_empty(), "nor what is open");
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
        desk.list(
            &agent,
            pb::ListTicketsRequest { page_size, page_token, filter, ..Default::default() },
        )
        .await
    };
    assert_eq!(fields(list(-1, "", None).await), ["page_size"]);
    assert_eq!(fields(list(1, "nonsense", None).await), ["page_token"]);
    let filter = TicketFilter { queue_ids: vec!["42".into()], ..Default::default() };
    assert_eq!(fields(list(1, "", Some(filter)).await), ["filter.queue_ids"]);
    Ok(())
}
