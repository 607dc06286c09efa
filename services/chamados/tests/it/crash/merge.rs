//! Two accounts with something of everything, and what must be so after they were merged.

use chamados_bench::invariants::{self, Moment, Rows};
use chamados_chassis::{clock, task};
use chamados_testkit::{
    eventually,
    sandbox::{Browser, Computer, PASSWORD},
};
use futures::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::fleet::{Fleet, LIMIT};
use crate::fixture::{items, text};

/// More than are moved in two transactions.
pub(super) const TICKETS: i64 = 120;
/// Comments of the account that is no more.
const COMMENTS: usize = 3;
const FROM: &str = "ana.old@acme.example";
const INTO: &str = "ana@acme.example";
/// Under which the merge is asked for, each time.
const KEY: &str = "merge-ana";

pub(super) struct Merge {
    admin: Browser,
    nobody: Browser,
    from: String,
    pub(super) into: String,
    /// Of the account that is no more, in the order in which they were opened.
    pub(super) tickets: Vec<String>,
    /// Assigned to it.
    pub(super) device: String,
    /// Linked to it.
    linked: String,
}

impl Merge {
    /// Makes both accounts and what the first one has.
    pub(super) async fn prepare(fleet: &Fleet) -> anyhow::Result<Self> {
        let admin = fleet.set_up().await;
        let company = json!({"name": "Acme", "nickname": "acme"});
        let company = admin.post("/api/admin/companies", company).await.ok();
        let (id, code) = (text(&company, "id"), text(&company, "provisioningCode"));
        let mut ids = Vec::new();
        let mut browsers = Vec::new();
        for email in [FROM, INTO] {
            let invite = json!({"email": email, "role": "collaborator", "companyId": id});
            let link = admin.post("/api/admin/invites", invite).await.text("url");
            let token = link.split_once('#').map(|(_, token)| token).unwrap_or_default();
            let person = fleet.browser();
            let body = json!({"token": token, "name": email, "password": PASSWORD});
            let accepted = person.post("/api/auth/invites/accept", body).await.ok();
            ids.push(text(&accepted["user"], "id"));
            browsers.push(person);
        }
        eventually(LIMIT, "the tenant has its default queue", async || {
            (admin.get("/api/queues").await.ok()["total"] == 1).then_some(())
        })
        .await;
        let opening = stream::iter(0..TICKETS).map(|number| {
            let ticket = json!({"subject": format!("Chamado {number}")});
            browsers[0].post("/api/tickets", ticket)
        });
        let tickets: Vec<String> =
            opening.buffer_unordered(8).map(|answer| answer.text("id")).collect().await;
        for ticket in tickets.iter().take(COMMENTS) {
            let comment = json!({"body": "<p>Ainda.</p>", "visibility": "public"});
            let _comment =
                browsers[0].post(&format!("/api/tickets/{ticket}/comments"), comment).await.ok();
        }
        let mut devices = Vec::new();
        for email in [FROM, INTO] {
            let computer = Computer::new()?;
            let enrolled = computer.enroll(fleet.agent_url(), &code, email).await?;
            devices.push(enrolled.device_id.to_string());
        }
        let link = json!({"machineId": devices[1], "email": FROM});
        let _device = admin.post("/api/admin/devices/links", link).await.ok();
        let [from, into] = ids.try_into().unwrap_or_default();
        let [device, linked] = devices.try_into().unwrap_or_default();
        Ok(Self { admin, nobody: fleet.browser(), from, into, tickets, device, linked })
    }

    fn path(&self) -> String {
        format!("/api/admin/users/{}/merge", self.from)
    }

    /// Asks for the merge.
    pub(super) async fn ask(&self) {
        let merge =
            self.admin.post_once(&self.path(), KEY, json!({"intoUserId": self.into})).await.ok();
        assert_eq!(merge["state"], "moving", "{merge:#}");
    }

    /// Asks for it again, in the same words under the same key.
    pub(super) async fn ask_again(&self) {
        let body = json!({"intoUserId": self.into});
        eventually(LIMIT, "the merge is answered", async || {
            let answer = self.admin.post_once(&self.path(), KEY, body.clone()).await;
            assert!(matches!(answer.status, 200..300 | 503), "{answer:#?}");
            (answer.status < 300).then_some(())
        })
        .await;
    }

    /// Asks, without waiting for the answer: its status, when there is one.
    pub(super) fn ask_in_background(&self) -> JoinHandle<Option<u16>> {
        let (admin, path) = (self.admin.clone(), self.path());
        let body = json!({"intoUserId": self.into});
        task::spawn("merge", async move {
            let request = admin.request(Method::POST, &path).header("idempotency-key", KEY);
            admin.try_send(request.json(&body)).await.ok().map(|answer| answer.status)
        })
    }

    /// An answer, as soon as the services behind it are there.
    async fn read(&self, path: &str) -> Value {
        eventually(LIMIT, path, async || {
            let answer = self.admin.get(path).await;
            assert!(matches!(answer.status, 200 | 503), "{answer:#?}");
            (answer.status == 200).then_some(answer.body)
        })
        .await
    }

    /// Whether both accounts are as they were.
    pub(super) async fn nothing_has_happened(&self) -> bool {
        let user = self.read(&format!("/api/admin/users/{}", self.from)).await;
        user["active"] == true && user["mergedInto"].is_null()
    }

    /// It is decided: the account is no more, whatever is still to be moved.
    pub(super) async fn is_under_way(&self) {
        let user = self.read(&format!("/api/admin/users/{}", self.from)).await;
        assert_eq!(
            (&user["active"], &user["mergedInto"]["id"]),
            (&json!(false), &json!(self.into))
        );
        assert_eq!(self.read(&self.path()).await["state"], "moving");
        self.cannot_sign_in().await;
    }

    async fn cannot_sign_in(&self) {
        let body = json!({"email": FROM, "password": PASSWORD});
        let answer = self.nobody.post("/api/auth/sign-in/email", body).await;
        answer.refused(401, "credentials_invalid");
    }

    /// How many tickets are the survivor's.
    pub(super) async fn tickets_moved(&self, fleet: &Fleet) -> i64 {
        let query =
            format!("SELECT count(*) FROM ticket.ticket WHERE requester_id = '{}'", self.into);
        fleet.number(&query).await
    }

    /// Waits until all of them are.
    pub(super) async fn tickets_are_moved(&self, fleet: &Fleet) {
        eventually(LIMIT, "the tickets are moved", async || {
            (self.tickets_moved(fleet).await == TICKETS).then_some(())
        })
        .await;
    }

    /// Waits for the end of the merge and checks everything that must be so then.
    pub(super) async fn is_done(&self, fleet: &Fleet) -> anyhow::Result<()> {
        let merge = eventually(LIMIT, "the merge is done", async || {
            let merge = self.read(&self.path()).await;
            (merge["state"] == "done").then_some(merge)
        })
        .await;
        // What was moved was counted once.
        let moved = json!({
            "ticket": {
                "tickets_requested": TICKETS, "tickets_assigned": 0,
                "comments_written": COMMENTS, "work_sessions": 0,
                "tickets_watched": 0, "chat_messages": 0,
            },
            "device": {"devices_assigned": 1, "devices_linked": 1},
        });
        assert_eq!(merge["moved"], moved, "{merge:#}");

        for (requester, count) in [(&self.from, 0), (&self.into, TICKETS)] {
            let list = self.read(&format!("/api/tickets?requesterId={requester}&pageSize=1")).await;
            assert_eq!(list["total"], count, "{requester}");
        }
        // Each ticket was changed once: opened, and given to the survivor.
        let versions = "SELECT count(*) FROM ticket.ticket WHERE version <> 2";
        let commented = i64::try_from(COMMENTS)?;
        assert!(fleet.number(versions).await <= commented, "no ticket was changed twice");
        for ticket in self.tickets.iter().skip(COMMENTS).take(3) {
            let timeline = self.read(&format!("/api/tickets/{ticket}/timeline")).await;
            let types: Vec<_> = items(&timeline).iter().map(|entry| &entry["type"]).collect();
            assert_eq!(types.len(), 2, "{types:?}");
        }
        for table in ["ticket.comment WHERE author_id", "ticket.ticket_event WHERE actor_id"] {
            let left = format!("SELECT count(*) FROM {table} = '{}'", self.from);
            assert_eq!(fleet.number(&left).await, 0, "{table}");
        }
        let device = self.read(&format!("/api/admin/devices/{}", self.device)).await;
        assert_eq!(device["assignedUser"]["id"], json!(self.into), "{device:#}");
        let linked = self.read(&format!("/api/admin/devices/{}", self.linked)).await;
        assert_eq!(linked["linkedUsers"], json!([]), "assigned, so not linked too: {linked:#}");
        self.cannot_sign_in().await;
        for (action, times) in [("user.merged", 1), ("user.merge_finished", 1)] {
            let log = self.read(&format!("/api/admin/audit-log?action={action}")).await;
            assert_eq!(log["total"], times, "{action}: {log:#}");
        }
        let rows = Rows::open(fleet.database.url()).await?;
        let mut violated = Vec::new();
        let holds = async {
            loop {
                violated = invariants::all(&rows, Moment::After, clock::system().now()).await?;
                if violated.is_empty() {
                    return anyhow::Ok(());
                }
            }
        };
        match tokio::time::timeout(LIMIT, holds).await {
            Ok(read) => read?,
            Err(_) => panic!("{violated:#?}"),
        }
        Ok(())
    }
}
