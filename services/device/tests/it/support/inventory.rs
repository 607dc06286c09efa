//! Sections as agents send them.

use chamados_proto::device::v1::{self as pb, section::Content};

fn section(kind: pb::SectionKind, digest: u8, content: Content) -> pb::Section {
    pb::Section { kind: kind.into(), digest: vec![digest; 16].into(), content: Some(content) }
}

pub(crate) fn os(build: &str, digest: u8) -> pb::Section {
    let os = pb::OperatingSystem {
        family: "linux".into(),
        name: "Debian GNU/Linux".into(),
        version: "12".into(),
        build: build.into(),
        architecture: "x86_64".into(),
        host_name: "pc-true".into(),
    };
    section(pb::SectionKind::Os, digest, Content::Os(os))
}

pub(crate) fn hardware(memory_bytes: u64, digest: u8) -> pb::Section {
    let hardware = pb::Hardware {
        cpu_model: "Xeon".into(),
        memory_bytes,
        serial: "SN-4711".into(),
        ..Default::default()
    };
    section(pb::SectionKind::Hardware, digest, Content::Hardware(hardware))
}

/// People, with whether they are there and whether they come from elsewhere.
pub(crate) fn users(people: &[(&str, bool, bool)], digest: u8) -> pb::Section {
    let user = |(name, local, remote): &(&str, bool, bool)| pb::LoggedInUser {
        name: (*name).to_owned(),
        local: *local,
        remote: *remote,
    };
    let users = people.iter().map(user).collect();
    section(pb::SectionKind::Users, digest, Content::Users(pb::LoggedInUsers { users }))
}

pub(crate) fn network(address: &str, digest: u8) -> pb::Section {
    let eth0 = pb::NetworkInterface {
        name: "eth0".into(),
        mac: "aa:bb:cc:dd:ee:ff".into(),
        addresses: vec![address.into()],
    };
    section(
        pb::SectionKind::Network,
        digest,
        Content::Network(pb::Network { interfaces: vec![eth0] }),
    )
}
