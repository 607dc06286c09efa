//! Telling whether two reports are of one computer.

/// What identifies hardware; only values that say something. At least one is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint {
    /// SMBIOS system UUID, 32 hexadecimal digits in lower case.
    pub smbios_uuid: Option<String>,
    /// Serial of the board, in lower case.
    pub board_serial: Option<String>,
    /// Serial of the system or chassis, in lower case.
    pub system_serial: Option<String>,
    /// Identity of the installation, in lower case.
    pub machine_id: Option<String>,
}

/// A fingerprint that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has no usable part: every value is empty or a maker's filler")]
pub struct Unusable;

/// How sure it is that two fingerprints are of one computer. Later is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// Same installation, and the firmware does not contradict.
    Installation,
    /// Both serials are equal.
    Serials,
    /// The SMBIOS UUID is equal.
    Uuid,
}

impl Fingerprint {
    /// Cleans what an agent reports: trims, lowers the case and drops filler.
    ///
    /// # Errors
    /// [`Unusable`] when nothing is left.
    pub fn parse(
        smbios_uuid: &str,
        board_serial: &str,
        system_serial: &str,
        machine_id: &str,
    ) -> Result<Self, Unusable> {
        let fingerprint = Self {
            smbios_uuid: uuid(smbios_uuid),
            board_serial: usable(board_serial),
            system_serial: usable(system_serial),
            machine_id: usable(machine_id),
        };
        if fingerprint == Self::default() { Err(Unusable) } else { Ok(fingerprint) }
    }

    /// Whether `self` and `other` are of one computer, and how sure that is.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Match> {
        let uuid = Agreement::of(&self.smbios_uuid, &other.smbios_uuid);
        let board = Agreement::of(&self.board_serial, &other.board_serial);
        let system = Agreement::of(&self.system_serial, &other.system_serial);
        let installation = Agreement::of(&self.machine_id, &other.machine_id);
        match (uuid, board, system) {
            (Agreement::Equal, ..) => Some(Match::Uuid),
            // Two of the three; a new board brings a new UUID with it.
            (_, Agreement::Equal, Agreement::Equal) => Some(Match::Serials),
            // A cloned disk has the installation's identity and other hardware.
            (Agreement::Different, ..)
            | (_, Agreement::Different, _)
            | (.., Agreement::Different) => None,
            _ => (installation == Agreement::Equal).then_some(Match::Installation),
        }
    }

    /// This one with the values that `newer` has.
    #[must_use]
    pub fn updated_by(self, newer: Self) -> Self {
        Self {
            smbios_uuid: newer.smbios_uuid.or(self.smbios_uuid),
            board_serial: newer.board_serial.or(self.board_serial),
            system_serial: newer.system_serial.or(self.system_serial),
            machine_id: newer.machine_id.or(self.machine_id),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Equal,
    Different,
    /// One of the two is missing.
    Silent,
}

impl Agreement {
    fn of(one: &Option<String>, other: &Option<String>) -> Self {
        match (one, other) {
            (Some(one), Some(other)) if one == other => Self::Equal,
            (Some(_), Some(_)) => Self::Different,
            _ => Self::Silent,
        }
    }
}

/// Longest value that is kept; firmware fields are far shorter.
const LONGEST: usize = 128;

/// What makers leave in the firmware of boards they did not finish. Without dashes and spaces.
const FILLER: &[&str] = &[
    "0123456789",
    "00020003000400050006000700080009",
    "03000200040005000006000700080009",
    "12345678123456789012345678901234",
    "1234567812345678123456789abcdef0",
    "12345678",
    "123456789",
    "1234567890",
    "baseboardserialnumber",
    "chassisserialnumber",
    "defaultstring",
    "empty",
    "invalid",
    "n/a",
    "none",
    "notapplicable",
    "notavailable",
    "notsettable",
    "notspecified",
    "null",
    "o.e.m.",
    "serial",
    "serialnumber",
    "systemserialnumber",
    "tobefilledbyo.e.m.",
    "tobefilledbyoem",
    "type1family",
    "type2boardserialnumber",
    "undefined",
    "uninitialized",
    "unknown",
    "xxxxxxxx",
];

/// A value that says something, in lower case.
fn usable(value: &str) -> Option<String> {
    let value = value.trim().to_lowercase();
    let core: String = value.chars().filter(|c| !matches!(c, '-' | ' ' | '_')).collect();
    let mut characters = core.chars();
    let first = characters.next()?;
    let one_character = characters.all(|c| c == first);
    let plausible = (4..=LONGEST).contains(&core.len()) && value.len() <= LONGEST;
    (plausible && !one_character && !FILLER.contains(&core.as_str())).then_some(value)
}

/// A UUID that says something, as bare digits.
fn uuid(value: &str) -> Option<String> {
    let digits: String = usable(value)?.chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect();
    let is_uuid = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    (is_uuid && !FILLER.contains(&digits.as_str())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "4C4C4544-0043-4410-8052-B7C04F4E5932";
    const OTHER: &str = "4C4C4544-0043-4410-8052-B7C04F4E5933";

    fn print(uuid: &str, board: &str, system: &str, machine: &str) -> Fingerprint {
        Fingerprint::parse(uuid, board, system, machine).unwrap()
    }

    #[test]
    fn filler_does_not_count() {
        for filler in [
            "",
            "  ",
            "0",
            "00000000-0000-0000-0000-000000000000",
            "Default string",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "To Be Filled By O.E.M.",
            "None",
            "System Serial Number",
            "03000200-0400-0500-0006-000700080009",
            "N/A",
            "........",
            "Not Specified",
            "123456789",
            "xxxxxxxx",
            "abc",
        ] {
            let parsed = Fingerprint::parse(filler, filler, filler, filler);
            assert_eq!(parsed, Err(Unusable), "{filler}");
        }
        assert_eq!(Fingerprint::parse(&"x1".repeat(100), "", "", ""), Err(Unusable));
        assert_eq!(Fingerprint::parse("not a uuid at all", "", "", ""), Err(Unusable));
    }

    #[test]
    fn values_are_compared_without_case_and_braces() {
        let braced = format!("{{{}}}", UUID.to_lowercase());
        assert_eq!(print(UUID, "", "", ""), print(&braced, " default string ", "", "0"));
    }

    #[test]
    fn same_computer_or_not() {
        let known = print(UUID, "BOARD-1", "SYS-1", "machine-1");
        let table = [
            ("same uuid", print(UUID, "", "", ""), Some(Match::Uuid)),
            ("same uuid, new board", print(UUID, "BOARD-2", "SYS-2", "m-2222"), Some(Match::Uuid)),
            ("both serials", print(OTHER, "board-1", "sys-1", ""), Some(Match::Serials)),
            ("both serials, no uuid", print("", "BOARD-1", "SYS-1", ""), Some(Match::Serials)),
            ("one serial", print("", "BOARD-1", "", ""), None),
            ("one serial of two", print(OTHER, "BOARD-1", "SYS-2", "machine-1"), None),
            ("installation alone", print("", "", "", "machine-1"), Some(Match::Installation)),
            (
                "one serial, installation",
                print("", "BOARD-1", "", "machine-1"),
                Some(Match::Installation),
            ),
            ("cloned disk", print(OTHER, "", "", "machine-1"), None),
            ("cloned disk, by serial", print("", "", "SYS-9", "machine-1"), None),
            ("stranger", print(OTHER, "BOARD-9", "SYS-9", "machine-9"), None),
        ];
        for (name, other, expected) in table {
            assert_eq!(known.compare(&other), expected, "{name}");
            assert_eq!(other.compare(&known), expected, "{name}, the other way round");
        }
    }

    #[test]
    fn nothing_known_is_forgotten() {
        let known = print(UUID, "BOARD-1", "", "machine-1");
        let updated = known.clone().updated_by(print("", "BOARD-2", "", ""));
        assert_eq!(updated.smbios_uuid, known.smbios_uuid);
        assert_eq!(updated.board_serial.as_deref(), Some("board-2"));
        assert_eq!(updated.machine_id, known.machine_id);
    }
}
