//! A browser, as far as commands need one: it keeps its session and says where it is.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use ureq::{Agent, http::Request};

/// Longer than the product takes to answer anything.
const LIMIT: Duration = Duration::from_secs(30);

/// Somebody at the product's address.
pub(crate) struct Client {
    agent: Agent,
    origin: String,
    /// The session, as `name=value`; empty for nobody.
    cookie: String,
    /// What a proxy says of where it is; empty without one.
    pub(crate) forwarded_for: String,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Null when it is no JSON.
    pub(crate) body: Value,
}

impl Client {
    /// Nobody yet.
    pub(crate) fn new(origin: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            .user_agent("chamados-xtask")
            .build();
        Self {
            agent: config.into(),
            origin: origin.to_owned(),
            cookie: String::new(),
            forwarded_for: String::new(),
        }
    }

    /// Somebody with a password, in a new session.
    ///
    /// # Errors
    /// They are refused.
    pub(crate) fn sign_in(origin: &str, email: &str, password: &str) -> Result<Self> {
        let mut client = Self::new(origin);
        let person = json!({"email": email, "password": password});
        client.post("/api/auth/sign-in/email", &person)?;
        Ok(client)
    }

    /// Where it is.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The session's cookie, as a header has it.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Sends a request, whatever is answered.
    ///
    /// # Errors
    /// Nobody answers.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("origin", &self.origin)
            .header("content-type", "application/json");
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        if !self.forwarded_for.is_empty() {
            request = request.header("x-forwarded-for", &self.forwarded_for);
        }
        let content = body.map(Value::to_string).unwrap_or_default();
        let mut answer = self
            .agent
            .run(request.body(content)?)
            .with_context(|| format!("{method} {path} at {}", self.origin))?;
        if let Some(set) = answer.headers().get("set-cookie").and_then(|set| set.to_str().ok()) {
            self.cookie = set.split(';').next().unwrap_or_default().to_owned();
        }
        let text = answer.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Answer { status: answer.status().as_u16(), body })
    }

    /// GET of something that is there.
    ///
    /// # Errors
    /// Anything but a success.
    pub(crate) fn get(&mut self, path: &str) -> Result<Value> {
        succeeded("GET", path, self.send("GET", path, None)?)
    }

    /// POST of something that is accepted.
    ///
    /// # Errors
    /// Anything but a success.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        succeeded("POST", path, self.send("POST", path, Some(body))?)
    }
}

fn succeeded(method: &str, path: &str, answer: Answer) -> Result<Value> {
    let Answer { status, body } = answer;
    ensure!((200..300).contains(&status), "{method} {path}: {status} {body}");
    Ok(body)
}

/// A text field of an answer.
///
/// # Errors
/// There is none.
pub(crate) fn text(value: &Value, field: &str) -> Result<String> {
    let text = value[field].as_str().with_context(|| format!("no {field} in {value}"))?;
    Ok(text.to_owned())
}
