//! Who calls: a session's cookie or an API key, turned into a verified principal by the identity service
//! on every single request, so that what was revoked is refused on the next one.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    response::{IntoResponseParts, ResponseParts},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use chamados_chassis::{
    auth::{Denied, Principal},
    clock::SharedClock,
    context::CallContext,
};
use chamados_proto::identity::v1 as pb;
use chrono::{DateTime, Utc};
use http::{
    HeaderMap, StatusCode,
    header::{AUTHORIZATION, SET_COOKIE},
    request::Parts,
};
use tonic::Request;

use crate::{
    problem::{Problem, Result},
    state::Gateway,
    trace::Arrival,
};

/// Name of the cookie over TLS: the prefix makes browsers refuse it from a sibling domain.
const SECURE_NAME: &str = "__Host-chamados";
/// Name on plain localhost, where browsers refuse the prefix.
const PLAIN_NAME: &str = "chamados";
/// Header that names whom a request is meant to be of.
const EXPECTED_USER: &str = "expected-user";
/// Longest token worth asking the identity service about.
const MAX_TOKEN: usize = 128;

/// Nobody in particular: for the few requests that need no sign-in.
pub(crate) struct Visitor(Call);

/// Somebody with a valid session, or automation with a valid key.
#[derive(Clone)]
pub(crate) struct Caller {
    call: Call,
    credential: Credential,
}

/// A caller that is a person: for what only people have.
pub(crate) struct Person(pub(crate) Caller);

/// What a caller shows. Deliberately without `Debug`.
#[derive(Clone)]
pub(crate) enum Credential {
    /// A person's session.
    Session(SessionToken),
    /// A service account's key.
    ApiKey(String),
}

#[derive(Clone)]
struct Call {
    context: CallContext,
    clock: SharedClock,
}

impl Visitor {
    fn new(gateway: &Gateway, arrival: &Arrival) -> Self {
        let id = arrival.request_id.clone();
        let context = CallContext::new(Principal::Anonymous, None, id, arrival.deadline);
        Self(Call { context, clock: gateway.clock.clone() })
    }

    /// A call to a service on nobody's behalf.
    pub(crate) fn request<T>(&self, message: T) -> Request<T> {
        self.0.context.request(message, &*self.0.clock)
    }
}

impl Caller {
    /// The caller behind a credential.
    pub(crate) async fn authenticate(
        gateway: &Gateway,
        arrival: &Arrival,
        credential: Credential,
    ) -> Result<Self> {
        use pb::authenticate_request::Credential as Shown;

        let shown = match &credential {
            Credential::Session(token) => Shown::SessionToken(token.0.clone()),
            Credential::ApiKey(key) => Shown::ApiKey(key.clone()),
        };
        let request = Visitor::new(gateway, arrival)
            .request(pb::AuthenticateRequest { credential: Some(shown) });
        let answer = gateway.clients.sessions().authenticate(request).await?.into_inner();
        let principal =
            gateway.keyring.verify(&answer.principal_token, gateway.clock.now()).map_err(
                |error| Problem::internal(format_args!("from the identity service: {error}")),
            )?;
        // A session is a person's, a key a service account's; nobody else comes in here.
        if !matches!(
            (&credential, &principal),
            (Credential::Session(_), Principal::Person { .. })
                | (Credential::ApiKey(_), Principal::ServiceAccount { .. })
        ) {
            return Err(Denied::Anonymous.into());
        }
        let (_, id) = principal.actor()?.to_parts();
        tracing::Span::current().record("user", id);
        let context = CallContext::new(
            principal,
            Some(answer.principal_token.into()),
            arrival.request_id.clone(),
            arrival.deadline,
        );
        Ok(Self { call: Call { context, clock: gateway.clock.clone() }, credential })
    }

    /// The same caller, authenticated anew and with the time of a request of its own: for answers that go
    /// on for longer than one.
    pub(crate) async fn renewed(&self, gateway: &Gateway) -> Result<Self> {
        let arrival = Arrival {
            request_id: self.call.context.request_id().into(),
            deadline: gateway.clock.instant() + gateway.time_limit(),
        };
        Self::authenticate(gateway, &arrival, self.credential.clone()).await
    }

    /// A call to a service on the caller's behalf, with what is left of the time.
    pub(crate) fn request<T>(&self, message: T) -> Request<T> {
        self.call.context.request(message, &*self.call.clock)
    }

    pub(crate) fn principal(&self) -> &Principal {
        self.call.context.principal()
    }

    /// Refuses what was meant to be done by somebody else: the cookie is the browser's, and another of its tabs
    /// may have signed in another user since the page that asks was opened.
    fn is_expected(&self, headers: &HeaderMap) -> Result<()> {
        let Some(expected) = headers.get(EXPECTED_USER) else { return Ok(()) };
        let user = self.principal().user().map(|user| user.to_string());
        if user.as_deref().map(str::as_bytes) == Some(expected.as_bytes()) {
            return Ok(());
        }
        let detail = "Somebody else is signed in than the one this was meant to be done by.";
        Err(Problem::new(StatusCode::FORBIDDEN, "another_user", detail))
    }

    /// The session, for a person.
    pub(crate) const fn session(&self) -> Option<&SessionToken> {
        match &self.credential {
            Credential::Session(token) => Some(token),
            Credential::ApiKey(_) => None,
        }
    }
}

impl FromRequestParts<Gateway> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        Ok(Self::new(gateway, &Arrival::from_request_parts(parts, gateway).await?))
    }
}

impl FromRequestParts<Gateway> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let arrival = Arrival::from_request_parts(parts, gateway).await?;
        let credential = Credential::from_request_parts(parts, gateway).await?;
        let caller = Self::authenticate(gateway, &arrival, credential).await?;
        caller.is_expected(&parts.headers)?;
        Ok(caller)
    }
}

impl FromRequestParts<Gateway> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, gateway).await?;
        if caller.session().is_none() {
            let detail = "Only a person has this; an API key is of a service account.";
            return Err(Problem::new(StatusCode::FORBIDDEN, "person_required", detail));
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<Gateway> for Credential {
    type Rejection = Problem;

    /// A key counts, also beside a cookie: whoever sends one means it.
    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        match bearer(&parts.headers) {
            Some(key) => {
                key.map(|key| Self::ApiKey(key.to_owned())).ok_or(Denied::Anonymous.into())
            }
            None => SessionToken::from_request_parts(parts, gateway).await.map(Self::Session),
        }
    }
}

/// The key in `Authorization`, when there is such a header; `Some(None)` when it holds no key.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Option<&str>> {
    let value = headers.get(AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, key) = value.split_once(' ').unwrap_or_default();
    let key = key.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && (1..=MAX_TOKEN).contains(&key.len());
    Some(fits.then_some(key))
}

/// The token of a session, as in the cookie. Deliberately without `Debug`.
#[derive(Clone)]
pub(crate) struct SessionToken(pub(crate) String);

impl FromRequestParts<Gateway> for SessionToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let jar = CookieJar::from_headers(&parts.headers);
        let cookie = jar.get(cookie_name(gateway)).map(Cookie::value);
        let token = cookie.filter(|token| (1..=MAX_TOKEN).contains(&token.len()));
        Ok(Self(token.ok_or(Denied::Anonymous)?.to_owned()))
    }
}

fn cookie_name(gateway: &Gateway) -> &'static str {
    if gateway.origin.secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The `Set-Cookie` header that begins or ends a session in the browser.
pub(crate) struct SessionCookie(String);

impl SessionCookie {
    /// Begins a session that lasts until `expires`.
    pub(crate) fn begin(gateway: &Gateway, token: &SessionToken, expires: DateTime<Utc>) -> Self {
        Self::new(gateway, &token.0, (expires - gateway.clock.now()).num_seconds().max(0))
    }

    /// Makes the browser forget the session.
    pub(crate) fn end(gateway: &Gateway) -> Self {
        Self::new(gateway, "", 0)
    }

    fn new(gateway: &Gateway, token: &str, seconds: i64) -> Self {
        let name = cookie_name(gateway);
        let secure = if gateway.origin.secure { "; Secure" } else { "" };
        Self(format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"))
    }
}

impl IntoResponseParts for SessionCookie {
    type Error = Problem;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts> {
        let value = self.0.try_into().map_err(|error: http::header::InvalidHeaderValue| {
            Problem::internal(format_args!("session token in a cookie: {error}"))
        })?;
        response.headers_mut().append(SET_COOKIE, value);
        Ok(response)
    }
}

/// Where a request came from, for throttling and for the list of sessions; empty when unknown.
pub(crate) struct Client {
    pub(crate) address: String,
    pub(crate) user_agent: String,
}

impl FromRequestParts<Gateway> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let peer = ConnectInfo::<SocketAddr>::from_request_parts(parts, gateway).await;
        let peer = peer.ok().map(|ConnectInfo(address)| address.ip());
        let address = forwarded_for(&parts.headers, gateway.config.trusted_proxy_hops).or(peer);
        let user_agent = parts.headers.get(http::header::USER_AGENT);
        Ok(Self {
            address: address.map(|ip| ip.to_canonical().to_string()).unwrap_or_default(),
            user_agent: user_agent
                .and_then(|value| value.to_str().ok())
                .map(|text| text.chars().take(256).collect())
                .unwrap_or_default(),
        })
    }
}

/// The address that the outermost of `hops` trusted proxies saw. Each proxy adds one at the right, so
/// what stands further left may be invented.
fn forwarded_for(headers: &HeaderMap, hops: usize) -> Option<IpAddr> {
    let seen: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let index = seen.len().checked_sub(hops).filter(|_| hops > 0)?;
    seen.get(index)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_follows_bearer() {
        let key = |value: &'static str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(|key| key.map(str::to_owned))
        };
        assert_eq!(key("Bearer chk_1"), Some(Some("chk_1".to_owned())));
        assert_eq!(key("bearer  chk_1 "), Some(Some("chk_1".to_owned())));
        for wrong in ["", "Bearer", "Bearer ", "Basic chk_1", "chk_1"] {
            assert_eq!(key(wrong), Some(None), "{wrong}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn only_what_trusted_proxies_added_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 192.0.2.7".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        let seen = |hops| forwarded_for(&headers, hops).map(|ip| ip.to_string());
        assert_eq!(seen(0), None);
        assert_eq!(seen(1).as_deref(), Some("10.0.0.2"));
        assert_eq!(seen(2).as_deref(), Some("192.0.2.7"));
        assert_eq!(seen(4), None, "more proxies than entries: none of it is theirs");
    }
}
