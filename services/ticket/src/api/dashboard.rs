//! `DashboardService`.

use chamados_chassis::{
    clock::to_proto,
    context::CallContext,
    error::{Checks, Invalid, status},
};
use chamados_proto::ticket::v1::{self as pb, dashboard_service_server::DashboardService};
use chrono::NaiveDate;
use chrono_tz::Tz;
use tonic::{Request, Response, Status};

use super::decode;
use crate::{
    app::{App, dashboard},
    domain::{ActiveWork, Counts, DayRange, DayTrend, PersonWork, QueueCount, Status as Word},
};

/// The service.
pub(super) struct Api(pub(super) App);

#[tonic::async_trait]
impl DashboardService for Api {
    async fn get_ticket_counts(
        &self,
        request: Request<pb::GetTicketCountsRequest>,
    ) -> Result<Response<pb::TicketCounts>, Status> {
        let cx = CallContext::of(&request)?;
        let counts = dashboard::counts(&self.0, &cx).await.map_err(status)?;
        Ok(Response::new(counts.into()))
    }

    async fn get_ticket_trends(
        &self,
        request: Request<pb::GetTicketTrendsRequest>,
    ) -> Result<Response<pb::GetTicketTrendsResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let range = days(request.get_ref()).map_err(status)?;
        let trends = dashboard::trends(&self.0, &cx, &range).await.map_err(status)?;
        Ok(Response::new(pb::GetTicketTrendsResponse {
            days: trends.days.into_iter().map(Into::into).collect(),
            people: trends.people.into_iter().map(Into::into).collect(),
        }))
    }

    async fn list_active_work(
        &self,
        request: Request<pb::ListActiveWorkRequest>,
    ) -> Result<Response<pb::ListActiveWorkResponse>, Status> {
        let cx = CallContext::of(&request)?;
        let request = request.get_ref();
        let page = decode::page(request.page_size, &request.page_token).map_err(status)?;
        let page = dashboard::active_work(&self.0, &cx, &page).await.map_err(status)?;
        Ok(Response::new(pb::ListActiveWorkResponse {
            total_size: page.total_size(),
            next_page_token: page.next_token,
            work: page.items.into_iter().map(Into::into).collect(),
        }))
    }
}

/// A text that names no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a day of the years 1970 to 9999, as YYYY-MM-DD")]
struct NoDay;

/// A text that names no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a name of the time zone database, for example America/Sao_Paulo")]
struct NoZone;

fn days(request: &pb::GetTicketTrendsRequest) -> Result<DayRange, Invalid> {
    let mut checks = Checks::default();
    let from = checks.take("from", day(&request.from));
    let to = checks.take("to", day(&request.to));
    let zone = checks.take("time_zone", zone(&request.time_zone));
    let (Some(from), Some(to), Some(zone)) = (from, to, zone) else {
        return Err(checks.into_invalid());
    };
    DayRange::new(from, to, zone).map_err(|error| Invalid::field("to", error.to_string()))
}

fn day(text: &str) -> Result<NaiveDate, NoDay> {
    // The parser of dates is not as strict about their form; years before 1970 begin otherwise.
    let formed = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = text.parse().ok().filter(|_| formed && text >= "1970");
    day.ok_or(NoDay)
}

fn zone(name: &str) -> Result<Tz, NoZone> {
    if name.is_empty() { Ok(Tz::UTC) } else { name.parse().map_err(|_| NoZone) }
}

impl From<Counts> for pb::TicketCounts {
    fn from(counts: Counts) -> Self {
        let by_status = Word::ALL.iter().zip(counts.by_status).map(|(status, count)| {
            pb::StatusCount { status: pb::Status::from(*status).into(), count }
        });
        Self {
            by_status: by_status.collect(),
            open_by_queue: counts.open_by_queue.into_iter().map(Into::into).collect(),
            unassigned: counts.unassigned,
            mine: counts.mine,
        }
    }
}

impl From<QueueCount> for pb::QueueCount {
    fn from(QueueCount { queue, open, unassigned }: QueueCount) -> Self {
        Self { queue_id: queue.to_string(), count: open, unassigned }
    }
}

impl From<DayTrend> for pb::DayTrend {
    fn from(day: DayTrend) -> Self {
        let average = day.first_response_seconds.checked_div(day.first_responses);
        Self {
            day: day.day.to_string(),
            opened: day.opened,
            resolved: day.resolved,
            first_responses: day.first_responses,
            first_response_seconds: average.unwrap_or_default(),
            worked_seconds: day.worked_seconds,
        }
    }
}

impl From<PersonWork> for pb::PersonWork {
    fn from(PersonWork { user, seconds }: PersonWork) -> Self {
        Self { user_id: user.to_string(), worked_seconds: seconds }
    }
}

impl From<ActiveWork> for pb::ActiveWork {
    fn from(work: ActiveWork) -> Self {
        Self {
            ticket_id: work.ticket.to_string(),
            number: work.number,
            subject: work.subject.to_string(),
            user_id: work.user.to_string(),
            start_time: Some(to_proto(work.started_at)),
        }
    }
}
