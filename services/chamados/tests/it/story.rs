//! The story the product began with: a desk is set up, a computer enrols, its person is helped, and
//! everything outlives a restart. Told over HTTP and gRPC, by the real agent.

use std::time::Duration;

use chamados_agent::Exit;
use chamados_chassis::clock::{self, Clock as _, SystemClock};
use chamados_testkit::{
    Sandbox, eventually,
    sandbox::{
        Answer, Browser, Computer, INTERVAL_SECONDS, Live, OFFLINE_GRACE_MILLIS, PASSWORD,
        Transcript,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::fixture::{Desk, SOON, items, pluck, text};

/// What the panel shows "at once": two seconds are promised, the rest is for a test machine that does
/// other things beside.
const AT_ONCE: Duration = Duration::from_secs(5);
/// A job that every installation has.
const JOB: &str = "identity-purge-expired";

/// Tells it, and gives what was answered.
pub(crate) async fn tell(sandbox: &mut Sandbox) -> anyhow::Result<Transcript> {
    let mut story = Story::begin(sandbox).await?;
    let computer = sandbox.computer()?;
    let device = story.a_computer_enrols(sandbox, &computer).await?;
    let ticket = story.a_ticket_is_worked(&device).await;
    story.the_agent_stops_and_dies(&computer, &device).await?;
    story.the_agent_is_reset(sandbox, &computer, &device, &ticket).await?;
    let run = story.a_job_runs().await;
    let agent = story.desk.online(&computer, &device).await;
    story.the_server_restarts(sandbox, &device, &ticket, &run).await?;
    agent.stop().await?;
    story.desk.is(&device, "offline", AT_ONCE).await;
    Ok(story.transcript)
}

struct Story {
    transcript: Transcript,
    desk: Desk,
    live: Live,
}

impl Story {
    async fn get(&mut self, path: &str) -> Value {
        let answer = self.desk.admin.get(path).await;
        self.transcript.note(answer).ok()
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        let answer = self.desk.admin.post(path, body).await;
        self.transcript.note(answer)
    }

    async fn begin(sandbox: &Sandbox) -> anyhow::Result<Self> {
        let mut transcript = Transcript::new(&host_name()?);
        transcript.say("The link of the first start makes the first admin, once.");
        let admin = sandbox.browser();
        assert_eq!(transcript.note(admin.get("/api/setup").await).ok()["required"], true);
        transcript.note(admin.get("/api/me").await).refused(401, "unauthenticated");
        let set_up = set_up(sandbox)?;
        let _user = transcript.note(admin.post("/api/setup", set_up.clone()).await).ok();
        transcript.note(admin.post("/api/setup", set_up).await).refused(409, "setup_done");
        let _me = transcript.note(admin.get("/api/me").await).ok();

        transcript.say("A company gets a provisioning code.");
        let company = json!({"name": "Acme", "nickname": "acme"});
        let company = transcript.note(admin.post("/api/admin/companies", company).await).ok();
        let id = text(&company, "id");
        let company = admin.get(&format!("/api/admin/companies/{id}")).await;
        let company = transcript.note(company).ok();
        let code = text(&company, "provisioningCode");
        default_queue(&admin).await;
        let _queues = transcript.note(admin.get("/api/queues").await).ok();
        let live = admin.listen(None).await;
        Ok(Self { transcript, desk: Desk { admin, company: id, code }, live })
    }

    /// A computer is enrolled and online within two seconds, and says what it is.
    async fn a_computer_enrols(
        &mut self,
        sandbox: &Sandbox,
        computer: &Computer,
    ) -> anyhow::Result<String> {
        self.transcript.say("A computer enrols; its agent brings it online at once.");
        let enrolled =
            computer.enroll(sandbox.agent_url(), &self.desk.code, "ana@acme.example").await?;
        assert!(!enrolled.reused);
        let id = enrolled.device_id.to_string();
        let path = format!("/api/admin/devices/{id}");
        assert_eq!(self.desk.device(&id).await["inventory"]["os"], Value::Null);

        let agent = computer.run();
        self.live.signal("device.presence", &id, AT_ONCE).await;
        self.desk.is(&id, "online", AT_ONCE).await;
        let device = eventually(AT_ONCE, "the computer says what it is", async || {
            let device = self.desk.admin.get(&path).await.ok();
            (device["inventory"]["os"]["hostName"] == host_name().ok()?).then_some(device)
        })
        .await;
        is_described(&device);
        let _device = self.get(&path).await;
        let list = self.get("/api/admin/devices?q=&presence=online").await;
        assert_eq!(pluck(&list, "id"), [id.as_str()]);
        let people = self.get("/api/admin/users?role=collaborator").await;
        assert_eq!(pluck(&people, "email"), ["ana@acme.example"]);
        agent.stop().await?;
        self.live.signal("device.presence", &id, AT_ONCE).await;
        self.desk.is(&id, "offline", AT_ONCE).await;
        Ok(id)
    }

    /// A ticket from "Pendente" to "Resolvido".
    async fn a_ticket_is_worked(&mut self, device: &str) -> String {
        self.transcript.say("A ticket for it waits in the queue Chamados.");
        let body = json!({
            "subject": "Sem rede", "description": "<p>Não conecta.</p>", "deviceId": device,
            "priority": "high",
        });
        let ticket = self.post("/api/tickets", body).await.ok();
        let id = text(&ticket, "id");
        assert_eq!(ticket["status"], "pending");
        assert_eq!(ticket["queue"]["name"], "Chamados");
        assert_eq!(ticket["device"]["id"], device);
        self.live.signal("ticket.changed", &id, AT_ONCE).await;
        let path = |verb: &str| format!("/api/tickets/{id}{verb}");

        self.transcript.say("Play, comment, pause, play, Encerrar.");
        let comment = json!({"body": "<p>Já vejo.</p>", "visibility": "public"});
        self.post(&path("/comments"), comment.clone()).await.refused(409, "ticket_unassigned");
        assert_eq!(self.post(&path("/start"), json!({})).await.ok()["status"], "in_progress");
        let _comment = self.post(&path("/comments"), comment).await.ok();
        let note = json!({"body": "<p>Cabo?</p>", "visibility": "internal"});
        let _comment = self.post(&path("/comments"), note).await.ok();
        self.a_second_of_work(&id).await;
        let pause = json!({"reason": "waiting_requester", "note": "ligar às 10"});
        assert_eq!(self.post(&path("/pause"), pause).await.ok()["status"], "paused");
        assert_eq!(self.post(&path("/start"), json!({})).await.ok()["status"], "in_progress");
        let message = json!({"message": "<p>Era o cabo.</p>"});
        assert_eq!(self.post(&path("/resolve"), message).await.ok()["status"], "resolved");
        self.live.signal("ticket.changed", &id, AT_ONCE).await;

        self.transcript.say("The timeline tells it, and the work sessions add up.");
        let timeline = self.get(&path("/timeline")).await;
        let kinds = pluck(&timeline, "type");
        assert_eq!(
            kinds,
            ["created", "started", "commented", "commented", "paused", "started", "resolved"],
        );
        let comments = self.get(&path("/comments")).await;
        assert_eq!(items(&comments).len(), 3, "the closing message is a comment");
        let sessions = self.get(&path("/work-sessions")).await;
        let ticket = self.get(&path("")).await;
        assert_eq!(ticket["workedSeconds"], worked(&sessions));
        assert!(worked(&sessions) >= 1, "{sessions:#}");
        self.the_device_tells_of(device, &id).await;
        id
    }

    /// Waits until the open work session is a second old, which must show in the sum.
    async fn a_second_of_work(&self, ticket: &str) {
        let ticket = self.desk.admin.get(&format!("/api/tickets/{ticket}")).await.ok();
        let since = time(&ticket["workingSince"]);
        eventually(SOON, "a second passes", async || {
            (SystemClock.now() - since > TimeDelta::milliseconds(1_100)).then_some(())
        })
        .await;
    }

    /// The device's own timeline hears of the ticket by events.
    async fn the_device_tells_of(&mut self, device: &str, ticket: &str) {
        let path = format!("/api/admin/devices/{device}/timeline?pageSize=100");
        let told = eventually(SOON, "the device's timeline has the ticket", async || {
            let timeline = self.desk.admin.get(&path).await.ok();
            let about = items(&timeline).iter().filter(|entry| entry["ticketId"] == ticket);
            let about: Vec<Value> = about.cloned().collect();
            (about.len() == 2).then_some(about)
        })
        .await;
        self.transcript.note_value("the device's timeline, of the ticket", told.into());
    }

    /// Good-bye is offline at once; silence is offline by the rule, and not before.
    async fn the_agent_stops_and_dies(
        &mut self,
        computer: &Computer,
        device: &str,
    ) -> anyhow::Result<()> {
        self.transcript.say("Stopped, it is offline at once; killed, by the rule.");
        let agent = self.desk.online(computer, device).await;
        assert_eq!(agent.stop().await?, Exit::Stopped);
        self.desk.is(device, "offline", AT_ONCE).await;

        let agent = self.desk.online(computer, device).await;
        agent.kill().await;
        let silent = 3_000 * INTERVAL_SECONDS + OFFLINE_GRACE_MILLIS;
        let gone = eventually(2 * SOON, "silence is noticed", async || {
            let device = self.desk.device(device).await;
            let presence = text(&device, "presence");
            (!matches!(presence.as_str(), "online" | "stale")).then_some(device)
        })
        .await;
        assert_eq!(gone["presence"], "offline");
        // By the server's own word, which keeps tenths of a second.
        let after = time(&gone["presenceSince"]) - time(&gone["lastSeenAt"]);
        let rule = TimeDelta::milliseconds(i64::try_from(silent)?);
        let tenth = TimeDelta::milliseconds(100);
        assert!(after >= rule - tenth, "offline after only {after}");
        assert!(after <= rule + TimeDelta::seconds(2), "offline only after {after}");
        Ok(())
    }

    /// A reset cuts the stream, voids the token, and keeps the record and its ticket.
    async fn the_agent_is_reset(
        &mut self,
        sandbox: &Sandbox,
        computer: &Computer,
        device: &str,
        ticket: &str,
    ) -> anyhow::Result<()> {
        self.transcript.say("Resetar agente: cut at once; enrolled again, the same device.");
        let agent = self.desk.online(computer, device).await;
        let path = format!("/api/admin/devices/{device}/reset-agent");
        assert_eq!(self.post(&path, json!({})).await.ok()["revokedTokens"], 1);
        let began = clock::system().instant();
        assert_eq!(agent.exit().await?, Exit::Reset);
        assert!(began.elapsed() < AT_ONCE, "cut only after {:?}", began.elapsed());
        assert_eq!(self.desk.device(device).await["enrolled"], false);
        assert_eq!(computer.run().exit().await?, Exit::Reset, "the old token is void");

        let enrolled =
            computer.enroll(sandbox.agent_url(), &self.desk.code, "ana@acme.example").await?;
        assert!(enrolled.reused);
        assert_eq!(enrolled.device_id.to_string(), device);
        let tickets = self.get(&format!("/api/tickets?deviceId={device}")).await;
        assert_eq!(pluck(&tickets, "id"), [ticket]);
        let kinds = self.desk.admin.get(&format!("/api/admin/devices/{device}/timeline")).await;
        let kinds = kinds.ok();
        for kind in ["enrolled", "inventory_changed", "online", "offline", "reset", "reenrolled"] {
            assert!(pluck(&kinds, "type").contains(&kind), "{kind}: {kinds:#}");
        }
        Ok(())
    }

    /// A job ran, and says what it did.
    async fn a_job_runs(&mut self) -> String {
        self.transcript.say("A job runs and leaves a line in its log.");
        let jobs = self.desk.admin.get("/api/admin/jobs").await.ok();
        self.transcript.note_value("keys of the jobs", pluck(&jobs, "key").into());
        let run = self.post(&format!("/api/admin/jobs/{JOB}/run"), json!({})).await.ok();
        let run = text(&run, "runId");
        eventually(SOON, "the job ran", async || {
            let run = self.desk.admin.get(&format!("/api/admin/runs/{run}")).await.ok();
            (run["state"] == "succeeded").then_some(())
        })
        .await;
        let detail = self.get(&format!("/api/admin/runs/{run}")).await;
        let lines = detail["logLines"].as_array().map_or(0, Vec::len);
        assert!(lines >= 1, "{detail:#}");
        run
    }

    /// Everything is still there, the session too, and the agent comes back by itself.
    async fn the_server_restarts(
        &mut self,
        sandbox: &mut Sandbox,
        device: &str,
        ticket: &str,
        run: &str,
    ) -> anyhow::Result<()> {
        self.transcript.say("The server restarts, and everything is still there.");
        let paths = [
            "/api/me".to_owned(),
            format!("/api/admin/companies/{}", self.desk.company),
            format!("/api/tickets/{ticket}"),
            format!("/api/tickets/{ticket}/timeline"),
            format!("/api/tickets/{ticket}/comments"),
            format!("/api/tickets/{ticket}/work-sessions"),
            format!("/api/admin/runs/{run}"),
        ];
        let mut before = Vec::new();
        for path in &paths {
            before.push(settled(self.desk.admin.get(path).await.ok()));
        }
        let stable = self.desk.device(device).await;
        sandbox.restart().await?;
        assert!(sandbox.setup_link().is_err(), "there is an admin");
        for (path, before) in paths.iter().zip(before) {
            assert_eq!(settled(self.desk.admin.get(path).await.ok()), before, "{path}");
        }
        // What the hot store remembers is not yet the agent itself.
        let restarted = SystemClock.now();
        eventually(2 * SOON, "the agent comes back", async || {
            (time(&self.desk.device(device).await["lastSeenAt"]) > restarted).then_some(())
        })
        .await;
        self.desk.is(device, "online", AT_ONCE).await;
        let now = self.desk.device(device).await;
        for field in
            ["id", "hostName", "company", "assignedUser", "osLabel", "inventory", "enrolled"]
        {
            assert_eq!(now[field], stable[field], "{field}");
        }
        Ok(())
    }
}

/// Without what is of the moment.
fn settled(mut value: Value) -> Value {
    if let Some(device) = value.get_mut("device").and_then(Value::as_object_mut) {
        device.remove("presence");
    }
    value
}

fn set_up(sandbox: &Sandbox) -> anyhow::Result<Value> {
    let link = sandbox.setup_link()?;
    let (address, token) = link.split_once("/setup?token=").unwrap();
    assert_eq!(address, sandbox.browser().url(""));
    Ok(json!({
        "token": token, "tenantName": "Suporte", "name": "Ada", "email": "ada@suporte.example",
        "password": PASSWORD,
    }))
}

async fn default_queue(admin: &Browser) {
    eventually(SOON, "the tenant has its default queue", async || {
        (admin.get("/api/queues").await.ok()["total"] == 1).then_some(())
    })
    .await;
}

/// Its inventory is this machine's.
fn is_described(device: &Value) {
    let inventory = &device["inventory"];
    assert!(!text(device, "osLabel").is_empty(), "{device:#}");
    assert!(!text(&inventory["hardware"], "cpuModel").is_empty(), "{device:#}");
    assert!(inventory["hardware"]["memoryBytes"].as_u64() > Some(1 << 28), "{device:#}");
    for list in ["disks", "interfaces"] {
        assert!(inventory[list].is_array(), "{list}: {device:#}");
    }
    assert_eq!(device["name"], device["hostName"], "{device:#}");
}

/// Whole seconds of all closed sessions, each by itself.
fn worked(sessions: &Value) -> i64 {
    let length = |session: &Value| time(&session["endedAt"]) - time(&session["startedAt"]);
    items(sessions).iter().map(|session| length(session).num_seconds()).sum()
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_default().parse().unwrap_or_else(|_| panic!("no time: {value}"))
}

/// What the kernel calls this machine.
fn host_name() -> anyhow::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/hostname")?.trim().to_owned())
}
