//! Computers are enrolled, come and go, and say what they are, each as its agent would by single calls.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, bail};
use chamados_chassis::auth::Principal;
use chamados_chassis::clock::to_proto;
use chamados_proto::device::v1::{
    AdjustAccessRequest, AgentMessage, Beat, Bye, Device, EnrollRequest, ExchangeRequest,
    GetDeviceRequest, Hello, LinkUserRequest, Persona, PolicyOutcome, PolicyReport,
    ResetAgentRequest, Section, Sections, SetUsbPolicyRequest, UpdateDeviceRequest,
    agent_message::Message as Up, device_service_client::DeviceServiceClient,
    server_message::Message as Down,
};
use prost_types::{FieldMask, Timestamp};
use uuid::Uuid;

use super::Play;
use crate::{cast::COMPANIES, machines::Machine, plan::Deed, stage::eventually};

/// So many computers that fall silent together are a sign that it is not theirs.
const SIGN: usize = 8;

/// A computer, as its agent knows it.
pub(super) struct Computer {
    machine: Machine,
    /// The server's id; empty before it is enrolled.
    pub(super) id: String,
    token: String,
    /// Of its conversation while it is on.
    epoch: Option<u64>,
    /// The USB policy it enforces.
    policy: u32,
    /// Whose it is now.
    person: usize,
    /// When it last came or went, until that is written.
    moved: Option<Timestamp>,
}

impl Computer {
    pub(super) const fn new(machine: Machine) -> Self {
        let person = machine.person;
        Self {
            machine,
            id: String::new(),
            token: String::new(),
            epoch: None,
            policy: 0,
            person,
            moved: None,
        }
    }
}

impl Play {
    pub(super) async fn machine(&mut self, place: usize, deed: Deed) -> Result<()> {
        match deed {
            Deed::Enroll => self.enroll(place).await,
            Deed::On => self.on_line(place).await,
            Deed::Off => self.off(place).await,
            Deed::Extend => {
                if self.computers[place].machine.extend_memory() {
                    self.visit(place).await
                } else {
                    Ok(())
                }
            }
            Deed::Upgrade => {
                if self.computers[place].machine.upgrade() {
                    self.visit(place).await
                } else {
                    Ok(())
                }
            }
            Deed::Link { by, person } => {
                let (device_id, email) =
                    (self.computers[place].id.clone(), self.plan.people[person].email.clone());
                let request = LinkUserRequest { request_id: request_id(), device_id, email };
                self.devices().link_user(self.stage.call(self.person(by)?, request)?).await?;
                Ok(())
            }
            Deed::Policy { by, policy } => {
                let device_id = self.computers[place].id.clone();
                let request = SetUsbPolicyRequest {
                    request_id: request_id(),
                    device_id,
                    policy: policy.into(),
                };
                self.devices().set_usb_policy(self.stage.call(self.person(by)?, request)?).await?;
                // One that is off hears of it when it comes.
                self.say(place, Up::Beat(Beat { sequence: 1 })).await
            }
            Deed::Reset { by } => self.reset(place, by).await,
            Deed::HandOver { by, to } => {
                self.reset(place, by).await?;
                let (id, email) =
                    (self.computers[place].id.clone(), self.plan.people[to].email.clone());
                let persona = Persona::Collaborator.into();
                let request = AdjustAccessRequest { request_id: request_id(), id, email, persona };
                self.devices().adjust_access(self.stage.call(self.person(by)?, request)?).await?;
                self.computers[place].person = to;
                self.enroll(place).await?;
                self.visit(place).await
            }
        }
    }

    fn devices(&self) -> DeviceServiceClient<chamados_chassis::grpc::GrpcChannel> {
        DeviceServiceClient::new(self.stage.services.clone())
    }

    async fn enroll(&mut self, place: usize) -> Result<()> {
        let computer = &self.computers[place];
        let machine = &computer.machine;
        let request = EnrollRequest {
            provisioning_code: self.customer(machine.company)?.code.clone(),
            email: self.plan.people[computer.person].email.clone(),
            fingerprint: Some(machine.fingerprint.clone()),
            host_name: machine.host_name.clone(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let display_name = machine.display_name.clone();
        let answer = self.stage.agents.clone().enroll(request).await?.into_inner();
        if !answer.reused && !display_name.is_empty() {
            let named = Device { id: answer.device_id.clone(), display_name, ..Device::default() };
            let update_mask = Some(FieldMask { paths: vec!["display_name".to_owned()] });
            let request = UpdateDeviceRequest { device: Some(named), update_mask };
            self.devices().update_device(self.stage.call(self.person(0)?, request)?).await?;
        }
        let computer = &mut self.computers[place];
        (computer.id, computer.token) = (answer.device_id, answer.token);
        Ok(())
    }

    /// It is switched on, or found on already.
    async fn on_line(&mut self, place: usize) -> Result<()> {
        if self.computers[place].epoch.is_some() || self.computers[place].token.is_empty() {
            return Ok(());
        }
        let now = to_proto(self.stage.now());
        let computer = &mut self.computers[place];
        let sections = computer.machine.sections();
        let hello = Hello {
            protocol: 1,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            boot_id: Uuid::new_v4().into_bytes().to_vec().into(),
            digests: sections
                .iter()
                .map(|section| Section { content: None, ..section.clone() })
                .collect(),
            policy_revision: computer.policy,
            ..Hello::default()
        };
        computer.moved = Some(now);
        self.say(place, Up::Hello(hello)).await
    }

    async fn off(&mut self, place: usize) -> Result<()> {
        if self.computers[place].epoch.is_none() {
            return Ok(());
        }
        self.say(place, Up::Bye(Bye { reason: "stop".to_owned() })).await?;
        let now = to_proto(self.stage.now());
        let computer = &mut self.computers[place];
        (computer.epoch, computer.moved) = (None, Some(now));
        Ok(())
    }

    /// Somebody worked on it: it is on for a moment at least.
    async fn visit(&mut self, place: usize) -> Result<()> {
        let is_on = self.computers[place].epoch.is_some();
        if is_on {
            self.off(place).await?;
            self.settle().await?;
            self.stage.until(self.stage.now() + chrono::TimeDelta::minutes(1));
        }
        self.on_line(place).await?;
        if !is_on {
            self.settle().await?;
            self.stage.until(self.stage.now() + chrono::TimeDelta::minutes(1));
            self.off(place).await?;
        }
        Ok(())
    }

    async fn reset(&mut self, place: usize, by: usize) -> Result<()> {
        self.off(place).await?;
        let request =
            ResetAgentRequest { request_id: request_id(), id: self.computers[place].id.clone() };
        self.devices().reset_agent(self.stage.call(self.person(by)?, request)?).await?;
        let computer = &mut self.computers[place];
        (computer.token, computer.policy) = (String::new(), 0);
        Ok(())
    }

    /// Its agent says something, and does what is answered.
    async fn say(&mut self, place: usize, message: Up) -> Result<()> {
        let mut queue = VecDeque::from([message]);
        while let Some(message) = queue.pop_front() {
            let computer = &mut self.computers[place];
            let opens = matches!(message, Up::Hello(_));
            if !opens && computer.epoch.is_none() {
                return Ok(());
            }
            let request = ExchangeRequest {
                token: computer.token.clone(),
                epoch: if opens { 0 } else { computer.epoch.unwrap_or_default() },
                message: Some(AgentMessage { message: Some(message) }),
            };
            let answer = self.stage.agents.clone().exchange(request).await?.into_inner();
            let computer = &mut self.computers[place];
            for said in answer.messages.into_iter().filter_map(|message| message.message) {
                match said {
                    Down::Welcome(welcome) => {
                        computer.epoch = Some(welcome.epoch);
                        queue.extend(wanted(computer, &welcome.wanted_sections));
                    }
                    Down::WantSections(want) => queue.extend(wanted(computer, &want.kinds)),
                    Down::PolicyUpdate(update) => {
                        computer.policy = update.revision;
                        queue.push_back(Up::PolicyReport(PolicyReport {
                            revision: update.revision,
                            outcome: PolicyOutcome::Applied.into(),
                            ..PolicyReport::default()
                        }));
                    }
                    Down::Close(close) => bail!("the server closed: {}", close.message),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Waits until all comings and goings of this moment are written.
    pub(super) async fn settle(&mut self) -> Result<()> {
        for place in 0..self.computers.len() {
            let Some(moved) = self.computers[place].moved.take() else { continue };
            let id = self.computers[place].id.clone();
            let (admin, stage) = (self.person(0)?, &self.stage);
            let mut client = self.devices();
            eventually("a computer comes or goes", async || {
                let request = stage.call(admin, GetDeviceRequest { id: id.clone() })?;
                Ok(client.get_device(request).await?.into_inner().presence_since == Some(moved))
            })
            .await
            .with_context(|| self.computers[place].machine.host_name.clone())?;
        }
        Ok(())
    }

    /// The computer as a caller.
    pub(super) fn device(&self, place: usize) -> Result<Principal> {
        let computer = &self.computers[place];
        Ok(Principal::Device {
            tenant: self.tenant,
            device: computer.id.parse()?,
            company: self.customer(computer.machine.company)?.id,
            assigned_user: Some(self.user(computer.person)?.parse()?),
        })
    }

    /// Id and token of each computer that is to stream beside the server: all but those that are away or cut off.
    pub(super) fn on(&self) -> Vec<(String, String)> {
        let cut_off = self.cut_off();
        let all = self.computers.iter().enumerate();
        let on = all.filter(|(place, _)| self.is_present(*place) && !cut_off.contains(place));
        on.map(|(_, computer)| (computer.id.clone(), computer.token.clone())).collect()
    }

    /// Those of the last company that fell silent together when its line broke, and were on until then: more than half of
    /// its computers. None where so few are no sign of anything.
    pub(super) async fn cut(&mut self) -> Result<usize> {
        let cut_off = self.cut_off();
        for place in &cut_off {
            self.on_line(*place).await?;
        }
        self.settle().await?;
        Ok(cut_off.len())
    }

    fn cut_off(&self) -> Vec<usize> {
        let last = COMPANIES.len() - 1;
        let all = (0..self.computers.len())
            .filter(|place| self.computers[*place].machine.company == last);
        let most = all.clone().count() / 2 + 1;
        let silent: Vec<usize> = all.filter(|place| self.is_present(*place)).take(most).collect();
        if silent.len() < SIGN { Vec::new() } else { silent }
    }

    fn is_present(&self, place: usize) -> bool {
        let Computer { machine, token, .. } = &self.computers[place];
        !crate::plan::is_away(machine.kind, place) && !token.is_empty()
    }
}

/// The sections that are asked for.
fn wanted(computer: &Computer, kinds: &[i32]) -> Option<Up> {
    let mut sections = computer.machine.sections();
    sections.retain(|section| kinds.contains(&section.kind));
    (!sections.is_empty()).then_some(Up::Sections(Sections { sections }))
}

fn request_id() -> String {
    Uuid::new_v4().to_string()
}
