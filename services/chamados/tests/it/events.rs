//! Live updates: nothing is lost by a reconnect, and nobody hears what is not theirs.

use std::time::Duration;

use chamados_chassis::clock;
use chamados_testkit::{
    Sandbox, eventually,
    sandbox::{Browser, Live},
    sandbox_suite,
};
use serde_json::json;

use crate::fixture::{Desk, SOON, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_reconnect_loses_nothing,
    what_cannot_be_resumed_is_said_so,
    what_services_tell_each_other_is_not_for_browsers,
    facts_do_not_wait_for_a_poll,
    each_hears_what_concerns_them,
    presence_is_told_to_those_whom_the_device_concerns,
);
sandbox_suite!(
    replicated: Replicated on PostgresRedis;
    a_change_is_heard_on_every_replica,
    another_replica_cannot_resume_and_says_so,
    each_hears_what_concerns_them,
);

/// Two seconds are promised, the rest is for a test machine that does other things beside.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn a_reconnect_loses_nothing(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut live = desk.admin.listen(None).await;
    let first = text(&desk.ticket("before").await, "id");
    live.signal("ticket.changed", &first, AT_ONCE).await;
    let mut last = live.last_id().to_owned();
    drop(live);
    for round in 0..3 {
        let mut missed = Vec::new();
        for number in 0..5 {
            missed.push(text(&desk.ticket(&format!("{round}.{number}")).await, "id"));
        }
        let mut live = desk.admin.listen(Some(&last)).await;
        // Exactly those, once each and in order, then what is new.
        for id in &missed {
            assert_eq!(next_ticket(&mut live).await, *id);
        }
        let fresh = text(&desk.ticket("after").await, "id");
        assert_eq!(next_ticket(&mut live).await, fresh);
        last = live.last_id().to_owned();
    }
    Ok(())
}

/// The next ticket that changed; jobs run beside.
async fn next_ticket(live: &mut Live) -> String {
    loop {
        let frame = live.next(AT_ONCE).await;
        assert_eq!(frame.event, "signal", "{frame:?}");
        if frame.data["topic"] == "ticket.changed" {
            return text(&json!({"id": frame.data["ids"][0]}), "id");
        }
    }
}

async fn what_cannot_be_resumed_is_said_so(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut live = desk.admin.listen(None).await;
    let id = text(&desk.ticket("one").await, "id");
    live.signal("ticket.changed", &id, AT_ONCE).await;
    let (epoch, _) = live.last_id().split_once('-').unwrap();
    let future = format!("{epoch}-999999");
    for unknown in ["", "nonsense", "00000000-1", &future] {
        let mut live = desk.admin.listen(Some(unknown)).await;
        assert_eq!(live.next(AT_ONCE).await.event, "reset", "{unknown:?}");
    }
    let last = live.last_id().to_owned();
    sandbox.restart().await?;
    assert!(live.ends(SOON).await, "a stopping server ends its streams");
    let mut live = desk.admin.listen(Some(&last)).await;
    assert_eq!(live.next(AT_ONCE).await.event, "reset", "after a restart");
    Ok(())
}

async fn what_services_tell_each_other_is_not_for_browsers(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let contract = desk.admin.get("/api/openapi.json").await.ok();
    let contract = text(&contract["paths"]["/api/events"]["get"], "description");
    let mut live = desk.admin.listen(None).await;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &device).await;
    let _reset = desk.admin.press(&format!("/api/admin/devices/{device}/reset-agent")).await.ok();
    agent.exit().await?;
    let last = text(&desk.ticket("last").await, "id");
    loop {
        let frame = live.next(AT_ONCE).await;
        let topic = text(&frame.data, "topic");
        assert!(contract.contains(&format!("`{topic}`")), "{topic} is not in the contract");
        if frame.is_about("ticket.changed", &last) {
            return Ok(());
        }
    }
}

/// A commit wakes the relay. The poll, which finds what other replicas committed, comes twice a second
/// only: waiting for it each time would take ten.
async fn facts_do_not_wait_for_a_poll(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    const ROUNDS: usize = 20;
    let desk = Desk::open(sandbox).await?;
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let path = format!("/api/admin/devices/{device}/timeline?pageSize=1");
    let before = desk.admin.get(&path).await.ok()["total"].as_i64().unwrap();
    let began = clock::system().instant();
    for round in 1..=ROUNDS {
        let ticket = json!({"subject": round.to_string(), "deviceId": device});
        let _ticket = desk.admin.post("/api/tickets", ticket).await.ok();
        eventually(SOON, "the device's timeline has the ticket", async || {
            let total = desk.admin.get(&path).await.ok()["total"].as_i64();
            (total >= Some(before + round as i64)).then_some(())
        })
        .await;
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{ROUNDS} facts took {took:?}");
    Ok(())
}

/// A listener, and how to make something happen that concerns them for certain.
struct Ear {
    name: &'static str,
    browser: Browser,
    live: Live,
}

impl Ear {
    async fn of(name: &'static str, browser: Browser) -> Self {
        let live = browser.listen(None).await;
        Self { name, browser, live }
    }

    /// Whether `id` was heard of before a ticket that they open now.
    async fn heard(&mut self, topic: &str, id: &str) -> bool {
        let own = json!({"subject": "mine"});
        let own = self.browser.post("/api/tickets", own).await.text("id");
        let mut heard = false;
        loop {
            let frame = self.live.next(AT_ONCE).await;
            assert_eq!(frame.event, "signal", "{}: {frame:?}", self.name);
            heard |= frame.is_about(topic, id);
            if frame.is_about("ticket.changed", &own) {
                return heard;
            }
        }
    }
}

/// Everybody there is, and whether what concerns `ana` concerns them.
async fn everybody(
    sandbox: &Sandbox,
    desk: &Desk,
    ana: Browser,
) -> anyhow::Result<Vec<(Ear, bool)>> {
    let globex = json!({"name": "Globex", "nickname": "globex"});
    let globex = desk.admin.post("/api/admin/companies", globex).await.text("id");
    let stranger = json!({
        "name": "Gil", "email": "gil@globex.example", "role": "manager", "companyId": globex,
    });
    let _user = desk.admin.post("/api/admin/users", stranger).await.ok();
    let agent = desk.person(sandbox, "agent", "bia@desk.example").await?;
    let manager = desk.person(sandbox, "manager", "caio@acme.example").await?;
    let rui = desk.person(sandbox, "collaborator", "rui@acme.example").await?;
    let other = Desk::another(sandbox, "other").await?;
    Ok(vec![
        (Ear::of("admin", desk.admin.clone()).await, true),
        (Ear::of("agent", agent).await, true),
        (Ear::of("her manager", manager).await, true),
        (Ear::of("she", ana).await, true),
        (Ear::of("a colleague", rui).await, false),
        (Ear::of("another company", sandbox.sign_in("gil@globex.example").await?).await, false),
        (Ear::of("another tenant", other.admin).await, false),
    ])
}

async fn each_hears_what_concerns_them(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let mut ears = everybody(sandbox, &desk, ana.clone()).await?;
    let ticket = ana.post("/api/tickets", json!({"subject": "Sem rede"})).await.text("id");
    let _ticket = desk.admin.press(&format!("/api/tickets/{ticket}/start")).await.ok();
    for (ear, concerned) in &mut ears {
        assert_eq!(ear.heard("ticket.changed", &ticket).await, *concerned, "{}", ear.name);
    }
    Ok(())
}

async fn presence_is_told_to_those_whom_the_device_concerns(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let ana = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let mut ears = everybody(sandbox, &desk, ana).await?;
    let agent = desk.online(&computer, &device).await;
    agent.stop().await?;
    desk.is(&device, "offline", AT_ONCE).await;
    for (ear, concerned) in &mut ears {
        assert_eq!(ear.heard("device.presence", &device).await, *concerned, "{}", ear.name);
    }
    Ok(())
}

async fn a_change_is_heard_on_every_replica(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut ears = Vec::new();
    for gateway in 0..sandbox.gateways() {
        ears.push(desk.admin.beside(gateway).listen(None).await);
    }
    let (_computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    for gateway in 0..sandbox.gateways() {
        let here = desk.admin.beside(gateway);
        let ticket = here.post("/api/tickets", json!({"subject": "s"})).await.text("id");
        let company = format!("/api/admin/companies/{}", desk.company);
        let _company = here.patch(&company, json!({"name": format!("{gateway}")})).await.ok();
        let reset = format!("/api/admin/devices/{device}/reset-agent");
        let _reset = here.press(&reset).await.ok();
        for live in &mut ears {
            live.signal("ticket.changed", &ticket, AT_ONCE).await;
            live.signal("company.changed", &desk.company, AT_ONCE).await;
            live.signal("device.changed", &device, AT_ONCE).await;
        }
    }
    Ok(())
}

async fn another_replica_cannot_resume_and_says_so(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut live = desk.admin.beside(0).listen(None).await;
    let id = text(&desk.ticket("one").await, "id");
    live.signal("ticket.changed", &id, AT_ONCE).await;
    let mut other = desk.admin.beside(1).listen(Some(live.last_id())).await;
    assert_eq!(other.next(AT_ONCE).await.event, "reset");
    Ok(())
}
