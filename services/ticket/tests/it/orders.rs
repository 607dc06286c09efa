//! Orders of lists, page by page to the very end.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::ticket::v1::{self as pb, Priority, TicketSort};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, fields, user};

store_suite!(every_order_reaches_the_end, what_waits_comes_first, tokens_belong_to_their_order);

/// All tickets in an order, by pages of `size`.
async fn pages(desk: &Desk, by: &Principal, sort: TicketSort, size: i32) -> Vec<pb::Ticket> {
    let (mut token, mut tickets) = (String::new(), Vec::new());
    loop {
        let request = pb::ListTicketsRequest {
            page_size: size,
            page_token: token,
            sort: sort.into(),
            ..Default::default()
        };
        let page = desk.list(by, request).await.unwrap();
        tickets.extend(page.tickets);
        token = page.next_page_token;
        if token.is_empty() {
            assert_eq!(page.total_size, i64::try_from(tickets.len()).unwrap());
            return tickets;
        }
    }
}

/// Tickets of all priorities, some taken, some resolved, some of the same microsecond.
async fn some(desk: &Desk, agent: &Principal) -> anyhow::Result<()> {
    for n in 0_u64..24 {
        let priority = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
        let priority = priority[usize::try_from(n % 4)?].into();
        let request = pb::CreateTicketRequest { priority, ..about(&format!("Chamado {n}")) };
        let ticket = desk.create(agent, request).await?;
        match n % 5 {
            0 => drop(desk.start(agent, &ticket.id).await?),
            1 => drop(desk.resolve(agent, &ticket.id, "").await?),
            2 => drop(desk.assign(agent, &ticket.id, Some(user(agent))).await?),
            _ => {}
        }
        desk.pass(n % 3);
    }
    Ok(())
}

async fn every_order_reaches_the_end(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    some(&desk, &agent).await?;
    let time = |time: Option<prost_types::Timestamp>| time.map(|time| (time.seconds, time.nanos));
    for sort in [
        TicketSort::Newest,
        TicketSort::Oldest,
        TicketSort::Updated,
        TicketSort::Priority,
        TicketSort::Attention,
    ] {
        let all = pages(&desk, &agent, sort, 100).await;
        assert_eq!(all.len(), 24);
        for size in [1, 5, 7, 24] {
            assert_eq!(pages(&desk, &agent, sort, size).await, all, "{sort:?} by {size}");
        }
        let newest = |t: &pb::Ticket| (time(t.create_time), t.id.clone());
        let updated = |t: &pb::Ticket| (time(t.update_time), t.id.clone());
        let urgent = |t: &pb::Ticket| (-t.priority, time(t.create_time), t.id.clone());
        let sorted = match sort {
            TicketSort::Newest => all.is_sorted_by(|a, b| newest(a) > newest(b)),
            TicketSort::Oldest => all.is_sorted_by(|a, b| newest(a) < newest(b)),
            TicketSort::Updated => all.is_sorted_by(|a, b| updated(a) > updated(b)),
            TicketSort::Priority => all.is_sorted_by(|a, b| urgent(a) < urgent(b)),
            _ => true,
        };
        assert!(sorted, "{sort:?}");
    }
    Ok(())
}

async fn what_waits_comes_first(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    some(&desk, &agent).await?;
    let all = pages(&desk, &agent, TicketSort::Attention, 7).await;
    let waits = |t: &pb::Ticket| t.assignee_id.is_none() && t.status() != pb::Status::Resolved;
    let (waiting, others): (Vec<_>, Vec<_>) = all.iter().partition(|ticket| waits(ticket));
    assert!(waiting.len() >= 8 && others.len() >= 8);
    assert!(all.iter().map(waits).is_sorted_by(|a, b| a >= b), "those that wait come first");
    assert!(waiting.is_sorted_by(|a, b| a.id < b.id), "oldest first");
    assert!(others.is_sorted_by(|a, b| a.id > b.id), "newest first");

    let outsider = desk.person(Role::Collaborator, Some(desk.company()));
    assert!(pages(&desk, &outsider, TicketSort::Attention, 7).await.is_empty());
    Ok(())
}

async fn tokens_belong_to_their_order(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    some(&desk, &agent).await?;
    let list = async |page_token: &str, sort: i32| {
        let page_token = page_token.to_owned();
        let request =
            pb::ListTicketsRequest { page_size: 3, page_token, sort, ..Default::default() };
        desk.list(&agent, request).await
    };
    let token = list("", TicketSort::Newest.into()).await?.next_page_token;
    assert_eq!(fields(list(&token, TicketSort::Oldest.into()).await), ["page_token"]);
    assert!(list(&token, TicketSort::Unspecified.into()).await.is_ok());
    assert_eq!(fields(list("", 99).await), ["sort"]);
    Ok(())
}
