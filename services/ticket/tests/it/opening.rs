//! Opening a ticket: for whom, for which company, about which device, in which queue.

use chamados_chassis::auth::Role;
use chamados_proto::ticket::v1::{self as pb, CreateTicketRequest};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, device, fields, reason, user};

store_suite!(
    unset_fields_follow_the_caller,
    each_role_opens_for_its_own,
    references_are_the_tenants,
    bad_requests_name_every_field,
);

async fn unset_fields_follow_the_caller(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let company = Some(company.to_string());

    let own = desk.create(&agent, about("x")).await?;
    assert_eq!((own.requester_id, own.company_id), (user(&agent).to_string(), None));
    let queues = desk.queues(&agent).await?;
    assert_eq!((queues.len(), queues[0].name.as_str()), (1, "Chamados"));
    assert!(queues[0].is_default && queues[0].id == own.queue_id);

    let for_client =
        CreateTicketRequest { requester_id: Some(user(&client).to_string()), ..about("x") };
    assert_eq!(desk.create(&agent, for_client).await?.company_id, company);
    let of_device =
        CreateTicketRequest { device_id: Some(device(&machine).to_string()), ..about("x") };
    assert_eq!(desk.create(&agent, of_device).await?.company_id, company, "the device's");

    let by_machine = desk.create(&machine, about("x")).await?;
    assert_eq!(by_machine.requester_id, user(&client).to_string());
    assert_eq!(by_machine.device_id, Some(device(&machine).to_string()));
    assert_eq!(by_machine.company_id, company);
    Ok(())
}

async fn each_role_opens_for_its_own(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (company, elsewhere) = (desk.company(), desk.company());
    let manager = desk.person(Role::Manager, Some(company));
    let client = desk.person(Role::Collaborator, Some(company));
    let foreign = desk.person(Role::Collaborator, Some(elsewhere));
    let homeless = desk.machine(company, None);
    let machine = desk.machine(company, Some(user(&client)));
    let for_user = |id| CreateTicketRequest { requester_id: Some(id), ..about("x") };
    let (client_id, foreign_id) = (user(&client).to_string(), user(&foreign).to_string());

    let opened = desk.create(&manager, for_user(client_id.clone())).await?;
    assert_eq!(opened.requester_id, client_id);
    assert_eq!(reason(desk.create(&manager, for_user(foreign_id.clone())).await), "user_not_found");
    assert_eq!(
        reason(desk.create(&client, for_user(foreign_id.clone())).await),
        "permission_denied"
    );
    assert_eq!(reason(desk.create(&machine, for_user(foreign_id)).await), "permission_denied");
    assert_eq!(desk.create(&machine, for_user(client_id.clone())).await?.requester_id, client_id);
    assert_eq!(reason(desk.create(&homeless, about("x")).await), "device_unassigned");

    let for_company = CreateTicketRequest { company_id: Some(elsewhere.to_string()), ..about("x") };
    for caller in [&manager, &client, &machine] {
        let refused = desk.create(caller, for_company.clone()).await;
        assert_eq!(reason(refused), "permission_denied");
    }
    let other_device =
        CreateTicketRequest { device_id: Some(device(&homeless).to_string()), ..about("x") };
    assert_eq!(reason(desk.create(&machine, other_device).await), "permission_denied");
    Ok(())
}

async fn references_are_the_tenants(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, stranger) = (desk.agent(), desk.stranger());
    let theirs = desk.create(&stranger, about("x")).await?;
    let company = desk.directory.add_company(stranger.tenant()?);
    let device = desk.directory.add_device(stranger.tenant()?, company);
    for (request, expected) in [
        (CreateTicketRequest { queue_id: Some(theirs.queue_id), ..about("x") }, "queue_not_found"),
        (
            CreateTicketRequest { requester_id: Some(theirs.requester_id), ..about("x") },
            "user_not_found",
        ),
        (
            CreateTicketRequest { company_id: Some(company.to_string()), ..about("x") },
            "company_not_found",
        ),
        (
            CreateTicketRequest { device_id: Some(device.to_string()), ..about("x") },
            "device_not_found",
        ),
    ] {
        assert_eq!(reason(desk.create(&agent, request).await), expected);
    }
    assert_eq!(desk.create(&agent, about("x")).await?.number, 1, "no refusal left a trace");
    Ok(())
}

async fn bad_requests_name_every_field(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let request = CreateTicketRequest {
        description: "x".repeat(64 * 1024 + 1),
        queue_id: Some("q".into()),
        device_id: Some(String::new()),
        ..about(" ")
    };
    let named = fields(desk.create(&desk.agent(), request).await);
    assert_eq!(named, ["subject", "description", "queue_id", "device_id"]);
    let long = pb::CreateTicketRequest { request_id: "r".repeat(129), ..about("x") };
    assert_eq!(fields(desk.create(&desk.agent(), long).await), ["request_id"]);
    Ok(())
}
