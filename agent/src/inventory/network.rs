//! Network interfaces.

use std::net::IpAddr;

use chamados_proto::device::v1::{Network, NetworkInterface};
use sysinfo::Networks;

use super::{LIST_LIMIT, text};

/// Beginnings of the names of interfaces that software makes for itself and takes away again:
/// loopback, containers, virtual machines, traffic shaping.
const VIRTUAL: [&str; 16] = [
    "br-", "cali", "cilium", "cni", "docker", "dummy", "flannel", "ifb", "lxc", "lxd", "podman",
    "tap", "veth", "virbr", "vmnet", "vnet",
];

pub(super) fn collect() -> Network {
    let found = Networks::new_with_refreshed_list();
    let interfaces = found.iter().flat_map(|networks| networks.iter()).map(|(name, data)| Raw {
        name: name.to_string_lossy().into_owned(),
        mac: data.mac_address().to_string(),
        addresses: data.ip_networks().iter().map(|net| (net.addr, net.prefix)).collect(),
    });
    Network { interfaces: select(interfaces.collect()) }
}

/// One interface as the system lists it.
#[derive(Debug, Clone)]
struct Raw {
    name: String,
    mac: String,
    addresses: Vec<(IpAddr, u8)>,
}

impl Raw {
    fn is_real(&self) -> bool {
        let loopback = self.name == "lo"
            || self.name == "lo0"
            || self.name.starts_with("Loopback")
            || (!self.addresses.is_empty()
                && self.addresses.iter().all(|(ip, _)| ip.is_loopback()));
        let unused = self.mac == NO_MAC && self.addresses.is_empty();
        !loopback && !unused && !VIRTUAL.iter().any(|prefix| self.name.starts_with(prefix))
    }
}

/// How `sysinfo` says that an interface has no hardware address.
const NO_MAC: &str = "00:00:00:00:00:00";

/// The interfaces that people would name, sorted, without link-local addresses, which every
/// interface has and nobody asks for.
fn select(mut found: Vec<Raw>) -> Vec<NetworkInterface> {
    found.retain(Raw::is_real);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.truncate(LIST_LIMIT);
    let interface = |raw: Raw| {
        let mut addresses = raw.addresses;
        addresses.retain(|(ip, _)| !is_link_local(*ip));
        addresses.sort_unstable();
        addresses.dedup();
        addresses.truncate(LIST_LIMIT);
        NetworkInterface {
            name: text(&raw.name),
            mac: if raw.mac == NO_MAC { String::new() } else { raw.mac },
            addresses: addresses.iter().map(|(ip, prefix)| format!("{ip}/{prefix}")).collect(),
        }
    };
    found.into_iter().map(interface).collect()
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(name: &str, mac: &str, addresses: &[&str]) -> Raw {
        let parse = |text: &&str| {
            let (ip, prefix) = text.split_once('/').unwrap();
            (ip.parse().unwrap(), prefix.parse().unwrap())
        };
        Raw { name: name.into(), mac: mac.into(), addresses: addresses.iter().map(parse).collect() }
    }

    #[test]
    fn which_interfaces_count() {
        let mac = "52:54:00:12:34:56";
        let cases = [
            (raw("eth0", mac, &["192.0.2.7/24"]), true),
            (raw("wlp2s0", mac, &[]), true),
            (raw("wg0", NO_MAC, &["10.8.0.2/32"]), true),
            (raw("br0", mac, &["192.0.2.8/24"]), true),
            (raw("lo", NO_MAC, &["127.0.0.1/8"]), false),
            (raw("weird", NO_MAC, &["127.0.0.1/8", "::1/128"]), false),
            (raw("sit0", NO_MAC, &[]), false),
            (raw("veth12ab34c", mac, &[]), false),
            (raw("docker0", mac, &["172.17.0.1/16"]), false),
            (raw("br-0a1b2c3d4e5f", mac, &["172.18.0.1/16"]), false),
            (raw("ifb0", mac, &[]), false),
        ];
        for (interface, counts) in cases {
            assert_eq!(interface.is_real(), counts, "{}", interface.name);
        }
    }

    #[test]
    fn order_does_not_depend_on_the_system() {
        let one = raw("eth0", "52:54:00:00:00:01", &["2001:db8::7/64", "192.0.2.7/24"]);
        let two =
            raw("eth1", "52:54:00:00:00:02", &["fe80::1/64", "169.254.3.4/16", "192.0.2.8/24"]);
        let mut turned = one.clone();
        turned.addresses.reverse();
        let found = select(vec![two.clone(), one]);
        assert_eq!(found, select(vec![turned, two]));
        assert_eq!(found[0].addresses, ["192.0.2.7/24", "2001:db8::7/64"]);
        assert_eq!(found[1].addresses, ["192.0.2.8/24"]);
    }
}
