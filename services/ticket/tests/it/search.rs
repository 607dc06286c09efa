//! Search: what is found, by whom, and at once.

use std::collections::{BTreeMap, BTreeSet};

use chamados_chassis::auth::{Permission, Principal, Role};
use chamados_proto::ticket::v1::{self as pb, TicketFilter, TicketSort, Visibility};
use chamados_testkit::{TestDatabase, store_suite};
use chamados_ticket::domain::search::{index, wanted};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};

use crate::support::{Desk, about, user};

store_suite!(
    words_are_found_wherever_they_are,
    internal_notes_are_found_by_staff_alone,
    what_is_found_comes_in_order_page_by_page,
    what_is_found_is_what_is_there_now,
    both_databases_find_what_the_words_say,
);

async fn found(desk: &Desk, by: &Principal, query: &str) -> Vec<String> {
    let filter = TicketFilter { query: query.into(), ..Default::default() };
    desk.matching(by, filter).await.unwrap()
}

async fn words_are_found_wherever_they_are(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (client, agent) = (desk.person(Role::Collaborator, Some(desk.company())), desk.agent());
    let description = "<p>Im<b>press</b>ora&nbsp;do 2º&nbsp;andar</p><ul><li>A &lt; B</li></ul>";
    let request = pb::CreateTicketRequest {
        description: description.into(),
        ..about("Não imprime: HP-4200")
    };
    let id = desk.create(&client, request).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    desk.create(&client, about("Outra coisa")).await?;
    for query in [
        "nao",
        "NÃO",
        "na\u{303}o",
        "imprim",
        "hp-4200",
        "4200 hp",
        "impressora",
        "andar",
        "2o",
        "impre and",
        "nao andar 4200",
    ] {
        assert_eq!(found(&desk, &client, query).await, std::slice::from_ref(&id), "{query}");
    }
    for query in
        ["mpressora", "200", "nao outra", "strong", "nbsp", "amp", "lt", "%", "\"", "'", "*"]
    {
        assert!(found(&desk, &client, query).await.is_empty(), "{query}");
    }
    desk.comment(&agent, &id, "<p>Troquei o tôner</p>", Visibility::Public).await?;
    assert_eq!(found(&desk, &client, "TONER").await, std::slice::from_ref(&id), "at once");
    assert_eq!(
        found(&desk, &client, "toner impressora").await,
        std::slice::from_ref(&id),
        "across texts"
    );
    desk.resolve(&agent, &id, "<p>Concluído</p>").await?;
    assert_eq!(
        found(&desk, &client, "concluido").await,
        std::slice::from_ref(&id),
        "closing messages too"
    );
    assert!(found(&desk, &desk.stranger(), "toner").await.is_empty());
    let colleague = desk.person(Role::Collaborator, Some(desk.company()));
    assert!(found(&desk, &colleague, "toner").await.is_empty());
    Ok(())
}

async fn internal_notes_are_found_by_staff_alone(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), desk.company());
    let client = desk.person(Role::Collaborator, Some(company));
    let manager = desk.person(Role::Manager, Some(company));
    let id = desk.create(&client, about("Sem rede")).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    desk.comment(&agent, &id, "cliente difícil", Visibility::Internal).await?;
    assert_eq!(found(&desk, &agent, "dificil rede").await, std::slice::from_ref(&id));
    for outsider in [&client, &manager] {
        assert!(found(&desk, outsider, "dificil").await.is_empty());
        assert!(found(&desk, outsider, "rede dificil").await.is_empty());
    }
    Ok(())
}

async fn what_is_found_comes_in_order_page_by_page(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let (mut opened, mut public) = (Vec::new(), Vec::new());
    for place in 0..5 {
        let id = desk.create(&agent, about("Roteador zirconio")).await?.id;
        desk.assign(&agent, &id, Some(user(&agent))).await?;
        desk.pass(60);
        desk.comment(&agent, &id, "azul, zirconio", Visibility::Public).await?;
        if place % 2 == 0 {
            desk.comment(&agent, &id, "turmalina", Visibility::Internal).await?;
        } else {
            desk.comment(&agent, &id, "turmalina", Visibility::Public).await?;
            public.push(id.clone());
        }
        desk.create(&agent, about("Outra coisa")).await?;
        opened.push(id);
    }
    let automation = desk.automation(&[Permission::TicketsRead]);
    for (who, query, expected) in [
        (&agent, "zirco", &opened),
        (&agent, "zirconio AZUL", &opened),
        (&agent, "turmalina", &opened),
        (&automation, "turmalina", &public),
        (&automation, "turmalina zirconio", &public),
    ] {
        for (sort, newest) in [(TicketSort::Newest, true), (TicketSort::Oldest, false)] {
            let (mut token, mut found) = (String::new(), Vec::new());
            loop {
                let request = pb::ListTicketsRequest {
                    page_size: 2,
                    page_token: token,
                    filter: Some(TicketFilter { query: query.into(), ..Default::default() }),
                    sort: sort.into(),
                };
                let page = desk.list(who, request).await?;
                assert_eq!(usize::try_from(page.total_size)?, expected.len(), "{query}");
                assert!(page.tickets.len() <= 2 && found.len() < expected.len(), "comes to an end");
                found.extend(page.tickets.into_iter().map(|ticket| ticket.id));
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            if newest {
                found.reverse();
            }
            assert_eq!(found, *expected, "{query}, {sort:?}");
        }
    }
    Ok(())
}

async fn what_is_found_is_what_is_there_now(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let ticket = desk.create(&agent, about("Velho assunto")).await?;
    let changed = pb::Ticket { subject: "Novo".into(), description: "texto".into(), ..ticket };
    let id = desk.update(&agent, changed, &["subject", "description"]).await?.id;
    assert_eq!(found(&desk, &agent, "novo texto").await, [id]);
    assert!(found(&desk, &agent, "velho").await.is_empty());
    Ok(())
}

/// Texts of all sorts, the same ones each time, against what words they have by our own rule.
async fn both_databases_find_what_the_words_say(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let mut runner = TestRunner::deterministic();
    let text = "([a-cA-Cáçß'\"*:&|!()0-2-]{1,4}|\\PC{1,6}| ){1,6}";
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queries: Vec<String> = vec![];
    for _ in 0..60 {
        let text = text.new_tree(&mut runner).unwrap().current();
        if let Ok(ticket) = desk.create(&agent, about(&text)).await {
            let index = index(&[&text]).split_whitespace().map(Into::into).collect();
            words.insert(ticket.id, index);
        }
        queries.push(text.chars().take(3).collect());
        queries.push(text.chars().rev().take(4).collect());
    }
    assert!(words.len() > 40);
    let mut hits = 0;
    for query in &queries {
        let wanted = wanted(query);
        if wanted.is_empty() || query.trim().trim_start_matches('#').parse::<i64>().is_ok() {
            continue;
        }
        let has = |index: &BTreeSet<String>| {
            wanted.iter().all(|wanted| index.iter().any(|word| word.starts_with(wanted)))
        };
        let expected: BTreeSet<_> =
            words.iter().filter(|(_, index)| has(index)).map(|(id, _)| id.clone()).collect();
        let filter = TicketFilter { query: query.clone(), ..Default::default() };
        let Ok(found) = desk.matching(&agent, filter).await else { continue };
        hits += found.len();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{query:?} {wanted:?}");
    }
    assert!(hits > 60, "{hits}");
    Ok(())
}
