//! Live chat on a ticket: one open conversation at a time, whose transcript stays.

use std::fmt;

use chamados_chassis::{
    auth::{Actor, Principal},
    id::{TicketId, UserId},
};
use chrono::{DateTime, Utc};

use super::{
    ChatId, ChatMessageId, Ticket,
    text::{TextError, lines},
    timeline::{Entry, EntryKind},
    words::words,
};

/// Most characters of a message.
pub const MESSAGE_CHARS: usize = 4_000;

words!(
    /// Why a chat ended.
    ChatEnding {
        /// Somebody ended it.
        Closed = "closed",
        /// Nobody wrote for too long.
        Inactive = "inactive",
        /// The ticket was resolved.
        Resolved = "resolved",
    }
);

/// A conversation in real time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Chat {
    /// Its id.
    pub id: ChatId,
    /// The ticket it belongs to.
    pub ticket: TicketId,
    /// Who opened it.
    pub started_by: Actor,
    /// When.
    pub started_at: DateTime<Utc>,
    /// How it ended; none while it is open.
    pub end: Option<ChatEnd>,
    /// Number of the last message; 0 before the first.
    pub last_sequence: i64,
    /// When it was opened or last written in.
    pub active_at: DateTime<Utc>,
    /// How far each person has read, in the order of their ids.
    pub read_marks: Vec<ReadMark>,
}

/// How a chat ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChatEnd {
    /// Who ended it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub ending: ChatEnding,
}

/// How far somebody has read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReadMark {
    /// Who.
    pub user: UserId,
    /// Number of the last message they read.
    pub sequence: i64,
    /// When they did.
    pub read_at: DateTime<Utc>,
}

/// Something said. Never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Its id.
    pub id: ChatMessageId,
    /// The chat it was said in.
    pub chat: ChatId,
    /// Counts up from 1 in the chat, without gaps.
    pub sequence: i64,
    /// Who said it.
    pub author: Actor,
    /// What was said.
    pub body: ChatText,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl Chat {
    /// A chat that begins now. It is newer than every earlier one of the ticket, whatever the clocks of
    /// replicas say.
    #[must_use]
    pub fn start(ticket: &Ticket, earlier: Option<&Self>, by: Actor, now: DateTime<Utc>) -> Self {
        let after = earlier.and_then(|chat| chat.end.as_ref()).map_or(now, |end| end.at);
        let started_at = now.max(ticket.updated_at).max(after);
        Self {
            id: ChatId::new(),
            ticket: ticket.id,
            started_by: by,
            started_at,
            end: None,
            last_sequence: 0,
            active_at: started_at,
            read_marks: Vec::new(),
        }
    }

    /// What the timeline of a ticket at `version` says of the chat's beginning.
    #[must_use]
    pub fn start_entry(&self, version: i64) -> Entry {
        self.entry(EntryKind::ChatStarted, self.started_by.clone(), self.started_at, version)
    }

    /// What the timeline of a ticket at `version` says of the chat's end.
    #[must_use]
    pub fn end_entry(&self, end: &ChatEnd, version: i64) -> Entry {
        self.entry(EntryKind::ChatEnded, end.by.clone(), end.at, version)
    }

    fn entry(&self, kind: EntryKind, actor: Actor, at: DateTime<Utc>, version: i64) -> Entry {
        Entry {
            kind,
            actor,
            at,
            version,
            changes: Vec::new(),
            note: String::new(),
            comment: None,
            chat: Some(self.id),
            internal: false,
        }
    }
}

/// Whether `caller`, who sees the ticket, may open and end chats on it: staff may, and the requester,
/// from their device too.
#[must_use]
pub fn may_steer(caller: &Principal, ticket: &Ticket) -> bool {
    match caller {
        Principal::Device { assigned_user, .. } => *assigned_user == Some(ticket.requester),
        _ => caller.is_staff() || caller.user() == Some(ticket.requester),
    }
}

/// What somebody says: plain text of 1 to [`MESSAGE_CHARS`] characters; may have several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatText(String);

impl ChatText {
    /// Reads a message; white space around it is dropped.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, too long or not text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        lines(text, MESSAGE_CHARS).map(Self)
    }

    /// A message that was parsed before, from the database.
    pub(crate) const fn trusted(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for ChatText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::{
        auth::Role,
        id::{CompanyId, DeviceId, ServiceAccountId, SessionId, TenantId},
    };
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::{Draft, Priority, QueueId, RichText, Subject, Tags, Watchers};

    fn ticket(tenant: TenantId, requester: UserId, now: DateTime<Utc>) -> Ticket {
        let draft = Draft {
            id: TicketId::new(),
            tenant,
            number: 1,
            subject: Subject::parse("x").unwrap(),
            description: RichText::default(),
            priority: Priority::Normal,
            queue: QueueId::new(),
            requester,
            company: None,
            device: None,
            category: None,
            tags: Tags::default(),
            watchers: Watchers::default(),
        };
        Ticket::open(draft, Actor::User(requester), now).ticket
    }

    #[test]
    fn staff_and_the_requester_steer_and_nobody_else() {
        let (tenant, requester) = (TenantId::new(), UserId::new());
        let ticket = ticket(tenant, requester, DateTime::UNIX_EPOCH);
        let person = |role, user| Principal::Person {
            tenant,
            user,
            role,
            company: None,
            session: SessionId::new(),
        };
        let device = |assigned_user| Principal::Device {
            tenant,
            device: DeviceId::new(),
            company: CompanyId::new(),
            assigned_user,
        };
        let automation = Principal::ServiceAccount {
            tenant,
            account: ServiceAccountId::new(),
            scopes: Vec::new(),
        };
        for (caller, may) in [
            (person(Role::Admin, UserId::new()), true),
            (person(Role::Agent, UserId::new()), true),
            (person(Role::Collaborator, requester), true),
            (person(Role::Manager, requester), true),
            (person(Role::Collaborator, UserId::new()), false),
            (person(Role::Manager, UserId::new()), false),
            (device(Some(requester)), true),
            (device(Some(UserId::new())), false),
            (device(None), false),
            (automation, true),
            (Principal::Anonymous, false),
        ] {
            assert_eq!(may_steer(&caller, &ticket), may, "{caller:?}");
        }
    }

    #[test]
    fn the_newest_chat_began_last_whatever_the_clocks_say() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let ticket = ticket(TenantId::new(), UserId::new(), now);
        let by = Actor::User(ticket.requester);
        let early = Chat::start(&ticket, None, by.clone(), now - TimeDelta::hours(1));
        assert_eq!((early.started_at, early.active_at), (now, now), "not before its ticket");

        let at = now + TimeDelta::minutes(9);
        let end = ChatEnd { by: by.clone(), at, ending: ChatEnding::Closed };
        let ended = Chat { end: Some(end), ..early };
        let next = Chat::start(&ticket, Some(&ended), by, now + TimeDelta::minutes(5));
        assert_eq!(next.started_at, at, "not before the earlier one ended");
        assert_ne!(next.id, ended.id);
    }

    #[test]
    fn messages_are_plain_text() {
        let parse = |text: &str| ChatText::parse(text).map(|text| text.to_string());
        assert_eq!(parse("  olá\r\n\tmundo \n"), Ok("olá\r\n\tmundo".into()));
        assert_eq!(parse("<b>não é HTML</b>"), Ok("<b>não é HTML</b>".into()));
        assert_eq!(parse(&"á".repeat(4_000)).map(|text| text.chars().count()), Ok(4_000));
        assert_eq!(parse(&"á".repeat(4_001)), Err(TextError::TooLong(4_000)));
        assert_eq!(parse(" \n\t "), Err(TextError::Empty));
        assert_eq!(parse("a\0b"), Err(TextError::Control));
        assert_eq!(parse("a\u{1b}[31m"), Err(TextError::Control));
    }
}
