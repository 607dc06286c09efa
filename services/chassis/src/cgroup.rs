//! What the system lets this process have: control groups of Linux, versions 1 and 2
//! (<https://docs.kernel.org/admin-guide/cgroup-v2.html>).

use std::path::Path;

const ROOT: &str = "/sys/fs/cgroup";
/// Version 1 says "no limit" as the largest number of pages.
const NO_LIMIT: u64 = 1 << 62;

/// Bytes of memory above which the process is killed; none without a limit.
pub(crate) fn memory_limit() -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    smallest(&groups, |file| std::fs::read_to_string(file).ok())
}

/// The smallest limit of the process's groups and of those around them.
fn smallest(groups: &str, read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let limits = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, group) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (place, name) = match controllers {
            "" => (ROOT.to_owned(), "memory.max"),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                (format!("{ROOT}/memory"), "memory.limit_in_bytes")
            }
            _ => return Vec::new(),
        };
        // In a container the group is sometimes told as the host knows it, and the root is its own.
        let around = Path::new(group).ancestors().filter_map(|group| group.strip_prefix("/").ok());
        around
            .filter_map(|group| read(&Path::new(&place).join(group).join(name)))
            .filter_map(|limit| limit.trim().parse().ok())
            .collect()
    });
    limits.filter(|limit| *limit < NO_LIMIT).min()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_smallest_limit_counts() {
        let files = BTreeMap::from([
            ("/sys/fs/cgroup/memory.max", "max\n"),
            ("/sys/fs/cgroup/system.slice/memory.max", "4294967296\n"),
            ("/sys/fs/cgroup/system.slice/chamados.service/memory.max", "max\n"),
            ("/sys/fs/cgroup/pod/memory.max", "536870912\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("/sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "1073741824\n"),
        ]);
        let read = |file: &Path| files.get(file.to_str()?).map(|text| (*text).to_owned());
        for (groups, limit) in [
            ("0::/\n", None),
            ("0::/system.slice/chamados.service\n", Some(4 << 30)),
            ("0::/pod\n", Some(512 << 20)),
            ("0::/another/place\n", None),
            ("5:cpu,memory:/docker\n0::/\n", Some(1 << 30)),
            ("4:memory:/\n", None),
            ("3:cpu:/docker\n", None),
            ("", None),
        ] {
            assert_eq!(smallest(groups, read), limit, "{groups}");
        }
    }
}
