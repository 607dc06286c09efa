//! Processor, memory, board.

use std::path::Path;

use chamados_proto::device::v1::Hardware;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use super::text;
use crate::platform;

/// Firmware is read below `root`.
pub(super) fn collect(root: &Path) -> Hardware {
    let firmware = platform::firmware(root);
    let wanted = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    // No answer at all is a computer we know nothing of, which is no reason not to report the rest.
    let system = System::new_with_specifics(wanted).ok();
    let processors = system.as_ref().map(System::cpus).unwrap_or_default();
    let model = processors.first().map(|cpu| collapse(cpu.brand())).unwrap_or_default();
    Hardware {
        cpu_model: text(model),
        cpu_cores: System::physical_core_count().map_or(0, count),
        cpu_threads: count(processors.len()),
        memory_bytes: system.as_ref().map_or(0, System::total_memory),
        vendor: text(firmware.vendor.unwrap_or_default()),
        model: text(firmware.model.unwrap_or_default()),
        serial: text(firmware.system_serial.or(firmware.board_serial).unwrap_or_default()),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Makers pad their names with runs of spaces.
fn collapse(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_goes() {
        assert_eq!(collapse("Intel(R) Core(TM) i7   CPU  "), "Intel(R) Core(TM) i7 CPU");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn firmware_below_the_root_without_its_junk() {
        let root = tempfile::tempdir().unwrap();
        let dmi = root.path().join("sys/class/dmi/id");
        std::fs::create_dir_all(&dmi).unwrap();
        for (name, value) in [
            ("sys_vendor", "To Be Filled By O.E.M.\n"),
            ("board_vendor", "ASUSTeK COMPUTER INC.\n"),
            ("product_name", "System Product Name\n"),
            ("board_name", "PRIME B450M-A\n"),
            ("product_serial", "System Serial Number\n"),
            ("board_serial", "200771234500321\n"),
        ] {
            std::fs::write(dmi.join(name), value).unwrap();
        }
        let hardware = collect(root.path());
        assert_eq!(hardware.vendor, "ASUSTeK COMPUTER INC.");
        assert_eq!(hardware.model, "PRIME B450M-A");
        assert_eq!(hardware.serial, "200771234500321");
        assert!(hardware.memory_bytes > 0 && hardware.cpu_threads > 0);
    }
}
