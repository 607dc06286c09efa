//! Changing facts.

use chamados_chassis::auth::{Audience, Role};
use chamados_proto::ticket::v1::{self as pb, Priority};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(the_mask_says_what_changes, references_are_checked, former_readers_hear_of_it);

async fn the_mask_says_what_changes(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let created = desk.create(&agent, about("Sem rede")).await?;
    let wanted = pb::Ticket {
        id: created.id.clone(),
        subject: "Com rede".into(),
        description: "<p>fio</p>".into(),
        company_id: Some(company.to_string()),
        priority: Priority::High.into(),
        version: 1,
        ..Default::default()
    };
    let paths = ["subject", "description", "company_id", "priority"];
    let updated = desk.update(&agent, wanted.clone(), &paths).await?;
    assert_eq!((updated.subject.as_str(), updated.version), ("Com rede", 2));
    assert_eq!(updated.queue_id, created.queue_id);
    assert_eq!(reason(desk.update(&agent, wanted, &paths).await), "stale_version");

    let cleared = pb::Ticket { id: created.id.clone(), ..Default::default() };
    let cleared = desk.update(&agent, cleared, &["company_id", "description"]).await?;
    assert_eq!((cleared.company_id, cleared.description.as_str()), (None, ""));
    let same = pb::Ticket { id: created.id.clone(), version: 3, ..Default::default() };
    assert_eq!(desk.update(&agent, same, &["company_id"]).await?.version, 3);

    let entries = desk.timeline(&agent, &created.id).await?.entries;
    assert_eq!(entries.len(), 3);
    let company_change = &entries[2].changes[1];
    assert_eq!(company_change.field, "company_id");
    assert_eq!(company_change.old_value, Some(company.to_string()));
    assert_eq!(company_change.new_value, None);

    let number = pb::Ticket { id: created.id.clone(), number: 7, ..Default::default() };
    assert_eq!(fields(desk.update(&agent, number, &["number"]).await), ["update_mask"]);
    assert_eq!(fields(desk.update(&agent, pb::Ticket::default(), &[]).await), ["id"]);
    Ok(())
}

async fn references_are_checked(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    let nobody = uuid::Uuid::now_v7().to_string();
    let wanted = pb::Ticket {
        id: id.clone(),
        queue_id: nobody.clone(),
        requester_id: nobody.clone(),
        company_id: Some(nobody.clone()),
        device_id: Some(nobody),
        ..Default::default()
    };
    for (path, expected) in [
        ("queue_id", "queue_not_found"),
        ("requester_id", "user_not_found"),
        ("company_id", "company_not_found"),
        ("device_id", "device_not_found"),
    ] {
        assert_eq!(reason(desk.update(&agent, wanted.clone(), &[path]).await), expected);
    }
    let client = desk.person(Role::Manager, Some(desk.company()));
    assert_eq!(reason(desk.update(&client, wanted, &["subject"]).await), "invalid_argument");
    let wanted = pb::Ticket { id, subject: "x".into(), ..Default::default() };
    assert_eq!(reason(desk.update(&client, wanted, &["subject"]).await), "permission_denied");
    Ok(())
}

async fn former_readers_hear_of_it(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let mut listener = desk.listen();
    let ticket = desk.create(&client, about("Sem rede")).await?;
    assert_eq!(heard(&mut listener).len(), 1);
    let requester_id = user(&agent).to_string();
    let wanted = pb::Ticket { id: ticket.id, requester_id, ..Default::default() };
    desk.update(&agent, wanted, &["requester_id", "company_id"]).await?;
    let told = heard(&mut listener)
        .iter()
        .any(|signal| Audience::from(signal.audience.clone().unwrap()).includes(&client));
    assert!(told, "who no longer sees it must fetch again too");
    Ok(())
}
