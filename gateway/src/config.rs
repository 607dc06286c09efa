//! What an operator sets, and the address of the product taken apart once.

use std::{net::IpAddr, num::NonZeroU64};

use chamados_chassis::config::ConfigError;
use http::{Uri, uri::Authority};
use serde::Deserialize;

/// Settings of the gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The address people open, for example `https://chamados.example.com`. Requests of other
    /// origins are refused when they would change something.
    pub public_url: String,
    /// Whether the session cookie is sent over TLS only.
    pub secure_cookies: SecureCookies,
    /// How many proxies stand before the gateway and add to `X-Forwarded-For`. With 0 the header is
    /// ignored, since anybody could write it.
    pub trusted_proxy_hops: usize,
    /// The longest request body, in bytes.
    pub body_limit_bytes: usize,
    /// Seconds a request may take, calls to the services included. Live streams are not counted.
    pub deadline_seconds: u64,
    /// Browsers that may listen to live updates at once; more are told to come back.
    pub live_streams: usize,
    /// Milliseconds between two signs of life of live updates. A panel that hears none for two and a half
    /// of them connects anew.
    pub live_ping_millis: NonZeroU64,
    /// Whether health and metrics are served beside the panel. Switch it off where they have a
    /// port of their own (`listen.operations`).
    pub operations: bool,
    /// Whether what is served is a demonstration: the panel says on every page that its records are invented.
    pub demo: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            secure_cookies: SecureCookies::Auto,
            trusted_proxy_hops: 0,
            body_limit_bytes: 256 * 1024,
            deadline_seconds: 10,
            live_streams: 10_000,
            live_ping_millis: const { NonZeroU64::new(15_000).expect("not zero") },
            operations: true,
            demo: false,
        }
    }
}

/// Whether the session cookie is sent over TLS only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecureCookies {
    /// Yes, unless `public_url` is plain HTTP on this very machine.
    Auto,
    /// Yes.
    Always,
    /// No. Only for test networks without TLS.
    Never,
}

/// Where browsers find the product.
#[derive(Debug, Clone)]
pub struct Origin {
    authority: Authority,
    /// Whether cookies are sent over TLS only, and browsers told to keep to TLS.
    pub secure: bool,
}

impl Origin {
    /// Takes `public_url` apart.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] when it is not an `http` or `https` address.
    pub fn of(config: &Config) -> Result<Self, ConfigError> {
        let invalid = || {
            let url = &config.public_url;
            ConfigError::Invalid(format!("gateway.public_url: {url:?} is not an http(s) address"))
        };
        let uri: Uri = config.public_url.parse().map_err(|_| invalid())?;
        let authority = uri.authority().cloned().ok_or_else(invalid)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(invalid()),
        };
        let secure = match config.secure_cookies {
            SecureCookies::Auto => tls || !is_this_machine(authority.host()),
            SecureCookies::Always => true,
            SecureCookies::Never => false,
        };
        Ok(Self { authority, secure })
    }

    /// Whether a browser's `Origin` header is this one.
    #[must_use]
    pub fn is(&self, origin: &str) -> bool {
        authority_of(origin).is_some_and(|authority| authority == self.authority)
    }
}

/// Host and port of an `Origin` header.
#[must_use]
pub fn authority_of(origin: &str) -> Option<Authority> {
    origin.parse::<Uri>().ok()?.into_parts().authority
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_need_tls_unless_on_plain_localhost() {
        let secure = |public_url: &str, secure_cookies| {
            let config =
                Config { public_url: public_url.into(), secure_cookies, ..Config::default() };
            Origin::of(&config).unwrap().secure
        };
        assert!(!secure("http://127.0.0.1:8080", SecureCookies::Auto));
        assert!(!secure("http://[::1]:8080", SecureCookies::Auto));
        assert!(!secure("http://localhost", SecureCookies::Auto));
        assert!(secure("http://localhost", SecureCookies::Always));
        assert!(secure("http://desk.example", SecureCookies::Auto));
        assert!(secure("https://localhost", SecureCookies::Auto));
        assert!(!secure("https://localhost", SecureCookies::Never));
    }

    #[test]
    fn a_bad_address_is_named() {
        for url in ["", "desk.example", "ftp://desk.example", "http://"] {
            let config = Config { public_url: url.into(), ..Config::default() };
            let error = Origin::of(&config).unwrap_err();
            assert!(error.to_string().contains("gateway.public_url"), "{error}");
        }
    }
}
