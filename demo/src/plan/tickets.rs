//! What is asked and how it is helped.

use chamados_proto::ticket::v1::{PauseReason, Priority};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, RngExt as _, seq::IndexedRandom as _};

use super::{Act, Opener, Step, Ticket, Year, about, between, calendar, devices::is_handed_over};
use crate::{
    cast::Part,
    catalog::{Line, Problem},
    machines::Kind,
};

/// One in so many of the last tickets waits for somebody to take it.
const WAITING: usize = 400;
/// Share of tickets that are opened again.
const REOPENED: f64 = 0.04;
/// Why they are, and what is said when that is mended.
const AGAIN: [(&str, &str); 5] = [
    (
        "Voltou a acontecer hoje cedo.",
        "Encontrei a causa que tinha ficado de fora, {nome}. Corrigido e testado com a pessoa.",
    ),
    (
        "Funcionou por um dia e parou de novo.",
        "Refiz do zero desta vez e acompanhei por uma hora sem falhas.",
    ),
    (
        "Resolveu no meu computador, mas não no da mesa ao lado.",
        "Apliquei o mesmo ajuste nas outras máquinas do setor.",
    ),
    (
        "Acho que foi encerrado por engano, ainda falta uma parte.",
        "Tem razão, {nome}, faltava uma parte. Concluída agora.",
    ),
    (
        "O erro apareceu outra vez depois de reiniciar.",
        "O ajuste não sobrevivia à reinicialização. Agora sim: reiniciei duas vezes para conferir.",
    ),
];

/// The support team's time: nobody works on two tickets at once.
struct Desk {
    /// What each of the people is busy with.
    busy: Vec<Vec<(DateTime<Utc>, DateTime<Utc>)>>,
}

impl Desk {
    /// Whether somebody is free for `length` from `begin`; if not, until when they are busy.
    fn clash(&self, who: usize, begin: DateTime<Utc>, length: TimeDelta) -> Option<DateTime<Utc>> {
        let is_late =
            |(from, to): &&(DateTime<Utc>, DateTime<Utc>)| begin < *to && *from < begin + length;
        self.busy[who].iter().rev().find(is_late).map(|(_, to)| *to)
    }

    /// The first time from `earliest` on at which somebody has so long during business hours.
    fn find(
        &self,
        rng: &mut impl Rng,
        who: usize,
        earliest: DateTime<Utc>,
        length: TimeDelta,
    ) -> DateTime<Utc> {
        let mut begin = calendar::when_open(rng, earliest);
        loop {
            if begin + length > calendar::closing(begin) {
                begin = calendar::when_open(rng, calendar::closing(begin));
            } else if let Some(until) = self.clash(who, begin, length) {
                let pause = between(rng, 1, 5);
                begin = calendar::when_open(rng, until + pause);
            } else {
                return begin;
            }
        }
    }

    fn book(&mut self, who: usize, begin: DateTime<Utc>, length: TimeDelta) {
        self.busy[who].push((begin, begin + length));
    }
}

/// The tickets of the year; what happens to them is added to `steps`.
pub(super) fn plan(
    rng: &mut impl Rng,
    year: &Year<'_>,
    problems: &[Problem],
    steps: &mut Vec<(DateTime<Utc>, Step)>,
) -> Vec<Ticket> {
    let count = year.size.tickets;
    let weights: Vec<f64> = problems.iter().map(|problem| problem.weight).collect();
    // Some ask much more often than others.
    let asking: Vec<f64> = year
        .people
        .iter()
        .map(|person| {
            if person.part.company().is_some() {
                rng.random_range(0.15..1.0_f64).powi(2)
            } else {
                0.0
            }
        })
        .collect();
    let first = year.asks_from(0);
    let moments = calendar::moments(rng, count, first, year.now - TimeDelta::minutes(4));
    let mut desk = Desk { busy: vec![Vec::new(); year.people.len()] };
    let agents = year.agents();
    let mut tickets = Vec::with_capacity(count);
    for (number, opened) in moments.into_iter().enumerate() {
        let customers = year.customers(opened);
        let happens =
            |problem: &Problem| customers.iter().any(|company| problem.happens_to(*company));
        let problem = loop {
            let problem = &problems[calendar::weighted(rng, &weights)];
            if happens(problem) {
                break problem;
            }
        };
        let ticket = ask(rng, year, problem, &asking, &agents, opened);
        steps.push((opened, Step::Open(number)));
        let is_left = number + (count / WAITING).max(3) * 2 >= count && number % 2 == 1;
        let acts = if is_left {
            Vec::new()
        } else {
            Helper { year, desk: &mut desk, agents: &agents }.help(rng, &ticket, problem, opened)
        };
        tickets.push(ticket);
        // What lies ahead is not known yet.
        let past = acts.into_iter().filter(|(at, _)| *at < year.now - TimeDelta::minutes(1));
        steps.extend(past.map(|(at, act)| (at, Step::Act(number, act))));
    }
    somebody_works(year, agents[0], steps);
    tickets
}

fn ask(
    rng: &mut impl Rng,
    year: &Year<'_>,
    problem: &Problem,
    asking: &[f64],
    agents: &[usize],
    opened: DateTime<Utc>,
) -> Ticket {
    let weights: Vec<f64> = year
        .people
        .iter()
        .zip(asking)
        .map(|(person, weight)| match person.part.company() {
            Some(company) if year.asks_from(company) <= opened && problem.happens_to(company) => {
                *weight
            }
            _ => 0.0,
        })
        .collect();
    let requester = calendar::weighted(rng, &weights);
    let machine = year
        .machines
        .iter()
        .position(|machine| machine.person == requester && machine.kind != Kind::Server)
        .filter(|place| problem.device && !is_handed_over(*place));
    let opener = match rng.random_range(0..100) {
        0..22 => Opener::Staff(agents.choose(rng).copied().unwrap_or_default()),
        22..36 if machine.is_some() => Opener::Machine,
        _ => Opener::Requester,
    };
    let priority = match (problem.priority, rng.random_range(0..10)) {
        (Priority::Normal, 0) => Priority::High,
        (Priority::Normal, 1) | (Priority::High, 0) => Priority::Low,
        (priority, _) => priority,
    };
    let pick = |rng: &mut _, texts: &[String]| texts.choose(rng).cloned().unwrap_or_default();
    Ticket {
        subject: pick(rng, &problem.subject),
        text: pick(rng, &problem.text),
        category: problem.category.clone(),
        queue: problem.queue.clone(),
        tags: problem.tags.clone(),
        priority,
        requester,
        opener,
        machine,
    }
}

/// Helps with one ticket after the other.
struct Helper<'a> {
    year: &'a Year<'a>,
    desk: &'a mut Desk,
    agents: &'a [usize],
}

type Acts = Vec<(DateTime<Utc>, Act)>;

impl Helper<'_> {
    /// All that happens to a ticket until it is resolved, as if there were time for it.
    fn help(
        &mut self,
        rng: &mut impl Rng,
        ticket: &Ticket,
        problem: &Problem,
        opened: DateTime<Utc>,
    ) -> Acts {
        let mut acts = Acts::new();
        let patience = match ticket.priority {
            Priority::Urgent => 6.0,
            Priority::High => 15.0,
            Priority::Low => 100.0,
            Priority::Normal | Priority::Unspecified => 35.0,
        };
        let mut from = opened + about(rng, patience) + TimeDelta::seconds(40);
        let by = self.takes(rng, ticket, from);
        if rng.random_bool(0.3) {
            // Somebody, most often the one who leads, hands it out first.
            let soon = opened + about(rng, 5.0) + TimeDelta::seconds(20);
            let at = calendar::when_open(rng, soon);
            acts.push((at, Act::Assign { by: 0, to: by }));
            from = from.max(at + TimeDelta::minutes(2));
        }
        let year = self.year;
        let fill = |text: &str| fill(year, text, ticket, by);
        let mut rest: Vec<Line> = problem
            .talk
            .iter()
            .map(|line| match line {
                Line::Answer(text) => Line::Answer(fill(text)),
                Line::Note(text) => Line::Note(fill(text)),
                Line::Reply(text) => Line::Reply(fill(text)),
                Line::Pause(reason, note) => Line::Pause(*reason, fill(note)),
            })
            .collect();
        let message = match problem.close.choose(rng) {
            Some(text) if rng.random_bool(0.85) => fill(text),
            _ => String::new(),
        };
        while !rest.is_empty() {
            let end = rest.iter().position(|line| matches!(line, Line::Pause(..)));
            let next = end.map_or(Vec::new(), |end| rest.split_off(end));
            from = self.work(rng, ticket, by, from, &rest, &mut acts);
            rest = next;
            if let Some(Line::Pause(reason, note)) = rest.first().cloned() {
                acts.push((from, Act::Pause { by, reason, note }));
                rest.remove(0);
                from += wait(rng, reason);
                if rest.is_empty() {
                    // The closing needs a moment of work too.
                    from = self.work(rng, ticket, by, from, &[], &mut acts);
                }
            }
        }
        acts.push((from, Act::Resolve { by, message }));
        if rng.random_bool(REOPENED) {
            self.again(rng, ticket, by, from, &mut acts);
        }
        acts
    }

    /// Who of a few takes it soonest.
    fn takes(&self, rng: &mut impl Rng, ticket: &Ticket, from: DateTime<Utc>) -> usize {
        if let Opener::Staff(by) = ticket.opener
            && rng.random_bool(0.7)
        {
            return by;
        }
        // Who leads helps too, now and then.
        if rng.random_bool(0.07) {
            return 0;
        }
        let some: Vec<usize> = self.agents.sample(rng, 3).copied().collect();
        let length = TimeDelta::minutes(20);
        let soonest = some.into_iter().min_by_key(|who| self.desk.find(rng, *who, from, length));
        soonest.unwrap_or_default()
    }

    /// One session: what is said in it. Gives its end; whoever calls says how it ends.
    fn work(
        &mut self,
        rng: &mut impl Rng,
        ticket: &Ticket,
        by: usize,
        from: DateTime<Utc>,
        lines: &[Line],
        acts: &mut Acts,
    ) -> DateTime<Utc> {
        // What is told while work rests brings the work on.
        let told = lines.iter().take_while(|line| matches!(line, Line::Reply(_))).count();
        let mut from = from;
        for line in &lines[..told] {
            if let Line::Reply(text) = line {
                from = calendar::when_open(rng, from);
                acts.push((
                    from,
                    Act::Comment { by: ticket.requester, internal: false, text: text.clone() },
                ));
                from += between(rng, 2, 25);
            }
        }
        let mut said = Vec::new();
        let mut length = TimeDelta::zero();
        for line in &lines[told..] {
            length += match line {
                Line::Reply(_) => between(rng, 1, 9),
                Line::Answer(_) | Line::Note(_) | Line::Pause(..) => between(rng, 2, 13),
            };
            let comment =
                |by, internal, text: &String| Act::Comment { by, internal, text: text.clone() };
            match line {
                Line::Answer(text) => said.push((length, comment(by, false, text))),
                Line::Note(text) => said.push((length, comment(by, true, text))),
                Line::Reply(text) => said.push((length, comment(ticket.requester, false, text))),
                Line::Pause(..) => {}
            }
        }
        length += between(rng, 2, 12);
        let begin = self.desk.find(rng, by, from, length);
        self.desk.book(by, begin, length);
        acts.push((begin, Act::Start { by }));
        acts.extend(said.into_iter().map(|(after, act)| (begin + after, act)));
        begin + length
    }

    /// It was not done after all.
    fn again(
        &mut self,
        rng: &mut impl Rng,
        ticket: &Ticket,
        by: usize,
        resolved: DateTime<Utc>,
        acts: &mut Acts,
    ) {
        let Some((reason, answer)) = AGAIN.choose(rng) else { return };
        let later = resolved + about(rng, 600.0) + TimeDelta::minutes(30);
        let at = calendar::when_open(rng, later);
        // Later than that only staff could.
        if at > resolved + TimeDelta::days(6) {
            return;
        }
        acts.push((at, Act::Reopen { by: ticket.requester, reason: (*reason).to_owned() }));
        let lines = [Line::Answer(fill(self.year, answer, ticket, by))];
        let from = at + about(rng, 30.0);
        let end = self.work(rng, ticket, by, from, &lines, acts);
        acts.push((end, Act::Resolve { by, message: String::new() }));
    }
}

/// A text of the catalogue with the names of those it is about.
fn fill(year: &Year<'_>, text: &str, ticket: &Ticket, by: usize) -> String {
    let machine = ticket.machine.map_or("máquina", |place| &year.machines[place].host_name);
    text.replace("{nome}", year.people[ticket.requester].first_name())
        .replace("{agente}", year.people[by].first_name())
        .replace("{maquina}", machine)
}

/// How long work rests.
fn wait(rng: &mut impl Rng, reason: PauseReason) -> TimeDelta {
    match reason {
        PauseReason::WaitingRequester => about(rng, 600.0),
        PauseReason::WaitingThirdParty => between(rng, 24 * 60, 14 * 24 * 60),
        PauseReason::Scheduled => between(rng, 3 * 60, 6 * 24 * 60),
        _ => between(rng, 60, 3 * 24 * 60),
    }
}

/// Sees to it that one ticket is worked on now, also when the year ends at night.
fn somebody_works(year: &Year<'_>, else_by: usize, steps: &mut Vec<(DateTime<Utc>, Step)>) {
    let mut last: Vec<Option<(DateTime<Utc>, &Act)>> = vec![None; year.size.tickets];
    for (at, step) in steps.iter() {
        if let Step::Act(ticket, act) = step
            && !matches!(act, Act::Comment { .. })
            && last[*ticket].is_none_or(|(known, _)| known <= *at)
        {
            last[*ticket] = Some((*at, act));
        }
    }
    if last.iter().flatten().any(|(_, act)| matches!(act, Act::Start { .. })) {
        return;
    }
    let is_open = |act: &&Act| !matches!(act, Act::Resolve { .. });
    let open = last
        .iter()
        .rposition(|last| last.as_ref().map(|(_, act)| *act).as_ref().is_some_and(is_open));
    let ticket = open.unwrap_or(year.size.tickets - 1);
    let (since, by) = match last[ticket] {
        Some((at, Act::Assign { to: by, .. } | Act::Pause { by, .. })) => (at, *by),
        Some((at, _)) => (at, else_by),
        None => (year.now, else_by),
    };
    let at = since.max(year.now - TimeDelta::minutes(25)) + TimeDelta::seconds(30);
    steps.push((at.min(year.now), Step::Act(ticket, Act::Start { by })));
}

impl Part {
    /// Whether somebody belongs to the support team.
    pub(crate) const fn is_staff(self) -> bool {
        self.company().is_none()
    }
}
