//! E-mail that waits to be sent, and how long it is tried.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long sending is tried.
pub const GIVE_UP: TimeDelta = TimeDelta::hours(24);
/// How long rows of what was sent stay.
pub const RETENTION: TimeDelta = TimeDelta::days(7);
/// How long a claim holds: longer than sending can take.
pub const LEASE: TimeDelta = TimeDelta::minutes(2);

/// What an e-mail says. Whatever is secret in it is made when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// The link of an invite.
    Invite,
    /// The link of a password reset.
    PasswordReset,
}

impl Template {
    /// Name as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::PasswordReset => "password_reset",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Invite, Self::PasswordReset].into_iter().find(|t| t.as_str() == text)
    }
}

/// An e-mail in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: Uuid,
    /// What it says.
    pub template: Template,
    /// The invite or reset it is about.
    pub subject: Uuid,
    /// Number of the subject's token; another one by now makes the mail pointless.
    pub generation: i32,
    /// Address it goes to.
    pub recipient: String,
    /// How often sending was begun, this time included.
    pub attempts: i32,
    /// When it was put into the queue.
    pub created_at: DateTime<Utc>,
}

impl Mail {
    /// When to try again after a failure at `now`: later each time, at most every quarter of an
    /// hour. `None` when it is time to give up.
    #[must_use]
    pub fn retry_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        const FIRST: i64 = 5;
        const LONGEST: i64 = 15 * 60;

        let doublings = u32::try_from(self.attempts - 1).unwrap_or(0).min(16);
        let next = now + TimeDelta::seconds((FIRST << doublings).min(LONGEST));
        (next < self.created_at + GIVE_UP).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_less_and_less_often_for_a_day() {
        let start = DateTime::UNIX_EPOCH;
        let mail = |attempts| Mail {
            id: Uuid::nil(),
            template: Template::Invite,
            subject: Uuid::nil(),
            generation: 1,
            recipient: "ana@example.com".to_owned(),
            attempts,
            created_at: start,
        };
        for (attempts, seconds) in [(1, 5), (2, 10), (5, 80), (8, 640), (9, 900), (1_000, 900)] {
            let expected = Some(start + TimeDelta::seconds(seconds));
            assert_eq!(mail(attempts).retry_at(start), expected, "{attempts}");
        }
        assert_eq!(mail(9).retry_at(start + GIVE_UP - TimeDelta::minutes(15)), None);
    }

    #[test]
    fn templates_survive_the_database() {
        for template in [Template::Invite, Template::PasswordReset] {
            assert_eq!(Template::parse(template.as_str()), Some(template));
        }
        assert_eq!(Template::parse("spam"), None);
    }
}
