//! Lists of tickets over HTTP: what they hold, in which order, and as CSV; and the lists a ticket is
//! sorted by.

use chamados_testkit::{
    Sandbox,
    sandbox::{Answer, Browser},
    sandbox_suite,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{Desk, items, pluck, text};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    facts_are_set_and_found,
    orders_are_the_servers,
    unknown_filters_are_refused,
    a_csv_holds_every_ticket,
    many_are_changed_at_once,
    a_default_filter_is_what_a_list_takes,
    queues_and_categories_are_kept_in_order,
);

async fn facts_are_set_and_found(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let category = json!({"name": "Rede"});
    let category = desk.admin.post("/api/admin/categories", category).await.text("id");
    let person = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let ana = text(&person.get("/api/me").await.ok()["user"], "id");
    let body = json!({
        "subject": "Sem rede", "category": category, "tags": ["Wi-Fi", "wi-fi", "Filial"], "watcherIds": [ana],
    });
    let ticket = desk.admin.post("/api/tickets", body).await.ok();
    let id = text(&ticket, "id");
    assert_eq!(ticket["category"], json!({"id": category, "name": "Rede"}));
    assert_eq!(ticket["tags"], json!(["Filial", "Wi-Fi"]));
    assert_eq!(ticket["watchers"][0]["id"], json!(ana));
    let bare = text(&desk.ticket("Outro").await, "id");
    let (with, without) = ([id.clone()], [bare.clone()]);
    let cases: &[(String, &[String])] = &[
        (format!("category={category}"), &with),
        ("category=none".into(), &without),
        ("tag=WI-FI".into(), &with),
        ("tag=outra".into(), &[]),
        (format!("watcherId={ana}"), &with),
        ("updatedFrom=2999-01-01T00:00:00Z".into(), &[]),
    ];
    for (query, expected) in cases {
        let list = desk.admin.get(&format!("/api/tickets?{query}")).await.ok();
        assert_eq!(pluck(&list, "id"), *expected, "{query}");
    }
    assert_eq!(pluck(&person.get("/api/tickets").await.ok(), "id"), with, "watching shows it");

    let path = format!("/api/tickets/{id}");
    let none = json!({"category": null, "tags": ["filial"], "watcherIds": []});
    let ticket = desk.admin.patch(&path, none).await.ok();
    assert_eq!(ticket["category"], Value::Null);
    assert_eq!((&ticket["tags"], &ticket["watchers"]), (&json!(["filial"]), &json!([])));
    person.get(&path).await.refused(404, "ticket_not_found");
    let timeline = desk.admin.get(&format!("{path}/timeline")).await.ok();
    let changes = items(&timeline)[1]["changes"].as_array().cloned().unwrap_or_default();
    let watchers = changes.iter().find(|change| change["field"] == "watcherIds").unwrap();
    assert_eq!(watchers["oldLabel"], "ana@acme.example");
    desk.admin.get("/api/tickets?category=rede").await.refused_field("category");
    let long = format!("/api/tickets?tag={}", "x".repeat(51));
    desk.admin.get(&long).await.refused_field("tag");
    Ok(())
}

async fn orders_are_the_servers(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let mut made = Vec::new();
    for (subject, priority) in [("a", "low"), ("b", "urgent"), ("c", "normal")] {
        let body = json!({"subject": subject, "priority": priority});
        made.push(desk.admin.post("/api/tickets", body).await.text("id"));
    }
    let _ticket = desk.admin.press(&format!("/api/tickets/{}/start", made[0])).await.ok();
    for (sort, expected) in [
        ("newest", ["c", "b", "a"]),
        ("oldest", ["a", "b", "c"]),
        ("updated", ["a", "c", "b"]),
        ("priority", ["b", "c", "a"]),
        ("attention", ["b", "c", "a"]),
    ] {
        let list = desk.admin.get(&format!("/api/tickets?sort={sort}")).await.ok();
        assert_eq!(pluck(&list, "subject"), expected, "{sort}");
        let first = desk.admin.get(&format!("/api/tickets?sort={sort}&pageSize=1")).await.ok();
        let token = text(&first, "nextPageToken");
        let other = if sort == "newest" { "oldest" } else { "newest" };
        let crossed = format!("/api/tickets?sort={other}&pageToken={token}");
        desk.admin.get(&crossed).await.refused_field("pageToken");
    }
    Ok(())
}

async fn unknown_filters_are_refused(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    for address in ["/api/tickets", "/api/tickets.csv"] {
        for unknown in ["assignee", "categoryId", "tags", "page"] {
            let path = format!("{address}?{unknown}=x");
            desk.admin.get(&path).await.refused_field(unknown);
        }
    }
    desk.admin.get("/api/tickets.csv?pageSize=1").await.refused_field("pageSize");
    Ok(())
}

async fn a_csv_holds_every_ticket(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let person = desk.person(sandbox, "collaborator", "ana@acme.example").await?;
    let subjects: Vec<String> = (0..103).map(|number| number.to_string()).collect();
    let _made = futures::future::join_all(subjects.iter().map(|s| desk.ticket(s))).await;
    let body = json!({"subject": "=1+1", "tags": ["b", "a"]});
    let _ticket = person.post("/api/tickets", body).await.ok();
    let csv = |text: &str| {
        let lines = text.trim_end().lines();
        lines.map(|line| line.split(',').map(str::to_owned).collect()).collect::<Vec<Vec<_>>>()
    };
    let all = csv(&body_of(&desk.admin, "/api/tickets.csv?sort=oldest").await?);
    assert_eq!(all.len(), 105, "a head and every ticket, over two pages");
    assert_eq!(all[0][..2], ["\u{feff}number", "subject"]);
    // Of tickets opened at once the number does not tell which was first.
    let mut numbers: Vec<u32> =
        all[1..].iter().map(|line| line[0].parse()).collect::<Result<_, _>>()?;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=104).collect::<Vec<_>>());
    let own = csv(&body_of(&person, "/api/tickets.csv").await?);
    assert_eq!(own.len(), 2, "their own alone");
    assert_eq!((own[1][1].as_str(), own[1][6].as_str()), ("'=1+1", "a; b"));
    let none = csv(&body_of(&desk.admin, "/api/tickets.csv?tag=none").await?);
    assert_eq!(none.len(), 1);
    Ok(())
}

async fn body_of(browser: &Browser, path: &str) -> anyhow::Result<String> {
    let answer = browser.request(Method::GET, path).send().await?;
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    // As bytes: as text it would lose its byte order mark.
    let bytes = answer.error_for_status()?.bytes().await?;
    Ok(String::from_utf8(bytes.to_vec())?)
}

async fn queues_and_categories_are_kept_in_order(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let queue = desk.admin.post("/api/admin/queues", json!({"name": "Redes"})).await.ok();
    let (id, main) = (text(&queue, "id"), text(&items(&queues(&desk).await)[0], "id"));
    let path = format!("/api/admin/queues/{id}");
    desk.admin
        .post("/api/admin/queues", json!({"name": "REDES"}))
        .await
        .refused(409, "queue_name_taken");
    let body = json!({"subject": "Sem rede", "queueId": id});
    let ticket = desk.admin.post("/api/tickets", body).await.text("id");
    delete(&desk, &path).await.refused(409, "queue_in_use");
    delete(&desk, &format!("/api/admin/queues/{main}")).await.refused(409, "queue_is_default");
    let archived = desk.admin.patch(&path, json!({"archived": true})).await.ok();
    assert_eq!((&archived["archived"], &archived["version"]), (&json!(true), &json!(2)));
    assert_eq!(pluck(&queues(&desk).await, "name"), ["Chamados"]);
    let all = desk.admin.get("/api/queues?includeArchived=true").await.ok();
    assert_eq!(pluck(&all, "name"), ["Chamados", "Redes"]);
    let gone = delete(&desk, &format!("{path}?moveTo={main}")).await.ok();
    assert_eq!(gone["moved"], 1);
    let moved = desk.admin.get(&format!("/api/tickets/{ticket}")).await.ok();
    assert_eq!(moved["queue"]["name"], "Chamados");

    let category = desk.admin.post("/api/admin/categories", json!({"name": "Rede"})).await.ok();
    let path = format!("/api/admin/categories/{}", text(&category, "id"));
    let named = desk.admin.patch(&path, json!({"name": "Redes"})).await.ok();
    assert_eq!(named["name"], "Redes");
    let body = json!({"subject": "Sem rede", "category": category["id"]});
    let ticket = format!("/api/tickets/{}", desk.admin.post("/api/tickets", body).await.text("id"));
    delete(&desk, &path).await.refused(409, "category_in_use");
    let _ticket = desk.admin.patch(&ticket, json!({"category": null})).await.ok();
    let _gone = delete(&desk, &path).await.ok();
    assert_eq!(items(&desk.admin.get("/api/categories").await.ok()).len(), 0);
    Ok(())
}

async fn many_are_changed_at_once(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let me = text(&desk.admin.get("/api/me").await.ok()["user"], "id");
    let (one, two) = (desk.ticket("1").await, desk.ticket("2").await);
    let targets = json!([{"id": one["id"], "version": 1}, {"id": two["id"], "version": 9}]);
    let body = json!({"targets": targets, "assigneeId": me, "addTags": ["vpn"]});
    let answer = desk.admin.post("/api/tickets/bulk", body).await.ok();
    let results = &answer["results"];
    assert_eq!(results[0], json!({"id": one["id"], "version": 2, "error": null}));
    assert_eq!(results[1]["error"]["code"], "stale_version");
    let path = format!("/api/tickets/{}", text(&one, "id"));
    assert_eq!(desk.admin.get(&path).await.ok()["assignee"]["id"], json!(me));
    let none = json!({"targets": [{"id": one["id"]}], "assigneeId": null});
    let _answer = desk.admin.post("/api/tickets/bulk", none).await.ok();
    assert_eq!(desk.admin.get(&path).await.ok()["assignee"], Value::Null);
    let nothing = json!({"targets": [{"id": one["id"]}]});
    desk.admin.post("/api/tickets/bulk", nothing).await.refused_field("body");
    let twice = json!({"targets": [{"id": one["id"]}, {"id": one["id"]}], "priority": "low"});
    desk.admin.post("/api/tickets/bulk", twice).await.refused_field("targets");
    Ok(())
}

async fn a_default_filter_is_what_a_list_takes(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let path = "/api/me/preferences";
    let filter =
        json!({"status": ["pending", "paused"], "assigneeId": ["none"], "sort": ["updated"]});
    let kept = desk.admin.patch(path, json!({"defaultTicketFilter": filter})).await.ok();
    assert_eq!(kept["defaultTicketFilter"], filter);
    for (wrong, field) in [
        (json!({"tags": ["a"]}), "defaultTicketFilter.tags"),
        (json!({"pageToken": ["a"]}), "defaultTicketFilter.pageToken"),
        (json!({"status": ["closed"]}), "defaultTicketFilter.status"),
        (json!({"queueId": ["x"]}), "defaultTicketFilter.queueId"),
        (json!({"createdFrom": ["ontem"]}), "defaultTicketFilter.createdFrom"),
        (json!({"tag": ["x".repeat(201)]}), "defaultTicketFilter"),
    ] {
        desk.admin.patch(path, json!({"defaultTicketFilter": wrong})).await.refused_field(field);
    }
    let _preferences = desk.admin.patch(path, json!({"theme": "dark"})).await.ok();
    let me = desk.admin.get("/api/me").await.ok();
    assert_eq!(me["preferences"]["defaultTicketFilter"], filter, "what is left out stays");
    let none = desk.admin.patch(path, json!({"defaultTicketFilter": null})).await.ok();
    assert_eq!((&none["defaultTicketFilter"], &none["theme"]), (&Value::Null, &json!("dark")));
    Ok(())
}

async fn queues(desk: &Desk) -> Value {
    desk.admin.get("/api/queues").await.ok()
}

async fn delete(desk: &Desk, path: &str) -> Answer {
    desk.admin.send(desk.admin.request(Method::DELETE, path)).await
}
