//! An owner of scheduled work: the store kit's receiver, as every service has it, over a table of effects
//! in which a second effect of a run is seen.

use std::{net::SocketAddr, pin::Pin, time::Duration};

use anyhow::Result;
use chamados_chassis::{
    auth::Keyring,
    clock,
    grpc::{Stack, layer::Limits},
    telemetry::Metrics,
};
use chamados_proto::jobs::v1::{
    ExecuteRequest, ExecuteResponse, ListJobTypesRequest, ListJobTypesResponse,
    Result as JobResult,
    execute_response::Event,
    job_handler_server::{JobHandler, JobHandlerServer},
};
use chamados_store_kit::{
    DatabaseConfig, Db, Migrations, StoreError, Tx,
    jobs::{Context, Done, Job, JobError, Receiver},
    migrate, migrations,
};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, service::Routes, transport::Server};
use uuid::Uuid;

/// The schema of effects.
const SCHEMA: &str = "owner";
/// Every run has one type of work here.
pub(super) const JOB: &str = "ticket.work";
const EFFECTS: &str = "CREATE TABLE effect (run_id uuid NOT NULL, fence bigint NOT NULL)";

/// How an owner behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    /// How long it works on a run.
    pub(super) work: Duration,
    /// Between the effect and the answer: whoever dies here does not hear that it happened.
    pub(super) silence: Duration,
    /// It keeps in mind what it did, as a receiver must.
    pub(super) remembers: bool,
}

/// Serves on a free port until the process ends; where.
pub(super) async fn serve(
    url: &str,
    keyring: std::sync::Arc<Keyring>,
    manners: Manners,
) -> Result<(SocketAddr, Db)> {
    let db = Db::connect(&DatabaseConfig::new(url), SCHEMA).await?;
    let list = migrations::base;
    migrate::up(&db, &Migrations { service: SCHEMA, list, compatible_down_to: "" }).await?;
    let tx = db.begin().await?;
    tx.execute_unprepared(EFFECTS).await?;
    tx.commit().await?;
    let clock = clock::system();
    let receiver = Receiver::new(db.clone(), clock.clone(), vec![Box::new(Work(manners))]);
    let owner = Owner { receiver, db: db.clone(), manners };
    let stack = Stack {
        keyring,
        clock,
        metrics: Metrics::new("owner", "")?,
        limits: Limits { deadline_seconds: 60, concurrent_calls: 10_000 },
    };
    let routes = stack.layered(Routes::new(JobHandlerServer::new(owner)), &[]);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let served = Server::builder().add_routes(routes);
    tokio::spawn(served.serve_with_incoming(TcpListenerStream::new(listener)));
    Ok((address, db))
}

struct Work(Manners);

#[tonic::async_trait]
impl Job for Work {
    fn name(&self) -> &'static str {
        JOB
    }

    fn description(&self) -> &'static str {
        "Leaves an effect."
    }

    async fn run(&self, context: Context) -> Result<Done, JobError> {
        tokio::time::sleep(self.0.work).await;
        let tx = context.db.begin().await?;
        effect(&tx, context.run, context.fence).await?;
        Ok(Done::new(tx, "an effect"))
    }
}

async fn effect(tx: &Tx, run: Uuid, fence: i64) -> Result<(), StoreError> {
    let insert = "INSERT INTO effect VALUES ($1, $2)";
    let values = [run.into(), fence.into()];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, insert, values)).await?;
    Ok(())
}

struct Owner {
    receiver: Receiver,
    db: Db,
    manners: Manners,
}

impl Owner {
    /// What a receiver would do that remembers nothing.
    async fn forgetful(&self, call: &ExecuteRequest) -> Result<Vec<ExecuteResponse>, Status> {
        tokio::time::sleep(self.manners.work).await;
        let run = call.run_id.parse().map_err(|_| Status::invalid_argument("run_id"))?;
        let done = async {
            let tx = self.db.begin().await?;
            effect(&tx, run, call.fence).await?;
            tx.commit().await
        };
        done.await.map_err(|error| Status::unavailable(error.to_string()))?;
        let result = Event::Result(JobResult { summary: "an effect".to_owned() });
        Ok(vec![ExecuteResponse { event: Some(result) }])
    }
}

#[tonic::async_trait]
impl JobHandler for Owner {
    type ExecuteStream = Pin<Box<dyn Stream<Item = Result<ExecuteResponse, Status>> + Send>>;

    async fn execute(
        &self,
        request: Request<ExecuteRequest>,
    ) -> Result<Response<Self::ExecuteStream>, Status> {
        let events = if self.manners.remembers {
            let events = self.receiver.execute(request).await?.into_inner();
            events.try_collect().await?
        } else {
            self.forgetful(request.get_ref()).await?
        };
        tokio::time::sleep(self.manners.silence).await;
        Ok(Response::new(stream::iter(events.into_iter().map(Ok)).boxed()))
    }

    async fn list_job_types(
        &self,
        request: Request<ListJobTypesRequest>,
    ) -> Result<Response<ListJobTypesResponse>, Status> {
        self.receiver.list_job_types(request).await
    }
}
