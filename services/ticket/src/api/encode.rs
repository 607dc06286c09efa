//! From the domain to the contracts.

use chamados_chassis::clock::to_proto;
use chamados_proto::ticket::v1 as pb;

use crate::domain::{
    Attachment, Category, Chat, ChatEnding, ChatMessage, Comment, CommentVisibility, FieldChange,
    PauseReason, Priority, Queue, ReadMark, RecordedEntry, Sketch, SketchKind, Status, Ticket,
    UserReferences, WorkSession,
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
            category_id: ticket.category.map(|id| id.to_string()),
            tags: ticket.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            watcher_ids: ticket.watchers.as_slice().iter().map(ToString::to_string).collect(),
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
            chat_id: entry.chat.map(|id| id.to_string()),
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
        let mentioned = comment.body.mentions();
        Self {
            id: comment.id.to_string(),
            ticket_id: comment.ticket.to_string(),
            author: Some(comment.author.into()),
            visibility: pb::Visibility::from(comment.visibility).into(),
            body: comment.body.to_string(),
            create_time: Some(to_proto(comment.created_at)),
            attachments: comment.attachments.into_iter().map(Into::into).collect(),
            mentioned_user_ids: mentioned.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<SketchKind> for pb::DraftKind {
    fn from(kind: SketchKind) -> Self {
        match kind {
            SketchKind::Comment => Self::Comment,
            SketchKind::Closing => Self::Closing,
            SketchKind::Facts => Self::Facts,
        }
    }
}

impl From<Sketch> for pb::Draft {
    fn from(sketch: Sketch) -> Self {
        let of_a_comment = sketch.kind == SketchKind::Comment;
        let visibility = of_a_comment.then_some(pb::Visibility::from(sketch.visibility));
        Self {
            ticket_id: sketch.ticket.to_string(),
            kind: pb::DraftKind::from(sketch.kind).into(),
            body: sketch.body.to_string(),
            visibility: visibility.unwrap_or_default().into(),
            subject: sketch.subject.as_str().to_owned(),
            base_version: sketch.base_version,
            update_time: Some(to_proto(sketch.updated_at)),
        }
    }
}

impl From<Attachment> for pb::Attachment {
    fn from(file: Attachment) -> Self {
        Self {
            id: file.id.to_string(),
            inline_safe: file.is_inline_safe(),
            file_name: file.file_name.as_str().to_owned(),
            content_type: file.content_type,
            size: i64::try_from(file.size).unwrap_or(i64::MAX),
            blake3: file.blake3,
            uploader: Some(file.uploader.into()),
            create_time: Some(to_proto(file.created_at)),
            ticket_id: file.place.map(|place| place.ticket.to_string()),
            comment_id: file.place.and_then(|place| place.comment).map(|id| id.to_string()),
        }
    }
}

impl From<ChatEnding> for pb::ChatEnd {
    fn from(ending: ChatEnding) -> Self {
        match ending {
            ChatEnding::Closed => Self::Closed,
            ChatEnding::Inactive => Self::Inactive,
            ChatEnding::Resolved => Self::Resolved,
        }
    }
}

impl From<Chat> for pb::Chat {
    fn from(chat: Chat) -> Self {
        let end = chat.end;
        let ending = end.as_ref().map(|end| pb::ChatEnd::from(end.ending)).unwrap_or_default();
        Self {
            id: chat.id.to_string(),
            ticket_id: chat.ticket.to_string(),
            started_by: Some(chat.started_by.into()),
            start_time: Some(to_proto(chat.started_at)),
            end_time: end.as_ref().map(|end| to_proto(end.at)),
            ended_by: end.map(|end| end.by.into()),
            end: ending.into(),
            last_sequence: chat.last_sequence,
            active_time: Some(to_proto(chat.active_at)),
            read_marks: chat.read_marks.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ReadMark> for pb::ChatReadMark {
    fn from(read: ReadMark) -> Self {
        Self {
            user_id: read.user.to_string(),
            sequence: read.sequence,
            read_time: Some(to_proto(read.read_at)),
        }
    }
}

impl From<ChatMessage> for pb::ChatMessage {
    fn from(message: ChatMessage) -> Self {
        Self {
            id: message.id.to_string(),
            chat_id: message.chat.to_string(),
            sequence: message.sequence,
            author: Some(message.author.into()),
            body: message.body.to_string(),
            create_time: Some(to_proto(message.created_at)),
        }
    }
}

impl From<Queue> for pb::Queue {
    fn from(queue: Queue) -> Self {
        Self {
            id: queue.id.to_string(),
            name: queue.name.to_string(),
            is_default: queue.is_default,
            archived: queue.archived,
            create_time: Some(to_proto(queue.created_at)),
            version: queue.version,
        }
    }
}

impl From<Category> for pb::Category {
    fn from(category: Category) -> Self {
        Self {
            id: category.id.to_string(),
            name: category.name.to_string(),
            archived: category.archived,
            create_time: Some(to_proto(category.created_at)),
            version: category.version,
        }
    }
}

impl From<UserReferences> for pb::UserReferences {
    fn from(references: UserReferences) -> Self {
        Self {
            tickets_requested: references.tickets_requested,
            tickets_assigned: references.tickets_assigned,
            comments_written: references.comments_written,
            work_sessions: references.work_sessions,
            tickets_watched: references.tickets_watched,
            chat_messages: references.chat_messages,
        }
    }
}
