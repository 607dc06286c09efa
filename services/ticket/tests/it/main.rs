//! Tickets on both databases, through the service's routes and layers, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod directory;
mod support;

mod activity;
mod attachments;
mod automation;
mod bucket;
mod bulk;
mod categories;
mod chat_ends;
mod chats;
mod comments;
mod concurrency;
mod dashboard;
mod departures;
mod drafts;
mod facts;
mod jobs;
mod lifecycle;
mod lists;
mod mentions;
mod merges;
mod office;
mod opening;
mod orders;
mod plans;
mod queues;
mod search;
mod tags;
mod updates;
mod visibility;
mod watchers;
