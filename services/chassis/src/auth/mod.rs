//! Who makes a call, what they may do, and how that is carried between services.

pub mod keyring;
pub mod permission;
pub mod principal;
pub mod secret;

pub use keyring::Keyring;
pub use permission::{Denied, Permission};
pub use principal::{Actor, Audience, Principal, Role};
