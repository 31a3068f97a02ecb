//! API 3.1 over HTTP: `/v3.1/…` (reference: freshbooks-sage §2.4, §2.5 and §2.7).

mod access;
mod work;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::calls::ServedBusiness;
use super::listing::Dialect;
use super::portal::Business;
use super::refusal::Refusal;
use super::shared::{SharedState, State as SandboxState};
use super::types;
use crate::caller::Caller;
pub(super) use access::{Session, admit, business_asked_for, live};
pub(super) use work::{Order, carry_out};

/// Body of a write; the product takes no record that comes near it.
pub(super) const BODY_BYTES_MAX: usize = 1 << 20;

/// What `/businesses` says of its page size.
const BUSINESSES_PER_PAGE: u32 = 2_147_483_647;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/v3.1/businesses", get(businesses).fallback(method_not_allowed))
        .route("/v3.1/businesses/{id}", get(business).fallback(method_not_allowed))
        .route("/v3.1/user", get(user).fallback(method_not_allowed))
        .route("/v3.1/{endpoint}", any(of_endpoint))
        .route("/v3.1/{endpoint}/{id}", any(of_record))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn method_not_allowed() -> Refusal {
    Refusal::method_not_allowed()
}

/// What is at no known address.
pub(super) async fn unknown() -> Refusal {
    Refusal::not_found()
}

async fn businesses(State(shared): State<SharedState>, caller: Caller) -> Response {
    of_user(&shared, &caller, |state, user| {
        let businesses = state.businesses_of(user);
        let items: Vec<Value> = businesses.into_iter().map(shown).collect();
        Ok(json!({
            "$total": items.len(),
            "$page": 1,
            "$next": null,
            "$back": null,
            "$items_per_page": BUSINESSES_PER_PAGE,
            "$items": items,
        }))
    })
}

/// `lead` is the user's first business.
async fn business(
    State(shared): State<SharedState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    of_user(&shared, &caller, |state, user| {
        let found = if id == "lead" {
            state.lead_of(user)
        } else {
            state.businesses_of(user).into_iter().find(|business| business.id == id)
        };
        let business = found.ok_or(Refusal::not_found())?;
        Ok(json!({
            "id": business.id,
            "displayed_as": business.name,
            "$path": format!("/businesses/{}", business.id),
            "name": business.name,
            "country": types::row("countries", &business.country),
        }))
    })
}

async fn user(State(shared): State<SharedState>, caller: Caller) -> Response {
    of_user(&shared, &caller, |_, user| {
        Ok(json!({"displayed_as": user, "$path": "/user", "email": user}))
    })
}

fn shown(business: &Business) -> Value {
    types::reference("businesses", &business.id, &business.name)
}

/// Answers a call that is of a user, not of a business.
fn of_user(
    shared: &SharedState,
    caller: &Caller,
    answer: impl FnOnce(&SandboxState, &str) -> Result<Value, Refusal>,
) -> Response {
    let state = shared.lock();
    match live(&state, caller, shared.now()) {
        Ok(live) => answer(&state, live.user).map(Json).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn of_endpoint(
    State(shared): State<SharedState>,
    Path(endpoint): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &caller, (&endpoint, None), &body)
}

async fn of_record(
    State(shared): State<SharedState>,
    Path((endpoint, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &caller, (&endpoint, Some(&id)), &body)
}

fn serve(
    shared: &SharedState,
    caller: &Caller,
    (endpoint, id): (&str, Option<&str>),
    body: &[u8],
) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let session = match access::check(&state, caller, now) {
        Ok(session) => session,
        Err(refusal) => return refusal.into_response(),
    };
    let order = Order { caller, endpoint, id, body, dialect: Dialect::Current };
    let served = Extension(ServedBusiness(session.business_id.clone()));
    let answer = admit(shared, &mut state, &session.business_id, now)
        .and_then(|()| carry_out(shared, &mut state, &session, &order));
    (served, answer).into_response()
}
