//! The Accounting API over HTTP: `/v3/company/{realm}/…` (reference §2 and §3.3).

mod access;
mod batch;
mod caller;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::books::{Books, Fields, Written};
use super::entities::{EntityKind, Writers};
use super::refusal::Refusal;
use super::shared::{SharedState, State as SandboxState};
use super::throttle::ThrottledCall;
use super::{cdc, query, times};
use crate::caller::Caller;
pub(super) use caller::Environment;
use caller::Session;

/// Body of a write or a query; the product takes no record that comes near it.
const BODY_BYTES_MAX: usize = 1 << 20;

/// The query parameters the API looks at; `minorversion` and the rest are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    query: String,
    entities: String,
    #[serde(rename = "changedSince")]
    changed_since: String,
    operation: String,
    include: String,
    #[serde(rename = "sendTo")]
    send_to: Option<String>,
}

impl Parameters {
    /// What a write is for. Some kinds are voided with `operation=update&include=void`.
    fn operation(&self) -> &str {
        if self.include == "void" { "void" } else { &self.operation }
    }
}

/// The routes, at each of the addresses: see [`Environment`].
pub(super) fn routes() -> Router<SharedState> {
    let mut router = Router::new();
    for base in Environment::BASES {
        let company = format!("{base}/v3/company/{{realm}}");
        router = router
            .route(&format!("{company}/cdc"), get(changes))
            .route(&format!("{company}/query"), get(query_by_get).post(query_by_post))
            .route(&format!("{company}/batch"), post(batch))
            .route(&format!("{company}/{{entity}}"), post(write))
            .route(&format!("{company}/{{entity}}/{{id}}"), get(read))
            .route(&format!("{company}/{{entity}}/{{id}}/send"), post(send))
            .route(&format!("{base}/v3/{{*rest}}"), any(unknown));
    }
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn changes(
    State(shared): State<SharedState>,
    Path(realm): Path<String>,
    Query(asked): Query<Parameters>,
    caller: Caller,
) -> Response {
    serve(&shared, &realm, &caller, |state, session| {
        let books = books(state, &realm)?;
        let has_time_activities = shared.options.cdc_has_time_activities;
        cdc::answer(books, &asked.entities, &asked.changed_since, session.now, has_time_activities)
    })
}

async fn query_by_get(
    State(shared): State<SharedState>,
    Path(realm): Path<String>,
    Query(asked): Query<Parameters>,
    caller: Caller,
) -> Response {
    serve(&shared, &realm, &caller, |state, _| query::select(books(state, &realm)?, &asked.query))
}

async fn query_by_post(
    State(shared): State<SharedState>,
    Path(realm): Path<String>,
    caller: Caller,
    text: String,
) -> Response {
    serve(&shared, &realm, &caller, |state, _| query::select(books(state, &realm)?, &text))
}

async fn read(
    State(shared): State<SharedState>,
    Path((realm, entity, id)): Path<(String, String, String)>,
    caller: Caller,
) -> Response {
    serve(&shared, &realm, &caller, |state, _| {
        let entity = find_entity(&entity)?;
        // The company's own record is asked for by the realm id, and shows another.
        let own = entity.writers == Writers::Nobody && id == realm;
        let record = books(state, &realm)?.read(entity, if own { "1" } else { &id })?;
        Ok(named(entity, record.clone()))
    })
}

async fn write(
    State(shared): State<SharedState>,
    Path((realm, entity)): Path<(String, String)>,
    Query(asked): Query<Parameters>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let answer = serve(&shared, &realm, &caller, |state, session| {
        let (entity, now) = (find_writable(&entity)?, session.now);
        let body = parse_body(&body)?;
        let work = |books: &mut Books| operate(books, entity, asked.operation(), body, now);
        Ok(named(entity, state.write(&session.write(&realm), work)?.shown))
    });
    shared.announce_outbox();
    answer
}

async fn send(
    State(shared): State<SharedState>,
    Path((realm, entity, id)): Path<(String, String, String)>,
    Query(asked): Query<Parameters>,
    caller: Caller,
) -> Response {
    let answer = serve(&shared, &realm, &caller, |state, session| {
        let (entity, now) = (find_writable(&entity)?, session.now);
        let work = |books: &mut Books| books.email(entity, &id, asked.send_to.as_deref(), now);
        Ok(named(entity, state.write(&session.write(&realm), work)?.shown))
    });
    shared.announce_outbox();
    answer
}

async fn batch(
    State(shared): State<SharedState>,
    Path(realm): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let answer = serve(&shared, &realm, &caller, |state, session| {
        batch::answer(state, &session.write(&realm), &body)
    });
    shared.announce_outbox();
    answer
}

async fn unknown(State(shared): State<SharedState>, uri: axum::http::Uri) -> Response {
    let resource = format!("Could not find resource for relative : {}", uri.path());
    Refusal::unsupported_operation(&resource).into_response(shared.now())
}

/// Carries out one write: `operation` is `delete`, `void`, or absent for create and update.
pub(super) fn operate(
    books: &mut Books,
    entity: &'static EntityKind,
    operation: &str,
    body: Fields,
    now: Timestamp,
) -> Result<Written, Refusal> {
    match operation {
        "" | "create" | "update" => books.save(entity, body, now),
        "delete" => books.delete(entity, &body, now),
        "void" => books.void(entity, &body, now),
        other => Err(Refusal::unsupported_operation(other)),
    }
}

/// Finds a kind by its name in a path.
pub(super) fn find_entity(name: &str) -> Result<&'static EntityKind, Refusal> {
    EntityKind::find(name).ok_or_else(|| Refusal::unsupported_operation(name))
}

/// Finds a kind that apps may write.
fn find_writable(name: &str) -> Result<&'static EntityKind, Refusal> {
    let entity = find_entity(name)?;
    match entity.writers {
        Writers::Everyone => Ok(entity),
        Writers::Product | Writers::Nobody => Err(Refusal::unsupported_operation(name)),
    }
}

fn books<'s>(state: &'s SandboxState, realm: &str) -> Result<&'s Books, Refusal> {
    let company = state.companies.get(realm).ok_or_else(Refusal::object_not_found)?;
    Ok(&company.books)
}

fn parse_body(body: &[u8]) -> Result<Fields, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::invalid_property("the body is not a JSON object")),
        Err(error) => Err(Refusal::invalid_property(format!("the body is not JSON: {error}"))),
    }
}

/// `{"Invoice": {…}}`.
fn named(entity: &EntityKind, record: Fields) -> Fields {
    Fields::from_iter([(entity.name.to_owned(), Value::Object(record))])
}

/// Checks who calls and how often, then does the work and adds the time to its answer.
fn serve(
    shared: &SharedState,
    realm: &str,
    caller: &Caller,
    work: impl FnOnce(&mut SandboxState, &Session) -> Result<Fields, Refusal>,
) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let session = match access::check(&state, caller, realm, now) {
        Ok(client_id) => Session { client_id, now },
        Err(denied) => return denied.into_response(now),
    };
    if let Some(limits) = &shared.options.throttle {
        let (client_id, is_batch) =
            (session.client_id.as_str(), caller.uri.path().ends_with("/batch"));
        let call = ThrottledCall { realm_id: realm, client_id, is_batch };
        if !state.throttle.admit(limits, call, now) {
            return limits.answer.respond(now);
        }
    }
    match work(&mut state, &session) {
        Ok(mut answer) => {
            answer.insert("time".to_owned(), times::answer_time(now).into());
            let content_type = [(header::CONTENT_TYPE, "application/json;charset=utf-8")];
            (StatusCode::OK, content_type, Value::Object(answer).to_string()).into_response()
        }
        Err(refusal) => refusal.into_response(now),
    }
}
