//! How live chats end, and what becomes of them when an account is merged.

use chamados_chassis::auth::{Actor, Principal, Role};
use chamados_proto::{
    identity::v1::UsersMerged,
    jobs::v1::{ExecuteRequest, execute_response::Event, job_handler_client::JobHandlerClient},
    ticket::v1::{self as pb, ChatEnd},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::{
    TryStreamExt as _,
    future::{join, join_all},
};
use uuid::Uuid;

use crate::{
    chats::topics,
    support::{Desk, about, heard, reason, user},
};

store_suite!(
    a_resolved_ticket_has_no_open_chat,
    silent_chats_end,
    chats_of_a_merged_account_are_the_survivors,
);

/// Whoever comes first: no chat of a resolved ticket is open, and no message comes after the end.
async fn a_resolved_ticket_has_no_open_chat(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let agent = desk.agent();
    let ticket = desk.create(&client, about("x")).await?.id;
    let chat = desk.start_chat(&client, &ticket).await?.id;
    desk.say(&client, &chat, "oi").await?;
    let mut listener = desk.listen();
    let resolved = desk.resolve(&agent, &ticket, "<p>feito</p>").await?;
    assert_eq!(topics(&heard(&mut listener)), ["ticket.changed", "ticket.chat"]);
    let ended = desk.chats_of(&client, &ticket).await?.chats.remove(0);
    assert_eq!((ended.end(), ended.end_time), (ChatEnd::Resolved, resolved.resolve_time));
    assert_eq!(ended.ended_by, Some(agent.actor()?.into()));
    let entries = desk.timeline(&client, &ticket).await?.entries;
    let told: Vec<_> = entries.iter().map(|e| (e.r#type.as_str(), e.version)).collect();
    let expected = [("created", 1), ("chat_started", 1), ("resolved", 2), ("chat_ended", 2)];
    assert_eq!(told, expected);
    assert_eq!(reason(desk.start_chat(&client, &ticket).await), "ticket_resolved");
    assert_eq!(reason(desk.say(&client, &chat, "espera").await), "chat_ended");
    desk.reopen(&client, &ticket).await?;
    desk.start_chat(&client, &ticket).await?;

    for _ in 0..10 {
        let ticket = desk.create(&client, about("x")).await?.id;
        let chat = desk.start_chat(&client, &ticket).await?.id;
        let says = join_all((0..8).map(|_| desk.say(&client, &chat, "oi")));
        let starts = join_all((0..4).map(|_| desk.start_chat(&client, &ticket)));
        let (resolved, (said, started)) =
            join(desk.resolve(&agent, &ticket, ""), join(says, starts)).await;
        resolved?;
        let taken = said.iter().filter(|answer| answer.is_ok()).count();
        let chats = desk.chats_of(&agent, &ticket).await?.chats;
        assert_eq!(chats.len(), 1);
        assert_eq!(chats[0].end(), ChatEnd::Resolved);
        assert_eq!(chats[0].last_sequence, i64::try_from(taken)?);
        for outcome in said.into_iter().filter(Result::is_err) {
            assert_eq!(reason(outcome), "chat_ended");
        }
        for outcome in started.into_iter().filter(Result::is_err) {
            assert_eq!(reason(outcome), "ticket_resolved");
        }
        let messages = desk.messages(&agent, &chat, 0, 100).await?.messages;
        assert!(messages.iter().all(|message| {
            let at = |time: Option<prost_types::Timestamp>| time.map(|t| (t.seconds, t.nanos));
            at(message.create_time) <= at(chats[0].end_time)
        }));
    }
    Ok(())
}

async fn end_inactive(desk: &Desk) -> anyhow::Result<String> {
    let scheduler = Principal::Service { name: "scheduler".into(), tenant: None };
    let request = ExecuteRequest {
        run_id: Uuid::now_v7().to_string(),
        job_type: "ticket.end_inactive_chats".to_owned(),
        fence: 1,
        attempt: 1,
        payload: None,
    };
    let mut jobs = JobHandlerClient::new(desk.channel.clone());
    let answer = jobs.execute(desk.by(&scheduler, request)).await?.into_inner();
    let events: Vec<_> = answer.try_collect().await?;
    match events.last().and_then(|message| message.event.clone()) {
        Some(Event::Result(result)) => Ok(result.summary),
        other => panic!("no result: {other:?}"),
    }
}

async fn silent_chats_end(db: &TestDatabase) -> anyhow::Result<()> {
    const MINUTE: u64 = 60;
    let desk = Desk::open(db).await?;
    let (agent, stranger) = (desk.agent(), desk.stranger());
    let (silent, lively) =
        (desk.create(&agent, about("x")).await?.id, desk.create(&agent, about("y")).await?.id);
    let elsewhere = desk.create(&stranger, about("z")).await?.id;
    let silent_chat = desk.start_chat(&agent, &silent).await?.id;
    let lively_chat = desk.start_chat(&agent, &lively).await?.id;
    desk.start_chat(&stranger, &elsewhere).await?;
    desk.pass(20 * MINUTE);
    desk.say(&agent, &lively_chat, "ainda aqui").await?;
    desk.read_chat(&agent, &lively_chat, 1).await?;
    desk.pass(10 * MINUTE);
    assert!(end_inactive(&desk).await?.starts_with("0 "), "not before half an hour is over");
    desk.pass(1);
    let mut listener = desk.listen();
    assert!(end_inactive(&desk).await?.starts_with("2 "), "in every tenant");
    assert_eq!(heard(&mut listener).len(), 4);
    assert!(end_inactive(&desk).await?.starts_with("0 "));

    let ended = desk.chats_of(&agent, &silent).await?.chats.remove(0);
    assert_eq!((ended.id.as_str(), ended.end()), (silent_chat.as_str(), ChatEnd::Inactive));
    let service = Actor::Service("ticket".into());
    assert_eq!(ended.ended_by, Some(service.into()));
    let entries = desk.timeline(&agent, &silent).await?.entries;
    assert_eq!(entries.last().map(|entry| entry.r#type.as_str()), Some("chat_ended"));
    let going_on = desk.chats_of(&agent, &lively).await?.chats.remove(0);
    assert_eq!(going_on.end(), ChatEnd::Unspecified);
    assert_eq!(desk.chats_of(&stranger, &elsewhere).await?.chats[0].end(), ChatEnd::Inactive);

    // Somebody writes while the job looks: the chat ends or goes on, and no message is lost.
    desk.pass(40 * MINUTE);
    let (ended, said) = join(end_inactive(&desk), desk.say(&agent, &lively_chat, "espera")).await;
    let ended = ended?.starts_with("1 ");
    let known = desk.chats_of(&agent, &lively).await?.chats.remove(0);
    assert_eq!(ended, known.end() == ChatEnd::Inactive);
    assert_eq!((ended, known.last_sequence), (said.is_err(), if ended { 1 } else { 2 }));
    Ok(())
}

async fn chats_of_a_merged_account_are_the_survivors(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    let ticket = desk.create(&admin, about("x")).await?.id;
    let first = desk.start_chat(&from, &ticket).await?.id;
    desk.say(&from, &first, "um").await?;
    desk.say(&into, &first, "dois").await?;
    desk.read_chat(&from, &first, 2).await?;
    desk.read_chat(&into, &first, 1).await?;
    desk.end_chat(&from, &first).await?;
    let second = desk.start_chat(&from, &ticket).await?.id;
    desk.say(&from, &second, "três").await?;
    desk.read_chat(&from, &second, 1).await?;
    assert_eq!(desk.references(user(&from)).await?.chat_messages, 2);

    let merge = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: user(&from).to_string(),
        into_user_id: user(&into).to_string(),
    };
    let event = desk.fact(&admin, user(&from), &merge);
    desk.deliver(&event).await?;
    desk.deliver(&event).await?;
    let told = desk.told::<pb::TicketReferencesMoved>().await?;
    let moved = told[0].payload.moved.unwrap_or_default();
    assert_eq!((told.len(), moved.chat_messages), (1, 2));
    assert_eq!(desk.references(user(&into)).await?.chat_messages, 3);

    // Identity let these in before it merged the accounts.
    desk.say(&from, &second, "quatro").await?;
    desk.read_chat(&from, &second, 2).await?;
    assert_eq!(desk.end_chat(&from, &second).await?.ended_by, Some(into.actor()?.into()));
    desk.start_chat(&from, &ticket).await?;
    let gone = user(&from).to_string();
    let chats = desk.chats_of(&admin, &ticket).await?;
    assert!(!format!("{chats:?}").contains(&gone), "{chats:#?}");
    let survivor = user(&into).to_string();
    for (chat, read) in [(&first, 2), (&second, 2)] {
        let messages = desk.messages(&admin, chat, 0, 0).await?;
        assert!(!format!("{messages:?}").contains(&gone));
        let known = chats.chats.iter().find(|known| known.id == *chat).unwrap();
        let marks: Vec<_> = known.read_marks.iter().map(|m| (&m.user_id, m.sequence)).collect();
        assert_eq!(marks, [(&survivor, read)], "of two marks the further one");
    }
    assert!(!format!("{:?}", desk.timeline(&admin, &ticket).await?).contains(&gone));
    Ok(())
}
