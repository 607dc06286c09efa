//! `chamados healthcheck`: asks the process on this machine whether it is ready.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, bail};
use chamados::{Config, Target};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

const TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    let check = async {
        if let Some(address) = config.listen.operations {
            http(address).await
        } else if config.tls.is_any() {
            bail!("listen.operations: needed to ask a process whose other listeners speak TLS")
        } else if config.target.contains(Target::Gateway) {
            http(config.listen.http).await
        } else {
            grpc(config.listen.internal).await
        }
    };
    super::run::runtime()?
        .block_on(async { tokio::time::timeout(TIMEOUT, check).await })
        .context("no answer within 3 seconds")?
}

async fn http(address: SocketAddr) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await.context("cannot connect")?;
    let request = format!("GET /readyz HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) == Some("200") { Ok(()) } else { bail!("not ready: {body}") }
}

async fn grpc(address: SocketAddr) -> anyhow::Result<()> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
    let mut client = HealthClient::new(endpoint.connect().await.context("cannot connect")?);
    client.check(HealthCheckRequest::default()).await.context("not ready")?;
    Ok(())
}
