//! Connections to other services, to which this one shows its certificate.

use std::{io, sync::Arc};

use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{HANDSHAKE_LIMIT, Watched};

/// Makes connections. Clones share the certificates.
pub type Client = Watched<ClientConfig>;

/// Connects to `host`, which has to show a certificate of that name.
///
/// # Errors
/// When it cannot be reached or is not trusted, or does not trust this side.
pub(crate) async fn connect(
    tls: &Client,
    host: &str,
    port: u16,
) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(bare.to_owned()).map_err(io::Error::other)?;
    let tcp = TcpStream::connect((bare, port)).await?;
    tcp.set_nodelay(true)?;
    let connector = TlsConnector::from(Arc::clone(&tls.current()));
    let agreed = tokio::time::timeout(HANDSHAKE_LIMIT, connector.connect(name, tcp)).await;
    Ok(TokioIo::new(agreed??))
}
