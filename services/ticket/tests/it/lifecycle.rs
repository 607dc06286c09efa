//! A ticket's life: play, pause, resolve, reopen, and what the timeline and the sessions say of it.

use chamados_chassis::auth::Role;
use chamados_proto::ticket::v1::{self as pb, PauseReason, Status};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{Desk, about, reason, user};

store_suite!(
    a_ticket_is_worked_and_resolved,
    illegal_transitions_say_why,
    reopening_has_a_window_for_the_client,
    only_active_staff_are_assigned,
    a_stale_transition_changes_nothing,
);

async fn a_ticket_is_worked_and_resolved(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let opened = desk.create(&agent, about("  Sem rede ")).await?;
    assert_eq!((opened.number, opened.version), (1, 1));
    assert_eq!((opened.status(), opened.priority()), (Status::Pending, pb::Priority::Normal));
    assert_eq!(opened.subject, "Sem rede");
    let id = &opened.id;

    desk.pass(10);
    let started = desk.start(&agent, id).await?;
    assert_eq!(started.status(), Status::InProgress);
    assert_eq!(started.assignee_id, Some(user(&agent).to_string()));
    assert!(started.working_since.is_some());
    desk.pass(90);
    let paused = desk.pause(&agent, id).await?;
    assert_eq!((paused.status(), paused.worked_seconds), (Status::Paused, 90));
    assert_eq!(paused.pause_reason(), PauseReason::WaitingRequester);
    assert_eq!(paused.working_since, None);
    desk.pass(3600);
    desk.start(&agent, id).await?;
    desk.pass(30);
    let resolved = desk.resolve(&agent, id, "<p>Cabo <b>solto</b></p>").await?;
    assert_eq!((resolved.status(), resolved.worked_seconds), (Status::Resolved, 120));
    assert!(resolved.resolve_time.is_some());
    assert_eq!(resolved.version, 5);
    assert_eq!(desk.get(&agent, "1").await?, resolved);

    let timeline = desk.timeline(&agent, id).await?;
    let kinds: Vec<&str> = timeline.entries.iter().map(|entry| entry.r#type.as_str()).collect();
    assert_eq!(kinds, ["created", "started", "paused", "started", "resolved"]);
    let versions: Vec<i64> = timeline.entries.iter().map(|entry| entry.version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5]);
    assert_eq!(timeline.entries[2].note, "sem resposta");
    let changed: Vec<&str> =
        timeline.entries[1].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed, ["status", "assignee_id"]);

    let conversation = desk.conversation(&agent, id).await?;
    assert_eq!(conversation.comments[0].body, "<p>Cabo <b>solto</b></p>");
    assert_eq!(conversation.comments[0].visibility(), pb::Visibility::Public);
    assert_eq!(timeline.entries[4].comment_id.as_ref(), Some(&conversation.comments[0].id));

    let sessions = desk.work_sessions(&agent, id).await?;
    let seconds = sessions
        .iter()
        .map(|session| session.end_time.unwrap().seconds - session.start_time.unwrap().seconds);
    assert_eq!(seconds.collect::<Vec<_>>(), [90, 30]);
    Ok(())
}

async fn illegal_transitions_say_why(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    assert_eq!(reason(desk.pause(&agent, &id).await), "illegal_transition");
    assert_eq!(reason(desk.reopen(&agent, &id).await), "illegal_transition");
    desk.start(&agent, &id).await?;
    assert_eq!(reason(desk.start(&agent, &id).await), "illegal_transition");
    assert_eq!(reason(desk.assign(&agent, &id, None).await), "ticket_in_progress");
    desk.resolve(&agent, &id, "").await?;
    assert_eq!(reason(desk.start(&agent, &id).await), "illegal_transition");
    assert_eq!(reason(desk.resolve(&agent, &id, "").await), "illegal_transition");
    assert_eq!(reason(desk.assign(&agent, &id, None).await), "ticket_resolved");
    let public = pb::Visibility::Public;
    assert_eq!(reason(desk.comment(&agent, &id, "x", public).await), "ticket_resolved");
    assert_eq!(desk.conversation(&agent, &id).await?.total_size, 0);
    assert_eq!(desk.get(&agent, &id).await?.version, 3);

    let silent = pb::PauseTicketRequest {
        id: id.clone(),
        reason: PauseReason::Other.into(),
        ..Default::default()
    };
    let silent = desk.tickets().pause_ticket(desk.by(&agent, silent)).await;
    assert_eq!(reason(silent), "invalid_argument");
    Ok(())
}

async fn reopening_has_a_window_for_the_client(db: &TestDatabase) -> anyhow::Result<()> {
    const DAY: u64 = 24 * 60 * 60;

    let desk = Desk::open(db).await?;
    let (agent, company) = (desk.agent(), Some(desk.company()));
    let collaborator = desk.person(Role::Collaborator, company);
    let manager = desk.person(Role::Manager, company);
    let id = desk.create(&collaborator, about("Sem rede")).await?.id;
    desk.resolve(&agent, &id, "").await?;
    desk.pass(7 * DAY);
    let reopened = desk.reopen(&collaborator, &id).await?;
    assert_eq!((reopened.status(), reopened.resolve_time), (Status::Pending, None));
    desk.resolve(&agent, &id, "").await?;
    desk.pass(7 * DAY + 1);
    assert_eq!(reason(desk.reopen(&manager, &id).await), "reopen_window_over");
    assert_eq!(desk.reopen(&agent, &id).await?.status(), Status::Pending);
    for outsider in [&collaborator, &manager] {
        assert_eq!(reason(desk.start(outsider, &id).await), "permission_denied");
        assert_eq!(reason(desk.resolve(outsider, &id, "").await), "permission_denied");
        assert_eq!(reason(desk.assign(outsider, &id, None).await), "permission_denied");
    }
    Ok(())
}

async fn only_active_staff_are_assigned(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (agent, other) = (desk.agent(), desk.agent());
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    let refused = desk.assign(&agent, &id, Some(user(&client))).await;
    assert_eq!(reason(refused), "assignee_not_staff");
    let refused = desk.assign(&agent, &id, Some(user(&desk.stranger()))).await;
    assert_eq!(reason(refused), "user_not_found");
    let assigned = desk.assign(&agent, &id, Some(user(&other))).await?;
    assert_eq!(assigned.assignee_id, Some(user(&other).to_string()));
    assert_eq!(desk.assign(&agent, &id, Some(user(&other))).await?.version, assigned.version);
    assert_eq!(desk.assign(&agent, &id, None).await?.assignee_id, None);
    desk.directory.deactivate(desk.tenant, user(&other));
    let refused = desk.assign(&agent, &id, Some(user(&other))).await;
    assert_eq!(reason(refused), "assignee_not_staff");
    Ok(())
}

async fn a_stale_transition_changes_nothing(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let id = desk.create(&agent, about("Sem rede")).await?.id;
    desk.assign(&agent, &id, Some(user(&agent))).await?;
    let old = pb::StartTicketRequest { id: id.clone(), version: 1, ..Default::default() };
    let outcome = desk.tickets().start_ticket(desk.by(&agent, old)).await;
    assert_eq!(reason(outcome), "stale_version");
    let now = desk.get(&agent, &id).await?;
    assert_eq!((now.status(), now.version), (Status::Pending, 2));
    assert!(desk.work_sessions(&agent, &id).await?.is_empty());
    Ok(())
}
