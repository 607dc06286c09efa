//! Computers with the real agent, and whether what the desk says of them is right.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chamados_testkit::computer::{Computer, Running};
use chrono::{TimeDelta, Utc};
use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle};

use super::{
    load::Place,
    town::{GRACE, INTERVAL},
};
use crate::{
    browser::Browser,
    invariants::{Violation, history::presence_is_right},
};

/// So many.
const COMPUTERS: usize = 6;
/// Between two looks at what is said of them.
const LOOK: Duration = Duration::from_millis(500);
/// An agent that starts when all is well is online within this.
const ONLINE: Duration = Duration::from_secs(30);
/// What a look at silent devices may come late on a busy machine.
const SWEEP: Duration = Duration::from_secs(2);

/// Them, enrolled and connected, and who looks at what is said of them.
pub(super) struct Computers {
    agents: Vec<(Computer, String, Running)>,
    stop: watch::Sender<bool>,
    looking: JoinHandle<Vec<Violation>>,
}

impl Computers {
    /// Enrols them and starts their agents.
    pub(super) async fn begin(place: &Place) -> Result<Self> {
        let mut agents = Vec::new();
        for number in 0..COMPUTERS {
            let computer = Computer::new()?;
            let email = format!("computer{number}@acme.example");
            let enrolled = computer.enroll(place.agents.clone(), &place.code, &email).await?;
            let running = computer.run();
            agents.push((computer, enrolled.device_id.to_string(), running));
        }
        let stop = watch::Sender::new(false);
        let looking = tokio::spawn(look(place.admin.clone(), stop.subscribe()));
        Ok(Self { agents, stop, looking })
    }

    /// Starts their agents anew, now that all is well; what was wrong, and who of them is not heard.
    pub(super) async fn end(self, place: &Place) -> Result<Vec<Violation>> {
        self.stop.send_replace(true);
        let mut found = self.looking.await?;
        for (computer, id, running) in self.agents {
            running.stop().await.with_context(|| format!("the agent of {id}"))?;
            let running = computer.run();
            let path = format!("/api/admin/devices/{id}");
            let begin = Instant::now();
            loop {
                let presence = place.admin.get(&path).await.unwrap_or_default()["presence"].take();
                // Who came and went that often stays unstable for a while.
                if presence == "online" || presence == "unstable" {
                    break;
                }
                if begin.elapsed() > ONLINE {
                    let what = format!("{presence}, {ONLINE:?} after its agent started");
                    found.push(Violation { invariant: "D1", what, id });
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
            running.stop().await?;
        }
        Ok(found)
    }
}

/// Looks until it is told to stop; what was said that is not so.
async fn look(admin: Browser, stop: watch::Receiver<bool>) -> Vec<Violation> {
    let mut found = Vec::new();
    let longest = TimeDelta::from_std(INTERVAL * 3 + GRACE + SWEEP).unwrap_or_default();
    while !*stop.borrow() {
        let now = Utc::now();
        if let Ok(list) = admin.get("/api/admin/devices?pageSize=100").await {
            let devices: &[Value] = list["items"].as_array().map_or(&[], Vec::as_slice);
            found.extend(presence_is_right(devices, now, longest));
        }
        tokio::time::sleep(LOOK).await;
    }
    found
}
