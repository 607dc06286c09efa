//! Live chats: who may, one at a time, messages without gaps, how far people have read.

use chamados_chassis::{
    auth::{Audience, Principal, Role},
    grpc::GrpcChannel,
};
use chamados_proto::{
    event::v1::Signal,
    ticket::v1::{self as pb, ChatEnd, chat_service_client::ChatServiceClient},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use tonic::Status;
use uuid::Uuid;

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(
    a_conversation_from_beginning_to_end,
    who_may_open_speak_and_end,
    a_ticket_has_one_open_chat,
    messages_have_no_gaps_and_repeats_say_nothing_twice,
    marks_of_reading_only_go_forward,
    what_is_asked_wrongly_is_refused,
);

impl Desk {
    fn chats(&self) -> ChatServiceClient<GrpcChannel> {
        ChatServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn start_chat(
        &self,
        by: &Principal,
        ticket: &str,
    ) -> Result<pb::Chat, Status> {
        let request = pb::StartChatRequest { ticket_id: ticket.into(), ..Default::default() };
        Ok(self.chats().start_chat(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn say(
        &self,
        by: &Principal,
        chat: &str,
        body: &str,
    ) -> Result<pb::ChatMessage, Status> {
        let request = pb::SendChatMessageRequest {
            chat_id: chat.into(),
            body: body.into(),
            ..Default::default()
        };
        Ok(self.chats().send_chat_message(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn end_chat(&self, by: &Principal, chat: &str) -> Result<pb::Chat, Status> {
        let request = pb::EndChatRequest { chat_id: chat.into(), ..Default::default() };
        Ok(self.chats().end_chat(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn read_chat(
        &self,
        by: &Principal,
        chat: &str,
        to: i64,
    ) -> Result<pb::Chat, Status> {
        let request = pb::MarkChatReadRequest { chat_id: chat.into(), sequence: to };
        Ok(self.chats().mark_chat_read(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn chats_of(
        &self,
        by: &Principal,
        ticket: &str,
    ) -> Result<pb::ListChatsResponse, Status> {
        let request = pb::ListChatsRequest { ticket_id: ticket.into(), ..Default::default() };
        Ok(self.chats().list_chats(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn messages(
        &self,
        by: &Principal,
        chat: &str,
        after: i64,
        size: i32,
    ) -> Result<pb::ListChatMessagesResponse, Status> {
        let request = pb::ListChatMessagesRequest {
            chat_id: chat.into(),
            page_size: size,
            after_sequence: after,
        };
        Ok(self.chats().list_chat_messages(self.by(by, request)).await?.into_inner())
    }
}

pub(crate) fn topics(signals: &[std::sync::Arc<Signal>]) -> Vec<&str> {
    signals.iter().map(|signal| signal.topic.as_str()).collect()
}

async fn a_conversation_from_beginning_to_end(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let ticket = desk.create(&client, about("Sem rede")).await?;
    let id = &ticket.id;
    assert_eq!(desk.chats_of(&client, id).await?, pb::ListChatsResponse::default());

    let mut listener = desk.listen();
    let chat = desk.start_chat(&client, id).await?;
    assert_eq!((chat.ticket_id.as_str(), chat.last_sequence), (id.as_str(), 0));
    assert_eq!(chat.started_by, Some(client.actor()?.into()));
    assert_eq!((chat.end(), chat.end_time, &chat.ended_by), (ChatEnd::Unspecified, None, &None));
    let signals = heard(&mut listener);
    assert_eq!(topics(&signals), ["ticket.chat", "ticket.changed"]);
    assert_eq!(signals[0].ids, [id.clone(), chat.id.clone()]);

    desk.pass(5);
    let first = desk.say(&client, &chat.id, " Alguém aí? ").await?;
    assert_eq!((first.sequence, first.body.as_str()), (1, "Alguém aí?"));
    let signals = heard(&mut listener);
    assert_eq!(topics(&signals), ["ticket.chat"], "a message is no change of the ticket");
    assert!(Audience::from(signals[0].audience.clone().unwrap()).includes(&client));
    let second = desk.say(&agent, &chat.id, "Sim!\n<b>Já vejo</b>").await?;
    assert_eq!(second.author, Some(agent.actor()?.into()));
    assert_eq!(desk.messages(&client, &chat.id, 0, 0).await?.messages, [first, second.clone()]);
    let rest = desk.messages(&client, &chat.id, 1, 0).await?;
    assert_eq!((rest.messages, rest.last_sequence), (vec![second.clone()], 2));

    heard(&mut listener);
    desk.pass(5);
    let ended = desk.end_chat(&agent, &chat.id).await?;
    assert_eq!((ended.end(), ended.last_sequence), (ChatEnd::Closed, 2));
    assert_eq!(ended.ended_by, Some(agent.actor()?.into()));
    assert_eq!(ended.active_time, second.create_time, "the end is no message");
    assert_eq!(topics(&heard(&mut listener)), ["ticket.chat", "ticket.changed"]);
    assert_eq!(desk.end_chat(&client, &chat.id).await?, ended, "what has ended stays as it is");
    assert!(heard(&mut listener).is_empty());
    assert_eq!(reason(desk.say(&agent, &chat.id, "mais").await), "chat_ended");
    assert_eq!(desk.messages(&client, &chat.id, 0, 0).await?.messages.len(), 2, "it stays");

    let again = desk.start_chat(&agent, id).await?;
    assert_ne!(again.id, chat.id);
    assert_eq!(desk.say(&agent, &again.id, "De novo").await?.sequence, 1);
    let chats = desk.chats_of(&client, id).await?;
    let ids: Vec<&str> = chats.chats.iter().map(|chat| chat.id.as_str()).collect();
    assert_eq!((ids, chats.total_size), (vec![again.id.as_str(), chat.id.as_str()], 2));

    assert_eq!(desk.get(&agent, id).await?, ticket, "chats leave the ticket as it is");
    let entries = desk.timeline(&client, id).await?.entries;
    let told: Vec<_> = entries.iter().map(|e| (e.r#type.as_str(), e.chat_id.as_deref())).collect();
    let (one, two) = (Some(chat.id.as_str()), Some(again.id.as_str()));
    let expected =
        [("created", None), ("chat_started", one), ("chat_ended", one), ("chat_started", two)];
    assert_eq!(told, expected);
    assert!(entries.iter().all(|entry| entry.version == 1));
    Ok(())
}

async fn who_may_open_speak_and_end(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (here, there) = (desk.company(), desk.company());
    let client = desk.person(Role::Collaborator, Some(here));
    let machine = desk.machine(here, Some(user(&client)));
    let lent = desk.person(Role::Collaborator, Some(here));
    let admin = desk.person(Role::Admin, None);
    let ticket = desk.create(&machine, about("da máquina")).await?.id;
    let manager = desk.person(Role::Manager, Some(here));
    let Principal::Device { tenant, device, company, .. } = machine else { panic!("no device") };
    // The same device after it was handed over.
    let handed_over =
        Principal::Device { tenant, device, company, assigned_user: Some(user(&lent)) };

    for (who, caller, steers, sees) in [
        ("admin", admin.clone(), true, true),
        ("agent", desk.agent(), true, true),
        ("requester", client.clone(), true, true),
        ("their device", machine.clone(), true, true),
        ("their former device", handed_over, false, true),
        ("manager", manager, false, true),
        ("colleague", desk.person(Role::Collaborator, Some(here)), false, false),
        ("manager elsewhere", desk.person(Role::Manager, Some(there)), false, false),
        ("other tenant", desk.stranger(), false, false),
    ] {
        let opened = desk.start_chat(&caller, &ticket).await;
        match (steers, sees) {
            (true, _) => assert!(opened.is_ok(), "{who}"),
            (_, true) => assert_eq!(reason(opened), "permission_denied", "{who}"),
            (_, false) => assert_eq!(reason(opened), "ticket_not_found", "{who}"),
        }
        let chat = desk.start_chat(&admin, &ticket).await?.id;
        let listed = desk.chats_of(&caller, &ticket).await;
        let read = desk.messages(&caller, &chat, 0, 0).await;
        let said = desk.say(&caller, &chat, who).await;
        if sees {
            assert_eq!(listed?.chats[0].id, chat, "{who}");
            assert!(read.is_ok() && said.is_ok(), "{who}");
        } else {
            assert_eq!(reason(listed), "ticket_not_found", "{who}");
            assert_eq!(reason(read), "chat_not_found", "{who}");
            assert_eq!(reason(said), "chat_not_found", "{who}");
        }
        let ended = desk.end_chat(&caller, &chat).await;
        match (steers, sees) {
            (true, _) => assert_eq!(ended?.end(), ChatEnd::Closed, "{who}"),
            (_, true) => assert_eq!(reason(ended), "permission_denied", "{who}"),
            (_, false) => assert_eq!(reason(ended), "chat_not_found", "{who}"),
        }
    }
    let machine_account = desk.person(Role::Machine, Some(here));
    assert_eq!(reason(desk.start_chat(&machine_account, &ticket).await), "ticket_not_found");
    let nobody = desk.automation(&[]);
    assert_eq!(reason(desk.start_chat(&nobody, &ticket).await), "permission_denied");
    Ok(())
}

async fn a_ticket_has_one_open_chat(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let (agent, ticket) = (desk.agent(), desk.create(&client, about("x")).await?.id);
    let callers = [&agent, &client];
    let starts = (0..32).map(|n| desk.start_chat(callers[n % 2], &ticket));
    let chats: Vec<pb::Chat> = join_all(starts).await.into_iter().collect::<Result<_, _>>()?;
    assert!(chats.iter().all(|chat| *chat == chats[0]), "the open one is the answer");
    let ends = (0..32).map(|n| desk.end_chat(callers[n % 2], &chats[0].id));
    let ended: Vec<pb::Chat> = join_all(ends).await.into_iter().collect::<Result<_, _>>()?;
    assert!(ended.iter().all(|chat| *chat == ended[0]), "one of them ended it");
    let entries = desk.timeline(&agent, &ticket).await?.entries;
    let told: Vec<&str> = entries.iter().map(|entry| entry.r#type.as_str()).collect();
    assert_eq!(told, ["created", "chat_started", "chat_ended"]);

    let start = pb::StartChatRequest { request_id: "r-1".into(), ticket_id: ticket.clone() };
    let first = desk.chats().start_chat(desk.by(&agent, start.clone())).await?.into_inner();
    desk.say(&client, &first.id, "oi").await?;
    desk.end_chat(&agent, &first.id).await?;
    let again = desk.chats().start_chat(desk.by(&agent, start)).await?.into_inner();
    assert_eq!(again, first, "the first answer again");
    assert_eq!(desk.chats_of(&agent, &ticket).await?.total_size, 2, "and no third chat");
    Ok(())
}

async fn messages_have_no_gaps_and_repeats_say_nothing_twice(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let (agent, ticket) = (desk.agent(), desk.create(&client, about("x")).await?.id);
    let chat = desk.start_chat(&agent, &ticket).await?.id;
    let callers = [&agent, &client];
    let texts: Vec<String> = (0..60).map(|n| format!("mensagem {n}")).collect();
    let said = texts.iter().enumerate().map(|(n, text)| desk.say(callers[n % 2], &chat, text));
    let mut said: Vec<pb::ChatMessage> =
        join_all(said).await.into_iter().collect::<Result<_, _>>()?;
    said.sort_by_key(|message| message.sequence);
    let numbers: Vec<i64> = said.iter().map(|message| message.sequence).collect();
    assert_eq!(numbers, (1..=60).collect::<Vec<i64>>());

    let mut read = Vec::new();
    loop {
        let after = read.last().map_or(0, |message: &pb::ChatMessage| message.sequence);
        let page = desk.messages(&client, &chat, after, 7).await?;
        assert_eq!(page.last_sequence, 60);
        if page.messages.is_empty() {
            break;
        }
        assert!(page.messages.len() <= 7);
        read.extend(page.messages);
    }
    assert_eq!(read, said);

    let request = pb::SendChatMessageRequest {
        request_id: "r-1".into(),
        chat_id: chat.clone(),
        body: "só uma vez".into(),
    };
    let repeats = (0..20)
        .map(|_| async { desk.chats().send_chat_message(desk.by(&client, request.clone())).await });
    let answers: Vec<pb::ChatMessage> = join_all(repeats)
        .await
        .into_iter()
        .map(|answer| answer.map(tonic::Response::into_inner))
        .collect::<Result<_, _>>()?;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].sequence, 61);
    desk.end_chat(&agent, &chat).await?;
    let late = desk.chats().send_chat_message(desk.by(&client, request.clone())).await?;
    assert_eq!(late.into_inner(), answers[0], "also after the chat ended");
    let other = pb::SendChatMessageRequest { body: "outra".into(), ..request };
    let reused = desk.chats().send_chat_message(desk.by(&client, other)).await;
    assert_eq!(reason(reused), "request_id_reused");
    Ok(())
}

async fn marks_of_reading_only_go_forward(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let company = desk.company();
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let (agent, ticket) = (desk.agent(), desk.create(&machine, about("x")).await?.id);
    let chat = desk.start_chat(&client, &ticket).await?.id;
    let mark = |chat: &pb::Chat, of: &Principal| {
        let id = user(of).to_string();
        chat.read_marks.iter().find(|mark| mark.user_id == id).map(|mark| mark.sequence)
    };
    let mut listener = desk.listen();
    assert_eq!(mark(&desk.read_chat(&agent, &chat, 5).await?, &agent), None, "nothing to read");
    assert!(heard(&mut listener).is_empty());
    for n in 0..5 {
        desk.say(&client, &chat, &n.to_string()).await?;
    }
    heard(&mut listener);
    for (to, expected, told) in [(3, 3, true), (2, 3, false), (3, 3, false), (99, 5, true)] {
        let chat = desk.read_chat(&agent, &chat, to).await?;
        assert_eq!(mark(&chat, &agent), Some(expected), "{to}");
        assert_eq!(!heard(&mut listener).is_empty(), told, "{to}");
    }
    let reads = (1..=5).map(|to| desk.read_chat(&client, &chat, to));
    assert!(join_all(reads).await.iter().all(Result::is_ok));
    let known = desk.chats_of(&client, &ticket).await?.chats.remove(0);
    assert_eq!((mark(&known, &client), mark(&known, &agent)), (Some(5), Some(5)));
    assert_eq!(reason(desk.read_chat(&machine, &chat, 1).await), "person_required");
    assert_eq!(reason(desk.read_chat(&desk.stranger(), &chat, 1).await), "chat_not_found");
    desk.end_chat(&agent, &chat).await?;
    let manager = desk.person(Role::Manager, Some(company));
    assert_eq!(mark(&desk.read_chat(&manager, &chat, 4).await?, &manager), Some(4), "afterwards");
    Ok(())
}

async fn what_is_asked_wrongly_is_refused(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let ticket = desk.create(&agent, about("x")).await?.id;
    let chat = desk.start_chat(&agent, &ticket).await?.id;
    for (body, good) in [
        ("", false),
        (" \n ", false),
        ("a\0b", false),
        (&"á".repeat(4_001), false),
        (&"á".repeat(4_000), true),
        ("😀", true),
    ] {
        let said = desk.say(&agent, &chat, body).await;
        if good {
            assert_eq!(said?.body, body);
        } else {
            assert_eq!(fields(said), ["body"]);
        }
    }
    assert_eq!(
        desk.messages(&agent, &chat, 0, 0).await?.last_sequence,
        2,
        "refused ones count not"
    );
    let unknown = Uuid::now_v7().to_string();
    assert_eq!(reason(desk.start_chat(&agent, &unknown).await), "ticket_not_found");
    assert_eq!(reason(desk.say(&agent, &unknown, "x").await), "chat_not_found");
    assert_eq!(reason(desk.end_chat(&agent, &unknown).await), "chat_not_found");
    assert_eq!(reason(desk.messages(&agent, &unknown, 0, 0).await), "chat_not_found");
    assert_eq!(fields(desk.start_chat(&agent, "x").await), ["ticket_id"]);
    assert_eq!(fields(desk.say(&agent, "x", "").await), ["chat_id", "body"]);
    assert_eq!(fields(desk.end_chat(&agent, "").await), ["chat_id"]);
    assert_eq!(fields(desk.messages(&agent, &chat, -1, 0).await), ["after_sequence"]);
    assert_eq!(fields(desk.messages(&agent, &chat, 0, -1).await), ["page_size"]);
    assert_eq!(fields(desk.read_chat(&agent, &chat, -1).await), ["sequence"]);
    assert_eq!(desk.messages(&agent, &chat, i64::MAX, 0).await?.messages, []);
    Ok(())
}
