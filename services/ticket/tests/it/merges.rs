//! Accounts that are merged: everything moves, once, whatever happens in between.

use chamados_chassis::{
    auth::{Principal, Role},
    bus::HandlerError,
};
use chamados_proto::{
    event::v1::Event,
    identity::v1::UsersMerged,
    ticket::v1::{self as pb, CreateTicketRequest, TicketReferencesMoved, Visibility},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::{join_all, try_join_all};
use uuid::Uuid;

use crate::support::{Desk, about, reason, user};

store_suite!(
    everything_moves_and_is_told_once,
    a_crash_in_between_loses_no_count,
    what_is_written_afterwards_is_the_survivors,
    a_storm_of_writes_leaves_nothing_behind,
    a_survivor_may_be_merged_in_turn,
    admins_are_told_how_much_there_is,
    unreadable_merges_are_rejected,
);

pub(crate) fn merged(desk: &Desk, by: &Principal, from: &Principal, into: &Principal) -> Event {
    let merge = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: user(from).to_string(),
        into_user_id: user(into).to_string(),
    };
    desk.fact(by, user(from), &merge)
}

fn counts(requested: i64, assigned: i64, comments: i64, sessions: i64) -> pb::UserReferences {
    pb::UserReferences {
        tickets_requested: requested,
        tickets_assigned: assigned,
        comments_written: comments,
        work_sessions: sessions,
        tickets_watched: 0,
        chat_messages: 0,
    }
}

/// A ticket that somebody asked for.
async fn asked_by(desk: &Desk, who: &Principal) -> Result<pb::Ticket, tonic::Status> {
    let requester_id = Some(user(who).to_string());
    desk.create(&desk.agent(), CreateTicketRequest { requester_id, ..about("x") }).await
}

async fn everything_moves_and_is_told_once(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    let own = desk.create(&from, about("próprio")).await?.id;
    desk.start(&from, &own).await?;
    desk.comment(&from, &own, "começo", Visibility::Public).await?;
    desk.comment(&from, &own, "nota", Visibility::Internal).await?;
    let resolved = desk.create(&into, about("encerrado")).await?.id;
    desk.start(&from, &resolved).await?;
    desk.resolve(&from, &resolved, "feito").await?;
    let other = desk.create(&desk.agent(), about("alheio")).await?;
    let before = desk.references(user(&from)).await?;
    assert_eq!(before, counts(1, 2, 3, 2));

    let event = merged(&desk, &admin, &from, &into);
    let mut signals = desk.listen();
    try_join_all((0..5).map(|_| desk.deliver(&event))).await?;
    desk.deliver(&event).await?;
    assert!(!crate::support::heard(&mut signals).is_empty());

    assert_eq!(desk.references(user(&from)).await?, counts(0, 0, 0, 0));
    assert_eq!(desk.references(user(&into)).await?, counts(2, 2, 3, 2));
    let told = desk.told::<TicketReferencesMoved>().await?;
    assert_eq!((told.len(), told[0].payload.moved), (1, Some(before)));
    assert_eq!((told[0].tenant, told[0].subject), (desk.tenant, user(&from).as_uuid()));
    assert_eq!(told[0].request_id, "r-merge");

    for (id, version, kind, fields) in [
        (&own, 3, "updated", vec!["requester_id", "assignee_id"]),
        (&resolved, 4, "assigned", vec!["assignee_id"]),
    ] {
        let ticket = desk.get(&admin, id).await?;
        assert_eq!(ticket.assignee_id, Some(user(&into).to_string()));
        assert_eq!((&ticket.requester_id, ticket.version), (&user(&into).to_string(), version));
        let entries = desk.timeline(&admin, id).await?.entries;
        let last = entries.iter().rfind(|entry| entry.version == version).unwrap();
        assert_eq!((last.r#type.as_str(), last.version), (kind, version));
        assert_eq!(last.actor, Some(admin.actor()?.into()));
        let changed: Vec<_> = last.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(changed, fields);
        assert!(last.changes.iter().all(|change| {
            change.old_value == Some(user(&from).to_string())
                && change.new_value == Some(user(&into).to_string())
        }));
        let gone = Some(from.actor()?.into());
        assert!(entries.iter().all(|entry| entry.actor != gone), "{id}");
        let comments = desk.conversation(&admin, id).await?.comments;
        assert!(
            comments.iter().all(|comment| comment.author == Some(into.actor().unwrap().into()))
        );
        let sessions = desk.work_sessions(&admin, id).await?;
        assert_eq!((sessions.len(), &sessions[0].user_id), (1, &user(&into).to_string()));
    }
    assert_eq!(desk.get(&admin, &other.id).await?, other);
    assert_eq!(desk.pause(&into, &own).await?.version, 4, "the survivor goes on");
    Ok(())
}

/// The handler is dropped after its first transaction, as by `kill -9`; the fact comes again.
async fn a_crash_in_between_loses_no_count(db: &TestDatabase) -> anyhow::Result<()> {
    const TICKETS: i64 = 120;
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    for _ in 0..TICKETS {
        let id = desk.create(&from, about("x")).await?.id;
        desk.comment(&desk.person(Role::Admin, None), &id, "x", Visibility::Public).await.ok();
    }
    let event = merged(&desk, &admin, &from, &into);
    let mut signals = desk.listen();
    tokio::select! {
        done = desk.deliver(&event) => panic!("it was to be killed: {done:?}"),
        signal = signals.recv() => drop(signal),
    }
    let left = desk.references(user(&from)).await?.tickets_requested;
    assert!((1..TICKETS).contains(&left), "{left} are left");
    assert!(desk.told::<TicketReferencesMoved>().await?.is_empty());

    desk.deliver(&event).await?;
    assert_eq!(desk.references(user(&from)).await?, counts(0, 0, 0, 0));
    let told = desk.told::<TicketReferencesMoved>().await?;
    assert_eq!((told.len(), told[0].payload.moved), (1, Some(counts(TICKETS, 0, 0, 0))));
    let mut request = pb::ListTicketsRequest { page_size: 100, ..Default::default() };
    for _ in 0..2 {
        let page = desk.list(&admin, request.clone()).await?;
        assert!(page.tickets.iter().all(|ticket| ticket.version == 2), "each changed once");
        request.page_token = page.next_page_token;
    }
    Ok(())
}

/// Identity let these calls in, or answered them, before it merged the accounts.
async fn what_is_written_afterwards_is_the_survivors(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, agent) = (desk.agent(), desk.agent(), desk.agent());
    let admin = desk.person(Role::Admin, None);
    desk.deliver(&merged(&desk, &admin, &from, &into)).await?;
    let (gone, survivor) = (user(&from), user(&into).to_string());

    let own = desk.create(&from, about("x")).await?;
    assert_eq!(own.requester_id, survivor);
    assert_eq!(asked_by(&desk, &from).await?.requester_id, survivor);
    let started = desk.start(&from, &own.id).await?;
    assert_eq!(started.assignee_id, Some(survivor.clone()));
    assert_eq!(desk.work_sessions(&admin, &own.id).await?[0].user_id, survivor);
    let comment = desk.comment(&from, &own.id, "x", Visibility::Public).await?;
    assert_eq!(comment.author, Some(into.actor()?.into()));
    let assigned = desk.create(&agent, about("x")).await?;
    assert_eq!(
        desk.assign(&agent, &assigned.id, Some(gone)).await?.assignee_id,
        Some(survivor.clone())
    );
    let edit = pb::Ticket { requester_id: gone.to_string(), version: 0, ..assigned };
    assert_eq!(desk.update(&agent, edit, &["requester_id"]).await?.requester_id, survivor);
    assert_eq!(desk.references(gone).await?, counts(0, 0, 0, 0));
    let entries = desk.timeline(&admin, &own.id).await?.entries;
    assert!(entries.iter().all(|entry| entry.actor == Some(into.actor().unwrap().into())));
    Ok(())
}

async fn a_storm_of_writes_leaves_nothing_behind(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    let mut known = Vec::new();
    for _ in 0..5 {
        known.push(desk.create(&from, about("x")).await?.id);
    }
    let event = merged(&desk, &admin, &from, &into);
    let writes = (0..40).map(async |n: usize| {
        let id = &known[n % 5];
        if n == 10 {
            desk.deliver(&event).await.unwrap();
        }
        desk.create(&from, about("x")).await.unwrap();
        desk.start(&from, id).await.ok();
        desk.comment(&from, id, "x", Visibility::Public).await.ok();
        desk.assign(&admin, id, Some(user(&from))).await.ok();
        desk.pause(&from, id).await.ok();
    });
    join_all(writes).await;
    assert_eq!(desk.references(user(&from)).await?, counts(0, 0, 0, 0));
    assert_eq!(desk.references(user(&into)).await?.tickets_requested, 45);
    let told = desk.told::<TicketReferencesMoved>().await?;
    assert_eq!(told.len(), 1);
    for id in &known {
        let ticket = desk.get(&admin, id).await?;
        let entries = desk.timeline(&admin, id).await?.entries;
        let changes = entries.iter().filter(|entry| entry.r#type != "commented").count();
        assert_eq!(ticket.version, i64::try_from(changes)?, "a version a change");
    }
    Ok(())
}

/// The facts of the two merges come in either order.
async fn a_survivor_may_be_merged_in_turn(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    for later_first in [false, true] {
        let people: Vec<Principal> = (0..3).map(|_| desk.agent()).collect();
        let admin = desk.person(Role::Admin, None);
        for person in &people {
            asked_by(&desk, person).await?;
        }
        let mut merges = [
            merged(&desk, &admin, &people[0], &people[1]),
            merged(&desk, &admin, &people[1], &people[2]),
        ];
        if later_first {
            merges.reverse();
        }
        for merge in &merges {
            desk.deliver(merge).await?;
        }
        asked_by(&desk, &people[0]).await?;
        assert_eq!(desk.references(user(&people[0])).await?, counts(0, 0, 0, 0));
        assert_eq!(desk.references(user(&people[1])).await?, counts(0, 0, 0, 0));
        assert_eq!(desk.references(user(&people[2])).await?, counts(4, 0, 0, 0));
    }
    Ok(())
}

async fn admins_are_told_how_much_there_is(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let company = desk.company();
    let client = desk.person(Role::Collaborator, Some(company));
    asked_by(&desk, &client).await?;
    let id = user(&client).to_string();
    assert_eq!(desk.references(user(&client)).await?, counts(1, 0, 0, 0));
    assert_eq!(desk.references_by(&desk.stranger(), &id).await?, counts(0, 0, 0, 0));
    for other in [desk.agent(), desk.person(Role::Manager, Some(company)), client] {
        assert_eq!(reason(desk.references_by(&other, &id).await), "permission_denied");
    }
    let admin = desk.person(Role::Admin, None);
    assert_eq!(reason(desk.references_by(&admin, "x").await), "invalid_argument");
    Ok(())
}

async fn unreadable_merges_are_rejected(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    asked_by(&desk, &from).await?;
    let good = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: user(&from).to_string(),
        into_user_id: user(&into).to_string(),
    };
    for bad in [
        UsersMerged { merge_id: "x".into(), ..good.clone() },
        UsersMerged { from_user_id: String::new(), ..good.clone() },
        UsersMerged { into_user_id: "x".into(), ..good.clone() },
    ] {
        let outcome = desk.deliver(&desk.fact(&admin, user(&from), &bad)).await;
        assert!(matches!(outcome, Err(HandlerError::Rejected(_))), "{bad:?}");
    }
    let elsewhere = Event {
        tenant_id: desk.stranger().tenant()?.to_string(),
        ..desk.fact(&admin, user(&from), &good)
    };
    desk.deliver(&elsewhere).await?;
    assert_eq!(desk.references(user(&from)).await?, counts(1, 0, 0, 0));
    Ok(())
}
