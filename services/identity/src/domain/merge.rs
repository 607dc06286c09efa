//! Merging two accounts of one person.

use std::collections::BTreeMap;

use chamados_chassis::{
    auth::Role,
    define_id,
    id::{TenantId, UserId},
};
use chrono::{DateTime, Utc};

use super::user::User;

define_id!(
    /// A merge of two accounts.
    MergeId
);

/// Services that move references of their own; a merge is done when all of them answered.
pub const SERVICES: [&str; 2] = ["ticket", "device"];

/// A merge of two accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Its id.
    pub id: MergeId,
    /// Tenant of both.
    pub tenant: TenantId,
    /// The account that is no more.
    pub from: UserId,
    /// The survivor.
    pub into: UserId,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// When the last service answered.
    pub finished_at: Option<DateTime<Utc>>,
    /// What each service moved, as far as they have answered.
    pub moved: Vec<Moved>,
}

impl Merge {
    /// Whether every service has answered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        SERVICES.iter().all(|service| self.moved.iter().any(|moved| moved.service == *service))
    }
}

/// What one service moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub service: String,
    /// How many, by kind.
    pub counts: BTreeMap<String, i64>,
}

/// Why two accounts cannot be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// An account is itself already.
    #[error("must be another account")]
    Same,
    /// Devices are not people.
    #[error("a device's account cannot be merged")]
    Device,
    /// It lives on in another account.
    #[error("the account was merged into another")]
    Merged,
    /// Whoever merges would end their own account.
    #[error("your own account cannot be merged into another")]
    OwnAccount,
    /// Nobody could use what was moved there.
    #[error("the account that would survive is not active")]
    SurvivorInactive,
    /// A client's person must not come by what staff had.
    #[error("staff cannot be merged into somebody who is not")]
    SurvivorNotStaff,
}

/// Whether `from` may be merged into `into` by `caller`.
///
/// # Errors
/// [`Unmergeable`], the first reason.
pub fn check(from: &User, into: &User, caller: Option<UserId>) -> Result<(), Unmergeable> {
    let refused = [
        (from.id == into.id, Unmergeable::Same),
        (from.role == Role::Machine || into.role == Role::Machine, Unmergeable::Device),
        (from.merged_into.is_some(), Unmergeable::Merged),
        (Some(from.id) == caller, Unmergeable::OwnAccount),
        (!into.active || into.merged_into.is_some(), Unmergeable::SurvivorInactive),
        (from.role.is_staff() && !into.role.is_staff(), Unmergeable::SurvivorNotStaff),
    ];
    refused.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, reason)| Err(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::tests::user;

    #[test]
    fn who_may_be_merged_into_whom() {
        let caller = Some(UserId::new());
        let (from, into) = (user(Role::Collaborator), user(Role::Agent));
        assert_eq!(check(&from, &into, caller), Ok(()));
        let merged = |user: &User| User { merged_into: Some(UserId::new()), ..user.clone() };
        let inactive = |user: &User| User { active: false, ..user.clone() };
        for (from, into, caller, reason) in [
            (from.clone(), from.clone(), caller, Unmergeable::Same),
            (user(Role::Machine), into.clone(), caller, Unmergeable::Device),
            (from.clone(), user(Role::Machine), caller, Unmergeable::Device),
            (merged(&from), into.clone(), caller, Unmergeable::Merged),
            (into.clone(), user(Role::Admin), Some(into.id), Unmergeable::OwnAccount),
            (from.clone(), inactive(&into), caller, Unmergeable::SurvivorInactive),
            (from.clone(), merged(&into), caller, Unmergeable::SurvivorInactive),
            (into.clone(), from.clone(), caller, Unmergeable::SurvivorNotStaff),
        ] {
            assert_eq!(check(&from, &into, caller), Err(reason), "{reason:?}");
        }
        // Who was deactivated before may be merged still; one may survive one's own doubles.
        assert_eq!(check(&inactive(&from), &into, Some(into.id)), Ok(()));
    }

    #[test]
    fn a_merge_is_complete_when_all_answered() {
        let moved = |service: &str| Moved { service: service.to_owned(), counts: BTreeMap::new() };
        let mut merge = Merge {
            id: MergeId::new(),
            tenant: TenantId::new(),
            from: UserId::new(),
            into: UserId::new(),
            created_at: DateTime::UNIX_EPOCH,
            finished_at: None,
            moved: vec![moved("device")],
        };
        assert!(!merge.is_complete());
        merge.moved.push(moved("ticket"));
        assert!(merge.is_complete());
    }
}
