//! Every method, called on the services themselves with a principal token of each caller.

use std::collections::BTreeSet;

use bytes::{Buf as _, BufMut as _};
use chamados::Target;
use chamados_chassis::{
    clock,
    context::PRINCIPAL,
    grpc::{self, GrpcChannel, RemoteConfig},
};
use chamados_testkit::Sandbox;
use futures::future::join_all;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{
    Code, Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{MetadataMap, MetadataValue},
};
use tonic_types::StatusExt as _;

use super::{
    World,
    callers::Way,
    messages::message,
    table::{self, Findings, Heard, Verdict},
};

/// The table.
pub(super) const ROWS: &str = include_str!("rpc.txt");

pub(super) async fn check(sandbox: &Sandbox, world: &World) -> anyhow::Result<()> {
    let table = table::parse(ROWS);
    let mut findings = Findings::default();
    for method in every_method()? {
        let has_row = table.keys().any(|asked| method_of(asked) == method);
        if !has_row {
            findings.note(format!("{method} has no row in rpc.txt"));
        }
    }
    let keyring = sandbox.keyring()?;
    for (asked, row) in &table {
        for door in doors(sandbox, method_of(asked))? {
            let cells = row.iter().map(async |(column, expected)| {
                let caller = world.callers.of(column, asked);
                let content = message(asked, &world.records, caller);
                let token = caller.principal.as_ref();
                let token = token.map(|principal| keyring.sign(principal, clock::system().now()));
                let token = token.transpose().unwrap_or_else(|error| panic!("{error}"));
                (column, expected, door.call(method_of(asked), content, token.as_deref()).await)
            });
            for (column, expected, outcome) in join_all(cells).await {
                findings.compare(asked, column, *expected, &heard(&outcome));
            }
        }
        at_the_public_port(sandbox, world, asked, row, &mut findings).await?;
    }
    findings.none();
    Ok(())
}

/// What no key leads to.
const NOT_FOR_KEYS: [&str; 9] = [
    "archive.v1.ArchiveService",
    "device.v1.DeviceTokenService",
    "identity.v1.EnrolmentService",
    "identity.v1.PasswordService",
    "identity.v1.SessionService",
    "identity.v1.SetupService",
    "identity.v1.TenantService",
    "jobs.v1.JobHandler",
    "ticket.v1.DraftService",
];

/// The same row by API key at the port that is open to the world: as among the services, or unreachable.
async fn at_the_public_port(
    sandbox: &Sandbox,
    world: &World,
    asked: &str,
    row: &[(&'static str, Verdict)],
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let method = method_of(asked);
    let service = method.split('/').next().unwrap_or_default();
    if service == "device.v1.AgentService" {
        return Ok(());
    }
    let door = public_door(sandbox)?;
    for (column, expected) in row.iter().filter(|(column, _)| column.starts_with("key")) {
        let caller = world.callers.of(column, asked);
        let content = message(asked, &world.records, caller);
        let secret = caller.way.as_ref().and_then(Way::secret).unwrap_or_default();
        let outcome = door.call_with_key(method, content, secret).await;
        let unreachable = NOT_FOR_KEYS.contains(&service);
        let expected = if unreachable { Verdict::Unreachable } else { *expected };
        findings.compare(asked, &format!("{column} outside"), expected, &heard(&outcome));
    }
    Ok(())
}

/// The method of a row, without what tells it from other rows of the same method.
pub(super) fn method_of(asked: &str) -> &str {
    asked.split('#').next().unwrap_or(asked)
}

/// Every method of the contracts, without the prefix of the product.
fn every_method() -> anyhow::Result<BTreeSet<String>> {
    let set = FileDescriptorSet::decode(chamados_proto::FILE_DESCRIPTOR_SET)?;
    let methods = set.file.iter().flat_map(|file| {
        let package = file.package().strip_prefix("chamados.").unwrap_or_default();
        file.service.iter().flat_map(move |service| {
            let methods = service.method.iter();
            methods.map(move |method| format!("{package}.{}/{}", service.name(), method.name()))
        })
    });
    Ok(methods.collect())
}

/// A way to one service.
pub(super) struct Door {
    channel: GrpcChannel,
    /// Which of the services that serve the same contract.
    owner: Option<Target>,
}

/// The ways to a method: one, but for scheduled work and archives, which every service has its own of. Agents' calls
/// come by the public port.
pub(super) fn doors(sandbox: &Sandbox, method: &str) -> anyhow::Result<Vec<Door>> {
    const OWNERS: [Target; 4] =
        [Target::Identity, Target::Ticket, Target::Device, Target::Scheduler];
    if method.starts_with("device.v1.AgentService/") {
        return Ok(vec![public_door(sandbox)?]);
    }
    let package = method.split('.').next().unwrap_or_default();
    let everywhere = matches!(package, "archive" | "jobs");
    let door = |target: Target| {
        let owner = everywhere.then_some(target);
        anyhow::Ok(Door { channel: sandbox.channel(target)?, owner })
    };
    let owns = |target: &Target| everywhere || package == target.as_str();
    OWNERS.into_iter().filter(owns).map(door).collect()
}

/// The port that is open to the world.
pub(super) fn public_door(sandbox: &Sandbox) -> anyhow::Result<Door> {
    let limits = RemoteConfig { connect_timeout_seconds: 2, call_timeout_seconds: 10 };
    Ok(Door { channel: grpc::remote(&sandbox.agent_url(), &limits, None)?, owner: None })
}

impl Door {
    /// Calls a method with one encoded message, and reads no more than the first of the answer.
    pub(super) async fn call(
        &self,
        method: &str,
        content: Vec<u8>,
        principal: Option<&str>,
    ) -> Result<(), Status> {
        let mut headers = MetadataMap::new();
        if let Some(token) = principal {
            headers.insert(PRINCIPAL, text(token));
        }
        self.call_with(method, content, headers).await
    }

    /// The same with an API key.
    pub(super) async fn call_with_key(
        &self,
        method: &str,
        content: Vec<u8>,
        key: &str,
    ) -> Result<(), Status> {
        let mut headers = MetadataMap::new();
        headers.insert("authorization", text(&format!("Bearer {key}")));
        self.call_with(method, content, headers).await
    }

    async fn call_with(
        &self,
        method: &str,
        content: Vec<u8>,
        headers: MetadataMap,
    ) -> Result<(), Status> {
        let path = format!("/chamados.{method}").parse();
        let path = path.unwrap_or_else(|error| panic!("{method}: {error}"));
        let mut request = Request::new(futures::stream::iter([content]));
        *request.metadata_mut() = headers;
        if let Some(owner) = self.owner {
            request.metadata_mut().insert("chamados-owner", text(owner.as_str()));
        }
        let mut client = Grpc::new(self.channel.clone());
        client.ready().await?;
        // On the wire, one message of a stream is the message of a call with one.
        let answer = client.streaming(request, path, Bytes).await?;
        answer.into_inner().message().await.map(drop)
    }
}

fn text(value: &str) -> MetadataValue<tonic::metadata::Ascii> {
    MetadataValue::try_from(value).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// What an outcome means. What a caller showed besides themselves (a password, the token of a link) may
/// be refused with the same codes, and then they were let in.
pub(super) fn heard(outcome: &Result<(), Status>) -> Heard {
    let Err(status) = outcome else {
        return Heard { verdict: Verdict::Ok, detail: "success".to_owned() };
    };
    let details = status.get_error_details();
    let reason = details.error_info().map_or("", |info| info.reason.as_str());
    let verdict = match status.code() {
        Code::Unauthenticated if !PROOFS.contains(&reason) => Verdict::Unauthenticated,
        Code::PermissionDenied if !PROOFS.contains(&reason) => Verdict::Forbidden,
        Code::NotFound => Verdict::NotFound,
        Code::Unimplemented => Verdict::Unreachable,
        Code::Internal | Code::Unknown | Code::Unavailable | Code::DeadlineExceeded => {
            Verdict::Broken
        }
        _ => Verdict::Ok,
    };
    Heard { verdict, detail: format!("{:?} {reason} {}", status.code(), status.message()) }
}

/// Refusals of what goes with a call: a password, a code, the token of a link or of a session.
const PROOFS: [&str; 10] = [
    "credentials_invalid",
    "current_password_wrong",
    "device_token_invalid",
    "email_not_in_company",
    "invite_token_invalid",
    "provisioning_code_invalid",
    "reauthentication_required",
    "reset_token_invalid",
    "session_invalid",
    "setup_token_invalid",
];

/// Messages as they are on the wire.
#[derive(Clone, Copy, Default)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        buffer.advance(buffer.remaining());
        Ok(Some(()))
    }
}
