//! A desk where anything happens at once, and what counting gives there.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use chamados_chassis::{
    auth::{Permission, Principal, Role},
    clock::from_proto,
    id::UserId,
};
use chamados_proto::{
    event::v1::Actor,
    ticket::v1::{self as pb, Status, Visibility},
};
use chamados_testkit::TestDatabase;
use chrono_tz::America::Sao_Paulo;
use futures::future::join_all;

use crate::support::{Desk, about, user};

/// From and to which day everything happens.
pub(crate) const FROM: &str = "2024-10-01";
pub(crate) const TO: &str = "2024-11-30";

impl Desk {
    /// Every ticket that somebody sees.
    async fn everything(&self, by: &Principal) -> anyhow::Result<Vec<pb::Ticket>> {
        let (mut token, mut tickets) = (String::new(), Vec::new());
        loop {
            let request =
                pb::ListTicketsRequest { page_size: 100, page_token: token, ..Default::default() };
            let page = self.list(by, request).await?;
            tickets.extend(page.tickets);
            token = page.next_page_token;
            if token.is_empty() {
                return Ok(tickets);
            }
        }
    }
}

/// The company of a person.
fn company(who: &Principal) -> Option<String> {
    match who {
        Principal::Person { company, .. } => company.map(|company| company.to_string()),
        _ => None,
    }
}

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

/// A desk with everybody who may ask.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    pub(crate) admin: Principal,
    pub(crate) agents: Vec<Principal>,
    pub(crate) clients: Vec<Principal>,
    pub(crate) machine: Principal,
    pub(crate) queues: Vec<String>,
}

impl Office {
    pub(crate) async fn open(db: &TestDatabase) -> anyhow::Result<Self> {
        let desk = Desk::open(db).await?;
        let admin = desk.person(Role::Admin, None);
        let (here, there) = (desk.company(), desk.company());
        let agents = (0..5).map(|_| desk.agent()).collect();
        let clients = vec![
            desk.person(Role::Collaborator, Some(here)),
            desk.person(Role::Collaborator, Some(there)),
            desk.person(Role::Manager, Some(here)),
            desk.person(Role::Manager, None),
        ];
        let machine = desk.machine(here, Some(user(&clients[0])));
        let mut queues = Vec::new();
        for name in ["Rede", "Impressoras", "Telefonia"] {
            queues.push(desk.create_queue(&admin, "", name).await?.id);
        }
        Ok(Self { desk, admin, agents, clients, machine, queues })
    }

    /// Everybody who may ask, by what they are.
    fn viewers(&self) -> Vec<(&'static str, Principal)> {
        let reader = [Permission::TicketsRead];
        let writer = [Permission::TicketsRead, Permission::TicketsCommentInternal];
        vec![
            ("admin", self.admin.clone()),
            ("agent", self.agents[0].clone()),
            ("merged agent's survivor", self.agents[1].clone()),
            ("reading automation", self.desk.automation(&reader)),
            ("writing automation", self.desk.automation(&writer)),
            ("collaborator", self.clients[0].clone()),
            ("collaborator there", self.clients[1].clone()),
            ("manager", self.clients[2].clone()),
            ("manager of nothing", self.clients[3].clone()),
            ("machine", self.machine.clone()),
            ("machine account", self.desk.person(Role::Machine, None)),
            ("other tenant", self.desk.stranger()),
        ]
    }

    /// Some requests at once; what the rules refuse is refused.
    pub(crate) async fn live(&self, dice: &mut Dice, steps: usize) -> anyhow::Result<()> {
        for _ in 0..steps {
            let tickets = self.desk.everything(&self.admin).await?;
            let rolls: Vec<[usize; 5]> =
                (0..6).map(|_| std::array::from_fn(|_| dice.roll(1_000))).collect();
            join_all(rolls.into_iter().map(|roll| self.act(&tickets, roll))).await;
            self.desk.pass(dice.roll(9_000) as u64);
        }
        Ok(())
    }

    /// One request, refused or not.
    async fn act(&self, tickets: &[pb::Ticket], [what, who, which, whom, other]: [usize; 5]) {
        let desk = &self.desk;
        let agent = &self.agents[who % self.agents.len()];
        let client = &self.clients[who % self.clients.len()];
        let queue = self.queues.get(whom % (self.queues.len() + 1));
        let Some(ticket) = (!tickets.is_empty()).then(|| &tickets[which % tickets.len()]) else {
            desk.create(agent, about("primeiro")).await.unwrap();
            return;
        };
        let id = &ticket.id;
        match what % 16 {
            0 | 1 => {
                let by = [agent, client, &self.machine][other % 3];
                let queue_id = queue.cloned();
                desk.create(by, pb::CreateTicketRequest { queue_id, ..about("x") }).await.ok();
            }
            2..=4 => drop(desk.start(agent, id).await),
            5 | 6 => drop(desk.pause(agent, id).await),
            7 | 8 => drop(desk.resolve(agent, id, ["", "feito"][other % 2]).await),
            9 => drop(desk.reopen([agent, client][other % 2], id).await),
            10 => {
                let whom = self.agents.get(whom % (self.agents.len() + 1)).map(user);
                desk.assign(agent, id, whom).await.ok();
            }
            11 => {
                let edit = pb::Ticket {
                    id: id.clone(),
                    queue_id: queue.cloned().unwrap_or_else(|| ticket.queue_id.clone()),
                    company_id: company(client),
                    watcher_ids: vec![user(client).to_string()],
                    ..Default::default()
                };
                let fields = ["queue_id", "company_id", "watcher_ids"];
                desk.update(agent, edit, &fields).await.ok();
            }
            12 => drop(desk.comment(agent, id, "nota", Visibility::Internal).await),
            13 => drop(desk.comment(client, id, "e agora?", Visibility::Public).await),
            14 => drop(desk.comment(agent, id, "já vai", Visibility::Public).await),
            _ => drop(desk.fold().await),
        }
    }

    /// Asks for everything as everybody, and counts it too.
    pub(crate) async fn check(&self, context: &str) -> anyhow::Result<()> {
        for (who, viewer) in self.viewers() {
            let context = format!("{context}: {who}");
            let tickets = self.desk.everything(&viewer).await?;
            let expected = count(&tickets, viewer.user());
            assert_eq!(self.desk.counts(&viewer).await?, expected, "{context}");
            let trends = self.desk.trends(&viewer, FROM, TO, "America/Sao_Paulo").await?;
            let (days, people) = self.follow(&viewer, &tickets).await?;
            let told: BTreeMap<String, [i64; 5]> = trends
                .days
                .iter()
                .map(|day| {
                    let responses = (day.first_responses, day.first_response_seconds);
                    let values =
                        [day.opened, day.resolved, responses.0, responses.1, day.worked_seconds];
                    (day.day.clone(), values)
                })
                .filter(|(_, values)| values.iter().any(|value| *value != 0))
                .collect();
            assert_eq!(told, days, "{context}");
            let told: BTreeMap<String, i64> =
                trends.people.iter().map(|p| (p.user_id.clone(), p.worked_seconds)).collect();
            assert_eq!(told, people, "{context}");
            let seconds = trends.people.iter().map(|person| -person.worked_seconds);
            assert!(seconds.is_sorted(), "most first");
            self.totals(&viewer, &tickets).await.context(context)?;
        }
        Ok(())
    }

    /// Lists tell how many tickets there are, of any company and status, and of a company's.
    async fn totals(&self, viewer: &Principal, tickets: &[pb::Ticket]) -> anyhow::Result<()> {
        let companies = self.clients.iter().filter_map(company).map(Some);
        let statuses = [Status::Pending, Status::InProgress, Status::Paused, Status::Resolved];
        for company in companies.chain([None]) {
            for some in [vec![], vec![Status::Resolved], statuses[..3].to_vec()] {
                let matches = |ticket: &&pb::Ticket| {
                    (company.is_none() || ticket.company_id == company)
                        && (some.is_empty() || some.contains(&ticket.status()))
                };
                let filter = pb::TicketFilter {
                    company_ids: company.iter().cloned().collect(),
                    statuses: some.iter().map(|status| (*status).into()).collect(),
                    ..Default::default()
                };
                let request = pb::ListTicketsRequest {
                    page_size: 1,
                    filter: Some(filter),
                    ..Default::default()
                };
                let told = self.desk.list(viewer, request).await?.total_size;
                let counted = tickets.iter().filter(matches).count();
                ensure!(usize::try_from(told)? == counted, "{company:?} {some:?}: {told}");
            }
        }
        Ok(())
    }

    /// What happened by day, and who worked, told by the timelines of the tickets.
    async fn follow(
        &self,
        viewer: &Principal,
        tickets: &[pb::Ticket],
    ) -> anyhow::Result<(BTreeMap<String, [i64; 5]>, BTreeMap<String, i64>)> {
        let staff = self.agents.iter().chain([&self.admin]);
        let staff: Vec<Actor> = staff.map(|who| who.actor().unwrap().into()).collect();
        let at = |time: Option<prost_types::Timestamp>| from_proto(time.unwrap()).unwrap();
        let day = |time: Option<prost_types::Timestamp>| {
            at(time).with_timezone(&Sao_Paulo).date_naive().to_string()
        };
        let mut days = BTreeMap::<String, [i64; 5]>::new();
        let mut people = BTreeMap::<String, i64>::new();
        for ticket in tickets {
            days.entry(day(ticket.create_time)).or_default()[0] += 1;
            for entry in self.desk.timeline(viewer, &ticket.id).await?.entries {
                if entry.r#type == "resolved" {
                    days.entry(day(entry.occur_time)).or_default()[1] += 1;
                }
            }
            let comments = self.desk.conversation(viewer, &ticket.id).await?.comments;
            let first = comments.into_iter().find(|comment| {
                let author = comment.author.as_ref();
                comment.visibility() == Visibility::Public
                    && author.is_some_and(|author| staff.contains(author))
            });
            if let Some(comment) = first {
                let day = days.entry(day(comment.create_time)).or_default();
                day[2] += 1;
                day[3] += (at(comment.create_time) - at(ticket.create_time)).num_seconds();
            }
            for session in self.desk.work_sessions(viewer, &ticket.id).await? {
                let Some(end) = session.end_time else { continue };
                let seconds = (at(Some(end)) - at(session.start_time)).num_seconds();
                days.entry(day(Some(end))).or_default()[4] += seconds;
                *people.entry(session.user_id).or_default() += seconds;
            }
        }
        for day in days.values_mut() {
            day[3] = day[3].checked_div(day[2]).unwrap_or_default();
        }
        let internal = viewer.may(Permission::TicketsCommentInternal);
        Ok((days, if internal { people } else { BTreeMap::new() }))
    }
}

/// The counts of these tickets.
fn count(tickets: &[pb::Ticket], caller: Option<UserId>) -> pb::TicketCounts {
    let statuses = [Status::Pending, Status::InProgress, Status::Paused, Status::Resolved];
    let number = |count: usize| i64::try_from(count).unwrap();
    let by_status = statuses.map(|status| pb::StatusCount {
        status: status.into(),
        count: number(tickets.iter().filter(|ticket| ticket.status() == status).count()),
    });
    let open = || tickets.iter().filter(|ticket| ticket.status() != Status::Resolved);
    let mut queues = BTreeMap::<String, (i64, i64)>::new();
    for ticket in open() {
        let (count, unassigned) = queues.entry(ticket.queue_id.clone()).or_default();
        *count += 1;
        *unassigned += i64::from(ticket.assignee_id.is_none());
    }
    let caller = caller.map(|user| user.to_string());
    let mine = open().filter(|ticket| caller.is_some() && ticket.assignee_id == caller);
    pb::TicketCounts {
        by_status: by_status.into(),
        open_by_queue: queues
            .into_iter()
            .map(|(queue_id, (count, unassigned))| pb::QueueCount { queue_id, count, unassigned })
            .collect(),
        unassigned: number(open().filter(|ticket| ticket.assignee_id.is_none()).count()),
        mine: number(mine.count()),
    }
}
