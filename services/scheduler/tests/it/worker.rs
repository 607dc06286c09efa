//! An owner of scheduled work and of rows, for tests: it does what the job's name says, counts effects by
//! run, remembers results as every owner must, and tells of a tenant what a test wants.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use chamados_chassis::grpc::{GrpcChannel, local};
use chamados_proto::archive::v1::{
    self as archive, ReadArchiveRequest, ReadArchiveResponse,
    archive_service_server::{ArchiveService, ArchiveServiceServer},
    read_archive_response::Part,
};
use chamados_proto::jobs::v1::{
    ExecuteRequest, ExecuteResponse, ListJobTypesRequest, ListJobTypesResponse, LogLevel, LogLine,
    Result as JobResult,
    execute_response::Event,
    job_handler_server::{JobHandler, JobHandlerServer},
};
use futures::{Stream, StreamExt as _, stream};
use tonic::{Request, Response, Status, metadata::MetadataMap, service::Routes};

/// What the worker saw and did; shared by all replicas.
#[derive(Default)]
pub(crate) struct Worker {
    calls: Mutex<Vec<(ExecuteRequest, MetadataMap)>>,
    effects: Mutex<HashMap<String, u32>>,
    thawed: Mutex<bool>,
    thaw: Condvar,
    telling: Mutex<Telling>,
    /// Streams of endless rows that somebody reads.
    pub(crate) endless: Arc<()>,
}

/// What it tells of a tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Telling {
    /// The tenant and two of its rows, of which one cannot be read.
    #[default]
    Whole,
    /// Rows without end.
    Endless,
    /// Nothing.
    Away,
}

impl Worker {
    pub(crate) fn channel(self: &Arc<Self>) -> GrpcChannel {
        let server = Arc::new(Server(Arc::clone(self)));
        let jobs = JobHandlerServer::from_arc(Arc::clone(&server));
        local(Routes::new(jobs).add_service(ArchiveServiceServer::from_arc(server)))
    }

    /// From now on tells this of tenants.
    pub(crate) fn tell(&self, telling: Telling) {
        *self.telling.lock().unwrap() = telling;
    }

    /// How many read rows without end.
    pub(crate) fn readers(&self) -> usize {
        Arc::strong_count(&self.endless) - 1
    }

    /// How often the effect of a run happened.
    pub(crate) fn effects(&self, run: &str) -> u32 {
        self.effects.lock().unwrap().get(run).copied().unwrap_or_default()
    }

    /// The calls for a run, in order.
    pub(crate) fn calls(&self, run: &str) -> Vec<(ExecuteRequest, MetadataMap)> {
        self.calls.lock().unwrap().iter().filter(|(call, _)| call.run_id == run).cloned().collect()
    }

    /// Lets frozen calls go on.
    pub(crate) fn thaw(&self) {
        *self.thawed.lock().unwrap() = true;
        self.thaw.notify_all();
    }

    /// Blocks whoever holds the run, and with it its renewing of the lease, until thawed. What else
    /// waits on the same thread is taken over by another.
    fn freeze(&self) {
        tokio::task::block_in_place(|| {
            let mut thawed = self.thawed.lock().unwrap();
            while !*thawed {
                thawed = self.thaw.wait(thawed).unwrap();
            }
        });
    }

    /// The effect, once per run.
    fn effect(&self, run: &str) {
        self.effects.lock().unwrap().entry(run.to_owned()).or_insert(1);
    }

    async fn execute(&self, call: ExecuteRequest) -> Result<Vec<Event>, Status> {
        match call.job_type.split_once('.').unwrap().1 {
            "refuse" => Err(Status::invalid_argument("not like this")),
            "flaky" if call.attempt < 3 => Err(Status::unavailable("not yet")),
            "silent" => Ok(Vec::new()),
            "hang" => std::future::pending().await,
            "freeze" if call.fence == 1 => {
                self.freeze();
                Ok(vec![log("late"), result("by the frozen holder")])
            }
            "slow" => {
                // Work of some length, so that replicas die in the middle of it.
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.effect(&call.run_id);
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(vec![log("worked"), result("slowly done")])
            }
            "chatty" => Ok((0..600).map(|_| log("line")).chain([result("said it all")]).collect()),
            _ => {
                self.effect(&call.run_id);
                Ok(vec![log("worked"), result("done")])
            }
        }
    }
}

fn log(code: &str) -> Event {
    Event::Log(LogLine {
        level: LogLevel::Info.into(),
        code: code.to_owned(),
        message: "something was done".to_owned(),
        fields: None,
    })
}

fn result(summary: &str) -> Event {
    Event::Result(JobResult { summary: summary.to_owned() })
}

struct Server(Arc<Worker>);

#[tonic::async_trait]
impl JobHandler for Server {
    type ExecuteStream = Pin<Box<dyn Stream<Item = Result<ExecuteResponse, Status>> + Send>>;

    async fn execute(
        &self,
        request: Request<ExecuteRequest>,
    ) -> Result<Response<Self::ExecuteStream>, Status> {
        let (metadata, _, call) = request.into_parts();
        self.0.calls.lock().unwrap().push((call.clone(), metadata));
        let events = self.0.execute(call).await?;
        let messages = events.into_iter().map(|event| Ok(ExecuteResponse { event: Some(event) }));
        Ok(Response::new(Box::pin(stream::iter(messages))))
    }

    async fn list_job_types(
        &self,
        _: Request<ListJobTypesRequest>,
    ) -> Result<Response<ListJobTypesResponse>, Status> {
        Ok(Response::new(ListJobTypesResponse::default()))
    }
}

#[tonic::async_trait]
impl ArchiveService for Server {
    type ReadArchiveStream =
        Pin<Box<dyn Stream<Item = Result<ReadArchiveResponse, Status>> + Send>>;

    async fn read_archive(
        &self,
        _: Request<ReadArchiveRequest>,
    ) -> Result<Response<Self::ReadArchiveStream>, Status> {
        let telling = *self.0.telling.lock().unwrap();
        if telling == Telling::Away {
            return Err(Status::unavailable("the database is away"));
        }
        let row = r#"{"id":"1","name":"Acme"}"#;
        let records = || Part::Records(archive::Records { records: vec![row.to_owned()] });
        let unreadable = archive::Unreadable {
            id: "2".to_owned(),
            reason: "spoilt".to_owned(),
            kind: "tenant".to_owned(),
        };
        let parts = [
            Part::Header(archive::Header { schema: "m1".to_owned() }),
            Part::Kind(archive::Kind { name: "tenant".to_owned() }),
            records(),
            Part::Unreadable(unreadable),
        ];
        let mut parts = stream::iter(parts).boxed();
        if telling == Telling::Endless {
            let reader = Arc::clone(&self.0.endless);
            let endless = stream::unfold(reader, move |reader| {
                let part = records();
                async move {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    Some((part, reader))
                }
            });
            parts = parts.chain(endless).boxed();
        }
        let answers = parts.map(|part| Ok(ReadArchiveResponse { part: Some(part) }));
        Ok(Response::new(Box::pin(answers)))
    }
}
