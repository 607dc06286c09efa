//! TLS of the listeners and between services: who gets in, who does not, and what a renewal changes.
//! That the whole story runs over it is shown by `modes::encrypted`.

use std::{fs, time::Duration};

use anyhow::Context as _;
use chamados::Target;
use chamados_chassis::tls::{Files, Material, Watched};
use chamados_testkit::{
    Sandbox,
    certificates::{Authority, Pair, Validity},
    eventually, sandbox_suite,
};
use reqwest::{Client, Version};
use tokio::net::TcpStream;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::fixture::{Desk, SOON};

sandbox_suite!(
    encrypted: Encrypted on PostgresRedis;
    services_let_in_only_each_other,
    plain_text_and_silence_hold_up_nobody,
    a_renewed_certificate_is_in_force_without_a_restart,
    browsers_get_http_2_and_cookies_for_tls_alone,
);

/// Asks a service's internal port for its health.
async fn ask(sandbox: &Sandbox, tls: ClientTlsConfig) -> anyhow::Result<ServingStatus> {
    let endpoint = Endpoint::from_shared(sandbox.internal_url(Target::Ticket))?;
    let channel = endpoint.tls_config(tls)?.connect().await?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    Ok(answer.into_inner().status())
}

fn showing(trusted: &Authority, shown: &Pair) -> anyhow::Result<ClientTlsConfig> {
    let identity = Identity::from_pem(fs::read(&shown.certificate)?, fs::read(&shown.key)?);
    Ok(trusting(trusted).identity(identity))
}

fn trusting(authority: &Authority) -> ClientTlsConfig {
    ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority.pem()))
}

async fn services_let_in_only_each_other(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let certificates = sandbox.certificates().context("no certificates")?;
    let ours = certificates.authority();
    let folder = tempfile::tempdir()?;
    let stranger = Authority::new("Stranger")?;
    let strange = stranger.issue(folder.path(), "strange", &["127.0.0.1"], Validity::Now)?;
    let expired = ours.issue(folder.path(), "expired", &["127.0.0.1"], Validity::Over)?;

    let inside = ask(sandbox, showing(ours, &certificates.internal)?).await?;
    assert_eq!(inside, ServingStatus::Serving);
    for (who, tls) in [
        ("nobody with no certificate", trusting(ours)),
        ("nobody of another authority", showing(ours, &strange)?),
        ("nobody whose certificate has ended", showing(ours, &expired)?),
        (
            "a server of another authority is not believed",
            showing(&stranger, &certificates.internal)?,
        ),
    ] {
        let refused = ask(sandbox, tls).await;
        assert!(refused.is_err(), "{who}: {refused:?}");
    }
    // Nor is one that answers to another name.
    let elsewhere = sandbox.internal_url(Target::Ticket).replace("127.0.0.1", "localhost");
    let tls = showing(ours, &certificates.internal)?;
    assert!(Endpoint::from_shared(elsewhere)?.tls_config(tls)?.connect().await.is_err());
    Ok(())
}

async fn plain_text_and_silence_hold_up_nobody(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let url = sandbox.agent_url();
    let plain = url.replace("https://", "http://");
    let plain = Endpoint::from_shared(plain)?.connect_lazy();
    let refused = HealthClient::new(plain).check(HealthCheckRequest::default()).await;
    assert!(refused.is_err(), "plain text is spoken: {refused:?}");
    let address = url.trim_start_matches("https://");
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(TcpStream::connect(address).await?);
    }
    // Whoever comes after them does not wait until they are given up.
    let authority = sandbox.certificates().context("no certificates")?.authority();
    let endpoint = Endpoint::from_shared(url)?.tls_config(trusting(authority))?;
    let connected = tokio::time::timeout(Duration::from_secs(5), endpoint.connect()).await;
    let mut client = HealthClient::new(connected.context("held up by silent callers")??);
    client.check(HealthCheckRequest::default()).await?;
    Ok(())
}

async fn a_renewed_certificate_is_in_force_without_a_restart(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let certificates = sandbox.certificates().context("no certificates")?;
    let next = Authority::new("Next")?;
    certificates.renew_http(&next)?;
    let panel = desk.admin.url("/healthz");
    eventually(SOON, "the new certificate is shown", async || {
        let asked = client(&next).ok()?.get(&panel).send().await.ok()?;
        asked.status().is_success().then_some(())
    })
    .await;
    assert!(client(certificates.authority())?.get(&panel).send().await.is_err());
    // What was open stays open.
    assert_eq!(desk.admin.get("/api/me").await.status, 200);
    Ok(())
}

async fn browsers_get_http_2_and_cookies_for_tls_alone(
    sandbox: &mut Sandbox,
) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let authority = sandbox.certificates().context("no certificates")?.authority();
    let answer = client(authority)?.get(desk.admin.url("/")).send().await?;
    assert_eq!(answer.version(), Version::HTTP_2);
    assert!(answer.headers().contains_key("strict-transport-security"), "{:?}", answer.headers());
    let cookie = desk.admin.session_cookie().context("no session")?;
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    Ok(())
}

fn client(authority: &Authority) -> reqwest::Result<Client> {
    let trusted = reqwest::Certificate::from_pem(authority.pem().as_bytes())?;
    Client::builder().tls_certs_only([trusted]).build()
}

#[test]
fn files_that_cannot_be_used_are_named_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("Test").unwrap();
    let issue = |name: &str| {
        authority.issue(folder.path(), name, &["desk.example"], Validity::Now).unwrap()
    };
    let (one, other) = (issue("one"), issue("other"));
    let files = |certificate: &Pair, key: &Pair| Files {
        certificate: certificate.certificate.clone(),
        key: key.key.clone(),
        authorities: None,
    };
    let open = |files: Files| Watched::open(files, |material: &Material| material.server(&["h2"]));
    let told = |files: Files| open(files).err().map(|error| error.to_string()).unwrap_or_default();

    assert!(told(files(&one, &other)).contains("other.key"), "{}", told(files(&one, &other)));
    let missing = Pair { certificate: folder.path().join("none.crt"), ..one.clone() };
    assert!(told(files(&missing, &one)).contains("none.crt"));

    let watched = open(files(&one, &one)).unwrap();
    let before = watched.current();
    assert!(!watched.reload().unwrap(), "nothing has changed");
    for garbage in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(&one.certificate, garbage).unwrap();
        assert!(watched.reload().unwrap_err().to_string().contains("one.crt"));
        assert!(std::sync::Arc::ptr_eq(&before, &watched.current()), "the old one stays in force");
    }
    // As a renewal may be seen half way: the certificate is new, the key not yet.
    let key = fs::read(&one.key).unwrap();
    let renewed = issue("one");
    let renewed_key = fs::read(&renewed.key).unwrap();
    fs::write(&one.key, key).unwrap();
    assert!(watched.reload().unwrap_err().to_string().contains("one.key"));
    fs::write(&one.key, renewed_key).unwrap();
    assert!(watched.reload().unwrap());
    assert!(!std::sync::Arc::ptr_eq(&before, &watched.current()));
}
