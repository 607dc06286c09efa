//! Windows and macOS: firmware by way of `sysinfo`.

use std::path::Path;

use sysinfo::{Motherboard, Product};

use super::Firmware;
use crate::inventory::fingerprint::usable;

/// `root` is not used: there is only the real machine.
pub(crate) fn firmware(_root: &Path) -> Firmware {
    let board = Motherboard::new().ok();
    let from_board = |value: fn(&Motherboard) -> Option<String>| {
        board.as_ref().and_then(value).as_deref().and_then(usable)
    };
    let from_product =
        |value: fn() -> Result<String, sysinfo::Error>| value().ok().as_deref().and_then(usable);
    Firmware {
        uuid: from_product(Product::uuid),
        board_serial: from_board(Motherboard::serial_number),
        system_serial: from_product(Product::serial_number),
        vendor: from_product(Product::vendor_name).or_else(|| from_board(Motherboard::vendor_name)),
        model: from_product(Product::name).or_else(|| from_board(Motherboard::name)),
        machine_id: None,
    }
}
