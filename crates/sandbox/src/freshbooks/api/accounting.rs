//! The accounting service: `{"response": {"result": {…}}}` around everything.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::super::books::{Asked, Fields};
use super::super::calls::Named;
use super::super::nouns::Noun;
use super::super::refusal::{Reason, Refusal};
use super::super::shared::{SharedState, State as SandboxState};
use super::super::throttle;
use super::{Caller, Denied, Session, check_writes, content, parse_id};

/// Account, and the two parts of the path of a list.
type ListPath = (String, String, String);
/// The same with an id.
type ItemPath = (String, String, String, String);

pub(super) async fn list(
    State(shared): State<SharedState>,
    Path((account, group, list)): Path<ListPath>,
    caller: Caller,
) -> Response {
    serve(&shared, &account, &caller, |state, session| {
        let noun = find(&group, &list)?;
        let asked = Asked::of(noun, caller.query())?;
        let page = state.books(session.business_id)?.list(noun, &asked);
        let mut result = Map::new();
        result.insert(noun.list_key.to_owned(), page.records.into());
        result.insert("page".to_owned(), page.page.into());
        result.insert("pages".to_owned(), page.pages.into());
        result.insert("per_page".to_owned(), page.per_page.into());
        result.insert("total".to_owned(), page.total.into());
        Ok(result)
    })
}

pub(super) async fn read(
    State(shared): State<SharedState>,
    Path((account, group, list, id)): Path<ItemPath>,
    caller: Caller,
) -> Response {
    serve(&shared, &account, &caller, |state, session| {
        let noun = find(&group, &list)?;
        let record = state.books(session.business_id)?.read(noun, parse_id(noun, &id)?)?;
        Ok(named(noun, record.fields.clone()))
    })
}

pub(super) async fn create(
    State(shared): State<SharedState>,
    Path((account, group, list)): Path<ListPath>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &account, &caller, |state, session| {
        let noun = find(&group, &list)?;
        check_writes(noun, true)?;
        let body = content(noun, &body)?;
        let write = session.write();
        let written = state.write(&write, |books| books.create(noun, body, write.now))?;
        Ok(named(noun, written.shown))
    })
}

pub(super) async fn update(
    State(shared): State<SharedState>,
    Path((account, group, list, id)): Path<ItemPath>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &account, &caller, |state, session| {
        let noun = find(&group, &list)?;
        check_writes(noun, false)?;
        let (id, body) = (parse_id(noun, &id)?, content(noun, &body)?);
        let write = session.write();
        let written = state.write(&write, |books| books.update(noun, id, &body, write.now))?;
        Ok(named(noun, written.shown))
    })
}

/// Answers with an empty result; no source shows a captured one.
pub(super) async fn delete(
    State(shared): State<SharedState>,
    Path((account, group, list, id)): Path<ItemPath>,
    caller: Caller,
) -> Response {
    serve(&shared, &account, &caller, |state, session| {
        let noun = find(&group, &list)?;
        check_writes(noun, false)?;
        let id = parse_id(noun, &id)?;
        let write = session.write();
        state.write(&write, |books| books.delete(noun, id, write.now))?;
        Ok(Map::new())
    })
}

fn find(group: &str, list: &str) -> Result<&'static Noun, Refusal> {
    let path = format!("{group}/{list}");
    let unknown = || Refusal::new(Reason::Unknown, "resource", "path", &path);
    Noun::at("accounting", &path).ok_or_else(unknown)
}

fn named(noun: &Noun, record: Fields) -> Fields {
    Fields::from_iter([(noun.key.to_owned(), Value::Object(record))])
}

/// Checks who calls, then does the work and puts the envelope around its answer.
fn serve(
    shared: &SharedState,
    account: &str,
    caller: &Caller,
    work: impl FnOnce(&mut SandboxState, &Session) -> Result<Fields, Refusal>,
) -> Response {
    let named = Named::Account(account.to_owned());
    let answer = shared.change_outbox(|state| {
        let session = Session::open(shared, state, caller, &named)?;
        Ok(work(state, &session))
    });
    match answer {
        Ok(Ok(result)) => Json(json!({"response": {"result": result}})).into_response(),
        Ok(Err(refusal)) => refusal.of_accounting(caller.is_new_style),
        Err(denied) => denied_response(denied, account, caller.is_new_style),
    }
}

fn denied_response(denied: Denied, account: &str, is_new_style: bool) -> Response {
    match denied {
        Denied::Unauthenticated => unauthenticated(),
        Denied::NotAMember => {
            let refusal = Refusal::new(Reason::Denied, "account", "accountid", account);
            refusal.of_accounting(is_new_style)
        }
        Denied::Throttled { retry_after_seconds } => throttle::too_many(retry_after_seconds),
    }
}

/// The recorded 401 of the accounting and identity services.
pub(super) fn unauthenticated() -> Response {
    let body = json!({
        "error": "unauthenticated",
        "error_description": "This action requires authentication to continue.",
    });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}
