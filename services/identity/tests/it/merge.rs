//! Merging accounts: decided once, done when every service has answered.

use chamados_chassis::{
    auth::{Principal, Role},
    clock::to_proto,
    grpc::GrpcChannel,
    id::{CompanyId, EventId, SessionId},
};
use chamados_proto::{
    device::v1 as device,
    event::v1::Event,
    identity::v1::{
        self as pb, audit_service_client::AuditServiceClient,
        enrolment_service_client::EnrolmentServiceClient, merge_service_client::MergeServiceClient,
        session_service_client::SessionServiceClient, user_service_client::UserServiceClient,
    },
    ticket::v1 as ticket,
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use prost::{Message, Name};
use sea_orm::{ConnectionTrait as _, Statement};
use tonic::Status;

use crate::support::{Identity, PASSWORD, person, reason, service, stranger};

store_suite!(
    of_many_merges_of_one_account_one_wins,
    two_accounts_never_end_in_each_other,
    the_merged_account_is_refused_at_once,
    merging_again_gives_the_merge_and_chains_have_one_end,
    what_cannot_be_merged,
    the_last_answer_ends_it,
    the_address_of_a_merged_account_enrols_for_the_survivor,
    saved_filters_name_the_survivor
);

const GROUP: &str = "identity.references_moved";

fn merges(identity: &Identity) -> MergeServiceClient<GrpcChannel> {
    MergeServiceClient::new(identity.channel.clone())
}

/// A person of the admin's tenant: their id.
async fn somebody(
    identity: &Identity,
    admin: &Principal,
    name: &str,
    role: pb::Role,
    company: Option<&str>,
) -> Result<String, Status> {
    let request = pb::CreateUserRequest {
        request_id: String::new(),
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        role: role.into(),
        company_id: company.map(ToOwned::to_owned),
    };
    let mut users = UserServiceClient::new(identity.channel.clone());
    Ok(users.create_user(identity.by(admin, request)).await?.into_inner().id)
}

async fn merge(
    identity: &Identity,
    who: &Principal,
    from: &str,
    into: &str,
) -> Result<pb::Merge, Status> {
    let (from_user_id, into_user_id) = (from.to_owned(), into.to_owned());
    let request = pb::MergeUsersRequest { from_user_id, into_user_id };
    Ok(merges(identity).merge_users(identity.by(who, request)).await?.into_inner())
}

async fn get(identity: &Identity, who: &Principal, from: &str) -> Result<pb::Merge, Status> {
    let request = pb::GetMergeRequest { from_user_id: from.to_owned() };
    Ok(merges(identity).get_merge(identity.by(who, request)).await?.into_inner())
}

/// Where the rows say that an account lives on.
async fn merged_into(identity: &Identity, id: &str) -> anyhow::Result<Option<String>> {
    let id = uuid::Uuid::parse_str(id)?;
    let placeholder =
        if identity.db.backend() == sea_orm::DbBackend::Postgres { "$1" } else { "?" };
    let sql = format!("SELECT merged_into FROM account WHERE id = {placeholder} AND NOT active");
    let statement = Statement::from_sql_and_values(identity.db.backend(), sql, [id.into()]);
    let row = identity.db.read().query_one_raw(statement).await?;
    let into: Option<uuid::Uuid> =
        row.map(|row| row.try_get("", "merged_into")).transpose()?.flatten();
    Ok(into.map(|id| id.to_string()))
}

async fn of_many_merges_of_one_account_one_wins(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    for round in 0..4 {
        let name = |i: usize| format!("p{round}-{i}");
        let double = somebody(&identity, &admin, &name(99), pb::Role::Agent, None).await?;
        let mut survivors = Vec::new();
        for i in 0..8 {
            survivors.push(somebody(&identity, &admin, &name(i), pb::Role::Agent, None).await?);
        }
        let many = survivors.iter().map(|into| merge(&identity, &admin, &double, into));
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(many).await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for refused in lost {
            assert_eq!(reason(refused), "user_merged");
        }
        let into = won[0].as_ref().unwrap().into_user_id.clone();
        assert_eq!(merged_into(&identity, &double).await?, Some(into));
    }
    let told = "SELECT COUNT(*) AS told FROM outbox
                WHERE event_type = 'chamados.identity.v1.UsersMerged'";
    let statement = Statement::from_string(identity.db.backend(), told);
    let row = identity.db.read().query_one_raw(statement).await?.unwrap();
    assert_eq!(row.try_get::<i64>("", "told")?, 4);
    Ok(())
}

async fn two_accounts_never_end_in_each_other(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    for round in 0..8 {
        let one = format!("one{round}");
        let one = somebody(&identity, &admin, &one, pb::Role::Agent, None).await?;
        let two = format!("two{round}");
        let two = somebody(&identity, &admin, &two, pb::Role::Agent, None).await?;
        let both = [merge(&identity, &admin, &one, &two), merge(&identity, &admin, &two, &one)];
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(both).await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}");
        for refused in lost {
            assert_eq!(reason(refused), "survivor_inactive");
        }
    }
    Ok(())
}

async fn the_merged_account_is_refused_at_once(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (ana, session) = identity.set_up().await?;
    let bia = somebody(&identity, &ana, "bia", pb::Role::Admin, None).await?;
    let Principal::Person { tenant, user: ana_id, .. } = ana else { panic!("no person") };
    let bia_principal = Principal::Person {
        tenant,
        user: bia.parse()?,
        role: Role::Admin,
        company: None,
        session: SessionId::new(),
    };
    let ana_id = ana_id.to_string();
    let preview =
        pb::GetMergePreviewRequest { from_user_id: ana_id.clone(), into_user_id: bia.clone() };
    let preview = merges(&identity).get_merge_preview(identity.by(&bia_principal, preview)).await?;
    assert_eq!(
        preview.into_inner(),
        pb::GetMergePreviewResponse { sessions: 1, companies_differ: false }
    );
    identity.principal(&session).await?;

    merge(&identity, &bia_principal, &ana_id, &bia).await?;
    assert_eq!(reason(identity.principal(&session).await), "session_invalid");
    let sign_in = pb::SignInRequest {
        email: "ana@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        ..Default::default()
    };
    let mut sessions = SessionServiceClient::new(identity.channel.clone());
    assert_eq!(reason(sessions.sign_in(sign_in).await), "credentials_invalid");

    let request =
        pb::ListAuditEntriesRequest { action: "user.merged".into(), ..Default::default() };
    let mut audit = AuditServiceClient::new(identity.channel.clone());
    let told = audit.list_audit_entries(identity.by(&bia_principal, request)).await?.into_inner();
    assert_eq!(told.total_size, 1);
    let change = told.entries[0].change.clone().unwrap();
    assert_eq!((change.target_id, change.fields[0].new_value.clone()), (ana_id, Some(bia)));
    Ok(())
}

async fn merging_again_gives_the_merge_and_chains_have_one_end(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut people = Vec::new();
    for name in ["a", "b", "c"] {
        people.push(somebody(&identity, &admin, name, pb::Role::Agent, None).await?);
    }
    let [a, b, c] = [&people[0], &people[1], &people[2]];
    assert_eq!(reason(get(&identity, &admin, a).await), "merge_not_found");
    let first = merge(&identity, &admin, a, b).await?;
    assert_eq!(first.state(), pb::MergeState::Moving);
    assert_eq!(merge(&identity, &admin, a, b).await?, first);
    assert_eq!(get(&identity, &admin, a).await?, first);
    assert_eq!(reason(merge(&identity, &admin, a, c).await), "user_merged");

    merge(&identity, &admin, b, c).await?;
    for merged in [a, b] {
        assert_eq!(merged_into(&identity, merged).await?.as_ref(), Some(c));
    }
    // The survivor of both is the same now, so either way of saying it is the merge that was.
    assert_eq!(merge(&identity, &admin, a, b).await?, first);
    assert_eq!(merge(&identity, &admin, a, c).await?, first);
    assert_eq!(reason(merge(&identity, &admin, c, a).await), "survivor_inactive");
    Ok(())
}

async fn what_cannot_be_merged(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let acme = identity.company(&admin, "acme").await?;
    let other = identity.company(&admin, "other").await?;
    let ana = admin.user().unwrap().to_string();
    let staff = somebody(&identity, &admin, "staff", pb::Role::Agent, None).await?;
    let client = pb::Role::Collaborator;
    let one = somebody(&identity, &admin, "one", client, Some(&acme.id)).await?;
    let two = somebody(&identity, &admin, "two", client, Some(&other.id)).await?;
    let ensure = pb::EnsureDeviceAccountRequest {
        tenant_id: admin.tenant()?.to_string(),
        company_id: acme.id.clone(),
        device_id: uuid::Uuid::now_v7().to_string(),
        name: "pc-1".to_owned(),
    };
    let mut enrolment = EnrolmentServiceClient::new(identity.channel.clone());
    let machine = enrolment.ensure_device_account(identity.by(&service(), ensure)).await?;
    let machine = machine.into_inner().user_id;
    let nobody = uuid::Uuid::now_v7().to_string();
    let another_admin = person(&admin, Role::Admin, None);
    for (who, from, into, expected) in [
        (&admin, &*one, &*one, "invalid_argument"),
        (&admin, "7", &*one, "invalid_argument"),
        (&admin, &*nobody, &*one, "user_not_found"),
        (&admin, &*one, &*nobody, "user_not_found"),
        (&admin, &*machine, &*one, "device_account"),
        (&admin, &*one, &*machine, "device_account"),
        (&admin, &*staff, &*one, "survivor_not_staff"),
        (&admin, &*ana, &*staff, "cannot_merge_self"),
        (&another_admin, &*ana, &*staff, "last_admin"),
        (&stranger(), &*one, &*two, "user_not_found"),
        (&person(&admin, Role::Agent, None), &*one, &*two, "permission_denied"),
        (
            &person(&admin, Role::Manager, Some(acme.id.parse::<CompanyId>()?)),
            &*one,
            &*two,
            "permission_denied",
        ),
    ] {
        assert_eq!(reason(merge(&identity, who, from, into).await), expected, "{from} {into}");
        let request = pb::GetMergePreviewRequest {
            from_user_id: from.to_owned(),
            into_user_id: into.to_owned(),
        };
        let preview = merges(&identity).get_merge_preview(identity.by(who, request)).await;
        assert_eq!(reason(preview), expected, "preview of {from} {into}");
    }
    let request =
        pb::GetMergePreviewRequest { from_user_id: one.clone(), into_user_id: two.clone() };
    let preview = merges(&identity).get_merge_preview(identity.by(&admin, request)).await?;
    assert!(preview.into_inner().companies_differ);
    merge(&identity, &admin, &one, &two).await?;
    assert_eq!(reason(get(&identity, &stranger(), &one).await), "merge_not_found");
    Ok(())
}

fn answer<M: Message + Name>(identity: &Identity, tenant: &str, from: &str, payload: &M) -> Event {
    Event {
        id: EventId::new().to_string(),
        tenant_id: tenant.to_owned(),
        r#type: M::full_name(),
        subject_id: from.to_owned(),
        occurred_at: Some(to_proto(identity.now())),
        actor: Some(service().actor().unwrap().into()),
        request_id: "r-9".to_owned(),
        payload: payload.encode_to_vec().into(),
    }
}

async fn the_last_answer_ends_it(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let tenant = admin.tenant()?.to_string();
    for round in 0..6 {
        let from = format!("from{round}");
        let from = somebody(&identity, &admin, &from, pb::Role::Agent, None).await?;
        let into = format!("into{round}");
        let into = somebody(&identity, &admin, &into, pb::Role::Agent, None).await?;
        let merge_id = merge(&identity, &admin, &from, &into).await?.id;
        let tickets = ticket::TicketReferencesMoved {
            merge_id: merge_id.clone(),
            moved: Some(ticket::UserReferences { tickets_assigned: 3, ..Default::default() }),
        };
        let devices = device::DeviceReferencesMoved {
            merge_id: merge_id.clone(),
            moved: Some(device::UserReferences { devices_linked: 2, ..Default::default() }),
        };
        let tickets = answer(&identity, &tenant, &from, &tickets);
        let devices = answer(&identity, &tenant, &from, &devices);
        if round == 0 {
            identity.tell(GROUP, &tickets).await?;
            let half = get(&identity, &admin, &from).await?;
            assert_eq!((half.state(), half.finish_time), (pb::MergeState::Moving, None));
            assert_eq!(half.moved[0].counts["tickets_assigned"], 3);
        }
        // Both at once, and each of them twice.
        let all = [&tickets, &devices, &tickets, &devices].map(|event| identity.tell(GROUP, event));
        for taken in join_all(all).await {
            taken?;
        }
        let done = get(&identity, &admin, &from).await?;
        assert_eq!(done.state(), pb::MergeState::Done, "round {round}");
        let services: Vec<_> = done.moved.iter().map(|moved| &*moved.service).collect();
        assert_eq!(services, ["device", "ticket"]);
        assert_eq!(done.moved[0].counts["devices_linked"], 2);

        let request = pb::ListAuditEntriesRequest {
            action: "user.merge_finished".to_owned(),
            target_id: from.clone(),
            ..Default::default()
        };
        let mut audit = AuditServiceClient::new(identity.channel.clone());
        let told = audit.list_audit_entries(identity.by(&admin, request)).await?.into_inner();
        assert_eq!(told.total_size, 1);
        assert_eq!(told.entries[0].change.as_ref().unwrap().fields.len(), 2);
    }
    let unknown =
        device::DeviceReferencesMoved { merge_id: uuid::Uuid::now_v7().to_string(), moved: None };
    identity.tell(GROUP, &answer(&identity, &tenant, &tenant, &unknown)).await?;
    let nonsense = device::DeviceReferencesMoved { merge_id: "7".to_owned(), moved: None };
    let refused = identity.tell(GROUP, &answer(&identity, &tenant, &tenant, &nonsense)).await;
    assert!(refused.is_err());
    Ok(())
}

async fn the_address_of_a_merged_account_enrols_for_the_survivor(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let acme = identity.company(&admin, "acme").await?;
    let client = pb::Role::Collaborator;
    let old = somebody(&identity, &admin, "old", client, Some(&acme.id)).await?;
    let new = somebody(&identity, &admin, "new", client, Some(&acme.id)).await?;
    let admit = || {
        let request = pb::AdmitDeviceRequest {
            provisioning_code: acme.provisioning_code.clone(),
            email: "old@example.com".to_owned(),
        };
        let mut enrolment = EnrolmentServiceClient::new(identity.channel.clone());
        let request = identity.by(&service(), request);
        async move { enrolment.admit_device(request).await.map(|a| a.into_inner().user_id) }
    };
    assert_eq!(admit().await?, old);
    merge(&identity, &admin, &old, &new).await?;
    assert_eq!(admit().await?, new);
    Ok(())
}

async fn saved_filters_name_the_survivor(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let gone = somebody(&identity, &admin, "gone", pb::Role::Agent, None).await?;
    let stays = somebody(&identity, &admin, "stays", pb::Role::Agent, None).await?;
    let filter = |who: &str| format!(r#"{{"assigneeId":["none","{who}"],"watcherId":["{who}"]}}"#);
    let preferences =
        pb::Preferences { default_ticket_filter: Some(filter(&gone)), ..Default::default() };
    let mut users = UserServiceClient::new(identity.channel.clone());
    let request = pb::UpdatePreferencesRequest { preferences: Some(preferences) };
    users.update_preferences(identity.by(&admin, request)).await?;
    merge(&identity, &admin, &gone, &stays).await?;
    let me = users.get_current_user(identity.by(&admin, pb::GetCurrentUserRequest {})).await?;
    let kept = me.into_inner().preferences.unwrap().default_ticket_filter;
    assert_eq!(kept, Some(filter(&stays)));
    Ok(())
}
