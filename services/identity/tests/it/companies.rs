//! Companies: who sees what, and who wins.

use std::collections::BTreeSet;

use chamados_chassis::auth::Role;
use chamados_proto::identity::v1::{self as pb, company_service_client::CompanyServiceClient};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::join_all;
use prost_types::FieldMask;
use tonic::Code;

use crate::support::{Identity, person, reason, stranger};

store_suite!(
    of_simultaneous_updates_one_wins,
    codes_are_for_admins_and_companies_for_their_own,
    a_repeated_create_gives_the_first_answer,
    pages_lead_through_equal_names_to_the_end,
    bad_updates_change_nothing,
    a_repeated_rotation_rotates_once_and_the_log_holds_no_code
);

fn rename(id: &str, version: i64, name: &str) -> pb::UpdateCompanyRequest {
    pb::UpdateCompanyRequest {
        company: Some(pb::Company {
            id: id.to_owned(),
            name: name.to_owned(),
            version,
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
    }
}

async fn of_simultaneous_updates_one_wins(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    // Many rounds: in the first ones the pool has few connections, and calls would queue.
    for version in 1..=12 {
        let updates = (0..32).map(|i| {
            let mut companies = CompanyServiceClient::new(identity.channel.clone());
            let request = rename(&company.id, version, &format!("Name {i}"));
            let request = identity.by(&admin, request);
            async move { companies.update_company(request).await }
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(updates).await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "version {version}");
        for refused in lost {
            assert_eq!(reason(refused), "stale_version");
        }
    }
    Ok(())
}

async fn codes_are_for_admins_and_companies_for_their_own(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let (acme, other) =
        (identity.company(&admin, "acme").await?, identity.company(&admin, "other").await?);
    assert_eq!(acme.provisioning_code.len(), 23);
    let mut companies = CompanyServiceClient::new(identity.channel.clone());
    let get = |id: &str| pb::GetCompanyRequest { id: id.to_owned() };

    let agent = person(&admin, Role::Agent, None);
    let seen = companies.get_company(identity.by(&agent, get(&acme.id))).await?.into_inner();
    assert_eq!(seen.provisioning_code, "");

    let manager = person(&admin, Role::Manager, Some(acme.id.parse()?));
    companies.get_company(identity.by(&manager, get(&acme.id))).await?;
    let hidden = companies.get_company(identity.by(&manager, get(&other.id))).await;
    assert_eq!(reason(hidden), "company_not_found");
    let list = companies.list_companies(identity.by(&manager, Default::default())).await?;
    assert_eq!(list.into_inner().total_size, 1);

    for (who, expected) in [(&stranger(), "company_not_found"), (&agent, "permission_denied")] {
        let refused = companies.update_company(identity.by(who, rename(&acme.id, 0, "x"))).await;
        assert_eq!(reason(refused), expected);
    }
    Ok(())
}

async fn a_repeated_create_gives_the_first_answer(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut companies = CompanyServiceClient::new(identity.channel.clone());
    let request = |name: &str, nickname: &str| pb::CreateCompanyRequest {
        request_id: "r1".to_owned(),
        name: name.to_owned(),
        nickname: nickname.to_owned(),
    };
    let first = companies.create_company(identity.by(&admin, request("Acme", "acme"))).await?;
    let again = companies.create_company(identity.by(&admin, request("Acme", "acme"))).await?;
    assert_eq!(first.into_inner(), again.into_inner());
    let other = companies.create_company(identity.by(&admin, request("Acme 2", "acme2"))).await;
    assert_eq!(reason(other), "request_id_reused");
    assert_eq!(reason(identity.company(&admin, "acme").await), "nickname_taken");
    Ok(())
}

async fn pages_lead_through_equal_names_to_the_end(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut companies = CompanyServiceClient::new(identity.channel.clone());
    for i in 0..7 {
        let request = pb::CreateCompanyRequest {
            request_id: String::new(),
            name: "São João".to_owned(),
            nickname: format!("sj-{i}"),
        };
        companies.create_company(identity.by(&admin, request)).await?;
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request =
            pb::ListCompaniesRequest { page_size: 2, page_token, query: "sao jo".to_owned() };
        let page = companies.list_companies(identity.by(&admin, request)).await?.into_inner();
        assert_eq!(page.total_size, 7);
        seen.extend(page.companies.into_iter().map(|company| company.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted());
    Ok(())
}

async fn bad_updates_change_nothing(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let mut companies = CompanyServiceClient::new(identity.channel.clone());
    let bad = |path: &str, id: &str| pb::UpdateCompanyRequest {
        company: Some(pb::Company { id: id.to_owned(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec![path.to_owned()] }),
    };
    for request in [
        bad("name", &company.id),
        bad("nickname", &company.id),
        bad("version", &company.id),
        bad("name", "7"),
    ] {
        let refused = companies.update_company(identity.by(&admin, request)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    }
    let get = pb::GetCompanyRequest { id: company.id.clone() };
    let now = companies.get_company(identity.by(&admin, get)).await?.into_inner();
    assert_eq!(now, company);
    Ok(())
}

async fn a_repeated_rotation_rotates_once_and_the_log_holds_no_code(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let rotate = |request_id: &str| pb::RotateProvisioningCodeRequest {
        id: company.id.clone(),
        request_id: request_id.to_owned(),
    };
    let mut companies = CompanyServiceClient::new(identity.channel.clone());
    let tries = (0..8).map(|_| {
        let mut companies = companies.clone();
        let request = identity.by(&admin, rotate("one"));
        async move { companies.rotate_provisioning_code(request).await }
    });
    let first = join_all(tries).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let codes: BTreeSet<_> =
        first.into_iter().map(|company| company.into_inner().provisioning_code).collect();
    assert_eq!(codes.len(), 1);
    assert!(!codes.contains(&company.provisioning_code));
    let other = companies.rotate_provisioning_code(identity.by(&admin, rotate("two"))).await?;
    let other = other.into_inner();
    assert!(!codes.contains(&other.provisioning_code));
    assert_eq!(other.version, 3);
    companies.update_company(identity.by(&admin, rename(&company.id, 0, "New"))).await?;
    let history = identity.audit(&admin, &company.id).await;
    let rotated = "company.code_rotated";
    assert_eq!(history, ["company.created", rotated, rotated, "company.updated"]);
    for code in codes.iter().chain([&other.provisioning_code]) {
        let sql = format!(
            "SELECT count(*) AS n FROM audit_entry WHERE CAST(fields AS text) LIKE '%{code}%'"
        );
        assert_eq!(identity.count(&sql).await?, 0);
    }
    Ok(())
}
