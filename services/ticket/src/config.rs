//! What may be set about tickets.

use std::path::PathBuf;

use chamados_chassis::config::{ConfigError, SecretSource};
use serde::Deserialize;

/// Settings of the ticket service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Largest attachment, in MiB.
    pub attachment_mebibytes: u64,
    /// Where attachments are kept; `attachments` in the data directory when absent.
    pub attachment_directory: Option<PathBuf>,
    /// The bucket attachments are kept in instead of a directory.
    pub attachment_bucket: Option<BucketConfig>,
    /// A live chat nobody writes in ends after this, in minutes.
    pub chat_idle_minutes: u32,
}

/// A bucket that speaks S3.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketConfig {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Address of the service; Amazon's when absent.
    pub endpoint: Option<String>,
    /// Who the service knows us as.
    pub access_key_id: String,
    /// What proves it.
    pub secret_access_key: SecretSource,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            attachment_mebibytes: 25,
            attachment_directory: None,
            attachment_bucket: None,
            chat_idle_minutes: 30,
        }
    }
}

impl Config {
    /// Nothing, when the settings make sense.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] naming the first that does not.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let ranges = [
            ("ticket.attachment_mebibytes", self.attachment_mebibytes, 1, 1_024),
            ("ticket.chat_idle_minutes", self.chat_idle_minutes.into(), 1, 10_080),
        ];
        for (name, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                let message = format!("{name}: must be {least} to {most}");
                return Err(ConfigError::Invalid(message));
            }
        }
        if self.attachment_directory.is_some() && self.attachment_bucket.is_some() {
            let message = "ticket: attachments are kept in a directory or in a bucket, not in both";
            return Err(ConfigError::Invalid(message.to_owned()));
        }
        Ok(())
    }
}
