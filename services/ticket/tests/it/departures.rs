//! People who leave the tenant: what they had is nobody's, and nobody works on it in their name.

use chamados_chassis::auth::{Principal, Role};
use chamados_proto::{
    event::v1::Event,
    identity::v1::UserMoved,
    ticket::v1::{self as pb, Status},
};
use chamados_testkit::{TestDatabase, store_suite};
use futures::future::try_join_all;

use crate::support::{Desk, about, user};

store_suite!(open_tickets_become_nobodys, who_came_back_keeps_what_is_new);

pub(crate) fn moved(desk: &Desk, by: &Principal, who: &Principal) -> Event {
    desk.fact(by, user(who), &UserMoved { user_id: user(who).to_string() })
}

async fn open_tickets_become_nobodys(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (gone, stays, admin) = (desk.agent(), desk.agent(), desk.person(Role::Admin, None));
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(desk.create(&gone, about("x")).await?.id);
    }
    let [waiting, working, resolved, helping, others] = &ids[..] else { unreachable!() };
    desk.assign(&admin, waiting, Some(user(&gone))).await?;
    desk.start(&gone, working).await?;
    desk.start(&gone, resolved).await?;
    desk.resolve(&gone, resolved, "").await?;
    desk.assign(&admin, helping, Some(user(&stays))).await?;
    desk.start(&gone, helping).await?;
    let untouched = desk.start(&stays, others).await?;
    desk.pass(90);

    let event = moved(&desk, &admin, &gone);
    try_join_all((0..4).map(|_| desk.deliver(&event))).await?;
    let nobody = None::<String>;
    for (id, status, assignee, version, last) in [
        (waiting, Status::Pending, nobody.clone(), 3, vec!["assigned"]),
        (working, Status::Paused, nobody, 4, vec!["paused", "assigned"]),
        (resolved, Status::Resolved, Some(user(&gone).to_string()), 3, vec!["resolved"]),
        (helping, Status::Paused, Some(user(&stays).to_string()), 4, vec!["paused"]),
    ] {
        let ticket = desk.get(&admin, id).await?;
        assert_eq!((ticket.status(), ticket.version), (status, version), "{last:?}");
        assert_eq!(ticket.assignee_id, assignee, "{last:?}");
        assert_eq!(ticket.requester_id, user(&gone).to_string(), "who asked stays known");
        let entries = desk.timeline(&admin, id).await?.entries;
        let ends = &entries[entries.len() - last.len()..];
        let kinds: Vec<_> = ends.iter().map(|entry| entry.r#type.as_str()).collect();
        assert_eq!(kinds, last);
        if last[0] == "paused" {
            assert_eq!(ends[0].actor, Some(admin.actor()?.into()));
            assert!(!ends[0].note.is_empty());
            assert_eq!(ticket.pause_reason(), pb::PauseReason::Other);
            assert_eq!(ticket.worked_seconds, 90);
            let sessions = desk.work_sessions(&admin, id).await?;
            assert!(sessions.iter().all(|session| session.end_time.is_some()));
        }
    }
    assert_eq!(desk.get(&admin, others).await?, untouched);
    Ok(())
}

async fn who_came_back_keeps_what_is_new(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, admin) = (desk.agent(), desk.person(Role::Admin, None));
    let event = moved(&desk, &admin, &agent);
    let elsewhere =
        Event { tenant_id: desk.stranger().tenant()?.to_string(), ..moved(&desk, &admin, &agent) };
    desk.deliver(&event).await?;
    let ticket = desk.create(&agent, about("x")).await?;
    let started = desk.start(&agent, &ticket.id).await?;
    desk.deliver(&event).await?;
    desk.deliver(&elsewhere).await?;
    assert_eq!(desk.get(&admin, &ticket.id).await?, started);
    Ok(())
}
