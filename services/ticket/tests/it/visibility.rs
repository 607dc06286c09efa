//! Who sees which ticket, the same on every way to it.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::ticket::v1::{self as pb, TicketFilter, Visibility};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::Code;

use crate::support::{Desk, about, reason, user};

store_suite!(every_way_shows_the_same, nobody_gets_nowhere);

async fn every_way_shows_the_same(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (here, there) = (desk.company(), desk.company());
    let client = desk.person(Role::Collaborator, Some(here));
    let machine = desk.machine(here, Some(user(&client)));
    let of_machine = desk.create(&machine, about("da máquina")).await?.id;
    let of_client = desk.create(&client, about("do cliente")).await?.id;
    let elsewhere = desk.person(Role::Collaborator, Some(there));
    let of_elsewhere = desk.create(&elsewhere, about("de outra empresa")).await?.id;
    let all = [&of_machine, &of_client, &of_elsewhere];

    for (who, caller, sees) in [
        ("admin", desk.person(Role::Admin, None), vec![&of_machine, &of_client, &of_elsewhere]),
        ("agent", desk.agent(), vec![&of_machine, &of_client, &of_elsewhere]),
        ("manager", desk.person(Role::Manager, Some(here)), vec![&of_machine, &of_client]),
        ("manager there", desk.person(Role::Manager, Some(there)), vec![&of_elsewhere]),
        ("manager of nothing", desk.person(Role::Manager, None), vec![]),
        ("requester", client.clone(), vec![&of_machine, &of_client]),
        ("colleague", desk.person(Role::Collaborator, Some(here)), vec![]),
        ("machine", machine.clone(), vec![&of_machine]),
        ("other machine", desk.machine(here, Some(user(&client))), vec![]),
        ("machine account", desk.person(Role::Machine, Some(here)), vec![]),
        ("other tenant", desk.stranger(), vec![]),
    ] {
        let mut listed = desk.matching(&caller, TicketFilter::default()).await?;
        listed.reverse();
        assert_eq!(listed.iter().collect::<Vec<_>>(), sees, "{who}");
        for id in all {
            let visible = sees.contains(&id);
            assert_eq!(ways(&desk, &caller, id).await, [visible; 6], "{who}");
        }
    }
    Ok(())
}

/// Whether each way to a ticket leads there; where it does not, the ticket must seem not to exist.
async fn ways(desk: &Desk, caller: &Principal, id: &str) -> [bool; 6] {
    let number = desk.get(&desk.agent(), id).await.unwrap().number.to_string();
    let filter = TicketFilter { query: number.clone(), ..Default::default() };
    [
        shown(desk.get(caller, id).await),
        // In another tenant the number may be somebody else's.
        desk.get(caller, &number).await.is_ok_and(|ticket| ticket.id == id),
        shown(desk.conversation(caller, id).await),
        shown(desk.timeline(caller, id).await),
        shown(desk.work_sessions(caller, id).await),
        desk.matching(caller, filter).await.unwrap().iter().any(|found| found == id),
    ]
}

fn shown<T: std::fmt::Debug>(outcome: Result<T, tonic::Status>) -> bool {
    if outcome.is_ok() {
        return true;
    }
    assert_eq!(reason(outcome), "ticket_not_found");
    false
}

async fn nobody_gets_nowhere(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, stranger) = (desk.agent(), desk.stranger());
    let ticket = desk.create(&agent, about("x")).await?;
    let id = &ticket.id;

    let anonymous = desk.tickets().get_ticket(pb::GetTicketRequest { id: id.clone() }).await;
    assert_eq!(anonymous.unwrap_err().code(), Code::Unauthenticated);
    let service = Principal::Service { name: "scheduler".into(), tenant: Some(desk.tenant) };
    assert_eq!(reason(desk.get(&service, id).await), "permission_denied");

    for outcome in [
        desk.start(&stranger, id).await,
        desk.pause(&stranger, id).await,
        desk.resolve(&stranger, id, "x").await,
        desk.reopen(&stranger, id).await,
        desk.assign(&stranger, id, None).await,
        desk.update(&stranger, pb::Ticket { id: id.clone(), ..Default::default() }, &[]).await,
    ] {
        assert_eq!(reason(outcome), "ticket_not_found");
    }
    let comment = desk.comment(&stranger, id, "x", Visibility::Public).await;
    assert_eq!(reason(comment), "ticket_not_found");
    let colleague = desk.person(Role::Collaborator, Some(desk.company()));
    assert_eq!(reason(desk.reopen(&colleague, id).await), "ticket_not_found");
    for unknown in ["0", "-1", "99", "x", "", "99999999999999999999"] {
        assert_eq!(reason(desk.get(&agent, unknown).await), "ticket_not_found");
    }
    assert_eq!(desk.get(&agent, id).await?, ticket);
    assert!(desk.queues(&stranger).await?.is_empty());
    Ok(())
}
