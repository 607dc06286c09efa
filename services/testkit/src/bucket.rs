//! A bucket that belongs to one test, on a server that speaks S3 and that the test may kill.
#![allow(clippy::disallowed_methods, reason = "tests find their servers in the environment")]

use std::{
    env,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, ensure};

use crate::eventually;

/// The Python that has the module `moto`.
const VARIABLE: &str = "CHAMADOS_TEST_S3_PYTHON";
/// Name of the bucket.
const NAME: &str = "files";

/// A bucket on loopback, in memory. Dropping it stops its server.
#[derive(Debug)]
pub struct Bucket {
    port: u16,
    server: Child,
}

impl Bucket {
    /// Starts a server on a free port and makes an empty bucket.
    ///
    /// # Errors
    /// When there is no server, saying how to get one.
    pub async fn start() -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let python = env::var(VARIABLE)
            .with_context(|| format!("{VARIABLE} is not set; run `cargo xtask test`"))?;
        let server = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("Python is not installed")?;
        let bucket = Self { port, server };
        eventually(Duration::from_secs(30), "the bucket's server answers", async || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        })
        .await;
        bucket.ask("PUT", "")?;
        Ok(bucket)
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        NAME
    }

    /// Where its server listens.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many files are in it, and how many uploads in parts were begun and neither ended nor given up.
    ///
    /// # Errors
    /// When the server is away.
    pub fn contents(&self) -> anyhow::Result<(usize, usize)> {
        let files = self.ask("GET", "?list-type=2")?.matches("<Key>").count();
        let uploads = self.ask("GET", "?uploads")?.matches("<UploadId>").count();
        Ok((files, uploads))
    }

    /// Ends the server at once, and with it all that was in the bucket.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.server.kill()?;
        self.server.wait()?;
        Ok(())
    }

    fn ask(&self, method: &str, query: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "{method} /{NAME}{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{method} {query}: {answer}");
        Ok(answer)
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.kill();
    }
}
