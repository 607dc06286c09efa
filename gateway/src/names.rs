//! Names beside ids: collects every id an answer mentions and asks each service once, all at the
//! same time.
//!
//! A name is never worth an error: when a service is away, what it would have named stays without a
//! name, and the rest of the answer stands.

use std::collections::{BTreeMap, BTreeSet};

use chamados_proto::{
    device::v1::{self as device, Presence as PresencePb},
    event::v1 as event,
    identity::v1 as identity,
    ticket::v1 as ticket,
};
use serde::Serialize;
use tonic::Status;
use utoipa::ToSchema;

use crate::{session::Caller, state::Gateway, wire::mirror};

/// The most ids a service takes at once.
const BATCH: usize = 500;

/// A user, as shown beside other records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UserRef {
    /// UUIDv7.
    id: String,
    /// Empty when it cannot be told now.
    pub(crate) name: String,
}

/// A client company, as shown beside other records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CompanyRef {
    /// UUIDv7.
    id: String,
    /// Empty when it cannot be told now.
    pub(crate) name: String,
    /// Empty when it cannot be told now.
    nickname: String,
}

/// A queue, as shown beside other records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct QueueRef {
    /// UUIDv7.
    id: String,
    /// Empty when it cannot be told now.
    pub(crate) name: String,
}

/// A category, as shown beside other records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CategoryRef {
    /// UUIDv7.
    id: String,
    /// Empty when it cannot be told now.
    pub(crate) name: String,
}

/// A device, as shown beside other records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DeviceRef {
    /// UUIDv7.
    id: String,
    /// Display name, or host name. Empty when it cannot be told now.
    pub(crate) name: String,
    presence: Presence,
}

mirror! {
    /// Whether a device is alive, by the server's clock.
    Presence = PresencePb {
        /// Its last message is younger than three intervals and 15 seconds.
        Online,
        /// Silent for more than one and a half intervals, not yet offline.
        Stale,
        /// Silent for longer, said good-bye, or never seen.
        Offline,
        /// Not known now.
        Unknown,
        /// Came and went four times within 15 minutes; shown until 15 minutes pass without a change.
        Unstable,
    }
}

/// Who did something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Actor {
    kind: ActorKind,
    /// UUIDv7 of the user, device or service account; name of the service.
    id: String,
    /// Empty when it cannot be told now.
    name: String,
}

impl Actor {
    /// Kind, id and name, for a line of a file.
    pub(crate) fn into_texts(self) -> (String, String, String) {
        let kind = match self.kind {
            ActorKind::User => "user",
            ActorKind::Device => "device",
            ActorKind::ServiceAccount => "service_account",
            ActorKind::Service => "service",
        };
        (kind.to_owned(), self.id, self.name)
    }
}

/// What sort of actor.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActorKind {
    /// A person.
    User,
    /// A device, through its agent.
    Device,
    /// Automation, by an API key.
    ServiceAccount,
    /// A service on its own behalf.
    Service,
}

/// The ids an answer mentions.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    users: BTreeSet<String>,
    companies: BTreeSet<String>,
    devices: BTreeSet<String>,
    service_accounts: BTreeSet<String>,
    queues: bool,
    categories: bool,
}

impl Mentions {
    pub(crate) fn user(&mut self, id: Option<&String>) {
        self.users.extend(id.cloned());
    }

    pub(crate) fn company(&mut self, id: Option<&String>) {
        self.companies.extend(id.cloned());
    }

    pub(crate) fn device(&mut self, id: Option<&String>) {
        self.devices.extend(id.cloned());
    }

    /// A tenant has few queues and they come as one list, so which one does not matter.
    pub(crate) const fn queue(&mut self) {
        self.queues = true;
    }

    /// As for queues.
    pub(crate) const fn category(&mut self, id: Option<&String>) {
        self.categories |= id.is_some();
    }

    pub(crate) fn actor(&mut self, actor: Option<&event::Actor>) {
        match actor.and_then(|actor| actor.kind.as_ref()) {
            Some(event::actor::Kind::UserId(id)) => self.user(Some(id)),
            Some(event::actor::Kind::DeviceId(id)) => self.device(Some(id)),
            Some(event::actor::Kind::ServiceAccountId(id)) => {
                self.service_accounts.insert(id.clone());
            }
            Some(event::actor::Kind::Service(_)) | None => {}
        }
    }

    /// The value of a record's field, if it is an id that [`Names::label`] can name.
    pub(crate) fn value(&mut self, field: &str, value: Option<&String>) {
        match field {
            "queue_id" => self.queue(),
            "category_id" => self.category(value),
            "assignee_id" | "requester_id" | "assigned_user_id" | "linked_user_ids" => {
                self.user(value);
            }
            "watcher_ids" => texts(value).iter().for_each(|id| self.user(Some(id))),
            "company_id" => self.company(value),
            "device_id" => self.device(value),
            _ => {}
        }
    }

    /// Asks for all the names.
    pub(crate) async fn resolve(self, gateway: &Gateway, caller: &Caller) -> Names {
        let (users, companies, devices, service_accounts, queues, categories) = futures::join!(
            users(gateway, caller, self.users),
            companies(gateway, caller, self.companies),
            devices(gateway, caller, self.devices),
            service_accounts(gateway, caller, self.service_accounts),
            queues(gateway, caller, self.queues),
            categories(gateway, caller, self.categories),
        );
        Names { users, companies, devices, service_accounts, queues, categories }
    }
}

/// The names that could be told.
pub(crate) struct Names {
    users: BTreeMap<String, String>,
    companies: BTreeMap<String, identity::CompanySummary>,
    devices: BTreeMap<String, device::DeviceSummary>,
    service_accounts: BTreeMap<String, String>,
    queues: BTreeMap<String, String>,
    categories: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn user(&self, id: String) -> UserRef {
        UserRef { name: self.users.get(&id).cloned().unwrap_or_default(), id }
    }

    pub(crate) fn company(&self, id: String) -> CompanyRef {
        let known = self.companies.get(&id).cloned().unwrap_or_default();
        CompanyRef { id, name: known.name, nickname: known.nickname }
    }

    pub(crate) fn queue(&self, id: String) -> QueueRef {
        QueueRef { name: self.queues.get(&id).cloned().unwrap_or_default(), id }
    }

    pub(crate) fn category(&self, id: String) -> CategoryRef {
        CategoryRef { name: self.categories.get(&id).cloned().unwrap_or_default(), id }
    }

    pub(crate) fn device(&self, id: String) -> DeviceRef {
        let known = self.devices.get(&id).cloned().unwrap_or_default();
        let presence = Presence::known(known.presence).unwrap_or(Presence::Unknown);
        DeviceRef { id, name: known.name, presence }
    }

    pub(crate) fn actor(&self, actor: Option<event::Actor>) -> Actor {
        let (kind, id, name) = match actor.and_then(|actor| actor.kind) {
            Some(event::actor::Kind::UserId(id)) => {
                let UserRef { id, name } = self.user(id);
                (ActorKind::User, id, name)
            }
            Some(event::actor::Kind::DeviceId(id)) => {
                let DeviceRef { id, name, .. } = self.device(id);
                (ActorKind::Device, id, name)
            }
            Some(event::actor::Kind::ServiceAccountId(id)) => {
                let name = self.service_accounts.get(&id).cloned().unwrap_or_default();
                (ActorKind::ServiceAccount, id, name)
            }
            Some(event::actor::Kind::Service(name)) => (ActorKind::Service, name.clone(), name),
            None => (ActorKind::Service, String::new(), String::new()),
        };
        Actor { kind, id, name }
    }

    /// What to show for the value of a record's field that holds an id, or a list.
    pub(crate) fn label(&self, field: &str, value: Option<&String>) -> Option<String> {
        let id = value?;
        let name = match field {
            "tags" => return Some(texts(value).join(", ")),
            "watcher_ids" => {
                let names = texts(value).into_iter().map(|id| self.user(id).name);
                return Some(names.collect::<Vec<_>>().join(", "));
            }
            "queue_id" => self.queues.get(id),
            "category_id" => self.categories.get(id),
            "assignee_id" | "requester_id" | "assigned_user_id" | "linked_user_ids" => {
                self.users.get(id)
            }
            "company_id" => self.companies.get(id).map(|company| &company.name),
            "device_id" => self.devices.get(id).map(|device| &device.name),
            _ => None,
        };
        name.cloned()
    }
}

/// The texts of a field that is a list, which the contracts write as a JSON array.
fn texts(value: Option<&String>) -> Vec<String> {
    value.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn batches(ids: BTreeSet<String>) -> Vec<Vec<String>> {
    let ids: Vec<String> = ids.into_iter().collect();
    ids.chunks(BATCH).map(<[String]>::to_vec).collect()
}

/// The answer, or nothing when there is none.
fn told<T: Default>(answer: Result<tonic::Response<T>, Status>) -> T {
    answer.map(tonic::Response::into_inner).unwrap_or_else(|status| {
        tracing::warn!(code = ?status.code(), "names are missing");
        T::default()
    })
}

async fn users(g: &Gateway, caller: &Caller, ids: BTreeSet<String>) -> BTreeMap<String, String> {
    let calls = batches(ids).into_iter().map(|ids| async {
        let request = caller.request(identity::BatchGetUserSummariesRequest { ids });
        told(g.clients.users().batch_get_user_summaries(request).await).users
    });
    let users = futures::future::join_all(calls).await;
    users.into_iter().flatten().map(|user| (user.id, user.name)).collect()
}

async fn companies(
    g: &Gateway,
    caller: &Caller,
    ids: BTreeSet<String>,
) -> BTreeMap<String, identity::CompanySummary> {
    let calls = batches(ids).into_iter().map(|ids| async {
        let request = caller.request(identity::BatchGetCompanySummariesRequest { ids });
        told(g.clients.companies().batch_get_company_summaries(request).await).companies
    });
    let companies = futures::future::join_all(calls).await;
    companies.into_iter().flatten().map(|company| (company.id.clone(), company)).collect()
}

async fn devices(
    g: &Gateway,
    caller: &Caller,
    ids: BTreeSet<String>,
) -> BTreeMap<String, device::DeviceSummary> {
    let calls = batches(ids).into_iter().map(|ids| async {
        let request = caller.request(device::BatchGetDeviceSummariesRequest { ids });
        told(g.clients.devices().batch_get_device_summaries(request).await).devices
    });
    let devices = futures::future::join_all(calls).await;
    devices.into_iter().flatten().map(|device| (device.id.clone(), device)).collect()
}

async fn service_accounts(
    g: &Gateway,
    caller: &Caller,
    ids: BTreeSet<String>,
) -> BTreeMap<String, String> {
    let calls = batches(ids).into_iter().map(|ids| async {
        let request = caller.request(identity::BatchGetServiceAccountSummariesRequest { ids });
        let mut accounts = g.clients.service_accounts();
        told(accounts.batch_get_service_account_summaries(request).await).service_accounts
    });
    let accounts = futures::future::join_all(calls).await;
    accounts.into_iter().flatten().map(|account| (account.id, account.name)).collect()
}

async fn queues(g: &Gateway, caller: &Caller, wanted: bool) -> BTreeMap<String, String> {
    if !wanted {
        return BTreeMap::new();
    }
    let request = caller.request(ticket::ListQueuesRequest { include_archived: true });
    let queues = told(g.clients.queues().list_queues(request).await).queues;
    queues.into_iter().map(|queue| (queue.id, queue.name)).collect()
}

async fn categories(g: &Gateway, caller: &Caller, wanted: bool) -> BTreeMap<String, String> {
    if !wanted {
        return BTreeMap::new();
    }
    let request = caller.request(ticket::ListCategoriesRequest { include_archived: true });
    let categories = told(g.clients.categories().list_categories(request).await).categories;
    categories.into_iter().map(|category| (category.id, category.name)).collect()
}
