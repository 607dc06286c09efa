//! What reads bytes from outside, asked through the ports of a running server: whatever comes, the answer is a
//! refusal in order or a success, and the server goes on.

use anyhow::{Context as _, Result, bail, ensure};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use rand::{RngExt as _, rngs::StdRng, seq::IndexedRandom as _};
use reqwest::{
    Client, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap},
};
use serde_json::{Value, json};

use super::{Corpus, Inputs, Tally, random};
use crate::browser::Browser;

/// The ports, by their names on the command line.
pub const NAMES: [&str; 3] = ["json", "query", "grpc"];

/// Requests under way at once.
const AT_ONCE: usize = 16;
/// The services that are behind the public port and take whatever their key may do; streams are asked as if they
/// were single calls.
const PACKAGES: [&str; 4] =
    ["chamados.identity.v1", "chamados.ticket.v1", "chamados.device.v1", "chamados.scheduler.v1"];

const JSON: Corpus = Corpus::new(&[
    b"{\"subject\":\"Sem rede\",\"description\":\"<p>x</p>\",\"priority\":\"high\",\"tags\":[\"a\",\"b\"]}",
    b"{\"name\":\"Acme\",\"nickname\":\"acme\"}",
    b"{\"name\":\"Ana\",\"email\":\"ana@acme.example\",\"role\":\"agent\",\"companyId\":null}",
    b"{\"reason\":\"break\",\"note\":\"x\",\"version\":1}",
    b"{\"body\":\"<p>x</p>\",\"visibility\":\"public\",\"attachmentIds\":[]}",
    b"{\"schedule\":\"0 3 * * *\",\"timeZone\":\"America/Sao_Paulo\",\"enabled\":true}",
    b"{\"ids\":[\"01890000-0000-7000-8000-000000000001\"],\"changes\":{\"priority\":\"low\"}}",
    b"{\"email\":\"ana@acme.example\",\"password\":\"correct horse battery\"}",
    b"{\"defaultTicketFilter\":{\"status\":[\"pending\"]},\"theme\":\"dark\",\"locale\":\"pt-BR\"}",
]);
const QUERIES: Corpus = Corpus::new(&[
    b"status=pending&status=paused&priority=high&assigneeId=none&sort=newest",
    b"q=sem%20rede&createdFrom=2026-01-01T00:00:00Z&createdTo=2026-02-01T00:00:00Z&pageSize=50",
    b"tag=a&tag=b&category=none&watcherId=01890000-0000-7000-8000-000000000001",
    b"pageToken=WyJhbmEiLCIwMTg5MDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiXQ&pageSize=1000",
    b"expression=*/5%200-6%20*%20*%201-5&timeZone=America/Sao_Paulo",
    b"from=2026-01-01&to=2026-12-31&timeZone=UTC",
]);
const MESSAGES: Corpus = Corpus::new(&[
    b"\x0a\x24\x30\x31\x38\x39\x30\x30\x30\x30-0000-7000-8000-000000000001",
    b"\x0a\x04\x30\x31-a\x12\x03sub\x1a\x05<p>x<\x20\x02",
    b"\x08\x01\x12\x02\x08\x05",
    b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"",
]);

/// The ports of a server, and somebody who may come in.
pub struct Ports {
    admin: Browser,
    /// Writes, each as method and path.
    writes: Vec<(Method, String)>,
    /// Lists and other reads.
    reads: Vec<String>,
    client: Client,
    agents: String,
    key: String,
    /// Paths of RPCs.
    calls: Vec<String>,
}

impl Ports {
    /// Of the server that `admin` is signed in to, and whose public gRPC port is at `agents`.
    ///
    /// # Errors
    /// It does not tell its contract, or gives no key.
    pub async fn open(admin: Browser, agents: &str) -> Result<Self> {
        let contract = admin.get("/api/openapi.json").await?;
        let (mut writes, mut reads) = (Vec::new(), Vec::new());
        for (path, operations) in contract["paths"].as_object().context("no paths")? {
            // Whoever signs out knocks no more.
            if path.contains("sign-out")
                || path.contains("/api/me/sessions")
                || path == "/api/events"
            {
                continue;
            }
            let path = path.replace("{", "0189-").replace("}", "");
            for method in operations.as_object().context("no operations")?.keys() {
                match method.as_str() {
                    "get" => reads.push(path.clone()),
                    "post" => writes.push((Method::POST, path.clone())),
                    "put" => writes.push((Method::PUT, path.clone())),
                    "patch" => writes.push((Method::PATCH, path.clone())),
                    _ => {}
                }
            }
        }
        let account = json!({"name": "Fuzz"});
        let account = admin.post("/api/admin/service-accounts", &account).await?;
        let id = account["id"].as_str().context("no account")?;
        let scopes =
            ["tickets.read", "tickets.create", "tickets.work", "devices.read", "users.read"];
        let keys = format!("/api/admin/service-accounts/{id}/keys");
        let key = admin.post(&keys, &json!({"scopes": scopes})).await?;
        let key = key["secret"].as_str().context("no key")?.to_owned();
        let mut calls = Vec::new();
        for file in FileDescriptorSet::decode(chamados_proto::FILE_DESCRIPTOR_SET)?.file {
            let package = file.package().to_owned();
            for service in file.service.iter().filter(|_| PACKAGES.contains(&package.as_str())) {
                let methods = service.method.iter().map(|method| method.name());
                calls.extend(methods.map(|name| format!("/{package}.{}/{name}", service.name())));
            }
        }
        let client = Client::builder().http2_prior_knowledge().build()?;
        Ok(Self { admin, writes, reads, client, agents: agents.to_owned(), key, calls })
    }

    /// Sends the inputs to the port of this name.
    ///
    /// # Errors
    /// An answer is none that may be given, or the server does not go on.
    pub async fn knock(&self, name: &'static str, inputs: Inputs) -> Result<Tally> {
        let mut tally = Tally::default();
        let numbers: Vec<u64> = (inputs.first..inputs.first + inputs.count).collect();
        for some in numbers.chunks(AT_ONCE) {
            let knocks = some.iter().map(|&number| async move {
                let mut chance = random(inputs.seed, name, number);
                let knock = match name {
                    "json" => self.json(&mut chance).await,
                    "query" => self.query(&mut chance).await,
                    _ => self.grpc(&mut chance).await,
                };
                knock.with_context(|| {
                    format!("--only {name} --seed {} --replay {number}", inputs.seed)
                })
            });
            for taken in futures::future::join_all(knocks).await {
                tally.count(taken?);
            }
        }
        let well = self.admin.get("/readyz").await?;
        ensure!(well["ready"] == true, "the server is not ready any more: {well}");
        Ok(tally)
    }

    async fn json(&self, chance: &mut StdRng) -> Result<bool> {
        let (method, path) = self.writes.choose(chance).cloned().context("no operation")?;
        let body = JSON.input(chance);
        let kind = if chance.random_ratio(1, 32) { "text/plain" } else { "application/json" };
        let headers = [("content-type", kind)];
        let answer = self.admin.exchange(method.clone(), &path, &headers, body.clone()).await;
        let what = || format!("{method} {path} {}", body.escape_ascii());
        in_order(answer.with_context(what)?).with_context(what)
    }

    async fn query(&self, chance: &mut StdRng) -> Result<bool> {
        let path = self.reads.choose(chance).context("no operation")?;
        let query = QUERIES.input(chance).into_iter().filter(u8::is_ascii_graphic).take(2_000);
        let query = String::from_utf8(query.filter(|byte| *byte != b'#').collect())?;
        let path = format!("{path}?{query}");
        let answer = self.admin.exchange(Method::GET, &path, &[], vec![]).await;
        in_order(answer.with_context(|| path.clone())?).with_context(|| path)
    }

    async fn grpc(&self, chance: &mut StdRng) -> Result<bool> {
        let path = self.calls.choose(chance).context("no call")?;
        let message = MESSAGES.input(chance);
        let mut body = vec![u8::from(chance.random_ratio(1, 64))];
        let mut length = u32::try_from(message.len())?;
        if chance.random_ratio(1, 64) {
            length = chance.random();
        }
        body.extend(length.to_be_bytes());
        body.extend_from_slice(&message);
        let request = self.client.post(format!("{}{path}", self.agents));
        let request = request.header(CONTENT_TYPE, "application/grpc").header("te", "trailers");
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key));
        // A call that would go on for ever ends.
        let request = request.header("grpc-timeout", "2S").body(body);
        let what = || format!("{path} {}", message.escape_ascii());
        let answer = request.send().await.with_context(what)?;
        status(answer.headers()).with_context(what)
    }
}

/// Whether it was taken; none that may be given is an error.
fn in_order((status, body): (u16, Vec<u8>)) -> Result<bool> {
    match status {
        200..400 => Ok(true),
        400..500 => {
            let problem: Value =
                serde_json::from_slice(&body).context("the refusal says nothing")?;
            ensure!(problem["code"].is_string(), "the refusal has no code: {problem}");
            Ok(false)
        }
        _ => bail!("{status} {}", String::from_utf8_lossy(&body)),
    }
}

/// Whether a call was taken. What the codec itself refuses is INTERNAL, as gRPC has it.
fn status(headers: &HeaderMap) -> Result<bool> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, message) = (text("grpc-status"), text("grpc-message"));
    let codec = ["decod", "compress", "protocol", "Unexpected%20EOF", "flag", "Missing%20request"];
    match status {
        // The rest is in the trailers of a call that was begun.
        "" | "0" => Ok(true),
        "13" | "2" if !codec.iter().any(|word| message.contains(word)) => {
            bail!("status {status}: {message}")
        }
        _ => Ok(false),
    }
}
