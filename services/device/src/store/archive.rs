//! What of the device service goes into archives. Tokens do, as hashes, so that agents go on with a server
//! that was restored; where presence stands at the moment does not.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{
    Migrations, StoreError, Tx,
    archive::{self, Kind, merged_accounts},
};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use sea_orm_migration::async_trait;

use super::entity::{
    device, device_link, incident, revoked_token, software, software_part, timeline_entry, token,
};

/// The rows of devices in archives.
#[derive(Debug, Clone, Copy)]
pub struct Owner;

#[async_trait::async_trait]
impl archive::Owner for Owner {
    fn migrations(&self) -> Migrations {
        super::migrations::migrations()
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![
            Kind::of::<device::Entity>("device"),
            Kind::of::<token::Entity>("device_token").within("device_id", "device"),
            Kind::of::<revoked_token::Entity>("revoked_token").within("device_id", "device"),
            Kind::of::<device_link::Entity>("device_link").refers("device_id", "device"),
            Kind::of::<timeline_entry::Entity>("timeline_entry").refers("device_id", "device"),
            Kind::of::<software::Entity>("software").refers("device_id", "device"),
            Kind::of::<software_part::Entity>("software_part").within("device_id", "device"),
            Kind::of::<incident::Entity>("incident"),
            merged_accounts(),
        ]
    }

    /// The next device gets an ordinal that none of these has.
    async fn derive(
        &self,
        tx: &Tx,
        _tenant: TenantId,
        _now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const AFTER: &str = "UPDATE ordinal_counter SET next = after.ordinal \
             FROM (SELECT MAX(ordinal) + 1 AS ordinal FROM device) AS after \
             WHERE after.ordinal > ordinal_counter.next";
        tx.execute_unprepared(AFTER).await?;
        Ok(())
    }
}
