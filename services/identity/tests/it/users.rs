//! People: who may make and see whom.

use chamados_chassis::auth::Role;
use chamados_proto::identity::v1::{self as pb, user_service_client::UserServiceClient};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Identity, person, reason, stranger};

store_suite!(
    roles_limit_whom_one_makes,
    managers_see_their_company_and_nobody_sees_other_tenants,
    preferences_stay_and_are_checked,
    a_default_filter_is_kept_cleared_and_checked
);

fn create(email: &str, role: pb::Role, company: Option<&str>) -> pb::CreateUserRequest {
    pb::CreateUserRequest {
        request_id: String::new(),
        name: "Beto".to_owned(),
        email: email.to_owned(),
        role: role.into(),
        company_id: company.map(ToOwned::to_owned),
    }
}

async fn roles_limit_whom_one_makes(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let agent = person(&admin, Role::Agent, None);
    let manager = person(&admin, Role::Manager, Some(company.id.parse()?));
    let acme = Some(company.id.as_str());
    let mut users = UserServiceClient::new(identity.channel.clone());

    let by_agent = identity.by(&agent, create("b@example.com", pb::Role::Collaborator, acme));
    users.create_user(by_agent).await?;
    for (who, role, email, expected) in [
        (&agent, pb::Role::Agent, "c@example.com", "permission_denied"),
        (&manager, pb::Role::Collaborator, "c@example.com", "permission_denied"),
        (&admin, pb::Role::Machine, "c@example.com", "invalid_argument"),
        (&admin, pb::Role::Unspecified, "c@example.com", "invalid_argument"),
        (&admin, pb::Role::Agent, "B@EXAMPLE.com", "email_taken"),
        (&stranger(), pb::Role::Collaborator, "c@example.com", "company_not_found"),
    ] {
        let refused = users.create_user(identity.by(who, create(email, role, acme))).await;
        assert_eq!(reason(refused), expected, "{role:?} {email}");
    }
    let alone = identity.by(&admin, create("d@example.com", pb::Role::Manager, None));
    assert_eq!(reason(users.create_user(alone).await), "invalid_argument");
    Ok(())
}

async fn managers_see_their_company_and_nobody_sees_other_tenants(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let company = identity.company(&admin, "acme").await?;
    let mut users = UserServiceClient::new(identity.channel.clone());
    let request = create("b@example.com", pb::Role::Collaborator, Some(&company.id));
    let beto = users.create_user(identity.by(&admin, request)).await?.into_inner();

    let manager = person(&admin, Role::Manager, Some(company.id.parse()?));
    let list = users.list_users(identity.by(&manager, Default::default())).await?.into_inner();
    assert_eq!(list.users, std::slice::from_ref(&beto));
    let admin_id = admin.user().unwrap().to_string();
    let hidden = pb::GetUserRequest { id: admin_id.clone() };
    assert_eq!(reason(users.get_user(identity.by(&manager, hidden)).await), "user_not_found");

    let collaborator = person(&admin, Role::Collaborator, Some(company.id.parse()?));
    let refused = users.list_users(identity.by(&collaborator, Default::default())).await;
    assert_eq!(reason(refused), "permission_denied");

    let get = pb::GetUserRequest { id: beto.id.clone() };
    assert_eq!(reason(users.get_user(identity.by(&stranger(), get)).await), "user_not_found");
    let names = pb::BatchGetUserSummariesRequest { ids: vec![beto.id.clone(), admin_id] };
    let theirs = users.batch_get_user_summaries(identity.by(&stranger(), names.clone())).await?;
    assert!(theirs.into_inner().users.is_empty());
    let ours = users.batch_get_user_summaries(identity.by(&manager, names)).await?;
    assert_eq!(ours.into_inner().users.len(), 2);
    Ok(())
}

async fn a_default_filter_is_kept_cleared_and_checked(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut users = UserServiceClient::new(identity.channel.clone());
    let set = |filter: &str| pb::UpdatePreferencesRequest {
        preferences: Some(pb::Preferences {
            default_ticket_filter: Some(filter.to_owned()),
            ..Default::default()
        }),
    };
    let filter = r#"{"assigneeId":["none"],"tag":["b","a"]}"#;
    let loose = r#" {"tag": ["b", "a"], "q": [], "assigneeId": ["none"]}"#;
    let kept = users.update_preferences(identity.by(&admin, set(loose))).await?.into_inner();
    assert_eq!(kept.default_ticket_filter.as_deref(), Some(filter));
    for wrong in ["[]", "{", r#"{"tags": ["a"]}"#, r#"{"tag": "a"}"#, &"x".repeat(20_000)] {
        let refused = users.update_preferences(identity.by(&admin, set(wrong))).await;
        assert_eq!(reason(refused), "invalid_argument", "{wrong}");
    }
    let me = users.get_current_user(identity.by(&admin, pb::GetCurrentUserRequest {})).await?;
    let still = me.into_inner().preferences.unwrap();
    assert_eq!(
        still.default_ticket_filter.as_deref(),
        Some(filter),
        "what is refused changes nothing"
    );
    let none = users.update_preferences(identity.by(&admin, set(""))).await?.into_inner();
    assert_eq!(none, pb::Preferences::default());
    Ok(())
}

async fn preferences_stay_and_are_checked(db: &TestDatabase) -> anyhow::Result<()> {
    let identity = Identity::start(db).await?;
    let (admin, _) = identity.set_up().await?;
    let mut users = UserServiceClient::new(identity.channel.clone());
    let set = |locale: Option<&str>, theme: Option<&str>| pb::UpdatePreferencesRequest {
        preferences: Some(pb::Preferences {
            locale: locale.map(ToOwned::to_owned),
            theme: theme.map(ToOwned::to_owned),
            ..Default::default()
        }),
    };
    users.update_preferences(identity.by(&admin, set(Some("pt-BR"), None))).await?;
    let both = users.update_preferences(identity.by(&admin, set(None, Some("dark")))).await?;
    let expected = set(Some("pt-BR"), Some("dark")).preferences.unwrap();
    assert_eq!(both.into_inner(), expected);
    let forgotten = users.update_preferences(identity.by(&admin, set(Some(""), None))).await?;
    assert_eq!(forgotten.into_inner(), set(None, Some("dark")).preferences.unwrap());
    let refused = users.update_preferences(identity.by(&admin, set(Some("xx"), None))).await;
    assert_eq!(reason(refused), "invalid_argument");
    Ok(())
}
