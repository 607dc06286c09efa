//! Who is at a ticket: who may know, for how long, and on every replica.

use std::time::Duration;

use chamados_chassis::{
    auth::{Audience, Permission, Principal, Role},
    grpc::GrpcChannel,
    shutdown::Shutdown,
};
use chamados_proto::ticket::v1::{
    self as pb, Activity, activity_service_client::ActivityServiceClient,
};
use chamados_testkit::{TestDatabase, eventually, store_suite};
use tonic::Status;
use uuid::Uuid;

use crate::support::{Desk, about, fields, heard, reason, user};

store_suite!(
    who_is_there_is_seen_by_whom_it_concerns,
    it_is_forgotten_and_told_when_it_changes,
    replicas_know_the_same,
    who_is_there_twice_is_there_until_both_are_left,
    who_may_not_is_refused,
);

async fn report(
    desk: &Desk,
    channel: &GrpcChannel,
    by: &Principal,
    ticket: &str,
    activity: Activity,
) -> Result<(), Status> {
    report_in(desk, channel, by, (ticket, ""), activity).await
}

async fn report_in(
    desk: &Desk,
    channel: &GrpcChannel,
    by: &Principal,
    (ticket, place): (&str, &str),
    activity: Activity,
) -> Result<(), Status> {
    let (ticket_id, place) = (ticket.into(), place.into());
    let request = pb::ReportActivityRequest { ticket_id, activity: activity.into(), place };
    let mut client = ActivityServiceClient::new(channel.clone());
    client.report_activity(desk.by(by, request)).await.map(drop)
}

async fn here(
    desk: &Desk,
    channel: &GrpcChannel,
    by: &Principal,
    ticket: &str,
) -> Result<Vec<(String, Activity)>, Status> {
    let request = pb::ListActivityRequest { ticket_id: ticket.into() };
    let mut client = ActivityServiceClient::new(channel.clone());
    let answer = client.list_activity(desk.by(by, request)).await?.into_inner();
    let here = answer.participants.into_iter();
    Ok(here.map(|one| (one.user_id.clone(), one.activity())).collect())
}

fn id(principal: &Principal) -> String {
    user(principal).to_string()
}

async fn who_is_there_is_seen_by_whom_it_concerns(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let channel = &desk.channel;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let (agent, other) = (desk.agent(), desk.agent());
    let ticket = desk.create(&client, about("Sem rede")).await?.id;
    report(&desk, channel, &client, &ticket, Activity::Viewing).await?;
    for (activity, public) in
        [(Activity::Viewing, false), (Activity::TypingInternal, false), (Activity::Typing, true)]
    {
        report(&desk, channel, &agent, &ticket, activity).await?;
        let expected = if public { vec![(id(&agent), activity)] } else { vec![] };
        assert_eq!(here(&desk, channel, &client, &ticket).await?, expected, "{activity:?}");
        let mut all = vec![(id(&agent), activity), (id(&client), Activity::Viewing)];
        all.sort();
        assert_eq!(here(&desk, channel, &other, &ticket).await?, all);
    }
    let others = here(&desk, channel, &agent, &ticket).await?;
    assert_eq!(others, [(id(&client), Activity::Viewing)], "oneself is no other");
    let key = desk.automation(&[Permission::TicketsRead]);
    let known = here(&desk, channel, &key, &ticket).await?;
    assert_eq!(known.len(), 2, "who reads no notes learns what the requester may");
    report(&desk, channel, &agent, &ticket, Activity::Viewing).await?;
    assert_eq!(here(&desk, channel, &key, &ticket).await?.len(), 1);
    let elsewhere = desk.create(&client, about("x")).await?.id;
    assert_eq!(here(&desk, channel, &agent, &elsewhere).await?, []);
    Ok(())
}

async fn it_is_forgotten_and_told_when_it_changes(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let channel = &desk.channel;
    let client = desk.person(Role::Collaborator, Some(desk.company()));
    let agent = desk.agent();
    let ticket = desk.create(&client, about("Sem rede")).await?.id;
    let mut listener = desk.listen();
    for (by, activity, told) in [
        (&agent, Activity::Viewing, Some(false)),
        (&agent, Activity::Viewing, None),
        (&agent, Activity::TypingInternal, Some(false)),
        (&agent, Activity::Typing, Some(true)),
        (&agent, Activity::Viewing, Some(true)),
        (&agent, Activity::Left, Some(false)),
        (&agent, Activity::Left, None),
        (&client, Activity::Typing, Some(true)),
        (&client, Activity::Left, Some(true)),
    ] {
        report(&desk, channel, by, &ticket, activity).await?;
        let signals = heard(&mut listener);
        let of_replicas = |topic: &str| topic.starts_with("ticket.attendance.");
        assert!(of_replicas(&signals[0].topic), "replicas first");
        let audience = signals.iter().find(|signal| signal.topic == "ticket.activity");
        let hears = audience.map(|signal| {
            assert_eq!(signal.ids, std::slice::from_ref(&ticket));
            Audience::from(signal.audience.clone().unwrap()).includes(&client)
        });
        assert_eq!(hears, told, "{activity:?}");
    }
    report(&desk, channel, &agent, &ticket, Activity::Typing).await?;
    desk.pass(29);
    assert_eq!(here(&desk, channel, &client, &ticket).await?.len(), 1);
    desk.pass(1);
    assert_eq!(here(&desk, channel, &client, &ticket).await?, []);
    Ok(())
}

/// Starts the desk's service and a second replica, which is behind the channel.
fn beside_another(desk: &Desk) -> anyhow::Result<(GrpcChannel, Shutdown)> {
    let (second, there) = desk.replica()?;
    let shutdown = Shutdown::new();
    desk.service.start(&shutdown);
    second.start(&shutdown);
    Ok((there, shutdown))
}

/// The first replica, where it was said, tells it at once, the other soon.
async fn both_know(
    desk: &Desk,
    [said, other]: [&GrpcChannel; 2],
    (by, ticket): (&Principal, &str),
    expected: &[(String, Activity)],
) -> anyhow::Result<()> {
    assert_eq!(here(desk, said, by, ticket).await?, expected, "where it was said");
    eventually(Duration::from_secs(10), "the other replica knows", async || {
        let known = here(desk, other, by, ticket).await.ok()?;
        (known == expected).then_some(())
    })
    .await;
    Ok(())
}

async fn replicas_know_the_same(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (there, shutdown) = beside_another(&desk)?;
    let (agent, other) = (desk.agent(), desk.agent());
    let ticket = desk.create(&agent, about("Sem rede")).await?.id;
    for (from, to, activity, expected) in [
        (&desk.channel, &there, Activity::Viewing, vec![(id(&agent), Activity::Viewing)]),
        (&there, &desk.channel, Activity::Typing, vec![(id(&agent), Activity::Typing)]),
        (
            &desk.channel,
            &there,
            Activity::TypingInternal,
            vec![(id(&agent), Activity::TypingInternal)],
        ),
        (&there, &desk.channel, Activity::Left, vec![]),
    ] {
        report(&desk, from, &agent, &ticket, activity).await?;
        both_know(&desk, [from, to], (&other, &ticket), &expected).await?;
    }
    assert_eq!(shutdown.drain(Duration::from_secs(10)).await, Ok(()));
    Ok(())
}

async fn who_is_there_twice_is_there_until_both_are_left(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let (there, shutdown) = beside_another(&desk)?;
    let (agent, other) = (desk.agent(), desk.agent());
    let ticket = desk.create(&agent, about("Sem rede")).await?.id;
    let tabs = [Uuid::now_v7(), Uuid::now_v7()].map(|tab| tab.to_string());
    let one = |activity| vec![(id(&agent), activity)];
    for (tab, activity, expected) in [
        (0, Activity::Typing, one(Activity::Typing)),
        (1, Activity::Viewing, one(Activity::Typing)),
        (0, Activity::Left, one(Activity::Viewing)),
        (1, Activity::Left, vec![]),
    ] {
        report_in(&desk, &desk.channel, &agent, (&ticket, &tabs[tab]), activity).await?;
        both_know(&desk, [&desk.channel, &there], (&other, &ticket), &expected).await?;
    }
    assert_eq!(shutdown.drain(Duration::from_secs(10)).await, Ok(()));
    Ok(())
}

async fn who_may_not_is_refused(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let channel = &desk.channel;
    let company = desk.company();
    let client = desk.person(Role::Collaborator, Some(company));
    let machine = desk.machine(company, Some(user(&client)));
    let ticket = desk.create(&machine, about("x")).await?.id;
    let say = async |by: &Principal, activity| report(&desk, channel, by, &ticket, activity).await;
    assert_eq!(reason(say(&client, Activity::TypingInternal).await), "permission_denied");
    assert_eq!(reason(say(&machine, Activity::Viewing).await), "person_required");
    let key = desk.automation(&[Permission::TicketsRead]);
    assert_eq!(reason(say(&key, Activity::Viewing).await), "person_required");
    let colleague = desk.person(Role::Collaborator, Some(company));
    for outsider in [&colleague, &desk.stranger()] {
        assert_eq!(reason(say(outsider, Activity::Viewing).await), "ticket_not_found");
        let known = here(&desk, channel, outsider, &ticket).await;
        assert_eq!(reason(known), "ticket_not_found");
    }
    assert_eq!(fields(say(&client, Activity::Unspecified).await), ["activity"]);
    assert_eq!(
        fields(report(&desk, channel, &client, "x", Activity::Viewing).await),
        ["ticket_id"]
    );
    let nowhere = report_in(&desk, channel, &client, (&ticket, "tab"), Activity::Viewing).await;
    assert_eq!(fields(nowhere), ["place"]);
    assert_eq!(here(&desk, channel, &desk.agent(), &ticket).await?, [], "nobody was noted");
    Ok(())
}
