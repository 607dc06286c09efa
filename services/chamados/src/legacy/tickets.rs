//! Tickets with what was said on them. Their history is made anew by the commands that lead where they stand.

use std::collections::{BTreeMap, HashMap};

use chamados_chassis::{
    auth::Actor,
    id::{CompanyId, DeviceId, TicketId, UserId},
};
use chamados_identity::domain::user::User;
use chamados_ticket::domain::{
    Change, Command, Comment, CommentId, CommentVisibility, Draft, Note, PauseReason, Priority,
    QueueId, RichText, Status, Subject, Tags, Ticket, Watchers, text::SUBJECT_CHARS,
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    document::Document,
    mapping::Kind,
    reading::{Old, Reading},
};

/// Who did what nobody is known to have done.
const NAME: &str = "chamados import-legacy";

/// A ticket as it is to be written.
pub(super) struct History {
    /// From its opening on; the last one's ticket is what it is now.
    pub(super) changes: Vec<Change>,
    pub(super) comments: Vec<Comment>,
    /// The first public comment of staff.
    pub(super) answered: Option<DateTime<Utc>>,
}

/// Tickets, the oldest first; their numbers count up from 1.
pub(super) fn tickets(
    reading: &mut Reading<'_>,
    users: &[User],
    queue: QueueId,
) -> anyhow::Result<Vec<History>> {
    let users: HashMap<UserId, &User> = users.iter().map(|user| (user.id, user)).collect();
    let mut apart: BTreeMap<String, Vec<(Old, Said)>> = BTreeMap::new();
    for (ticket, old, said) in reading.each(Kind::Comments, |_, document, old| {
        let ticket = document.text("ticket").ok_or("it names no ticket")?;
        Ok((ticket, old.clone(), said(document, old.created)?))
    })? {
        apart.entry(ticket).or_default().push((old, said));
    }
    let mut tickets = reading.each(Kind::Tickets, |reading, document, old| {
        let within = inner_comments(reading, document, old);
        let ticket = ticket(reading, document, old, &users)?;
        let comments = within.into_iter().chain(apart.remove(&old.id).unwrap_or_default());
        Ok((ticket, comments.collect::<Vec<_>>()))
    })?;
    for (old, _) in apart.into_values().flatten() {
        reading.report.table(&old.table).taken -= 1;
        reading.report.table(&old.table).leave_out(&old.id, "its ticket was not taken in");
    }
    tickets.sort_by_key(|(ticket, _)| (ticket.created, ticket.id));
    let numbered = (1..).zip(tickets);
    Ok(numbered
        .map(|(number, (ticket, comments))| {
            ticket.history(reading, number, queue, comments, &users)
        })
        .collect())
}

/// A ticket as it was there.
struct Found {
    id: TicketId,
    created: DateTime<Utc>,
    subject: Subject,
    description: RichText,
    status: Status,
    resolved: Option<DateTime<Utc>>,
    priority: Priority,
    requester: UserId,
    assignee: Option<UserId>,
    company: Option<CompanyId>,
    device: Option<DeviceId>,
    tags: Tags,
}

/// Something said, as it was there.
struct Said {
    author: Option<String>,
    body: RichText,
    internal: bool,
    at: DateTime<Utc>,
}

fn ticket(
    reading: &mut Reading<'_>,
    document: &mut Document<'_>,
    old: &Old,
    users: &HashMap<UserId, &User>,
) -> Result<Found, String> {
    let subject = document.text("subject").unwrap_or_default();
    let description = document.text("description").unwrap_or_default();
    let (status, priority) = (document.text("status"), document.text("priority"));
    let (requester, assignee) = (document.text("requester"), document.text("assignee"));
    let (company, machine) = (document.text("company"), document.text("machine"));
    let (tags, resolved) = (document.texts("tags"), document.time("resolved"));
    let find = |kind, old: Option<String>| old.and_then(|old| reading.ids.find(kind, &old));
    let company = find(Kind::Companies, company).map(CompanyId::from);
    let device = find(Kind::Machines, machine).map(DeviceId::from);
    let requester = find(Kind::Users, requester).map(UserId::from);
    let assigned = assignee.is_some();
    let assignee = find(Kind::Users, assignee).map(UserId::from);
    let assignee = assignee.filter(|user| users.get(user).is_some_and(|user| user.role.is_staff()));
    let requester = requester.or(assignee).ok_or("nobody who is taken in asked for it")?;
    let company = company.or_else(|| users.get(&requester)?.company);

    let word =
        |words: &BTreeMap<String, String>, word: &str| words.get(&word.to_lowercase()).cloned();
    let status = match status {
        None => Status::Pending,
        Some(status) => word(&reading.mapping.statuses, &status)
            .and_then(|status| status.parse().ok())
            .ok_or_else(|| format!("its status {status:?} is unknown"))?,
    };
    let known = priority.as_deref().map(|priority| word(&reading.mapping.priorities, priority));
    let priority = known.clone().flatten().and_then(|word| word.parse().ok());
    if known.is_some() && priority.is_none() {
        reading.change(old, "its priority is normal");
    }
    if assigned && assignee.is_none() {
        reading.change(old, "its assignee is no staff that is taken in; nobody has it");
    }
    let line: String = subject
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(SUBJECT_CHARS)
        .collect();
    if line != subject {
        reading.change(old, "its subject is one line of at most 200 characters");
    }
    let subject = if line.is_empty() { "(sem assunto)" } else { line.as_str() };
    Ok(Found {
        id: reading.ids.give(Kind::Tickets, &old.id, old.created)?.into(),
        created: old.created,
        subject: Subject::parse(subject).map_err(|error| format!("its subject {error}"))?,
        description: rich(&description).map_err(|error| format!("its description {error}"))?,
        status,
        resolved,
        priority: priority.unwrap_or(Priority::Normal),
        requester,
        assignee,
        company,
        device,
        tags: Tags::parse(&tags).unwrap_or_default(),
    })
}

/// What was said inside the ticket's own document.
fn inner_comments(
    reading: &mut Reading<'_>,
    document: &mut Document<'_>,
    old: &Old,
) -> Vec<(Old, Said)> {
    let Some(Value::Array(comments)) = document.take("comments") else { return Vec::new() };
    let mut made = Vec::new();
    for comment in comments {
        let Value::Object(fields) = comment else { continue };
        let mut inner = Document::new(reading.mapping, Kind::Comments, fields);
        let created = inner.time("created").unwrap_or(old.created).min(reading.now);
        match said(&mut inner, created) {
            Ok(said) => made.push((old.clone(), said)),
            Err(why) => reading.change(old, format!("a comment is left out: {why}")),
        }
        let rest = inner.rest().map(|field| format!("comments.{field}"));
        reading.report.table(&old.table).unknown(rest);
    }
    made
}

fn said(document: &mut Document<'_>, at: DateTime<Utc>) -> Result<Said, String> {
    let (author, body) = (document.text("author"), document.text("body"));
    let internal = document.flag("internal").unwrap_or_default();
    let body = rich(&body.ok_or("it says nothing")?).map_err(|error| format!("it {error}"))?;
    if body.is_empty() {
        return Err("it says nothing".to_owned());
    }
    Ok(Said { author, body, internal, at })
}

/// HTML is cleaned; lines of plain text become paragraphs.
fn rich(text: &str) -> Result<RichText, String> {
    let is_html = text.contains("</") || text.contains("/>") || text.contains("<br");
    let html = if is_html { text.to_owned() } else { paragraphs(text) };
    RichText::parse(&html).map_err(|error| error.to_string())
}

fn paragraphs(text: &str) -> String {
    let escape = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("<p>{}</p>", escape(line))).collect()
}

impl Found {
    fn history(
        self,
        reading: &mut Reading<'_>,
        number: i64,
        queue: QueueId,
        comments: Vec<(Old, Said)>,
        users: &HashMap<UserId, &User>,
    ) -> History {
        let Self { id, created, status, assignee, resolved, requester, .. } = self;
        let draft = Draft {
            id,
            tenant: reading.tenant,
            number,
            subject: self.subject,
            description: self.description,
            priority: self.priority,
            queue,
            requester,
            company: self.company,
            device: self.device,
            category: None,
            tags: self.tags,
            watchers: Watchers::default(),
        };
        let mut changes = vec![Ticket::open(draft, Actor::User(requester), created)];
        let clerk = || Actor::Service(NAME.to_owned());
        let mut apply = |command: Command, at: DateTime<Utc>| {
            let applied = changes.last().map(|last| last.ticket.apply(command, clerk(), at));
            if let Some(Ok(Some(change))) = applied {
                changes.push(change);
            }
        };
        if assignee.is_some() {
            apply(Command::Assign { assignee }, created);
        }
        let last = comments.iter().map(|(_, said)| said.at).max();
        let ended = resolved.or(last).unwrap_or(created).clamp(created, reading.now);
        match (status, assignee) {
            // Nobody is known to have worked on it, and no time is made up.
            (Status::Pending, _) | (Status::InProgress | Status::Paused, None) => {}
            (Status::InProgress, Some(by)) => apply(Command::Start { by }, reading.now),
            (Status::Paused, Some(by)) => {
                apply(Command::Start { by }, ended);
                let (reason, note) = (PauseReason::Other, Note::default());
                apply(Command::Pause { reason, note }, ended);
            }
            (Status::Resolved, _) => apply(Command::Resolve { comment: None }, ended),
        }
        let comments: Vec<_> = comments
            .into_iter()
            .map(|(_, said)| comment(reading, id, created, requester, said))
            .collect();
        let by_staff = |comment: &&Comment| {
            let author = match comment.author {
                Actor::User(user) => users.get(&user),
                _ => None,
            };
            comment.visibility == CommentVisibility::Public
                && author.is_some_and(|user| user.role.is_staff())
        };
        let answered = comments.iter().filter(by_staff).map(|comment| comment.created_at).min();
        History { changes, comments, answered }
    }
}

fn comment(
    reading: &Reading<'_>,
    ticket: TicketId,
    created: DateTime<Utc>,
    requester: UserId,
    said: Said,
) -> Comment {
    let author = said.author.map(|old| reading.ids.find(Kind::Users, &old).map(UserId::from));
    let author = match author {
        Some(Some(user)) => Actor::User(user),
        // Said by somebody who was not taken in.
        Some(None) => Actor::Service(NAME.to_owned()),
        None => Actor::User(requester),
    };
    let visibility =
        if said.internal { CommentVisibility::Internal } else { CommentVisibility::Public };
    Comment {
        id: CommentId::new(),
        ticket,
        author,
        visibility,
        body: said.body,
        attachments: Vec::new(),
        created_at: said.at.max(created),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_become_paragraphs_and_html_is_cleaned() {
        for (text, html) in [
            ("Não liga.\n\n1 < 2 & 3", "<p>Não liga.</p><p>1 &lt; 2 &amp; 3</p>"),
            ("<p>Oi<script>x</script></p>", "<p>Oi</p>"),
            ("", ""),
        ] {
            assert_eq!(rich(text).unwrap().as_str(), html, "{text}");
        }
    }
}
