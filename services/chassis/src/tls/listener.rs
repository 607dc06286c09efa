//! Connections as they come in, for HTTP and gRPC alike, with TLS or without.

use std::{io, net::SocketAddr, time::Duration};

use futures::Stream;
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::{Connection, HANDSHAKE_LIMIT, Watched};

/// To wait when the system has nothing left for another connection.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes with which a client of HTTP/2 begins ([RFC 9113, 3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)).
const HTTP2_PREFACE: usize = 24;

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

    /// The connections one after the other, for tonic. A peer that does not begin to speak HTTP/2 is
    /// given up: tonic would wait for it for ever.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Connection>> {
        futures::stream::unfold(self, async |mut listener| {
            let (connection, _) = listener.accept().await;
            Some((Ok(connection.expecting(HTTP2_PREFACE, HANDSHAKE_LIMIT)), listener))
        })
    }

    /// The next connection, with its peer's address. Nothing is lost when it is not waited for.
    pub async fn accept(&mut self) -> (Connection, SocketAddr) {
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

    /// Small packets are sent at once: with Nagle's algorithm the second part of an answer waits for the
    /// acknowledgement of the first, which the other side delays by 40 ms.
    fn take(&mut self, tcp: TcpStream, peer: SocketAddr) -> Option<(Connection, SocketAddr)> {
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::trace!(%error, "small packets of a connection may wait");
        }
        let Some(tls) = &self.tls else { return Some((Connection::plain(tcp), peer)) };
        let acceptor = TlsAcceptor::from(tls.current());
        self.handshakes.spawn(async move {
            let agreed = tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(tcp)).await;
            agreed?.map(|stream| (Connection::tls(stream), peer))
        });
        None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_packets_are_sent_at_once() {
        let tcp = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut listener = Listener::new(tcp, None);
        let address = listener.tcp.local_addr().unwrap();
        let _caller = TcpStream::connect(address).await.unwrap();
        let (connection, _) = listener.accept().await;
        assert!(connection.tcp().nodelay().unwrap());
    }
}
