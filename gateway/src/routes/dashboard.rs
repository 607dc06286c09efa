//! The dashboard: all that its page shows at first, in one answer.

use axum::extract::State;
use chamados_proto::{device::v1 as device, ticket::v1 as pb};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::tickets::{Ticket, TicketStatus, mention};
use crate::{
    extract::{Json, Query},
    names::{CompanyRef, Mentions, Names, QueueRef, UserRef},
    problem::{Problem, Result},
    session::Caller,
    state::Gateway,
    wire::{List, time},
};

/// Tickets that are shown.
const LATEST: i32 = 10;

/// Figures about tickets, and the tickets that want somebody.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dashboard {
    counts: TicketCounts,
    trends: Trends,
    /// The first ten: open tickets nobody has, oldest first; then the others, newest first.
    latest_tickets: Vec<Ticket>,
    /// Who works now, longest first, on one page of at most 25. Null for all but staff.
    active_work: Option<List<ActiveWork>>,
    /// Companies with devices, most offline first, on one page of at most 25. Null for all but staff, and
    /// while it cannot be told.
    devices_by_company: Option<List<CompanyDevices>>,
}

/// How many tickets there are that the caller may see.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketCounts {
    /// One a status, in their order, also where there are none.
    by_status: Vec<StatusCount>,
    /// Those that are not resolved, one a queue that has any.
    open_by_queue: Vec<QueueCount>,
    /// Not resolved, and nobody has them.
    unassigned: i64,
    /// Not resolved, and the caller has them.
    mine: i64,
}

/// Tickets of a status.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatusCount {
    status: TicketStatus,
    count: i64,
}

/// Open tickets of a queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueCount {
    queue: QueueRef,
    count: i64,
    /// Of those, how many nobody has.
    unassigned: i64,
}

/// What happened day by day to the tickets that the caller may see.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trends {
    /// Every day in order, today last, also those without anything.
    days: Vec<DayTrend>,
    /// Time worked in those days by person, most first, at most 100. Empty for all but staff.
    people: Vec<PersonWork>,
}

/// One day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DayTrend {
    day: NaiveDate,
    /// Tickets opened.
    opened: i64,
    /// Times a ticket was resolved.
    resolved: i64,
    /// Tickets that had their first answer: a public comment by staff.
    first_responses: i64,
    /// From opening to first answer, on average over those, in seconds. Null where there are none.
    first_response_seconds: Option<i64>,
    /// Work sessions that ended, together, in seconds.
    worked_seconds: i64,
}

impl From<pb::DayTrend> for DayTrend {
    fn from(day: pb::DayTrend) -> Self {
        Self {
            day: day.day.parse().unwrap_or_default(),
            opened: day.opened,
            resolved: day.resolved,
            first_responses: day.first_responses,
            first_response_seconds: (day.first_responses > 0).then_some(day.first_response_seconds),
            worked_seconds: day.worked_seconds,
        }
    }
}

/// Work of one person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersonWork {
    user: UserRef,
    /// Work sessions that ended, together, in seconds.
    worked_seconds: i64,
}

/// Somebody at work.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActiveWork {
    /// UUIDv7 of the ticket.
    ticket_id: String,
    /// Number of the ticket in its tenant.
    number: i64,
    subject: String,
    /// Who works.
    user: UserRef,
    started_at: DateTime<Utc>,
}

/// Devices of a company.
#[derive(Serialize, ToSchema)]
pub(crate) struct CompanyDevices {
    company: CompanyRef,
    /// All of them.
    devices: i64,
    /// Those that are offline, also those that were never seen.
    offline: i64,
    /// Those whose presence is not known now.
    unknown: i64,
}

/// Which days the trends are of.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetDashboard {
    /// How many days up to today; 1 to 366, 30 when left out.
    days: i64,
    /// Whose days: a name of the time zone database, for example `America/Sao_Paulo`. UTC when left
    /// out. Where a zone is not whole hours away, its days begin at the full hour before.
    time_zone: String,
}

impl Default for GetDashboard {
    fn default() -> Self {
        Self { days: 30, time_zone: "UTC".to_owned() }
    }
}

impl GetDashboard {
    /// The range of days, as the service is asked for it.
    fn range(self, now: DateTime<Utc>) -> Result<pb::GetTicketTrendsRequest> {
        let zone: Tz = self.time_zone.parse().map_err(|_| {
            Problem::invalid("timeZone", "must be a name of the time zone database")
        })?;
        if !(1..=366).contains(&self.days) {
            return Err(Problem::invalid("days", "must be 1 to 366"));
        }
        let today = now.with_timezone(&zone).date_naive();
        let first = today - TimeDelta::days(self.days - 1);
        Ok(pb::GetTicketTrendsRequest {
            from: first.to_string(),
            to: today.to_string(),
            time_zone: self.time_zone,
        })
    }
}

/// Get the dashboard
///
/// Figures about the tickets the caller may see, what happened by day, the tickets to look at first,
/// and who works now. Each figure is of about the same moment, not of exactly the same.
#[utoipa::path(
    get, path = "/api/dashboard", tag = "tickets", params(GetDashboard),
    responses((status = 200, description = "The dashboard.", body = Dashboard)),
)]
pub(crate) async fn get_dashboard(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(query): Query<GetDashboard>,
) -> Result<Json<Dashboard>> {
    let range = query.range(gateway.clock.now())?;
    let latest = pb::ListTicketsRequest {
        page_size: LATEST,
        sort: pb::TicketSort::Attention.into(),
        ..Default::default()
    };
    let (mut figures, mut others) = (gateway.clients.dashboard(), gateway.clients.dashboard());
    let mut tickets = gateway.clients.tickets();
    let (counts, trends, latest, active, presence) = futures::try_join!(
        figures.get_ticket_counts(caller.request(pb::GetTicketCountsRequest {})),
        others.get_ticket_trends(caller.request(range)),
        tickets.list_tickets(caller.request(latest)),
        active_work(&gateway, &caller),
        devices_by_company(&gateway, &caller),
    )?;
    let (counts, trends) = (counts.into_inner(), trends.into_inner());
    let tickets = latest.into_inner().tickets;

    let mut mentions = Mentions::default();
    mentions.queue();
    tickets.iter().for_each(|ticket| mention(&mut mentions, ticket));
    trends.people.iter().for_each(|person| mentions.user(Some(&person.user_id)));
    let working = active.iter().flat_map(|active| &active.work);
    working.for_each(|work| mentions.user(Some(&work.user_id)));
    let companies = presence.iter().flat_map(|presence| &presence.companies);
    companies.for_each(|company| mentions.company(Some(&company.company_id)));
    let names = mentions.resolve(&gateway, &caller).await;

    let tickets = tickets.into_iter().map(|ticket| Ticket::of(ticket, &names));
    Ok(Json(Dashboard {
        counts: named_counts(counts, &names)?,
        trends: Trends {
            days: trends.days.into_iter().map(Into::into).collect(),
            people: named_people(trends.people, &names),
        },
        latest_tickets: tickets.collect::<Result<_>>()?,
        active_work: active.map(|active| named_work(active, &names)).transpose()?,
        devices_by_company: presence.map(|presence| named_devices(presence, &names)),
    }))
}

/// Nothing for those who may not know.
async fn active_work(
    gateway: &Gateway,
    caller: &Caller,
) -> std::result::Result<Option<pb::ListActiveWorkResponse>, tonic::Status> {
    if !caller.principal().is_staff() {
        return Ok(None);
    }
    let request = caller.request(pb::ListActiveWorkRequest::default());
    Ok(Some(gateway.clients.dashboard().list_active_work(request).await?.into_inner()))
}

/// Nothing for those who may not know. The page is about tickets: it stands also when devices cannot be
/// told of.
async fn devices_by_company(
    gateway: &Gateway,
    caller: &Caller,
) -> std::result::Result<Option<device::GetPresenceByCompanyResponse>, tonic::Status> {
    if !caller.principal().is_staff() {
        return Ok(None);
    }
    let request = caller.request(device::GetPresenceByCompanyRequest::default());
    let answer = gateway.clients.devices().get_presence_by_company(request).await;
    Ok(answer.map(tonic::Response::into_inner).map(Some).unwrap_or_else(|status| {
        tracing::warn!(code = ?status.code(), "the dashboard comes without devices");
        None
    }))
}

fn named_devices(
    presence: device::GetPresenceByCompanyResponse,
    names: &Names,
) -> List<CompanyDevices> {
    let companies = presence.companies.into_iter().map(|each| CompanyDevices {
        company: names.company(each.company_id),
        devices: each.devices,
        offline: each.offline,
        unknown: each.unknown,
    });
    List::page(companies.collect(), String::new(), presence.total_size)
}

fn named_counts(counts: pb::TicketCounts, names: &Names) -> Result<TicketCounts> {
    let by_status = counts.by_status.into_iter().map(|pb::StatusCount { status, count }| {
        Ok(StatusCount { status: TicketStatus::of(status)?, count })
    });
    let mut open_by_queue: Vec<QueueCount> = counts
        .open_by_queue
        .into_iter()
        .map(|pb::QueueCount { queue_id, count, unassigned }| QueueCount {
            queue: names.queue(queue_id),
            count,
            unassigned,
        })
        .collect();
    open_by_queue.sort_by_key(|queue| std::cmp::Reverse(queue.count));
    Ok(TicketCounts {
        by_status: by_status.collect::<Result<_>>()?,
        open_by_queue,
        unassigned: counts.unassigned,
        mine: counts.mine,
    })
}

fn named_people(people: Vec<pb::PersonWork>, names: &Names) -> Vec<PersonWork> {
    let named = |person: pb::PersonWork| PersonWork {
        user: names.user(person.user_id),
        worked_seconds: person.worked_seconds,
    };
    people.into_iter().map(named).collect()
}

fn named_work(active: pb::ListActiveWorkResponse, names: &Names) -> Result<List<ActiveWork>> {
    let work = active.work.into_iter().map(|work| {
        Ok(ActiveWork {
            ticket_id: work.ticket_id,
            number: work.number,
            subject: work.subject,
            user: names.user(work.user_id),
            started_at: time(work.start_time)?,
        })
    });
    Ok(List::page(work.collect::<Result<_>>()?, active.next_page_token, active.total_size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_end_today_where_the_caller_is() {
        let now: DateTime<Utc> = "2026-03-01T01:30:00Z".parse().unwrap();
        let range = |days, zone: &str| {
            let query = GetDashboard { days, time_zone: zone.to_owned() };
            query.range(now).map(|range| (range.from, range.to)).ok()
        };
        let days = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(range(1, "UTC"), days("2026-03-01", "2026-03-01"));
        assert_eq!(range(30, "America/Sao_Paulo"), days("2026-01-30", "2026-02-28"));
        assert_eq!(range(366, "UTC"), days("2025-03-01", "2026-03-01"));
        for (days, zone) in [(0, "UTC"), (-1, "UTC"), (367, "UTC"), (i64::MAX, "UTC"), (1, "x")] {
            assert_eq!(range(days, zone), None, "{days} {zone}");
        }
    }
}
