//! What a simulated device says it is: the same at each start, another for each number.

use chamados_proto::device::v1::{
    Disk, Disks, Hardware, Network, NetworkInterface, OperatingSystem, Section, SectionKind,
    section::Content,
};

/// Host name of device number `number`.
pub(super) fn host_name(number: u64) -> String {
    format!("bench-{number:06}")
}

/// All sections, with content. `lease` stands for what changes: the address it got by DHCP.
pub(super) fn sections(number: u64, lease: u32) -> Vec<Section> {
    vec![
        section(SectionKind::Os, Content::Os(os(number))),
        section(SectionKind::Hardware, Content::Hardware(hardware(number))),
        section(SectionKind::Disks, Content::Disks(disks())),
        network(number, lease),
    ]
}

/// The section that changes.
pub(super) fn network(number: u64, lease: u32) -> Section {
    let [_, _, _, _, _, a, b, c] = number.to_be_bytes();
    let interface = NetworkInterface {
        name: "eth0".to_owned(),
        mac: format!("02:00:5e:{a:02x}:{b:02x}:{c:02x}"),
        addresses: vec![format!("10.{}.{b}.{c}/8", lease % 256)],
    };
    section(SectionKind::Network, Content::Network(Network { interfaces: vec![interface] }))
}

/// Without content, as they stand in Hello.
pub(super) fn digests(sections: &[Section]) -> Vec<Section> {
    let digest = |section: &Section| Section { content: None, ..section.clone() };
    sections.iter().map(digest).collect()
}

fn section(kind: SectionKind, content: Content) -> Section {
    let mut encoded = Vec::new();
    content.encode(&mut encoded);
    let digest = blake3::hash(&encoded).as_bytes()[..16].to_vec().into();
    Section { kind: kind.into(), digest, content: Some(content) }
}

fn os(number: u64) -> OperatingSystem {
    OperatingSystem {
        family: "windows".to_owned(),
        name: "Windows 11 Pro".to_owned(),
        version: "11".to_owned(),
        build: "26100".to_owned(),
        architecture: "x86_64".to_owned(),
        host_name: host_name(number),
    }
}

fn hardware(number: u64) -> Hardware {
    Hardware {
        cpu_model: "Intel Core i5-12400".to_owned(),
        cpu_cores: 6,
        cpu_threads: 12,
        memory_bytes: 16 << 30,
        vendor: "Dell Inc.".to_owned(),
        model: "OptiPlex 7010".to_owned(),
        serial: format!("BENCH{number:07}"),
    }
}

fn disks() -> Disks {
    let disk = Disk {
        name: "C:".to_owned(),
        mount_point: "C:\\".to_owned(),
        file_system: "NTFS".to_owned(),
        total_bytes: 512_000_000_000,
        free_percent: 45,
    };
    Disks { disks: vec![disk] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_has_another_digest() {
        let before = digests(&sections(7, 0));
        let after = digests(&sections(7, 1));
        assert_eq!(before[..3], after[..3]);
        assert_ne!(before[3], after[3]);
        assert_eq!(after[3].digest, network(7, 1).digest);
        assert!(after.iter().all(|section| section.content.is_none()));
        assert_ne!(before[1], digests(&sections(8, 0))[1]);
    }
}
