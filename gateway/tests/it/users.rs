//! The user editor, and merges before services that are away.

use chamados_proto::{device::v1 as device, identity::v1 as identity, ticket::v1 as ticket};
use http::Method;
use prost_types::Timestamp;
use serde_json::json;
use tonic::{Code, Request, Status};

use crate::fixture::{Fixture, reasoned};

const ID: &str = "018f0000-0000-7000-8000-000000000001";
const INTO: &str = "018f0000-0000-7000-8000-000000000002";

fn user() -> identity::User {
    identity::User {
        id: ID.to_owned(),
        name: "Ana".to_owned(),
        email: "ana@example.com".to_owned(),
        role: identity::Role::Agent.into(),
        active: true,
        create_time: Some(Timestamp::default()),
        update_time: Some(Timestamp::default()),
        version: 4,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_patch_sets_what_it_names_and_null_clears() {
    let fixture = Fixture::new();
    fixture.script.on(
        "identity.v1.UserService/UpdateUser",
        |request: Request<identity::UpdateUserRequest>| {
            let request = request.into_inner();
            let asked = request.user.unwrap();
            assert_eq!(request.update_mask.unwrap().paths, ["name", "company_id", "active"]);
            assert_eq!((asked.version, asked.company_id, asked.active), (3, None, false));
            assert_eq!(request.current_password, "secret");
            Ok(user())
        },
    );
    let path = format!("/api/admin/users/{ID}");
    let body = json!({
        "name": "Ana", "companyId": null, "active": false, "currentPassword": "secret",
    });
    let reply = fixture.admin(Method::PATCH, &path).header("if-match", "\"3\"").json(&body).await;
    assert_eq!((reply.status.as_u16(), reply.header("etag")), (200, "\"4\""));
    let nothing = fixture.admin(Method::PATCH, &path).json(&json!({"currentPassword": "x"})).await;
    nothing.problem(400, "invalid_argument");
    let unknown = fixture.admin(Method::PATCH, &path).json(&json!({"password": "x"})).await;
    unknown.problem(400, "invalid_argument");
}

#[tokio::test]
async fn a_user_is_shown_while_the_device_service_is_away() {
    let fixture = Fixture::new();
    fixture
        .script
        .on("identity.v1.UserService/GetUser", |_: Request<identity::GetUserRequest>| Ok(user()));
    fixture.script.on(
        "device.v1.DeviceService/ListDevices",
        |_: Request<device::ListDevicesRequest>| {
            Err::<device::ListDevicesResponse, Status>(Status::unavailable("away"))
        },
    );
    let reply = fixture.admin(Method::GET, &format!("/api/admin/users/{ID}")).send().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["devices"], json!({"assigned": [], "linked": []}));
}

#[tokio::test]
async fn a_preview_says_which_part_it_does_not_know() {
    let fixture = Fixture::new();
    fixture.script.on(
        "identity.v1.MergeService/GetMergePreview",
        |_: Request<identity::GetMergePreviewRequest>| {
            Ok(identity::GetMergePreviewResponse { sessions: 2, companies_differ: true })
        },
    );
    fixture.script.on(
        "ticket.v1.TicketService/GetUserReferences",
        |_: Request<ticket::GetUserReferencesRequest>| {
            Ok(ticket::UserReferences { tickets_requested: 7, ..Default::default() })
        },
    );
    fixture.script.on(
        "device.v1.DeviceService/GetUserReferences",
        |_: Request<device::GetUserReferencesRequest>| {
            Err::<device::UserReferences, Status>(Status::unavailable("away"))
        },
    );
    let path = format!("/api/admin/users/{ID}/merge-preview?intoUserId={INTO}");
    let preview = fixture.admin(Method::GET, &path).send().await.json();
    assert_eq!((&preview["sessions"], &preview["devices"]), (&json!(2), &json!(null)));
    assert_eq!(preview["tickets"]["requested"], 7);
    let path = format!("/api/admin/users/{ID}/merge-preview");
    fixture.admin(Method::GET, &path).send().await.problem(400, "invalid_argument");
}

#[tokio::test]
async fn a_refused_merge_says_why() {
    let fixture = Fixture::new();
    fixture.script.on(
        "identity.v1.MergeService/MergeUsers",
        |_: Request<identity::MergeUsersRequest>| {
            Err::<identity::Merge, Status>(reasoned(
                Code::FailedPrecondition,
                "survivor_not_staff",
                "no",
            ))
        },
    );
    let call = fixture.admin(Method::POST, &format!("/api/admin/users/{ID}/merge"));
    call.json(&json!({"intoUserId": INTO})).await.problem(409, "survivor_not_staff");
}
