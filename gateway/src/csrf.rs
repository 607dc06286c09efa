//! Defence against cross-site request forgery: a browser says where a request was made, and one
//! that would change something must have been made on our own pages. Programs that are no browsers
//! say nothing, and carry no cookie that another site could use.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderMap, StatusCode,
    header::{HOST, ORIGIN},
};

use crate::{
    config::{Origin, authority_of},
    problem::Problem,
    session::bearer,
    state::Gateway,
};

/// The layer.
pub(crate) async fn layer(
    State(gateway): State<Gateway>,
    request: Request,
    next: Next,
) -> Response {
    // A key is sent on purpose, by whoever has it; only cookies go along by themselves.
    let by_key = bearer(request.headers()).is_some();
    if by_key || request.method().is_safe() || is_our_own(request.headers(), &gateway.origin) {
        next.run(request).await
    } else {
        let detail = "The request was made by another site.";
        Problem::new(StatusCode::FORBIDDEN, "cross_site_request", detail).into_response()
    }
}

fn is_our_own(headers: &HeaderMap, ours: &Origin) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("invalid"));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        // `none`: typed in or bookmarked, so no site made it.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // Browsers leave the header above out on plain HTTP.
        (None, Some(origin)) => {
            let host = text(HOST.as_str());
            ours.is(origin) || authority_of(origin).is_some_and(|a| Some(a.as_str()) == host)
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn what_the_browser_says_decides() {
        let ours = Origin::of(&Config::default()).unwrap();
        let check = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| {
                    (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
                })
                .collect();
            is_our_own(&headers, &ours)
        };
        assert!(check(&[]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[("sec-fetch-site", "none")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(!check(&[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")]));
        assert!(check(&[("origin", "http://127.0.0.1:8080")]));
        assert!(check(&[("origin", "http://desk.lan"), ("host", "desk.lan")]));
        assert!(!check(&[("origin", "http://evil.example"), ("host", "desk.lan")]));
        assert!(!check(&[("origin", "null"), ("host", "desk.lan")]));
        assert!(!check(&[("origin", "http://127.0.0.1:9999")]));
    }
}
