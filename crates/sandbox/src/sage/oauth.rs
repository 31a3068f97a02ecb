//! OAuth 2.0 of Sage (reference: freshbooks-sage §2.1 and §2.4): tokens and revocation over HTTP.
//!
//! One server plays all of Sage's hosts, so the paths tell them apart: `/token` is that of API 3.1
//! and of API 3 in North America and Europe, `/oauth2/token` that of API 1 and of API 3 in Great
//! Britain and Ireland.

mod authorize;
mod grants;
mod pages;

use std::collections::{BTreeMap, HashMap};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::calls::ServedBusiness;
use super::portal::App;
use super::shared::{SharedState, State as SandboxState, lead};
use crate::caller::Caller;
use crate::credentials::basic;
pub(super) use grants::{Generation, Grants, Live};
use grants::{Issued, Issuer, Redeemed, TokenPolicy};

const FORM: &str = "application/x-www-form-urlencoded";

/// Where the tokens of API 3.1 are.
const TOKEN_PATH: &str = "/token";

type Form = HashMap<String, String>;

/// An error of the token endpoint (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
}

impl OAuthError {
    const INVALID_CLIENT: Self = Self::new(StatusCode::UNAUTHORIZED, "invalid_client");
    const INVALID_REQUEST: Self = Self::new(StatusCode::BAD_REQUEST, "invalid_request");
    const INVALID_GRANT: Self = Self::new(StatusCode::BAD_REQUEST, "invalid_grant");
    const UNSUPPORTED_GRANT_TYPE: Self =
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type");

    const fn new(status: StatusCode, error: &'static str) -> Self {
        Self { status, error }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        uncached(self.status, json!({"error": self.error}))
    }
}

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/oauth2/auth/central", get(authorize::page).post(authorize::decide))
        .route("/oauth2/auth", get(authorize::page).post(authorize::decide))
        .route(TOKEN_PATH, post(tokens))
        .route("/oauth2/token", post(tokens))
        .route("/revoke", post(revoke))
        .route("/oauth2/revoke", post(revoke))
}

/// A code or a refresh token for tokens.
async fn tokens(State(shared): State<SharedState>, caller: Caller, body: Bytes) -> Response {
    match exchange(&shared, &caller, &body) {
        Ok((issued, business_id)) => {
            let body = token_body(issued, &business_id);
            (Extension(ServedBusiness(business_id)), uncached(StatusCode::OK, body)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// The new tokens, and the lead business of their user.
fn exchange(
    shared: &SharedState,
    caller: &Caller,
    body: &[u8],
) -> Result<(Issued, String), OAuthError> {
    let form = read_form(caller, body)?;
    let field = |name: &str| form.get(name).ok_or(OAuthError::INVALID_REQUEST);
    let mut state = shared.lock();
    let SandboxState { chance, apps, businesses, grants, .. } = &mut *state;
    let client_id = authenticate(&caller.headers, &form, apps)?;
    let policy = TokenPolicy::of(&shared.options);
    let mut issuer = Issuer { policy, now: shared.now(), chance };
    let country = |user: &str| lead(businesses, user).map(|lead| lead.country.clone());
    let is_here = |user: &str, generation| {
        tokens_are_at(caller.uri.path(), generation, &country(user).unwrap_or_default())
    };
    let issued = match field("grant_type")?.as_str() {
        "authorization_code" => {
            let (code, redirect_uri) = (field("code")?, field("redirect_uri")?);
            let redeemed = Redeemed { code, redirect_uri, client_id: &client_id };
            grants.redeem(&redeemed, is_here, &mut issuer)?
        }
        "refresh_token" => {
            let token = field("refresh_token")?;
            grants.refresh((token, &client_id), is_here, &mut issuer)?
        }
        _ => return Err(OAuthError::UNSUPPORTED_GRANT_TYPE),
    };
    let business_id = lead(businesses, &issued.user).map(|lead| lead.id.clone());
    Ok((issued, business_id.unwrap_or_default()))
}

/// Whether the tokens of a user are given out at a path.
fn tokens_are_at(path: &str, generation: Generation, country: &str) -> bool {
    let is_current_path = path == TOKEN_PATH;
    match generation {
        Generation::Current => is_current_path,
        Generation::Older => !is_current_path || !matches!(country, "GB" | "IE"),
    }
}

fn token_body(issued: Issued, lead_id: &str) -> Value {
    match issued.generation {
        Generation::Current => json!({
            "access_token": issued.access_token,
            "expires_in": issued.access_expires_in_s,
            "refresh_token": issued.refresh_token,
            "refresh_token_expires_in": issued.refresh_expires_in_s,
            "scope": issued.scope,
            "token_type": "bearer",
            "requested_by_id": issued.requested_by_id,
        }),
        Generation::Older => json!({
            "access_token": issued.access_token,
            "token_type": "bearer",
            "expires_in": issued.access_expires_in_s,
            "refresh_token": issued.refresh_token,
            "scopes": issued.scope,
            "resource_owner_id": lead_id,
            "requested_by_id": issued.requested_by_id,
        }),
    }
}

/// Ends the connection of a token. An unknown token is as good as revoked (RFC 7009 §2.2).
async fn revoke(State(shared): State<SharedState>, caller: Caller, body: Bytes) -> Response {
    let revoked = || {
        let form = read_form(&caller, &body)?;
        let token = form.get("token").ok_or(OAuthError::INVALID_REQUEST)?;
        let mut state = shared.lock();
        let client_id = authenticate(&caller.headers, &form, &state.apps)?;
        state.grants.revoke_token(token, &client_id);
        Ok(Json(json!({})))
    };
    let answer: Result<Json<Value>, OAuthError> = revoked();
    answer.into_response()
}

fn read_form(caller: &Caller, body: &[u8]) -> Result<Form, OAuthError> {
    if !caller.sends(FORM) {
        return Err(OAuthError::INVALID_REQUEST);
    }
    Ok(url::form_urlencoded::parse(body).into_owned().collect())
}

/// The app whose credentials are in the form, or in the `Authorization` header.
fn authenticate(
    headers: &HeaderMap,
    form: &Form,
    apps: &BTreeMap<String, App>,
) -> Result<String, OAuthError> {
    let in_form = form.get("client_id").cloned().zip(form.get("client_secret").cloned());
    let (client_id, secret) =
        in_form.or_else(|| basic(headers)).ok_or(OAuthError::INVALID_CLIENT)?;
    let app = apps.get(&client_id).filter(|app| app.client_secret == secret);
    app.map(|_| client_id).ok_or(OAuthError::INVALID_CLIENT)
}

fn uncached(status: StatusCode, body: Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, Json(body)).into_response()
}
