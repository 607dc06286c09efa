//! A person at the panel, as the gateway sees one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{
    Certificate, Client, Method, Request, RequestBuilder, Url,
    cookie::{CookieStore as _, Jar},
};
use serde_json::Value;

use super::{Answer, Live, live};

/// Longer than the product may take to answer anything.
const LIMIT: Duration = Duration::from_secs(20);

/// A browser with its cookies. Clones share them.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    jar: Arc<Jar>,
    /// One or more replicas of the gateway.
    gateways: Arc<[String]>,
    turn: Arc<AtomicUsize>,
    /// An authority that is trusted besides the system's, PEM.
    trust: Option<String>,
}

impl Browser {
    pub(super) fn new(gateways: Vec<String>, trust: Option<String>) -> Self {
        let jar = Arc::new(Jar::default());
        let client = client(&jar, trust.as_deref())
            .unwrap_or_else(|error| panic!("no HTTP client: {error:?}"));
        Self { client, jar, gateways: gateways.into(), turn: Arc::default(), trust }
    }

    /// A browser that nobody is signed in to, at a product that no sandbox started.
    #[must_use]
    pub fn at(url: &str) -> Self {
        super::prepare_process();
        Self::new(vec![url.to_owned()], None)
    }

    /// The same person on another browser, with the same session and, of several gateways, on one.
    #[must_use]
    pub fn beside(&self, gateway: usize) -> Self {
        let gateway = self.gateways[gateway % self.gateways.len()].clone();
        let other = Self::new(vec![gateway], self.trust.clone());
        if let Some(cookie) = self.session_cookie() {
            other.set_cookie(&cookie);
        }
        other
    }

    /// The address of a path, at the first gateway.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.gateways[0])
    }

    /// A request of one of our own pages, to the next gateway.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let origin =
            &self.gateways[self.turn.fetch_add(1, Ordering::Relaxed) % self.gateways.len()];
        self.client.request(method, format!("{origin}{path}")).header("origin", origin)
    }

    /// Sends a request and reads its answer.
    ///
    /// # Panics
    /// When there is none.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    /// Sends a request whose connection may break.
    ///
    /// # Errors
    /// When it did.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        self.exchange(request.build()?).await
    }

    /// Sends a request whose headers were replaced.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send_built(&self, request: Request) -> Answer {
        self.exchange(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    async fn exchange(&self, mut request: Request) -> reqwest::Result<Answer> {
        *request.timeout_mut() = Some(LIMIT);
        let query = request.url().query().map(|query| format!("?{query}")).unwrap_or_default();
        let what = format!("{} {}{query}", request.method(), request.url().path());
        Answer::read(what, self.client.execute(request).await?).await
    }

    /// GET.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a body.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// POST without a body.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn press(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// POST under an `Idempotency-Key`.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        let request = self.request(Method::POST, path).header("idempotency-key", key);
        self.send(request.json(&body)).await
    }

    /// PATCH.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// PUT with a JSON body.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PATCH of a version.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn patch_if(&self, path: &str, etag: &str, body: Value) -> Answer {
        let request = self.request(Method::PATCH, path).header("if-match", etag);
        self.send(request.json(&body)).await
    }

    /// Listens to live updates, from the frame `last_event_id` on when given.
    ///
    /// # Panics
    /// When the stream does not begin with `ready` in time.
    pub async fn listen(&self, last_event_id: Option<&str>) -> Live {
        let mut request = self.request(Method::GET, "/api/events");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        live::open(request).await
    }

    /// The session's cookie, as a browser sends it.
    #[must_use]
    pub fn session_cookie(&self) -> Option<String> {
        let cookies = self.jar.cookies(&url(&self.gateways[0]))?;
        cookies.to_str().ok().map(ToOwned::to_owned)
    }

    pub(super) fn set_cookie(&self, cookie: &str) {
        self.jar.add_cookie_str(&format!("{cookie}; Path=/; HttpOnly"), &url(&self.gateways[0]));
    }
}

fn client(jar: &Arc<Jar>, trust: Option<&str>) -> reqwest::Result<Client> {
    let builder = Client::builder().cookie_provider(Arc::clone(jar));
    match trust {
        None => builder.build(),
        Some(pem) => builder.tls_certs_only([Certificate::from_pem(pem.as_bytes())?]).build(),
    }
}

fn url(text: &str) -> Url {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}
