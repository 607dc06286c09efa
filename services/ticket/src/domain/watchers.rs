//! Watchers: people who see a ticket and hear of its changes, besides those it concerns anyway.

use chamados_chassis::id::UserId;

/// Most watchers of a ticket.
pub const MOST: usize = 50;

/// More than [`MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {MOST} people")]
pub struct TooManyWatchers;

/// The watchers of a ticket: sorted, and none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Watchers(Vec<UserId>);

impl Watchers {
    /// Takes people; who is named twice watches once.
    ///
    /// # Errors
    /// [`TooManyWatchers`].
    pub fn of(mut people: Vec<UserId>) -> Result<Self, TooManyWatchers> {
        people.sort_unstable();
        people.dedup();
        if people.len() > MOST { Err(TooManyWatchers) } else { Ok(Self(people)) }
    }

    /// What became of people who were counted before; two may have become one.
    pub(crate) fn surviving(mut people: Vec<UserId>) -> Self {
        people.sort_unstable();
        people.dedup();
        Self(people)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether somebody is one of them.
    #[must_use]
    pub fn contains(&self, user: UserId) -> bool {
        self.0.binary_search(&user).is_ok()
    }

    /// Puts one account in the place of another.
    pub(super) fn replace(&mut self, from: UserId, into: UserId) {
        if let Ok(at) = self.0.binary_search(&from) {
            self.0[at] = into;
            self.0.sort_unstable();
            self.0.dedup();
        }
    }

    /// Adds people, as many as there is room for, in their order.
    pub(super) fn add(&mut self, people: &[UserId]) {
        for user in people {
            if self.0.len() < MOST
                && let Err(at) = self.0.binary_search(user)
            {
                self.0.insert(at, *user);
            }
        }
    }

    /// Each of them.
    #[must_use]
    pub fn as_slice(&self) -> &[UserId] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_watches_once() {
        let (a, b) = (UserId::new(), UserId::new());
        assert_eq!(Watchers::of(vec![b, a, b]).unwrap().as_slice(), [a, b]);
        let crowd = |n| Watchers::of((0..n).map(|_| UserId::new()).collect());
        assert!(crowd(50).is_ok());
        assert_eq!(crowd(51), Err(TooManyWatchers));
    }

    #[test]
    fn people_are_added_while_there_is_room() {
        let (a, b) = (UserId::new(), UserId::new());
        let mut watchers = Watchers::of(vec![b]).unwrap();
        watchers.add(&[b, a, a]);
        assert_eq!(watchers.as_slice(), [a, b]);
        let crowd: Vec<_> = (0..60).map(|_| UserId::new()).collect();
        watchers.add(&crowd);
        assert_eq!(watchers.as_slice().len(), MOST);
        assert!(
            watchers.contains(a) && watchers.contains(crowd[0]) && !watchers.contains(crowd[59])
        );
    }
}
