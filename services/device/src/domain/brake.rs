//! The brake: when many devices fall silent together, the fault is more likely ours than theirs.

use std::{collections::HashMap, hash::Hash};

/// How many may go offline in one sweep.
#[derive(Debug, Clone, Copy)]
pub struct Brake {
    /// This many always may.
    pub devices: u64,
    /// Or this share of those that were online, in percent.
    pub percent: u64,
    /// A company with at least this many devices must not lose half of them.
    pub company_devices: u64,
}

/// Why devices are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incident<C> {
    /// Too many of all.
    Mass,
    /// Half of these companies.
    Companies(Vec<C>),
}

impl Brake {
    /// Whether devices that fall silent in one sweep are to be held back. `falling` counts them by
    /// company, `sizes` are those companies' devices, `online` is how many were online before.
    pub fn check<C: Copy + Eq + Hash>(
        &self,
        falling: &HashMap<C, u64>,
        sizes: &HashMap<C, u64>,
        online: u64,
    ) -> Option<Incident<C>> {
        let total: u64 = falling.values().sum();
        if total > self.devices.max(online * self.percent / 100) {
            return Some(Incident::Mass);
        }
        let halved = |company: &C, lost: u64| {
            let size = sizes.get(company).copied().unwrap_or_default();
            size >= self.company_devices && lost * 2 >= size
        };
        let companies: Vec<C> = falling
            .iter()
            .filter(|(company, lost)| halved(company, **lost))
            .map(|(company, _)| *company)
            .collect();
        (!companies.is_empty()).then_some(Incident::Companies(companies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRAKE: Brake = Brake { devices: 200, percent: 5, company_devices: 10 };

    fn check(falling: &[(u8, u64)], sizes: &[(u8, u64)], online: u64) -> Option<Incident<u8>> {
        BRAKE.check(&falling.iter().copied().collect(), &sizes.iter().copied().collect(), online)
    }

    #[test]
    fn a_few_may_go() {
        assert_eq!(check(&[(1, 200)], &[(1, 1_000)], 1_000), None);
        assert_eq!(check(&[(1, 201)], &[(1, 1_000)], 1_000), Some(Incident::Mass));
        assert_eq!(check(&[(1, 500)], &[(1, 10_000)], 10_000), None);
        assert_eq!(check(&[(1, 501)], &[(1, 10_000)], 10_000), Some(Incident::Mass));
    }

    #[test]
    fn half_a_company_is_no_coincidence() {
        assert_eq!(check(&[(1, 4)], &[(1, 10)], 100), None);
        assert_eq!(check(&[(1, 5)], &[(1, 10)], 100), Some(Incident::Companies(vec![1])));
        assert_eq!(check(&[(1, 9)], &[(1, 9)], 100), None);
        assert_eq!(
            check(&[(1, 5), (2, 1)], &[(1, 10), (2, 50)], 100),
            Some(Incident::Companies(vec![1]))
        );
    }
}
