//! What is installed on a computer, in parts that are compared and sent one by one.
//!
//! A computer has thousands of programs and changes a few of them. Its list is cut into parts by the
//! programs' names, and only parts that differ travel; of such a part only what differs is written.

use std::collections::BTreeMap;

use super::{
    inventory::Digest,
    timeline::{Changes, FieldChange},
};

/// Into how many parts a list is cut.
pub const PARTS: usize = 16;
/// Most programs of a part; those beyond are passed over.
pub const MOST_OF_PART: usize = 512;
/// Most parts that are asked for at once: an agent sends them one after the other.
const AT_ONCE: usize = 4;
/// Most changes of one part that a timeline tells one by one.
const MOST_TOLD: usize = 50;

/// The digest of each part, where it is known.
pub type PartDigests = [Option<Digest>; PARTS];

/// A program on a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Told apart by it.
    pub name: String,
    /// As its maker writes it; may be empty.
    pub version: String,
    /// Who made or packed it; may be empty.
    pub publisher: String,
}

/// A part of a list, as reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which, from 0.
    pub number: usize,
    /// Of its content, as the agent encodes it.
    pub digest: Digest,
    /// Each name once.
    pub programs: BTreeMap<String, Installed>,
}

/// Parts to ask for: the first few that are not the same in `known`. Who has sent them tells the digests again.
#[must_use]
pub fn missing(known: &PartDigests, reported: &PartDigests) -> Vec<usize> {
    let differs = |part: &usize| reported[*part].is_some() && known[*part] != reported[*part];
    (0..PARTS).filter(differs).take(AT_ONCE).collect()
}

/// What makes one list of another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// New, or another than before.
    pub written: Vec<Installed>,
    /// Names of those that are gone.
    pub removed: Vec<String>,
    /// Versions that came, went and changed, by name; at most [`MOST_TOLD`].
    pub changes: Vec<FieldChange>,
}

impl Diff {
    /// What makes `new` of `old`.
    #[must_use]
    pub fn between(old: &BTreeMap<String, Installed>, new: &BTreeMap<String, Installed>) -> Self {
        let mut changes = Changes::default();
        let version = |program: Option<&Installed>| match program {
            None => String::new(),
            // Nothing would mean that it is not there.
            Some(Installed { version, .. }) if version.is_empty() => "?".to_owned(),
            Some(Installed { version, .. }) => version.clone(),
        };
        let names = new.keys().chain(old.keys().filter(|name| !new.contains_key(*name)));
        for name in names {
            let field = format!("software.{name}");
            changes.compare(&field, version(old.get(name)), version(new.get(name)));
        }
        let mut changes = changes.into_vec();
        changes.truncate(MOST_TOLD);
        Self {
            written: new.values().filter(|new| old.get(&new.name) != Some(new)).cloned().collect(),
            removed: old.keys().filter(|name| !new.contains_key(*name)).cloned().collect(),
            changes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(programs: &[(&str, &str)]) -> BTreeMap<String, Installed> {
        let one = |(name, version): &(&str, &str)| {
            let (name, version) = ((*name).to_owned(), (*version).to_owned());
            (name.clone(), Installed { name, version, publisher: String::new() })
        };
        programs.iter().map(one).collect()
    }

    #[test]
    fn only_what_differs_is_written_and_told() {
        let old = list(&[("bash", "5.1"), ("curl", "8.1"), ("vim", "")]);
        let new = list(&[("bash", "5.1"), ("curl", "8.2"), ("nano", "")]);
        let diff = Diff::between(&old, &new);
        let names: Vec<_> = diff.written.iter().map(|program| program.name.as_str()).collect();
        assert_eq!(names, ["curl", "nano"]);
        assert_eq!(diff.removed, ["vim"]);
        let told = [
            FieldChange::new("software.curl", "8.1", "8.2"),
            FieldChange::new("software.nano", "", "?"),
            FieldChange::new("software.vim", "?", ""),
        ];
        assert_eq!(diff.changes, told);
        assert_eq!(Diff::between(&new, &new), Diff::default());
    }

    #[test]
    fn a_new_publisher_is_written_and_not_told() {
        let old = list(&[("curl", "8.1")]);
        let mut new = old.clone();
        new.get_mut("curl").unwrap().publisher = "Debian".into();
        let diff = Diff::between(&old, &new);
        assert_eq!((diff.written.len(), diff.changes.len()), (1, 0));
    }

    #[test]
    fn a_great_change_is_told_in_part() {
        let names: Vec<String> = (0..400).map(|number| format!("p{number}")).collect();
        let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        let diff = Diff::between(&BTreeMap::new(), &list(&many));
        assert_eq!((diff.written.len(), diff.changes.len()), (400, MOST_TOLD));
    }

    #[test]
    fn parts_that_differ_are_missing() {
        let (mut known, mut reported) = ([None; PARTS], [None; PARTS]);
        known[1] = Some([1; 16]);
        known[3] = Some([3; 16]);
        reported[1] = Some([1; 16]);
        reported[2] = Some([2; 16]);
        assert_eq!(missing(&known, &reported), [2]);
        reported[1] = Some([9; 16]);
        assert_eq!(missing(&known, &reported), [1, 2]);
        assert_eq!(missing(&known, &[Some([0; 16]); PARTS]).len(), AT_ONCE);
    }
}
