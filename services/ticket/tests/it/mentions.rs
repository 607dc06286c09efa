//! Mentions: who of the staff is mentioned watches, and hears of it; nobody else.

use std::sync::Arc;

use chamados_chassis::{
    auth::{Audience, Role},
    id::UserId,
};
use chamados_proto::{
    event::v1::Signal,
    identity::v1::UsersMerged,
    ticket::v1::{self as pb, Visibility},
};
use chamados_testkit::{TestDatabase, store_suite};
use uuid::Uuid;

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(
    mentioned_staff_watch_and_hear,
    nobody_comes_to_see_what_they_might_not,
    a_closing_message_mentions_too,
    a_full_ticket_takes_the_comment_all_the_same,
    a_mention_is_of_the_survivor,
);

fn mention(who: UserId) -> String {
    format!("<span data-mention=\"{who}\">@alguém</span>")
}

fn mentions(signals: &[Arc<Signal>]) -> Vec<&Arc<Signal>> {
    signals.iter().filter(|signal| signal.topic == "ticket.mentioned").collect()
}

async fn mentioned_staff_watch_and_hear(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, mate) = (desk.agent(), desk.agent());
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    let mut listener = desk.listen();
    let (a, b) = (mention(user(&mate)), mention(UserId::new()));
    let request = pb::CreateCommentRequest {
        request_id: "c-1".into(),
        ticket_id: id.clone(),
        body: format!("<p>{a} e {b}, {a}</p>"),
        visibility: Visibility::Internal.into(),
        ..Default::default()
    };
    let say = async || desk.comments().create_comment(desk.by(&agent, request.clone())).await;
    let comment = say().await?.into_inner();
    assert_eq!(comment.body, request.body);
    assert_eq!(comment.mentioned_user_ids.len(), 2, "as written, each once");
    assert_eq!(comment.mentioned_user_ids[0], user(&mate).to_string());
    let ticket = desk.get(&agent, &id).await?;
    assert_eq!(ticket.watcher_ids, [user(&mate).to_string()], "who is nobody watches nothing");
    assert_eq!(ticket.version, 3);
    let signals = heard(&mut listener);
    let told = mentions(&signals);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].ids, [id.clone(), user(&mate).to_string()]);
    assert_eq!(Audience::from(told[0].audience.clone().unwrap()), Audience::staff());
    let entries = desk.timeline(&agent, &id).await?.entries;
    let last = entries.last().unwrap();
    assert_eq!((last.r#type.as_str(), last.version), ("updated", 3));

    assert_eq!(say().await?.into_inner(), comment, "a repeat");
    assert!(mentions(&heard(&mut listener)).is_empty());
    desk.comment(&agent, &id, &a, Visibility::Public).await?;
    assert_eq!(desk.get(&agent, &id).await?.version, 3, "who watches already changes nothing");
    assert_eq!(mentions(&heard(&mut listener)).len(), 1);
    assert_eq!(desk.conversation(&agent, &id).await?.comments[0], comment);
    Ok(())
}

async fn nobody_comes_to_see_what_they_might_not(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    let before = desk.assign(&agent, &id, Some(user(&agent))).await?;
    let elsewhere = desk.company();
    let outsiders = [
        desk.person(Role::Collaborator, Some(elsewhere)),
        desk.person(Role::Manager, Some(elsewhere)),
        desk.person(Role::Machine, Some(elsewhere)),
        desk.stranger(),
    ];
    let mut listener = desk.listen();
    for visibility in [Visibility::Public, Visibility::Internal] {
        for outsider in &outsiders {
            desk.comment(&agent, &id, &mention(user(outsider)), visibility).await?;
        }
    }
    assert_eq!(desk.get(&agent, &id).await?, before);
    assert!(mentions(&heard(&mut listener)).is_empty());
    for outsider in &outsiders {
        assert!(desk.get(outsider, &id).await.is_err());
    }
    // Who asked for it reads the ticket anyway, and still no note.
    desk.comment(&agent, &id, &mention(user(&client)), Visibility::Internal).await?;
    assert_eq!(desk.get(&client, &id).await?, before);
    assert_eq!(desk.conversation(&client, &id).await?.total_size, 4);
    Ok(())
}

async fn a_closing_message_mentions_too(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, mate) = (desk.agent(), desk.agent());
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    desk.start(&agent, &id).await?;
    let mut listener = desk.listen();
    let ticket = desk.resolve(&agent, &id, &mention(user(&mate))).await?;
    assert_eq!(ticket.watcher_ids, [user(&mate).to_string()]);
    assert_eq!((ticket.status(), ticket.version), (pb::Status::Resolved, 4));
    assert_eq!(mentions(&heard(&mut listener)).len(), 1);
    assert_eq!(desk.get(&agent, &id).await?, ticket);
    Ok(())
}

async fn a_full_ticket_takes_the_comment_all_the_same(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let crowd: Vec<String> = (0..50).map(|_| user(&desk.agent()).to_string()).collect();
    let full = pb::CreateTicketRequest { watcher_ids: crowd, ..about("cheio") };
    let id = desk.create(&agent, full).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    let mut listener = desk.listen();
    desk.comment(&agent, &id, &mention(user(&desk.agent())), Visibility::Public).await?;
    assert_eq!(desk.get(&agent, &id).await?.watcher_ids.len(), 50);
    assert_eq!(mentions(&heard(&mut listener)).len(), 1, "there is no room, and they hear");

    let most: String = (0..50).map(|_| mention(UserId::new())).collect();
    desk.comment(&agent, &id, &most, Visibility::Public).await?;
    let more = format!("{most}{}", mention(UserId::new()));
    assert_eq!(fields(desk.comment(&agent, &id, &more, Visibility::Public).await), ["body"]);
    assert_eq!(fields(desk.resolve(&agent, &id, &more).await), ["message"]);
    Ok(())
}

async fn a_mention_is_of_the_survivor(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, from, into) = (desk.agent(), desk.agent(), desk.agent());
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    let merge = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: user(&from).to_string(),
        into_user_id: user(&into).to_string(),
    };
    desk.deliver(&desk.fact(&agent, user(&from), &merge)).await?;
    desk.comment(&agent, &id, &mention(user(&from)), Visibility::Public).await?;
    assert_eq!(desk.get(&agent, &id).await?.watcher_ids, [user(&into).to_string()]);
    assert_eq!(reason(desk.get(&desk.stranger(), &id).await), "ticket_not_found");
    Ok(())
}
