//! What a device lets be done with USB storage: what staff want, and what became of it.
//!
//! ```text
//! set ─▶ pending ─▶ applied ⇄ failed
//!           ├─▶ expired ───▶ applied      nobody answered in time
//!           └─▶ cancelled ─▶ applied      the device was reset
//! ```
//! Each set begins a new revision. Only reports of that revision count, so one that was under way
//! when staff thought again changes nothing.

use chamados_chassis::auth::Actor;
use chrono::{DateTime, Utc};

use super::timeline::{FieldChange, Kind};

/// The field of the record, as in the contract.
const FIELD: &str = "usb_policy";
/// The field of its state, in the entry of a reset.
const STATE_FIELD: &str = "usb_policy_state";

/// Which policy of a device it is; 0 is none.
pub type Revision = u32;

/// What may be done with USB storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// As the system has it.
    Allow,
    /// Files can be read and not written.
    ReadOnly,
    /// Nothing.
    Block,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::ReadOnly, Self::Block];

    /// Name as stored and as shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ReadOnly => "read_only",
            Self::Block => "block",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }
}

/// What became of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The agent has not answered yet.
    Pending,
    /// In force.
    Applied,
    /// The agent could not apply it.
    Failed,
    /// The agent did not answer in time.
    Expired,
    /// The device was reset before the agent answered.
    Cancelled,
}

impl State {
    const ALL: [Self; 5] =
        [Self::Pending, Self::Applied, Self::Failed, Self::Expired, Self::Cancelled];

    /// Name as stored and as shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// In these the agent is to enforce it, and is told to when it does not.
    pub const WANTED: [Self; 3] = [Self::Pending, Self::Applied, Self::Failed];

    /// Whether it is one of [`WANTED`](Self::WANTED).
    #[must_use]
    pub fn is_wanted(self) -> bool {
        Self::WANTED.contains(&self)
    }
}

/// Why a policy is not in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// Stable word, as in the contract.
    pub reason: String,
    /// What the system said, one line; may be empty.
    pub detail: String,
}

/// What an agent says of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Of which policy.
    pub revision: Revision,
    /// Whether it is in force.
    pub outcome: Result<(), Failure>,
}

impl Report {
    /// The policy is in force.
    #[must_use]
    pub const fn applied(revision: Revision) -> Self {
        Self { revision, outcome: Ok(()) }
    }
}

/// What is wanted of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Which policy it is.
    pub revision: Revision,
    /// What to enforce.
    pub policy: Policy,
}

/// A device's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbPolicy {
    /// What staff want.
    pub policy: Policy,
    /// Rises by one each time it is set.
    pub revision: Revision,
    /// What became of it.
    pub state: State,
    /// Why it is not in force, when it failed.
    pub failure: Option<Failure>,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// Who set it.
    pub set_by: Actor,
    /// When the agent last said whether it is in force.
    pub reported_at: Option<DateTime<Utc>>,
}

impl UsbPolicy {
    /// What staff want from now on; asked again of the agent also when it is what they wanted before.
    #[must_use]
    pub fn set(before: Option<&Self>, policy: Policy, by: Actor, now: DateTime<Utc>) -> Self {
        Self {
            policy,
            revision: before.map_or(0, |before| before.revision).saturating_add(1),
            state: State::Pending,
            failure: None,
            set_at: now,
            set_by: by,
            reported_at: None,
        }
    }

    /// Takes a report over; gives what the timeline says of it, when it changed anything.
    pub fn report(&mut self, report: Report, now: DateTime<Utc>) -> Option<Kind> {
        if report.revision != self.revision {
            return None;
        }
        let (state, failure) = match report.outcome {
            Ok(()) => (State::Applied, None),
            // Given up already; that it could not be done adds nothing.
            Err(_) if !self.state.is_wanted() => return None,
            Err(failure) => (State::Failed, Some(failure)),
        };
        if (self.state, &self.failure) == (state, &failure) {
            return None;
        }
        (self.state, self.failure, self.reported_at) = (state, failure, Some(now));
        Some(if state == State::Applied { Kind::UsbPolicyApplied } else { Kind::UsbPolicyFailed })
    }

    /// Gives the policy up when the agent has not answered since before `before`; whether it did.
    pub fn expire(&mut self, before: DateTime<Utc>) -> bool {
        let is_late = self.state == State::Pending && self.set_at < before;
        if is_late {
            self.state = State::Expired;
        }
        is_late
    }

    /// The device was reset: what the agent has not answered yet is wanted no more. Gives the change.
    pub fn cancel(&mut self) -> Option<FieldChange> {
        if self.state != State::Pending {
            return None;
        }
        let before = std::mem::replace(&mut self.state, State::Cancelled);
        Some(FieldChange::new(STATE_FIELD, before.as_str(), self.state.as_str()))
    }

    /// What the agent is to enforce, unless it was given up.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        let wish = Wish { revision: self.revision, policy: self.policy };
        self.state.is_wanted().then_some(wish)
    }

    /// How the timeline names what is wanted now, after `before`.
    #[must_use]
    pub fn change(&self, before: Option<Policy>) -> FieldChange {
        FieldChange::new(FIELD, before.map_or("", Policy::as_str), self.policy.as_str())
    }

    /// What the timeline notes beside a failure.
    #[must_use]
    pub fn note(&self) -> String {
        self.failure.as_ref().map(|failure| failure.reason.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::UserId;
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn policy(state: State) -> UsbPolicy {
        let user = Actor::User(UserId::new());
        let first = UsbPolicy::set(None, Policy::ReadOnly, user.clone(), at(0));
        let mut second = UsbPolicy::set(Some(&first), Policy::Block, user, at(10));
        assert_eq!((first.revision, second.revision, second.state), (1, 2, State::Pending));
        second.state = state;
        second.failure = (state == State::Failed).then(|| failure("no_permission"));
        second
    }

    fn failure(reason: &str) -> Failure {
        Failure { reason: reason.into(), detail: String::new() }
    }

    #[test]
    fn a_report_of_the_present_revision_moves_the_state() {
        use State::{Applied, Cancelled, Expired, Failed, Pending};
        let (fine, same, other) = (Ok(()), Err(failure("no_permission")), Err(failure("other")));
        // From, what is reported, to, and whether the timeline says so.
        for (from, outcome, to, is_news) in [
            (Pending, &fine, Applied, true),
            (Pending, &same, Failed, true),
            (Applied, &fine, Applied, false),
            (Applied, &same, Failed, true),
            (Failed, &same, Failed, false),
            (Failed, &other, Failed, true),
            (Failed, &fine, Applied, true),
            (Expired, &fine, Applied, true),
            (Expired, &same, Expired, false),
            (Cancelled, &fine, Applied, true),
            (Cancelled, &same, Cancelled, false),
        ] {
            for revision in [0, 1, 2, 3] {
                let mut policy = policy(from);
                let before = policy.clone();
                let report = Report { revision, outcome: outcome.clone() };
                let kind = policy.report(report, at(20));
                if revision != 2 || !is_news {
                    assert_eq!((kind, &policy), (None, &before), "{from:?} {outcome:?} {revision}");
                    continue;
                }
                let expected =
                    if to == Applied { Kind::UsbPolicyApplied } else { Kind::UsbPolicyFailed };
                assert_eq!((kind, policy.state), (Some(expected), to), "{from:?} {outcome:?}");
                assert_eq!(policy.failure.as_ref(), outcome.as_ref().err());
                assert_eq!(policy.reported_at, Some(at(20)));
            }
        }
    }

    #[test]
    fn only_what_is_pending_expires_or_is_cancelled() {
        for state in State::ALL {
            let is_pending = state == State::Pending;
            let mut late = policy(state);
            assert!(!late.clone().expire(at(10)), "set at that moment");
            assert_eq!(late.expire(at(11)), is_pending, "{state:?}");
            assert_eq!(late.state, if is_pending { State::Expired } else { state });
            let mut reset = policy(state);
            let change = FieldChange::new("usb_policy_state", "pending", "cancelled");
            assert_eq!(reset.cancel(), is_pending.then_some(change), "{state:?}");
            assert_eq!(reset.state, if is_pending { State::Cancelled } else { state });
        }
    }

    #[test]
    fn what_was_given_up_is_wished_no_more() {
        let wished: Vec<_> = State::ALL.map(|state| policy(state).wish().is_some()).into();
        assert_eq!(wished, [true, true, true, false, false]);
        let again = policy(State::Expired);
        let again = UsbPolicy::set(Some(&again), Policy::Block, again.set_by.clone(), at(30));
        assert_eq!(again.wish(), Some(Wish { revision: 3, policy: Policy::Block }));
    }

    #[test]
    fn names_are_read_back() {
        for policy in Policy::ALL {
            assert_eq!(Policy::parse(policy.as_str()), Some(policy));
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!((Policy::parse("deny"), State::parse("")), (None, None));
    }
}
