//! Drafts: each person's own, whatever the others do.

use chamados_chassis::auth::{Permission, Principal, Role};
use chamados_proto::{
    identity::v1::UsersMerged,
    ticket::v1::{self as pb, DraftKind, Visibility, draft_service_client::DraftServiceClient},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::try_join_all;
use tonic::Status;
use uuid::Uuid;

use crate::support::{Desk, about, fields, reason, user};

store_suite!(
    a_draft_is_its_writers_and_no_change_touches_it,
    what_was_sent_is_no_draft_any_more,
    a_draft_is_written_over_the_one_before,
    who_could_not_send_it_keeps_no_draft,
    what_is_no_draft_is_refused,
    drafts_go_with_the_person,
);

fn comment_on(ticket: &str, body: &str, visibility: Visibility) -> pb::Draft {
    pb::Draft {
        ticket_id: ticket.to_owned(),
        kind: DraftKind::Comment.into(),
        body: body.to_owned(),
        visibility: visibility.into(),
        base_version: 1,
        ..Default::default()
    }
}

async fn save(desk: &Desk, by: &Principal, draft: pb::Draft) -> Result<pb::Draft, Status> {
    let request = pb::SaveDraftRequest { draft: Some(draft) };
    let mut drafts = DraftServiceClient::new(desk.channel.clone());
    Ok(drafts.save_draft(desk.by(by, request)).await?.into_inner())
}

async fn list(desk: &Desk, by: &Principal, ticket: &str) -> Result<Vec<pb::Draft>, Status> {
    let request = pb::ListDraftsRequest { ticket_id: ticket.to_owned() };
    let mut drafts = DraftServiceClient::new(desk.channel.clone());
    Ok(drafts.list_drafts(desk.by(by, request)).await?.into_inner().drafts)
}

async fn delete(desk: &Desk, by: &Principal, ticket: &str, kind: DraftKind) -> Result<(), Status> {
    let request = pb::DeleteDraftRequest { ticket_id: ticket.to_owned(), kind: kind.into() };
    let mut drafts = DraftServiceClient::new(desk.channel.clone());
    drafts.delete_draft(desk.by(by, request)).await.map(|_| ())
}

async fn a_draft_is_its_writers_and_no_change_touches_it(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (one, two) = (desk.agent(), desk.agent());
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    // Nobody has the ticket yet: a comment could not be sent, and is begun all the same.
    let first = comment_on(&id, "<p>segredo de um</p>", Visibility::Internal);
    let first = save(&desk, &one, first).await?;
    let second = save(&desk, &two, comment_on(&id, "<p>de dois</p>", Visibility::Public)).await?;
    let theirs = save(&desk, &client, comment_on(&id, "<p>meu</p>", Visibility::Public)).await?;
    let before = desk.get(&two, &id).await?;

    desk.assign(&two, &id, Some(user(&two))).await?;
    desk.comment(&two, &id, "oi", Visibility::Public).await?;
    desk.resolve(&two, &id, "pronto").await?;
    desk.pass(30 * 24 * 60 * 60);
    for (who, draft) in [(&one, first), (&two, second), (&client, theirs)] {
        assert_eq!(list(&desk, who, &id).await?, [draft]);
    }
    assert_eq!(before.version, 1, "a draft is no change of the ticket");
    let timeline = format!("{:?}", desk.timeline(&two, &id).await?);
    assert!(!timeline.contains("segredo"));
    let query = pb::TicketFilter { query: "segredo".into(), ..Default::default() };
    assert!(desk.matching(&one, query).await?.is_empty(), "drafts are not searched");

    let stranger = desk.stranger();
    let other = desk.person(Role::Collaborator, Some(desk.company()));
    for nobody in [&stranger, &other] {
        let draft = comment_on(&id, "x", Visibility::Public);
        assert_eq!(reason(save(&desk, nobody, draft).await), "ticket_not_found");
        assert_eq!(reason(list(&desk, nobody, &id).await), "ticket_not_found");
        let gone = delete(&desk, nobody, &id, DraftKind::Comment).await;
        assert_eq!(reason(gone), "ticket_not_found");
    }
    Ok(())
}

async fn what_was_sent_is_no_draft_any_more(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (one, two) = (desk.agent(), desk.agent());
    let id = desk.create(&one, about("Sem rede")).await?.id;
    desk.assign(&one, &id, Some(user(&one))).await?;
    let draft = || comment_on(&id, "<p>Está ligado?</p>", Visibility::Public);
    let of_two = save(&desk, &two, draft()).await?;
    let other =
        save(&desk, &one, comment_on(&id, "<p>outra coisa</p>", Visibility::Public)).await?;
    desk.comment(&one, &id, "<p>Está ligado?</p>", Visibility::Public).await?;
    assert_eq!(list(&desk, &one, &id).await?, [other], "what says something else stays");
    save(&desk, &one, draft()).await?;
    desk.comment(&one, &id, "<p>Está ligado?</p>", Visibility::Public).await?;
    assert_eq!(list(&desk, &one, &id).await?, []);
    assert_eq!(list(&desk, &two, &id).await?, [of_two], "the same words of another are theirs");
    Ok(())
}

async fn a_draft_is_written_over_the_one_before(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    let writes = (0..20).map(|n| {
        let draft = comment_on(&id, &format!("<p>{n}</p>"), Visibility::Public);
        save(&desk, &agent, draft)
    });
    let written = try_join_all(writes).await?;
    let kept = list(&desk, &agent, &id).await?;
    assert_eq!(kept.len(), 1, "one a kind");
    assert!(written.contains(&kept[0]), "whole, and not of two");

    let facts = pb::Draft {
        ticket_id: id.clone(),
        kind: DraftKind::Facts.into(),
        body: "<p onclick=x>um <span data-mention=x>dois</span></p>".into(),
        subject: " Sem r".into(),
        base_version: 7,
        ..Default::default()
    };
    let saved = save(&desk, &agent, facts).await?;
    assert_eq!(saved.body, "<p>um dois</p>", "cleaned as everything is");
    assert_eq!((saved.subject.as_str(), saved.base_version), (" Sem r", 7));
    assert_eq!(saved.visibility(), Visibility::Unspecified);
    let closing =
        pb::Draft { kind: DraftKind::Closing.into(), body: String::new(), ..saved.clone() };
    save(&desk, &agent, closing).await?;
    assert_eq!(list(&desk, &agent, &id).await?.len(), 3);

    delete(&desk, &agent, &id, DraftKind::Comment).await?;
    delete(&desk, &agent, &id, DraftKind::Comment).await?;
    let left = list(&desk, &agent, &id).await?;
    assert_eq!(left.len(), 2);
    assert!(left.contains(&saved));
    Ok(())
}

async fn who_could_not_send_it_keeps_no_draft(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let company = desk.company();
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    let note = comment_on(&id, "x", Visibility::Internal);
    assert_eq!(reason(save(&desk, &client, note.clone()).await), "permission_denied");
    for kind in [DraftKind::Closing, DraftKind::Facts] {
        let draft = pb::Draft { kind: kind.into(), ..note.clone() };
        assert_eq!(reason(save(&desk, &client, draft).await), "permission_denied");
    }
    let script = desk.automation(&[Permission::TicketsRead, Permission::TicketsComment]);
    for nobody in [&machine, &script] {
        let draft = comment_on(&id, "x", Visibility::Public);
        assert_eq!(reason(save(&desk, nobody, draft).await), "person_required");
        assert_eq!(reason(list(&desk, nobody, &id).await), "person_required");
    }
    Ok(())
}

async fn what_is_no_draft_is_refused(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    let good = comment_on(&id, "x", Visibility::Public);
    let empty = save(&desk, &agent, pb::Draft::default()).await;
    assert_eq!(fields(empty), ["ticket_id", "kind"]);
    for (wrong, field) in [
        (pb::Draft { ticket_id: "x".into(), ..good.clone() }, "ticket_id"),
        (pb::Draft { kind: 99, ..good.clone() }, "kind"),
        (pb::Draft { visibility: 0, ..good.clone() }, "visibility"),
        (pb::Draft { body: "x".repeat(64 * 1024 + 1), ..good.clone() }, "body"),
        (pb::Draft { subject: "á".repeat(201), ..good.clone() }, "subject"),
        (pb::Draft { subject: "a\0b".into(), ..good.clone() }, "subject"),
        (pb::Draft { base_version: -1, ..good.clone() }, "base_version"),
    ] {
        assert_eq!(fields(save(&desk, &agent, wrong).await), [field]);
    }
    let nowhere = comment_on(&Uuid::now_v7().to_string(), "x", Visibility::Public);
    assert_eq!(reason(save(&desk, &agent, nowhere).await), "ticket_not_found");
    let none = delete(&desk, &agent, "x", DraftKind::Unspecified).await;
    assert_eq!(fields(none), ["ticket_id", "kind"]);
    assert!(list(&desk, &agent, &id).await?.is_empty());
    Ok(())
}

async fn drafts_go_with_the_person(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    let both = desk.create(&admin, about("dos dois")).await?.id;
    let one = desk.create(&admin, about("de um")).await?.id;
    save(&desk, &from, comment_on(&both, "de quem vai", Visibility::Public)).await?;
    let kept = save(&desk, &into, comment_on(&both, "de quem fica", Visibility::Public)).await?;
    let moved = save(&desk, &from, comment_on(&one, "de quem vai", Visibility::Internal)).await?;
    let merge = UsersMerged {
        merge_id: Uuid::now_v7().to_string(),
        from_user_id: user(&from).to_string(),
        into_user_id: user(&into).to_string(),
    };
    desk.deliver(&desk.fact(&admin, user(&from), &merge)).await?;
    assert_eq!(list(&desk, &into, &both).await?, [kept]);
    assert_eq!(list(&desk, &into, &one).await?, std::slice::from_ref(&moved));
    assert!(list(&desk, &from, &one).await?.is_empty());

    // A call let in before the merge writes for the survivor.
    let late = save(&desk, &from, comment_on(&one, "tarde", Visibility::Public)).await?;
    assert_eq!(list(&desk, &into, &one).await?, [late]);
    Ok(())
}
