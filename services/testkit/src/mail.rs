//! A mail server that belongs to one test and that the test may kill.
#![allow(clippy::disallowed_methods, reason = "tests find their servers in the environment")]

use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use mail_parser::MessageParser;
use tempfile::TempDir;

use crate::eventually;

/// The Python that has the module `aiosmtpd`.
const VARIABLE: &str = "CHAMADOS_TEST_SMTP_PYTHON";

/// A mail server on loopback. What it takes stays over a restart; dropping it stops it.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    directory: TempDir,
    server: Option<Child>,
}

/// An e-mail that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Address of the first recipient.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl MailServer {
    /// Starts a server on a free port.
    ///
    /// # Errors
    /// When there is no server, saying how to get one.
    pub async fn start() -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = Self { port, directory: tempfile::tempdir()?, server: None };
        server.restart().await?;
        Ok(server)
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Ends the server at once, as `kill -9` does.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill()?;
            server.wait()?;
        }
        Ok(())
    }

    /// Starts it again on the same port.
    ///
    /// # Errors
    /// When there is no server, saying how to get one.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        let python = env::var(VARIABLE)
            .with_context(|| format!("{VARIABLE} is not set; run `cargo xtask test`"))?;
        let address = format!("127.0.0.1:{}", self.port);
        let server = Command::new(python)
            .args(["-m", "aiosmtpd", "-n", "-l", &address, "-c", "aiosmtpd.handlers.Mailbox"])
            .arg(self.directory.path().join("mail"))
            .stdout(Stdio::null())
            .spawn()
            .context("Python is not installed")?;
        self.server = Some(server);
        eventually(Duration::from_secs(20), "the mail server answers", async || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        })
        .await;
        Ok(())
    }

    /// Everything that arrived until now, the oldest first.
    ///
    /// # Errors
    /// When a file cannot be read or holds no e-mail.
    pub fn received(&self) -> anyhow::Result<Vec<Received>> {
        let mut files = Vec::new();
        let folder = self.directory.path().join("mail/new");
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry?;
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
        files.sort();
        files.iter().map(|(_, path)| read(&fs::read(path)?)).collect()
    }
}

fn read(file: &[u8]) -> anyhow::Result<Received> {
    let message = MessageParser::default().parse(file).context("no e-mail")?;
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address());
    Ok(Received {
        to: to.context("no recipient")?.to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        html: message.body_html(0).unwrap_or_default().into_owned(),
    })
}

impl Drop for MailServer {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("a test mail server stays behind: {error:#}");
        }
    }
}
