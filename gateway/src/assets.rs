//! The panel, embedded in the binary. Debug builds read it from disk.

use axum::{
    body::Body,
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use http::{
    HeaderMap, Method, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Panel;

/// The page every address of the panel begins with.
const INDEX: &str = "index.html";
/// Shown where the binary was built without the panel.
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Chamados</title>\
    <h1>The panel is not built</h1>\
    <p>Run <code>cargo xtask run</code>, or <code>npm ci && npm run build</code> in <code>web/</code>, \
    and start the server again. The API is at <a href=/api/docs>/api/docs</a>.</p>";

/// Answers whatever no route took: files of the panel, its first page for addresses inside it, and a
/// problem for the rest.
pub(crate) async fn fallback(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if let Some(file) = Panel::get(path).filter(|_| path != INDEX) {
        return serve(path, &file, request.headers());
    }
    if !path.is_empty() && !wants_a_page(request.headers()) {
        return Problem::not_found().into_response();
    }
    match Panel::get(INDEX) {
        Some(file) => serve(INDEX, &file, request.headers()),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

fn wants_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn serve(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    // Weak, since the same file also goes out compressed.
    let hash = &file.metadata.sha256_hash()[..16];
    let tag = format!("W/\"{:032x}\"", u128::from_be_bytes(hash.try_into().unwrap_or_default()));
    // The build puts a hash in the names of what it makes, so those never change.
    let made = path.starts_with("assets/");
    let caching = if made { "public, max-age=31536000, immutable" } else { "no-cache" };
    let cached = [(ETAG, tag.clone()), (CACHE_CONTROL, caching.to_owned())];
    if headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let content_type = [(CONTENT_TYPE, media_type(file.metadata.mimetype()))];
    (cached, content_type, Body::from(file.data.clone().into_owned())).into_response()
}

/// A media type that leaves no doubt about the encoding.
fn media_type(of_name: &str) -> String {
    let charset = if of_name.starts_with("text/") { "; charset=utf-8" } else { "" };
    format!("{of_name}{charset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_their_encoding() {
        assert_eq!(media_type("text/html"), "text/html; charset=utf-8");
        assert_eq!(media_type("image/png"), "image/png");
    }
}
