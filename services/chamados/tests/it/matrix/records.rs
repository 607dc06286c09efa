//! What is asked about. Nothing that any caller does takes it away from the others: they change it in ways
//! that are refused after they were let in, or do again what was done, or make something new.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use chamados::Target;
use chamados_proto::identity::v1::{
    self as pb, invite_service_client::InviteServiceClient,
    merge_service_client::MergeServiceClient,
};
use chamados_testkit::{Sandbox, eventually};
use reqwest::{
    Method, RequestBuilder,
    multipart::{Form, Part},
};
use serde_json::json;

use super::callers::{Callers, Key, OWNER, Way, signed};
use crate::fixture::{Desk, SOON, items, text};

/// Something of everything, of the company Acme unless said otherwise.
pub(super) struct Records {
    pub(super) company: String,
    /// The owner's.
    pub(super) device: String,
    /// Opened by the owner on the device; not begun.
    pub(super) ticket: String,
    /// The default one, which nobody can delete.
    pub(super) queue: String,
    /// The ticket's, so that nobody can delete it.
    pub(super) category: String,
    /// Of the ticket, for everybody who sees it.
    pub(super) file: String,
    /// Of the ticket, in an internal note.
    pub(super) internal_file: String,
    /// On the ticket; ended.
    pub(super) chat: String,
    pub(super) owner: String,
    pub(super) owner_email: String,
    /// A session of the owner, besides the one they ask in.
    pub(super) owner_session: String,
    /// A collaborator.
    pub(super) spare: String,
    pub(super) spare_email: String,
    /// An agent, of the support organisation.
    pub(super) spare_agent: String,
    /// A collaborator who was merged into the spare one.
    pub(super) merged: String,
    /// Of a collaborator.
    pub(super) invite: String,
    /// Of a collaborator, taken back.
    pub(super) revoked_invite: String,
    pub(super) service_account: String,
    pub(super) revoked_key: String,
    pub(super) job: String,
    pub(super) run: String,
    /// Whole.
    pub(super) export: String,
    made: AtomicUsize,
}

impl Records {
    /// Makes them.
    pub(super) async fn make(
        sandbox: &Sandbox,
        desk: &Desk,
        callers: &Callers,
    ) -> anyhow::Result<Self> {
        let admin = callers.admin();
        let device = callers.device.clone();
        let queue = text(&items(&desk.admin.get("/api/queues").await.ok())[0], "id");
        let category = json!({"name": "Rede"});
        let category = desk.admin.post("/api/admin/categories", category).await.text("id");
        let ticket = json!({
            "subject": "Sem rede", "requesterId": callers.user("owner"), "deviceId": device,
            "category": category,
        });
        let ticket = desk.admin.post("/api/tickets", ticket).await.text("id");
        let me = json!({"assigneeId": callers.user("admin")});
        let _ticket = desk.admin.post(&format!("/api/tickets/{ticket}/assign"), me).await.ok();
        let file = file_of(callers.way("owner"), &ticket, "public").await;
        let internal_file = file_of(callers.way("admin"), &ticket, "internal").await;
        let chat = desk.admin.press(&format!("/api/tickets/{ticket}/chat/start")).await.text("id");
        let _chat = desk.admin.press(&format!("/api/tickets/{ticket}/chat/end")).await.ok();
        let spare = person(desk, "spare@acme.example", "collaborator").await;
        let spare_agent = person(desk, "spare@desk.example", "agent").await;
        let merged = person(desk, "merged@acme.example", "collaborator").await;
        let identity = sandbox.channel(Target::Identity)?;
        let merge =
            pb::MergeUsersRequest { from_user_id: merged.clone(), into_user_id: spare.clone() };
        MergeServiceClient::new(identity.clone())
            .merge_users(signed(sandbox, admin, merge)?)
            .await?;

        let mut invites = InviteServiceClient::new(identity);
        let mut invited = Vec::new();
        for email in ["invited@acme.example", "revoked@acme.example"] {
            let invite = pb::CreateInviteRequest {
                request_id: email.to_owned(),
                email: email.to_owned(),
                role: pb::Role::Collaborator.into(),
                company_id: Some(desk.company.clone()),
            };
            let made = invites.create_invite(signed(sandbox, admin, invite)?).await?.into_inner();
            invited.push(made.invite.context("an invite that was made")?.id);
        }
        let [invite, revoked_invite] = invited.try_into().unwrap_or_default();
        let revoke = pb::RevokeInviteRequest { id: revoked_invite.clone() };
        invites.revoke_invite(signed(sandbox, admin, revoke)?).await?;

        let key = Key::make(sandbox, admin, "spare", &["tickets.read"]).await?;
        let job = text(&items(&desk.admin.get("/api/admin/jobs").await.ok())[0], "key");
        let run = desk.admin.press(&format!("/api/admin/jobs/{job}/run")).await.text("runId");
        let export = desk.admin.press("/api/admin/exports").await.text("id");
        eventually(SOON, "the export is whole", async || {
            let export = desk.admin.get(&format!("/api/admin/exports/{export}")).await.ok();
            (export["state"] == "succeeded").then_some(())
        })
        .await;
        Ok(Self {
            company: desk.company.clone(),
            device,
            ticket,
            queue,
            category,
            file,
            internal_file,
            chat,
            owner: callers.user("owner"),
            owner_email: OWNER.to_owned(),
            owner_session: callers.owner_session.clone(),
            spare,
            spare_email: "spare@acme.example".to_owned(),
            spare_agent,
            merged,
            invite,
            revoked_invite,
            service_account: key.account,
            revoked_key: key.id,
            job,
            run,
            export,
            made: AtomicUsize::new(0),
        })
    }

    /// A text that was not used yet, for what must be new each time.
    pub(super) fn fresh(&self) -> String {
        format!("fresh{}", self.made.fetch_add(1, Ordering::Relaxed))
    }
}

/// A file that came with a comment.
async fn file_of(by: &Way, ticket: &str, visibility: &str) -> String {
    let upload = with_file(by.request(Method::POST, "/api/attachments"));
    let file = by.send(upload).await.text("id");
    let comment = json!({"body": "", "visibility": visibility, "attachmentIds": [file]});
    let path = format!("/api/tickets/{ticket}/comments");
    let _comment = by.send(by.request(Method::POST, &path).json(&comment)).await.ok();
    file
}

/// The request with a file to upload.
pub(super) fn with_file(request: RequestBuilder) -> RequestBuilder {
    let part = Part::bytes(b"file".as_slice()).file_name("file.txt");
    request.multipart(Form::new().part("file", part))
}

/// A person who is nobody's caller.
async fn person(desk: &Desk, email: &str, role: &str) -> String {
    let company = (role == "collaborator").then_some(&desk.company);
    let person = json!({"name": email, "email": email, "role": role, "companyId": company});
    desk.admin.post("/api/admin/users", person).await.text("id")
}
