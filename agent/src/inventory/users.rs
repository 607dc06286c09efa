//! Who is logged in.

use std::{collections::BTreeMap, path::Path};

use chamados_proto::device::v1::{LoggedInUser, LoggedInUsers};

use super::{LIST_LIMIT, text};

/// Who is logged in, by name. Files are read below `root`, where the system has any; there is nobody
/// where it does not say.
pub(super) fn collect(root: &Path) -> LoggedInUsers {
    LoggedInUsers { users: select(imp::sessions(root)) }
}

/// A session as the system lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Session {
    user: String,
    remote: bool,
}

/// Each name once: windows come and go, and are no news.
fn select(sessions: impl IntoIterator<Item = Session>) -> Vec<LoggedInUser> {
    let mut users: BTreeMap<String, LoggedInUser> = BTreeMap::new();
    for Session { user, remote } in sessions {
        let name = text(&user);
        if name.is_empty() {
            continue;
        }
        let known =
            users.entry(name.clone()).or_insert(LoggedInUser { name, ..Default::default() });
        known.remote |= remote;
        known.local |= !remote;
    }
    users.into_values().take(LIST_LIMIT).collect()
}

#[cfg(target_os = "linux")]
mod imp {
    use std::{fs, path::Path};

    use utmp_rs::{ParseError, UtmpEntry, UtmpParser};

    use super::Session;

    /// Sessions or records that are looked at: more are no people.
    const MOST: usize = 4_096;

    /// What logind knows, and without it the records of `utmp(5)`, which newer systems have no more.
    pub(super) fn sessions(root: &Path) -> Vec<Session> {
        of_logind(&root.join("run/systemd/sessions")).unwrap_or_else(|| of_utmp(root))
    }

    /// The files that `sd-login(3)` reads; none without logind.
    fn of_logind(folder: &Path) -> Option<Vec<Session>> {
        let files = fs::read_dir(folder).ok()?.take(MOST).flatten();
        let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
        Some(texts.filter_map(|text| logind_session(&text)).collect())
    }

    /// A person's session that has not ended: not a service's, nor that of who is yet to log in.
    fn logind_session(text: &str) -> Option<Session> {
        let value = |key: &str| {
            let assigned =
                |line: &str| line.strip_prefix(key)?.strip_prefix('=').map(str::to_owned);
            text.lines().find_map(assigned)
        };
        let is_person = matches!(value("CLASS").as_deref(), Some("user" | "user-early"));
        let is_open = matches!(value("STATE").as_deref(), Some("active" | "online" | "opening"));
        let remote = value("REMOTE").as_deref() == Some("1");
        (is_person && is_open).then_some(Session { user: value("USER")?, remote })
    }

    fn of_utmp(root: &Path) -> Vec<Session> {
        let parser = ["run/utmp", "var/run/utmp"]
            .iter()
            .find_map(|path| UtmpParser::from_path(root.join(path)).ok());
        let records = parser.into_iter().flatten().take(MOST);
        // A record of an unknown type is passed over; behind what cannot be read there is nothing.
        let records = records.take_while(|record| !matches!(record, Err(ParseError::Io(_))));
        records.flatten().filter_map(|record| utmp_session(root, record)).collect()
    }

    fn utmp_session(root: &Path, record: UtmpEntry) -> Option<Session> {
        let UtmpEntry::UserProcess { pid, user, host, .. } = record else { return None };
        // A killed terminal leaves its record behind.
        if !root.join(format!("proc/{pid}")).exists() {
            return None;
        }
        // Terminals within a window name the window.
        let is_window =
            host.is_empty() || host.starts_with([':', '[']) || host.starts_with("tmux(");
        Some(Session { user, remote: !is_window })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn session(user: &str, remote: bool) -> Session {
            Session { user: user.into(), remote }
        }

        #[test]
        fn logind_is_asked_first() {
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join("run/systemd/sessions");
            fs::create_dir_all(&folder).unwrap();
            let files = [
                (
                    "1",
                    "# This is private data.\nUID=1000\nUSER=ana\nACTIVE=1\nSTATE=active\nREMOTE=0\nCLASS=user\n",
                ),
                ("2", "USER=rui\nSTATE=online\nREMOTE=1\nREMOTE_HOST=192.0.2.9\nCLASS=user\n"),
                ("3", "USER=gdm\nSTATE=active\nREMOTE=0\nCLASS=greeter\n"),
                ("4", "USER=ana\nSTATE=closing\nREMOTE=1\nCLASS=user\n"),
                ("5", "USER=backup\nSTATE=active\nREMOTE=0\nCLASS=background\n"),
                ("6.ref", ""),
            ];
            for (name, text) in files {
                fs::write(folder.join(name), text).unwrap();
            }
            fs::write(root.path().join("run/utmp"), record(7, "other", "")).unwrap();
            fs::create_dir_all(root.path().join("proc/7")).unwrap();
            let mut found = sessions(root.path());
            found.sort_by(|a, b| a.user.cmp(&b.user));
            assert_eq!(found, [session("ana", false), session("rui", true)]);
        }

        /// A record as 64-bit glibc writes it.
        fn record(pid: i32, user: &str, host: &str) -> Vec<u8> {
            typed(7, pid, user, host)
        }

        fn typed(kind: i16, pid: i32, user: &str, host: &str) -> Vec<u8> {
            let mut record = vec![0; size_of::<utmp_raw::utmp>()];
            record[..2].copy_from_slice(&kind.to_ne_bytes());
            record[4..8].copy_from_slice(&pid.to_ne_bytes());
            record[44..44 + user.len()].copy_from_slice(user.as_bytes());
            record[76..76 + host.len()].copy_from_slice(host.as_bytes());
            record
        }

        #[test]
        fn records_of_people_who_are_still_there() {
            let root = tempfile::tempdir().unwrap();
            assert_eq!(sessions(root.path()), [], "no file, nobody");
            let records = [
                typed(2, 0, "reboot", "6.1.0"),
                record(10, "ana", ""),
                record(11, "ana", ":0"),
                record(12, "rui", "192.0.2.9"),
                typed(99, 13, "what", ""),
                record(14, "gone", ""),
                typed(8, 15, "dead", ""),
                record(16, "eva", "tmux(4711).%0"),
                b"half a record".to_vec(),
            ];
            fs::create_dir_all(root.path().join("run")).unwrap();
            fs::write(root.path().join("run/utmp"), records.concat()).unwrap();
            for pid in [10, 11, 12, 13, 15, 16] {
                fs::create_dir_all(root.path().join(format!("proc/{pid}"))).unwrap();
            }
            let expected = [
                session("ana", false),
                session("ana", false),
                session("rui", true),
                session("eva", false),
            ];
            assert_eq!(sessions(root.path()), expected);
        }
    }
}

// Not used on Linux but by its test, which shows that it compiles and runs.
#[cfg(any(test, not(target_os = "linux")))]
mod desktop {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind, Users};

    use super::Session;

    /// What runs once for whoever has a desktop, on Windows and on macOS.
    const DESKTOPS: [&str; 2] = ["explorer.exe", "Dock"];

    /// The owners of desktops. Whether one is looked at from elsewhere the system does not say.
    pub(super) fn sessions() -> Vec<Session> {
        owners(|name| DESKTOPS.iter().any(|desktop| name.eq_ignore_ascii_case(desktop)))
    }

    pub(super) fn owners(is_wanted: impl Fn(&str) -> bool) -> Vec<Session> {
        let (Ok(users), Ok(mut system)) = (Users::new_with_refreshed_list(), System::new()) else {
            return Vec::new();
        };
        let wanted = ProcessRefreshKind::nothing().with_user(UpdateKind::OnlyIfNotSet);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
        let processes = system.processes().values();
        let desktops = processes.filter(|process| process.name().to_str().is_some_and(&is_wanted));
        let owners = desktops.filter_map(|process| users.get_user_by_id(process.user_id()?));
        owners.map(|user| Session { user: user.name().to_owned(), remote: false }).collect()
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::path::Path;

    use super::Session;

    /// `root` is not used: there is only the real machine.
    pub(super) fn sessions(_root: &Path) -> Vec<Session> {
        super::desktop::sessions()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_once_and_in_order() {
        let session = |user: &str, remote| Session { user: user.into(), remote };
        let users = select([
            session("rui", true),
            session("ana", true),
            session("ana", false),
            session(" \u{7}", false),
            session("rui", true),
        ]);
        let told: Vec<_> = users.iter().map(|u| (&*u.name, u.local, u.remote)).collect();
        assert_eq!(told, [("ana", true, true), ("rui", false, true)]);
        let many = (0..200).map(|n| session(&format!("user{n:03}"), false));
        assert_eq!(select(many).len(), LIST_LIMIT);
    }

    #[test]
    fn owners_of_processes_have_names() {
        assert_eq!(desktop::owners(|_| false), []);
        // Whoever runs this test has a process; where the account has no name, nobody is told.
        let names = desktop::owners(|_| true);
        assert!(names.iter().all(|owner| !owner.user.is_empty() && !owner.remote));
        drop(desktop::sessions());
    }
}
