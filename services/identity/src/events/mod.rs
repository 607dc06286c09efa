//! Facts of the other services that identity takes.

pub mod administrative_change;
pub mod references_moved;
