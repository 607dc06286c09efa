//! Answers that a repeated request gets again. They are remembered for a day, also over an upgrade: a
//! field that comes later needs a default.

use chamados_store_kit::StoreError;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Result;

/// An answer as it is remembered.
pub(super) fn encode(answer: &impl Serialize) -> Result<Vec<u8>> {
    let encoded = serde_json::to_vec(answer);
    encoded.map_err(|error| StoreError::Corrupt(format!("remembered answer: {error}")).into())
}

/// The answer again.
pub(super) fn decode<T: DeserializeOwned>(answer: &[u8]) -> Result<T> {
    let decoded = serde_json::from_slice(answer);
    decoded.map_err(|error| StoreError::Corrupt(format!("remembered answer: {error}")).into())
}
