//! What the ticket service tells of tickets about devices.

use chamados_chassis::{
    auth::Actor,
    id::{DeviceId, EventId, TenantId, TicketId},
};
use chamados_store_kit::inbox;
use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::{
        device::Visibility,
        timeline::{Entry, Kind},
    },
    error::Result,
    store,
};

/// Name under which taken facts are remembered.
pub const CONSUMER: &str = "device.tickets";

/// A ticket about a device was opened or resolved.
#[derive(Debug, Clone)]
pub struct TicketNote {
    /// The fact.
    pub event: EventId,
    /// Tenant of the ticket.
    pub tenant: TenantId,
    /// The device.
    pub device: DeviceId,
    /// The ticket.
    pub ticket: TicketId,
    /// Opened or resolved.
    pub kind: Kind,
    /// Who did it.
    pub actor: Actor,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Number and subject.
    pub note: String,
}

/// Puts a ticket into its device's timeline, once.
///
/// # Errors
/// When the database is away.
pub async fn note(app: &App, note: TicketNote) -> Result<()> {
    let tx = app.db.begin().await?;
    if !inbox::accept(&tx, CONSUMER, note.event, app.clock.now()).await? {
        return Ok(());
    }
    let device = store::devices::get(&tx, note.tenant, Visibility::Tenant, note.device).await?;
    if device.is_some() {
        let mut entry =
            Entry::new(note.tenant, note.device, note.kind, note.actor, note.occurred_at);
        entry.ticket = Some(note.ticket);
        entry.note = note.note;
        store::timeline::append(&tx, &[entry]).await?;
    }
    tx.commit().await?;
    if let Some(device) = device {
        app.signal_changed(&device).await;
    }
    Ok(())
}
