//! When devices were alive: one device over time, and companies now.

use std::{cmp::Reverse, collections::BTreeMap};

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    error::Invalid,
    id::{CompanyId, DeviceId},
};
use chrono::{DateTime, Utc};

use super::{App, devices};
use crate::{
    domain::{
        device::{Device, Visibility},
        history::{Known, MOST, Range, Span},
        presence::Presence,
    },
    error::Result,
    store::{self, timeline::Transitions},
};

/// The spans of a device's presence.
#[derive(Debug, Clone)]
pub struct History {
    /// Oldest first, without gaps.
    pub spans: Vec<Span>,
    /// Whether earlier ones were left out.
    pub truncated: bool,
}

/// When a device was alive.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) for a range that cannot be;
/// [`Error::DeviceNotFound`](crate::Error::DeviceNotFound) also for a device the caller does not see.
pub async fn of_device(
    app: &App,
    cx: &CallContext,
    device: DeviceId,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<History> {
    let device = devices::get(app, cx, device).await?.device;
    let asked = Range::new(from, to, app.clock.now())?;
    let range = Range { from: asked.from.max(device.created_at), ..asked };
    if range.from >= range.to {
        return Ok(History { spans: Vec::new(), truncated: false });
    }
    let (range, known, was_cut) = known(app, &device, range).await?;
    let mut spans = known.spans(range);
    let surplus = spans.len().saturating_sub(MOST);
    Ok(History { spans: spans.split_off(surplus), truncated: was_cut || surplus > 0 })
}

/// What is known around a range, which begins later when more than [`MOST`] transitions are in it.
async fn known(app: &App, device: &Device, range: Range) -> Result<(Range, Known, bool)> {
    let look =
        async |which, limit| store::timeline::transitions(&app.db, device, which, limit).await;
    let mut within = look(Transitions::Within(range), MOST + 1).await?;
    within.reverse();
    let was_cut = within.len() > MOST;
    let (range, before) = if was_cut {
        let before = within.remove(0);
        (Range { from: before.at, ..range }, Some(before))
    } else {
        (range, look(Transitions::Before(range.from), 1).await?.pop())
    };
    let after = look(Transitions::From(range.to), 1).await?.pop();
    let is_unknown = device.presence == Presence::Unknown && after.is_none();
    let unknown_since = device.presence_since.filter(|_| is_unknown);
    Ok((range, Known { before, within, after, unknown_since }, was_cut))
}

/// Devices of a company by presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompanyPresence {
    /// The company.
    pub company: CompanyId,
    /// All of them.
    pub devices: u64,
    /// Those that are offline.
    pub offline: u64,
    /// Those nobody knows of now.
    pub unknown: u64,
}

/// Companies with devices: most offline first, and how many there are.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) for a negative limit.
pub async fn by_company(
    app: &App,
    cx: &CallContext,
    limit: i32,
) -> Result<(Vec<CompanyPresence>, usize)> {
    const USUAL: usize = 25;
    const LARGEST: usize = 100;

    let tenant = cx.require(Permission::DevicesRead)?;
    let limit =
        usize::try_from(limit).map_err(|_| Invalid::field("limit", "must not be negative"))?;
    let limit = if limit == 0 { USUAL } else { limit.min(LARGEST) };
    let visibility = Visibility::of(cx.principal());
    let counts = store::presence::by_company(&app.db, tenant, visibility).await?;
    let mut companies = summed(counts);
    let total = companies.len();
    companies.truncate(limit);
    Ok((companies, total))
}

fn summed(counts: Vec<(CompanyId, Presence, u64)>) -> Vec<CompanyPresence> {
    let mut companies: BTreeMap<CompanyId, CompanyPresence> = BTreeMap::new();
    for (company, presence, count) in counts {
        let none = CompanyPresence { company, devices: 0, offline: 0, unknown: 0 };
        let sum = companies.entry(company).or_insert(none);
        sum.devices += count;
        match presence {
            Presence::Offline => sum.offline += count,
            Presence::Unknown => sum.unknown += count,
            Presence::Online | Presence::Stale | Presence::Unstable => {}
        }
    }
    let mut companies: Vec<_> = companies.into_values().collect();
    companies.sort_by_key(|each| (Reverse(each.offline), Reverse(each.unknown), each.company));
    companies
}
