//! Opening a ticket from the computer it is about, in the name of the person who uses it.

mod state;

use std::{path::PathBuf, time::Duration};

use chamados_chassis::{
    clock::{self, SharedClock},
    error::reason_of,
};
use chamados_proto::ticket::v1::{
    CreateTicketRequest, StartChatRequest, Ticket, chat_service_client::ChatServiceClient,
    ticket_service_client::TicketServiceClient,
};
use secrecy::ExposeSecret as _;
use tonic::{Code, Request, Status, transport::Channel};

use crate::{
    Error, Result,
    connect::Connector,
    error::status_line,
    state::{Credentials, StateDir},
};

/// For the answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest description with the lines about the computer, in bytes of HTML, as the server has it.
const LONGEST: usize = 64 * 1024;
/// Longest subject, in characters, as the server has it: what is too long is said before anything is sent.
const LONGEST_SUBJECT: usize = 200;

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
    /// Whether a live chat begins on it, in which whoever is at the computer is reached at once.
    pub chat: bool,
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
            chat: false,
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
    /// Id of the live chat on it, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
}

/// Opens a ticket about this computer, with what the computer is doing now below the description.
/// Works beside a running agent.
///
/// # Errors
/// [`Error::NotEnrolled`], [`Error::CredentialsRefused`], [`Error::NobodyAssigned`],
/// [`Error::Ticket`] with what the server says, [`Error::Unreachable`]; [`Error::Chat`] when the ticket is there
/// and its chat is not.
pub async fn open_ticket(options: TicketOptions) -> Result<OpenedTicket> {
    check_subject(&options.subject)?;
    let state = StateDir::open(&options.state_dir)?;
    let credentials = state.credentials()?;
    let connector = Connector::new(&credentials.server, &credentials.transport)?;
    let policy = state.policy()?.filter(|kept| kept.device_id == credentials.device_id);
    let (root, now) = (options.root, options.clock.now());
    let look = move || state::lines(&root, policy.as_ref(), now);
    let lines = tokio::task::spawn_blocking(look)
        .await
        .map_err(|e| Error::System(format!("cannot look at this computer: {e}")))?;
    let description = html(&options.description, &lines);
    if let excess @ 1.. = description.len().saturating_sub(LONGEST) {
        return Err(Error::Ticket(format!(
            "the description is {excess} bytes too long: shorten it"
        )));
    }
    let message = CreateTicketRequest {
        request_id: request_id(),
        subject: options.subject,
        description,
        ..CreateTicketRequest::default()
    };
    let desk = Desk { connector, credentials };
    let (channel, ticket) = desk.within(desk.create(message)).await?;
    let mut opened = OpenedTicket {
        id: ticket.id,
        number: ticket.number,
        subject: ticket.subject,
        chat_id: None,
    };
    if options.chat {
        let started = desk.within(desk.start_chat(channel, &opened.id)).await;
        let reason =
            |error: Error| Error::Chat { number: opened.number, reason: error.to_string() };
        opened.chat_id = Some(started.map_err(reason)?);
    }
    Ok(opened)
}

/// Who takes tickets, and what this computer shows there.
struct Desk {
    connector: Connector,
    credentials: Credentials,
}

impl Desk {
    async fn create(&self, message: CreateTicketRequest) -> Result<(Channel, Ticket)> {
        let channel = self.connector.channel().await?;
        let request = bearing(message, &self.credentials)?;
        let answer = TicketServiceClient::new(channel.clone()).create_ticket(request).await;
        let ticket = answer.map_err(|status| refusal(&status, &self.connector))?.into_inner();
        Ok((channel, ticket))
    }

    async fn start_chat(&self, channel: Channel, ticket_id: &str) -> Result<String> {
        let message =
            StartChatRequest { request_id: request_id(), ticket_id: ticket_id.to_owned() };
        let request = bearing(message, &self.credentials)?;
        let answer = ChatServiceClient::new(channel).start_chat(request).await;
        Ok(answer.map_err(|status| Error::System(status_line(&status)))?.into_inner().id)
    }

    async fn within<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let answer = tokio::time::timeout(TIMEOUT, call).await;
        answer.map_err(|_| self.connector.unreachable("no answer in 30 s"))?
    }
}

/// For what the transport repeats; a repeat by hand is another ticket.
fn request_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// What the server would say too, but with a computer that is offline as well.
fn check_subject(subject: &str) -> Result<()> {
    let reason = match subject.trim() {
        "" => "the subject is empty: say in one line what it is about".to_owned(),
        text if text.chars().any(char::is_control) => "the subject is not one line".to_owned(),
        text if text.chars().count() > LONGEST_SUBJECT => {
            format!("the subject has more than {LONGEST_SUBJECT} characters: use --description")
        }
        _ => return Ok(()),
    };
    Err(Error::Ticket(reason))
}

fn bearing<T>(message: T, credentials: &Credentials) -> Result<Request<T>> {
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
    fn a_subject_is_one_short_line() {
        assert!(check_subject(&format!(" {} ", "á".repeat(LONGEST_SUBJECT))).is_ok());
        for (bad, told) in [
            (" ", "empty"),
            ("a\nb", "one line"),
            (&"x".repeat(LONGEST_SUBJECT + 1), "200 characters"),
        ] {
            let error = check_subject(bad).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
    }

    #[test]
    fn what_is_typed_is_text_and_no_markup() {
        assert_eq!(html("", "a: <b>\n"), "<pre>a: &lt;b&gt;</pre>");
        assert_eq!(
            html("It <i>hums</i> & stops.\r\nOften.\n\n\n\nHelp!", "x"),
            "<p>It &lt;i&gt;hums&lt;/i&gt; &amp; stops.<br>Often.</p><p>Help!</p><pre>x</pre>"
        );
    }
}
