//! How calls travel: one channel type for services near and far, and the layers every service
//! stands behind.

pub mod channel;
pub mod layer;
mod pieces;
pub mod propagation;
pub mod remote;
pub mod retry;

pub use channel::{GrpcChannel, late, local};
pub use layer::Stack;
pub use pieces::pieces;
pub use remote::{RemoteConfig, remote};
