//! OAuth 2.0 of Intuit (reference §4.1): discovery, tokens and revocation over HTTP.

mod authorize;
mod grants;
mod openid;
mod pages;

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::books::{Fields, fields_of};
use super::calls::ServedRealm;
use super::shared::{Shared, SharedState, State as SandboxState};
use crate::credentials::basic;
pub(super) use grants::{Grants, Unusable};
use grants::{Issued, Issuer, TokenPolicy};
pub(super) use pages::{CompanyForm, PAGES};

/// Asks for `x_refresh_token_hard_expires_in` in the answer.
const HARD_EXPIRY_HEADER: &str = "x-include-refresh-token-hard-expires-in";

/// An error of the token endpoint (RFC 6749 §5.2), with Intuit's description where one is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: Option<&'static str>,
}

impl OAuthError {
    const INVALID_CLIENT: Self = Self::new(StatusCode::UNAUTHORIZED, "invalid_client");
    const INVALID_REQUEST: Self = Self::new(StatusCode::BAD_REQUEST, "invalid_request");
    const UNSUPPORTED_GRANT_TYPE: Self =
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    const BAD_CODE: Self = Self::invalid_grant("Token invalid");
    const BAD_REFRESH_TOKEN: Self = Self::invalid_grant("Incorrect or invalid refresh token");

    const fn new(status: StatusCode, error: &'static str) -> Self {
        Self { status, error, description: None }
    }

    const fn invalid_grant(description: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "invalid_grant",
            description: Some(description),
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = match self.description {
            Some(description) => json!({"error_description": description, "error": self.error}),
            None => json!({"error": self.error}),
        };
        uncached(self.status, &body)
    }
}

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/.well-known/openid_configuration", get(discovery))
        .route("/.well-known/openid_sandbox_configuration", get(discovery))
        .route("/connect/oauth2", get(authorize::page).post(authorize::decide))
        .route("/oauth2/v1/tokens/bearer", post(tokens))
        .route("/v2/oauth2/tokens/revoke", post(revoke))
        .route("/v1/openid_connect/userinfo", get(openid::userinfo))
        .route("/op/v1/jwks", get(openid::jwks))
}

/// The discovery document.
async fn discovery(State(shared): State<SharedState>) -> Json<Value> {
    let base = &shared.base_url;
    Json(json!({
        "issuer": openid::issuer(base),
        "authorization_endpoint": format!("{base}/connect/oauth2"),
        "token_endpoint": format!("{base}/oauth2/v1/tokens/bearer"),
        "userinfo_endpoint": format!("{base}/v1/openid_connect/userinfo"),
        "revocation_endpoint": format!("{base}/v2/oauth2/tokens/revoke"),
        "jwks_uri": format!("{base}/op/v1/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "com.intuit.quickbooks.accounting"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
}

/// `POST /oauth2/v1/tokens/bearer`: a code or a refresh token for tokens.
async fn tokens(State(shared): State<SharedState>, headers: HeaderMap, body: Bytes) -> Response {
    match exchange(&shared, &headers, &body) {
        Ok(issued) => {
            let body = token_body(&shared, &issued, headers.contains_key(HARD_EXPIRY_HEADER));
            let realm = Extension(ServedRealm(issued.realm_id));
            (realm, uncached(StatusCode::OK, &Value::Object(body))).into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn exchange(shared: &SharedState, headers: &HeaderMap, body: &[u8]) -> Result<Issued, OAuthError> {
    let (policy, now) = (TokenPolicy::of(&shared.options), shared.now());
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| form.get(name).ok_or(OAuthError::INVALID_REQUEST);
    let mut state = shared.lock();
    let state = &mut *state;
    let client_id = basic_client(headers, &state.apps).ok_or(OAuthError::INVALID_CLIENT)?;
    let mut issuer = Issuer { policy, now, chance: &mut state.chance };
    match field("grant_type")?.as_str() {
        "authorization_code" => {
            let code = grants::Redeemed {
                code: field("code")?,
                redirect_uri: field("redirect_uri")?,
                client_id: &client_id,
            };
            state.grants.redeem(&code, &mut issuer)
        }
        "refresh_token" => {
            let token = field("refresh_token")?;
            state.grants.refresh(token, &client_id, &mut issuer)
        }
        _ => Err(OAuthError::UNSUPPORTED_GRANT_TYPE),
    }
}

fn token_body(shared: &Shared, issued: &Issued, with_hard_expiry: bool) -> Fields {
    let mut body = fields_of(json!({
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "token_type": "bearer",
        "expires_in": issued.access_expires_in_s,
        "x_refresh_token_expires_in": issued.refresh_expires_in_s,
    }));
    if with_hard_expiry {
        let seconds = issued.refresh_hard_expires_in_s;
        body.insert("x_refresh_token_hard_expires_in".to_owned(), seconds.into());
    }
    if issued.openid {
        let identity = openid::Identity {
            base_url: &shared.base_url,
            client_id: &issued.client_id,
            realm_id: &issued.realm_id,
        };
        body.insert("id_token".to_owned(), openid::id_token(&identity, shared.now()).into());
    }
    body
}

/// Connects an app to a company without a code; the content of the token answer.
pub(super) fn open_connection(
    shared: &Shared,
    state: &mut SandboxState,
    client_id: String,
    realm_id: String,
) -> Fields {
    let (policy, now) = (TokenPolicy::of(&shared.options), shared.now());
    let mut issuer = Issuer { policy, now, chance: &mut state.chance };
    let issued = state.grants.connect(client_id, realm_id, true, &mut issuer);
    token_body(shared, &issued, false)
}

/// `POST /v2/oauth2/tokens/revoke`: JSON with the token, and Basic (reference §4.1).
async fn revoke(State(shared): State<SharedState>, headers: HeaderMap, body: Bytes) -> Response {
    let mut state = shared.lock();
    let Some(client_id) = basic_client(&headers, &state.apps) else {
        return OAuthError::INVALID_CLIENT.into_response();
    };
    let asked: Option<Value> = serde_json::from_slice(&body).ok();
    let token = asked.as_ref().and_then(|asked| asked.get("token")).and_then(Value::as_str);
    let Some(token) = token else { return OAuthError::INVALID_REQUEST.into_response() };
    if state.grants.revoke_token(token, &client_id) {
        StatusCode::OK.into_response()
    } else {
        OAuthError::BAD_CODE.into_response()
    }
}

/// The client id, if the Basic credentials are those of an app.
fn basic_client(
    headers: &HeaderMap,
    apps: &std::collections::BTreeMap<String, super::portal::App>,
) -> Option<String> {
    let (client_id, secret) = basic(headers)?;
    let app = apps.get(&client_id)?;
    (app.client_secret == secret).then_some(client_id)
}

/// An answer with the headers of a recorded one.
fn uncached(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json;charset=UTF-8"),
        (header::CACHE_CONTROL, "no-cache, no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, headers, body.to_string()).into_response()
}
