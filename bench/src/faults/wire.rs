//! A connection between two parts, and what becomes of connections.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// All is well.
    None,
    /// Open ones are reset, new ones refused.
    Reset,
    /// What is sent goes nowhere, and nobody is told.
    Drop,
    /// What is answered goes nowhere, though what is asked arrives.
    HalfOpen,
    /// Every piece comes late.
    Delay,
    /// Bytes come one by one.
    Drip,
}

impl Trouble {
    /// All that is trouble.
    pub const ALL: [Self; 5] = [Self::Reset, Self::Drop, Self::HalfOpen, Self::Delay, Self::Drip];
}

/// How late a piece is.
const LATE: Duration = Duration::from_millis(200);
/// Between two bytes that drip.
const DROP: Duration = Duration::from_millis(5);

/// A TCP forwarder to one server, gone when dropped.
pub(super) struct Wire {
    address: SocketAddr,
    trouble: Arc<watch::Sender<Trouble>>,
    accepting: JoinHandle<()>,
}

impl Wire {
    /// A wire to `server`.
    pub(super) async fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let trouble = Arc::new(watch::Sender::new(Trouble::None));
        let accepting = tokio::spawn(accept(listener, server, Arc::clone(&trouble)));
        Ok(Self { address, trouble, accepting })
    }

    /// Where it begins.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has this become of every connection. Those that lost bytes are reset when it is over: bytes that are
    /// missing in the middle are nothing that TCP does.
    pub(super) fn suffer(&self, trouble: Trouble) {
        self.trouble.send_replace(trouble);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, trouble: Arc<watch::Sender<Trouble>>) {
    while let Ok((client, _)) = listener.accept().await {
        if *trouble.borrow() != Trouble::Reset {
            tokio::spawn(connect(client, server, Arc::clone(&trouble)));
        }
    }
}

async fn connect(client: TcpStream, server: SocketAddr, trouble: Arc<watch::Sender<Trouble>>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whatever ends first ends both: the halves are dropped.
    tokio::select! {
        () = forward(from_client, to_server, false, trouble.subscribe()) => {}
        () = forward(from_server, to_client, true, trouble.subscribe()) => {}
    }
}

/// Forwards one direction until it is over.
async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    answers: bool,
    mut trouble: watch::Receiver<Trouble>,
) {
    let mut buffer = vec![0; 16 * 1024];
    let mut lost = false;
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            changed = trouble.changed() => {
                let now = *trouble.borrow_and_update();
                if changed.is_err() || now == Trouble::Reset || lost {
                    return;
                }
                continue;
            }
        };
        let Ok(read @ 1..) = read else { return };
        let now = *trouble.borrow();
        let piece = &buffer[..read];
        let sent = match now {
            Trouble::Reset => return,
            Trouble::Drop => {
                lost = true;
                Ok(())
            }
            Trouble::HalfOpen if answers => {
                lost = true;
                Ok(())
            }
            Trouble::Delay => {
                tokio::time::sleep(LATE).await;
                to.write_all(piece).await
            }
            Trouble::Drip => drip(&mut to, piece, &trouble).await,
            Trouble::None | Trouble::HalfOpen => to.write_all(piece).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

/// Writes byte by byte until the trouble is another one.
async fn drip(
    to: &mut OwnedWriteHalf,
    piece: &[u8],
    trouble: &watch::Receiver<Trouble>,
) -> std::io::Result<()> {
    for (at, byte) in piece.iter().enumerate() {
        if *trouble.borrow() != Trouble::Drip {
            return to.write_all(&piece[at..]).await;
        }
        to.write_all(&[*byte]).await?;
        tokio::time::sleep(DROP).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// Longer than any answer that comes takes.
    const PATIENCE: Duration = Duration::from_millis(500);

    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _over = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    /// Whether an answer comes; an error when the connection is over.
    async fn asks(stream: &mut TcpStream) -> std::io::Result<bool> {
        stream.write_all(b"ab").await?;
        let mut answer = [0; 2];
        match timeout(PATIENCE, stream.read_exact(&mut answer)).await {
            Ok(read) => read.map(|_| true),
            Err(_) => Ok(false),
        }
    }

    #[tokio::test]
    async fn each_trouble_is_what_it_says() {
        let wire = Wire::to(echo().await).await.unwrap();
        let connect = || TcpStream::connect(wire.address());
        for (trouble, answered) in [
            (Trouble::None, true),
            (Trouble::Delay, true),
            (Trouble::Drip, true),
            (Trouble::Drop, false),
            (Trouble::HalfOpen, false),
        ] {
            let mut stream = connect().await.unwrap();
            assert!(asks(&mut stream).await.unwrap(), "before {trouble:?}");
            wire.suffer(trouble);
            assert_eq!(asks(&mut stream).await.unwrap(), answered, "{trouble:?}");
            wire.suffer(Trouble::None);
            // What lost bytes is over, what did not goes on.
            assert_eq!(asks(&mut stream).await.is_ok(), answered, "after {trouble:?}");
        }
        let mut stream = connect().await.unwrap();
        assert!(asks(&mut stream).await.unwrap());
        wire.suffer(Trouble::Reset);
        assert!(asks(&mut stream).await.is_err(), "open connections are reset");
        let mut stream = connect().await.unwrap();
        assert!(asks(&mut stream).await.is_err(), "new ones are refused");
    }
}
