//! Measures the real product under load: its own server as it is shipped, real databases, real HTTP.
//!
//! [`product`] starts the server on a [`place`] of its own, [`browser`] talks to it, [`load`] sends
//! many requests at once, and [`cpu`] says what the processes spent on them. [`tickets`] measures requests,
//! [`devices`] simulates devices, [`heartbeats`] measures what theirs cost, side by side with other ways, and
//! [`scheduler`] measures the scheduler and breaks what it stands on; [`invariants`] says what must hold meanwhile,
//! [`races`] holds contests that only one may win, [`fuzz`] sends bytes that nobody would, [`abuse`] is clients that mean
//! harm, [`faults`] kills and cuts off parts of the whole while people work, and [`endurance`] is too much, and
//! much for long.
//! A tool at the edge, it reads the clock of the machine itself.
#![allow(clippy::disallowed_methods, reason = "a tool that times what others do")]

pub mod abuse;
pub mod browser;
pub mod cpu;
pub mod devices;
pub mod durations;
pub mod endurance;
pub mod faults;
pub mod files;
pub mod fuzz;
pub mod heartbeats;
pub mod invariants;
pub mod load;
pub mod place;
pub mod product;
pub mod races;
pub mod scheduler;
pub mod tickets;
