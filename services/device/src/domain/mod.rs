//! The rules of devices, without a database, a clock or a wire.

pub mod access;
pub mod device;
pub mod fingerprint;
pub mod inventory;
pub mod link;
pub mod os_label;
pub mod software;
pub mod timeline;
pub mod token;
pub mod usb_policy;

pub mod brake;
pub mod bucket;
pub mod clones;
pub mod flaps;
pub mod history;
pub mod incident;
pub mod pace;
pub mod presence;
