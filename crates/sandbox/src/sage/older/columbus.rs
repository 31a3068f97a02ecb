//! API 3 ("columbus"): `/{region}/sageone/accounts/v3/…`, with the headers it wants.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::super::api::{BODY_BYTES_MAX, Order, Session, admit, carry_out};
use super::super::calls::ServedBusiness;
use super::super::listing::Dialect;
use super::super::refusal::Refusal;
use super::super::shared::{Shared, SharedState, State as SandboxState};
use super::{check_signature, live, pairs};
use crate::caller::Caller;

/// Why a call is not let in.
#[derive(Debug)]
enum Denied {
    /// By the gateway before the API: another body than the API's.
    NoSubscriptionKey,
    ByApi(Refusal),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::ByApi(refusal)
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        match self {
            Self::NoSubscriptionKey => {
                let message = "Access denied: the subscription key is missing or invalid.";
                let body = json!({"statusCode": 401, "message": message});
                (StatusCode::UNAUTHORIZED, Json(body)).into_response()
            }
            Self::ByApi(refusal) => refusal.into_response(),
        }
    }
}

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/{region}/sageone/accounts/v3/{endpoint}", any(of_endpoint))
        .route("/{region}/sageone/accounts/v3/{endpoint}/{id}", any(of_record))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn of_endpoint(
    State(shared): State<SharedState>,
    Path((region, endpoint)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &region, &caller, (&endpoint, None), &body)
}

async fn of_record(
    State(shared): State<SharedState>,
    Path((region, endpoint, id)): Path<(String, String, String)>,
    caller: Caller,
    body: Bytes,
) -> Response {
    serve(&shared, &region, &caller, (&endpoint, Some(&id)), &body)
}

fn serve(
    shared: &SharedState,
    region: &str,
    caller: &Caller,
    (endpoint, id): (&str, Option<&str>),
    body: &[u8],
) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let session = match check(shared, &mut state, region, caller, body) {
        Ok(session) => session,
        Err(denied) => return denied.into_response(),
    };
    let order = Order { caller, endpoint, id, body, dialect: Dialect::Columbus };
    let served = Extension(ServedBusiness(session.business_id.clone()));
    let answer = admit(shared, &mut state, &session.business_id, now)
        .and_then(|()| carry_out(shared, &mut state, &session, &order));
    (served, answer).into_response()
}

/// The subscription key, the token, the region of the business, `X-Site`, and the signature.
fn check(
    shared: &Shared,
    state: &mut SandboxState,
    region: &str,
    caller: &Caller,
    body: &[u8],
) -> Result<Session, Denied> {
    let now = shared.now();
    let key = caller.header("ocp-apim-subscription-key").unwrap_or_default();
    if !state.apps.values().any(|app| app.subscription_key.as_deref() == Some(key)) {
        return Err(Denied::NoSubscriptionKey);
    }
    let live = live(state, caller, now)?;
    let lead = state.lead_of(live.user).ok_or(Refusal::not_found())?;
    if region_of(&lead.country) != Some(region) || caller.header("x-site") != Some(&lead.id) {
        return Err(Refusal::access_denied().into());
    }
    let session = Session { business_id: lead.id.clone(), read_only: live.read_only, now };
    if shared.options.checks_columbus_signatures {
        let client_id = live.client_id.to_owned();
        let mut parameters = pairs(caller.query().as_bytes());
        parameters.push(("body".to_owned(), STANDARD.encode(body)));
        check_signature(state, caller, &client_id, parameters, Some(&session.business_id))?;
    }
    Ok(session)
}

/// The part of the path for a country (reference: freshbooks-sage §2.1).
fn region_of(country: &str) -> Option<&'static str> {
    match country {
        "CA" => Some("ca"),
        "DE" => Some("de"),
        "ES" => Some("es"),
        "FR" => Some("fr"),
        "US" => Some("us"),
        "GB" | "IE" => Some("uki"),
        _ => None,
    }
}
