//! Refuses query parameters that the contract does not have, by the contract itself: a filter that is
//! silently ignored shows people the wrong list.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::Method;
use utoipa::openapi::{OpenApi, RefOr, path::ParameterIn};

use crate::{openapi::operations, problem::Problem};

/// The query parameters of each operation.
#[derive(Clone)]
pub(crate) struct Parameters(Arc<HashMap<(Method, String), BTreeSet<String>>>);

impl Parameters {
    pub(crate) fn of(document: &mut OpenApi) -> Self {
        let known = operations(document).map(|(method, path, operation)| {
            let parameters = operation.parameters.iter().flatten().filter_map(|parameter| {
                let RefOr::T(parameter) = parameter else { return None };
                let in_query = matches!(parameter.parameter_in, ParameterIn::Query);
                in_query.then(|| parameter.name.clone())
            });
            ((method, path.to_owned()), parameters.collect())
        });
        Self(Arc::new(known.collect()))
    }

    /// The first parameter of `request` that its operation does not have.
    fn unknown(&self, request: &Request) -> Option<String> {
        let path = request.extensions().get::<MatchedPath>()?.as_str().to_owned();
        let method = match request.method() {
            &Method::HEAD => Method::GET,
            method => method.clone(),
        };
        let known = self.0.get(&(method, path))?;
        let query = request.uri().query()?;
        let given: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
        given.into_iter().map(|(name, _)| name).find(|name| !known.contains(name))
    }
}

/// The layer.
pub(crate) async fn layer(
    State(parameters): State<Parameters>,
    request: Request,
    next: Next,
) -> Response {
    match parameters.unknown(&request) {
        Some(name) => {
            Problem::invalid(name, "is not a query parameter of this address").into_response()
        }
        None => next.run(request).await,
    }
}
