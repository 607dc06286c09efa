//! Whose a computer will be.

use chamados_chassis::id::DeviceId;
use chamados_proto::identity::v1::{
    self as pb, company_service_client::CompanyServiceClient,
    enrolment_service_client::EnrolmentServiceClient, user_service_client::UserServiceClient,
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;

use crate::support::{Identity, reason, service};

store_suite!(
    a_newcomer_becomes_one_collaborator,
    codes_that_admit_nobody,
    a_device_has_one_account_and_it_is_no_person
);

fn admit(code: &str, email: &str) -> pb::AdmitDeviceRequest {
    pb::AdmitDeviceRequest { provisioning_code: code.to_owned(), email: email.to_owned() }
}

async fn a_newcomer_becomes_one_collaborator(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let code = company.provisioning_code.to_lowercase().replace('-', " ");
    let many = (0..8).map(|_| {
        let mut enrolment = EnrolmentServiceClient::new(identity.channel.clone());
        let request = identity.by(&service(), admit(&code, "Bia@example.com"));
        async move { enrolment.admit_device(request).await.map(|answer| answer.into_inner()) }
    });
    let answers: Vec<_> = join_all(many).await.into_iter().collect::<Result<_, _>>()?;
    assert!(answers.iter().all(|answer| answer == &answers[0]));
    assert_eq!(answers[0].company_id, company.id);

    let mut users = UserServiceClient::new(identity.channel.clone());
    let get = pb::GetUserRequest { id: answers[0].user_id.clone() };
    let bia = users.get_user(identity.by(&admin, get)).await?.into_inner();
    assert_eq!((bia.name.as_str(), bia.role()), ("Bia", pb::Role::Collaborator));
    Ok(())
}

async fn codes_that_admit_nobody(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (acme, other) =
        (identity.company(&admin, "acme").await?, identity.company(&admin, "other").await?);
    let mut enrolment = EnrolmentServiceClient::new(identity.channel.clone());
    let refused = |code: &str, email: &str| {
        let request = identity.by(&service(), admit(code, email));
        let mut enrolment = EnrolmentServiceClient::new(identity.channel.clone());
        async move { reason(enrolment.admit_device(request).await) }
    };
    for code in ["", "nonsense", "00000-00000-00000-00000"] {
        assert_eq!(refused(code, "b@example.com").await, "provisioning_code_invalid");
    }
    assert_eq!(refused(&acme.provisioning_code, "no address").await, "invalid_argument");

    // Staff may use any company's computer, another company's person may not.
    let by_admin = identity.by(&service(), admit(&acme.provisioning_code, "ana@example.com"));
    enrolment.admit_device(by_admin).await?;
    let first = identity.by(&service(), admit(&acme.provisioning_code, "b@example.com"));
    enrolment.admit_device(first).await?;
    assert_eq!(refused(&other.provisioning_code, "B@example.com").await, "email_not_in_company");

    let mut companies = CompanyServiceClient::new(identity.channel.clone());
    let rotate =
        pb::RotateProvisioningCodeRequest { id: acme.id.clone(), request_id: String::new() };
    let rotated = companies.rotate_provisioning_code(identity.by(&admin, rotate)).await?;
    assert_ne!(rotated.into_inner().provisioning_code, acme.provisioning_code);
    let old = refused(&acme.provisioning_code, "b@example.com").await;
    assert_eq!(old, "provisioning_code_invalid");
    // Only services may ask.
    let by_person = identity.by(&admin, admit(&other.provisioning_code, "c@example.com"));
    assert_eq!(reason(enrolment.admit_device(by_person).await), "permission_denied");
    Ok(())
}

async fn a_device_has_one_account_and_it_is_no_person(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let device = DeviceId::new();
    let ensure = |name: &str| pb::EnsureDeviceAccountRequest {
        tenant_id: admin.tenant().unwrap().to_string(),
        company_id: company.id.clone(),
        device_id: device.to_string(),
        name: name.to_owned(),
    };
    let mut enrolment = EnrolmentServiceClient::new(identity.channel.clone());
    let first = enrolment.ensure_device_account(identity.by(&service(), ensure("pc-1"))).await?;
    let renamed = enrolment.ensure_device_account(identity.by(&service(), ensure("pc-2"))).await?;
    assert_eq!(first.into_inner(), renamed.into_inner());

    let mut users = UserServiceClient::new(identity.channel.clone());
    let list =
        |kind: pb::UserKind| pb::ListUsersRequest { kind: kind.into(), ..Default::default() };
    let devices = users.list_users(identity.by(&admin, list(pb::UserKind::Device))).await?;
    let devices = devices.into_inner();
    assert_eq!(devices.total_size, 1);
    assert_eq!(devices.users[0].name, "pc-2");
    assert_eq!(devices.users[0].role(), pb::Role::Machine);
    let people = users.list_users(identity.by(&admin, list(pb::UserKind::Person))).await?;
    assert_eq!(people.into_inner().total_size, 1);
    Ok(())
}
