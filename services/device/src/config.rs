//! What may be set about devices.

use std::time::Duration;

use chamados_chassis::config::ConfigError;
use serde::Deserialize;

use crate::domain::{
    brake::Brake,
    flaps::Guard,
    pace::Pace,
    presence::{Rule, ticks},
};

/// Settings of the device service. Times that decide about liveness are kept in tenths of a second.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Shortest interval between beats that agents are told, in milliseconds.
    pub interval_millis: u64,
    /// Beats a second a replica wants to see at most; with more devices the interval grows.
    pub beats_per_second: u64,
    /// A device is offline when silent for three intervals and this, in milliseconds.
    pub offline_grace_millis: u64,
    /// What a device of another replica gets on top, in milliseconds.
    pub foreign_grace_millis: u64,
    /// How long devices stay unknown after a restart or a mass loss before they may be called
    /// offline, in milliseconds.
    pub unknown_grace_millis: u64,
    /// Time between two looks for silent devices, and between two exchanges with Redis, in
    /// milliseconds.
    pub sweep_millis: u64,
    /// Time between two looks for resets that no signal told of, in milliseconds.
    pub reset_poll_millis: u64,
    /// Time between two looks for USB policies that no signal told of, in milliseconds.
    pub usb_policy_poll_millis: u64,
    /// A USB policy is given up when its agent has not answered for so many hours.
    pub usb_policy_expiry_hours: u32,
    /// Time between two looks for absences that other replicas wrote and for accounts that
    /// identity has yet to make, in milliseconds.
    pub upkeep_millis: u64,
    /// A new stream must say Hello within this, in milliseconds.
    pub hello_timeout_millis: u64,
    /// One in so many beats is acknowledged.
    pub acknowledge_every: u32,
    /// Agents reconnect within a random part of this many seconds.
    pub reconnect_spread_seconds: u32,
    /// Open streams are closed over this long when the process stops, in milliseconds.
    pub drain_millis: u64,
    /// New streams a second; more are told to come back later.
    pub handshakes_per_second: u32,
    /// Devices that one relay may carry; more are told to come back later.
    pub relay_devices: u32,
    /// Devices a second that are asked for their inventory.
    pub inventories_per_second: u32,
    /// Whether agents are asked what is installed on their computers.
    pub collect_software: bool,
    /// A device's token is replaced over its stream when it is this old, or up to a tenth less, in
    /// milliseconds; 0 never.
    pub credential_millis: u64,
    /// So many returns of a device's agent beside another one with the same token …
    pub conflict_flips: u64,
    /// … within this mean that an image was cloned, in milliseconds.
    pub conflict_window_millis: u64,
    /// The computer that lost its place to its clone stays away this long, in milliseconds.
    pub conflict_retry_millis: u64,
    /// A device that comes or goes so often …
    pub flap_transitions: u64,
    /// … within this is unstable, until this long has passed without a change, in milliseconds.
    pub flap_window_millis: u64,
    /// This many devices may always fall silent together.
    pub brake_devices: u64,
    /// Or this share of those online, in percent; more are unknown rather than offline.
    pub brake_percent: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interval_millis: 30_000,
            beats_per_second: 20_000,
            offline_grace_millis: 15_000,
            foreign_grace_millis: 5_000,
            unknown_grace_millis: 300_000,
            sweep_millis: 1_000,
            reset_poll_millis: 5_000,
            usb_policy_poll_millis: 5_000,
            usb_policy_expiry_hours: 24,
            upkeep_millis: 15_000,
            hello_timeout_millis: 10_000,
            acknowledge_every: 8,
            reconnect_spread_seconds: 15,
            drain_millis: 5_000,
            handshakes_per_second: 2_000,
            relay_devices: 10_000,
            inventories_per_second: 200,
            collect_software: false,
            credential_millis: 90 * 24 * 3_600_000,
            conflict_flips: 4,
            conflict_window_millis: 600_000,
            conflict_retry_millis: 600_000,
            flap_transitions: 4,
            flap_window_millis: 900_000,
            brake_devices: 200,
            brake_percent: 5,
        }
    }
}

impl Config {
    /// Nothing, when the values go together.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] naming the key.
    pub fn validate(&self) -> Result<(), ConfigError> {
        /// Longest interval the arrays can hold: 6,553.5 s.
        const LONGEST_INTERVAL: u64 = 6_553_500;
        let refuse = |message: &str| Err(ConfigError::Invalid(message.to_owned()));
        if !(100..=LONGEST_INTERVAL).contains(&self.interval_millis) {
            return refuse("device.interval_millis must be 100 to 6,553,500");
        }
        for (key, value) in [
            ("sweep_millis", self.sweep_millis),
            ("reset_poll_millis", self.reset_poll_millis),
            ("usb_policy_poll_millis", self.usb_policy_poll_millis),
            ("usb_policy_expiry_hours", self.usb_policy_expiry_hours.into()),
            ("upkeep_millis", self.upkeep_millis),
            ("hello_timeout_millis", self.hello_timeout_millis),
            ("beats_per_second", self.beats_per_second),
            ("conflict_flips", self.conflict_flips),
            ("flap_transitions", self.flap_transitions),
            ("relay_devices", self.relay_devices.into()),
        ] {
            if value == 0 {
                return refuse(&format!("device.{key} must not be 0"));
            }
        }
        if self.acknowledge_every < 2 {
            return refuse("device.acknowledge_every must be at least 2");
        }
        Ok(())
    }

    pub(crate) const fn conflict_retry(&self) -> Duration {
        Duration::from_millis(self.conflict_retry_millis)
    }

    pub(crate) fn guard(&self) -> Guard {
        Guard { transitions: self.flap_transitions, window: ticks(self.flap_window_millis) }
    }

    pub(crate) const fn pace(&self) -> Pace {
        Pace { shortest_millis: self.interval_millis, beats_per_second: self.beats_per_second }
    }

    pub(crate) fn rule(&self) -> Rule {
        Rule {
            grace: ticks(self.offline_grace_millis),
            foreign_grace: ticks(self.foreign_grace_millis),
        }
    }

    pub(crate) const fn brake(&self) -> Brake {
        Brake { devices: self.brake_devices, percent: self.brake_percent, company_devices: 10 }
    }

    pub(crate) const fn hello_timeout(&self) -> Duration {
        Duration::from_millis(self.hello_timeout_millis)
    }
}
