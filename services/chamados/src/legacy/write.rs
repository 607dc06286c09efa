//! Writes what was read: each service's rows together or not at all, identity's last, by which one tells
//! whether there is a tenant.

use chamados_archive::Place;
use chamados_chassis::id::TenantId;
use chamados_identity::domain::{company::Company, name::Name, user::User};
use chamados_store_kit::Tx;
use chamados_ticket::domain::{
    Name as QueueName, Queue, QueueId, SessionEffect, queue::DEFAULT_NAME,
};
use chrono::{DateTime, Utc};

use super::{computers::Computer, tickets::History};

/// All that was read.
pub(super) struct Everything {
    pub(super) tenant: TenantId,
    pub(super) name: Name,
    pub(super) now: DateTime<Utc>,
    pub(super) queue: QueueId,
    pub(super) companies: Vec<Company>,
    pub(super) users: Vec<User>,
    pub(super) computers: Vec<Computer>,
    pub(super) tickets: Vec<History>,
}

/// Writes it into the places of ticket, device and identity; what a failed try left is removed before.
pub(super) async fn write(places: &[Place], all: Everything) -> anyhow::Result<()> {
    for place in places {
        let tx = chamados_archive::begin(place, all.tenant).await?;
        match place.service {
            "ticket" => tickets(&tx, &all).await?,
            "device" => devices(&tx, &all).await?,
            "identity" => identity(&tx, &all).await?,
            _ => {}
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn tickets(tx: &Tx, all: &Everything) -> anyhow::Result<()> {
    use chamados_ticket::store::{comments, figures, queues, tickets, timeline, work_sessions};

    let queue = Queue {
        id: all.queue,
        name: QueueName::parse(DEFAULT_NAME)?,
        is_default: true,
        archived: false,
        created_at: all.now,
        version: 1,
    };
    queues::insert(tx, all.tenant, &queue).await?;
    for History { changes, comments, answered } in &all.tickets {
        let Some(last) = changes.last() else { continue };
        let number = tickets::next_number(tx, all.tenant).await?;
        debug_assert_eq!(number, last.ticket.number);
        tickets::insert(tx, &last.ticket).await?;
        for comment in comments {
            comments::insert(tx, &last.ticket, comment).await?;
        }
        for change in changes {
            let ticket = &change.ticket;
            timeline::append(tx, all.tenant, ticket.id, &change.entry).await?;
            figures::add(tx, all.tenant, &change.figures).await?;
            match change.session {
                SessionEffect::None => {}
                SessionEffect::Open { user, at } => {
                    work_sessions::open(tx, all.tenant, ticket.id, user, at).await?;
                }
                SessionEffect::Close { at, seconds } => {
                    work_sessions::close(tx, all.tenant, ticket.id, at, seconds).await?;
                }
            }
        }
        for comment in comments {
            let version = changes.iter().rev().find(|c| c.entry.at <= comment.created_at);
            let version = version.map_or(1, |change| change.ticket.version);
            timeline::append(tx, all.tenant, last.ticket.id, &comment.entry(version)).await?;
        }
        if let Some(at) = answered {
            figures::respond(tx, &last.ticket, *at).await?;
        }
    }
    Ok(())
}

async fn devices(tx: &Tx, all: &Everything) -> anyhow::Result<()> {
    use chamados_chassis::auth::Actor;
    use chamados_device::{
        domain::timeline::{Entry, Kind},
        store::{devices, links, timeline},
    };

    for Computer { device, links } in &all.computers {
        let mut device = device.clone();
        device.ordinal = devices::next_ordinal(tx).await?;
        devices::insert(tx, &device).await?;
        let by = Actor::Device(device.id);
        let entry = Entry::new(all.tenant, device.id, Kind::Enrolled, by, device.created_at);
        timeline::append(tx, &[entry]).await?;
        for link in links {
            links::insert(tx, all.tenant, device.id, *link).await?;
        }
    }
    Ok(())
}

async fn identity(tx: &Tx, all: &Everything) -> anyhow::Result<()> {
    use chamados_identity::store::{companies, setup, tenants, users};

    tenants::insert(tx, all.tenant, all.name.as_str(), all.now).await?;
    for company in &all.companies {
        companies::insert(tx, company).await?;
    }
    for user in &all.users {
        users::insert(tx, user, None).await?;
    }
    setup::close(tx, all.now).await?;
    Ok(())
}
