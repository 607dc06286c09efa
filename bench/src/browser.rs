//! Somebody who is signed in, as far as a measurement needs them.

use anyhow::{Context as _, Result, ensure};
use reqwest::{
    Client, Method,
    header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE},
};
use serde_json::{Value, json};

/// Address of the admin that [`Browser::set_up`] makes.
pub(crate) const EMAIL: &str = "admin@desk.example";
/// Password of everybody in a product that is measured.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A session at the product's address. Cheap to clone; clones share connections and session.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    origin: String,
    /// As `name=value`; empty for nobody.
    cookie: String,
}

impl Browser {
    /// Nobody yet.
    ///
    /// # Errors
    /// There is no client.
    pub fn new(origin: &str) -> Result<Self> {
        let client = Client::builder().user_agent("chamados-bench").build()?;
        Ok(Self { client, origin: origin.to_owned(), cookie: String::new() })
    }

    /// The same session where the product is after a restart.
    #[must_use]
    pub fn at(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    /// The first admin of a product that is new.
    ///
    /// # Errors
    /// The token is not the one that its start told, or was used.
    pub async fn set_up(origin: &str, token: &str) -> Result<Self> {
        let person = json!({
            "token": token, "tenantName": "Desk", "name": "Ada Admin",
            "email": EMAIL, "password": PASSWORD,
        });
        Self::enter(origin, "/api/setup", &person).await
    }

    /// Somebody new, by a request that signs them in.
    ///
    /// # Errors
    /// They are refused.
    pub async fn enter(origin: &str, path: &str, body: &Value) -> Result<Self> {
        let mut browser = Self::new(origin)?;
        let request = browser.client.post(format!("{origin}{path}")).header(ORIGIN, origin);
        let answer = request.json(body).send().await?;
        let cookie = answer.headers().get(SET_COOKIE).and_then(|set| set.to_str().ok());
        let cookie = cookie.and_then(|set| set.split(';').next()).map(str::to_owned);
        let status = answer.status();
        let body = answer.text().await?;
        ensure!(status.is_success(), "POST {path}: {status} {body}");
        browser.cookie = cookie.with_context(|| format!("POST {path} signs nobody in"))?;
        Ok(browser)
    }

    /// Follows the link of an invite.
    ///
    /// # Errors
    /// It is refused.
    pub async fn accept(origin: &str, link: &str, name: &str, password: &str) -> Result<Self> {
        let (_, token) = link.split_once('#').context("no token in the link of an invite")?;
        let body = json!({"token": token, "name": name, "password": password});
        Self::enter(origin, "/api/auth/invites/accept", &body).await
    }

    /// Sends a request and reads the answer, which must be a success.
    ///
    /// # Errors
    /// Anything else.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Vec<u8>> {
        let body = body.map(Value::to_string);
        let headers = body.iter().map(|_| (CONTENT_TYPE.as_str(), "application/json"));
        let headers: Vec<_> = headers.collect();
        let name = format!("{method} {path}");
        let body = body.unwrap_or_default().into_bytes();
        let (status, bytes) = self.exchange(method, path, &headers, body).await?;
        let text = || String::from_utf8_lossy(&bytes);
        ensure!((200..300).contains(&status), "{name}: {status} {}", text());
        Ok(bytes)
    }

    /// Sends a request and reads the answer, whatever it says: its status and its bytes.
    ///
    /// # Errors
    /// There is none.
    pub async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>)> {
        let mut request = self.client.request(method, format!("{}{path}", self.origin));
        request = request.header(ORIGIN, &self.origin).header(COOKIE, &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.bytes().await?.into()))
    }

    /// GET of JSON.
    ///
    /// # Errors
    /// Anything but a success.
    pub async fn get(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.send(Method::GET, path, None).await?)?)
    }

    /// POST of JSON.
    ///
    /// # Errors
    /// Anything but a success.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        Ok(serde_json::from_slice(&self.send(Method::POST, path, Some(body)).await?)?)
    }
}
