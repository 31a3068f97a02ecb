//! OAuth 2.0 of FreshBooks (reference: freshbooks-sage §1.7): tokens and revocation over HTTP.

mod authorize;
mod grants;
mod pages;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::books::{Fields, fields_of};
use super::shared::{SharedState, State as SandboxState};
pub(super) use grants::Grants;
use grants::{Issued, Redeemed};

/// An error of the token endpoint (RFC 6749 §5.2), with the texts of Doorkeeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl OAuthError {
    const INVALID_CLIENT: Self = Self {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        description: "Client authentication failed due to unknown client, no client \
                      authentication included, or unsupported authentication method.",
    };
    const INVALID_REQUEST: Self = Self {
        status: StatusCode::BAD_REQUEST,
        error: "invalid_request",
        description: "The request is missing a required parameter, includes an unsupported \
                      parameter value, or is otherwise malformed.",
    };
    const UNSUPPORTED_GRANT_TYPE: Self = Self {
        status: StatusCode::BAD_REQUEST,
        error: "unsupported_grant_type",
        description: "The authorization grant type is not supported by the authorization server.",
    };
    /// Also the answer to a refresh token that was used before.
    const INVALID_GRANT: Self = Self {
        status: StatusCode::BAD_REQUEST,
        error: "invalid_grant",
        description: "The provided authorization grant is invalid, expired, revoked, does not \
                      match the redirection URI used in the authorization request, or was issued \
                      to another client.",
    };
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        (self.status, uncached(), Json(body)).into_response()
    }
}

pub(super) fn routes() -> Router<SharedState> {
    let authorize = || get(authorize::page).post(authorize::decide);
    Router::new()
        .route("/oauth/authorize", authorize())
        .route("/service/auth/oauth/authorize", authorize())
        .route("/auth/oauth/token", post(tokens))
        .route("/service/auth/oauth/token", post(tokens))
        .route("/auth/oauth/revoke", post(revoke))
        .route("/service/auth/oauth/revoke", post(revoke))
}

/// `POST /auth/oauth/token`: a code or a refresh token for tokens, as JSON or a form.
async fn tokens(State(shared): State<SharedState>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = parameters(&headers, &body);
    match exchange(&shared, &asked) {
        Ok(issued) => (uncached(), Json(token_body(&issued))).into_response(),
        Err(error) => error.into_response(),
    }
}

fn exchange(shared: &SharedState, asked: &Fields) -> Result<Issued, OAuthError> {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    let client_id = client(asked, state)?;
    let mut issuer = grants::Issuer {
        access_life_s: shared.options.access_token_life_s,
        now,
        chance: &mut state.chance,
    };
    // Needed for a refresh too.
    let redirect_uri = text(asked, "redirect_uri")?;
    match text(asked, "grant_type")? {
        "authorization_code" => {
            let code = Redeemed {
                code: text(asked, "code")?,
                redirect_uri,
                client_id,
                verifier: asked.get("code_verifier").and_then(Value::as_str),
            };
            state.grants.redeem(&code, &mut issuer)
        }
        "refresh_token" => {
            let token = text(asked, "refresh_token")?;
            state.grants.refresh(token, client_id, redirect_uri, &mut issuer)
        }
        _ => Err(OAuthError::UNSUPPORTED_GRANT_TYPE),
    }
}

fn token_body(issued: &Issued) -> Value {
    json!({
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in_s,
        "refresh_token": issued.refresh_token,
        "scope": issued.scope,
        "created_at": issued.created_at.as_second(),
        "direct_buy_tokens": {},
    })
}

/// `POST /auth/oauth/revoke`: 200 `{}`, for a token that is not known too (RFC 7009 §2.2).
async fn revoke(State(shared): State<SharedState>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = parameters(&headers, &body);
    let mut state = shared.lock();
    let client_id = match client(&asked, &state) {
        Ok(client_id) => client_id.to_owned(),
        Err(error) => return error.into_response(),
    };
    match text(&asked, "token") {
        Ok(token) => {
            state.grants.revoke_token(token, &client_id);
            Json(json!({})).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// The client id, if the credentials in the body are those of an app.
fn client<'a>(asked: &'a Fields, state: &SandboxState) -> Result<&'a str, OAuthError> {
    let given = |name: &str| asked.get(name).and_then(Value::as_str);
    let client_id = given("client_id").ok_or(OAuthError::INVALID_CLIENT)?;
    let secret = given("client_secret").ok_or(OAuthError::INVALID_CLIENT)?;
    let app = state.apps.get(client_id).ok_or(OAuthError::INVALID_CLIENT)?;
    (app.client_secret == secret).then_some(client_id).ok_or(OAuthError::INVALID_CLIENT)
}

fn text<'a>(asked: &'a Fields, name: &str) -> Result<&'a str, OAuthError> {
    asked.get(name).and_then(Value::as_str).ok_or(OAuthError::INVALID_REQUEST)
}

/// The parameters of a body, by its content type: JSON, or else a form.
fn parameters(headers: &HeaderMap, body: &[u8]) -> Fields {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| value.starts_with("application/json")) {
        return serde_json::from_slice(body).map(fields_of).unwrap_or_default();
    }
    let pairs = url::form_urlencoded::parse(body).into_owned();
    pairs.map(|(name, value)| (name, Value::String(value))).collect()
}

fn uncached() -> [(header::HeaderName, &'static str); 2] {
    [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")]
}
