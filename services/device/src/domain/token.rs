//! What is kept of a device's tokens besides what they are checked by.

use chrono::{DateTime, Utc};

use super::presence::Stamp;

/// Characters of a token that are kept to tell it from others: the prefix that all have, and four.
const SHOWN: usize = 8;

/// The beginning of a token, by which people know it.
#[must_use]
pub fn shown(token: &str) -> String {
    token.chars().take(SHOWN).collect()
}

/// A token without what makes it one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its beginning; empty when that was not kept.
    pub shown: String,
    /// The device's generation that it is of.
    pub generation: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the device was last heard with it.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; absent for the valid one.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// When a token was last used, of a device last heard at `heard`: a device has one valid token, so what
/// was heard since the token was made was heard with it. Uses are not written down.
#[must_use]
pub fn last_use(created_at: DateTime<Utc>, heard: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    // Messages are stamped with tenths of seconds; one in the very tenth may have come with the token before.
    heard.filter(|heard| Stamp::of(*heard) > Stamp::of(created_at))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_was_heard_before_was_heard_with_another() {
        let made = DateTime::from_timestamp_millis(1_795_000_000_250).unwrap();
        let at = |millis| Some(made + TimeDelta::milliseconds(millis));
        assert_eq!(last_use(made, None), None);
        assert_eq!(last_use(made, at(-60_000)), None);
        assert_eq!(last_use(made, at(20)), None, "the same tenth of a second");
        assert_eq!(last_use(made, at(60_000)), at(60_000));
    }

    #[test]
    fn little_of_it_is_shown() {
        assert_eq!(shown("chd_x7QabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO"), "chd_x7Qa");
        assert_eq!(shown("é"), "é");
    }
}
