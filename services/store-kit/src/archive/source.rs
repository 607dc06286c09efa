//! Everything of a tenant, part by part.

use std::{collections::VecDeque, pin::Pin, sync::Arc};

use chamados_chassis::{error::status, grpc::pieces, id::TenantId};
use chamados_proto::archive::v1 as pb;
use futures::{Stream, StreamExt as _, stream};
use sea_orm::Value;
use tonic::Status;
use uuid::Uuid;

use super::{Content, Entry, Files, Kind, Owner, Snapshot, schema};
use crate::Db;

/// The next of what a tenant has.
pub type Part = pb::read_archive_response::Part;
/// Everything a tenant has, as far as it can be read. After an error nothing follows.
pub type Parts = Pin<Box<dyn Stream<Item = Result<Part, Status>> + Send>>;

/// Rows of a page.
const PAGE: u64 = 500;
/// Bytes of records after which a part is full.
const FULL: usize = 1 << 20;
/// Most bytes of a file in a part.
const CHUNK: usize = 1 << 20;

/// A service's rows and files.
#[derive(Clone)]
pub struct Source {
    db: Db,
    owner: Arc<dyn Owner>,
}

impl Source {
    /// What `owner` has in `db`.
    #[must_use]
    pub fn new(db: Db, owner: Arc<dyn Owner>) -> Self {
        Self { db, owner }
    }

    /// Everything of a tenant, as it is when the first part is asked for. No more than a page of it is in
    /// memory at a time.
    #[must_use]
    pub fn read(&self, tenant: TenantId) -> Parts {
        let reading =
            Reading { source: self.clone(), tenant, stage: Stage::Begin, ready: VecDeque::new() };
        let parts = stream::try_unfold(reading, async |mut reading| {
            Ok(reading.next().await?.map(|part| (part, reading)))
        });
        Box::pin(parts)
    }
}

struct Reading {
    source: Source,
    tenant: TenantId,
    stage: Stage,
    /// Parts to give before anything else is read.
    ready: VecDeque<Part>,
}

enum Stage {
    Begin,
    Records { snapshot: Snapshot, kinds: VecDeque<Kind>, after: Option<Vec<Value>> },
    Files(Box<Open>),
    Done,
}

/// Files, by the records that tell of them.
struct Open {
    snapshot: Snapshot,
    files: Arc<dyn Files>,
    kind: Kind,
    ids: VecDeque<Uuid>,
    after: Option<Vec<Value>>,
    last: bool,
    content: Option<(Uuid, Content)>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Part>, Status> {
        loop {
            if let Some(part) = self.ready.pop_front() {
                return Ok(Some(part));
            }
            self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
                Stage::Begin => self.begin().await?,
                Stage::Records { snapshot, kinds, after } => {
                    self.records(snapshot, kinds, after).await?
                }
                Stage::Files(open) => self.file(open).await?,
                Stage::Done => return Ok(None),
            };
        }
    }

    async fn begin(&mut self) -> Result<Stage, Status> {
        let snapshot = Snapshot::take(&self.source.db).await.map_err(status)?;
        self.ready.push_back(Part::Header(pb::Header { schema: schema(&*self.source.owner) }));
        let kinds: VecDeque<Kind> = self.source.owner.kinds().into();
        self.announce(&kinds);
        Ok(Stage::Records { snapshot, kinds, after: None })
    }

    fn announce(&mut self, kinds: &VecDeque<Kind>) {
        let kind = kinds.front().map(|kind| pb::Kind { name: kind.name().to_owned() });
        self.ready.extend(kind.map(Part::Kind));
    }

    /// The next page of the first of `kinds`.
    async fn records(
        &mut self,
        snapshot: Snapshot,
        mut kinds: VecDeque<Kind>,
        after: Option<Vec<Value>>,
    ) -> Result<Stage, Status> {
        let Some(kind) = kinds.front() else { return Ok(self.files(snapshot)) };
        let page = snapshot.page(kind, self.tenant, after, PAGE).await.map_err(status)?;
        let mut records = Vec::new();
        let mut size = 0;
        for entry in page.entries {
            match entry {
                Entry::Record(record) => {
                    let record = serde_json::Value::Object(record).to_string();
                    size += record.len();
                    records.push(record);
                }
                Entry::Unreadable { id, reason } => {
                    let kind = kind.name().to_owned();
                    self.ready.push_back(Part::Unreadable(pb::Unreadable { id, reason, kind }));
                }
            }
            if size > FULL {
                size = 0;
                let records = std::mem::take(&mut records);
                self.ready.push_back(Part::Records(pb::Records { records }));
            }
        }
        if !records.is_empty() {
            self.ready.push_back(Part::Records(pb::Records { records }));
        }
        if page.next.is_none() {
            kinds.pop_front();
            self.announce(&kinds);
        }
        Ok(Stage::Records { snapshot, kinds, after: page.next })
    }

    fn files(&self, snapshot: Snapshot) -> Stage {
        let Some(files) = self.source.owner.files() else { return Stage::Done };
        let kinds = self.source.owner.kinds();
        let Some(kind) = kinds.into_iter().find(|kind| kind.name() == files.kind()) else {
            return Stage::Done;
        };
        Stage::Files(Box::new(Open {
            snapshot,
            files,
            kind,
            ids: VecDeque::new(),
            after: None,
            last: false,
            content: None,
        }))
    }

    /// The next chunk of a file, the next file, or the next page of them.
    async fn file(&mut self, mut open: Box<Open>) -> Result<Stage, Status> {
        if let Some((id, mut content)) = open.content.take() {
            match content.next().await {
                Some(Ok(bytes)) => {
                    self.ready.push_back(Part::Chunk(bytes));
                    open.content = Some((id, content));
                }
                Some(Err(error)) => self.unreadable(id, &error),
                None => {}
            }
        } else if let Some(id) = open.ids.pop_front() {
            match open.files.open(self.tenant, id).await {
                Ok(content) => {
                    self.ready.push_back(Part::File(pb::File { id: id.to_string() }));
                    open.content = Some((id, pieces(content, CHUNK).boxed()));
                }
                Err(error) => self.unreadable(id, &error),
            }
        } else if open.last {
            return Ok(Stage::Done);
        } else {
            let page = open.snapshot.page(&open.kind, self.tenant, open.after.take(), PAGE);
            let page = page.await.map_err(status)?;
            open.ids.extend(page.entries.iter().filter_map(id_of));
            open.last = page.next.is_none();
            open.after = page.next;
        }
        Ok(Stage::Files(open))
    }

    fn unreadable(&mut self, id: Uuid, error: &super::FileError) {
        let reason = format!("the file cannot be read: {error}");
        let (id, kind) = (id.to_string(), "files".to_owned());
        self.ready.push_back(Part::Unreadable(pb::Unreadable { id, reason, kind }));
    }
}

fn id_of(entry: &Entry) -> Option<Uuid> {
    match entry {
        Entry::Record(record) => record.get("id")?.as_str()?.parse().ok(),
        Entry::Unreadable { .. } => None,
    }
}
