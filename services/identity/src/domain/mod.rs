//! The rules of people, companies and sessions: what is valid and what may become of what. No
//! database, no network, no clock.

pub mod audit;
pub mod company;
pub mod email;
pub mod invite;
pub mod mail;
pub mod merge;
pub mod name;
pub mod password;
pub mod reset;
pub mod saved_filter;
pub mod service_account;
pub mod session;
pub mod tenant;
pub mod throttle;
pub mod user;
pub mod user_patch;
