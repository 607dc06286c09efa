//! `Idempotency-Key`: the client's own name for a request, so that sending it again after a lost
//! answer does nothing twice. It becomes the `request_id` of the call that makes the change; the
//! service keeps it with the change, for 24 hours.

use axum::extract::FromRequestParts;
use chamados_chassis::context::is_request_id;
use http::request::Parts;
use utoipa::{
    IntoParams,
    openapi::{
        Object, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};
use uuid::Uuid;

use crate::problem::{Problem, Result};

/// Name of the header.
pub(crate) const HEADER: &str = "Idempotency-Key";

/// The client's key, or a new one that no other request has.
pub(crate) struct IdempotencyKey(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get(HEADER) else {
            return Ok(Self(Uuid::now_v7().to_string()));
        };
        let key = value.to_str().ok().filter(|key| is_request_id(key));
        key.map(|key| Self(key.to_owned()))
            .ok_or_else(|| Problem::invalid(HEADER, "must be 1 to 128 visible ASCII characters"))
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "1 to 128 visible ASCII characters. The same key with the same content \
                           within 24 hours gives the first answer again; with other content, 409.";
        vec![
            ParameterBuilder::new()
                .name(HEADER)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(Object::with_type(Type::String)))
                .build(),
        ]
    }
}
