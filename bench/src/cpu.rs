//! CPU time and memory that processes use, from Linux's `/proc`.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};

/// Length of the kernel's clock tick as `/proc` counts it, the same on all of Linux's platforms.
const TICK: Duration = Duration::from_millis(10);

/// Whose CPU time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// One process with its threads.
    Process(u32),
    /// A process, its children, and those that ended: a PostgreSQL with its connections and workers.
    Family(u32),
}

impl Who {
    /// CPU time used up to now, of the user and of the kernel.
    ///
    /// # Errors
    /// The process is no more, or this is not Linux.
    pub fn used(self) -> Result<Duration> {
        match self {
            Self::Process(id) => Ok(Stat::of(id)?.own),
            Self::Family(id) => {
                let parent = Stat::of(id)?;
                let children = processes()?.filter_map(|child| Stat::of(child).ok());
                let children = children.filter(|child| child.parent == id);
                Ok(parent.own + parent.ended_children + children.map(|c| c.own).sum::<Duration>())
            }
        }
    }
}

/// Bytes of memory a process has of its own or shares, now.
///
/// # Errors
/// The process is no more, or this is not Linux.
pub fn resident(process: u32) -> Result<u64> {
    let file = format!("/proc/{process}/status");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kibibytes.with_context(|| format!("no resident memory in {file}"))? * 1024)
}

/// Parent of a process.
///
/// # Errors
/// The process is no more, or this is not Linux.
pub fn parent(process: u32) -> Result<u32> {
    Ok(Stat::of(process)?.parent)
}

fn processes() -> Result<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc").context("no /proc: CPU time is measured on Linux")?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// What `/proc/PID/stat` says, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: Duration,
    ended_children: Duration,
}

impl Stat {
    fn of(process: u32) -> Result<Self> {
        let file = format!("/proc/{process}/stat");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        Self::parse(&text).with_context(|| format!("cannot understand {file}: {text}"))
    }

    /// The name, in parentheses, may hold anything, so counting begins after the last of them.
    fn parse(text: &str) -> Option<Self> {
        let (_, fields) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        // The first of these fields is the third of proc(5).
        let ticks = |field: usize| Some(TICK * fields.get(field - 3)?.parse().ok()?);
        Some(Self {
            parent: fields.get(4 - 3)?.parse().ok()?,
            own: ticks(14)? + ticks(15)?,
            ended_children: ticks(16)? + ticks(17)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_line() {
        let line = "42 (a ) (b) S 7 42 42 0 -1 4194560 1 0 0 0 150 50 3 4 20 0 1 0 99 1 1";
        let millis = Duration::from_millis;
        let expected = Stat { parent: 7, own: millis(2_000), ended_children: millis(70) };
        assert_eq!(Stat::parse(line), Some(expected));
        assert_eq!(Stat::parse("42 (a"), None);
    }

    #[test]
    fn this_process_has_memory() {
        assert!(resident(std::process::id()).unwrap() > 1 << 20);
    }

    #[test]
    fn a_family_has_used_what_its_members_have() {
        let own = Who::Process(std::process::id()).used().unwrap();
        assert!(Who::Family(std::process::id()).used().unwrap() >= own);
    }
}
