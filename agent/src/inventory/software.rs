//! What is installed: packages of dpkg and rpm, and what Windows lists under "Uninstall".
//!
//! The list is cut into parts as the contract says it, so that only parts that changed travel.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use bytes::Bytes;
use chamados_proto::device::v1::{InstalledSoftware, SoftwareDigests, SoftwarePart};
use prost::Message as _;

use crate::MESSAGE_LIMIT;

/// Into how many parts the list is cut.
const PARTS: usize = 16;
/// Most programs of a part.
const MOST_OF_PART: usize = 512;
const NAME: usize = 200;
const VERSION: usize = 64;
const PUBLISHER: usize = 100;

/// Where Windows lists programs: those of 64 and of 32 bits.
#[cfg(windows)]
const UNINSTALL: [&str; 2] = [
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];

/// What is installed at one moment. Equal computers give equal parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Software {
    parts: Vec<SoftwarePart>,
}

impl Software {
    /// Looks at the computer, which takes up to some seconds. Files are read below `root`, which is `/`
    /// except in tests.
    pub(crate) fn collect(root: &Path) -> Self {
        let mut programs = Vec::new();
        if let Ok(status) = fs::read(root.join("var/lib/dpkg/status")) {
            programs.extend(dpkg(&String::from_utf8_lossy(&status)));
        }
        if root == Path::new("/") && Path::new("/usr/bin/rpm").exists() {
            let query = ["-qa", "--queryformat", RPM_FORMAT];
            programs.extend(rpm(&output(Command::new("/usr/bin/rpm").args(query))));
        }
        #[cfg(windows)]
        for key in UNINSTALL {
            let query = ["query", key, "/s"];
            programs.extend(uninstall(&output(Command::new("reg").args(query))));
        }
        Self::new(programs)
    }

    fn new(programs: impl IntoIterator<Item = InstalledSoftware>) -> Self {
        let mut parts: Vec<BTreeMap<String, InstalledSoftware>> = vec![BTreeMap::new(); PARTS];
        for program in programs {
            let name = super::short(program.name, NAME);
            if name.is_empty() {
                continue;
            }
            let version = super::short(program.version, VERSION);
            let publisher = super::short(program.publisher, PUBLISHER);
            let known = parts[part_of(&name)].entry(name.clone()).or_default();
            // Of two of one name the later version stands for both.
            if known.name.is_empty() || known.version < version {
                *known = InstalledSoftware { name, version, publisher };
            }
        }
        let parts = (0..).zip(parts).map(|(number, programs)| part(number, programs));
        Self { parts: parts.collect() }
    }

    /// What each part is, without its content.
    pub(crate) fn digests(&self) -> SoftwareDigests {
        SoftwareDigests { digests: self.parts.iter().map(|part| part.digest.clone()).collect() }
    }

    /// The parts of these numbers; those there are not are passed over.
    pub(crate) fn select(&self, numbers: &[u32]) -> Vec<SoftwarePart> {
        self.parts.iter().filter(|part| numbers.contains(&part.part)).cloned().collect()
    }
}

/// In which part a program is.
fn part_of(name: &str) -> usize {
    usize::from(blake3::hash(name.as_bytes()).as_bytes()[0]) % PARTS
}

fn part(number: u32, programs: BTreeMap<String, InstalledSoftware>) -> SoftwarePart {
    let software = programs.into_values().take(MOST_OF_PART).collect();
    let mut part = SoftwarePart { part: number, digest: Bytes::new(), software };
    while part.encoded_len() > MESSAGE_LIMIT / 2 {
        part.software.truncate(part.software.len() * 3 / 4);
    }
    let hash = blake3::hash(&part.encode_to_vec());
    part.digest = Bytes::copy_from_slice(&hash.as_bytes()[..16]);
    part
}

/// What a program says; nothing when it fails. Its arguments are fixed text.
fn output(command: &mut Command) -> String {
    match command.output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into(),
        Ok(output) => {
            tracing::warn!(status = %output.status, "the list of programs is not complete");
            String::new()
        }
        Err(error) => {
            tracing::warn!(%error, "the list of programs is not complete");
            String::new()
        }
    }
}

/// Installed packages of a `status` file as `dpkg(1)` keeps it.
fn dpkg(status: &str) -> impl Iterator<Item = InstalledSoftware> {
    status.split("\n\n").filter_map(|paragraph| {
        let field = |name: &str| {
            let lines = paragraph.lines().filter_map(|line| line.split_once(": "));
            lines.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        if !field("Status")?.ends_with(" installed") {
            return None;
        }
        let maker = field("Maintainer").unwrap_or_default();
        Some(InstalledSoftware {
            name: field("Package")?.to_owned(),
            version: field("Version").unwrap_or_default().to_owned(),
            publisher: maker.split('<').next().unwrap_or_default().trim().to_owned(),
        })
    })
}

const RPM_FORMAT: &str = "%{NAME}\t%{VERSION}-%{RELEASE}\t%{VENDOR}\n";

/// Packages as [`RPM_FORMAT`] has them.
fn rpm(list: &str) -> impl Iterator<Item = InstalledSoftware> {
    list.lines().filter_map(|line| {
        let mut fields = line.split('\t').map(|field| if field == "(none)" { "" } else { field });
        let name = fields.next()?.to_owned();
        let (version, publisher) = (fields.next()?.to_owned(), fields.next()?.to_owned());
        // Keys to check packages with, which rpm lists as packages.
        (name != "gpg-pubkey").then_some(InstalledSoftware { name, version, publisher })
    })
}

/// Programs in what `reg query … /s` says of "Uninstall". Updates and parts of programs are not listed, as
/// Windows itself does not.
#[cfg(any(windows, test))]
fn uninstall(listing: &str) -> impl Iterator<Item = InstalledSoftware> {
    let keys = listing.split("HKEY_");
    keys.filter_map(|key| {
        let value = |name: &str| {
            key.lines().find_map(|line| {
                let (found, rest) = line.trim().split_once("    ")?;
                let (_, value) = rest.trim().split_once("    ")?;
                (found == name).then(|| value.trim().to_owned())
            })
        };
        if value("SystemComponent").is_some_and(|hidden| hidden == "0x1")
            || value("ParentKeyName").is_some()
        {
            return None;
        }
        Some(InstalledSoftware {
            name: value("DisplayName")?,
            version: value("DisplayVersion").unwrap_or_default(),
            publisher: value("Publisher").unwrap_or_default(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, version: &str, publisher: &str) -> InstalledSoftware {
        InstalledSoftware {
            name: name.into(),
            version: version.into(),
            publisher: publisher.into(),
        }
    }

    #[test]
    fn dpkg_lists_what_is_installed() {
        let status = "Package: bash\nStatus: install ok installed\nPriority: required\n\
                      Maintainer: Matthias Klose <x@example.org>\nVersion: 5.2-1\n\
                      Description: shell\n it says: much\n\n\
                      Package: old\nStatus: deinstall ok config-files\nVersion: 1\n\n\
                      Package: bare\nStatus: hold ok installed\n\n";
        let expected = [program("bash", "5.2-1", "Matthias Klose"), program("bare", "", "")];
        assert_eq!(dpkg(status).collect::<Vec<_>>(), expected);
        assert_eq!(dpkg("").count(), 0);
    }

    #[test]
    fn rpm_lists_packages() {
        let list =
            "bash\t5.2-1.fc40\tFedora Project\nlocal\t1-1\t(none)\ngpg-pubkey\ta-b\t(none)\nbad";
        let expected =
            [program("bash", "5.2-1.fc40", "Fedora Project"), program("local", "1-1", "")];
        assert_eq!(rpm(list).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn windows_lists_programs() {
        let listing = "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\7-Zip\r\n\
            \x20   DisplayName    REG_SZ    7-Zip 24.08 (x64)\r\n\
            \x20   DisplayVersion    REG_SZ    24.08\r\n    Publisher    REG_SZ    Igor Pavlov\r\n\r\n\
            HKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\Hidden\r\n    DisplayName    REG_SZ    Hidden\r\n\
            \x20   SystemComponent    REG_DWORD    0x1\r\n\r\n\
            HKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\Nameless\r\n    Version    REG_SZ    1\r\n";
        let expected = [program("7-Zip 24.08 (x64)", "24.08", "Igor Pavlov")];
        assert_eq!(uninstall(listing).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn equal_lists_give_equal_parts_in_whatever_order() {
        let list = [program("a", "1", ""), program("b", "1", ""), program("b", "2", "x")];
        let software = Software::new(list.clone());
        assert_eq!(software, Software::new(list.into_iter().rev()));
        let digests = software.digests().digests;
        assert_eq!((digests.len(), digests[0].len()), (PARTS, 16));
        let parts = software.select(&[part_of("b") as u32, 99]);
        assert_eq!(parts.len(), 1);
        assert!(parts[0].software.contains(&program("b", "2", "x")));
    }

    /// As the server counts, which passes over what is in another part.
    #[test]
    fn names_have_their_part() {
        assert_eq!(["bash", "curl", "libc6", "7-Zip"].map(part_of), [12, 15, 8, 4]);
    }

    #[test]
    fn one_program_changes_one_part() {
        let many = |version: &str| {
            let rest = (0..2_000).map(|number| program(&format!("p{number}"), "1", ""));
            Software::new(rest.chain([program("curl", version, "")]))
        };
        let (before, after) = (many("1").digests().digests, many("2").digests().digests);
        let differ: Vec<_> = (0..PARTS).filter(|part| before[*part] != after[*part]).collect();
        assert_eq!(differ, [part_of("curl")]);
    }

    #[test]
    fn a_part_of_long_names_fits_a_message() {
        let long = |number: usize| program(&format!("{number}{}", "é".repeat(400)), "v", "p");
        let software = Software::new((0..20_000).map(long));
        let sizes = software.parts.iter().map(prost::Message::encoded_len);
        assert!(sizes.clone().all(|size| size <= MESSAGE_LIMIT / 2 + 32), "{:?}", sizes.max());
    }

    #[test]
    fn this_machine_can_be_looked_at() {
        let software = Software::collect(Path::new("/"));
        assert_eq!(software, Software::collect(Path::new("/")));
        assert_eq!(software.digests().digests.len(), PARTS);
    }
}
