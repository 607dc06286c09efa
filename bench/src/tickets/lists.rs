//! Lists and searches.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use chamados_chassis::page::PageRequest;
use chamados_ticket::{
    domain::{Query, TicketFilter, TicketSort, Visibility},
    store::{ListKey, listing},
};
use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use super::{Bench, report::Line, rows::RARE_TICKETS, texts::RARE};
use crate::browser::Browser;

/// Rows of a page.
const ROWS: u32 = 20;

/// One list, as a browser asks for it and as the store does.
struct List {
    browser: Browser,
    path: String,
    visibility: Visibility,
    filter: TicketFilter,
    page: PageRequest<ListKey>,
}

/// Measures each.
///
/// # Errors
/// A list is refused, or not what it should be.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Line>> {
    let people = bench.people;
    let by_assignee = |agent: &Uuid| List {
        filter: TicketFilter { assignees: vec![(*agent).into()], ..Default::default() },
        ..list(&people.admin, &format!("&assigneeId={agent}"))
    };
    let token = token(bench).await?;
    let next = List {
        page: PageRequest::parse(ROWS as i32, &token)?,
        ..list(&people.admin, &format!("&pageToken={token}"))
    };
    let search = |words: &str| -> Result<List> {
        let filter = TicketFilter { query: Query::parse(words)?, ..Default::default() };
        Ok(List { filter, ..list(&people.admin, &format!("&q={words}")) })
    };
    let company = people.requesters.first().context("nobody")?.1.into();
    let manager = Visibility::Company(company, people.manager_id.into());
    let collaborator = Visibility::Own(people.collaborator_id.into());
    let all: [(&'static str, Vec<List>); 7] = [
        ("list by assignee", people.agents.iter().map(by_assignee).collect()),
        ("list, page in the middle", vec![next]),
        ("search, 1,000 tickets", vec![search(RARE)?]),
        ("search, a number", vec![search(&(bench.tickets / 2).to_string())?]),
        ("list of all, first page", vec![list(&people.admin, "")]),
        ("list of a manager", vec![List { visibility: manager, ..list(&people.manager, "") }]),
        (
            "list of a collaborator",
            vec![List { visibility: collaborator, ..list(&people.collaborator, "") }],
        ),
    ];
    let mut lines = Vec::new();
    for (name, lists) in all {
        check(name, lists.first().context(name)?).await?;
        lines.push(measure_one(bench, name, lists).await?);
    }
    Ok(lines)
}

async fn measure_one(bench: &Bench<'_>, name: &'static str, lists: Vec<List>) -> Result<Line> {
    let lists = Arc::new(lists);
    let asked = Arc::clone(&lists);
    let request = move |number: usize| {
        let lists = Arc::clone(&asked);
        async move {
            let list = &lists[number % lists.len()];
            list.browser.send(reqwest::Method::GET, &list.path, None).await?;
            Ok(())
        }
    };
    let (db, tenant) = (bench.db.clone(), bench.tenant);
    let alone = move |number: usize| {
        let (lists, db) = (Arc::clone(&lists), db.clone());
        async move {
            let List { visibility, filter, page, .. } = &lists[number % lists.len()];
            let sort = TicketSort::Newest;
            listing::list(db.read(), tenant, *visibility, filter, sort, page).await?;
            Ok(())
        }
    };
    bench.line(name, request, alone).await
}

fn list(browser: &Browser, parameters: &str) -> List {
    List {
        browser: browser.clone(),
        path: format!("/api/tickets?pageSize={ROWS}{parameters}"),
        visibility: Visibility::All,
        filter: TicketFilter::default(),
        page: PageRequest { size: ROWS, after: None },
    }
}

/// A list is full, and of the search the total is known.
async fn check(name: &str, list: &List) -> Result<()> {
    let answer = list.browser.get(&list.path).await?;
    let rows = answer["items"].as_array().map_or(0, Vec::len);
    let total = answer["total"].as_u64().unwrap_or_default();
    let expected = (total as usize).min(ROWS as usize);
    ensure!(rows == expected && rows > 0, "{name}: {rows} rows of {total}");
    if name.contains("1,000") {
        ensure!(total == RARE_TICKETS, "{name}: {total} found");
    }
    Ok(())
}

/// Leads to the page after the middle. A reader gets it from the page before; walking there takes half
/// as many pages as there are. The store makes it here as it made it there.
async fn token(bench: &Bench<'_>) -> Result<String> {
    #[derive(FromQueryResult)]
    struct Key {
        created_at: DateTime<Utc>,
        id: Uuid,
    }

    let db = bench.db.read();
    let select = Statement::from_sql_and_values(
        bench.db.backend(),
        "SELECT created_at, id FROM ticket ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $1",
        [i64::try_from(bench.tickets / 2)?.into()],
    );
    let Key { created_at, id } =
        Key::find_by_statement(select).one(db).await?.context("no middle")?;
    let sort = TicketSort::Newest;
    let page = PageRequest { size: ROWS, after: Some((sort, 0, created_at, id, bench.tickets)) };
    let filter = TicketFilter::default();
    let page = listing::list(db, bench.tenant, Visibility::All, &filter, sort, &page).await?;
    Ok(page.next_token)
}
