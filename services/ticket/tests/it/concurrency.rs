//! Many at once: one version has one winner, numbers have no gaps, repeats have one effect.

use std::{collections::BTreeSet, sync::Arc};

use chamados_proto::ticket::v1::{self as pb, Status};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;

use crate::support::{Desk, about, reason};

store_suite!(
    of_simultaneous_updates_one_wins,
    numbers_are_unique_and_without_gaps,
    a_repeated_create_opens_one_ticket,
    a_storm_of_transitions_stays_legal,
);

async fn of_simultaneous_updates_one_wins(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    for _ in 0..3 {
        let ticket = desk.create(&agent, about("Sem rede")).await?;
        let updates = (0..32).map(|n| {
            let ticket = pb::Ticket { subject: format!("Tentativa {n}"), ..ticket.clone() };
            desk.update(&agent, ticket, &["subject"])
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(updates).await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 31));
        for outcome in lost {
            assert_eq!(reason(outcome), "stale_version");
        }
        let now = desk.get(&agent, &ticket.id).await?;
        assert_eq!(&now, won[0].as_ref().unwrap());
        assert_eq!(desk.timeline(&agent, &ticket.id).await?.total_size, now.version);
    }
    Ok(())
}

async fn numbers_are_unique_and_without_gaps(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Arc::new(Desk::open(db).await?);
    let (agent, stranger) = (desk.agent(), desk.stranger());
    let creates = (0..100).map(|n| {
        let (desk, agent) = (Arc::clone(&desk), agent.clone());
        chamados_chassis::task::spawn("create", async move {
            // Every tenth is refused inside its transaction, and must leave no gap.
            let queue_id = (n % 10 == 9).then(|| uuid::Uuid::now_v7().to_string());
            desk.create(&agent, pb::CreateTicketRequest { queue_id, ..about("x") }).await
        })
    });
    let outcomes: Vec<_> = join_all(creates).await.into_iter().map(Result::unwrap).collect();
    let numbers: BTreeSet<i64> = outcomes.iter().flatten().map(|ticket| ticket.number).collect();
    assert_eq!(numbers, (1..=90).collect());
    let queues: BTreeSet<&str> = outcomes.iter().flatten().map(|t| t.queue_id.as_str()).collect();
    assert_eq!(queues.len(), 1);
    assert_eq!(desk.create(&stranger, about("x")).await?.number, 1);
    Ok(())
}

async fn a_repeated_create_opens_one_ticket(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let request = pb::CreateTicketRequest { request_id: "r-1".into(), ..about("Sem rede") };
    let repeats = (0..100).map(|_| desk.create(&agent, request.clone()));
    let tickets: Vec<pb::Ticket> = join_all(repeats).await.into_iter().collect::<Result<_, _>>()?;
    assert!(tickets.iter().all(|ticket| *ticket == tickets[0]));
    desk.start(&agent, &tickets[0].id).await?;
    assert_eq!(desk.create(&agent, request.clone()).await?, tickets[0], "the first answer again");
    assert_eq!(desk.matching(&agent, pb::TicketFilter::default()).await?.len(), 1);

    let other = pb::CreateTicketRequest { subject: "Outra".into(), ..request.clone() };
    assert_eq!(reason(desk.create(&agent, other).await), "request_id_reused");
    assert_ne!(desk.create(&desk.agent(), request).await?.id, tickets[0].id);
    Ok(())
}

async fn a_storm_of_transitions_stays_legal(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agents: Vec<_> = (0..8).map(|_| desk.agent()).collect();
    let id = &desk.create(&agents[0], about("Sem rede")).await?.id;
    let storm = agents.iter().map(async |agent| {
        let mut done = 0;
        for _ in 0..6 {
            done += i64::from(desk.start(agent, id).await.is_ok());
            desk.pass(1);
            done += i64::from(desk.pause(agent, id).await.is_ok());
            desk.comment(agent, id, "ainda", pb::Visibility::Internal).await.unwrap();
        }
        done
    });
    let done: i64 = join_all(storm).await.into_iter().sum();
    let ticket = desk.get(&agents[0], id).await?;
    assert_eq!(ticket.version, done + 1);
    let sessions = desk.work_sessions(&agents[0], id).await?;
    let open = sessions.iter().filter(|session| session.end_time.is_none()).count();
    assert_eq!(open, usize::from(ticket.status() == Status::InProgress));
    for pair in sessions.windows(2) {
        let (end, next) = (pair[0].end_time.unwrap(), pair[1].start_time.unwrap());
        assert!((end.seconds, end.nanos) <= (next.seconds, next.nanos));
    }
    let worked: i64 =
        sessions.iter().filter_map(|s| Some(s.end_time?.seconds - s.start_time?.seconds)).sum();
    assert_eq!(ticket.worked_seconds, worked);
    let entries = desk.timeline(&agents[0], id).await?.entries;
    assert!(entries.is_sorted_by_key(|entry| entry.version));
    Ok(())
}
