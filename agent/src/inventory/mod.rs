//! What this computer is, in sections that are compared and sent one by one.
//!
//! Equal computers give equal bytes: lists are sorted, values that change by themselves are left
//! out or rounded, and so a digest changes only when something really did.

mod disks;
pub mod fingerprint;
mod hardware;
mod network;
mod os;
pub(crate) mod software;
mod users;

use std::path::Path;

use bytes::Bytes;
use chamados_proto::device::v1::{Section, SectionKind, section::Content};
use prost::Message as _;

/// Longest text in a section, in characters.
const TEXT_LIMIT: usize = 255;
/// Longest list in a section; together with [`TEXT_LIMIT`] it keeps the whole inventory far below
/// [`MESSAGE_LIMIT`](crate::MESSAGE_LIMIT).
const LIST_LIMIT: usize = 64;

/// The sections of one moment, each with its digest, in the order of their kinds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    sections: Vec<Section>,
}

impl Inventory {
    /// Looks at the computer. Blocks for some milliseconds, on a hanging disk for ever. Files are
    /// read below `root`, which is `/` except in tests.
    #[must_use]
    pub fn collect(root: &Path) -> Self {
        Self::new([
            Content::Os(os::collect(root)),
            Content::Hardware(hardware::collect(root)),
            Content::Disks(disks::collect()),
            Content::Network(network::collect()),
            Content::Users(users::collect(root)),
        ])
    }

    fn new(contents: impl IntoIterator<Item = Content>) -> Self {
        let mut sections: Vec<Section> = contents.into_iter().map(section).collect();
        sections.sort_by_key(|section| section.kind);
        Self { sections }
    }

    /// What every section says.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &Content> {
        self.sections.iter().filter_map(|section| section.content.as_ref())
    }

    /// Every section without its content.
    #[must_use]
    pub fn digests(&self) -> Vec<Section> {
        let bare = |section: &Section| Section { content: None, ..section.clone() };
        self.sections.iter().map(bare).collect()
    }

    /// The sections of these kinds; kinds this agent does not know are passed over.
    #[must_use]
    pub fn select(&self, kinds: &[i32]) -> Vec<Section> {
        let wanted = |section: &&Section| kinds.contains(&section.kind);
        self.sections.iter().filter(wanted).cloned().collect()
    }

    /// The sections that are not the same in `earlier`.
    #[must_use]
    pub fn changed_since(&self, earlier: &Self) -> Vec<Section> {
        let known = |section: &Section| {
            earlier.sections.iter().any(|e| (e.kind, &e.digest) == (section.kind, &section.digest))
        };
        self.sections.iter().filter(|section| !known(section)).cloned().collect()
    }
}

fn section(content: Content) -> Section {
    let (kind, encoded) = match &content {
        Content::Os(os) => (SectionKind::Os, os.encode_to_vec()),
        Content::Hardware(hardware) => (SectionKind::Hardware, hardware.encode_to_vec()),
        Content::Disks(disks) => (SectionKind::Disks, disks.encode_to_vec()),
        Content::Network(network) => (SectionKind::Network, network.encode_to_vec()),
        Content::Users(users) => (SectionKind::Users, users.encode_to_vec()),
    };
    let digest = Bytes::copy_from_slice(&blake3::hash(&encoded).as_bytes()[..16]);
    Section { kind: kind.into(), digest, content: Some(content) }
}

/// A value as it may be sent: trimmed, without control characters, of bounded length.
fn text(value: impl AsRef<str>) -> String {
    short(value, TEXT_LIMIT)
}

/// The same with a length of its own, in characters.
fn short(value: impl AsRef<str>, limit: usize) -> String {
    let clean = value.as_ref().trim().chars().filter(|c| !c.is_control());
    clean.take(limit).collect()
}

/// The computer's name for itself, where it has one.
pub(crate) fn host_name(root: &Path) -> Option<String> {
    let name = os::collect(root).host_name;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use chamados_proto::device::v1::{Disk, Disks, Network, OperatingSystem};

    use super::*;

    fn inventory(host: &str, free_percent: u32) -> Inventory {
        let disk = Disk { name: "/dev/vda".into(), free_percent, ..Disk::default() };
        Inventory::new([
            Content::Network(Network::default()),
            Content::Disks(Disks { disks: vec![disk] }),
            Content::Os(OperatingSystem { host_name: host.into(), ..Default::default() }),
        ])
    }

    fn kinds(sections: &[Section]) -> Vec<SectionKind> {
        sections.iter().map(Section::kind).collect()
    }

    #[test]
    fn only_what_changed_is_sent() {
        let before = inventory("pc", 50);
        assert!(inventory("pc", 50).changed_since(&before).is_empty());
        let changed = inventory("pc", 45).changed_since(&before);
        assert_eq!(kinds(&changed), [SectionKind::Disks]);
        assert!(changed[0].content.is_some());
        let all = before.changed_since(&Inventory::default());
        assert_eq!(kinds(&all), [SectionKind::Os, SectionKind::Disks, SectionKind::Network]);
    }

    #[test]
    fn digests_are_of_the_content_and_carry_none() {
        let digests = inventory("pc", 50).digests();
        assert!(digests.iter().all(|d| d.content.is_none() && d.digest.len() == 16));
        let os = OperatingSystem { host_name: "pc".into(), ..Default::default() };
        assert_eq!(digests[0].digest[..], blake3::hash(&os.encode_to_vec()).as_bytes()[..16]);
    }

    #[test]
    fn unknown_kinds_are_passed_over() {
        let selected = inventory("pc", 50).select(&[99, SectionKind::Os.into(), -1]);
        assert_eq!(kinds(&selected), [SectionKind::Os]);
    }

    #[test]
    fn texts_are_clean_and_short() {
        assert_eq!(text("  a\u{0}b\nc "), "abc");
        assert_eq!(text("é".repeat(400)).chars().count(), TEXT_LIMIT);
    }

    #[test]
    fn two_looks_at_this_machine_agree_and_fit_a_message() {
        let inventory = Inventory::collect(Path::new("/"));
        assert_eq!(inventory.digests().len(), 5);
        let again = Inventory::collect(Path::new("/"));
        // Disks may really change between the two looks, and people come and go.
        let changed = kinds(&again.changed_since(&inventory));
        let may = [SectionKind::Disks, SectionKind::Users];
        assert!(changed.iter().all(|kind| may.contains(kind)), "{changed:?}");
        let size: usize = inventory.sections.iter().map(Section::encoded_len).sum();
        assert!(size < crate::MESSAGE_LIMIT / 2);
    }
}
