//! Rows of tickets that were never opened: what the ticket service's tables hold of them. The service
//! could have written them, but for one thing: of the timeline there are the opening and the comments
//! alone, so that a resolved ticket does not tell when it was played.

use chamados_ticket::domain::search;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::Value;
use serde_json::json;
use uuid::{Builder, Uuid};

use super::{
    people::People,
    texts::{Numbers, RARE, sentence, words},
};

/// Tickets that have the rare word, however many there are in all.
pub(super) const RARE_TICKETS: u64 = 1_000;
/// Every so many tickets are the signed-in collaborator's.
const SIGNED_IN: u64 = 250;
/// How far back the first goes.
const PAST: TimeDelta = TimeDelta::days(3 * 365);

/// Rows of one table, one after the other.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) table: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) values: Vec<Value>,
}

impl Rows {
    const fn of(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { table, columns, values: Vec::new() }
    }

    fn add<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns.len(), "{}", self.table);
        self.values.extend(row);
    }
}

/// Tables that are filled, each after those it refers to.
pub(super) const TABLES: [&str; 7] = [
    "ticket",
    "comment",
    "ticket_event",
    "search_doc",
    "ticket_tag",
    "ticket_watcher",
    "work_session",
];

/// What is to be made.
#[derive(Debug)]
pub(super) struct History<'a> {
    pub(super) people: &'a People,
    pub(super) tenant: Uuid,
    pub(super) tickets: u64,
    pub(super) comments: u64,
    /// The last number that was given.
    pub(super) last_number: i64,
    pub(super) now: DateTime<Utc>,
}

/// One ticket's rows on their way.
struct Making<'a> {
    history: &'a History<'a>,
    rows: &'a mut [Rows; TABLES.len()],
    numbers: Numbers,
    id: Uuid,
    created: DateTime<Utc>,
    requester: Uuid,
}

impl History<'_> {
    /// Rows of tickets `from` to `to`, in the order of [`TABLES`].
    pub(super) fn rows(&self, from: u64, to: u64) -> [Rows; TABLES.len()] {
        let mut rows = [
            Rows::of("ticket", &TICKET),
            Rows::of("comment", &COMMENT),
            Rows::of("ticket_event", &EVENT),
            Rows::of("search_doc", &SEARCH),
            Rows::of("ticket_tag", &["ticket_id", "key", "tenant_id"]),
            Rows::of("ticket_watcher", &["ticket_id", "user_id", "tenant_id"]),
            Rows::of("work_session", &SESSION),
        ];
        for place in from..to {
            self.ticket(&mut rows, place);
        }
        rows
    }

    /// When the ticket in this place was opened: all in equal distances, the last yesterday.
    fn time(&self, place: u64) -> DateTime<Utc> {
        let past = PAST.num_microseconds().unwrap_or_default() as u64;
        let after = u128::from(past) * u128::from(place) / u128::from(self.tickets.max(1));
        self.now - TimeDelta::days(1) - PAST + TimeDelta::microseconds(after as i64)
    }

    /// Comments on the ticket in this place; together they are as many as wanted.
    fn comments_on(&self, place: u64) -> u64 {
        let up_to = |place| u128::from(self.comments) * place / u128::from(self.tickets.max(1));
        (up_to(u128::from(place) + 1) - up_to(u128::from(place))) as u64
    }

    fn ticket(&self, rows: &mut [Rows; TABLES.len()], place: u64) {
        let mut numbers = Numbers::of(place);
        let created = self.time(place);
        let id = id(created, &mut numbers);
        let requesters = &self.people.requesters;
        // Who is signed in asks in any case, and more than others.
        let who = if place.is_multiple_of(SIGNED_IN) { requesters.first() } else { None };
        let &(requester, company) = who.unwrap_or_else(|| numbers.of_list(requesters));
        let mut subject = words(&mut numbers, 5);
        let every = (self.tickets / RARE_TICKETS).max(1);
        if place.is_multiple_of(every) && place / every < RARE_TICKETS {
            subject[2] = RARE.to_owned();
        }
        let (subject, text) = (sentence(&subject), sentence(&words(&mut numbers, 10)));
        let description = format!("<p>{text}.</p>");
        let status = match numbers.below(100) {
            0..90 => "resolved",
            90..94 => "pending",
            94..96 => "in_progress",
            _ => "paused",
        };
        let unassigned = status == "pending" && numbers.below(2) == 0;
        let assignee = (!unassigned).then(|| *numbers.of_list(&self.people.agents));
        let (priority, order) = match numbers.below(100) {
            0..4 => ("urgent", 0),
            4..18 => ("high", 1),
            18..86 => ("normal", 2),
            _ => ("low", 3),
        };
        let tags: Vec<_> = (0..numbers.below(3)).map(|_| words(&mut numbers, 1).concat()).collect();
        let tags = if tags.first() == tags.last() { &tags[..tags.len().min(1)] } else { &tags };
        let watcher = (numbers.below(20) == 0).then(|| numbers.of_list(&self.people.requesters).0);
        let updated = created + TimeDelta::seconds(numbers.below(80_000) as i64);
        let worked = if status == "pending" { 0 } else { numbers.below(7_200) as i64 };

        let mut making = Making { history: self, rows, numbers, id, created, requester };
        making.ticket_row([
            Value::from(self.last_number + 1 + place as i64),
            subject.as_str().into(),
            subject.to_lowercase().into(),
            description.as_str().into(),
            status.into(),
            (status == "paused").then_some("break").into(),
            (status == "in_progress").then_some(updated).into(),
            (status == "resolved").then_some(updated).into(),
            priority.into(),
            company.into(),
            assignee.into(),
            worked.into(),
            updated.into(),
            json!(tags).into(),
            json!(watcher.as_slice()).into(),
            order.into(),
        ]);
        making.search_row(id, false, &[&subject, &text]);
        making.opening(&subject, &description, priority, company);
        for key in tags {
            making.rows[4].add([id.into(), key.as_str().into(), self.tenant.into()]);
        }
        if let Some(user) = watcher {
            making.rows[5].add([id.into(), user.into(), self.tenant.into()]);
        }
        if let Some(worker) = assignee.filter(|_| status != "pending") {
            making.session(worker, updated, status == "in_progress", worked);
        }
        for _ in 0..self.comments_on(place) {
            making.comment(assignee.unwrap_or(requester));
        }
    }
}

impl Making<'_> {
    fn ticket_row(&mut self, facts: [Value; 16]) {
        let own = [
            self.id.into(),
            self.history.tenant.into(),
            self.history.people.queue.into(),
            self.requester.into(),
            self.created.into(),
            Value::from(1_i64),
        ];
        self.rows[0].values.extend(own.into_iter().chain(facts));
    }

    fn search_row(&mut self, entity: Uuid, internal: bool, texts: &[&str]) {
        let tenant = self.history.tenant.into();
        let words = search::index(texts).into();
        let (ticket, created) = (self.id.into(), self.created.into());
        self.rows[3].add([tenant, ticket, entity.into(), internal.into(), words, created]);
    }

    fn opening(&mut self, subject: &str, description: &str, priority: &str, company: Uuid) {
        let facts = [
            ("subject", subject.to_owned()),
            ("description", description.to_owned()),
            ("status", "pending".to_owned()),
            ("priority", priority.to_owned()),
            ("queue", self.history.people.queue.to_string()),
            ("requester", self.requester.to_string()),
            ("company", company.to_string()),
        ];
        let facts = facts.map(|(field, new)| json!({"field": field, "old": null, "new": new}));
        self.event("created", self.requester, self.created, json!(facts), None, false);
    }

    fn event(
        &mut self,
        kind: &str,
        actor: Uuid,
        at: DateTime<Utc>,
        changes: serde_json::Value,
        comment: Option<Uuid>,
        internal: bool,
    ) {
        let event = id(at, &mut self.numbers);
        self.rows[2].add([
            event.into(),
            self.history.tenant.into(),
            self.id.into(),
            kind.into(),
            "user".into(),
            actor.to_string().into(),
            at.into(),
            Value::from(1_i64),
            changes.into(),
            "".into(),
            comment.into(),
            internal.into(),
        ]);
    }

    fn session(&mut self, user: Uuid, updated: DateTime<Utc>, open: bool, worked: i64) {
        let began = if open { updated } else { updated - TimeDelta::seconds(worked) };
        let session = id(began, &mut self.numbers);
        let (ended, seconds) = ((!open).then_some(updated), (!open).then_some(worked));
        let (id, tenant) = (self.id.into(), self.history.tenant.into());
        let (user, began) = (user.into(), began.into());
        self.rows[6].add([session.into(), tenant, id, user, began, ended.into(), seconds.into()]);
    }

    /// By the requester or by who helps; every fifth for staff alone.
    fn comment(&mut self, helper: Uuid) {
        let at = self.created + TimeDelta::seconds(self.numbers.below(80_000) as i64);
        let comment = id(at, &mut self.numbers);
        let internal = self.numbers.below(5) == 0;
        let asks = !internal && self.numbers.below(2) == 0;
        let author = if asks { self.requester } else { helper };
        let text = sentence(&words(&mut self.numbers, 8));
        self.rows[1].add([
            comment.into(),
            self.history.tenant.into(),
            self.id.into(),
            "user".into(),
            author.to_string().into(),
            if internal { "internal" } else { "public" }.into(),
            format!("<p>{text}.</p>").into(),
            at.into(),
        ]);
        self.event("commented", author, at, json!([]), Some(comment), internal);
        self.search_row(comment, internal, &[&text]);
    }
}

/// A UUIDv7 of that time.
fn id(at: DateTime<Utc>, numbers: &mut Numbers) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let random = [numbers.next().to_be_bytes(), numbers.next().to_be_bytes()].concat();
    let mut ten = [0; 10];
    ten.copy_from_slice(&random[..10]);
    Builder::from_unix_timestamp_millis(millis, &ten).into_uuid()
}

const TICKET: [&str; 22] = [
    "id",
    "tenant_id",
    "queue_id",
    "requester_id",
    "created_at",
    "version",
    "number",
    "subject",
    "subject_key",
    "description",
    "status",
    "pause_reason",
    "working_since",
    "resolved_at",
    "priority",
    "company_id",
    "assignee_id",
    "worked_seconds",
    "updated_at",
    "tags",
    "watchers",
    "priority_order",
];
const COMMENT: [&str; 8] = [
    "id",
    "tenant_id",
    "ticket_id",
    "author_kind",
    "author_id",
    "visibility",
    "body",
    "created_at",
];
const EVENT: [&str; 12] = [
    "id",
    "tenant_id",
    "ticket_id",
    "kind",
    "actor_kind",
    "actor_id",
    "occurred_at",
    "version",
    "changes",
    "note",
    "comment_id",
    "internal",
];
const SEARCH: [&str; 6] =
    ["tenant_id", "ticket_id", "entity_id", "internal", "words", "ticket_created_at"];
const SESSION: [&str; 7] =
    ["id", "tenant_id", "ticket_id", "user_id", "started_at", "ended_at", "seconds"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::Browser;

    fn people() -> People {
        let nobody = Browser::new("http://desk.example").unwrap();
        let id = || Uuid::now_v7();
        People {
            admin: nobody.clone(),
            collaborator: nobody.clone(),
            manager: nobody,
            collaborator_id: id(),
            manager_id: id(),
            admin_id: id(),
            agents: vec![id(), id()],
            requesters: vec![(id(), id()), (id(), id()), (id(), id())],
            queue: id(),
        }
    }

    #[test]
    fn there_are_as_many_as_wanted_whichever_way_they_are_taken() {
        let _already_chosen = rustls::crypto::ring::default_provider().install_default();
        let people = people();
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let (tenant, tickets, comments) = (Uuid::now_v7(), 2_500, 7_001);
        let history = History { people: &people, tenant, tickets, comments, last_number: 1, now };
        let all = history.rows(0, tickets);
        let count = |rows: &Rows| {
            assert_eq!(rows.values.len() % rows.columns.len(), 0, "{}", rows.table);
            (rows.values.len() / rows.columns.len()) as u64
        };
        let [ticket, comment, event, search, ..] = &all;
        assert_eq!(count(ticket), tickets);
        assert_eq!(count(comment), comments);
        assert_eq!(count(event), tickets + comments);
        assert_eq!(count(search), tickets + comments);
        let rare = search.values.iter().filter(|value| {
            matches!(value, Value::String(Some(words)) if words.split(' ').any(|w| w == RARE))
        });
        assert_eq!(rare.count() as u64, RARE_TICKETS);
        assert_eq!(all.each_ref().map(|rows| rows.table), TABLES);

        let parts = [history.rows(0, 999), history.rows(999, tickets)];
        for (at, rows) in all.iter().enumerate() {
            let parts = parts.iter().flat_map(|part| &part[at].values);
            assert!(rows.values.iter().eq(parts), "{}", rows.table);
        }
    }
}
