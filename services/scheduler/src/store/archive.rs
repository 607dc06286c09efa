//! What of the scheduler goes into archives: the tenant's own schedules. Runs are no data of the tenant;
//! they have a retention, and stay.

use chamados_store_kit::{
    Migrations,
    archive::{self, Kind},
};

use super::entity::schedule;

/// A tenant's schedules in archives.
#[derive(Debug, Clone, Copy)]
pub struct Owner;

impl archive::Owner for Owner {
    fn migrations(&self) -> Migrations {
        super::migrations::migrations()
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![Kind::of::<schedule::Entity>("schedule")]
    }
}
