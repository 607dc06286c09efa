//! Stopping in order: what was begun is finished, what was acknowledged stays, and it ends in time.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chamados_chassis::{clock, task};
use chamados_testkit::{Sandbox, sandbox::Browser, sandbox_suite};
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::fixture::{Desk, SOON, pluck};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_request_under_way_is_answered,
    what_was_acknowledged_under_load_is_there_afterwards,
    agents_and_browsers_do_not_hold_it_up,
);
sandbox_suite!(
    split: Split on PostgresRedis;
    what_was_acknowledged_under_load_is_there_afterwards,
    agents_and_browsers_do_not_hold_it_up,
);

/// With nothing stuck, stopping is quick.
const QUICK: Duration = Duration::from_secs(5);

/// The server has begun to read the body when it is told to stop; the rest comes afterwards.
async fn a_request_under_way_is_answered(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let url = desk.admin.request(Method::GET, "/").build()?.url().clone();
    let address = url.authority().to_owned();
    let cookie = desk.admin.session_cookie().unwrap();
    let body = json!({"subject": "under way"}).to_string();
    let mut stream = TcpStream::connect(&address).await?;
    let head = format!(
        "POST /api/tickets HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Cookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len(),
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = [0; 4096];
    let length = tokio::time::timeout(SOON, stream.read(&mut answer)).await??;
    let going_on = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(going_on.starts_with("HTTP/1.1 100"), "{going_on}");

    let finish = async {
        // Polled only once stopping has begun.
        stream.write_all(body.as_bytes()).await?;
        let length = tokio::time::timeout(SOON, stream.read(&mut answer)).await??;
        anyhow::Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
    };
    let (restarted, answer) = tokio::join!(biased; sandbox.restart(), finish);
    restarted?;
    let answer = answer?;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let tickets = desk.admin.get("/api/tickets").await.ok();
    assert_eq!(pluck(&tickets, "subject"), ["under way"]);
    Ok(())
}

/// Opens tickets one after another until told to stop; gives those that were acknowledged.
async fn open_tickets(browser: Browser, stop: Arc<AtomicBool>) -> BTreeSet<String> {
    let mut acknowledged = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        let request = browser.request(Method::POST, "/api/tickets").json(&json!({"subject": "s"}));
        // While the server is away connections are refused, which acknowledges nothing.
        if let Ok(answer) = browser.try_send(request).await {
            match answer.status {
                201 => {
                    acknowledged.insert(answer.text("id"));
                }
                503 => answer.refused(503, "unavailable"),
                _ => panic!("neither done nor away: {answer:#?}"),
            }
        }
        tokio::task::yield_now().await;
    }
    acknowledged
}

async fn what_was_acknowledged_under_load_is_there_afterwards(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..8)
        .map(|_| task::spawn("load", open_tickets(desk.admin.beside(0), stop.clone())))
        .collect();
    for round in 1..=3 {
        chamados_testkit::eventually(SOON, "tickets are opened", async || {
            let answer = desk.admin.get("/api/tickets?pageSize=1").await;
            (answer.status == 200 && answer.body["total"].as_i64() > Some(20 * round)).then_some(())
        })
        .await;
        sandbox.restart().await?;
    }
    stop.store(true, Ordering::Relaxed);
    let mut acknowledged = BTreeSet::new();
    for worker in workers {
        acknowledged.extend(worker.await?);
    }
    let (mut found, mut numbers, mut token) = (BTreeSet::new(), BTreeSet::new(), String::new());
    loop {
        let path = format!("/api/tickets?pageSize=100&pageToken={token}");
        let page = desk.admin.get(&path).await.ok();
        for ticket in page["items"].as_array().unwrap() {
            found.insert(ticket["id"].as_str().unwrap().to_owned());
            assert!(numbers.insert(ticket["number"].as_i64()), "a number twice: {ticket:#}");
        }
        match page["nextPageToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "{} of {} are lost", lost.len(), acknowledged.len());
    assert!(acknowledged.len() > 60, "only {} were opened", acknowledged.len());
    Ok(())
}

async fn agents_and_browsers_do_not_hold_it_up(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let agent = desk.online(&computer, &device).await;
    let mut live = desk.admin.listen(None).await;
    let began = clock::system().instant();
    sandbox.restart().await?;
    let took = began.elapsed();
    assert!(took < QUICK, "a restart took {took:?}");
    assert!(live.ends(SOON).await);
    desk.is(&device, "online", 2 * SOON).await;
    agent.stop().await?;
    Ok(())
}
