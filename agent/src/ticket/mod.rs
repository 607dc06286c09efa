//! Opening a ticket from the computer it is about, in the name of the person who uses it.

mod state;

use std::{path::PathBuf, time::Duration};

use chamados_chassis::{
    clock::{self, SharedClock},
    error::reason_of,
};
use chamados_proto::ticket::v1::{CreateTicketRequest, ticket_service_client::TicketServiceClient};
use secrecy::ExposeSecret as _;
use tonic::{Code, Request, Status};

use crate::{
    Error, Result,
    connect::Connector,
    error::status_line,
    state::{Credentials, StateDir},
};

/// For the answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest description, in bytes; what the server takes, less room for the lines about the computer.
const LONGEST: usize = 32 * 1024;

/// What a ticket needs.
#[derive(Clone)]
pub struct TicketOptions {
    /// Where the credentials are.
    pub state_dir: PathBuf,
    /// Where `/sys` and `/etc` are read; `/` except in tests.
    pub root: PathBuf,
    /// What it is about.
    pub subject: String,
    /// What happened, plain text; may be empty.
    pub description: String,
    /// What time it is.
    pub clock: SharedClock,
}

impl TicketOptions {
    /// Options for this computer.
    pub fn new(
        state_dir: impl Into<PathBuf>,
        subject: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            state_dir: state_dir.into(),
            root: PathBuf::from("/"),
            subject: subject.into(),
            description: description.into(),
            clock: clock::system(),
        }
    }
}

/// A ticket that was opened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedTicket {
    /// Its id.
    pub id: String,
    /// What people call it by.
    pub number: i64,
    /// What it is about.
    pub subject: String,
}

/// Opens a ticket about this computer, with what the computer is doing now below the description.
/// Works beside a running agent.
///
/// # Errors
/// [`Error::NotEnrolled`], [`Error::CredentialsRefused`], [`Error::NobodyAssigned`],
/// [`Error::Ticket`] with what the server says, [`Error::Unreachable`].
pub async fn open_ticket(options: TicketOptions) -> Result<OpenedTicket> {
    if options.description.len() > LONGEST {
        return Err(Error::Ticket(format!("the description has more than {LONGEST} bytes")));
    }
    let state = StateDir::open(&options.state_dir)?;
    let credentials = state.credentials()?;
    let connector = Connector::new(&credentials.server, &credentials.transport)?;
    let policy = state.policy()?.filter(|kept| kept.device_id == credentials.device_id);
    let (root, now) = (options.root, options.clock.now());
    let look = move || state::lines(&root, policy.as_ref(), now);
    let lines = tokio::task::spawn_blocking(look)
        .await
        .map_err(|e| Error::System(format!("cannot look at this computer: {e}")))?;
    let message = CreateTicketRequest {
        // A repeat by hand is another ticket; this is only for what the transport repeats.
        request_id: format!("{:032x}", rand::random::<u128>()),
        subject: options.subject,
        description: html(&options.description, &lines),
        ..CreateTicketRequest::default()
    };
    let request = bearing(message, &credentials)?;
    let call = async {
        let mut client = TicketServiceClient::new(connector.channel().await?);
        client.create_ticket(request).await.map_err(|status| refusal(&status, &connector))
    };
    let answer = tokio::time::timeout(TIMEOUT, call).await;
    let ticket = answer.map_err(|_| connector.unreachable("no answer in 30 s"))??.into_inner();
    Ok(OpenedTicket { id: ticket.id, number: ticket.number, subject: ticket.subject })
}

fn bearing(
    message: CreateTicketRequest,
    credentials: &Credentials,
) -> Result<Request<CreateTicketRequest>> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {}", credentials.token.expose_secret());
    let bearer = bearer.parse().map_err(|_| Error::CredentialsRefused)?;
    request.metadata_mut().insert("authorization", bearer);
    Ok(request)
}

/// What a person typed, a paragraph for each block, then the lines as they are.
fn html(description: &str, lines: &str) -> String {
    let mut html = String::new();
    for block in description.replace("\r\n", "\n").split("\n\n") {
        let block = escaped(block.trim()).replace('\n', "<br>");
        if !block.is_empty() {
            html.push_str(&format!("<p>{block}</p>"));
        }
    }
    html.push_str(&format!("<pre>{}</pre>", escaped(lines.trim_end())));
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What a refusal means to the person at the keyboard.
fn refusal(status: &Status, connector: &Connector) -> Error {
    match (status.code(), reason_of(status).as_deref()) {
        (_, Some("device_token_invalid")) => Error::CredentialsRefused,
        (_, Some("device_unassigned")) => Error::NobodyAssigned,
        (Code::Unavailable | Code::DeadlineExceeded, _) => {
            connector.unreachable(status_line(status))
        }
        // A status with a cause was made on this side: the line broke, or the answer was no gRPC.
        _ if std::error::Error::source(status).is_some() => {
            connector.unreachable(status_line(status))
        }
        // A server from before devices could.
        (Code::Unauthenticated | Code::Unimplemented, _) => {
            Error::Ticket("this server takes no tickets from devices".to_owned())
        }
        _ => Error::Ticket(status_line(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_text_and_no_markup() {
        assert_eq!(html("", "a: <b>\n"), "<pre>a: &lt;b&gt;</pre>");
        assert_eq!(
            html("It <i>hums</i> & stops.\r\nOften.\n\n\n\nHelp!", "x"),
            "<p>It &lt;i&gt;hums&lt;/i&gt; &amp; stops.<br>Often.</p><p>Help!</p><pre>x</pre>"
        );
    }
}
