//! Live updates: who hears what, and what a browser that comes back gets.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use chamados_chassis::{
    auth::{Audience, Principal, Role},
    bus::Heard,
    id::{CompanyId, TenantId},
    shutdown::Shutdown,
};
use chamados_gateway::Config;
use chamados_proto::event::v1::Signal;
use http::{Method, Response};
use http_body_util::BodyExt as _;
use uuid::Uuid;

use crate::fixture::{Call, Fixture, person};

/// A started gateway.
fn started(config: Config) -> (Fixture, Shutdown) {
    let fixture = Fixture::with(config);
    let shutdown = Shutdown::new();
    fixture.service.start(&shutdown);
    (fixture, shutdown)
}

fn signal(fixture: &Fixture, tenant: TenantId, id: &str, audience: Audience) {
    let signal = Signal {
        tenant_id: tenant.to_string(),
        topic: "ticket.changed".into(),
        ids: vec![id.to_owned()],
        audience: Some(audience.into()),
    };
    fixture.bus.0.send(Heard::Signal(Arc::new(signal))).unwrap();
}

/// The events a browser reads.
struct Browser {
    body: Body,
    last_id: String,
}

impl Browser {
    async fn open(fixture: &Fixture, cookie: &str, last_id: Option<&str>) -> Self {
        let mut call = fixture.call(Method::GET, "/api/events").header("cookie", cookie);
        if let Some(id) = last_id {
            call = call.header("last-event-id", id);
        }
        Self::of(call).await
    }

    async fn of(call: Call) -> Self {
        let response: Response<Body> = call.header("accept-encoding", "gzip").open().await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"), "frames must not wait");
        let mut browser = Self { body: response.into_body(), last_id: String::new() };
        let ready = browser.frame().await.unwrap();
        assert!(ready.contains("event: ready\n"), "{ready}");
        assert!(ready.contains("data: {\"pingMillis\":15000}\n"), "{ready}");
        browser
    }

    /// The next frame that is no ping; none at the end of the stream.
    async fn frame(&mut self) -> Option<String> {
        loop {
            let frame = self.body.frame().await?.unwrap().into_data().unwrap();
            let text = String::from_utf8(frame.to_vec()).unwrap();
            let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
            id.clone_into(&mut self.last_id);
            if !text.contains("event: ping\n") {
                return Some(text);
            }
        }
    }

    async fn hears(&mut self, what: &str) {
        let frame = tokio::time::timeout(Duration::from_secs(60), self.frame()).await;
        let frame = frame.unwrap().unwrap();
        assert!(frame.contains(what), "{frame}");
    }

    /// Whether nothing came for a minute.
    async fn hears_nothing(&mut self) {
        let frame = tokio::time::timeout(Duration::from_secs(60), self.frame()).await;
        assert!(frame.is_err(), "{frame:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn signals_reach_those_who_may_see_them() {
    let (fixture, _shutdown) = started(Config::default());
    let (tenant, company) = (TenantId::new(), CompanyId::new());
    let manager = person(tenant, Role::Manager, Some(company));
    let collaborator = person(tenant, Role::Collaborator, Some(company));
    let mut browsers = Vec::new();
    for principal in [
        person(tenant, Role::Agent, None),
        manager.clone(),
        collaborator.clone(),
        person(tenant, Role::Manager, Some(CompanyId::new())),
        person(TenantId::new(), Role::Admin, None),
    ] {
        let cookie = fixture.sign_in(principal);
        browsers.push(Browser::open(&fixture, &cookie, None).await);
    }
    let users = |principal: &Principal| vec![principal.user().unwrap()];
    signal(&fixture, tenant, "staff", Audience::staff());
    signal(&fixture, tenant, "company", Audience { company: Some(company), users: vec![] });
    signal(&fixture, tenant, "one", Audience { company: None, users: users(&collaborator) });

    let expected: [&[&str]; 5] = [&["staff", "company", "one"], &["company"], &["one"], &[], &[]];
    for (browser, ids) in browsers.iter_mut().zip(expected) {
        for id in ids {
            let data = format!("data: {{\"topic\":\"ticket.changed\",\"ids\":[\"{id}\"]}}\n");
            browser.hears(&data).await;
        }
        browser.hears_nothing().await;
    }
}

#[tokio::test(start_paused = true)]
async fn signals_of_every_tenant_reach_staff_only() {
    let (fixture, _shutdown) = started(Config::default());
    let tenant = TenantId::new();
    let staff = fixture.sign_in(person(tenant, Role::Admin, None));
    let manager = person(tenant, Role::Manager, Some(CompanyId::new()));
    let users = vec![manager.user().unwrap()];
    let manager = fixture.sign_in(manager);
    let mut staff = Browser::open(&fixture, &staff, None).await;
    let mut manager = Browser::open(&fixture, &manager, None).await;
    signal(&fixture, Uuid::nil().into(), "job", Audience { company: None, users });
    staff.hears("\"job\"").await;
    manager.hears_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_comes_back_gets_what_it_missed() {
    let (fixture, _shutdown) = started(Config::default());
    let tenant = TenantId::new();
    let cookie = fixture.sign_in(person(tenant, Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    signal(&fixture, tenant, "first", Audience::staff());
    browser.hears("\"first\"").await;
    let seen = browser.last_id.clone();
    drop(browser);
    signal(&fixture, tenant, "second", Audience::staff());
    signal(&fixture, TenantId::new(), "of another tenant", Audience::staff());
    signal(&fixture, tenant, "third", Audience::staff());
    tokio::time::sleep(Duration::from_secs(1)).await;

    let mut browser = Browser::open(&fixture, &cookie, Some(&seen)).await;
    browser.hears("\"second\"").await;
    browser.hears("\"third\"").await;
    signal(&fixture, tenant, "fourth", Audience::staff());
    browser.hears("\"fourth\"").await;
    browser.hears_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_resumes_from_its_last_ping() {
    let (fixture, _shutdown) = started(Config::default());
    let tenant = TenantId::new();
    let cookie = fixture.sign_in(person(tenant, Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    let ready = browser.last_id.clone();
    signal(&fixture, TenantId::new(), "of another tenant", Audience::staff());
    browser.hears_nothing().await;
    assert_ne!(browser.last_id, ready, "the ping told how far the stream is");
    let seen = browser.last_id.clone();
    let mut browser = Browser::open(&fixture, &cookie, Some(&seen)).await;
    browser.hears_nothing().await;
}

/// What a page sees of a stream, which does not see comments.
#[tokio::test(start_paused = true)]
async fn a_quiet_stream_says_that_it_lives() {
    let (fixture, _shutdown) = started(Config::default());
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    let clock = chamados_chassis::clock::system();
    for _ in 0..3 {
        let asked = clock.instant();
        let frame = browser.body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(frame.starts_with(b"event: ping\n"), "{frame:?}");
        assert!(frame.ends_with(b"\ndata: {}\n\n"), "{frame:?}");
        assert_eq!((clock.instant() - asked).as_secs(), 15);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_resumes_by_the_address_and_its_browser_by_the_header() {
    let (fixture, _shutdown) = started(Config::default());
    let tenant = TenantId::new();
    let cookie = fixture.sign_in(person(tenant, Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    let ready = browser.last_id.clone();
    signal(&fixture, tenant, "first", Audience::staff());
    browser.hears("\"first\"").await;
    let first = browser.last_id.clone();
    signal(&fixture, tenant, "second", Audience::staff());
    browser.hears("\"second\"").await;

    let address = format!("/api/events?lastEventId={ready}");
    let by_address = || fixture.call(Method::GET, &address).header("cookie", &cookie);
    let mut page = Browser::of(by_address()).await;
    page.hears("\"first\"").await;
    page.hears("\"second\"").await;
    let mut browser = Browser::of(by_address().header("last-event-id", &first)).await;
    browser.hears("\"second\"").await;
    browser.hears_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_resumed_is_a_reset() {
    let (fixture, _shutdown) = started(Config::default());
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    for id in ["nonsense", "00000000-1", "-", "é"] {
        let mut browser = Browser::open(&fixture, &cookie, Some(id)).await;
        browser.hears("event: reset\n").await;
        browser.hears_nothing().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_gap_of_the_bus_is_a_reset_for_all_then_and_later() {
    let (fixture, _shutdown) = started(Config::default());
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    let before = browser.last_id.clone();
    fixture.bus.0.send(Heard::Gap).unwrap();
    browser.hears("event: reset\n").await;
    let after = browser.last_id.clone();

    let mut late = Browser::open(&fixture, &cookie, Some(&before)).await;
    late.hears("event: reset\n").await;
    let mut current = Browser::open(&fixture, &cookie, Some(&after)).await;
    current.hears_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn the_stream_of_a_revoked_session_ends() {
    let (fixture, _shutdown) = started(Config::default());
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    browser.hears_nothing().await;
    fixture.revoke();
    let ended = tokio::time::timeout(Duration::from_secs(30), browser.frame()).await;
    assert_eq!(ended, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn every_stream_ends_with_the_process() {
    let (fixture, shutdown) = started(Config::default());
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    let mut browser = Browser::open(&fixture, &cookie, None).await;
    assert_eq!(shutdown.drain(Duration::from_secs(1)).await, Ok(()));
    assert_eq!(browser.frame().await, None);
    let late = fixture.call(Method::GET, "/api/events").header("cookie", &cookie).send().await;
    late.problem(503, "busy");
}

#[tokio::test(start_paused = true)]
async fn streams_are_bounded() {
    let (fixture, _shutdown) = started(Config { live_streams: 1, ..Config::default() });
    let cookie = fixture.sign_in(person(TenantId::new(), Role::Agent, None));
    let open = || fixture.call(Method::GET, "/api/events").header("cookie", &cookie);
    let browser = Browser::open(&fixture, &cookie, None).await;
    let reply = open().send().await;
    reply.problem(503, "busy");
    assert_eq!(reply.header("retry-after"), "2");
    drop(browser);
    assert_eq!(open().open().await.status(), 200);
}

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let (fixture, _shutdown) = started(Config::default());
    fixture.call(Method::GET, "/api/events").send().await.problem(401, "unauthenticated");
}
