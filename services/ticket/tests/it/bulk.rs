//! The same change for many tickets.

use chamados_chassis::auth::{Permission, Principal, Role};
use chamados_proto::{
    identity::v1::UsersMerged,
    ticket::v1::{
        self as pb, bulk_result::Outcome, bulk_service_client::BulkServiceClient,
        queue_service_client::QueueServiceClient,
    },
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use tonic::Status;

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(
    each_ticket_has_its_own_result,
    what_is_wrong_with_the_change_refuses_all_of_it,
    requests_that_cannot_be_right_are_named,
    a_repeat_gets_the_first_answers,
    concurrent_repeats_change_once,
    only_staff_change_many,
    an_assignee_who_was_merged_is_survived
);

/// A change of priority to high of these tickets.
fn urge(ids: &[&str]) -> pb::BulkUpdateTicketsRequest {
    let targets = ids.iter().map(|id| pb::BulkTarget { id: (*id).to_owned(), version: 0 });
    pb::BulkUpdateTicketsRequest {
        targets: targets.collect(),
        priority: pb::Priority::High.into(),
        ..Default::default()
    }
}

/// The outcomes: a version, or the reason of a refusal.
async fn change(
    desk: &Desk,
    by: &Principal,
    request: &pb::BulkUpdateTicketsRequest,
) -> Result<Vec<Result<i64, String>>, Status> {
    let mut bulk = BulkServiceClient::new(desk.channel.clone());
    let answer = bulk.bulk_update_tickets(desk.by(by, request.clone())).await?.into_inner();
    let ids: Vec<_> = answer.results.iter().map(|result| result.id.clone()).collect();
    let asked: Vec<_> = request.targets.iter().map(|target| target.id.clone()).collect();
    assert_eq!(ids, asked, "in the order asked");
    let outcomes = answer.results.into_iter().map(|result| match result.outcome.unwrap() {
        Outcome::Version(version) => Ok(version),
        Outcome::Error(error) => {
            assert!(!error.message.is_empty());
            Err(error.reason)
        }
    });
    Ok(outcomes.collect())
}

async fn queue(desk: &Desk, name: &str) -> anyhow::Result<pb::Queue> {
    let admin = desk.person(Role::Admin, None);
    let request = pb::CreateQueueRequest { name: name.to_owned(), ..Default::default() };
    let mut queues = QueueServiceClient::new(desk.channel.clone());
    Ok(queues.create_queue(desk.by(&admin, request)).await?.into_inner())
}

async fn each_ticket_has_its_own_result(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, other) = (desk.agent(), desk.agent());
    let plain = desk.create(&agent, about("plain")).await?;
    let tags = vec!["VPN".to_owned(), "rede".to_owned()];
    let tagged = desk.create(&agent, pb::CreateTicketRequest { tags, ..about("tagged") }).await?;
    let many = (0..20).map(|n| n.to_string()).collect();
    let full = desk.create(&agent, pb::CreateTicketRequest { tags: many, ..about("full") }).await?;
    let stale = desk.create(&agent, about("stale")).await?;
    let resolved = desk.create(&agent, about("resolved")).await?;
    desk.resolve(&agent, &resolved.id, "").await?;
    let foreign = desk.create(&desk.stranger(), about("foreign")).await?;
    let queue = queue(&desk, "Redes").await?;
    let mut listener = desk.listen();

    let tickets = [&plain, &tagged, &full, &stale, &resolved, &foreign];
    let mut request = urge(&tickets.map(|ticket| ticket.id.as_str()));
    request.targets[3].version = 7;
    request.queue_id = Some(queue.id.clone());
    request.assignee_id = Some(user(&other).to_string());
    request.add_tags = vec!["novo".to_owned(), "REDE".to_owned()];
    request.remove_tags = vec!["vpn".to_owned()];
    let outcomes = change(&desk, &agent, &request).await?;
    let refused = |reason: &str| Err(reason.to_owned());
    let expected = [
        Ok(2),
        Ok(2),
        refused("too_many_tags"),
        refused("stale_version"),
        refused("ticket_resolved"),
        refused("ticket_not_found"),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(heard(&mut listener).len(), 2, "those that changed are told of");

    let now = desk.get(&agent, &tagged.id).await?;
    assert_eq!(now.tags, ["novo", "rede"], "as it was written first");
    assert_eq!((now.priority(), now.queue_id), (pb::Priority::High, queue.id));
    assert_eq!(now.assignee_id, Some(user(&other).to_string()));
    assert_eq!(desk.get(&agent, &full.id).await?, full);
    let entries = desk.timeline(&agent, &tagged.id).await?.entries;
    assert_eq!(entries.len(), 2, "one change, one entry");
    assert_eq!((entries[1].r#type.as_str(), entries[1].changes.len()), ("updated", 4));

    let again = pb::BulkUpdateTicketsRequest { request_id: String::new(), ..request.clone() };
    let outcomes = change(&desk, &agent, &again).await?;
    assert_eq!(outcomes[..2], [Ok(2), Ok(2)], "nothing is left to change");
    let nobody = pb::BulkUpdateTicketsRequest {
        targets: vec![pb::BulkTarget { id: plain.id.clone(), version: 2 }],
        unassign: true,
        ..Default::default()
    };
    assert_eq!(change(&desk, &agent, &nobody).await?, [Ok(3)]);
    let entries = desk.timeline(&agent, &plain.id).await?.entries;
    assert_eq!(entries[2].r#type, "assigned", "told as what it is");
    Ok(())
}

async fn what_is_wrong_with_the_change_refuses_all_of_it(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let ticket = desk.create(&agent, about("x")).await?;
    let urge = urge(&[&ticket.id]);
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let to = |who: String| pb::BulkUpdateTicketsRequest { assignee_id: Some(who), ..urge.clone() };
    let client = to(user(&client).to_string());
    assert_eq!(reason(change(&desk, &agent, &client).await), "assignee_not_staff");
    let stranger = to(user(&desk.stranger()).to_string());
    assert_eq!(reason(change(&desk, &agent, &stranger).await), "user_not_found");
    let nowhere =
        pb::BulkUpdateTicketsRequest { queue_id: Some(ticket.id.clone()), ..urge.clone() };
    assert_eq!(reason(change(&desk, &agent, &nowhere).await), "queue_not_found");
    assert_eq!(desk.get(&agent, &ticket.id).await?, ticket);
    Ok(())
}

async fn requests_that_cannot_be_right_are_named(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let ticket = desk.create(&agent, about("x")).await?;
    let fine = urge(&[&ticket.id]);
    let many: Vec<_> = (0..101).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let with = |change: fn(&mut pb::BulkUpdateTicketsRequest)| {
        let mut request = fine.clone();
        change(&mut request);
        request
    };
    for (request, field) in [
        (urge(&[]), "targets"),
        (urge(&many), "targets"),
        (urge(&[&ticket.id, &ticket.id]), "targets"),
        (urge(&["x"]), "targets"),
        (with(|r| r.priority = 0), "body"),
        (with(|r| r.priority = 99), "priority"),
        (with(|r| r.queue_id = Some("x".into())), "queue_id"),
        (with(|r| r.assignee_id = Some(String::new())), "assignee_id"),
        (with(|r| r.add_tags = vec![" ".into()]), "add_tags"),
        (with(|r| r.remove_tags = (0..21).map(|n| n.to_string()).collect()), "remove_tags"),
        (with(|r| r.request_id = "x".repeat(101)), "request_id"),
    ] {
        let refused = fields(change(&desk, &agent, &request).await);
        assert!(refused.contains(&field.to_owned()), "{field}: {refused:?}");
    }
    let both = pb::BulkUpdateTicketsRequest {
        assignee_id: Some(user(&agent).to_string()),
        unassign: true,
        ..fine
    };
    assert_eq!(fields(change(&desk, &agent, &both).await), ["assignee_id"]);
    assert_eq!(desk.get(&agent, &ticket.id).await?, ticket);
    Ok(())
}

async fn a_repeat_gets_the_first_answers(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let (one, two) =
        (desk.create(&agent, about("1")).await?, desk.create(&agent, about("2")).await?);
    desk.resolve(&agent, &two.id, "").await?;
    let mut request = urge(&[&one.id, &two.id]);
    request.request_id = "x".repeat(100);
    request.unassign = true;
    let first = change(&desk, &agent, &request).await?;
    assert_eq!(first, [Ok(2), Err("ticket_resolved".to_owned())]);
    // What was refused stays so under this id, even where it would be possible by now.
    desk.reopen(&agent, &two.id).await?;
    let changed = desk.update(
        &agent,
        pb::Ticket { id: one.id.clone(), priority: pb::Priority::Low.into(), ..Default::default() },
        &["priority"],
    );
    let changed = changed.await?;
    assert_eq!(change(&desk, &agent, &request).await?, first);
    assert_eq!(desk.get(&agent, &one.id).await?, changed);
    let other = pb::BulkUpdateTicketsRequest { priority: pb::Priority::Urgent.into(), ..request };
    assert_eq!(reason(change(&desk, &agent, &other).await), "request_id_reused");
    Ok(())
}

async fn concurrent_repeats_change_once(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(desk.create(&agent, about(&n.to_string())).await?.id);
    }
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let request = pb::BulkUpdateTicketsRequest { request_id: "once".to_owned(), ..urge(&ids) };
    let outcomes = join_all((0..8).map(|_| change(&desk, &agent, &request))).await;
    for outcome in outcomes {
        assert_eq!(outcome?, vec![Ok(2); 5]);
    }
    for id in ids {
        assert_eq!(desk.timeline(&agent, id).await?.total_size, 2);
    }
    Ok(())
}

async fn only_staff_change_many(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let company = desk.company();
    let client = desk.person(Role::Collaborator, Some(company));
    let ticket = desk.create(&client, about("x")).await?;
    let manager = desk.person(Role::Manager, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let reader = desk.automation(&[Permission::TicketsRead]);
    for caller in [client, manager, machine, reader] {
        let refused = change(&desk, &caller, &urge(&[&ticket.id])).await;
        assert_eq!(reason(refused), "permission_denied");
    }
    let worker = desk.automation(&[Permission::TicketsRead, Permission::TicketsWork]);
    assert_eq!(change(&desk, &worker, &urge(&[&ticket.id])).await?, [Ok(2)]);
    Ok(())
}

async fn an_assignee_who_was_merged_is_survived(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (from, into, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    let ticket = desk.create(&admin, about("x")).await?;
    let merge = UsersMerged {
        merge_id: uuid::Uuid::now_v7().to_string(),
        from_user_id: user(&from).to_string(),
        into_user_id: user(&into).to_string(),
    };
    desk.deliver(&desk.fact(&admin, user(&from), &merge)).await?;
    // The call was let in before the account was gone.
    let mut request = urge(&[&ticket.id]);
    request.assignee_id = Some(user(&from).to_string());
    assert_eq!(change(&desk, &admin, &request).await?, [Ok(2)]);
    let now = desk.get(&admin, &ticket.id).await?;
    assert_eq!(now.assignee_id, Some(user(&into).to_string()));
    Ok(())
}
