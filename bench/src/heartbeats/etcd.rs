//! etcd's leases kept alive, one for each device, over connections of their own: what a store that is made
//! for liveness does with the same beats.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tonic::{
    Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

use crate::{
    devices::{Beats, Contract, Outcome, Say, Tally, Watched, settle, watch},
    product::free_address,
};

/// Longer than a measurement, so that no lease ends in it.
const LEASE_SECONDS: i64 = 600;
const START_LIMIT: Duration = Duration::from_secs(20);
/// All are connected this long after the last began to.
const CONNECT_LIMIT: Duration = Duration::from_secs(60);
/// Grants at once.
const AT_ONCE: usize = 64;

// What is needed of etcd's `rpc.proto`.

#[derive(Clone, PartialEq, prost::Message)]
struct LeaseGrantRequest {
    #[prost(int64, tag = "1")]
    ttl: i64,
    #[prost(int64, tag = "2")]
    id: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LeaseGrantResponse {
    #[prost(int64, tag = "2")]
    id: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LeaseKeepAliveRequest {
    #[prost(int64, tag = "1")]
    id: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LeaseKeepAliveResponse {
    #[prost(int64, tag = "2")]
    id: i64,
    #[prost(int64, tag = "3")]
    ttl: i64,
}

const GRANT: &str = "/etcdserverpb.Lease/LeaseGrant";
const KEEP_ALIVE: &str = "/etcdserverpb.Lease/LeaseKeepAlive";

/// A beat is the lease's id.
struct Lease(i64);

impl Contract for Lease {
    type Up = LeaseKeepAliveRequest;

    fn beat(&self, _sequence: u32) -> LeaseKeepAliveRequest {
        LeaseKeepAliveRequest { id: self.0 }
    }
}

/// So many leases kept alive, each so often, for a while.
pub(super) async fn measure(
    program: &Path,
    folder: &Path,
    devices: usize,
    interval: Duration,
    ramp: Duration,
    duration: Duration,
) -> Result<Outcome> {
    let etcd = Process::start(program, folder).await?;
    let leases: Vec<i64> = (1..=i64::try_from(devices)?).collect();
    let office = etcd.endpoint()?.connect().await?;
    let grants = stream::iter(leases.clone()).map(|id| grant(office.clone(), id));
    grants
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await
        .context("leases are refused")?;

    let watched = Watched { server: Some(etcd.child.id()), ..Watched::default() };
    let before = watched.look().await?;
    let tally = Arc::new(Tally::default());
    let mut tasks = JoinSet::new();
    for (place, id) in leases.into_iter().enumerate() {
        let (channel, tally) = (etcd.endpoint()?.connect_lazy(), Arc::clone(&tally));
        let share = place as f64 / devices as f64;
        let (after, phase) = (ramp.mul_f64(share), interval.mul_f64((share * 7_919.0).fract()));
        tasks.spawn(async move {
            sleep(after).await;
            // How it ends is seen in what it counted until then.
            let _ended = keep_alive(channel, id, &tally, phase, interval).await;
        });
    }
    let mut open = tally.open.subscribe();
    let all = open.wait_for(|open| *open == devices);
    let waited = timeout(ramp + CONNECT_LIMIT, all).await.is_ok();
    ensure!(waited, "{} of {devices} leases are kept alive", *tally.open.borrow());
    settle(&watched).await;
    watch(devices, &tally, &watched, before, duration).await
}

async fn grant(channel: Channel, id: i64) -> Result<(), Status> {
    let mut client = Grpc::new(channel);
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let codec = ProstCodec::<LeaseGrantRequest, LeaseGrantResponse>::default();
    let request = Request::new(LeaseGrantRequest { ttl: LEASE_SECONDS, id });
    client.unary(request, PathAndQuery::from_static(GRANT), codec).await.map(drop)
}

async fn keep_alive(
    channel: Channel,
    id: i64,
    tally: &Arc<Tally>,
    after: Duration,
    every: Duration,
) -> Result<(), Status> {
    let mut client = Grpc::new(channel);
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let (beats, voice) = Beats::new(Lease(id), 0.05, Arc::clone(tally));
    let codec = ProstCodec::<LeaseKeepAliveRequest, LeaseKeepAliveResponse>::default();
    voice.say(Say::Beat { after, every });
    let path = PathAndQuery::from_static(KEEP_ALIVE);
    let mut down = client.streaming(Request::new(beats), path, codec).await?.into_inner();
    // Answers come in the order of the beats.
    let mut sequence = 0;
    while let Some(_answer) = down.message().await? {
        sequence += 1;
        if sequence == 1 {
            tally.open.send_modify(|open| *open += 1);
        }
        Tally::one(&tally.acks);
        Tally::one(&tally.acknowledged);
        if let Some(time) = voice.sent.since(sequence) {
            tally.acknowledgement.note(time);
        }
    }
    Ok(())
}

/// An etcd of its own, killed when dropped.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    async fn start(program: &Path, folder: &Path) -> Result<Self> {
        let client = format!("http://{}", free_address()?);
        let peer = format!("http://{}", free_address()?);
        let child = Command::new(program)
            .arg("--data-dir")
            .arg(folder.join("etcd"))
            .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
            .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
            .args(["--initial-cluster", &format!("default={peer}"), "--log-level", "error"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let process = Self { child, url: client };
        let begin = Instant::now();
        while grant(process.endpoint()?.connect_lazy(), i64::MAX).await.is_err() {
            ensure!(begin.elapsed() < START_LIMIT, "etcd does not start");
            sleep(Duration::from_millis(100)).await;
        }
        Ok(process)
    }

    fn endpoint(&self) -> Result<Endpoint> {
        Ok(Endpoint::from_shared(self.url.clone())?.tcp_nodelay(true))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, if it failed.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
