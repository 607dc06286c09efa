//! The computers: whose they are, what they are made of, and what their agents report.

use chamados_proto::device::v1::{
    Disk, Disks, Fingerprint, Hardware, LoggedInUser, LoggedInUsers, Network, NetworkInterface,
    OperatingSystem, Section, SectionKind, section::Content,
};
use prost::Message as _;
use rand::{Rng, RngExt as _, seq::IndexedRandom as _};
use uuid::Uuid;

use crate::cast::{COMPANIES, Part, Person, Size, plain, shares};

/// What kind of computer it is; decides when it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// On while its person is at work.
    Desktop,
    /// The same, and now and then in the evening at home.
    Notebook,
    /// Always on.
    Server,
}

/// A computer.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// Of [`COMPANIES`].
    pub(crate) company: usize,
    /// Whose it is, a place among the people.
    pub(crate) person: usize,
    pub(crate) kind: Kind,
    pub(crate) host_name: String,
    /// For people; empty when its host name says enough.
    pub(crate) display_name: String,
    pub(crate) fingerprint: Fingerprint,
    os: Os,
    model: Model,
    memory_gib: u64,
    disk_free: u32,
    serial: String,
    mac: [u8; 3],
    address: String,
    user: String,
}

#[derive(Debug, Clone, Copy)]
struct Os {
    family: &'static str,
    name: &'static str,
    version: &'static str,
    build: &'static str,
}

const WINDOWS_11: Os =
    Os { family: "windows", name: "Windows 11 Pro", version: "11", build: "26100" };
const WINDOWS_10: Os =
    Os { family: "windows", name: "Windows 10 Pro", version: "10", build: "19045" };
const SERVER_2022: Os =
    Os { family: "windows", name: "Windows Server 2022 Standard", version: "2022", build: "20348" };
const DEBIAN: Os =
    Os { family: "linux", name: "Debian GNU/Linux", version: "13", build: "6.12.48+deb13-amd64" };
const UBUNTU: Os =
    Os { family: "linux", name: "Ubuntu", version: "24.04", build: "6.8.0-85-generic" };

/// Vendor, model, processor, its cores and threads, memory and disk in GiB and GB.
#[derive(Debug, Clone, Copy)]
struct Model(&'static str, &'static str, &'static str, u32, u32, u64, u64);

const DESKTOPS: [Model; 4] = [
    Model("Dell Inc.", "OptiPlex 7010", "12th Gen Intel(R) Core(TM) i5-12500", 6, 12, 16, 512),
    Model("HP", "HP ProDesk 400 G7", "Intel(R) Core(TM) i5-10500", 6, 12, 8, 256),
    Model("LENOVO", "ThinkCentre M75q Gen 2", "AMD Ryzen 5 PRO 5650GE", 6, 12, 16, 512),
    Model("Positivo Tecnologia", "Master D3400", "Intel(R) Core(TM) i3-10100", 4, 8, 8, 240),
];
const NOTEBOOKS: [Model; 4] = [
    Model("LENOVO", "ThinkPad E14 Gen 5", "AMD Ryzen 5 7530U", 6, 12, 16, 512),
    Model("Dell Inc.", "Latitude 5440", "13th Gen Intel(R) Core(TM) i5-1345U", 10, 12, 16, 512),
    Model("HP", "ProBook 445 G9", "AMD Ryzen 5 5625U", 6, 12, 8, 256),
    Model("Acer", "TravelMate P214", "11th Gen Intel(R) Core(TM) i5-1135G7", 4, 8, 8, 256),
];
const SERVERS: [Model; 2] = [
    Model("Dell Inc.", "PowerEdge T350", "Intel(R) Xeon(R) E-2336", 6, 12, 64, 4_000),
    Model("HPE", "ProLiant ML30 Gen10 Plus", "Intel(R) Xeon(R) E-2314", 4, 4, 32, 2_000),
];
/// What servers are for, in the order in which a company gets them.
const DUTIES: [&str; 3] = ["Servidor de arquivos", "Servidor do ERP", "Servidor de backup"];

/// The computers of the demo, by company.
pub(crate) fn machines(rng: &mut impl Rng, size: Size, people: &[Person]) -> Vec<Machine> {
    let mut machines = Vec::with_capacity(size.devices);
    for (company, count) in shares(size.devices).into_iter().enumerate() {
        let own = |part: Part| part.company() == Some(company);
        let theirs: Vec<usize> =
            (0..people.len()).filter(|place| own(people[*place].part)).collect();
        let servers = (count / 9).clamp(1, DUTIES.len());
        for number in 0..count {
            let kind = match number {
                number if number < servers => Kind::Server,
                _ if rng.random_bool(0.4) => Kind::Notebook,
                _ => Kind::Desktop,
            };
            // The servers are looked after by whoever answers for the company, the first of its people.
            let turn = number.saturating_sub(servers) % theirs.len();
            let person = if kind == Kind::Server { theirs[0] } else { theirs[turn] };
            machines.push(machine(rng, company, number, kind, person, &people[person]));
        }
    }
    machines
}

fn machine(
    rng: &mut impl Rng,
    company: usize,
    number: usize,
    kind: Kind,
    person: usize,
    who: &Person,
) -> Machine {
    let (models, letters): (&[Model], _) = match kind {
        Kind::Desktop => (&DESKTOPS, "DSK"),
        Kind::Notebook => (&NOTEBOOKS, "NTB"),
        Kind::Server => (&SERVERS, "SRV"),
    };
    let model = models.choose(rng).copied().unwrap_or(models[0]);
    let os = match (kind, number) {
        (Kind::Server, number) if number % 2 == 0 => DEBIAN,
        (Kind::Server, _) => SERVER_2022,
        (_, number) if number % 11 == 5 => UBUNTU,
        (_, number) if number % 7 == 3 => WINDOWS_10,
        _ => WINDOWS_11,
    };
    let display_name = if kind == Kind::Server { DUTIES[number % DUTIES.len()] } else { "" };
    let first = plain(who.name.split(' ').next().unwrap_or_default());
    Machine {
        company,
        person,
        kind,
        host_name: format!("{}-{letters}-{:03}", COMPANIES[company].prefix, number + 1),
        display_name: display_name.to_owned(),
        fingerprint: Fingerprint {
            smbios_uuid: Uuid::from_u128(rng.random::<u128>() | 1 << 78).to_string(),
            ..Fingerprint::default()
        },
        os,
        model,
        memory_gib: model.5,
        disk_free: rng.random_range(12..78),
        serial: format!("DEMO{:06}", rng.random_range(0..1_000_000)),
        mac: rng.random(),
        address: format!("10.{}.0.{}/24", 20 + company, 10 + number),
        user: if kind == Kind::Server { "administrador".to_owned() } else { first },
    }
}

impl Machine {
    /// Gets more memory; whether it did.
    pub(crate) const fn extend_memory(&mut self) -> bool {
        let small = self.memory_gib < 16;
        if small {
            self.memory_gib = 16;
        }
        small
    }

    /// Gets the present Windows; whether it did.
    pub(crate) fn upgrade(&mut self) -> bool {
        let old = self.os.build == WINDOWS_10.build;
        if old {
            self.os = WINDOWS_11;
        }
        old
    }

    /// What its agent reports.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let Model(vendor, model, cpu, cores, threads, _, disk) = self.model;
        let windows = self.os.family == "windows";
        let os = OperatingSystem {
            family: self.os.family.to_owned(),
            name: self.os.name.to_owned(),
            version: self.os.version.to_owned(),
            build: self.os.build.to_owned(),
            architecture: "x86_64".to_owned(),
            host_name: self.host_name.clone(),
        };
        let hardware = Hardware {
            cpu_model: cpu.to_owned(),
            cpu_cores: cores,
            cpu_threads: threads,
            memory_bytes: self.memory_gib << 30,
            vendor: vendor.to_owned(),
            model: model.to_owned(),
            serial: self.serial.clone(),
        };
        let (name, mount_point, file_system) =
            if windows { ("C:", "C:\\", "NTFS") } else { ("/dev/nvme0n1p2", "/", "ext4") };
        let disk = Disk {
            name: name.to_owned(),
            mount_point: mount_point.to_owned(),
            file_system: file_system.to_owned(),
            total_bytes: disk * 1_000_000_000,
            free_percent: self.disk_free,
        };
        let [a, b, c] = self.mac;
        let interface = NetworkInterface {
            name: if windows { "Ethernet" } else { "enp1s0" }.to_owned(),
            mac: format!("02:00:5e:{a:02x}:{b:02x}:{c:02x}"),
            addresses: vec![self.address.clone()],
        };
        let user = LoggedInUser { name: self.user.clone(), local: true, remote: false };
        vec![
            section(SectionKind::Os, Content::Os(os)),
            section(SectionKind::Hardware, Content::Hardware(hardware)),
            section(SectionKind::Disks, Content::Disks(Disks { disks: vec![disk] })),
            section(
                SectionKind::Network,
                Content::Network(Network { interfaces: vec![interface] }),
            ),
            section(SectionKind::Users, Content::Users(LoggedInUsers { users: vec![user] })),
        ]
    }
}

fn section(kind: SectionKind, content: Content) -> Section {
    let bare = Section { kind: kind.into(), content: Some(content), ..Section::default() };
    let digest = blake3::hash(&bare.encode_to_vec()).as_bytes()[..16].to_vec().into();
    Section { digest, ..bare }
}
