//! Making this computer known to the server.

use std::{error::Error as _, path::PathBuf, time::Duration};

use chamados_chassis::{error::reason_of, id::DeviceId};
use chamados_proto::device::v1::{EnrollRequest, Fingerprint};
use secrecy::{ExposeSecret as _, SecretString};
use tonic::{Code, Status};

use crate::{
    Error, Result, Transport, VERSION,
    connect::Connector,
    error::status_line,
    inventory,
    state::{Credentials, StateDir},
};

/// For the answer to an enrolment.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What an enrolment needs.
#[derive(Debug)]
pub struct EnrollOptions {
    /// The server's public gRPC address, for example `https://chamados.example.com`.
    pub server: String,
    /// The company's provisioning code.
    pub code: SecretString,
    /// E-mail of the person who uses this computer.
    pub email: String,
    /// Where the credentials go.
    pub state_dir: PathBuf,
    /// How the connection is protected, now and later.
    pub transport: Transport,
    /// Where `/sys` and `/etc` are read; `/` except in tests.
    pub root: PathBuf,
    /// Instead of this computer's own. For tests, where many agents run on one computer.
    pub fingerprint: Option<Fingerprint>,
    /// Instead of this computer's own.
    pub host_name: Option<String>,
}

impl EnrollOptions {
    /// Options for this computer.
    pub fn new(
        server: impl Into<String>,
        code: impl Into<SecretString>,
        email: impl Into<String>,
        state_dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            server: server.into(),
            code: code.into(),
            email: email.into(),
            state_dir: state_dir.into(),
            transport: Transport::default(),
            root: PathBuf::from("/"),
            fingerprint: None,
            host_name: None,
        }
    }
}

/// The outcome of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    /// The device's id in Chamados.
    pub device_id: DeviceId,
    /// Whether the server knew this hardware and goes on with its record.
    pub reused: bool,
}

/// Enrols this computer and keeps the credentials. Earlier credentials in the state directory are
/// replaced; the server voids them itself.
///
/// # Errors
/// [`Error::Running`] while an agent uses the state directory; otherwise what is wrong with the
/// address, the code, the e-mail, the fingerprint, the server's answer or the directory.
pub async fn enroll(options: &EnrollOptions) -> Result<Enrolled> {
    let connector = Connector::new(&options.server, &options.transport)?;
    let fingerprint = match &options.fingerprint {
        Some(fingerprint) => fingerprint.clone(),
        None => inventory::fingerprint::collect(&options.root)?,
    };
    let host_name = options.host_name.clone().or_else(|| inventory::host_name(&options.root));
    // The directory is made ready first: a token that cannot be kept must not be asked for.
    let state = StateDir::create(&options.state_dir)?;
    let _lock = state.lock().await?;

    let request = EnrollRequest {
        provisioning_code: options.code.expose_secret().to_owned(),
        email: options.email.clone(),
        fingerprint: Some(fingerprint),
        host_name: host_name.ok_or(Error::NoHostName)?,
        agent_version: VERSION.to_owned(),
    };
    let call = async {
        let mut client = connector.connect().await?;
        client.enroll(request).await.map_err(|status| refusal(&status, options, &connector))
    };
    let answer = tokio::time::timeout(TIMEOUT, call)
        .await
        .map_err(|_| connector.unreachable("no answer in 30 s"))??
        .into_inner();

    let device_id: DeviceId = answer
        .device_id
        .parse()
        .map_err(|_| Error::Refused("its answer has no device id".to_owned()))?;
    if answer.token.is_empty() {
        return Err(Error::Refused("its answer has no token".to_owned()));
    }
    state.save_credentials(&Credentials {
        server: connector.server().to_owned(),
        device_id,
        token: SecretString::from(answer.token),
        transport: options.transport.clone(),
    })?;
    state.clear_status()?;
    Ok(Enrolled { device_id, reused: answer.reused })
}

/// What a refusal means to the person at the keyboard.
fn refusal(status: &Status, options: &EnrollOptions, connector: &Connector) -> Error {
    match (status.code(), reason_of(status).as_deref()) {
        (_, Some("provisioning_code_invalid")) => Error::ProvisioningCode,
        (_, Some("email_not_in_company")) => Error::Email(options.email.clone()),
        (Code::Unavailable | Code::DeadlineExceeded, _) => {
            connector.unreachable(status_line(status))
        }
        // A status with a cause was made on this side: the line broke, or the answer was no gRPC.
        _ if status.source().is_some() => connector.unreachable(status_line(status)),
        (Code::Unimplemented, _) => connector.unreachable("no Chamados server answers there"),
        _ => Error::Refused(status_line(status)),
    }
}
