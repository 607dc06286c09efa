//! What tells this computer from others, and what only looks as if it did.

use std::path::Path;

use chamados_proto::device::v1::Fingerprint;

use crate::{Error, Result, platform};

/// Filler that makers leave in firmware, in lower case.
const FILLER: [&str; 32] = [
    "0123456789",
    "01234567890123456789",
    "123456789",
    "1234567890",
    "base board serial number",
    "board serial number",
    "chassis serial number",
    "default",
    "default string",
    "empty",
    "invalid",
    "n/a",
    "na",
    "no asset information",
    "none",
    "not applicable",
    "not available",
    "not present",
    "not specified",
    "null",
    "o.e.m.",
    "oem",
    "serial number",
    "system manufacturer",
    "system product name",
    "system serial number",
    "system version",
    "to be filled by o.e.m.",
    "to be filled by oem",
    "type1productconfigid",
    "uninitialized",
    "unknown",
];

/// UUIDs that came with many boards, as written and with the first three groups swapped.
const SHARED_UUIDS: [&str; 2] =
    ["03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009"];

/// The machine id is confidential by `machine-id(5)`: what leaves the computer is derived from it
/// by this key and gives nothing to other programs.
const MACHINE_ID_CONTEXT: &str = "chamados-agent 2026-11-23 machine id v1";

/// The fingerprint of this computer. Files are read below `root`, which is `/` except in tests.
///
/// # Errors
/// [`Error::NoFingerprint`] when nothing usable is found or readable.
pub fn collect(root: &Path) -> Result<Fingerprint> {
    let firmware = platform::firmware(root);
    let machine_id = firmware.machine_id.map(|id| {
        let derived = blake3::derive_key(MACHINE_ID_CONTEXT, id.as_bytes());
        blake3::Hash::from_bytes(derived).to_hex()[..32].to_owned()
    });
    let fingerprint = Fingerprint {
        smbios_uuid: firmware.uuid.map(|uuid| uuid.to_ascii_lowercase()).unwrap_or_default(),
        board_serial: firmware.board_serial.unwrap_or_default(),
        system_serial: firmware.system_serial.unwrap_or_default(),
        machine_id: machine_id.unwrap_or_default(),
    };
    if fingerprint == Fingerprint::default() { Err(Error::NoFingerprint) } else { Ok(fingerprint) }
}

/// The value without padding, unless it is filler.
pub(crate) fn usable(value: &str) -> Option<String> {
    let value = super::text(value.trim_matches('\0'));
    let lower = value.to_ascii_lowercase();
    let mut significant = lower.chars().filter(|c| c.is_alphanumeric());
    let first = significant.next()?;
    let one_character_repeated = significant.all(|c| c == first);
    let filler = FILLER.contains(&lower.as_str()) || SHARED_UUIDS.contains(&lower.as_str());
    (!one_character_repeated && !filler).then_some(value)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn filler_does_not_count() {
        let cases = [
            ("4C4C4544-0042-3510-8052-B4C04F4A3132", true),
            (" PF1ABC2D ", true),
            ("VMware-56 4d 3a", true),
            ("", false),
            ("   ", false),
            ("Default string", false),
            ("To Be Filled By O.E.M.", false),
            ("00000000-0000-0000-0000-000000000000", false),
            ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", false),
            ("03000200-0400-0500-0006-000700080009", false),
            ("........", false),
            ("0", false),
            ("XXXXXXXX", false),
            ("Not Specified", false),
        ];
        for (value, counts) in cases {
            assert_eq!(usable(value).is_some(), counts, "{value:?}");
        }
        assert_eq!(usable(" PF1ABC2D \0").as_deref(), Some("PF1ABC2D"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn fixture_machines() {
        type Files<'a> = &'a [(&'a str, &'a str)];
        let machine_id = ("etc/machine-id", "0cafe0cafe0cafe0cafe0cafe0cafe12\n");
        // Files below the root; whether there is a UUID, a board's, a system's serial, a machine id.
        let cases: [(Files<'_>, Option<[bool; 4]>); 4] = [
            (
                &[
                    ("sys/class/dmi/id/product_uuid", "4C4C4544-0042-3510-8052-B4C04F4A3132\n"),
                    ("sys/class/dmi/id/board_serial", "/FAKE01/CN0123/\n"),
                    ("sys/class/dmi/id/product_serial", "Default string\n"),
                    ("sys/class/dmi/id/chassis_serial", "B5RJ12\n"),
                    machine_id,
                ],
                Some([true, true, true, true]),
            ),
            (&[machine_id], Some([false, false, false, true])),
            (&[("etc/machine-id", "uninitialized\n")], None),
            (&[("sys/class/dmi/id/product_uuid", "00000000-0000-0000-0000-000000000000\n")], None),
        ];
        for (files, expected) in cases {
            let root = tempfile::tempdir().unwrap();
            for (path, content) in files {
                let path = root.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            let found = collect(root.path()).ok().map(|f| {
                [f.smbios_uuid, f.board_serial, f.system_serial, f.machine_id]
                    .map(|value| !value.is_empty())
            });
            assert_eq!(found, expected, "{files:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_machine_id_itself_stays_here() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("etc")).unwrap();
        let id = "0cafe0cafe0cafe0cafe0cafe0cafe12";
        fs::write(root.path().join("etc/machine-id"), id).unwrap();
        let first = collect(root.path()).unwrap();
        assert_eq!(first.machine_id.len(), 32);
        assert_ne!(first.machine_id, id);
        assert_eq!(first, collect(root.path()).unwrap());
    }
}
