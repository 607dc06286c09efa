//! Queues: making, changing and deleting them.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::ticket::v1::{self as pb, queue_service_client::QueueServiceClient};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use tonic::Status;

use crate::support::{Desk, about, fields, reason};

store_suite!(
    queues_come_change_and_go,
    tickets_move_before_their_queue_goes,
    what_cannot_be_is_refused,
    of_many_with_one_name_one_is_made,
    no_ticket_enters_a_queue_that_goes,
);

impl Desk {
    fn queue_service(&self) -> QueueServiceClient<chamados_chassis::grpc::GrpcChannel> {
        QueueServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn create_queue(
        &self,
        by: &Principal,
        request_id: &str,
        name: &str,
    ) -> Result<pb::Queue, Status> {
        let request = pb::CreateQueueRequest { request_id: request_id.into(), name: name.into() };
        Ok(self.queue_service().create_queue(self.by(by, request)).await?.into_inner())
    }

    async fn update_queue(
        &self,
        by: &Principal,
        queue: pb::Queue,
        paths: &[&str],
    ) -> Result<pb::Queue, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let update_mask = Some(prost_types::FieldMask { paths });
        let request = pb::UpdateQueueRequest { queue: Some(queue), update_mask };
        Ok(self.queue_service().update_queue(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn delete_queue(
        &self,
        by: &Principal,
        request_id: &str,
        id: &str,
        move_to: Option<&str>,
    ) -> Result<i64, Status> {
        let request = pb::DeleteQueueRequest {
            request_id: request_id.into(),
            id: id.into(),
            move_to: move_to.map(Into::into),
        };
        Ok(self.queue_service().delete_queue(self.by(by, request)).await?.into_inner().moved)
    }

    async fn all_queues(&self, by: &Principal) -> Result<Vec<String>, Status> {
        let request = pb::ListQueuesRequest { include_archived: true };
        let queues = self.queue_service().list_queues(self.by(by, request)).await?.into_inner();
        Ok(queues.queues.into_iter().map(|queue| queue.name).collect())
    }
}

fn into_queue(queue: &pb::Queue) -> pb::CreateTicketRequest {
    pb::CreateTicketRequest { queue_id: Some(queue.id.clone()), ..about("Sem rede") }
}

async fn queues_come_change_and_go(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, agent) = (desk.person(Role::Admin, None), desk.agent());
    let queue = desk.create_queue(&admin, "q-1", " Rede ").await?;
    assert_eq!((queue.name.as_str(), queue.version, queue.archived), ("Rede", 1, false));
    assert_eq!(desk.create_queue(&admin, "q-1", " Rede ").await?, queue, "a repeat");
    assert_eq!(desk.all_queues(&agent).await?, ["Chamados", "Rede"]);

    let ticket = desk.create(&agent, into_queue(&queue)).await?;
    let wanted = pb::Queue { name: "Redes".into(), archived: true, ..queue.clone() };
    let archived = desk.update_queue(&admin, wanted.clone(), &["name", "archived"]).await?;
    assert_eq!((archived.name.as_str(), archived.version), ("Redes", 2));
    assert_eq!(reason(desk.update_queue(&admin, wanted, &["name"]).await), "stale_version");
    let same = pb::Queue { version: 0, ..archived.clone() };
    assert_eq!(desk.update_queue(&admin, same, &["name"]).await?, archived, "nothing changed");

    let offered: Vec<_> = desk.queues(&agent).await?.into_iter().map(|queue| queue.name).collect();
    assert_eq!(offered, ["Chamados"]);
    assert_eq!(desk.all_queues(&agent).await?, ["Chamados", "Redes"]);
    assert_eq!(reason(desk.create(&agent, into_queue(&queue)).await), "queue_not_found");
    let stays = pb::Ticket { subject: "x".into(), ..ticket.clone() };
    let stays = desk.update(&agent, stays, &["queue_id", "subject"]).await?;
    assert_eq!(stays.queue_id, queue.id, "what is in it stays");
    let other = desk.create(&agent, about("y")).await?;
    let enters = pb::Ticket { queue_id: queue.id.clone(), ..other };
    assert_eq!(reason(desk.update(&agent, enters, &["queue_id"]).await), "queue_not_found");
    Ok(())
}

async fn tickets_move_before_their_queue_goes(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, agent) = (desk.person(Role::Admin, None), desk.agent());
    let from = desk.create_queue(&admin, "", "Rede").await?;
    let to = desk.create_queue(&admin, "", "Outra").await?;
    let open = desk.create(&agent, into_queue(&from)).await?;
    let resolved = desk.create(&agent, into_queue(&from)).await?;
    desk.resolve(&agent, &resolved.id, "").await?;

    assert_eq!(reason(desk.delete_queue(&admin, "", &from.id, None).await), "queue_in_use");
    let nowhere = desk.delete_queue(&admin, "", &from.id, Some(&from.id)).await;
    assert_eq!(reason(nowhere), "queue_not_found");
    assert_eq!(desk.delete_queue(&admin, "d-1", &from.id, Some(&to.id)).await?, 2);
    assert_eq!(desk.delete_queue(&admin, "d-1", &from.id, Some(&to.id)).await?, 2, "a repeat");
    assert_eq!(desk.all_queues(&admin).await?, ["Chamados", "Outra"]);
    for (id, version) in [(&open.id, 2), (&resolved.id, 3)] {
        let ticket = desk.get(&agent, id).await?;
        assert_eq!((&ticket.queue_id, ticket.version), (&to.id, version));
        let entries = desk.timeline(&agent, id).await?.entries;
        let change = &entries.last().unwrap().changes[0];
        assert_eq!(
            (change.field.as_str(), change.old_value.as_ref()),
            ("queue_id", Some(&from.id))
        );
    }
    desk.delete_queue(&admin, "", &desk.create_queue(&admin, "", "Vazia").await?.id, None).await?;
    Ok(())
}

async fn what_cannot_be_is_refused(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, stranger) = (desk.person(Role::Admin, None), desk.stranger());
    let queue = desk.create_queue(&admin, "", "Água").await?;
    let default = desk.queues(&admin).await?.remove(0);
    for name in ["", " ", "\u{301}", &"x".repeat(81), "a\nb"] {
        assert_eq!(fields(desk.create_queue(&admin, "", name).await), ["name"], "{name:?}");
    }
    for name in ["água", "AGUA", "chamados"] {
        assert_eq!(reason(desk.create_queue(&admin, "", name).await), "queue_name_taken");
    }
    let renamed = pb::Queue { name: "agua".into(), ..default.clone() };
    assert_eq!(reason(desk.update_queue(&admin, renamed, &["name"]).await), "queue_name_taken");
    let archived = pb::Queue { archived: true, ..default.clone() };
    assert_eq!(
        reason(desk.update_queue(&admin, archived, &["archived"]).await),
        "queue_is_default"
    );
    let deleted = desk.delete_queue(&admin, "", &default.id, Some(&queue.id)).await;
    assert_eq!(reason(deleted), "queue_is_default");
    let wrong = desk.update_queue(&admin, queue.clone(), &["is_default"]).await;
    assert_eq!(fields(wrong), ["update_mask"]);

    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        let caller = desk.person(role, Some(desk.company()));
        assert_eq!(reason(desk.create_queue(&caller, "", "x").await), "permission_denied");
        let update = desk.update_queue(&caller, queue.clone(), &["name"]).await;
        assert_eq!(reason(update), "permission_denied");
        assert_eq!(
            reason(desk.delete_queue(&caller, "", &queue.id, None).await),
            "permission_denied"
        );
    }
    let update = desk.update_queue(&stranger, queue.clone(), &["name"]).await;
    assert_eq!(reason(update), "queue_not_found");
    assert_eq!(reason(desk.delete_queue(&stranger, "", &queue.id, None).await), "queue_not_found");
    desk.create_queue(&stranger, "", "Água").await?;
    let theirs = desk.queues(&stranger).await?.remove(1);
    let across = desk.delete_queue(&admin, "", &queue.id, Some(&theirs.id)).await;
    assert_eq!(reason(across), "queue_not_found");
    Ok(())
}

async fn of_many_with_one_name_one_is_made(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let admin = desk.person(Role::Admin, None);
    let made = join_all((0..16).map(|_| desk.create_queue(&admin, "", "Rede"))).await;
    let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for outcome in lost {
        assert_eq!(reason(outcome), "queue_name_taken");
    }
    let queue = won.into_iter().next().unwrap()?;
    let renames = (0..16).map(|n| {
        let wanted = pb::Queue { name: format!("Rede {n}"), ..queue.clone() };
        desk.update_queue(&admin, wanted, &["name"])
    });
    let won = renames.collect::<Vec<_>>();
    let won = join_all(won).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(won, 1);

    let more = 200 - desk.all_queues(&admin).await?.len();
    let made = join_all((0..more + 8).map(|n| {
        let name = format!("Fila {n}");
        let (desk, admin) = (&desk, &admin);
        async move { desk.create_queue(admin, "", &name).await }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (more, 8));
    for outcome in lost {
        assert_eq!(reason(outcome), "too_many_queues");
    }
    Ok(())
}

async fn no_ticket_enters_a_queue_that_goes(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, agent) = (desk.person(Role::Admin, None), desk.agent());
    for round in 0..4 {
        let from = desk.create_queue(&admin, "", &format!("Rede {round}")).await?;
        let to = desk.create_queue(&admin, "", &format!("Outra {round}")).await?;
        let opened = join_all((0..8).map(|_| desk.create(&agent, into_queue(&from))));
        let deleted = desk.delete_queue(&admin, "", &from.id, Some(&to.id));
        let (opened, moved) = futures::future::join(opened, deleted).await;
        let (opened, refused): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
        assert_eq!(usize::try_from(moved?)?, opened.len());
        for outcome in refused {
            assert_eq!(reason(outcome), "queue_not_found");
        }
        let filter = pb::TicketFilter { queue_ids: vec![to.id], ..Default::default() };
        assert_eq!(desk.matching(&agent, filter).await?.len(), opened.len());
    }
    Ok(())
}
