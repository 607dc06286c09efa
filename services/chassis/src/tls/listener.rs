//! Connections as they come in, for HTTP and gRPC alike, with TLS or without.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve;
use futures::Stream;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tonic::transport::server::{Connected, TcpConnectInfo};

use super::{HANDSHAKE_LIMIT, Watched};

/// To wait when the system has nothing left for another connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes in connections. Peers that take their time to agree on keys hold up nobody.
pub struct Listener {
    tcp: TcpListener,
    tls: Option<Watched<ServerConfig>>,
    handshakes: JoinSet<io::Result<(Connection, SocketAddr)>>,
}

impl Listener {
    /// Connections of `tcp`, with TLS when certificates are given.
    #[must_use]
    pub fn new(tcp: TcpListener, tls: Option<Watched<ServerConfig>>) -> Self {
        Self { tcp, tls, handshakes: JoinSet::new() }
    }

    /// The connections one after the other, for tonic.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Connection>> {
        futures::stream::unfold(self, async |mut listener| {
            let (connection, _) = serve::Listener::accept(&mut listener).await;
            Some((Ok(connection), listener))
        })
    }

    /// Small packets are sent at once: with Nagle's algorithm the second part of an answer waits for the
    /// acknowledgement of the first, which the other side delays by 40 ms.
    fn take(&mut self, tcp: TcpStream, peer: SocketAddr) -> Option<(Connection, SocketAddr)> {
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::trace!(%error, "small packets of a connection may wait");
        }
        let Some(tls) = &self.tls else { return Some((Connection::Plain(tcp), peer)) };
        let acceptor = TlsAcceptor::from(tls.current());
        self.handshakes.spawn(async move {
            let agreed = tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(tcp)).await;
            agreed?.map(|stream| (Connection::Tls(Box::new(stream)), peer))
        });
        None
    }
}

impl serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            tokio::select! {
                accepted = self.tcp.accept() => match accepted {
                    Ok((tcp, peer)) => {
                        if let Some(taken) = self.take(tcp, peer) {
                            return taken;
                        }
                    }
                    Err(error) => refused(&error).await,
                },
                Some(agreed) = self.handshakes.join_next() => match agreed {
                    Ok(Ok(taken)) => return taken,
                    // Who scans ports is no news.
                    Ok(Err(error)) => tracing::debug!(%error, "no TLS with a caller"),
                    Err(error) => tracing::error!(%error, "a handshake panicked"),
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A caller that is gone already is nothing; anything else says that the system has no more to give.
async fn refused(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot take in a connection");
        tokio::time::sleep(PAUSE).await;
    }
}

/// One connection.
#[derive(Debug)]
pub enum Connection {
    /// As it is.
    Plain(TcpStream),
    /// With TLS; boxed, since what it needs is many times a socket.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    /// The socket below.
    #[must_use]
    pub fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.tcp().connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buffer),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, bytes),
            Self::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(tcp) => tcp.is_write_vectored(),
            Self::Tls(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_packets_are_sent_at_once() {
        let tcp = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut listener = Listener::new(tcp, None);
        let address = serve::Listener::local_addr(&listener).unwrap();
        let _caller = TcpStream::connect(address).await.unwrap();
        let (connection, _) = serve::Listener::accept(&mut listener).await;
        assert!(connection.tcp().nodelay().unwrap());
    }
}
