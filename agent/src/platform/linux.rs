//! Linux: firmware by `/sys`, the installation by `/etc/machine-id`.

use std::{fs, path::Path};

use super::Firmware;
use crate::inventory::fingerprint::usable;

/// Reads below `root`, which is `/` except in tests. The UUID and the serials are readable by
/// root only.
pub(crate) fn firmware(root: &Path) -> Firmware {
    let first = |paths: &[&str]| {
        paths.iter().find_map(|path| {
            let text = fs::read_to_string(root.join(path)).ok()?;
            usable(&text)
        })
    };
    Firmware {
        uuid: first(&["sys/class/dmi/id/product_uuid"]),
        board_serial: first(&["sys/class/dmi/id/board_serial"]),
        system_serial: first(&[
            "sys/class/dmi/id/product_serial",
            "sys/class/dmi/id/chassis_serial",
            "sys/firmware/devicetree/base/serial-number",
        ]),
        vendor: first(&["sys/class/dmi/id/sys_vendor", "sys/class/dmi/id/board_vendor"]),
        model: first(&[
            "sys/class/dmi/id/product_name",
            "sys/class/dmi/id/board_name",
            "sys/firmware/devicetree/base/model",
        ]),
        machine_id: first(&["etc/machine-id", "var/lib/dbus/machine-id"]),
    }
}
