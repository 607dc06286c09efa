//! The rules of people, companies and sessions: what is valid and what may become of what. No
//! database, no network, no clock.

pub mod company;
pub mod email;
pub mod name;
pub mod password;
pub mod session;
pub mod throttle;
pub mod user;
