//! Companies and their people.

use chamados_testkit::{Sandbox, sandbox_suite};
use futures::future::join_all;
use serde_json::json;

use crate::fixture::{Desk, pluck, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    names_are_taken_once,
    a_code_is_shown_to_admins_only,
    people_keep_their_history_by_id,
);
sandbox_suite!(replicated: Replicated on PostgresRedis; names_are_taken_once);

async fn names_are_taken_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let admin = &desk.admin;
    let company = |name: &str| json!({"name": name, "nickname": "globex"});
    let rush =
        join_all((0..8).map(|_| admin.post("/api/admin/companies", company("Globex")))).await;
    let (made, refused): (Vec<_>, Vec<_>) = rush.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{rush:#?}");
    refused.iter().for_each(|answer| answer.refused(409, "nickname_taken"));
    let id = text(&made[0].body, "id");
    assert_eq!(made[0].header("location"), format!("/api/admin/companies/{id}"));
    let taken = json!({"nickname": "acme"});
    let taken = admin.patch(&format!("/api/admin/companies/{id}"), taken).await;
    taken.refused(409, "nickname_taken");

    let person = |email: &str| json!({"name": "P", "email": email, "role": "agent"});
    let rush = ["eva@desk.example", "EVA@desk.example", "Eva@Desk.example"];
    let rush = join_all(rush.map(|email| admin.post("/api/admin/users", person(email)))).await;
    let (made, refused): (Vec<_>, Vec<_>) = rush.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{rush:#?}");
    refused.iter().for_each(|answer| answer.refused(409, "email_taken"));
    Ok(())
}

async fn a_code_is_shown_to_admins_only(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let path = format!("/api/admin/companies/{}", desk.company);
    for (role, email) in [("agent", "bia@desk.example"), ("manager", "caio@acme.example")] {
        let other = desk.person(sandbox, role, email).await?;
        assert!(other.get(&path).await.ok()["provisioningCode"].is_null(), "{role}");
        let rotate = other.press(&format!("{path}/provisioning-code")).await;
        rotate.refused(403, "permission_denied");
    }
    let rotated = desk.admin.press(&format!("{path}/provisioning-code")).await.ok();
    assert_ne!(text(&rotated, "provisioningCode"), desk.code);
    Ok(())
}

async fn people_keep_their_history_by_id(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let ticket = ana.post("/api/tickets", json!({"subject": "Sem rede"})).await.ok();
    assert_eq!(ticket["company"]["id"], desk.company, "the requester's");
    let person = text(&ticket["requester"], "id");
    let known = desk.admin.get(&format!("/api/admin/users/{person}")).await.ok();
    assert_eq!(known["email"], "ana@acme.example");
    let list = desk.admin.get("/api/admin/users?q=ANA&role=collaborator").await.ok();
    assert_eq!(pluck(&list, "id"), [person.as_str()]);
    let nobody = json!({"name": "N", "email": "n@acme.example", "role": "collaborator"});
    desk.admin.post("/api/admin/users", nobody).await.refused_field("companyId");
    let machine = json!({"name": "N", "email": "n@acme.example", "role": "machine"});
    desk.admin.post("/api/admin/users", machine).await.refused_field("role");
    Ok(())
}
