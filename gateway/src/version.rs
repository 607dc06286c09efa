//! Versions of records: `ETag` on every answer that is one, `If-Match` on changes.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue,
    header::{ETAG, IF_MATCH},
    request::Parts,
};
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::{
        Object, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::{
    extract::Json,
    problem::{Problem, Result},
};

/// A record that counts its changes.
pub(crate) trait Versioned {
    fn version(&self) -> i64;
}

/// A record as an answer, with its version as `ETag`.
pub(crate) struct Tagged<T>(pub(crate) T);

impl<T: Versioned + Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let tag = HeaderValue::try_from(format!("\"{}\"", self.0.version()));
        let mut response = Json(self.0).into_response();
        if let Ok(tag) = tag {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// The version a change is based on; 0, which the services take as "whichever", without `If-Match`
/// or with `*`.
pub(crate) struct IfMatch(pub(crate) i64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get(IF_MATCH) else { return Ok(Self(0)) };
        let text = value.to_str().unwrap_or_default();
        if text == "*" {
            return Ok(Self(0));
        }
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let version = quoted.and_then(|number| number.parse().ok()).filter(|version| *version > 0);
        version
            .map(Self)
            .ok_or_else(|| Problem::invalid("If-Match", "must be one ETag, as in \"7\""))
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The `ETag` the change is based on. When the record has changed since, \
                           nothing happens and the answer is 412.";
        vec![
            ParameterBuilder::new()
                .name("If-Match")
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(Object::with_type(Type::String)))
                .build(),
        ]
    }
}
