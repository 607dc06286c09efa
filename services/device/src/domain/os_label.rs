//! The one line that names an operating system.

use super::inventory::OperatingSystem;

/// Name and edition, then the build in brackets, the major version never twice:
/// "Windows 11 Pro (26100)", "Debian GNU/Linux 12 (bookworm) (6.1.0)". Empty when nothing is known.
#[must_use]
pub fn label(os: &OperatingSystem) -> String {
    let mut label = os.name.trim().to_owned();
    let version = os.version.trim();
    if !version.is_empty() && !says_version(&label, version, &os.build) {
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(version);
    }
    let build = os.build.trim();
    if !build.is_empty() && !label.is_empty() && !contains_word(&label, build) {
        label.push_str(&format!(" ({build})"));
    }
    label
}

/// Whether the name says the version already: by its major number ("Windows 11 Pro" and "11"),
/// or because the version is only the build in another form ("10.0.26100").
fn says_version(name: &str, version: &str, build: &str) -> bool {
    let number = version.split([' ', '(']).next().unwrap_or_default();
    let major = number.split('.').next().unwrap_or_default();
    let is_windows = name.starts_with("Windows");
    contains_word(name, number)
        || contains_word(name, major)
        || (is_windows && (version.starts_with("10.0") || version.starts_with("6.")))
        || (is_windows && !build.is_empty() && version == build)
}

/// Whether `word` stands in `text` between spaces, brackets or dashes.
fn contains_word(text: &str, word: &str) -> bool {
    !word.is_empty() && text.split([' ', '(', ')', ',', '-']).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_systems() {
        // Name, version, build, label.
        let table = [
            ("Windows 11 Pro", "11", "26100", "Windows 11 Pro (26100)"),
            ("Windows 11 Pro", "11 (26100)", "26100", "Windows 11 Pro (26100)"),
            ("Windows 11 Pro", "10.0.26100", "26100", "Windows 11 Pro (26100)"),
            (
                "Windows 11 Home Single Language",
                "11",
                "22631",
                "Windows 11 Home Single Language (22631)",
            ),
            ("Windows 10 Pro", "10", "19045", "Windows 10 Pro (19045)"),
            (
                "Windows 10 Enterprise LTSC",
                "10.0.17763",
                "17763",
                "Windows 10 Enterprise LTSC (17763)",
            ),
            (
                "Windows Server 2022 Standard",
                "2022",
                "20348",
                "Windows Server 2022 Standard (20348)",
            ),
            (
                "Windows Server 2019 Datacenter",
                "10.0.17763",
                "17763",
                "Windows Server 2019 Datacenter (17763)",
            ),
            ("Windows", "11 (26100)", "26100", "Windows 11 (26100)"),
            ("Debian GNU/Linux", "12", "6.1.0-18-amd64", "Debian GNU/Linux 12 (6.1.0-18-amd64)"),
            (
                "Debian GNU/Linux",
                "12 (bookworm)",
                "6.1.0",
                "Debian GNU/Linux 12 (bookworm) (6.1.0)",
            ),
            ("Debian GNU/Linux 12", "12", "6.1.0", "Debian GNU/Linux 12 (6.1.0)"),
            ("Ubuntu", "24.04", "6.8.0-31-generic", "Ubuntu 24.04 (6.8.0-31-generic)"),
            ("Ubuntu 24.04 LTS", "24.04", "6.8.0", "Ubuntu 24.04 LTS (6.8.0)"),
            (
                "Fedora Linux",
                "41 (Workstation Edition)",
                "6.11.4",
                "Fedora Linux 41 (Workstation Edition) (6.11.4)",
            ),
            ("Arch Linux", "", "6.12.1-arch1-1", "Arch Linux (6.12.1-arch1-1)"),
            ("macOS", "15.1", "24B83", "macOS 15.1 (24B83)"),
            ("macOS Sequoia 15.1", "15.1", "24B83", "macOS Sequoia 15.1 (24B83)"),
            ("Linux", "", "", "Linux"),
            ("", "", "6.1.0", ""),
        ];
        for (name, version, build, expected) in table {
            let os = OperatingSystem {
                name: name.into(),
                version: version.into(),
                build: build.into(),
                ..OperatingSystem::default()
            };
            assert_eq!(label(&os), expected, "{name} / {version} / {build}");
        }
    }
}
