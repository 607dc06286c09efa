//! How the agent fails. Every message is one line that says what to do.

use std::{io, path::PathBuf};

/// A result of the agent.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the agent cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No credentials in the state directory.
    #[error("this computer is not enrolled ({} has no credentials): run `chamados-agent enroll`", .0.display())]
    NotEnrolled(PathBuf),
    /// The credentials file is there and makes no sense.
    #[error("{} is damaged ({reason}): delete it and run `chamados-agent enroll`", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Others may read what only the agent may.
    #[error("{} is open to other users (mode {mode:03o}): run `chmod {wanted:03o} {}`", .path.display(), .path.display())]
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The permission bits it must have.
        wanted: u32,
    },
    /// Another agent uses the state directory.
    #[error("an agent already runs on {}: stop it first", .0.display())]
    Running(PathBuf),
    /// A file operation failed.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried, for example "read".
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The server's address is not usable.
    #[error(
        "{url:?} is not a server address ({reason}): use one like https://chamados.example.com"
    )]
    Address {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The token would travel in the clear.
    #[error(
        "{0:?} is not encrypted: use https://, or give --insecure-plaintext on a network you trust"
    )]
    Plaintext(String),
    /// The certificates to trust cannot be used.
    #[error(
        "no certificates to trust ({0}): install the system's (Debian: ca-certificates) or give --ca-file"
    )]
    Certificates(String),
    /// Nothing identifies the hardware.
    #[error(
        "nothing identifies this computer: run as root, so that the firmware can be read, or create a machine id (`systemd-machine-id-setup`)"
    )]
    NoFingerprint,
    /// Nothing names the computer.
    #[error("this computer has no host name: set one (`hostnamectl set-hostname NAME`)")]
    NoHostName,
    /// The server did not answer.
    #[error("cannot reach {server} ({reason}): check the address and the network")]
    Unreachable {
        /// The server's address.
        server: String,
        /// Why not.
        reason: String,
    },
    /// The company's code is wrong.
    #[error("the provisioning code is not valid: copy the present one from the company's page")]
    ProvisioningCode,
    /// The person does not belong to the company.
    #[error(
        "{0} is not a user of this company: use the e-mail of one, or create the user in the panel"
    )]
    Email(String),
    /// The server refused for another reason.
    #[error("the server refused the enrolment: {0}")]
    Refused(String),
    /// The service cannot be installed here.
    #[error("{0}")]
    Install(String),
    /// The server no longer takes the device's credentials.
    #[error(
        "the server no longer takes this device's credentials: run `chamados-agent enroll` again"
    )]
    CredentialsRefused,
    /// A ticket needs somebody who asks.
    #[error("this device belongs to nobody at present: ask support to assign it to somebody")]
    NobodyAssigned,
    /// The ticket was not opened.
    #[error("the ticket was not opened: {0}")]
    Ticket(String),
    /// The ticket was opened, its live chat was not.
    #[error("ticket {number} is open, but without a chat: {reason}")]
    Chat {
        /// What people call the ticket by.
        number: i64,
        /// Why not, in one line.
        reason: String,
    },
    /// A fault of the agent or the operating system.
    #[error("{0}")]
    System(String),
}

impl Error {
    /// For `map_err` on a file operation.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// The process's exit status. [`ENROLL_AGAIN`] where trying again cannot help.
    #[must_use]
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::NotEnrolled(_)
            | Self::Damaged { .. }
            | Self::Exposed { .. }
            | Self::CredentialsRefused => ENROLL_AGAIN,
            _ => 1,
        }
    }
}

/// Exit status of `run` when only a person can help: not enrolled, or no longer. The systemd unit
/// does not restart on it. It is `EX_CONFIG` of `sysexits.h`.
pub const ENROLL_AGAIN: u8 = 78;

/// `text` with line breaks and control characters replaced by spaces, at most 300 characters: what
/// a server says must not forge lines in a log or a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An error and its causes in one line, each cause once.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    one_line(&text)
}

/// What a gRPC status says, in one line: the message, and the causes of one made on this side.
pub(crate) fn status_line(status: &tonic::Status) -> String {
    match std::error::Error::source(status) {
        Some(cause) => one_line(&format!("{}: {}", status.message(), chain(cause))),
        None => one_line(status.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_stays_on_one_line() {
        assert_eq!(one_line("a\r\nERROR forged\u{1b}[2J"), "a  ERROR forged [2J");
        assert_eq!(one_line(&"x".repeat(1000)).len(), 300);
    }

    #[test]
    fn a_chain_names_each_cause_once() {
        let error = Error::file("read", "/x")(io::Error::other("disk on fire"));
        assert_eq!(chain(&error), "cannot read /x: disk on fire");
    }
}
