//! Tags: kept, found, told.

use chamados_chassis::auth::Role;
use chamados_proto::ticket::v1::{self as pb, TicketFilter};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, fields};

store_suite!(tags_are_kept_found_and_told, bad_tags_are_named);

fn texts(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

async fn tags_are_kept_found_and_told(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, stranger) = (desk.agent(), desk.stranger());
    let tagged = |tags: &[&str]| pb::CreateTicketRequest { tags: texts(tags), ..about("x") };
    let first = desk.create(&agent, tagged(&["Urgência", "VPN", "urgencia"])).await?;
    assert_eq!(first.tags, ["Urgência", "VPN"]);
    let second = desk.create(&agent, tagged(&["vpn"])).await?;
    desk.create(&stranger, tagged(&["vpn"])).await?;
    let with = |tags: &[&str]| TicketFilter { tags: texts(tags), ..Default::default() };
    assert_eq!(desk.matching(&agent, with(&["URGENCIA"])).await?, std::slice::from_ref(&first.id));
    let both = [second.id.clone(), first.id.clone()];
    assert_eq!(desk.matching(&agent, with(&["Vpn"])).await?, both);
    assert_eq!(desk.matching(&agent, with(&["urgência", "vpn"])).await?, both, "any, each once");
    assert!(desk.matching(&agent, with(&["vp"])).await?.is_empty());

    let changed = pb::Ticket { tags: texts(&["b", "A"]), ..first.clone() };
    let changed = desk.update(&agent, changed, &["tags"]).await?;
    assert_eq!((changed.tags, changed.version), (texts(&["A", "b"]), 2));
    assert!(desk.matching(&agent, with(&["urgencia"])).await?.is_empty());
    assert_eq!(desk.matching(&agent, with(&["a"])).await?, std::slice::from_ref(&first.id));
    let entries = desk.timeline(&agent, &first.id).await?.entries;
    let change = &entries[1].changes[0];
    assert_eq!(change.field, "tags");
    assert_eq!(change.old_value.as_deref(), Some(r#"["Urgência","VPN"]"#));
    assert_eq!(change.new_value.as_deref(), Some(r#"["A","b"]"#));

    let request = pb::ListTimelineRequest {
        ticket_id: first.id.clone(),
        after_version: 1,
        ..Default::default()
    };
    let since = desk.tickets().list_timeline(desk.by(&agent, request)).await?.into_inner();
    assert_eq!((since.entries, since.total_size), (entries[1..].to_vec(), 1));
    Ok(())
}

async fn bad_tags_are_named(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    for tags in [texts(&[""]), texts(&["a\0"]), texts(&[&"x".repeat(51)]), many] {
        let request = pb::CreateTicketRequest { tags, ..about("x") };
        assert_eq!(fields(desk.create(&client, request).await), ["tags"]);
    }
    let filter = TicketFilter { tags: texts(&[""]), ..Default::default() };
    let request = pb::ListTicketsRequest { filter: Some(filter), ..Default::default() };
    assert_eq!(fields(desk.list(&client, request).await), ["filter.tags"]);
    Ok(())
}
