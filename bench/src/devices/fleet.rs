//! All simulated devices together.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use chamados_proto::device::v1::agent_service_client::AgentServiceClient;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{interval, timeout},
};
use tonic::transport::Channel;
use uuid::Uuid;

use super::{
    computer::{Computer, Crowd, Order},
    office::Office,
    plan::Plan,
    tally::{Counts, Tally},
};

/// Enrolments at once.
const AT_ONCE: usize = 16;
/// All are welcome this long after the last began to connect, or it is a failure.
pub(super) const WELCOME_LIMIT: Duration = Duration::from_secs(90);
/// All have said good-bye within this.
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// How often trouble comes to any of the devices, in times a second.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// [`Order::Change`].
    pub changes: f64,
    /// [`Order::Reset`].
    pub resets: f64,
    /// [`Order::HandOver`].
    pub handovers: f64,
}

/// Devices that are enrolled, and from [`connect`](Self::connect) on connected. Dropped, they are gone
/// without a good-bye.
pub struct Fleet {
    crowd: Arc<Crowd>,
    members: Vec<Member>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    trouble: JoinSet<()>,
}

/// A device that is enrolled.
#[derive(Debug, Clone)]
pub struct Known {
    /// What its hardware is made from.
    pub number: u64,
    /// The server's id of it; empty when it does not matter.
    pub device: String,
    /// Its token.
    pub token: String,
}

struct Member {
    known: Known,
    orders: mpsc::UnboundedSender<Order>,
    /// Until it connects.
    obeys: Option<mpsc::UnboundedReceiver<Order>>,
}

impl Fleet {
    /// Enrols the devices of a plan.
    ///
    /// # Errors
    /// The server is away, or refuses one.
    pub async fn enroll(plan: Plan) -> Result<Self> {
        let office = Office::open(&plan).await?;
        let known = enroll(&plan, &office).await?;
        let fleet = Self::of(plan, office, known)?;
        Tally::add(&fleet.crowd.tally.enrolments, fleet.members.len() as u64);
        Ok(fleet)
    }

    /// Devices for a server that asks nobody who they are: a device's number is its token.
    ///
    /// # Errors
    /// The server is away.
    pub async fn strangers(plan: Plan) -> Result<Self> {
        let numbers = (plan.first..).take(plan.devices);
        let stranger =
            |number: u64| Known { number, device: String::new(), token: number.to_string() };
        let known = numbers.map(stranger).collect();
        Self::known(plan, known).await
    }

    /// Devices that were enrolled before.
    ///
    /// # Errors
    /// The server is away.
    pub async fn known(plan: Plan, known: Vec<Known>) -> Result<Self> {
        let office = Office::open(&plan).await?;
        Self::of(plan, office, known)
    }

    fn of(plan: Plan, office: Office, known: Vec<Known>) -> Result<Self> {
        ensure!(plan.connections > 0, "devices need a connection");
        ensure!(plan.interval.is_none_or(|every| !every.is_zero()), "an interval is longer than 0");
        let members = known.into_iter().map(|known| {
            let (orders, obeys) = mpsc::unbounded_channel();
            Member { known, orders, obeys: Some(obeys) }
        });
        Ok(Self {
            members: members.collect(),
            crowd: Arc::new(Crowd { plan, office, tally: Arc::default() }),
            stop: watch::Sender::new(false),
            tasks: JoinSet::new(),
            trouble: JoinSet::new(),
        })
    }

    /// Connects them one after the other, and waits until all are welcome.
    ///
    /// # Errors
    /// Some are not, after a while.
    pub async fn connect(&mut self) -> Result<()> {
        let plan = &self.crowd.plan;
        let channels = channels(plan)?;
        ensure!(!channels.is_empty(), "there are no devices");
        let all = self.members.len();
        for (place, member) in self.members.iter_mut().enumerate() {
            let Some(orders) = member.obeys.take() else { continue };
            let computer = Computer {
                crowd: Arc::clone(&self.crowd),
                known: member.known.clone(),
                client: AgentServiceClient::new(channels[place % channels.len()].clone()),
                orders,
                stop: self.stop.subscribe(),
                boot_id: Uuid::new_v4().into_bytes().to_vec().into(),
                hands: 0,
                lease: 0,
                errand: None,
                failures: 0,
                absent_since: None,
            };
            let after = plan.ramp.mul_f64(place as f64 / all as f64);
            self.tasks.spawn(computer.run(after));
        }
        self.until_open(all, plan.ramp + WELCOME_LIMIT).await
    }

    /// Waits until so many streams are open.
    ///
    /// # Errors
    /// They are not, within `limit`.
    pub async fn until_open(&self, streams: usize, limit: Duration) -> Result<()> {
        let mut open = self.crowd.tally.open.subscribe();
        let waited = timeout(limit, open.wait_for(|open| *open == streams)).await.is_ok();
        let tally = &self.crowd.tally;
        let (open, counts) = (*tally.open.borrow(), tally.read());
        let (closes, broken) = (counts.closes, counts.broken);
        ensure!(
            waited,
            "{open} of {streams} devices are connected after {limit:?}; {broken} streams broke, the \
             server closed, by reason: {closes:?}"
        );
        Ok(())
    }

    /// What they see.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.crowd.tally
    }

    /// A way to the server for single calls.
    #[must_use]
    pub fn office(&self) -> &Office {
        &self.crowd.office
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The server's id of the device at `place`, from 0 on; empty among strangers.
    #[must_use]
    pub fn device(&self, place: usize) -> &str {
        self.members.get(place).map_or("", |member| &member.known.device)
    }

    /// Lets something happen to the device at `place`, from 0 on, as soon as it is connected.
    pub fn order(&self, place: usize, order: Order) {
        if let Some(member) = self.members.get(place) {
            // One that the server will have nothing to do with obeys nobody.
            let _gone = member.orders.send(order);
        }
    }

    /// From now on trouble comes to any of them, until [`peace`](Self::peace).
    pub fn trouble(&mut self, rates: &Rates) {
        let kinds = [
            (rates.changes, Order::Change),
            (rates.resets, Order::Reset),
            (rates.handovers, Order::HandOver),
        ];
        for (rate, order) in kinds.into_iter().filter(|(rate, _)| *rate > 0.0) {
            let orders: Vec<_> = self.members.iter().map(|member| member.orders.clone()).collect();
            self.trouble.spawn(async move {
                let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
                // The first tick is at once.
                ticks.tick().await;
                loop {
                    ticks.tick().await;
                    let chosen = rand::random_range(0..orders.len());
                    let _gone = orders[chosen].send(order);
                }
            });
        }
    }

    /// No more trouble.
    pub fn peace(&mut self) {
        self.trouble.abort_all();
    }

    /// All say good-bye. Gives everything that was counted.
    ///
    /// # Errors
    /// Some do not end, or ended badly.
    pub async fn stop(mut self) -> Result<Counts> {
        self.peace();
        self.stop.send_replace(true);
        let ended = async {
            while let Some(ended) = self.tasks.join_next().await {
                ended.context("a device failed")?;
            }
            anyhow::Ok(())
        };
        timeout(STOP_LIMIT, ended).await.context("devices do not stop")??;
        Ok(self.crowd.tally.read())
    }
}

/// Enrols the devices of a plan, some at once.
///
/// # Errors
/// One is refused.
pub async fn enroll(plan: &Plan, office: &Office) -> Result<Vec<Known>> {
    let numbers = (plan.first..).take(plan.devices);
    let enrolled = stream::iter(numbers).map(|number| async move {
        let enrolled = office.enroll(number, 0).await;
        let enrolled = enrolled.with_context(|| format!("device {number}"))?;
        anyhow::Ok(Known { number, device: enrolled.device_id, token: enrolled.token })
    });
    enrolled.buffered(AT_ONCE).try_collect().await
}

/// Each connects when it is first used.
fn channels(plan: &Plan) -> Result<Vec<Channel>> {
    let endpoint = plan.endpoint()?.connect_timeout(WELCOME_LIMIT);
    Ok((0..plan.connections.min(plan.devices)).map(|_| endpoint.connect_lazy()).collect())
}
