//! The registration of callbacks over HTTP (reference: freshbooks-sage §1.1, §1.2).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use url::Url;

use super::super::api::{Caller, Denied, Session};
use super::super::books::{Fields, fields_of};
use super::super::calls::Named;
use super::super::nouns::Noun;
use super::super::portal::is_safe_address;
use super::super::shared::{SharedState, State as SandboxState};
use super::super::throttle;
use super::super::times::TimeForm;
use super::outbox::{NoticeOf, Waiting};
use super::registry::Callback;
use super::sender;

/// Callbacks on a page when none are asked for.
const PER_PAGE: usize = 15;
/// A larger `per_page` is taken for this one.
const PER_PAGE_MAX: usize = 100;
/// Characters of a verifier, as in the documented one.
const VERIFIER_CHARS: usize = 33;

pub(in super::super) fn routes() -> Router<SharedState> {
    let path = "/events/account/{account}/events/callbacks";
    Router::new()
        .route(path, get(list).post(create))
        .route(&format!("{path}/{{id}}"), get(read).put(update).delete(delete))
}

/// A refused call, in the envelope of the events service.
#[derive(Debug)]
enum EventsError {
    Denied(Denied),
    NotFound,
    /// What is wrong, property by property.
    Unprocessable(Vec<String>),
}

impl IntoResponse for EventsError {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::Denied(Denied::Throttled { retry_after_seconds }) => {
                return throttle::too_many(retry_after_seconds);
            }
            Self::Denied(Denied::Unauthenticated) => (
                StatusCode::UNAUTHORIZED,
                json!({
                    "errno": 401,
                    "message": "invalid_token: The request token failed to authenticate or validate.",
                }),
            ),
            Self::Denied(Denied::NotAMember) => (
                StatusCode::FORBIDDEN,
                json!({"errno": 403, "message": "The user is not allowed to access this account."}),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                json!({"errno": 404, "message": "Requested resource could not be found."}),
            ),
            Self::Unprocessable(details) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                json!({
                    "errno": 422,
                    "message": "The request was well-formed but was unable to be followed due to semantic errors.",
                    "details": details,
                }),
            ),
        };
        (status, Json(body)).into_response()
    }
}

fn open(
    shared: &SharedState,
    state: &mut SandboxState,
    account: &str,
    caller: &Caller,
) -> Result<Session, EventsError> {
    let named = Named::Account(account.to_owned());
    Session::open(shared, state, caller, &named).map_err(EventsError::Denied)
}

async fn list(
    State(shared): State<SharedState>,
    Path(account): Path<String>,
    caller: Caller,
) -> Result<Response, EventsError> {
    let mut state = shared.lock();
    let session = open(&shared, &mut state, &account, &caller)?;
    let (mut page, mut per_page, mut event) = (1, PER_PAGE, None);
    for (name, value) in url::form_urlencoded::parse(caller.query().as_bytes()) {
        match name.as_ref() {
            "page" => page = value.parse().unwrap_or(1).max(1),
            "per_page" => per_page = value.parse().unwrap_or(PER_PAGE).clamp(1, PER_PAGE_MAX),
            "search[event]" => event = Some(value.into_owned()),
            _ => {}
        }
    }
    let own = state.callbacks.of_business(session.business_id).filter(|callback| {
        callback.client_id == session.client_id
            && event.as_deref().is_none_or(|event| matches(&callback.event, event))
    });
    let found: Vec<Value> = own.map(|callback| shown(&shared, callback)).collect();
    let total = found.len();
    let skipped = usize::saturating_mul(page - 1, per_page);
    let callbacks: Vec<Value> = found.into_iter().skip(skipped).take(per_page).collect();
    Ok(enveloped(&json!({
        "callbacks": callbacks,
        "page": page,
        "pages": total.div_ceil(per_page).max(1),
        "per_page": per_page,
        "total": total,
    })))
}

/// `search[event]` finds the event and its parent: with `invoice.create` also `invoice`.
fn matches(own: &str, searched: &str) -> bool {
    own == searched || searched.split_once('.').is_some_and(|(parent, _)| own == parent)
}

async fn create(
    State(shared): State<SharedState>,
    Path(account): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, EventsError> {
    let (answer, first) = register(&shared, &account, &caller, &body)?;
    // Without holding the state: the receiver may call back before it answers. It goes on to its
    // end when the caller hangs up.
    if let Some(handshake) = first {
        let (sent, is_sent) = oneshot::channel();
        let sending = Arc::clone(&shared);
        shared.running.spawn(async move {
            sender::send(&sending, handshake).await;
            // Nobody waits any more when the caller hung up.
            let _waiting = sent.send(());
        });
        // An error means that the sandbox stops.
        let _sent = is_sent.await;
    }
    Ok(answer)
}

/// Adds the callback and queues its handshake, or gives it back to be sent at once.
fn register(
    shared: &SharedState,
    account: &str,
    caller: &Caller,
    body: &[u8],
) -> Result<(Response, Option<Waiting>), EventsError> {
    let asked = content(body)?;
    shared.change_outbox(|state| {
        let session = open(shared, state, account, caller)?;
        let (event, uri) = check(&asked)?;
        let verifier = state.chance.opaque(VERIFIER_CHARS);
        let added = state.callbacks.add(Callback {
            callback_id: 0,
            business_id: session.business_id,
            client_id: session.client_id.clone(),
            event,
            uri,
            verifier,
            verified: false,
            updated_at: session.now,
        });
        let full = || EventsError::Unprocessable(vec!["callback: too many callbacks".to_owned()]);
        let callback = added.ok_or_else(full)?;
        let id = callback.callback_id;
        let wake = state.outbox.open(id);
        shared.running.spawn(sender::send_until_closed(Arc::clone(shared), id, wake));
        let handshake = handshake(&callback, &session);
        let first = if shared.options.callbacks.handshake_before_answer {
            Some(state.outbox.take_handshake(handshake))
        } else {
            state.outbox.queue_handshake(handshake);
            None
        };
        Ok((enveloped_callback(shared, &callback), first))
    })
}

async fn read(
    State(shared): State<SharedState>,
    Path((account, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, EventsError> {
    let mut state = shared.lock();
    let session = open(&shared, &mut state, &account, &caller)?;
    let callback = find(&state, &session, &id)?;
    Ok(enveloped_callback(&shared, callback))
}

/// Verifies, has the handshake sent again, or changes event and address.
async fn update(
    State(shared): State<SharedState>,
    Path((account, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, EventsError> {
    let asked = content(&body)?;
    shared.change_outbox(|state| {
        let session = open(&shared, state, &account, &caller)?;
        let callback_id = find(state, &session, &id)?.callback_id;
        let is_resend = asked.get("resend").and_then(Value::as_bool).unwrap_or(false);
        let callback = state.callbacks.get_mut(callback_id).ok_or(EventsError::NotFound)?;
        let mut sends_handshake = is_resend;
        if let Some(verifier) = asked.get("verifier") {
            if verifier.as_str() != Some(callback.verifier.as_str()) {
                let wrong = "verifier: Value error, Verifier does not match.".to_owned();
                return Err(EventsError::Unprocessable(vec![wrong]));
            }
            callback.verified = true;
        } else if !is_resend {
            sends_handshake = change(callback, &asked)?;
        }
        callback.updated_at = session.now;
        let callback = callback.clone();
        if sends_handshake {
            state.outbox.queue_handshake(handshake(&callback, &session));
        }
        Ok(enveloped_callback(&shared, &callback))
    })
}

/// Changes event and address, and says whether to send the handshake: a new address has to be
/// verified anew. That is ours; no document says what happens.
fn change(callback: &mut Callback, asked: &Fields) -> Result<bool, EventsError> {
    let mut wanted = asked.clone();
    wanted.entry("event").or_insert_with(|| callback.event.as_str().into());
    wanted.entry("uri").or_insert_with(|| callback.uri.as_str().into());
    let (event, uri) = check(&wanted)?;
    let moves = uri != callback.uri;
    callback.event = event;
    callback.uri = uri;
    callback.verified = callback.verified && !moves;
    Ok(moves)
}

async fn delete(
    State(shared): State<SharedState>,
    Path((account, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, EventsError> {
    shared.change_outbox(|state| {
        let session = open(&shared, state, &account, &caller)?;
        let callback_id = find(state, &session, &id)?.callback_id;
        state.remove_callback(callback_id);
        Ok(StatusCode::NO_CONTENT)
    })
}

fn find<'s>(
    state: &'s SandboxState,
    session: &Session,
    id: &str,
) -> Result<&'s Callback, EventsError> {
    let callback = id.parse().ok().and_then(|id| state.callbacks.get(id));
    callback
        .filter(|one| one.business_id == session.business_id)
        .filter(|one| one.client_id == session.client_id)
        .ok_or(EventsError::NotFound)
}

/// The content of `{"callback": {…}}`.
fn content(body: &[u8]) -> Result<Fields, EventsError> {
    let parsed: Option<Fields> = serde_json::from_slice(body).ok().map(fields_of);
    let content = parsed.and_then(|mut fields| fields.remove("callback"));
    let missing = || EventsError::Unprocessable(vec!["callback: Field required".to_owned()]);
    content.map(fields_of).ok_or_else(missing)
}

/// Event and address, if both can be used. Plain http is for this machine only.
fn check(asked: &Fields) -> Result<(String, String), EventsError> {
    let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
    let (event, uri) = (text("event"), text("uri"));
    let mut wrong = Vec::new();
    if !Noun::is_event(event) {
        wrong.push("event: Value error, Unrecognized event.".to_owned());
    }
    match Url::parse(uri) {
        Ok(url) if is_safe_address(&url) => {}
        Ok(_) => wrong.push("uri: Value error, Only https addresses are allowed.".to_owned()),
        Err(error) => wrong.push(format!("uri: Input should be a valid URL, {error}")),
    }
    if wrong.is_empty() {
        return Ok((event.to_owned(), uri.to_owned()));
    }
    Err(EventsError::Unprocessable(wrong))
}

fn handshake(callback: &Callback, session: &Session) -> NoticeOf {
    NoticeOf {
        callback_id: callback.callback_id,
        client_id: callback.client_id.clone(),
        business_id: callback.business_id,
        name: "callback.verify".to_owned(),
        object_id: callback.callback_id,
        identity_id: session.identity_id,
        at: session.now,
    }
}

fn shown(shared: &SharedState, callback: &Callback) -> Value {
    let is_spaced = shared.options.callbacks.spaced_times;
    let form = if is_spaced { TimeForm::Utc } else { TimeForm::UtcZulu };
    json!({
        "callbackid": callback.callback_id,
        "verified": callback.verified,
        "uri": callback.uri,
        "event": callback.event,
        "updated_at": form.print(callback.updated_at),
    })
}

fn enveloped_callback(shared: &SharedState, callback: &Callback) -> Response {
    enveloped(&json!({"callback": shown(shared, callback)}))
}

fn enveloped(result: &Value) -> Response {
    Json(json!({"response": {"result": result}})).into_response()
}
