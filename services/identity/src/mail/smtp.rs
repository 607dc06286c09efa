//! Handing e-mail to a server.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::texts::Text;

/// How long the server may take for each of its answers.
const ANSWER: Duration = Duration::from_secs(10);
/// How long sending may take as a whole; well below the claim on a row.
const SENDING: Duration = Duration::from_secs(60);

/// Which mail server, and who writes.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `smtp://user:password@host:port` or `smtps://…`; a secret. With `?tls=required` the first kind
    /// demands STARTTLS.
    pub url: SecretString,
    /// Sender: `name <address>` or an address.
    pub from: String,
}

/// Why an e-mail cannot be sent. Holds no address and no part of the URL.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's URL cannot be read.
    #[error("mail.smtp.url is not smtp://… or smtps://…")]
    Url,
    /// The sender cannot be read.
    #[error("mail.from is not an e-mail address")]
    From,
    /// The recipient's address is none that e-mail can go to.
    #[error("the recipient's address cannot be written to")]
    Recipient,
    /// The e-mail cannot be put together.
    #[error("cannot write the e-mail: {0}")]
    Message(#[from] lettre::error::Error),
    /// The server is away or refuses.
    #[error("mail server: {0}")]
    Server(#[from] smtp::Error),
    /// It took too long.
    #[error("the mail server took too long")]
    TooLong,
}

impl MailError {
    /// Whether another try would fail in the same way.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Recipient | Self::Message(_) => true,
            Self::Server(error) => error.is_permanent(),
            Self::Url | Self::From | Self::TooLong => false,
        }
    }
}

/// A mail server. Cheap to clone.
#[derive(Clone)]
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl MailConfig {
    /// Nothing, when the settings can be used.
    ///
    /// # Errors
    /// [`MailError::Url`], [`MailError::From`].
    pub fn check(&self) -> Result<(), MailError> {
        self.mailbox()?;
        self.builder()?;
        Ok(())
    }

    fn mailbox(&self) -> Result<Mailbox, MailError> {
        self.from.parse().map_err(|_| MailError::From)
    }

    fn builder(&self) -> Result<smtp::AsyncSmtpTransportBuilder, MailError> {
        AsyncSmtpTransport::<Tokio1Executor>::from_url(self.url.expose_secret())
            .map_err(|_| MailError::Url)
    }
}

impl Smtp {
    pub(super) fn new(config: &MailConfig) -> Result<Self, MailError> {
        let transport = config.builder()?.timeout(Some(ANSWER)).build();
        Ok(Self { transport, from: config.mailbox()? })
    }

    /// Sends one e-mail.
    pub(super) async fn send(&self, to: &str, text: &Text) -> Result<(), MailError> {
        let to = to.parse().map_err(|_| MailError::Recipient)?;
        let body = MultiPart::alternative_plain_html(text.plain.clone(), text.html.clone());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(text.subject.clone())
            .multipart(body)?;
        let sending = tokio::time::timeout(SENDING, self.transport.send(message));
        sending.await.map_err(|_| MailError::TooLong)??;
        Ok(())
    }
}
