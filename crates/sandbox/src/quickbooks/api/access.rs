//! Who may touch a company: the check of tokens and signatures, with the two envelopes that differ
//! from every other fault.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::super::oauth::Unusable;
use super::super::oauth1;
use super::super::shared::State as SandboxState;
use super::caller::Environment;
use crate::caller::Caller;

/// Characters of a refused token that its answer repeats: enough to tell which it was.
const TOKEN_CHARS_SHOWN: usize = 8;

/// Why a call may not touch the company.
#[derive(Debug)]
pub(super) enum Denied {
    Unauthenticated { token: String },
    NotConnected,
}

/// The app that calls, if the call carries a live token of the company, or is signed with one.
pub(super) fn check(
    state: &SandboxState,
    caller: &Caller,
    realm: &str,
    now: Timestamp,
) -> Result<String, Denied> {
    let client_id = check_token(state, caller, realm, now)?;
    let is_sandbox = state.companies.get(realm).is_some_and(|one| one.company.is_sandbox);
    match Environment::of(caller.uri.path()).0.shows(is_sandbox) {
        true => Ok(client_id),
        false => Err(Denied::NotConnected),
    }
}

fn check_token(
    state: &SandboxState,
    caller: &Caller,
    realm: &str,
    now: Timestamp,
) -> Result<String, Denied> {
    if let Some(signed) = oauth1::check(state, caller, now) {
        let connected = signed.realm_id() == realm;
        return connected.then(|| signed.client_id().to_owned()).ok_or(Denied::NotConnected);
    }
    let token = caller.bearer_token().unwrap_or_default();
    match state.grants.check(token, realm, now) {
        Ok(client_id) => Ok(client_id.to_owned()),
        Err(Unusable::Expired) => Err(Denied::Unauthenticated { token: token.to_owned() }),
        Err(Unusable::NotConnected) => Err(Denied::NotConnected),
    }
}

impl Denied {
    pub(super) fn into_response(self, now: Timestamp) -> Response {
        match self {
            Self::Unauthenticated { token } => unauthenticated(&token, now),
            Self::NotConnected => not_connected(now),
        }
    }
}

/// The recorded 401: lower-case keys, the time in epoch milliseconds.
fn unauthenticated(token: &str, now: Timestamp) -> Response {
    let shown: String = token.chars().take(TOKEN_CHARS_SHOWN).collect();
    let body = json!({
        "warnings": null,
        "intuitObject": null,
        "fault": {
            "error": [{
                "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                "detail": format!("Token expired: {shown}"),
                "code": "3200",
                "element": null,
            }],
            "type": "AUTHENTICATION",
        },
        "report": null,
        "queryResponse": null,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": null,
        "requestId": null,
        "time": now.as_millisecond(),
        "status": null,
        "cdcresponse": [],
    });
    let challenge = r#"Bearer realm="Intuit", error="invalid_token""#;
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], Json(body)).into_response()
}

/// 3100: the token is good, for another company, another environment, without the scope, or no
/// more (message from issue reports).
fn not_connected(now: Timestamp) -> Response {
    let message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403";
    let body = json!({
        "fault": {
            "error": [{
                "message": message,
                "detail": "The application has insufficient privileges",
                "code": "3100",
                "element": null,
            }],
            "type": "AUTHORIZATION",
        },
        "time": now.as_millisecond(),
    });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}
