//! Redis for tests: a shared one under a key prefix of the test's own, or a private one that a test
//! may kill.
#![allow(clippy::disallowed_methods, reason = "tests find their servers in the environment")]

use std::{
    env,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;
use uuid::Uuid;

use crate::eventually;

/// Where tests find a Redis they may write to.
const VARIABLE: &str = "CHAMADOS_TEST_REDIS_URL";

/// URL of the shared Redis.
///
/// # Errors
/// When there is none, saying how to get one.
pub fn url() -> anyhow::Result<String> {
    env::var(VARIABLE).with_context(|| format!("{VARIABLE} is not set; run `cargo xtask test`"))
}

/// A key prefix that no other test has.
#[must_use]
pub fn key_prefix() -> String {
    format!("t_{}", Uuid::now_v7().simple())
}

/// A Redis that belongs to one test. It keeps nothing over a restart; dropping it stops it.
#[derive(Debug)]
pub struct PrivateRedis {
    port: u16,
    directory: TempDir,
    server: Option<Child>,
}

impl PrivateRedis {
    /// Starts a server on a free port.
    ///
    /// # Errors
    /// When `redis-server` is not installed or does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut redis = Self { port, directory: tempfile::tempdir()?, server: None };
        redis.restart().await?;
        Ok(redis)
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
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

    /// Starts it again, empty, on the same port.
    ///
    /// # Errors
    /// When `redis-server` is not installed or does not start.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.directory.path())
            .stdout(Stdio::null())
            .spawn()
            .context("redis-server is not installed")?;
        self.server = Some(server);
        let client = redis::Client::open(self.url())?;
        eventually(Duration::from_secs(10), "Redis answers", async || {
            let mut connection = client.get_multiplexed_async_connection().await.ok()?;
            redis::cmd("PING").exec_async(&mut connection).await.ok()
        })
        .await;
        Ok(())
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("a test Redis stays behind: {error:#}");
        }
    }
}
