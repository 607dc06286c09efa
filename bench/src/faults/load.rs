//! People and computers at work, who remember what they were told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use chamados_proto::device::v1::{
    EnrollRequest, Fingerprint, agent_service_client::AgentServiceClient,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet};
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::{
    browser::Browser,
    invariants::{
        Violation,
        history::{Attempt, contests_have_one_winner, numbers_were_told_once},
        tickets::Acknowledged,
    },
};

/// Whatever happens, an answer comes within this: the deadline of a call, and what it takes to say so.
const DEADLINE: Duration = Duration::from_secs(15);
/// Between two tries of what failed.
const AGAIN: Duration = Duration::from_millis(200);
/// Computers that enrol again and again.
const COMPUTERS: u32 = 12;
const JSON: (&str, &str) = ("content-type", "application/json");

/// What everybody was told.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) told: Acknowledged,
    numbers: Vec<(String, i64)>,
    attempts: Vec<Attempt>,
    /// Ids that a computer was told, by its number.
    devices: BTreeMap<u32, BTreeSet<String>>,
    silent: Vec<Violation>,
    /// Requests that were answered with a success.
    pub(crate) done: u64,
    /// Requests that failed in order.
    pub(crate) refused: u64,
}

impl History {
    /// What was told that must not be.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut found = contests_have_one_winner(&self.attempts);
        found.extend(numbers_were_told_once(&self.numbers));
        found.extend(self.silent.iter().cloned());
        let twice = self.devices.iter().filter(|(_, ids)| ids.len() > 1);
        found.extend(twice.map(|(number, ids)| Violation {
            invariant: "D4",
            what: format!("one computer was told {ids:?}"),
            id: number.to_string(),
        }));
        found
    }

    /// Devices that enrolled.
    pub(crate) fn devices(&self) -> Result<Vec<Uuid>> {
        Ok(self.devices.values().flatten().map(|id| id.parse()).collect::<Result<_, _>>()?)
    }
}

/// Everybody at work.
pub(crate) struct Load {
    pub(crate) history: Arc<Mutex<History>>,
    stop: watch::Sender<bool>,
    work: JoinSet<Result<()>>,
}

/// Where they work, and as whom.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) admin: Browser,
    pub(crate) agents: String,
    pub(crate) code: String,
}

impl Load {
    /// So many people begin to work, and one computer after the other enrols.
    pub(crate) fn begin(place: &Place, people: u32, seed: u64) -> Self {
        let history = Arc::<Mutex<History>>::default();
        let stop = watch::Sender::new(false);
        let mut work = JoinSet::new();
        for number in 0..people {
            let worker = Worker {
                place: place.clone(),
                history: Arc::clone(&history),
                random: StdRng::seed_from_u64(seed.wrapping_add(number.into())),
                stop: stop.subscribe(),
            };
            if number == 0 {
                work.spawn(worker.enrol())
            } else {
                work.spawn(worker.work())
            };
        }
        Self { history, stop, work }
    }

    /// Everybody finishes what they are at.
    pub(crate) async fn end(mut self) -> Result<History> {
        self.stop.send_replace(true);
        while let Some(worker) = self.work.join_next().await {
            worker??;
        }
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut history))
    }
}

struct Worker {
    place: Place,
    history: Arc<Mutex<History>>,
    random: StdRng,
    stop: watch::Receiver<bool>,
}

impl Worker {
    fn note(&self, note: impl FnOnce(&mut History)) {
        note(&mut self.history.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn goes_on(&self) -> bool {
        !*self.stop.borrow()
    }

    /// A person: opens a ticket, saves it twice at once, works on it, writes, closes it.
    async fn work(mut self) -> Result<()> {
        while self.goes_on() {
            let Some(ticket) = self.open().await? else { continue };
            let path = format!("/api/tickets/{}", ticket["id"].as_str().context("no id")?);
            self.contest(&path).await;
            let _started =
                self.ask(Method::POST, &format!("{path}/start"), &[JSON], &json!({})).await;
            let comment = json!({"body": "<p>x</p>", "visibility": "public"});
            let comment =
                self.ask(Method::POST, &format!("{path}/comments"), &[JSON], &comment).await;
            if let Some((201, comment)) = comment {
                let id = comment["id"].as_str().context("no id")?.parse()?;
                self.note(|history| history.told.comments.push(id));
            }
            let (what, body) = match self.random.random_range(0..3) {
                0 => ("pause", json!({"reason": "break"})),
                1 => ("resolve", json!({})),
                _ => continue,
            };
            let _moved = self.ask(Method::POST, &format!("{path}/{what}"), &[JSON], &body).await;
        }
        Ok(())
    }

    /// Opens one ticket, asking again under the same key until it is known that there is one.
    async fn open(&mut self) -> Result<Option<Value>> {
        let key = Uuid::from_u128(self.random.random()).to_string();
        let body = json!({"subject": format!("fault {key}")});
        while self.goes_on() {
            let headers = [JSON, ("idempotency-key", key.as_str())];
            if let Some((201, ticket)) =
                self.ask(Method::POST, "/api/tickets", &headers, &body).await
            {
                let id = ticket["id"].as_str().context("no id")?;
                let number = ticket["number"].as_i64().context("no number")?;
                let parsed = id.parse()?;
                self.note(|history| {
                    history.told.tickets.push((parsed, number));
                    history.numbers.push((id.to_owned(), number));
                });
                return Ok(Some(ticket));
            }
            tokio::time::sleep(AGAIN).await;
        }
        Ok(None)
    }

    /// Two save the first version at once.
    async fn contest(&self, path: &str) {
        let save = async |rival: u32| {
            let headers = [JSON, ("if-match", "\"1\"")];
            let body = json!({"subject": format!("rival {rival}")});
            let won = match self.ask(Method::PATCH, path, &headers, &body).await {
                Some((200, _)) => Some(true),
                Some((412, _)) => Some(false),
                _ => None,
            };
            self.note(|history| history.attempts.push(Attempt { contest: path.to_owned(), won }));
        };
        tokio::join!(save(1), save(2));
    }

    /// Asks once; none when there was no answer.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Option<(u16, Value)> {
        let asking =
            self.place.admin.exchange(method.clone(), path, headers, body.to_string().into_bytes());
        let Ok(answer) = tokio::time::timeout(DEADLINE, asking).await else {
            let what = format!("{method} had no answer within {DEADLINE:?}");
            let silent = Violation { invariant: "Y4", what, id: path.to_owned() };
            self.note(|history| history.silent.push(silent));
            return None;
        };
        let (status, body) = answer.ok()?;
        self.note(|history| {
            *if status < 300 { &mut history.done } else { &mut history.refused } += 1;
        });
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// Computers that enrol, again and again: the same hardware is the same device.
    async fn enrol(mut self) -> Result<()> {
        let channel = Endpoint::from_shared(self.place.agents.clone())?.connect_lazy();
        let mut client = AgentServiceClient::new(channel);
        while self.goes_on() {
            let number = self.random.random_range(0..COMPUTERS);
            let request = EnrollRequest {
                provisioning_code: self.place.code.clone(),
                email: format!("person{number}@acme.example"),
                fingerprint: Some(Fingerprint {
                    smbios_uuid: format!("4c4c4544-0000-4000-8000-{number:012}"),
                    board_serial: format!("BOARD{number:06}"),
                    system_serial: format!("SYSTEM{number:06}"),
                    machine_id: String::new(),
                }),
                host_name: format!("pc-{number}"),
                agent_version: "0.1.0".to_owned(),
            };
            if let Ok(Ok(answer)) = tokio::time::timeout(DEADLINE, client.enroll(request)).await {
                let id = answer.into_inner().device_id;
                self.note(|history| {
                    history.devices.entry(number).or_default().insert(id);
                    history.done += 1;
                });
            } else {
                self.note(|history| history.refused += 1);
            }
            tokio::time::sleep(AGAIN).await;
        }
        Ok(())
    }
}
