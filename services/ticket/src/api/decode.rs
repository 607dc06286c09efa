//! From the contracts to the domain.

use std::str::FromStr;

use chamados_chassis::{
    clock::from_proto,
    error::{Checks, Invalid},
    id::InvalidId,
    page::PageRequest,
};
use chamados_proto::ticket::v1 as pb;
use chamados_store_kit::idempotency::Fingerprint;
use chrono::{DateTime, Datelike as _, Utc};
use prost::Message;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    app::{Repeat, tickets::ListKey},
    domain::{
        AttachmentId, CommentVisibility, Edit, ListEdit, Name, PauseReason, Priority, Query,
        RichText, SketchKind, Status, Subject, Tag, Tags, TagsEdit, TicketFilter, TicketSort,
        Watchers, attachment::MOST as MOST_FILES, rich_text::MOST_MENTIONS,
        watchers::TooManyWatchers,
    },
};

/// More people than a text can mention.
pub(super) const TOO_MANY_MENTIONS: &str = "must mention at most 50 people";

/// Most values of one field of a filter.
const MOST_VALUES: usize = 100;

/// A value the contract does not allow here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// An enumeration without value, or with one this version does not know.
    #[error("must be given")]
    Unspecified,
    /// No time between the years 1 and 9999.
    #[error("is not a time")]
    Time,
    /// Too long a list.
    #[error("must have at most {MOST_VALUES} values")]
    TooMany,
    /// Not an id.
    #[error("must hold UUIDs only")]
    Id,
    /// Not a tag.
    #[error("must hold tags only")]
    Tag,
}

/// Reads an id.
pub(super) fn id<T: FromStr<Err = InvalidId>>(
    field: &'static str,
    text: &str,
) -> Result<T, Invalid> {
    text.parse().map_err(|e: InvalidId| Invalid::field(field, e.to_string()))
}

/// Reads an id that may be absent.
pub(super) fn optional_id<T: FromStr<Err = InvalidId>>(
    checks: &mut Checks,
    field: &'static str,
    text: Option<&String>,
) -> Option<T> {
    text.and_then(|text| checks.take(field, text.parse()))
}

/// What tells a repeat of `message` from another request.
pub(super) fn repeat(request_id: &str, message: &impl Message) -> Repeat {
    Repeat { request_id: request_id.to_owned(), fingerprint: Fingerprint::of(message) }
}

/// A sort key with a time in it.
pub(super) trait Timed {
    /// The time.
    fn time(&self) -> DateTime<Utc>;
}

impl Timed for (DateTime<Utc>, Uuid) {
    fn time(&self) -> DateTime<Utc> {
        self.0
    }
}

impl Timed for ListKey {
    fn time(&self) -> DateTime<Utc> {
        self.2
    }
}

impl Timed for (i64, DateTime<Utc>, Uuid) {
    fn time(&self) -> DateTime<Utc> {
        self.1
    }
}

/// Reads which page is wanted. A forged token must not carry a time that databases cannot hold.
pub(super) fn page<K: DeserializeOwned + Timed>(
    size: i32,
    token: &str,
) -> Result<PageRequest<K>, Invalid> {
    let page = PageRequest::<K>::parse(size, token)?;
    if page.after.as_ref().is_none_or(|key| is_storable(key.time())) {
        Ok(page)
    } else {
        Err(Invalid::field("page_token", "is not a token of this list"))
    }
}

/// Reads which page of a list of tickets is wanted. A token belongs to its order.
pub(super) fn list_page(
    size: i32,
    token: &str,
    sort: TicketSort,
) -> Result<PageRequest<ListKey>, Invalid> {
    let page = page::<ListKey>(size, token)?;
    if page.after.is_none_or(|(order, ..)| order == sort) {
        Ok(page)
    } else {
        Err(Invalid::field("page_token", "belongs to another order"))
    }
}

fn is_storable(time: DateTime<Utc>) -> bool {
    (1..=9999).contains(&time.year())
}

/// Reads a filter.
///
/// # Errors
/// [`Invalid`] naming each part that is not right.
pub(super) fn filter(filter: &pb::TicketFilter) -> Result<TicketFilter, Invalid> {
    let mut checks = Checks::default();
    let read = TicketFilter {
        statuses: each(&mut checks, "filter.statuses", &filter.statuses, |n| status(known(*n)?)),
        priorities: each(&mut checks, "filter.priorities", &filter.priorities, |n| {
            priority(known(*n)?)
        }),
        queues: ids(&mut checks, "filter.queue_ids", &filter.queue_ids),
        companies: ids(&mut checks, "filter.company_ids", &filter.company_ids),
        assignees: ids(&mut checks, "filter.assignee_ids", &filter.assignee_ids),
        unassigned: filter.unassigned,
        requesters: ids(&mut checks, "filter.requester_ids", &filter.requester_ids),
        devices: ids(&mut checks, "filter.device_ids", &filter.device_ids),
        created_from: time(&mut checks, "filter.created_from", filter.created_from),
        created_to: time(&mut checks, "filter.created_to", filter.created_to),
        categories: ids(&mut checks, "filter.category_ids", &filter.category_ids),
        uncategorised: filter.uncategorised,
        tag_keys: each(&mut checks, "filter.tags", &filter.tags, |text| {
            Tag::parse(text).map(|tag| tag.key()).map_err(|_| Unfit::Tag)
        }),
        watchers: ids(&mut checks, "filter.watcher_ids", &filter.watcher_ids),
        updated_from: time(&mut checks, "filter.updated_from", filter.updated_from),
        updated_to: time(&mut checks, "filter.updated_to", filter.updated_to),
        resolved_from: time(&mut checks, "filter.resolved_from", filter.resolved_from),
        resolved_to: time(&mut checks, "filter.resolved_to", filter.resolved_to),
        query: checks.take("filter.query", Query::parse(&filter.query)).flatten(),
    };
    checks.finish().map(|()| read)
}

fn ids<T: FromStr>(checks: &mut Checks, field: &'static str, texts: &[String]) -> Vec<T> {
    each(checks, field, texts, |text| text.parse().map_err(|_| Unfit::Id))
}

fn each<A, B>(
    checks: &mut Checks,
    field: &'static str,
    values: impl IntoIterator<Item = A>,
    read: impl Fn(A) -> Result<B, Unfit>,
) -> Vec<B> {
    let values: Result<Vec<B>, Unfit> =
        values.into_iter().take(MOST_VALUES + 1).map(read).collect();
    let bounded =
        values.and_then(
            |values| if values.len() > MOST_VALUES { Err(Unfit::TooMany) } else { Ok(values) },
        );
    checks.take(field, bounded).unwrap_or_default()
}

/// A value of an enumeration that this version knows.
fn known<E: TryFrom<i32>>(value: i32) -> Result<E, Unfit> {
    E::try_from(value).map_err(|_| Unfit::Unspecified)
}

fn time(
    checks: &mut Checks,
    field: &'static str,
    time: Option<prost_types::Timestamp>,
) -> Option<DateTime<Utc>> {
    let time = from_proto(time?).filter(|time| is_storable(*time));
    checks.take(field, time.ok_or(Unfit::Time))
}

/// Reads the new values that an update's mask names.
///
/// # Errors
/// [`Invalid`] naming each field that is not right or cannot be changed.
pub(super) fn edit(ticket: &pb::Ticket, paths: &[String]) -> Result<Edit, Invalid> {
    let mut checks = Checks::default();
    let mut edit = Edit::default();
    for path in paths {
        let checks = &mut checks;
        match path.as_str() {
            "subject" => edit.subject = checks.take("subject", Subject::parse(&ticket.subject)),
            "description" => {
                edit.description = checks.take("description", RichText::parse(&ticket.description));
            }
            "queue_id" => edit.queue = checks.take("queue_id", ticket.queue_id.parse()),
            "requester_id" => {
                edit.requester = checks.take("requester_id", ticket.requester_id.parse());
            }
            "company_id" => {
                edit.company = Some(optional_id(checks, "company_id", ticket.company_id.as_ref()));
            }
            "device_id" => {
                edit.device = Some(optional_id(checks, "device_id", ticket.device_id.as_ref()));
            }
            "priority" => edit.priority = checks.take("priority", priority(ticket.priority())),
            "category_id" => {
                edit.category =
                    Some(optional_id(checks, "category_id", ticket.category_id.as_ref()));
            }
            "tags" => {
                let tags = checks.take("tags", Tags::parse(&ticket.tags));
                edit.tags = tags.map(TagsEdit::Set).unwrap_or_default();
            }
            "watcher_ids" => edit.watchers = watchers(checks, &ticket.watcher_ids),
            other => checks.ensure("update_mask", false, format!("{other:?} cannot be changed")),
        }
    }
    checks.finish().map(|()| edit)
}

/// Reads which files come along.
pub(super) fn attachments(checks: &mut Checks, texts: &[String]) -> Vec<AttachmentId> {
    checks.ensure("attachment_ids", texts.len() <= MOST_FILES, "must have at most 20 values");
    ids(checks, "attachment_ids", texts)
}

/// Reads who watches.
pub(super) fn watchers(checks: &mut Checks, texts: &[String]) -> Option<Watchers> {
    let people = if texts.len() > MOST_VALUES {
        Err(TooManyWatchers.to_string())
    } else {
        let ids: Result<Vec<_>, _> = texts.iter().map(|text| text.parse()).collect();
        ids.map_err(|_| Unfit::Id.to_string())
    };
    let watchers =
        people.and_then(|people| Watchers::of(people).map_err(|error| error.to_string()));
    checks.take("watcher_ids", watchers)
}

/// Reads the new values that an update's mask names of a queue or a category.
///
/// # Errors
/// [`Invalid`] naming each field that is not right or cannot be changed.
pub(super) fn list_edit(
    name: &str,
    archived: bool,
    mask: Option<&prost_types::FieldMask>,
) -> Result<ListEdit, Invalid> {
    let mut checks = Checks::default();
    let mut edit = ListEdit::default();
    for path in mask.map_or(&[][..], |mask| &mask.paths) {
        match path.as_str() {
            "name" => edit.name = checks.take("name", Name::parse(name)),
            "archived" => edit.archived = Some(archived),
            other => checks.ensure("update_mask", false, format!("{other:?} cannot be changed")),
        }
    }
    checks.finish().map(|()| edit)
}

/// Reads in which order a list is wanted.
pub(super) fn sort(sort: i32) -> Result<TicketSort, Invalid> {
    match pb::TicketSort::try_from(sort) {
        Ok(pb::TicketSort::Unspecified | pb::TicketSort::Newest) => Ok(TicketSort::Newest),
        Ok(pb::TicketSort::Oldest) => Ok(TicketSort::Oldest),
        Ok(pb::TicketSort::Updated) => Ok(TicketSort::Updated),
        Ok(pb::TicketSort::Priority) => Ok(TicketSort::Priority),
        Ok(pb::TicketSort::Attention) => Ok(TicketSort::Attention),
        Err(_) => Err(Invalid::field("sort", "is no order this version knows")),
    }
}

/// Reads a priority that must be given.
pub(super) const fn priority(priority: pb::Priority) -> Result<Priority, Unfit> {
    match priority {
        pb::Priority::Unspecified => Err(Unfit::Unspecified),
        pb::Priority::Low => Ok(Priority::Low),
        pb::Priority::Normal => Ok(Priority::Normal),
        pb::Priority::High => Ok(Priority::High),
        pb::Priority::Urgent => Ok(Priority::Urgent),
    }
}

/// Reads a pause reason, which must be given.
pub(super) const fn pause_reason(reason: pb::PauseReason) -> Result<PauseReason, Unfit> {
    match reason {
        pb::PauseReason::Unspecified => Err(Unfit::Unspecified),
        pb::PauseReason::WaitingRequester => Ok(PauseReason::WaitingRequester),
        pb::PauseReason::WaitingThirdParty => Ok(PauseReason::WaitingThirdParty),
        pb::PauseReason::Scheduled => Ok(PauseReason::Scheduled),
        pb::PauseReason::Break => Ok(PauseReason::Break),
        pb::PauseReason::Other => Ok(PauseReason::Other),
    }
}

/// Reads who may see a comment, which must be given.
pub(super) const fn comment_visibility(
    visibility: pb::Visibility,
) -> Result<CommentVisibility, Unfit> {
    match visibility {
        pb::Visibility::Unspecified => Err(Unfit::Unspecified),
        pb::Visibility::Public => Ok(CommentVisibility::Public),
        pb::Visibility::Internal => Ok(CommentVisibility::Internal),
    }
}

/// Reads a text that is to be said, and that may be empty.
pub(super) fn said(field: &'static str, html: &str) -> Result<RichText, Invalid> {
    let text = RichText::parse(html).map_err(|error| Invalid::field(field, error.to_string()))?;
    if text.mentions().len() > MOST_MENTIONS {
        return Err(Invalid::field(field, TOO_MANY_MENTIONS));
    }
    Ok(text)
}

/// Reads what a draft is to become, which must be given.
pub(super) const fn sketch_kind(kind: pb::DraftKind) -> Result<SketchKind, Unfit> {
    match kind {
        pb::DraftKind::Unspecified => Err(Unfit::Unspecified),
        pb::DraftKind::Comment => Ok(SketchKind::Comment),
        pb::DraftKind::Closing => Ok(SketchKind::Closing),
        pb::DraftKind::Facts => Ok(SketchKind::Facts),
    }
}

const fn status(status: pb::Status) -> Result<Status, Unfit> {
    match status {
        pb::Status::Unspecified => Err(Unfit::Unspecified),
        pb::Status::Pending => Ok(Status::Pending),
        pb::Status::InProgress => Ok(Status::InProgress),
        pb::Status::Paused => Ok(Status::Paused),
        pb::Status::Resolved => Ok(Status::Resolved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_every_part_that_is_wrong() {
        let wrong = pb::TicketFilter {
            statuses: vec![0],
            priorities: vec![99],
            queue_ids: vec!["x".into()],
            assignee_ids: vec![Uuid::nil().to_string(); 101],
            created_from: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
            created_to: Some(prost_types::Timestamp { seconds: -99_999_999_999, nanos: 0 }),
            query: "a\0".into(),
            ..Default::default()
        };
        let fields: Vec<_> =
            filter(&wrong).unwrap_err().0.into_iter().map(|violation| violation.field).collect();
        assert_eq!(
            fields,
            [
                "filter.statuses",
                "filter.priorities",
                "filter.queue_ids",
                "filter.assignee_ids",
                "filter.created_from",
                "filter.created_to",
                "filter.query",
            ]
        );
        assert_eq!(filter(&pb::TicketFilter::default()), Ok(TicketFilter::default()));
    }

    #[test]
    fn a_mask_says_what_changes_and_absent_ids_clear() {
        let ticket = pb::Ticket { subject: "Sem rede".into(), ..Default::default() };
        let paths = |paths: &[&str]| paths.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let read = edit(&ticket, &paths(&["subject", "company_id"])).unwrap();
        assert_eq!(read.subject, Subject::parse("Sem rede").ok());
        assert_eq!((read.company, read.device), (Some(None), None));
        let wrong = edit(&ticket, &paths(&["queue_id", "priority", "status", "number"]));
        assert_eq!(wrong.unwrap_err().0.len(), 4);
    }

    #[test]
    fn forged_tokens_carry_no_impossible_times() {
        let key = (DateTime::<Utc>::MAX_UTC, Uuid::nil());
        let forged = token_of(&key);
        assert!(page::<(DateTime<Utc>, Uuid)>(1, &forged).is_err());
        let fine = token_of(&(DateTime::UNIX_EPOCH, Uuid::nil()));
        assert!(page::<(DateTime<Utc>, Uuid)>(1, &fine).is_ok());
    }

    /// A token as a list makes it.
    fn token_of<K: serde::Serialize + DeserializeOwned + Copy>(key: &K) -> String {
        let request = PageRequest::<K> { size: 1, after: None };
        chamados_chassis::page::Page::of(vec![(), ()], &request, 2, |()| *key).next_token
    }
}
