//! Categories: making, changing and deleting them, and putting tickets in them.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::ticket::v1::{self as pb, category_service_client::CategoryServiceClient};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use tonic::Status;

use crate::support::{Desk, about, fields, reason};

store_suite!(
    tickets_have_a_category,
    what_cannot_be_is_refused,
    a_category_in_use_is_never_deleted,
);

impl Desk {
    fn category_service(&self) -> CategoryServiceClient<chamados_chassis::grpc::GrpcChannel> {
        CategoryServiceClient::new(self.channel.clone())
    }

    async fn create_category(
        &self,
        by: &Principal,
        request_id: &str,
        name: &str,
    ) -> Result<pb::Category, Status> {
        let request =
            pb::CreateCategoryRequest { request_id: request_id.into(), name: name.into() };
        Ok(self.category_service().create_category(self.by(by, request)).await?.into_inner())
    }

    async fn update_category(
        &self,
        by: &Principal,
        category: pb::Category,
        paths: &[&str],
    ) -> Result<pb::Category, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let update_mask = Some(prost_types::FieldMask { paths });
        let request = pb::UpdateCategoryRequest { category: Some(category), update_mask };
        Ok(self.category_service().update_category(self.by(by, request)).await?.into_inner())
    }

    async fn delete_category(&self, by: &Principal, id: &str) -> Result<(), Status> {
        let request = pb::DeleteCategoryRequest { id: id.into(), ..Default::default() };
        self.category_service().delete_category(self.by(by, request)).await.map(drop)
    }

    async fn categories(
        &self,
        by: &Principal,
        include_archived: bool,
    ) -> Result<Vec<String>, Status> {
        let request = pb::ListCategoriesRequest { include_archived };
        let answer = self.category_service().list_categories(self.by(by, request)).await?;
        Ok(answer.into_inner().categories.into_iter().map(|category| category.name).collect())
    }
}

fn in_category(category: &pb::Category) -> pb::CreateTicketRequest {
    pb::CreateTicketRequest { category_id: Some(category.id.clone()), ..about("Sem rede") }
}

async fn tickets_have_a_category(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, agent) = (desk.person(Role::Admin, None), desk.agent());
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let network = desk.create_category(&admin, "c-1", "Rede").await?;
    assert_eq!(desk.create_category(&admin, "c-1", "Rede").await?, network, "a repeat");
    let printer = desk.create_category(&admin, "", "Impressora").await?;
    assert_eq!(desk.categories(&client, false).await?, ["Impressora", "Rede"]);

    let ticket = desk.create(&client, in_category(&network)).await?;
    assert_eq!(ticket.category_id.as_ref(), Some(&network.id));
    let without = desk.create(&client, about("x")).await?;
    let filter = |category_ids, uncategorised| pb::TicketFilter {
        category_ids,
        uncategorised,
        ..Default::default()
    };
    let found = desk.matching(&agent, filter(vec![network.id.clone()], false)).await?;
    assert_eq!(found, std::slice::from_ref(&ticket.id));
    assert_eq!(desk.matching(&agent, filter(vec![], true)).await?, [without.id]);
    assert_eq!(desk.matching(&agent, filter(vec![network.id.clone()], true)).await?.len(), 2);
    assert!(desk.matching(&agent, filter(vec![printer.id.clone()], false)).await?.is_empty());

    let archived = pb::Category { archived: true, name: "Redes".into(), ..network.clone() };
    desk.update_category(&admin, archived.clone(), &["archived", "name"]).await?;
    let stale = desk.update_category(&admin, archived, &["name"]).await;
    assert_eq!(reason(stale), "stale_version");
    assert_eq!(desk.categories(&agent, false).await?, ["Impressora"]);
    assert_eq!(desk.categories(&agent, true).await?, ["Impressora", "Redes"]);
    assert_eq!(reason(desk.create(&agent, in_category(&network)).await), "category_not_found");
    let kept = pb::Ticket { subject: "y".into(), ..ticket.clone() };
    desk.update(&agent, kept, &["category_id", "subject"]).await?;

    assert_eq!(reason(desk.delete_category(&admin, &network.id).await), "category_in_use");
    let moved = pb::Ticket { category_id: Some(printer.id.clone()), ..ticket.clone() };
    let moved = pb::Ticket { version: 0, ..moved };
    let moved = desk.update(&agent, moved, &["category_id"]).await?;
    assert_eq!(moved.category_id.as_ref(), Some(&printer.id));
    let entries = desk.timeline(&client, &ticket.id).await?.entries;
    let change = &entries.last().unwrap().changes[0];
    assert_eq!(change.field, "category_id");
    assert_eq!(
        (&change.old_value, &change.new_value),
        (&Some(network.id.clone()), &Some(printer.id))
    );
    desk.delete_category(&admin, &network.id).await?;
    assert_eq!(reason(desk.delete_category(&admin, &network.id).await), "category_not_found");
    Ok(())
}

async fn what_cannot_be_is_refused(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, stranger) = (desk.person(Role::Admin, None), desk.stranger());
    let category = desk.create_category(&admin, "", "Água").await?;
    assert_eq!(fields(desk.create_category(&admin, "", " ").await), ["name"]);
    assert_eq!(reason(desk.create_category(&admin, "", "AGUA").await), "category_name_taken");
    let wrong = desk.update_category(&admin, category.clone(), &["id"]).await;
    assert_eq!(fields(wrong), ["update_mask"]);
    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        let caller = desk.person(role, Some(desk.company()));
        assert_eq!(reason(desk.create_category(&caller, "", "x").await), "permission_denied");
        let update = desk.update_category(&caller, category.clone(), &["name"]).await;
        assert_eq!(reason(update), "permission_denied");
        let delete = desk.delete_category(&caller, &category.id).await;
        assert_eq!(reason(delete), "permission_denied");
    }
    assert!(desk.categories(&stranger, true).await?.is_empty());
    let update = desk.update_category(&stranger, category.clone(), &["name"]).await;
    assert_eq!(reason(update), "category_not_found");
    let delete = desk.delete_category(&stranger, &category.id).await;
    assert_eq!(reason(delete), "category_not_found");
    assert_eq!(reason(desk.create(&stranger, in_category(&category)).await), "category_not_found");
    let theirs = desk.create(&stranger, about("x")).await?;
    let taken = pb::Ticket { category_id: Some(category.id), ..theirs };
    assert_eq!(reason(desk.update(&stranger, taken, &["category_id"]).await), "category_not_found");
    Ok(())
}

async fn a_category_in_use_is_never_deleted(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (admin, agent) = (desk.person(Role::Admin, None), desk.agent());
    for round in 0..4 {
        let category = desk.create_category(&admin, "", &format!("Rede {round}")).await?;
        let opened = join_all((0..8).map(|_| desk.create(&agent, in_category(&category))));
        let deleted = desk.delete_category(&admin, &category.id);
        let (opened, deleted) = futures::future::join(opened, deleted).await;
        let opened = opened.into_iter().filter(Result::is_ok).count();
        match deleted {
            Ok(()) => assert_eq!(opened, 0),
            Err(error) => {
                assert_eq!(reason::<()>(Err(error)), "category_in_use");
                assert!(opened > 0);
            }
        }
    }
    Ok(())
}
