//! What callers saw: T8 and D1.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::Violation;

/// One of several that tried the same at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What all of them wanted, for example a ticket in a version.
    pub contest: String,
    /// Whether it was told that it won; none when no answer came.
    pub won: Option<bool>,
}

/// T8: of those who tried the same exactly one was told that it won; when an answer is missing, at most one.
#[must_use]
pub fn contests_have_one_winner(attempts: &[Attempt]) -> Vec<Violation> {
    let mut contests: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for Attempt { contest, won } in attempts {
        let (winners, unknown) = contests.entry(contest).or_default();
        *winners += usize::from(*won == Some(true));
        *unknown += usize::from(won.is_none());
    }
    let wrong = contests
        .into_iter()
        .filter(|(_, (winners, unknown))| *winners > 1 || (*winners == 0 && *unknown == 0));
    let of = |(contest, (winners, _)): (&str, (usize, usize))| Violation {
        invariant: "T8",
        what: format!("{winners} winners"),
        id: contest.to_owned(),
    };
    wrong.map(of).collect()
}

/// T2: no number was told for two tickets, by whomever.
#[must_use]
pub fn numbers_were_told_once(told: &[(String, i64)]) -> Vec<Violation> {
    let mut by_number: BTreeMap<i64, &str> = BTreeMap::new();
    let twice = told.iter().filter_map(|(ticket, number)| {
        let other = by_number.insert(*number, ticket)?;
        (other != ticket).then(|| Violation {
            invariant: "T2",
            what: format!("number {number} was told for {other} too"),
            id: ticket.clone(),
        })
    });
    twice.collect()
}

/// D1: a device that the list of devices (`GET /api/admin/devices`) calls online was heard within `longest` of `now`:
/// three intervals, and what the server gives on top.
#[must_use]
pub fn presence_is_right(
    devices: &[Value],
    now: DateTime<Utc>,
    longest: TimeDelta,
) -> Vec<Violation> {
    let wrong = devices.iter().filter_map(|device| {
        let seen: DateTime<Utc> = device["lastSeenAt"].as_str()?.parse().ok()?;
        let silent = now - seen;
        let presence = device["presence"].as_str()?;
        (presence == "online" && silent > longest).then(|| Violation {
            invariant: "D1",
            what: format!("{presence}, and silent for {} s", silent.num_seconds()),
            id: device["id"].as_str().unwrap_or_default().to_owned(),
        })
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attempt(contest: &str, won: Option<bool>) -> Attempt {
        Attempt { contest: contest.to_owned(), won }
    }

    #[test]
    fn two_winners_are_one_too_many_and_none_is_one_too_few() {
        let table: [(&[Option<bool>], bool); 6] = [
            (&[Some(true), Some(false)], true),
            (&[Some(true), Some(true)], false),
            (&[Some(false), Some(false)], false),
            (&[Some(false), None], true),
            (&[Some(true), None], true),
            (&[Some(true), Some(true), None], false),
        ];
        for (answers, right) in table {
            let attempts: Vec<_> = answers.iter().map(|won| attempt("ticket 7", *won)).collect();
            let found = contests_have_one_winner(&attempts);
            assert_eq!(found.is_empty(), right, "{answers:?}: {found:?}");
            assert!(found.iter().all(|found| found.id == "ticket 7"), "{found:?}");
        }
    }

    #[test]
    fn a_number_told_twice_is_named() {
        let told = |pairs: &[(&str, i64)]| {
            let told: Vec<_> =
                pairs.iter().map(|(id, number)| ((*id).to_owned(), *number)).collect();
            numbers_were_told_once(&told)
        };
        // The same ticket may be told of again.
        assert_eq!(told(&[("a", 1), ("b", 2), ("a", 1)]), []);
        assert_eq!(told(&[("a", 1), ("b", 1)])[0].id, "b");
    }

    #[test]
    fn a_silent_device_that_is_online_is_named() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(100);
        let of = |presence: &str, seconds: i64| {
            let seen = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
            let devices = [json!({"id": "d", "presence": presence, "lastSeenAt": seen})];
            presence_is_right(&devices, now, TimeDelta::seconds(30)).len()
        };
        assert_eq!((of("online", 71), of("online", 69), of("offline", 69)), (0, 1, 0));
    }
}
