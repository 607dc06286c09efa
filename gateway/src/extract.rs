//! Extractors that refuse what the contract does not have, and say so as problems.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::{
    problem::{Problem, Result},
    state::Gateway,
    trace::Arrival,
};

/// A JSON body, both ways. As an extractor it wants `application/json` and no unknown field; as an
/// `Option` it may be missing or null.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned> FromRequest<Gateway> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        parse(&body(request, gateway).await?).map(Self)
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<Gateway> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Option<Self>> {
        if request.headers().contains_key(CONTENT_TYPE) {
            let body = <Json<Option<T>> as FromRequest<Gateway>>::from_request(request, gateway);
            return body.await.map(|Json(body)| body.map(Self));
        }
        let body = body(request, gateway).await?;
        if body.is_empty() { Ok(None) } else { Err(not_json()) }
    }
}

fn not_json() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The request body must be application/json.",
    )
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = text.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// The whole body, within the limit of length and the request's deadline.
async fn body(mut request: Request, gateway: &Gateway) -> Result<Bytes> {
    let arrival = request.extensions_mut().get::<Arrival>().cloned();
    let reading = Bytes::from_request(request, gateway);
    let outcome = match arrival {
        Some(arrival) => {
            let left = arrival.deadline.saturating_duration_since(gateway.clock.instant());
            tokio::time::timeout(left, reading).await
        }
        None => Ok(reading.await),
    };
    match outcome {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let limit = gateway.config.body_limit_bytes;
            let detail = format!("The request body is longer than {limit} bytes.");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", detail))
        }
        Ok(Err(_)) | Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "incomplete_body",
            "The request body did not arrive in full.",
        )),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    // To `serde` a list may be a record whose fields have no names; to the contract it is not.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::invalid("body", "must be a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { at_fault(&path, &error.to_string()) } else { malformed(&error) }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = format!("The request body is not JSON: {error}.");
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
}

/// The field or parameter that `serde` stumbled on.
fn at_fault(path: &str, error: &str) -> Problem {
    // The position in the text helps nobody once the field is named.
    let error = error.rsplit_once(" at line ").map_or(error, |(error, _)| error);
    let named = |prefix: &str| error.strip_prefix(prefix)?.split('`').next();
    if let Some(field) = named("missing field `") {
        return Problem::invalid(field, "is required");
    }
    match named("unknown field `") {
        Some(field) => Problem::invalid(field, "is not known"),
        None => Problem::invalid(if path == "." { "body" } else { path }, error),
    }
}

/// The query string. That it has no unknown parameter was seen to by [`crate::parameters`]; a
/// repeated parameter is a list.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        query(parts.uri.query().unwrap_or_default(), "").map(Self)
    }
}

/// Reads a query string. A parameter at fault is named with `prefix` before it.
pub(crate) fn query<T: DeserializeOwned>(query: &str, prefix: &str) -> Result<T> {
    let query = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(query).map_err(|error| {
        let path = error.path().to_string();
        // A list is at fault as a whole: `status[0]` is the parameter `status`.
        let name = path.split('[').next().unwrap_or_default();
        at_fault(&format!("{prefix}{name}"), &error.into_inner().to_string())
    })
}

/// A part of the path. What cannot be an id names nothing: 404.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}

/// For `#[serde(default, deserialize_with = …)]` on a field of a patch where `null` clears and
/// absence leaves alone.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
