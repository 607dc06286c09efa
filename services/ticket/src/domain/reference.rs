//! How much refers to a user.

use chamados_chassis::id::UserId;

use super::Ticket;

/// What in the ticket service refers to a user, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UserReferences {
    /// Tickets the user asked for.
    pub tickets_requested: i64,
    /// Tickets the user is the assignee of.
    pub tickets_assigned: i64,
    /// Comments the user wrote.
    pub comments_written: i64,
    /// Work sessions of the user.
    pub work_sessions: i64,
    /// Tickets the user watches.
    #[serde(default)]
    pub tickets_watched: i64,
    /// Messages the user wrote in live chats.
    #[serde(default)]
    pub chat_messages: i64,
}

impl Ticket {
    /// Puts one account in the place of another.
    pub(super) fn replace(&mut self, from: UserId, into: UserId) {
        if self.requester == from {
            self.requester = into;
        }
        if self.assignee == Some(from) {
            self.assignee = Some(into);
        }
        self.watchers.replace(from, into);
    }
}
