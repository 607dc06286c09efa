//! The conversation: who may write, and that internal notes stay among staff.

use chamados_chassis::auth::{Audience, Principal, Role};
use chamados_proto::ticket::v1::{self as pb, Visibility};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(
    staff_comment_once_somebody_has_the_ticket,
    internal_notes_never_leak,
    a_pause_tells_the_requester_its_reason_and_staff_its_note,
    a_repeated_comment_is_one,
    bodies_are_cleaned_and_bounded,
);

async fn staff_comment_once_somebody_has_the_ticket(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    for visibility in [Visibility::Public, Visibility::Internal] {
        let early = desk.comment(&agent, &id, "oi", visibility).await;
        assert_eq!(reason(early), "ticket_unassigned");
    }
    desk.comment(&client, &id, "alguém?", Visibility::Public).await?;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    let comment = desk.comment(&agent, &id, "<p>oi</p>", Visibility::Public).await?;
    assert_eq!(comment.body, "<p>oi</p>");
    let conversation = desk.conversation(&client, &id).await?;
    assert_eq!((conversation.comments.len(), conversation.total_size), (2, 2));
    assert_eq!(conversation.comments[1], comment);
    assert_eq!(desk.get(&client, &id).await?.version, 2, "comments are no change of the ticket");
    Ok(())
}

async fn internal_notes_never_leak(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let manager = desk.person(Role::Manager, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let id = desk.create(&machine, about("Sem rede")).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    for outsider in [&client, &manager, &machine] {
        let note = desk.comment(outsider, &id, "x", Visibility::Internal).await;
        assert_eq!(reason(note), "permission_denied");
    }
    let before = desk.get(&client, &id).await?;
    let mut listener = desk.listen();
    let note = desk.comment(&agent, &id, "segredo", Visibility::Internal).await?;

    for outsider in [&client, &manager, &machine] {
        let conversation = desk.conversation(outsider, &id).await?;
        assert_eq!((conversation.comments.len(), conversation.total_size), (0, 0));
        let timeline = desk.timeline(outsider, &id).await?;
        assert_eq!((timeline.entries.len(), timeline.total_size), (2, 2));
        assert!(!format!("{timeline:?}").contains(&note.id));
        assert_eq!(desk.get(outsider, &id).await?, before, "no trace in the ticket either");
        let query = pb::TicketFilter { query: "segredo".into(), ..Default::default() };
        assert!(desk.matching(outsider, query).await?.is_empty());
    }
    let signals = heard(&mut listener);
    assert_eq!(signals.len(), 1);
    let audience = Audience::from(signals[0].audience.clone().unwrap());
    assert_eq!(audience, Audience::staff());

    assert_eq!(desk.conversation(&agent, &id).await?.comments, [note]);
    assert_eq!(desk.timeline(&agent, &id).await?.total_size, 3);

    desk.comment(&agent, &id, "público", Visibility::Public).await?;
    let signals = heard(&mut listener);
    let audience = Audience::from(signals[0].audience.clone().unwrap());
    assert!(audience.includes(&client) && audience.includes(&manager));
    Ok(())
}

async fn a_pause_tells_the_requester_its_reason_and_staff_its_note(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let manager = desk.person(Role::Manager, Some(company));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    desk.start(&agent, &id).await?;
    desk.pause(&agent, &id).await?;
    let told = async |who: &Principal| {
        let timeline = desk.timeline(who, &id).await?;
        let pause = timeline.entries.into_iter().find(|entry| entry.r#type == "paused");
        anyhow::Ok(pause.map(|pause| (pause.note, pause.changes)).unwrap_or_default())
    };
    let (note, changes) = told(&agent).await?;
    assert_eq!(note, "sem resposta");
    for outsider in [&client, &manager] {
        assert_eq!(told(outsider).await?, (String::new(), changes.clone()));
    }
    Ok(())
}

async fn a_repeated_comment_is_one(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let ticket_id = desk.create(&client, about("Sem rede")).await?.id;
    let request = pb::CreateCommentRequest {
        request_id: "c-1".into(),
        ticket_id: ticket_id.clone(),
        body: "oi".into(),
        visibility: Visibility::Public.into(),
        ..Default::default()
    };
    let repeats = (0..20).map(async |_| {
        desk.comments()
            .create_comment(desk.by(&client, request.clone()))
            .await
            .unwrap()
            .into_inner()
    });
    let comments = futures::future::join_all(repeats).await;
    assert!(comments.iter().all(|comment| *comment == comments[0]));
    assert_eq!(desk.conversation(&client, &ticket_id).await?.total_size, 1);
    Ok(())
}

async fn bodies_are_cleaned_and_bounded(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    let public = Visibility::Public;
    let comment =
        desk.comment(&client, &id, "<p onclick=x>oi<script>y</script></p>", public).await?;
    assert_eq!(comment.body, "<p>oi</p>");
    for body in ["", "<p>&nbsp;</p>", "<script>x</script>", &"x".repeat(64 * 1024 + 1)] {
        assert_eq!(fields(desk.comment(&client, &id, body, public).await), ["body"]);
    }
    let unspecified = desk.comment(&client, &id, "oi", Visibility::Unspecified).await;
    assert_eq!(fields(unspecified), ["visibility"]);

    // Sixty-four full comments do not fit into one message, and are read all the same.
    for _ in 0..64 {
        desk.comment(&client, &id, &"x".repeat(64 * 1024), public).await?;
    }
    let (mut token, mut read) = (String::new(), 0);
    loop {
        let request =
            pb::ListCommentsRequest { ticket_id: id.clone(), page_size: 100, page_token: token };
        let page = desk.comments().list_comments(desk.by(&client, request)).await?.into_inner();
        read += page.comments.len();
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(read, 65);
    Ok(())
}
