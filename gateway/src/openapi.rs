//! The contract, generated from the handlers. What is true of every operation of a kind is added
//! here, once, instead of being repeated at each.

use std::collections::BTreeSet;

use http::Method;
use utoipa::{
    OpenApi as _,
    openapi::{
        ContentBuilder, Object, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema, Type,
        header::HeaderBuilder,
        path::{Operation, Parameter, ParameterIn},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::problem;

/// What the document says of itself.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Chamados",
        description = "The HTTP API of Chamados, a help desk that knows the computers it supports.\n\n\
            Field names are camelCase, ids are UUIDv7, times are RFC 3339 in UTC. Every list is \
            `{items, nextPageToken, total}`. Everything that goes wrong is `application/problem+json`. \
            What changes something must not come from another site's page. A request whose header `Expected-User` \
            is not the caller's id is refused (403, `another_user`).",
    ),
    components(schemas(problem::Report<'_>, problem::FieldError)),
    security(("session" = []), ("apiKey" = [])),
    tags(
        (name = "setup", description = "First start of an installation."),
        (name = "auth", description = "Signing in and out."),
        (name = "me", description = "The caller."),
        (name = "tickets", description = "Requests for help, their conversation and history."),
        (name = "attachments", description = "Files of tickets and comments."),
        (name = "devices", description = "Computers with an agent."),
        (name = "companies", description = "Client companies."),
        (name = "users", description = "People, and the technical accounts of devices."),
        (name = "invites", description = "Invitations of people."),
        (name = "service accounts", description = "Accounts of automation, and their API keys."),
        (name = "audit", description = "Who changed what, and when."),
        (name = "jobs", description = "What runs by itself."),
        (name = "exports", description = "Archives of everything the tenant owns."),
        (name = "events", description = "Live updates."),
        (name = "operations", description = "Health, metrics and this contract."),
    ),
)]
struct Document;

/// The document without operations.
pub(crate) fn document() -> OpenApi {
    let mut document = Document::openapi();
    // The package names no licence, and one without a name is not valid here.
    document.info.license = None;
    document
}

/// Adds what every operation of a kind has in common.
pub(crate) fn complete(document: &mut OpenApi) {
    let cookie = ApiKeyValue::with_description(
        "__Host-chamados",
        "Session of a signed-in person; called `chamados` on plain localhost.",
    );
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("API key of a service account, `chk_…`; it may do what its scopes say."))
        .build();
    components.add_security_scheme("apiKey", SecurityScheme::Http(key));
    for common in COMMON {
        let shared = problem(common.status, common.description);
        components.responses.insert(common.name.to_owned(), shared.into());
    }
    components.responses.values_mut().for_each(add_request_id);
    for (method, path, operation) in operations(document) {
        if path.starts_with("/api/") {
            add_problems(&method, operation);
        }
        operation.responses.responses.values_mut().for_each(add_request_id);
    }
    require_answered_fields(document);
}

/// Every operation with its method and path.
pub(crate) fn operations(
    document: &mut OpenApi,
) -> impl Iterator<Item = (Method, &str, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let of = [
            (Method::GET, item.get.as_mut()),
            (Method::POST, item.post.as_mut()),
            (Method::PATCH, item.patch.as_mut()),
            (Method::PUT, item.put.as_mut()),
            (Method::DELETE, item.delete.as_mut()),
        ];
        of.into_iter().filter_map(|(method, operation)| Some((method, path.as_str(), operation?)))
    })
}

/// A problem that operations of some kind can answer.
struct Common {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    applies: fn(&Traits) -> bool,
}

/// What decides which problems an operation can answer.
struct Traits {
    is_safe: bool,
    is_post: bool,
    needs_session: bool,
    has_body: bool,
    has_path: bool,
    has_version: bool,
}

const COMMON: &[Common] = &[
    Common {
        status: "400",
        name: "Invalid",
        description: "Something in the request is not right; `errors` says what.",
        applies: |_| true,
    },
    Common {
        status: "401",
        name: "Unauthenticated",
        description: "Nobody is signed in, or not any more.",
        applies: |of| of.needs_session,
    },
    Common {
        status: "403",
        name: "Forbidden",
        description: "Not allowed, or made by another site.",
        applies: |of| of.needs_session || !of.is_safe,
    },
    Common {
        status: "404",
        name: "NotFound",
        description: "Not there, or not visible to the caller.",
        applies: |of| of.has_path,
    },
    Common {
        status: "409",
        name: "Conflict",
        description: "Not possible in the present state; `code` says why.",
        applies: |of| of.needs_session && (of.is_post || of.has_version),
    },
    Common {
        status: "412",
        name: "Stale",
        description: "`stale_version`: changed by somebody else since.",
        applies: |of| of.has_version,
    },
    Common {
        status: "413",
        name: "TooLarge",
        description: "The body is too long.",
        applies: |of| of.has_body,
    },
    Common {
        status: "415",
        name: "UnsupportedMediaType",
        description: "The body is not `application/json`.",
        applies: |of| of.has_body,
    },
    Common {
        status: "429",
        name: "TooMany",
        description: "Too much at once; `Retry-After` says when to come back.",
        applies: |_| true,
    },
    Common {
        status: "500",
        name: "Internal",
        description: "Our fault; `requestId` finds it in the logs.",
        applies: |_| true,
    },
    Common {
        status: "503",
        name: "Unavailable",
        description: "A part is away, or has no room left to keep anything (code `storage_full`); `Retry-After` says when to come back.",
        applies: |_| true,
    },
];

impl Traits {
    fn of(method: &Method, operation: &Operation) -> Self {
        let has = |of: fn(&Parameter) -> bool| {
            let parameters = operation.parameters.iter().flatten();
            parameters.into_iter().any(|p| matches!(p, RefOr::T(parameter) if of(parameter)))
        };
        Self {
            is_safe: method.is_safe(),
            is_post: *method == Method::POST,
            needs_session: operation.security.is_none(),
            has_body: operation.request_body.is_some(),
            has_path: has(|parameter| matches!(parameter.parameter_in, ParameterIn::Path)),
            has_version: has(|parameter| parameter.name == "If-Match"),
        }
    }
}

/// The problems an operation can answer because of what it is. Where it says something of its own
/// about one, that stands.
fn add_problems(method: &Method, operation: &mut Operation) {
    let traits = Traits::of(method, operation);
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && !status.starts_with('2')
        {
            *response = problem(status, &response.description);
        }
    }
    for common in COMMON.iter().filter(|common| (common.applies)(&traits)) {
        let shared = Ref::from_response_name(common.name);
        responses.entry(common.status.to_owned()).or_insert_with(|| shared.into());
    }
}

fn problem(status: &str, description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new()
        .description(description)
        .content(problem::MEDIA_TYPE, content)
        .build();
    if matches!(status, "429" | "503") {
        let seconds = header("Seconds to wait before the next try.", Type::Integer);
        response.headers.insert("Retry-After".to_owned(), seconds);
    }
    response
}

fn add_request_id(response: &mut RefOr<Response>) {
    if let RefOr::T(response) = response {
        let id = header("Finds the request in the logs.", Type::String);
        response.headers.insert("X-Request-Id".to_owned(), id);
    }
}

fn header(description: &str, of: Type) -> RefOr<utoipa::openapi::Header> {
    let schema = Object::with_type(of);
    HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build().into()
}

/// An answer is never short of a field: what there is not is null. Only what clients send may leave
/// fields out.
fn require_answered_fields(document: &mut OpenApi) {
    let sent: BTreeSet<String> = operations(document)
        .filter_map(|(_, _, operation)| operation.request_body.as_ref())
        .filter_map(|body| serde_json::to_string(body).ok())
        .flat_map(|body| referenced(&body))
        .collect();
    let schemas = document.components.iter_mut().flat_map(|components| &mut components.schemas);
    for (name, schema) in schemas {
        if !sent.contains(name) {
            require_all(schema);
        }
    }
}

/// Names of the schemas a piece of the document refers to.
fn referenced(json: &str) -> Vec<String> {
    let names = json.split("\"#/components/schemas/").skip(1);
    names.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn require_all(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.required = object.properties.keys().cloned().collect();
            object.properties.values_mut().for_each(require_all);
        }
        RefOr::T(Schema::Array(array)) => {
            if let utoipa::openapi::schema::ArrayItems::RefOrSchema(items) = &mut array.items {
                require_all(items);
            }
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require_all),
        _ => {}
    }
}
