//! Automation: what a key with every scope may do with tickets, and what only people can.

use chamados_chassis::auth::{Permission, Role};
use chamados_proto::{
    event::v1::actor::Kind,
    ticket::v1::{self as pb, CreateTicketRequest, Visibility},
};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::Code;

use crate::support::{Desk, about, fields, reason, user};

store_suite!(only_people_work, automation_says_for_whom, a_key_may_do_what_its_scopes_say);

fn every_scope() -> Vec<Permission> {
    Permission::scopes().collect()
}

async fn only_people_work(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, key) = (desk.agent(), desk.automation(&every_scope()));
    let id = desk.create(&agent, about("x")).await?.id;
    let refused = desk.start(&key, &id).await;
    assert_eq!(refused.as_ref().unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(reason(refused), "person_required");
    assert!(desk.work_sessions(&key, &id).await?.is_empty());

    desk.assign(&key, &id, Some(user(&agent))).await?;
    desk.start(&agent, &id).await?;
    desk.comment(&key, &id, "nota", Visibility::Internal).await?;
    desk.pause(&key, &id).await?;
    desk.resolve(&key, &id, "feito").await?;
    desk.reopen(&key, &id).await?;
    let entries = desk.timeline(&key, &id).await?.entries;
    let by_key = |entry: &&pb::TimelineEntry| {
        matches!(entry.actor.as_ref().unwrap().kind, Some(Kind::ServiceAccountId(_)))
    };
    let kinds: Vec<_> = entries.iter().filter(by_key).map(|entry| entry.r#type.as_str()).collect();
    assert_eq!(kinds, ["assigned", "commented", "paused", "resolved", "reopened"]);
    Ok(())
}

async fn automation_says_for_whom(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let company = desk.company();
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.person(Role::Machine, Some(company));
    let key = desk.automation(&every_scope());
    let nameless = desk.create(&key, about("x")).await;
    assert_eq!(nameless.as_ref().unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(fields(nameless), ["requester_id"]);

    let of = |id| CreateTicketRequest { requester_id: Some(id), ..about("x") };
    let ticket = desk.create(&key, of(user(&client).to_string())).await?;
    assert_eq!(ticket.requester_id, user(&client).to_string());
    assert_eq!(ticket.company_id, Some(company.to_string()));

    // A device's account asks for nothing, whoever says so.
    let of_machine = of(user(&machine).to_string());
    for caller in [&key, &desk.agent()] {
        assert_eq!(reason(desk.create(caller, of_machine.clone()).await), "user_not_found");
        let edit = pb::Ticket { requester_id: user(&machine).to_string(), ..ticket.clone() };
        assert_eq!(reason(desk.update(caller, edit, &["requester_id"]).await), "user_not_found");
    }
    assert_eq!(reason(desk.create(&machine, about("x")).await), "permission_denied");
    Ok(())
}

async fn a_key_may_do_what_its_scopes_say(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let id = desk.create(&agent, about("x")).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    desk.comment(&agent, &id, "segredo", Visibility::Internal).await?;
    let reader = desk.automation(&[Permission::TicketsRead]);
    assert_eq!(desk.get(&reader, &id).await?.id, id);
    assert!(desk.conversation(&reader, &id).await?.comments.is_empty());
    assert_eq!(desk.timeline(&reader, &id).await?.total_size, 2);
    for refused in [
        desk.assign(&reader, &id, None).await.map(drop),
        desk.start(&reader, &id).await.map(drop),
        desk.resolve(&reader, &id, "").await.map(drop),
        desk.create(&reader, about("x")).await.map(drop),
        desk.comment(&reader, &id, "x", Visibility::Public).await.map(drop),
        desk.references_by(&reader, &user(&agent).to_string()).await.map(drop),
    ] {
        assert_eq!(reason(refused), "permission_denied");
    }
    Ok(())
}
