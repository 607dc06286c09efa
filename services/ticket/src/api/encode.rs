//! From the domain to the contracts.

use chamados_chassis::clock::to_proto;
use chamados_proto::ticket::v1 as pb;

use crate::domain::{
    Comment, CommentVisibility, FieldChange, PauseReason, Priority, Queue, RecordedEntry, Status,
    Ticket, UserReferences, WorkSession,
};

impl From<Status> for pb::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::InProgress => Self::InProgress,
            Status::Paused => Self::Paused,
            Status::Resolved => Self::Resolved,
        }
    }
}

impl From<Priority> for pb::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Urgent => Self::Urgent,
        }
    }
}

impl From<PauseReason> for pb::PauseReason {
    fn from(reason: PauseReason) -> Self {
        match reason {
            PauseReason::WaitingRequester => Self::WaitingRequester,
            PauseReason::WaitingThirdParty => Self::WaitingThirdParty,
            PauseReason::Scheduled => Self::Scheduled,
            PauseReason::Break => Self::Break,
            PauseReason::Other => Self::Other,
        }
    }
}

impl From<CommentVisibility> for pb::Visibility {
    fn from(visibility: CommentVisibility) -> Self {
        match visibility {
            CommentVisibility::Public => Self::Public,
            CommentVisibility::Internal => Self::Internal,
        }
    }
}

impl From<Ticket> for pb::Ticket {
    fn from(ticket: Ticket) -> Self {
        let state = ticket.state;
        let pause_reason = state.pause_reason().map(pb::PauseReason::from).unwrap_or_default();
        Self {
            id: ticket.id.to_string(),
            number: ticket.number,
            subject: ticket.subject.to_string(),
            description: ticket.description.to_string(),
            status: pb::Status::from(state.status()).into(),
            priority: pb::Priority::from(ticket.priority).into(),
            queue_id: ticket.queue.to_string(),
            requester_id: ticket.requester.to_string(),
            company_id: ticket.company.map(|id| id.to_string()),
            device_id: ticket.device.map(|id| id.to_string()),
            assignee_id: ticket.assignee.map(|id| id.to_string()),
            pause_reason: pause_reason.into(),
            worked_seconds: ticket.worked_seconds,
            working_since: state.working_since().map(to_proto),
            create_time: Some(to_proto(ticket.created_at)),
            update_time: Some(to_proto(ticket.updated_at)),
            resolve_time: state.resolved_at().map(to_proto),
            version: ticket.version,
        }
    }
}

impl From<RecordedEntry> for pb::TimelineEntry {
    fn from(RecordedEntry { id, entry }: RecordedEntry) -> Self {
        Self {
            id: id.to_string(),
            r#type: entry.kind.to_string(),
            actor: Some(entry.actor.into()),
            occur_time: Some(to_proto(entry.at)),
            version: entry.version,
            changes: entry.changes.into_iter().map(Into::into).collect(),
            note: entry.note,
            comment_id: entry.comment.map(|id| id.to_string()),
        }
    }
}

impl From<FieldChange> for pb::FieldChange {
    fn from(change: FieldChange) -> Self {
        Self { field: change.field.to_string(), old_value: change.old, new_value: change.new }
    }
}

impl From<WorkSession> for pb::WorkSession {
    fn from(session: WorkSession) -> Self {
        Self {
            id: session.id.to_string(),
            user_id: session.user.to_string(),
            start_time: Some(to_proto(session.started_at)),
            end_time: session.ended_at.map(to_proto),
        }
    }
}

impl From<Comment> for pb::Comment {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id.to_string(),
            ticket_id: comment.ticket.to_string(),
            author: Some(comment.author.into()),
            visibility: pb::Visibility::from(comment.visibility).into(),
            body: comment.body.to_string(),
            create_time: Some(to_proto(comment.created_at)),
        }
    }
}

impl From<Queue> for pb::Queue {
    fn from(queue: Queue) -> Self {
        Self { id: queue.id.to_string(), name: queue.name, is_default: queue.is_default }
    }
}

impl From<UserReferences> for pb::UserReferences {
    fn from(references: UserReferences) -> Self {
        Self {
            tickets_requested: references.tickets_requested,
            tickets_assigned: references.tickets_assigned,
            comments_written: references.comments_written,
            work_sessions: references.work_sessions,
        }
    }
}
