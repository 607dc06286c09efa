//! Figures: whatever was done, by whomever, they are what counting gives, for everybody who asks.

use chamados_chassis::{
    auth::{Permission, Principal},
    clock::Clock as _,
    grpc::GrpcChannel,
};
use chamados_proto::ticket::v1::{
    self as pb, Visibility, dashboard_service_client::DashboardServiceClient,
};
use chamados_store_kit::migrate;
use chamados_testkit::{TestDatabase, store_suite};
use chamados_ticket::migrations;
use chrono::{NaiveDate, TimeDelta};
use futures::future::join_all;
use sea_orm::{ConnectionTrait as _, Statement};
use uuid::Uuid;

use crate::{
    departures::moved,
    jobs::{execute, summary},
    merges::merged,
    office::{Dice, FROM, Office, TO},
    support::{Desk, about, fields, reason, user},
};

store_suite!(
    figures_are_what_counting_gives,
    what_was_there_before_is_summed_up,
    changes_are_taken_together_without_a_trace,
    the_first_answer_of_staff_counts_once,
    who_works_now_is_told_to_staff,
    what_cannot_be_is_refused,
);

impl Desk {
    fn dashboard(&self) -> DashboardServiceClient<GrpcChannel> {
        DashboardServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn counts(&self, by: &Principal) -> Result<pb::TicketCounts, tonic::Status> {
        let request = self.by(by, pb::GetTicketCountsRequest {});
        Ok(self.dashboard().get_ticket_counts(request).await?.into_inner())
    }

    pub(crate) async fn trends(
        &self,
        by: &Principal,
        from: &str,
        to: &str,
        time_zone: &str,
    ) -> Result<pb::GetTicketTrendsResponse, tonic::Status> {
        let request = pb::GetTicketTrendsRequest {
            from: from.into(),
            to: to.into(),
            time_zone: time_zone.into(),
        };
        Ok(self.dashboard().get_ticket_trends(self.by(by, request)).await?.into_inner())
    }

    async fn active_work(
        &self,
        by: &Principal,
        page_size: i32,
        page_token: &str,
    ) -> Result<pb::ListActiveWorkResponse, tonic::Status> {
        let request = pb::ListActiveWorkRequest { page_size, page_token: page_token.into() };
        Ok(self.dashboard().list_active_work(self.by(by, request)).await?.into_inner())
    }

    pub(crate) async fn fold(&self) -> anyhow::Result<String> {
        let scheduler = Principal::Service { name: "scheduler".into(), tenant: None };
        let run = Uuid::now_v7().to_string();
        let done = execute(self, &scheduler, "ticket.fold_figures", &run, 1).await?;
        Ok(summary(&done).to_owned())
    }

    async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        let statement = Statement::from_string(self.db.backend(), sql);
        let row = self.db.read().query_one_raw(statement).await?.unwrap();
        Ok(row.try_get_by_index(0)?)
    }
}

/// Anything at once, an account merged into another, a person who leaves, a queue that goes.
async fn figures_are_what_counting_gives(db: &TestDatabase) -> anyhow::Result<()> {
    let mut office = Office::open(db).await?;
    for seed in [7, 11] {
        let mut dice = Dice(seed);
        office.live(&mut dice, 20).await?;
        office.check(&format!("{seed}: after a while")).await?;

        let desk = &office.desk;
        let [.., leaving, gone] = &office.agents[..] else { unreachable!() };
        let merge = merged(desk, &office.admin, gone, &office.agents[1]);
        let departure = moved(desk, &office.admin, leaving);
        let (live, one, other, folded) = tokio::join!(
            office.live(&mut dice, 8),
            desk.deliver(&merge),
            desk.deliver(&departure),
            desk.fold(),
        );
        live?;
        one?;
        other?;
        folded?;
        let queue = dice.of(&office.queues).clone();
        desk.delete_queue(
            &office.admin,
            "",
            &queue,
            Some(&desk.queues(&office.admin).await?[0].id),
        )
        .await?;
        office.queues.retain(|id| *id != queue);
        office.agents.truncate(office.agents.len() - 1);
        office.check(&format!("{seed}: after merge, departure and a queue's end")).await?;
        office.desk.fold().await?;
        office.check(&format!("{seed}: taken together")).await?;
    }
    Ok(())
}

/// The migration is undone and done again over what happened.
async fn what_was_there_before_is_summed_up(db: &TestDatabase) -> anyhow::Result<()> {
    let office = Office::open(db).await?;
    office.live(&mut Dice(3), 25).await?;
    for sql in [
        "DROP TABLE figure",
        "DROP TABLE figure_change",
        "DROP INDEX work_session_ended",
        "DROP INDEX work_session_open",
        "ALTER TABLE work_session DROP COLUMN seconds",
        "ALTER TABLE ticket DROP COLUMN first_responded_at",
        "DELETE FROM schema_migration WHERE name IN ('m0107_figures', 'm0110_company_figures')",
    ] {
        let tx = office.desk.db.begin().await?;
        tx.execute_unprepared(sql).await?;
        tx.commit().await?;
    }
    migrate::up(&office.desk.db, &migrations()).await?;
    office.check("summed up by the migration").await?;
    office.live(&mut Dice(4), 5).await?;
    office.check("and added to").await
}

async fn changes_are_taken_together_without_a_trace(db: &TestDatabase) -> anyhow::Result<()> {
    let office = Office::open(db).await?;
    let Office { desk, agents, admin, .. } = &office;
    let mut changes = 0;
    for _ in 0..3 {
        let id = desk.create(&agents[0], about("x")).await?.id;
        desk.start(&agents[0], &id).await?;
        desk.pass(60);
        desk.resolve(&agents[0], &id, "").await?;
        // One and its hour; away and there; away and there, its hour and the seconds.
        changes += 2 + 2 + 4;
    }
    assert_eq!(desk.number("SELECT count(*) FROM figure_change").await?, changes);
    let (counts, trends) = (desk.counts(admin).await?, desk.trends(admin, FROM, TO, "").await?);
    let folds = join_all((0..4).map(|_| desk.fold())).await;
    let folds: Vec<String> = folds.into_iter().collect::<anyhow::Result<_>>()?;
    let first = |fold: &String| fold.split(' ').next().unwrap().parse::<i64>().unwrap();
    assert_eq!(folds.iter().map(first).sum::<i64>(), changes, "each is taken once: {folds:?}");
    assert_eq!(desk.number("SELECT count(*) FROM figure_change").await?, 0);
    // Resolved tickets of the agent, and three sums of the hour.
    assert_eq!(desk.number("SELECT count(*) FROM figure WHERE value <> 0").await?, 4);
    assert_eq!(desk.counts(admin).await?, counts);
    assert_eq!(desk.trends(admin, FROM, TO, "").await?, trends);
    assert_eq!(desk.fold().await?, "0 changes summed up");
    Ok(())
}

async fn the_first_answer_of_staff_counts_once(db: &TestDatabase) -> anyhow::Result<()> {
    let office = Office::open(db).await?;
    let Office { desk, agents, clients, .. } = &office;
    let (agent, client) = (&agents[0], &clients[0]);
    let day = desk.clock.now().date_naive();
    let today = async || {
        let trends = desk.trends(agent, &day.to_string(), &day.to_string(), "").await.unwrap();
        (trends.days[0].first_responses, trends.days[0].first_response_seconds)
    };
    let id = desk.create(client, about("x")).await?.id;
    desk.assign(agent, &id, Some(user(agent))).await?;
    desk.comment(client, &id, "alô?", Visibility::Public).await?;
    desk.comment(agent, &id, "só entre nós", Visibility::Internal).await?;
    assert_eq!(today().await, (0, 0));
    desk.pass(90);
    let answers = (0..8).map(|_| desk.comment(agent, &id, "já vai", Visibility::Public));
    assert!(join_all(answers).await.iter().all(Result::is_ok));
    assert_eq!(today().await, (1, 90));
    desk.pass(10);
    let closed = desk.create(client, about("y")).await?.id;
    desk.pass(10);
    desk.resolve(agent, &closed, "feito").await?;
    desk.resolve(agent, &id, "feito").await?;
    assert_eq!(today().await, (2, 50), "a closing message answers too; (90 + 10) / 2");
    Ok(())
}

async fn who_works_now_is_told_to_staff(db: &TestDatabase) -> anyhow::Result<()> {
    let office = Office::open(db).await?;
    let Office { desk, agents, clients, machine, .. } = &office;
    let mut expected = Vec::new();
    for (n, agent) in agents.iter().enumerate() {
        let ticket = desk.create(&clients[0], about(&format!("Chamado {n}"))).await?;
        desk.start(agent, &ticket.id).await?;
        expected.push((ticket.id, ticket.number, ticket.subject, user(agent).to_string()));
        // Two of them begin in the same moment.
        desk.pass(if n == 0 { 0 } else { 60 });
    }
    let (mut token, mut told) = (String::new(), Vec::new());
    loop {
        let page = desk.active_work(&office.admin, 2, &token).await?;
        assert_eq!(page.total_size, 5);
        assert!(page.work.len() <= 2);
        told.extend(page.work.into_iter().map(|w| (w.ticket_id, w.number, w.subject, w.user_id)));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(told, expected, "longest first");
    desk.pause(&agents[0], &told[0].0).await?;
    desk.resolve(&agents[1], &told[1].0, "").await?;
    let automation = desk.automation(&[Permission::TicketsRead]);
    assert_eq!(desk.active_work(&automation, 0, "").await?.total_size, 3);
    assert_eq!(desk.active_work(&desk.stranger(), 0, "").await?.work, []);
    for other in clients.iter().chain([machine]) {
        assert_eq!(reason(desk.active_work(other, 0, "").await), "permission_denied");
    }
    Ok(())
}

async fn what_cannot_be_is_refused(db: &TestDatabase) -> anyhow::Result<()> {
    let desk = Desk::open(db).await?;
    let agent = desk.agent();
    let last = (NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + TimeDelta::days(366)).to_string();
    for (from, to, zone, wrong) in [
        ("", "", "", vec!["from", "to"]),
        ("2024-1-1", "2024-01-02", "", vec!["from"]),
        ("2024-01-01", "2024-02-30", "", vec!["to"]),
        ("1969-12-31", "1970-01-01", "", vec!["from"]),
        ("+10000-01-01", "2024-01-01", "", vec!["from"]),
        ("2024-01-01", "2024-01-01", "Nowhere/Land", vec!["time_zone"]),
        ("2024-01-01", "2024-01-01", "utc\0", vec!["time_zone"]),
        ("2024-01-02", "2024-01-01", "", vec!["to"]),
        ("2024-01-01", "2025-01-02", "", vec!["to"]),
        ("0000-01-01", "9999-12-31", "x", vec!["from", "time_zone"]),
    ] {
        assert_eq!(fields(desk.trends(&agent, from, to, zone).await), wrong, "{from} {to} {zone}");
    }
    let year = desk.trends(&agent, "2024-01-01", &last, "Asia/Kolkata").await?;
    assert_eq!((year.days.len(), year.days[366].day.as_str()), (367, "2025-01-01"));
    assert_eq!(desk.trends(&agent, "9999-12-31", "9999-12-31", "").await?.days.len(), 1);
    for (size, token) in [(-1, ""), (0, "x"), (0, "bm90IGEgdG9rZW4")] {
        assert_eq!(reason(desk.active_work(&agent, size, token).await), "invalid_argument");
    }
    let scheduler = Principal::Service { name: "scheduler".into(), tenant: Some(desk.tenant) };
    assert_eq!(reason(desk.counts(&scheduler).await), "permission_denied");
    assert_eq!(reason(desk.trends(&scheduler, FROM, TO, "").await), "permission_denied");
    assert_eq!(reason(desk.active_work(&scheduler, 0, "").await), "permission_denied");
    Ok(())
}
