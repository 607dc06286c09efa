//! What came back.

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

/// An answer of the HTTP API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked, for messages and transcripts.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its JSON; null when there was none.
    pub body: Value,
}

impl Answer {
    pub(super) async fn read(
        request: String,
        response: reqwest::Response,
    ) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?;
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body).into_owned()));
        Ok(Self { request, status, headers, body })
    }

    /// The body of a success.
    ///
    /// # Panics
    /// When it is none, showing what was answered.
    #[must_use]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:#?}");
        self.body
    }

    /// The body of a success, whose `id` or other field is wanted as a text.
    ///
    /// # Panics
    /// When it is no success or has no such text.
    #[must_use]
    pub fn text(self, field: &str) -> String {
        let request = self.request.clone();
        let body = self.ok();
        let text =
            body[field].as_str().unwrap_or_else(|| panic!("{request}: no {field} in {body}"));
        text.to_owned()
    }

    /// A header, as text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Checks that this is a problem with this status and code, in the form every problem has.
    ///
    /// # Panics
    /// When it is not, showing what was answered.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:#?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:#?}");
        assert_eq!(self.body["status"], status, "{self:#?}");
        assert_eq!(self.body["type"], format!("urn:chamados:problem:{code}"), "{self:#?}");
        assert!(!self.header("x-request-id").is_empty(), "{self:#?}");
        assert_eq!(self.body["requestId"], self.header("x-request-id"), "{self:#?}");
        let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        assert_eq!(self.body["title"].as_str(), title, "{self:#?}");
    }

    /// Checks that this is a 400 that names `field`.
    ///
    /// # Panics
    /// When it is not, showing what was answered.
    #[track_caller]
    pub fn refused_field(&self, field: &str) {
        self.refused(400, "invalid_argument");
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(errors.iter().any(|error| error["field"] == field), "{field}: {self:#?}");
    }
}
