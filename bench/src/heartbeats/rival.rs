//! Servers that speak the agents' contract and keep liveness in other ways, for comparison. Each runs in a
//! process of its own, so that its CPU time is its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use chamados_proto::device::v1::{
    self as pb,
    agent_message::Message as Up,
    agent_service_server::{AgentService, AgentServiceServer},
    server_message::Message as Down,
};
use futures::{Stream, stream, stream::BoxStream};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, Streaming, transport::Server};
use uuid::Uuid;

/// What agents are told, though the devices of a measurement beat as they are ordered.
const INTERVAL_SECONDS: u32 = 30;
/// Connections to the database, as the product's services have by default.
const CONNECTIONS: u32 = 10;

/// What a rival does with a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Way {
    /// Nothing: what is left is the transport.
    Bare,
    /// One `UPDATE` of the device's row.
    Update,
}

/// How a rival is started.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What it does with a beat
    #[arg(value_enum)]
    way: Way,
    /// One in so many beats is acknowledged
    #[arg(long, default_value_t = 8)]
    acknowledge_every: u32,
    /// An empty database of a PostgreSQL
    #[arg(long, value_name = "URL", required_if_eq("way", "update"))]
    database_url: Option<String>,
    /// Rows in it
    #[arg(long, default_value_t = 0)]
    devices: u32,
}

/// Serves until it is killed. Where is the one line on standard output.
///
/// # Errors
/// There is no database, or no free port.
pub async fn serve(args: &Args) -> Result<()> {
    let table = match &args.database_url {
        Some(url) => Some(table(url, args.devices).await?),
        None => None,
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    let rival = Rival { every: args.acknowledge_every.max(1), table };
    Server::builder()
        .add_service(AgentServiceServer::new(rival))
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await
        .context("the rival failed")
}

/// A table as the old product had it, with a row for each device.
async fn table(url: &str, devices: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(CONNECTIONS).sqlx_logging(false);
    let db = Database::connect(options).await.context("cannot reach PostgreSQL")?;
    db.execute_unprepared(
        "CREATE TABLE devices (id uuid PRIMARY KEY, host_name text NOT NULL, \
         last_seen timestamptz NOT NULL DEFAULT now())",
    )
    .await?;
    let rows = format!(
        "INSERT INTO devices (id, host_name) \
         SELECT lpad(to_hex(n), 32, '0')::uuid, 'bench-' || n FROM generate_series(1, {devices}) n"
    );
    db.execute_unprepared(&rows).await?;
    Ok(db)
}

/// The server.
struct Rival {
    every: u32,
    table: Option<DatabaseConnection>,
}

/// One stream.
struct Conversation {
    incoming: Streaming<pb::AgentMessage>,
    every: u32,
    table: Option<DatabaseConnection>,
    /// Known from Hello on.
    device: Option<Uuid>,
    beats: u32,
}

#[tonic::async_trait]
impl AgentService for Rival {
    type SessionStream = BoxStream<'static, Result<pb::ServerMessage, Status>>;
    type RelayStream = BoxStream<'static, Result<pb::RelayAnswer, Status>>;

    async fn enroll(
        &self,
        _request: Request<pb::EnrollRequest>,
    ) -> Result<Response<pb::EnrollResponse>, Status> {
        Err(Status::unimplemented("everybody is known"))
    }

    async fn session(
        &self,
        request: Request<Streaming<pb::AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let conversation = Conversation {
            incoming: request.into_inner(),
            every: self.every,
            table: self.table.clone(),
            device: None,
            beats: 0,
        };
        Ok(Response::new(Box::pin(answers(conversation))))
    }

    async fn relay(
        &self,
        _request: Request<Streaming<pb::RelayMessage>>,
    ) -> Result<Response<Self::RelayStream>, Status> {
        Err(Status::unimplemented("devices come by themselves"))
    }

    async fn exchange(
        &self,
        _request: Request<pb::ExchangeRequest>,
    ) -> Result<Response<pb::ExchangeResponse>, Status> {
        Err(Status::unimplemented("devices have streams"))
    }
}

fn answers(
    conversation: Conversation,
) -> impl Stream<Item = Result<pb::ServerMessage, Status>> + Send {
    stream::unfold(conversation, |mut conversation| async move {
        let message = conversation.next().await.transpose()?;
        let answer = message.map(|message| pb::ServerMessage { message: Some(message) });
        Some((answer, conversation))
    })
}

impl Conversation {
    /// The next message down; none when the device is gone.
    async fn next(&mut self) -> Result<Option<Down>, Status> {
        loop {
            let message = self.incoming.message().await?.and_then(|message| message.message);
            match message {
                Some(Up::Hello(hello)) => return Ok(Some(self.welcome(&hello))),
                Some(Up::Beat(beat)) => {
                    self.store().await?;
                    self.beats = self.beats.wrapping_add(1);
                    if self.beats.is_multiple_of(self.every) {
                        return Ok(Some(Down::Ack(pb::Ack { sequence: beat.sequence })));
                    }
                }
                Some(
                    Up::Sections(_)
                    | Up::CredentialStored(_)
                    | Up::PolicyReport(_)
                    | Up::SoftwareDigests(_)
                    | Up::SoftwarePart(_),
                ) => {}
                Some(Up::Bye(_)) | None => return Ok(None),
            }
        }
    }

    /// Who a device is stands in its token: its number.
    fn welcome(&mut self, hello: &pb::Hello) -> Down {
        let number: u32 = hello.token.parse().unwrap_or_default();
        self.device = Some(Uuid::from_u128(number.into()));
        Down::Welcome(pb::Welcome {
            epoch: 1,
            interval_seconds: INTERVAL_SECONDS,
            // A prime spreads neighbours over the interval.
            phase_millis: number.wrapping_mul(7_919) % (INTERVAL_SECONDS * 1_000),
            acknowledge_every: self.every,
            ..pb::Welcome::default()
        })
    }

    async fn store(&self) -> Result<(), Status> {
        let (Some(table), Some(device)) = (&self.table, self.device) else { return Ok(()) };
        let update = "UPDATE devices SET last_seen = now() WHERE id = $1";
        let update = Statement::from_sql_and_values(DbBackend::Postgres, update, [device.into()]);
        let done = table.execute_raw(update).await;
        done.map(drop).map_err(|error| Status::internal(error.to_string()))
    }
}

/// A rival's process, killed when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) url: String,
}

impl Process {
    /// Starts one.
    pub(super) fn start(
        way: Way,
        acknowledge_every: u32,
        database: Option<(&str, usize)>,
    ) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("rival").arg(match way {
            Way::Bare => "bare",
            Way::Update => "update",
        });
        command.arg("--acknowledge-every").arg(acknowledge_every.to_string());
        if let Some((url, devices)) = database {
            command.args(["--database-url", url, "--devices", &devices.to_string()]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("a rival has an output")?;
        let mut process = Self { child, url: String::new() };
        BufReader::new(output).read_line(&mut process.url)?;
        process.url.truncate(process.url.trim_end().len());
        anyhow::ensure!(!process.url.is_empty(), "the rival did not start");
        Ok(process)
    }

    /// Its id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, if it failed.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
