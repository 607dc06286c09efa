//! What is done to devices by one call each: enrolling them, resetting them.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chamados_proto::device::v1::{
    BatchGetDeviceSummariesRequest, DeviceSummary, EnrollRequest, EnrollResponse, Fingerprint,
    ResetAgentRequest, agent_service_client::AgentServiceClient,
    device_service_client::DeviceServiceClient,
};
use tonic::{Request, Status, metadata::AsciiMetadataValue, transport::Channel};
use uuid::Uuid;

use super::{inventory, plan::Plan};

/// Longer than any answer takes that is worth waiting for.
const LIMIT: Duration = Duration::from_secs(30);

/// A way to the server for single calls. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    agents: AgentServiceClient<Channel>,
    devices: DeviceServiceClient<Channel>,
    code: String,
    emails: Vec<String>,
    key: Option<AsciiMetadataValue>,
}

impl Office {
    /// Connects.
    ///
    /// # Errors
    /// Nobody is there, or the key is none.
    pub async fn open(plan: &Plan) -> Result<Self> {
        let channel = plan.endpoint()?.timeout(LIMIT).connect().await;
        let channel = channel.with_context(|| format!("no server at {}", plan.server))?;
        let key = plan.api_key.as_ref().map(|key| format!("Bearer {key}").parse());
        Ok(Self {
            agents: AgentServiceClient::new(channel.clone()),
            devices: DeviceServiceClient::new(channel),
            code: plan.code.clone(),
            emails: plan.emails.clone(),
            key: key.transpose().context("the API key has signs that no key has")?,
        })
    }

    /// Whether it has a key.
    #[must_use]
    pub const fn may_reset(&self) -> bool {
        self.key.is_some()
    }

    /// Enrols device number `number`, or enrols it again, for the person whose turn it is after it
    /// changed hands so many times.
    ///
    /// # Errors
    /// It is refused.
    pub async fn enroll(&self, number: u64, hands: u32) -> Result<EnrollResponse, Status> {
        let turn = usize::try_from(number).unwrap_or(0) + hands as usize;
        let email = self.emails.get(turn % self.emails.len().max(1)).cloned().unwrap_or_default();
        let fingerprint = Fingerprint {
            smbios_uuid: Uuid::from_u128(
                0x6d0f_1c52_8a3e_4b77_9000_0000_0000_0000 | u128::from(number),
            )
            .to_string(),
            ..Fingerprint::default()
        };
        let request = EnrollRequest {
            provisioning_code: self.code.clone(),
            email,
            fingerprint: Some(fingerprint),
            host_name: inventory::host_name(number),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Ok(self.agents.clone().enroll(request).await?.into_inner())
    }

    /// Resets a device, by the key.
    ///
    /// # Errors
    /// It is refused.
    pub async fn reset(&self, device: &str) -> Result<(), Status> {
        let request_id = Uuid::now_v7().to_string();
        let request = ResetAgentRequest { request_id, id: device.to_owned() };
        self.devices.clone().reset_agent(self.signed(request)).await.map(drop)
    }

    /// What is told of a device beside other records.
    ///
    /// # Errors
    /// It is refused, or there is no such device.
    pub async fn look(&self, device: &str) -> Result<DeviceSummary> {
        let request = BatchGetDeviceSummariesRequest { ids: vec![device.to_owned()] };
        let answer = self.devices.clone().batch_get_device_summaries(self.signed(request)).await?;
        answer.into_inner().devices.pop().with_context(|| format!("no device {device}"))
    }

    fn signed<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(key) = &self.key {
            request.metadata_mut().insert("authorization", key.clone());
        }
        request
    }
}
