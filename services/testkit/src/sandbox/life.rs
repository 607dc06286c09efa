//! Starting and stopping the parts of a sandbox.

use std::{fs, net::SocketAddr};

use anyhow::Context as _;
use chamados::{Config, Target};
use chamados_chassis::auth::Keyring;
use reqwest::Url;

use super::{
    Cable, Certificates, Corner, Sandbox, Topology, gate::Gate, process::Process, settings,
};

impl Sandbox {
    /// Everything that comes before a test.
    pub(super) async fn begin(&mut self) -> anyhow::Result<()> {
        if self.topology != Topology::AllInOne {
            fs::write(self.keyring_file(), Keyring::generate()?)?;
        }
        if self.database.is_postgres() {
            chamados::database::migrate(&self.config(&Target::ALL)?).await?;
        }
        self.start_everything().await
    }

    /// Stops the whole product in order and starts it again on the same data and addresses.
    ///
    /// # Errors
    /// When something does not stop within its limit, or does not start.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop_everything().await?;
        self.start_everything().await
    }

    /// Stops every process in which `target` runs.
    ///
    /// # Errors
    /// When one does not stop within its limit.
    pub async fn stop(&mut self, target: Target) -> anyhow::Result<()> {
        for (targets, slot) in self.processes.iter_mut().rev() {
            if targets.contains(&target)
                && let Some(process) = slot.take()
            {
                process.stop().await?;
            }
        }
        self.lead();
        Ok(())
    }

    /// Starts what [`stop`](Self::stop) stopped.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        self.start_everything().await
    }

    /// Stops one replica of `target`, the `index`-th from 0.
    ///
    /// # Errors
    /// When it does not stop within its limit.
    pub async fn stop_replica(&mut self, target: Target, index: usize) -> anyhow::Result<()> {
        let replicas = self.processes.iter_mut().filter(|(targets, _)| targets.contains(&target));
        let process = replicas.map(|(_, slot)| slot).nth(index).and_then(Option::take);
        self.lead();
        match process {
            Some(process) => process.stop().await,
            None => anyhow::bail!("there is no replica {index} of {target}"),
        }
    }

    /// Breaks every connection of agents, as a network does. They may come back at once.
    pub fn cut_agents(&self) {
        self.grpc.cut();
    }

    /// Takes PostgreSQL away: open connections break and new ones are closed at once.
    ///
    /// # Panics
    /// On SQLite, which cannot be away.
    pub fn unplug_database(&self) {
        let cable = self.cable.as_ref().unwrap_or_else(|| panic!("SQLite has no cable"));
        cable.gate.lead_to(Vec::new());
        cable.gate.cut();
    }

    /// Brings PostgreSQL back.
    pub fn plug_database(&self) {
        if let Some(cable) = &self.cable {
            cable.gate.lead_to(vec![cable.server]);
        }
    }

    async fn start_everything(&mut self) -> anyhow::Result<()> {
        for index in 0..self.processes.len() {
            if self.processes[index].1.is_some() {
                continue;
            }
            let config = self.config(&self.processes[index].0)?;
            let process = Process::start(&config, self.clock.clone()).await?;
            // The newest link is the one that works.
            self.setup_link = process.setup_link.clone().or(self.setup_link.take());
            self.processes[index].1 = Some(process);
            self.lead();
        }
        Ok(())
    }

    async fn stop_everything(&mut self) -> anyhow::Result<()> {
        // As an orchestrator does: everybody is asked at once.
        let running: Vec<_> =
            self.processes.iter_mut().filter_map(|(_, slot)| slot.take()).collect();
        let stopped = futures::future::join_all(running.into_iter().map(Process::stop)).await;
        self.setup_link = None;
        self.lead();
        stopped.into_iter().collect()
    }

    /// Stops everything and removes the data.
    pub(super) async fn remove(mut self) -> anyhow::Result<()> {
        let stopped = self.stop_everything().await;
        if let Some(corner) = &self.redis {
            corner.clear().await?;
        }
        self.database.remove().await?;
        self.directory.close()?;
        stopped
    }

    /// Points the fixed addresses at what runs now.
    fn lead(&self) {
        let all = |pick: fn(&Process) -> Option<SocketAddr>| {
            self.processes
                .iter()
                .filter_map(move |(_, slot)| slot.as_ref().and_then(pick))
                .collect()
        };
        self.grpc.lead_to(all(|process| process.grpc));
        for (target, gate) in &self.internal {
            let of_target = self.processes.iter().filter(|(targets, _)| targets.contains(target));
            gate.lead_to(of_target.filter_map(|(_, slot)| slot.as_ref()?.internal).collect());
        }
        let gateways =
            self.processes.iter().filter(|(targets, _)| targets.contains(&Target::Gateway));
        for (gate, (_, slot)) in self.http.iter().zip(gateways) {
            gate.lead_to(slot.iter().filter_map(|process| process.http).collect());
        }
    }

    /// The key ring of the product.
    #[must_use]
    pub fn keyring_file(&self) -> std::path::PathBuf {
        self.directory.path().join("keyring")
    }

    fn config(&self, targets: &[Target]) -> anyhow::Result<Config> {
        let database = self.cable.as_ref().map_or(self.database.url(), |cable| &cable.url);
        let mut more = vec![
            ("data_dir", self.directory.path().display().to_string()),
            ("database.url.value", database.to_owned()),
            ("gateway.public_url", self.panel_url(0)),
            ("services.identity", self.internal_url(Target::Identity)),
            ("services.ticket", self.internal_url(Target::Ticket)),
            ("services.device", self.internal_url(Target::Device)),
            ("services.scheduler", self.internal_url(Target::Scheduler)),
        ];
        if let Some(Corner { url, prefix }) = &self.redis {
            more.push(("redis.url.value", url.clone()));
            more.push(("redis.key_prefix", prefix.clone()));
        }
        if self.topology != Topology::AllInOne {
            more.push(("auth.keyring_file", self.keyring_file().display().to_string()));
        }
        more.extend(self.certificates.iter().flat_map(Certificates::settings));
        more.extend(self.settings.iter().cloned());
        settings::config(targets, &more)
    }
}

impl Cable {
    /// A way to the server of this URL.
    pub(super) async fn to(server_url: &str) -> anyhow::Result<Self> {
        let mut url: Url = server_url.parse()?;
        let (host, port) = (url.host_str().context("no host")?, url.port().unwrap_or(5432));
        let server = tokio::net::lookup_host((host, port)).await?.next().context("no address")?;
        let gate = Gate::open().await?;
        gate.lead_to(vec![server]);
        let near = gate.address();
        url.set_host(Some(&near.ip().to_string()))?;
        url.set_port(Some(near.port())).map_err(|()| anyhow::anyhow!("no port: {server_url}"))?;
        Ok(Self { gate, server, url: url.into() })
    }
}

impl Corner {
    /// Removes every key of the sandbox.
    async fn clear(&self) -> anyhow::Result<()> {
        let client = redis::Client::open(self.url.as_str())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let mut cursor = 0_u64;
        loop {
            let (next, keys): (u64, Vec<Vec<u8>>) = redis::cmd("SCAN")
                .arg(cursor)
                .arg(&["MATCH", &format!("*{}*", self.prefix), "COUNT", "1000"])
                .query_async(&mut connection)
                .await?;
            if !keys.is_empty() {
                redis::cmd("UNLINK").arg(keys).exec_async(&mut connection).await?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }
}

pub(super) async fn gates(count: usize) -> std::io::Result<Vec<Gate>> {
    futures::future::try_join_all((0..count).map(|_| Gate::open())).await
}
