//! API 1: `/accounts/v1/…`, every call signed.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use serde_json::{Value, json};

use super::super::api::{BODY_BYTES_MAX, Session, admit};
use super::super::books::Record;
use super::super::calls::ServedBusiness;
use super::super::refusal::Refusal;
use super::super::shared::{Shared, SharedState, State as SandboxState};
use super::v1_shapes::{self, Resource};
use super::{check_signature, live, pairs};
use crate::caller::Caller;

const FORM: &str = "application/x-www-form-urlencoded";
const CONTENT_TYPE: &str = "application/json;vnd.sage=sdata";
const ITEMS_PER_PAGE: usize = 20;
const ITEMS_PER_PAGE_MAX: usize = 200;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/accounts/v1/{resource}", any(of_resource))
        .route("/accounts/v1/{resource}/{id}", any(of_record))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn of_resource(
    State(shared): State<SharedState>,
    Path(resource): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &caller, (&resource, None), &body)
}

async fn of_record(
    State(shared): State<SharedState>,
    Path((resource, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &caller, (&resource, Some(&id)), &body)
}

fn serve(
    shared: &SharedState,
    caller: &Caller,
    target: (&str, Option<&str>),
    body: &[u8],
) -> Response {
    let mut state = shared.lock();
    let session = match check(shared, &mut state, caller, body) {
        Ok(session) => session,
        Err(refusal) => return refusal.into_diagnoses(),
    };
    let served = Extension(ServedBusiness(session.business_id.clone()));
    let answer = admit(shared, &mut state, &session.business_id, session.now)
        .and_then(|()| carry_out(&mut state, &session, caller, target, body));
    let answer = match answer {
        Ok((status, shown)) => {
            (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], shown.to_string()).into_response()
        }
        Err(refusal) => refusal.into_diagnoses(),
    };
    (served, answer).into_response()
}

/// The token and the signature.
fn check(
    shared: &Shared,
    state: &mut SandboxState,
    caller: &Caller,
    body: &[u8],
) -> Result<Session, Refusal> {
    let now = shared.now();
    let live = live(state, caller, now)?;
    let lead = state.lead_of(live.user).ok_or(Refusal::not_found())?;
    let session = Session { business_id: lead.id.clone(), read_only: live.read_only, now };
    let client_id = live.client_id.to_owned();
    let mut parameters = pairs(caller.query().as_bytes());
    if caller.sends(FORM) {
        parameters.extend(pairs(body));
    }
    check_signature(state, caller, &client_id, parameters, None)?;
    Ok(session)
}

fn carry_out(
    state: &mut SandboxState,
    session: &Session,
    caller: &Caller,
    (resource, id): (&str, Option<&str>),
    body: &[u8],
) -> Result<(StatusCode, Value), Refusal> {
    let resource = Resource::find(resource).ok_or(Refusal::not_found())?;
    if caller.method == Method::GET {
        let business = state.businesses.get(&session.business_id).ok_or(Refusal::not_found())?;
        let records: Vec<&Record> = resource.records(&business.books).collect();
        let shown = match id {
            None => list(&resource, &records, caller.query()),
            Some(id) => resource.show(find(&records, id)?),
        };
        return Ok((StatusCode::OK, shown));
    }
    if session.read_only {
        return Err(Refusal::forbidden());
    }
    if !resource.is_contacts() {
        return Err(Refusal::method_not_allowed());
    }
    let form = pairs(body);
    let now = session.now;
    let done = state.write(&session.business_id, now, |books, pen| {
        let found = |id: &str| {
            let records: Vec<&Record> = resource.records(books).collect();
            find(&records, id).map(|record| (record.id.clone(), resource.show(record)))
        };
        let (status, id) = match (&caller.method, id) {
            (&Method::POST, None) => {
                let fields = v1_shapes::new_contact(&form)?;
                (StatusCode::CREATED, books.create(resource.endpoint, fields, pen)?)
            }
            (&Method::PUT, Some(id)) => {
                let (id, _) = found(id)?;
                books.update(resource.endpoint, &id, v1_shapes::contact(&form), now)?;
                (StatusCode::OK, id)
            }
            (&Method::DELETE, Some(id)) => {
                let (id, shown) = found(id)?;
                books.delete(resource.endpoint, &id, None, now)?;
                return Ok((StatusCode::OK, shown));
            }
            _ => return Err(Refusal::method_not_allowed()),
        };
        let record = books.live(resource.endpoint.name, &id).ok_or(Refusal::not_found())?;
        Ok((status, resource.show(record)))
    });
    done.ok_or(Refusal::not_found())?
}

fn find<'r>(records: &[&'r Record], id: &str) -> Result<&'r Record, Refusal> {
    let known = |record: &&&Record| record.legacy_id.to_string() == id;
    records.iter().find(known).copied().ok_or(Refusal::not_found())
}

fn list(resource: &Resource, records: &[&Record], query: &str) -> Value {
    let parameters = pairs(query.as_bytes());
    let number = |name: &str| {
        let given = parameters.iter().find(|(given, _)| given == name);
        given.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let start = number("$startIndex").unwrap_or(0);
    let items = number("$itemsPerPage").unwrap_or(ITEMS_PER_PAGE).clamp(1, ITEMS_PER_PAGE_MAX);
    let shown: Vec<Value> =
        records.iter().skip(start).take(items).map(|record| resource.show(record)).collect();
    json!({
        "$totalResults": records.len(),
        "$startIndex": start,
        "$itemsPerPage": items,
        "$resources": shown,
    })
}
