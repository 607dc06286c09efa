//! The audit log: who did what to what, and when.

use chamados_chassis::{
    auth::Actor,
    id::{EventId, TenantId},
};
use chrono::{DateTime, Utc};

/// One administrative change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The event that told of it, for changes of other services.
    pub id: EventId,
    /// Tenant it was done in.
    pub tenant: TenantId,
    /// When it was committed.
    pub occurred_at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// What was done: the target's kind and a verb in the past, "user.updated".
    pub action: String,
    /// What sort of record it was done to.
    pub target_kind: String,
    /// Its id, or the key of a schedule.
    pub target_id: String,
    /// What it was called then.
    pub target_name: String,
    /// What became different.
    pub fields: Vec<Change>,
    /// The request that did it; empty for work of a timer.
    pub request_id: String,
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Name as in the contract.
    pub field: String,
    /// Before; none when there was nothing.
    pub old: Option<String>,
    /// After; none when there is nothing.
    pub new: Option<String>,
}

/// Which entries a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only what this user, device or service account did.
    pub actor_id: Option<String>,
    /// Only this action, or all of a kind.
    pub action: Option<ActionFilter>,
    /// Only what was done to this record.
    pub target_id: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// Which actions a list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionFilter {
    /// This one.
    Exactly(String),
    /// Those that begin like this, as in "user.".
    Prefix(String),
}

/// A text that names no action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be like \"user.updated\", or like \"user.\" for all of a kind")]
pub struct InvalidAction;

impl ActionFilter {
    /// Reads the name of an action, or what it begins with up to a dot. None for an empty text.
    ///
    /// # Errors
    /// [`InvalidAction`].
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidAction> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        if text.len() > 64 || !text.chars().all(plain) {
            return Err(InvalidAction);
        }
        Ok(match text {
            "" => None,
            text if text.ends_with('.') => Some(Self::Prefix(text.to_owned())),
            text => Some(Self::Exactly(text.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_by_name_and_by_kind() {
        let exactly = ActionFilter::Exactly("api_key.created".to_owned());
        let prefix = ActionFilter::Prefix("user.".to_owned());
        assert_eq!(ActionFilter::parse("api_key.created"), Ok(Some(exactly)));
        assert_eq!(ActionFilter::parse("user."), Ok(Some(prefix)));
        assert_eq!(ActionFilter::parse(""), Ok(None));
        for bad in ["User.", "user%", "user ", &"x".repeat(65)] {
            assert_eq!(ActionFilter::parse(bad), Err(InvalidAction), "{bad}");
        }
    }
}
