//! OAuth 1.0a of Intuit (reference §4.2; RFC 5849), which ended in December 2019: request token,
//! the connect page, access token, renewal, and the exchange for OAuth 2.0 tokens.
//!
//! The consumer key and secret of an app are its client id and secret. The wording of the refusals
//! and the `ErrorCode` of a refused renewal are not documented in any source at hand.

mod signature;
mod tokens;

use axum::body::Bytes;
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::oauth::{self, CompanyForm, PAGES};
use super::shared::{SharedState, State as SandboxState};
use super::times;
use crate::caller::Caller;
use crate::oauth::found;
use signature::SignedRequest;
pub(super) use tokens::SignedGrants;
use tokens::{AccessToken, Approval, Secrets};

/// `dataSource` of the return from the connect page: QuickBooks Online.
const DATA_SOURCE: &str = "QBO";

/// `ErrorCode` of a renewal that was refused. Any number but 0 is an error to clients.
const RENEWAL_REFUSED: u32 = 212;

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/oauth/v1/get_request_token", any(request_token))
        .route("/oauth/v1/get_access_token", any(access_token))
        .route("/Connect/Begin", get(page).post(decide))
        .route("/api/v1/connection/reconnect", get(reconnect))
        .route("/api/v1/connection/disconnect", get(disconnect))
        .route("/v2/oauth2/tokens/migrate", post(migrate))
}

/// The access token a call of the Accounting API is signed with, if everything about it is right.
pub(super) fn check<'s>(
    state: &'s SandboxState,
    caller: &Caller,
    now: Timestamp,
) -> Option<&'s AccessToken> {
    let request = SignedRequest::read(caller, &[])?;
    let token = state.signed_grants.access_token(request.token()?, now)?;
    let secrets = token.secrets();
    is_signed(state, &request, Some(secrets)).then_some(token)
}

/// Whether the app of the request signed it, with the token's secret if there is one.
fn is_signed(state: &SandboxState, request: &SignedRequest, token: Option<Secrets<'_>>) -> bool {
    let app = request.consumer_key().and_then(|key| state.apps.get(key));
    app.is_some_and(|app| {
        let ours = token.is_none_or(|token| token.client_id == app.client_id);
        ours && request.is_signed_with(&app.client_secret, token.map(|token| token.secret))
    })
}

/// A refusal in the words of the OAuth problem reporting extension.
fn problem(problem: &str) -> Response {
    (StatusCode::UNAUTHORIZED, format!("oauth_problem={problem}")).into_response()
}

fn form_body(fields: &[(&str, &str)]) -> Response {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    ([(header::CONTENT_TYPE, "application/x-www-form-urlencoded")], body).into_response()
}

async fn request_token(State(shared): State<SharedState>, caller: Caller, body: Bytes) -> Response {
    let mut state = shared.lock();
    let state = &mut *state;
    let Some(request) = SignedRequest::read(&caller, &body) else {
        return problem("parameter_absent");
    };
    if !is_signed(state, &request, None) {
        return problem("signature_invalid");
    }
    let callback = request.callback().and_then(|callback| Url::parse(callback).ok());
    let callback = callback.filter(|callback| matches!(callback.scheme(), "http" | "https"));
    let (Some(client_id), Some(callback)) = (request.consumer_key(), callback) else {
        return problem("parameter_rejected");
    };
    let (token, secret) =
        state.signed_grants.request(client_id, callback, shared.now(), &mut state.chance);
    form_body(&[
        ("oauth_token", &token),
        ("oauth_token_secret", &secret),
        ("oauth_callback_confirmed", "true"),
    ])
}

async fn access_token(State(shared): State<SharedState>, caller: Caller, body: Bytes) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    let Some(request) = SignedRequest::read(&caller, &body) else {
        return problem("parameter_absent");
    };
    let token = request.token().unwrap_or_default();
    let Some(secrets) = state.signed_grants.request_token(token, now) else {
        return problem("token_rejected");
    };
    if !is_signed(state, &request, Some(secrets)) {
        return problem("signature_invalid");
    }
    let verifier = request.verifier().unwrap_or_default();
    match state.signed_grants.redeem(token, verifier, now, &mut state.chance) {
        Some((token, secret)) => {
            form_body(&[("oauth_token", &token), ("oauth_token_secret", &secret)])
        }
        None => problem("token_rejected"),
    }
}

/// The parameters of the connect page and of its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    oauth_token: String,
    realm_id: String,
}

async fn page(State(shared): State<SharedState>, Query(asked): Query<Asked>) -> Response {
    let state = shared.lock();
    let Some(secrets) = state.signed_grants.request_token(&asked.oauth_token, shared.now()) else {
        return PAGES.error("The oauth_token is not known, or is too old.");
    };
    let form = CompanyForm {
        client_id: secrets.client_id,
        action: "/Connect/Begin",
        fields: &[("oauth_token", &asked.oauth_token)],
        end: "",
    };
    form.show(&state)
}

async fn decide(State(shared): State<SharedState>, Form(asked): Form<Asked>) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    if !state.companies.contains_key(&asked.realm_id) {
        return PAGES.error("There is no such company.");
    }
    let Asked { oauth_token, realm_id } = asked;
    let approved = state.signed_grants.approve(&oauth_token, &realm_id, now, &mut state.chance);
    let Some(Approval { verifier, mut back }) = approved else {
        return PAGES.error("The oauth_token is not known, or is too old.");
    };
    back.query_pairs_mut()
        .append_pair("oauth_token", &oauth_token)
        .append_pair("oauth_verifier", &verifier)
        .append_pair("realmId", &realm_id)
        .append_pair("dataSource", DATA_SOURCE);
    found(&back)
}

/// Gives a token a new life of 180 days, in its last 30 days.
async fn reconnect(State(shared): State<SharedState>, caller: Caller) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    let Some(token) = check(state, &caller, now).map(|token| token.value().to_owned()) else {
        return problem("token_rejected");
    };
    match state.signed_grants.renew(&token, now, &mut state.chance) {
        Some((token, secret)) => {
            let tokens = format!(
                "<OAuthToken>{token}</OAuthToken><OAuthTokenSecret>{secret}</OAuthTokenSecret>"
            );
            platform_xml("ReconnectResponse", 0, &tokens, now)
        }
        None => platform_xml("ReconnectResponse", RENEWAL_REFUSED, "", now),
    }
}

async fn disconnect(State(shared): State<SharedState>, caller: Caller) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let Some(token) = check(&state, &caller, now).map(|token| token.value().to_owned()) else {
        return problem("token_rejected");
    };
    state.signed_grants.end(&token);
    platform_xml("PlatformResponse", 0, "", now)
}

/// An answer of the platform; the names of its elements are those client libraries read.
fn platform_xml(root: &str, error_code: u32, tokens: &str, now: Timestamp) -> Response {
    let time = times::record_time(now);
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><{root}><ErrorCode>{error_code}</ErrorCode><ServerTime>{time}</ServerTime>{tokens}</{root}>"#
    );
    ([(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// The app that the OAuth 2.0 tokens are for. The scope and the redirect are not needed here.
#[derive(Debug, Deserialize)]
struct Migration {
    client_id: String,
    client_secret: String,
}

/// `POST /v2/oauth2/tokens/migrate`: signed as OAuth 1.0a, answered with OAuth 2.0 tokens and the
/// realm. The old token lives on.
async fn migrate(State(shared): State<SharedState>, caller: Caller, body: Bytes) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    let Some(realm_id) = check(state, &caller, now).map(|token| token.realm_id().to_owned()) else {
        return problem("token_rejected");
    };
    let Ok(Migration { client_id, client_secret }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if state.apps.get(&client_id).is_none_or(|app| app.client_secret != client_secret) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut answer = oauth::open_connection(&shared, state, client_id, realm_id.clone());
    answer.insert("realmId".to_owned(), realm_id.into());
    Json(Value::Object(answer)).into_response()
}
