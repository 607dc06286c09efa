//! Who is at a ticket now. It lives in the memory of each replica, which tell each other by signals.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chamados_chassis::{
    auth::{Audience, Permission},
    bus::Heard,
    context::CallContext,
    id::TicketId,
    shutdown::Shutdown,
};
use chamados_proto::event::v1::Signal;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

use super::{App, tickets};
use crate::{
    domain::{
        TicketRef, Visibility,
        activity::{Activity, Attendance, Doing, Participant, Report, Stir},
    },
    error::{Error, Result},
};

/// What replicas tell each other; behind it what somebody does, and who may know.
const PREFIX: &str = "ticket.attendance.";
const LEFT: &str = "left";
const PUBLIC: &str = "public";
const STAFF: &str = "staff";

/// What this replica knows. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Hall {
    /// Tells this replica's reports from those of others.
    replica: Uuid,
    attendance: Arc<Mutex<Attendance>>,
}

impl Hall {
    /// Nobody is anywhere.
    pub(crate) fn new() -> Self {
        Self { replica: Uuid::now_v7(), attendance: Arc::default() }
    }

    /// The attendance is plain data, whole after every statement, so a panic elsewhere spoils nothing.
    fn attendance(&self) -> MutexGuard<'_, Attendance> {
        self.attendance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what the caller does in one of their places at a ticket; none when they went away from it.
///
/// # Errors
/// [`Error::TicketNotFound`], [`Error::PersonRequired`]; [`Error::Denied`] for internal writing by
/// others than staff.
pub async fn report(
    app: &App,
    cx: &CallContext,
    (ticket, place): (TicketId, Uuid),
    activity: Option<Activity>,
) -> Result<()> {
    cx.require(match activity {
        Some(Activity::TypingInternal) => Permission::TicketsCommentInternal,
        Some(Activity::Typing) => Permission::TicketsComment,
        Some(Activity::Viewing) | None => Permission::TicketsRead,
    })?;
    let user = cx.principal().user().ok_or(Error::PersonRequired)?;
    let ticket = tickets::get(app, cx, TicketRef::Id(ticket)).await?;
    let by_staff = cx.principal().is_staff();
    let doing = activity.map(|activity| Doing { activity, public: activity.is_public(by_staff) });
    let report = Report { ticket: ticket.id, user, place, doing };
    let stir = app.hall.attendance().take(&report, app.clock.now());
    app.signals
        .publish(Signal {
            tenant_id: ticket.tenant.to_string(),
            topic: topic(doing),
            ids: [ticket.id.as_uuid(), user.as_uuid(), app.hall.replica, place]
                .map(|id| id.to_string())
                .to_vec(),
            audience: Some(Audience::staff().into()),
        })
        .await;
    // Only then, so that who looks again finds it on every replica.
    match stir {
        Stir::Nobody => {}
        Stir::Staff => app.activity_changed(&ticket, Audience::staff()).await,
        Stir::Everybody => app.activity_changed(&ticket, ticket.audience()).await,
    }
    Ok(())
}

/// Who else is at a ticket, as far as the caller may know.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn list(app: &App, cx: &CallContext, ticket: TicketId) -> Result<Vec<Participant>> {
    let ticket = tickets::get(app, cx, TicketRef::Id(ticket)).await?;
    let all = Visibility::of(cx.principal()).includes_internal();
    let caller = cx.principal().user();
    Ok(app.hall.attendance().at(ticket.id, caller, all, app.clock.now()))
}

/// Hears the other replicas until shutdown. What was lost comes again within seconds.
pub(crate) fn start(app: &App, shutdown: &Shutdown) {
    let (app, requested, heard) = (app.clone(), shutdown.requested(), app.signals.listen());
    shutdown.spawn("attendance", async move {
        tokio::select! {
            () = requested => {}
            () = hear(&app, heard) => {}
        }
    });
}

async fn hear(app: &App, mut heard: Receiver<Heard>) {
    loop {
        match heard.recv().await {
            Ok(Heard::Signal(signal)) => {
                if let Some(report) = read(&signal, app.hall.replica) {
                    app.hall.attendance().take(&report, app.clock.now());
                }
            }
            Ok(Heard::Gap) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn topic(doing: Option<Doing>) -> String {
    match doing {
        None => format!("{PREFIX}{LEFT}"),
        Some(Doing { activity, public }) => {
            format!("{PREFIX}{activity}.{}", if public { PUBLIC } else { STAFF })
        }
    }
}

/// Another replica's report; none for anything else.
fn read(signal: &Signal, own: Uuid) -> Option<Report> {
    let word = signal.topic.strip_prefix(PREFIX)?;
    let doing = match word.split_once('.') {
        None if word == LEFT => None,
        Some((activity, PUBLIC)) => Some(Doing { activity: activity.parse().ok()?, public: true }),
        Some((activity, STAFF)) => Some(Doing { activity: activity.parse().ok()?, public: false }),
        _ => return None,
    };
    let [ticket, user, replica, place] = signal.ids.as_slice() else { return None };
    if replica.parse::<Uuid>().ok()? == own {
        return None;
    }
    let (ticket, user) = (ticket.parse().ok()?, user.parse().ok()?);
    Some(Report { ticket, user, place: place.parse().ok()?, doing })
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::UserId;

    use super::*;

    fn signal(topic: &str, ids: &[Uuid]) -> Signal {
        let ids = ids.iter().map(ToString::to_string).collect();
        Signal { topic: topic.to_owned(), ids, ..Signal::default() }
    }

    #[test]
    fn reports_survive_the_wire() {
        let (ticket, user, own) = (TicketId::new(), UserId::new(), Uuid::now_v7());
        let place = Uuid::now_v7();
        let ids = [ticket.as_uuid(), user.as_uuid(), Uuid::now_v7(), place];
        let activities = Activity::ALL
            .iter()
            .flat_map(|&activity| [true, false].map(|public| Some(Doing { activity, public })));
        for doing in activities.chain([None]) {
            let heard = read(&signal(&topic(doing), &ids), own);
            assert_eq!(heard, Some(Report { ticket, user, place, doing }));
        }
    }

    #[test]
    fn what_is_no_report_of_another_is_passed_over() {
        let (a, own) = (Uuid::now_v7(), Uuid::now_v7());
        for (topic, ids) in [
            ("ticket.changed", vec![a, a, a, a]),
            ("ticket.attendance.", vec![a, a, a, a]),
            ("ticket.attendance.dancing.public", vec![a, a, a, a]),
            ("ticket.attendance.typing.everybody", vec![a, a, a, a]),
            ("ticket.attendance.left", vec![a, a, a]),
            ("ticket.attendance.left", vec![a, a, own, a]),
        ] {
            assert_eq!(read(&signal(topic, &ids), own), None, "{topic} {}", ids.len());
        }
    }
}
