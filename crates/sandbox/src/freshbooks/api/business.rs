//! The services of a business: projects, time and services, flat bodies with `meta`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::super::books::{Asked, Fields, Page};
use super::super::calls::Named;
use super::super::nouns::{Noun, Service};
use super::super::refusal::{Reason, Refusal};
use super::super::shared::{SharedState, State as SandboxState};
use super::super::throttle;
use super::{Caller, Denied, Session, check_writes, content, parse_id};

/// The recorded 401.
const UNAUTHENTICATED: &str = "The server could not verify that you are authorized to access the \
    URL requested. You either supplied the wrong credentials (e.g. a bad password), or your \
    browser doesn't understand how to supply the credentials required.";

/// Service, business and segment.
type ListPath = (String, String, String);
/// The same with an id.
type ItemPath = (String, String, String, String);

pub(super) async fn list(
    State(shared): State<SharedState>,
    Path((service, business, segment)): Path<ListPath>,
    caller: Caller,
) -> Response {
    serve(&shared, &business, &caller, |state, session| {
        let noun = find(&service, &segment)?;
        if noun.list_path != segment {
            return Err(Refusal::not_allowed(noun.key));
        }
        let asked = Asked::of(noun, caller.query())?;
        let page = state.books(session.business_id)?.list(noun, &asked);
        let meta = meta(noun, &asked, &page);
        let records = Value::Array(page.records);
        let body = [(noun.list_key.to_owned(), records), ("meta".to_owned(), meta)];
        Ok(Some(Fields::from_iter(body)))
    })
}

fn meta(noun: &Noun, asked: &Asked, page: &Page) -> Value {
    let mut meta = Map::new();
    if noun.service == Service::Projects {
        let sort: Vec<&str> = asked.sort().into_iter().collect();
        meta.insert("sort".to_owned(), sort.into());
    }
    meta.insert("total".to_owned(), page.total.into());
    meta.insert("per_page".to_owned(), page.per_page.into());
    meta.insert("page".to_owned(), page.page.into());
    meta.insert("pages".to_owned(), page.pages.into());
    Value::Object(meta)
}

pub(super) async fn read(
    State(shared): State<SharedState>,
    Path((service, business, segment, id)): Path<ItemPath>,
    caller: Caller,
) -> Response {
    serve(&shared, &business, &caller, |state, session| {
        let noun = find_item(&service, &segment)?;
        let record = state.books(session.business_id)?.read(noun, parse_id(noun, &id)?)?;
        Ok(Some(named(noun, record.fields.clone())))
    })
}

pub(super) async fn create(
    State(shared): State<SharedState>,
    Path((service, business, segment)): Path<ListPath>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &business, &caller, |state, session| {
        let noun = find_item(&service, &segment)?;
        check_writes(noun, true)?;
        let body = content(noun, &body)?;
        let write = session.write();
        let written = state.write(&write, |books| books.create(noun, body, write.now))?;
        Ok(Some(named(noun, written.shown)))
    })
}

pub(super) async fn update(
    State(shared): State<SharedState>,
    Path((service, business, segment, id)): Path<ItemPath>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &business, &caller, |state, session| {
        let noun = find_item(&service, &segment)?;
        let (id, body) = (parse_id(noun, &id)?, content(noun, &body)?);
        let write = session.write();
        let written = state.write(&write, |books| books.update(noun, id, &body, write.now))?;
        Ok(Some(named(noun, written.shown)))
    })
}

/// 204, which the SDKs expect.
pub(super) async fn delete(
    State(shared): State<SharedState>,
    Path((service, business, segment, id)): Path<ItemPath>,
    caller: Caller,
) -> Response {
    serve(&shared, &business, &caller, |state, session| {
        let noun = find_item(&service, &segment)?;
        let id = parse_id(noun, &id)?;
        let write = session.write();
        state.write(&write, |books| books.delete(noun, id, write.now))?;
        Ok(None)
    })
}

fn find(service: &str, segment: &str) -> Result<&'static Noun, Refusal> {
    let unknown = || Refusal::new(Reason::Unknown, "resource", "path", segment);
    Noun::at(service, segment).ok_or_else(unknown)
}

/// A record is at the singular path; at the plural one it is not found.
fn find_item(service: &str, segment: &str) -> Result<&'static Noun, Refusal> {
    let unknown = || Refusal::new(Reason::Unknown, "resource", "path", segment);
    find(service, segment)
        .and_then(|noun| if noun.item_path == segment { Ok(noun) } else { Err(unknown()) })
}

fn named(noun: &Noun, record: Fields) -> Fields {
    Fields::from_iter([(noun.key.to_owned(), Value::Object(record))])
}

/// Checks who calls, then does the work; nothing to show is 204.
fn serve(
    shared: &SharedState,
    business: &str,
    caller: &Caller,
    work: impl FnOnce(&mut SandboxState, &Session) -> Result<Option<Fields>, Refusal>,
) -> Response {
    let named = business.parse().map_or(Named::Nothing, Named::Business);
    let answer = shared.change_outbox(|state| {
        let session = Session::open(shared, state, caller, &named)?;
        Ok(work(state, &session))
    });
    match answer {
        Ok(Ok(Some(body))) => Json(body).into_response(),
        Ok(Ok(None)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(refusal)) => refusal.of_business(),
        Err(Denied::Unauthenticated) => {
            (StatusCode::UNAUTHORIZED, Json(json!({"message": UNAUTHENTICATED}))).into_response()
        }
        Err(Denied::NotAMember) => {
            Refusal::new(Reason::Denied, "business", "business_id", business).of_business()
        }
        Err(Denied::Throttled { retry_after_seconds }) => throttle::too_many(retry_after_seconds),
    }
}
