//! Proof that the state machine keeps its promises, whatever is done in whatever order: T3 (legal
//! paths, one open session, worked time) and T4 (the timeline rebuilds the ticket).

use std::collections::HashMap;

use chamados_chassis::{
    auth::Actor,
    id::{TenantId, TicketId, UserId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;

/// What can be made of a timeline alone.
fn rebuild(opened: &Ticket, entries: &[Entry]) -> Ticket {
    let mut ticket = opened.clone();
    for entry in entries {
        let before = ticket.state;
        for change in &entry.changes {
            set(&mut ticket, change, entry.at);
        }
        if let (Some(since), None) = (before.working_since(), ticket.state.working_since()) {
            ticket.worked_seconds += (entry.at - since).num_seconds();
        }
        ticket.version = entry.version;
        ticket.updated_at = entry.at;
    }
    ticket
}

fn set(ticket: &mut Ticket, change: &FieldChange, at: DateTime<Utc>) {
    let new = change.new.clone();
    match change.field {
        Field::Subject => ticket.subject = Subject::parse(&new.unwrap()).unwrap(),
        Field::Description => {
            ticket.description = RichText::parse(&new.unwrap_or_default()).unwrap();
        }
        Field::Status => {
            ticket.state = match new.unwrap().parse().unwrap() {
                Status::Pending => State::Pending,
                Status::InProgress => State::InProgress { since: at },
                Status::Paused => State::Paused { reason: PauseReason::Other },
                Status::Resolved => State::Resolved { at },
            }
        }
        Field::PauseReason => {
            if let Some(reason) = new {
                ticket.state = State::Paused { reason: reason.parse().unwrap() };
            }
        }
        Field::Priority => ticket.priority = new.unwrap().parse().unwrap(),
        Field::Queue => ticket.queue = new.unwrap().parse().unwrap(),
        Field::Requester => ticket.requester = new.unwrap().parse().unwrap(),
        Field::Company => ticket.company = new.map(|id| id.parse().unwrap()),
        Field::Device => ticket.device = new.map(|id| id.parse().unwrap()),
        Field::Assignee => ticket.assignee = new.map(|id| id.parse().unwrap()),
        Field::Category => ticket.category = new.map(|id| id.parse().unwrap()),
        Field::Tags => ticket.tags = list(new),
        Field::Watchers => ticket.watchers = list(new),
    }
}

fn list<T: serde::de::DeserializeOwned + Default>(json: Option<String>) -> T {
    json.map(|json| serde_json::from_str(&json).unwrap()).unwrap_or_default()
}

fn tags() -> impl Strategy<Value = Tags> {
    prop::collection::vec("[a-eÁÇ]{1,2}", 0..12).prop_map(|texts| Tags::parse(&texts).unwrap())
}

fn opened() -> Change {
    let draft = Draft {
        id: TicketId::new(),
        tenant: TenantId::new(),
        number: 1,
        subject: Subject::parse("Sem rede").unwrap(),
        description: RichText::default(),
        priority: Priority::Normal,
        queue: QueueId::new(),
        requester: UserId::new(),
        company: None,
        device: None,
        category: None,
        tags: Tags::default(),
        watchers: Watchers::default(),
    };
    Ticket::open(draft, Actor::User(UserId::new()), DateTime::UNIX_EPOCH)
}

/// What the figures of a ticket's changes come to.
fn summed(figures: &[Figure]) -> HashMap<(Measure, Scope), i64> {
    let mut sums = HashMap::new();
    for figure in figures {
        *sums.entry((figure.measure, figure.scope)).or_default() += figure.value;
    }
    sums.retain(|_, value| *value != 0);
    sums
}

/// What they must come to: where the ticket is now, and everything that happened in its hour.
fn counted(
    ticket: &Ticket,
    entries: &[Entry],
    sessions: &[(DateTime<Utc>, Option<DateTime<Utc>>)],
) -> HashMap<(Measure, Scope), i64> {
    let now = Scope::Now { queue: ticket.queue, assignee: ticket.assignee };
    let measure = Measure::tickets(ticket.state.status());
    let mut figures = vec![
        Figure { measure, scope: now, value: 1 },
        Figure::at(ticket.created_at, Measure::Opened, 1),
    ];
    let company = ticket.company.map(Scope::Company);
    figures.extend(company.map(|scope| Figure { measure, scope, value: 1 }));
    let resolved = entries.iter().filter(|entry| entry.kind == EntryKind::Resolved);
    figures.extend(resolved.map(|entry| Figure::at(entry.at, Measure::Resolutions, 1)));
    figures.extend(sessions.iter().filter_map(|(start, end)| {
        let end = (*end)?;
        Some(Figure::at(end, Measure::WorkedSeconds, (end - start).num_seconds()))
    }));
    summed(&figures)
}

fn commands() -> impl Strategy<Value = (Command, i64)> {
    let edit = prop_oneof![
        "[a-z]{1,9}"
            .prop_map(|text| Edit { subject: Subject::parse(&text).ok(), ..Edit::default() }),
        "[a-z]{0,9}"
            .prop_map(|text| Edit { description: RichText::parse(&text).ok(), ..Edit::default() }),
        any::<bool>().prop_map(|set| Edit {
            company: Some(set.then(chamados_chassis::id::CompanyId::new)),
            device: Some(set.then(chamados_chassis::id::DeviceId::new)),
            queue: Some(QueueId::new()),
            requester: Some(UserId::new()),
            priority: Some(Priority::Urgent),
            category: Some(set.then(CategoryId::new)),
            watchers: Watchers::of((0..3).map(|_| UserId::new()).collect()).ok(),
            ..Edit::default()
        }),
        tags().prop_map(|tags| Edit { tags: TagsEdit::Set(tags), ..Edit::default() }),
        (tags(), tags(), any::<bool>()).prop_map(|(add, remove, set)| Edit {
            tags: TagsEdit::Change { add, remove },
            assignee: Some(set.then(UserId::new)),
            ..Edit::default()
        }),
    ];
    let command = prop_oneof![
        edit.prop_map(|edit| Command::Update(Box::new(edit))),
        any::<bool>().prop_map(|set| Command::Assign { assignee: set.then(UserId::new) }),
        Just(()).prop_map(|()| Command::Start { by: UserId::new() }),
        prop::sample::select(PauseReason::ALL)
            .prop_map(|reason| Command::Pause { reason, note: Note::default() }),
        Just(Command::Resolve { comment: None }),
        Just(()).prop_map(|()| Command::Replace { from: UserId::new(), into: UserId::new() }),
        any::<bool>().prop_map(|by_staff| Command::Reopen { reason: Note::default(), by_staff }),
    ];
    // Time moves unevenly, and now and then backwards, as it does between replicas.
    (command, -3_600_000_i64..900_000_000)
}

proptest! {
    #[test]
    fn any_sequence_keeps_the_invariants(commands in prop::collection::vec(commands(), 0..60)) {
        let Change { ticket: first, entry, mut figures, .. } = opened();
        let mut ticket = first.clone();
        let mut entries = vec![entry];
        let mut sessions: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> = Vec::new();
        let mut now = DateTime::UNIX_EPOCH;

        for (mut command, milliseconds) in commands {
            if let Command::Replace { from, .. } = &mut command {
                *from = ticket.assignee.unwrap_or(ticket.requester);
            }
            now += TimeDelta::milliseconds(milliseconds);
            let resolves = matches!(command, Command::Resolve { .. });
            let actor = Actor::User(UserId::new());
            let Ok(Some(change)) = ticket.apply(command, actor, now) else { continue };
            let was_resolved = ticket.state.resolved_at().is_some();
            prop_assert!(change.ticket.state.resolved_at().is_none() || was_resolved || resolves);
            match change.session {
                SessionEffect::None => {}
                SessionEffect::Open { at, .. } => {
                    prop_assert!(sessions.last().is_none_or(|(_, end)| end.is_some_and(|end| end <= at)));
                    sessions.push((at, None));
                }
                SessionEffect::Close { at, seconds } => {
                    let (start, end) = sessions.last_mut().unwrap();
                    prop_assert!(end.is_none() && *start <= at);
                    prop_assert_eq!(seconds, (at - *start).num_seconds());
                    *end = Some(at);
                }
            }
            ticket = change.ticket;
            entries.push(change.entry);
            figures.extend(change.figures);

            let open = sessions.iter().filter(|(_, end)| end.is_none()).count();
            prop_assert_eq!(open, usize::from(ticket.state.working_since().is_some()));
            let worked: i64 = sessions
                .iter()
                .filter_map(|(start, end)| Some(((*end)? - start).num_seconds()))
                .sum();
            prop_assert_eq!(ticket.worked_seconds, worked);
            prop_assert!(ticket.state.working_since().is_none() || ticket.assignee.is_some());
        }
        prop_assert_eq!(ticket.version, entries.len() as i64);
        prop_assert!(entries.is_sorted_by_key(|entry| (entry.version, entry.at)));
        prop_assert_eq!(summed(&figures), counted(&ticket, &entries, &sessions));
        prop_assert_eq!(rebuild(&first, &entries), ticket);
    }
}

mod transitions {
    use super::*;

    /// A ticket in each status, reached by its commands.
    fn ticket_in(status: Status) -> Ticket {
        let staff = UserId::new();
        let start = Command::Start { by: staff };
        let pause = Command::Pause { reason: PauseReason::Break, note: Note::default() };
        let path = match status {
            Status::Pending => vec![],
            Status::InProgress => vec![start],
            Status::Paused => vec![start, pause],
            Status::Resolved => vec![Command::Resolve { comment: None }],
        };
        path.into_iter().fold(opened().ticket, |ticket, command| {
            let actor = Actor::User(staff);
            let now = ticket.updated_at + TimeDelta::seconds(60);
            ticket.apply(command, actor, now).unwrap().unwrap().ticket
        })
    }

    fn outcome(status: Status, command: Command) -> Result<Status, &'static str> {
        let ticket = ticket_in(status);
        let now = ticket.updated_at + TimeDelta::seconds(60);
        ticket
            .apply(command, Actor::User(UserId::new()), now)
            .map(|change| change.unwrap().ticket.state.status())
            .map_err(|rejection| rejection.reason())
    }

    #[test]
    fn every_command_in_every_status() {
        use Status::{InProgress, Paused, Pending, Resolved};

        const ILLEGAL: Result<Status, &str> = Err("illegal_transition");
        let start = || Command::Start { by: UserId::new() };
        let pause = || Command::Pause { reason: PauseReason::Other, note: Note::default() };
        let resolve = || Command::Resolve { comment: None };
        let reopen = || Command::Reopen { reason: Note::default(), by_staff: true };
        let assign = || Command::Assign { assignee: Some(UserId::new()) };
        let update = || {
            let priority = Some(Priority::Low);
            Command::Update(Box::new(Edit { priority, ..Edit::default() }))
        };
        #[rustfmt::skip]
        let table: [(Status, [Result<Status, &str>; 6]); 4] = [
            //            start           pause        resolve        reopen       assign                  update
            (Pending,    [Ok(InProgress), ILLEGAL,     Ok(Resolved),  ILLEGAL,     Ok(Pending),            Ok(Pending)]),
            (InProgress, [ILLEGAL,        Ok(Paused),  Ok(Resolved),  ILLEGAL,     Ok(InProgress),         Ok(InProgress)]),
            (Paused,     [Ok(InProgress), ILLEGAL,     Ok(Resolved),  ILLEGAL,     Ok(Paused),             Ok(Paused)]),
            (Resolved,   [ILLEGAL,        ILLEGAL,     ILLEGAL,       Ok(Pending), Err("ticket_resolved"), Ok(Resolved)]),
        ];
        for (status, expected) in table {
            let commands = [start(), pause(), resolve(), reopen(), assign(), update()];
            for (command, expected) in commands.into_iter().zip(expected) {
                assert_eq!(outcome(status, command.clone()), expected, "{status}: {command:?}");
            }
        }
    }

    #[test]
    fn nobody_can_be_taken_off_a_ticket_in_progress() {
        let nobody = Command::Assign { assignee: None };
        assert_eq!(outcome(Status::InProgress, nobody.clone()), Err("ticket_in_progress"));
        assert_eq!(outcome(Status::Paused, nobody), Ok(Status::Paused));
    }

    #[test]
    fn play_takes_the_ticket_only_from_nobody() {
        let (first, second) = (UserId::new(), UserId::new());
        let ticket = ticket_in(Status::Pending);
        let start = |ticket: &Ticket, by| {
            let command = Command::Start { by };
            ticket.apply(command, Actor::User(by), ticket.updated_at).unwrap().unwrap()
        };
        assert_eq!(start(&ticket, first).ticket.assignee, Some(first));
        let taken = Ticket { assignee: Some(first), ..ticket };
        let change = start(&taken, second);
        assert_eq!(change.ticket.assignee, Some(first));
        let at = taken.updated_at;
        assert_eq!(change.session, SessionEffect::Open { user: second, at });
    }

    #[test]
    fn a_merged_account_is_replaced_in_every_status() {
        let (from, into) = (UserId::new(), UserId::new());
        let replace = |ticket: &Ticket| {
            let command = Command::Replace { from, into };
            ticket.apply(command, Actor::User(UserId::new()), ticket.updated_at).unwrap()
        };
        for status in Status::ALL {
            let ticket = ticket_in(*status);
            let asked = Ticket { requester: from, ..ticket.clone() };
            let taken = Ticket { assignee: Some(from), ..ticket.clone() };
            let both = Ticket { assignee: Some(from), ..asked.clone() };
            for (before, kind, fields) in [
                (asked, EntryKind::Updated, 1),
                (taken, EntryKind::Assigned, 1),
                (both, EntryKind::Updated, 2),
            ] {
                let change = replace(&before).unwrap();
                assert_eq!((change.entry.kind, change.entry.changes.len()), (kind, fields));
                let after = change.ticket;
                assert_eq!((after.state, after.version), (before.state, before.version + 1));
                assert_eq!(after.requester == into, before.requester == from, "{status}");
                assert_eq!(after.assignee == Some(into), before.assignee == Some(from), "{status}");
                assert_eq!(change.session, SessionEffect::None);
            }
            assert_eq!(replace(&ticket), None, "{status}: neither");
        }
    }

    #[test]
    fn a_change_that_changes_nothing_is_none() {
        let ticket = ticket_in(Status::Paused);
        let same = Edit { subject: Some(ticket.subject.clone()), ..Edit::default() };
        for command in [
            Command::Update(Box::new(same)),
            Command::Update(Box::default()),
            Command::Assign { assignee: ticket.assignee },
        ] {
            let actor = Actor::User(UserId::new());
            assert_eq!(ticket.apply(command, actor, ticket.updated_at), Ok(None));
        }
    }

    #[test]
    fn the_client_reopens_within_seven_days_and_staff_at_any_time() {
        let ticket = ticket_in(Status::Resolved);
        let resolved = ticket.state.resolved_at().unwrap();
        let reopen = |by_staff, after: TimeDelta| {
            let command = Command::Reopen { reason: Note::default(), by_staff };
            ticket.apply(command, Actor::User(UserId::new()), resolved + after).map(|_| ())
        };
        assert_eq!(reopen(false, TimeDelta::days(7)), Ok(()));
        let late = TimeDelta::days(7) + TimeDelta::seconds(1);
        assert_eq!(reopen(false, late), Err(Rejection::ReopenWindowOver));
        assert_eq!(reopen(true, TimeDelta::days(700)), Ok(()));
    }

    #[test]
    fn staff_comment_once_somebody_has_the_ticket() {
        let open = ticket_in(Status::Pending);
        assert_eq!(open.accepts_comment(true), Err(Rejection::Unassigned));
        assert_eq!(open.accepts_comment(false), Ok(()));
        assert_eq!(ticket_in(Status::Paused).accepts_comment(true), Ok(()));
        for by_staff in [true, false] {
            let resolved = ticket_in(Status::Resolved);
            assert_eq!(resolved.accepts_comment(by_staff), Err(Rejection::Resolved));
        }
    }
}
