//! Does what is planned, by the product's own calls and in the order of time.

mod computers;
mod people;
mod tickets;

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result};
use chamados_chassis::{
    auth::{Principal, Role},
    id::{CompanyId, SessionId, TenantId, UserId},
};
use chamados_proto::identity::v1 as identity;
use chrono::{DateTime, Utc};
use indicatif::ProgressBar;

use self::computers::Computer;
use crate::{
    cast::{Part, Size},
    folder::Account,
    plan::{Plan, Step},
    stage::Stage,
};

/// What came of it, for whoever runs the demo.
pub(crate) struct Played {
    pub(crate) accounts: Vec<Account>,
    /// Tokens of the computers that are on, by place.
    pub(crate) computers: Vec<(String, String)>,
    /// How many others are cut off.
    pub(crate) cut_off: usize,
    pub(crate) admin: Principal,
    pub(crate) begins: DateTime<Utc>,
}

/// Plays the year that ends at `now` into an empty folder.
///
/// # Errors
/// The product refuses something, which the error names.
pub(crate) async fn play(
    data: &Path,
    seed: u64,
    size: Size,
    now: DateTime<Utc>,
    password: &str,
    progress: &ProgressBar,
) -> Result<Played> {
    let mut plan = Plan::new(seed, size, now)?;
    // Schedules would run at each jump of the clock; browsers have nothing to look at yet.
    let stage = Stage::open(data, plan.begins, "identity,ticket,device").await?;
    let steps = std::mem::take(&mut plan.steps);
    progress.set_length(steps.len() as u64);
    let mut play = Play::begin(stage, plan, password).await?;
    for (at, step) in &steps {
        play.go_on(*at).await?;
        play.step(step).await.with_context(|| format!("at {at}: {step:?}"))?;
        progress.inc(1);
    }
    play.go_on(now).await?;
    let cut_off = play.cut().await?;
    let played = Played {
        accounts: play.accounts(),
        computers: play.on(),
        cut_off,
        admin: play.person(0)?.clone(),
        begins: play.plan.begins,
    };
    play.stage.close().await?;
    Ok(played)
}

/// The play, with what the product answered.
struct Play {
    stage: Stage,
    plan: Plan,
    tenant: TenantId,
    password: String,
    companies: Vec<Option<Customer>>,
    /// By place; none before their company joins.
    people: Vec<Option<Principal>>,
    computers: Vec<Computer>,
    queues: BTreeMap<String, String>,
    categories: BTreeMap<String, String>,
    /// Ids, by place.
    tickets: Vec<String>,
}

/// A company, as far as it is needed again.
struct Customer {
    id: CompanyId,
    code: String,
}

impl Play {
    async fn begin(stage: Stage, plan: Plan, password: &str) -> Result<Self> {
        let mut play = Self {
            tenant: TenantId::new(),
            password: password.to_owned(),
            companies: Vec::new(),
            people: vec![None; plan.people.len()],
            computers: plan.machines.iter().cloned().map(Computer::new).collect(),
            queues: BTreeMap::new(),
            categories: BTreeMap::new(),
            tickets: vec![String::new(); plan.tickets.len()],
            stage,
            plan,
        };
        play.companies.resize_with(crate::cast::COMPANIES.len(), || None);
        play.open_desk().await?;
        Ok(play)
    }

    /// Time passes; what is still being written of the computers is written first.
    async fn go_on(&mut self, to: DateTime<Utc>) -> Result<()> {
        if to > self.stage.now() {
            self.settle().await?;
            self.stage.until(to);
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Join(company) => self.join(*company).await,
            Step::Open(ticket) => self.open(*ticket).await,
            Step::Act(ticket, act) => self.act(*ticket, act).await,
            Step::Machine(machine, deed) => self.machine(*machine, *deed).await,
        }
    }

    fn person(&self, place: usize) -> Result<&Principal> {
        self.people[place].as_ref().context("somebody who is not there yet")
    }

    fn customer(&self, place: usize) -> Result<&Customer> {
        self.companies[place].as_ref().context("a company that is no customer yet")
    }

    /// Who acts when `user` does, in one session for the whole year.
    fn principal(&self, user: &identity::User, part: Part) -> Result<Principal> {
        let company = part.company().map(|place| self.customer(place).map(|customer| customer.id));
        Ok(Principal::Person {
            tenant: self.tenant,
            user: user.id.parse::<UserId>()?,
            role: role(part),
            company: company.transpose()?,
            session: SessionId::new(),
        })
    }
}

const fn role(part: Part) -> Role {
    match part {
        Part::Admin => Role::Admin,
        Part::Agent => Role::Agent,
        Part::Manager(_) => Role::Manager,
        Part::Collaborator(_) => Role::Collaborator,
    }
}
