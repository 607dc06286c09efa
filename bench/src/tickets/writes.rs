//! Opening tickets, playing and pausing them.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use chamados_chassis::id::{TenantId, TicketId, UserId};
use chamados_store_kit::Db;
use chamados_ticket::domain::{Command, Note, PauseReason};
use reqwest::Method;
use sea_orm::{FromQueryResult, Statement};
use serde_json::json;
use uuid::Uuid;

use super::{
    Bench, alone,
    report::Line,
    texts::{Numbers, sentence, words},
};

/// The lines whose growth is looked at.
pub(super) const CREATE: &str = "create";

/// Measures each.
///
/// # Errors
/// Something is refused.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Line>> {
    let created = create(bench).await?;
    let tickets: Arc<[TicketId]> = waiting(bench).await?.into();
    let by: UserId = bench.people.admin_id.into();
    let play = transition(bench, "play", "start", &tickets, Command::Start { by });
    let play = play.await?;
    let command = Command::Pause { reason: PauseReason::Break, note: Note::default() };
    let pause = transition(bench, "pause", "pause", &tickets, command).await?;
    Ok(vec![created, play, pause])
}

async fn create(bench: &Bench<'_>) -> Result<Line> {
    let requesters: Arc<[(Uuid, Uuid)]> = bench.people.requesters.clone().into();
    let (browser, asking) = (bench.people.admin.clone(), Arc::clone(&requesters));
    let request = move |number: usize| {
        let (requester, company) = asking[number % asking.len()];
        let (subject, description) = text(number);
        let body = json!({
            "subject": subject, "description": description, "requesterId": requester,
            "companyId": company,
        });
        let browser = browser.clone();
        async move {
            browser.send(Method::POST, "/api/tickets", Some(&body)).await?;
            Ok(())
        }
    };
    let (db, tenant) = (bench.db.clone(), bench.tenant);
    let by: UserId = bench.people.admin_id.into();
    let alone = move |number: usize| {
        let parties = requesters[number % requesters.len()];
        let (db, text) = (db.clone(), text(number));
        async move { alone::create(&db, tenant, by, parties, text).await }
    };
    bench.line(CREATE, request, alone).await
}

async fn transition(
    bench: &Bench<'_>,
    name: &'static str,
    verb: &'static str,
    tickets: &Arc<[TicketId]>,
    command: Command,
) -> Result<Line> {
    let (browser, asked) = (bench.people.admin.clone(), Arc::clone(tickets));
    let body = if verb == "pause" { json!({"reason": "break"}) } else { json!({}) };
    let request = move |number: usize| {
        let path = format!("/api/tickets/{}/{verb}", asked[number]);
        let (browser, body) = (browser.clone(), body.clone());
        async move {
            browser.send(Method::POST, &path, Some(&body)).await?;
            Ok(())
        }
    };
    let (db, tenant): (Db, TenantId) = (bench.db.clone(), bench.tenant);
    let by: UserId = bench.people.admin_id.into();
    let tickets = Arc::clone(tickets);
    let alone = move |number: usize| {
        let (db, ticket, command) = (db.clone(), tickets[number], command.clone());
        async move { alone::change(&db, tenant, by, ticket, command).await }
    };
    bench.line(name, request, alone).await
}

fn text(number: usize) -> (String, String) {
    let mut numbers = Numbers::of(u64::MAX - number as u64);
    let subject = sentence(&words(&mut numbers, 5));
    (subject, format!("<p>{}.</p>", sentence(&words(&mut numbers, 10))))
}

/// Tickets that nobody has, of all ages.
async fn waiting(bench: &Bench<'_>) -> Result<Vec<TicketId>> {
    #[derive(FromQueryResult)]
    struct Id {
        id: Uuid,
    }

    let db = bench.db.read();
    let select = Statement::from_sql_and_values(
        bench.db.backend(),
        "SELECT id FROM ticket WHERE status = 'pending' AND assignee_id IS NULL
         ORDER BY (number * 7919) % 100003, id LIMIT $1",
        [i64::try_from(bench.numbers())?.into()],
    );
    let found = Id::find_by_statement(select).all(db).await.context("tickets nobody has")?;
    ensure!(found.len() == bench.numbers(), "only {} tickets wait", found.len());
    Ok(found.into_iter().map(|row| row.id.into()).collect())
}
