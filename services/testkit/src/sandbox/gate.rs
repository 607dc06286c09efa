//! An address that stays while the servers behind it come, go and multiply. What a load balancer is
//! to replicas, and a cable to pull.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use chamados_chassis::task;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A TCP forwarder that gives each connection to the next of its servers in turn. A connection that
/// comes while there is no server is closed at once.
pub(super) struct Gate {
    address: SocketAddr,
    servers: Arc<Mutex<Servers>>,
    cuts: watch::Sender<()>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Servers {
    addresses: Vec<SocketAddr>,
    turn: usize,
}

impl Servers {
    fn next(&mut self) -> Option<SocketAddr> {
        self.turn = self.turn.wrapping_add(1);
        let count = self.addresses.len();
        (count > 0).then(|| self.addresses[self.turn % count])
    }
}

impl Gate {
    /// Opens a gate that leads nowhere yet.
    pub(super) async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let servers = Arc::<Mutex<Servers>>::default();
        let cuts = watch::Sender::new(());
        let accepting =
            task::spawn("gate", accept(listener, Arc::clone(&servers), cuts.subscribe()));
        Ok(Self { address, servers, cuts, accepting })
    }

    /// Where it is.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// As a URL of this scheme.
    pub(super) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// Where new connections go from now on; those that are open stay.
    pub(super) fn lead_to(&self, addresses: Vec<SocketAddr>) {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.addresses = addresses;
    }

    /// Breaks every open connection.
    pub(super) fn cut(&self) {
        self.cuts.send_replace(());
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, servers: Arc<Mutex<Servers>>, cuts: watch::Receiver<()>) {
    while let Ok((client, _)) = listener.accept().await {
        let server = servers.lock().unwrap_or_else(PoisonError::into_inner).next();
        if let Some(server) = server {
            task::spawn("gate connection", forward(client, server, cuts.clone()));
        }
    }
}

async fn forward(mut client: TcpStream, server: SocketAddr, mut cuts: watch::Receiver<()>) {
    cuts.mark_unchanged();
    let copy = async {
        let mut server = TcpStream::connect(server).await?;
        server.set_nodelay(true)?;
        client.set_nodelay(true)?;
        tokio::io::copy_bidirectional(&mut client, &mut server).await
    };
    tokio::select! {
        // Either end may break; the other learns of it when its half is dropped.
        _broken = copy => {}
        // A cut, or the gate is gone.
        _cut = cuts.changed() => {}
    }
}
