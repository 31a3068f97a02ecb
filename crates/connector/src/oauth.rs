//! Connecting a company: authorisation URL, exchange of the code, refresh, revocation.

use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::Configuration;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::credentials::{ClientCredentials, UserTokens};

/// What an authorisation URL is made of.
#[derive(Debug, Clone)]
pub struct AuthorizeRequest {
    /// Client id.
    pub api_key: String,
    /// Redirect URI.
    pub callback_url: String,
    /// Scopes, blank-separated; the element's default when `None`.
    pub scope: Option<String>,
    /// Handed back with the code.
    pub state: String,
    /// The request token of OAuth 1.0a, for which the URL is then made; `None` for OAuth 2.0.
    pub request_token: Option<String>,
}

/// What a request token of OAuth 1.0a is asked with.
#[derive(Debug, Clone)]
pub struct RequestTokenRequest {
    /// Consumer key.
    pub api_key: String,
    /// Consumer secret.
    pub api_secret: Secret,
    /// Where the customer is sent back to.
    pub callback_url: String,
}

/// A request token of OAuth 1.0a.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestToken {
    /// For [`AuthorizeRequest::request_token`].
    pub token: String,
    /// For `providerData.secret` of the creation request.
    pub secret: Secret,
}

/// What the creation of an instance brought.
#[derive(Debug, Clone, Copy)]
pub struct ConnectRequest<'a> {
    /// `providerData` of the request: `code`, `realmId`.
    pub provider_data: &'a Map<String, Value>,
    /// `configuration`, secrets in clear.
    pub configuration: &'a Configuration,
    /// `externalAuthentication: initial`: the caller did the authorisation itself and supplies
    /// tokens in the configuration.
    pub external: bool,
}

/// With what the grant of a connected company is renewed or ended.
#[derive(Debug, Clone, Copy)]
pub struct GrantRequest<'a> {
    /// Those of the provider app.
    pub credentials: &'a ClientCredentials,
    /// The instance's configuration without its secrets (FreshBooks wants the redirect URI again).
    pub configuration: &'a Configuration,
    /// The refresh token.
    pub refresh_token: &'a Secret,
}

/// With what a connection by OAuth 1.0a is turned into one by OAuth 2.0.
#[derive(Debug, Clone, Copy)]
pub struct MigrateRequest<'a> {
    /// The company's id at the provider.
    pub company: &'a str,
    /// Consumer key and secret, which signed its calls so far.
    pub consumer: &'a ClientCredentials,
    /// The token and its secret.
    pub old: &'a UserTokens,
    /// Client id and secret of the app of OAuth 2.0.
    pub credentials: &'a ClientCredentials,
    /// The instance's configuration without its secrets (redirect URI, scope, sandbox switch).
    pub configuration: &'a Configuration,
}

/// A connected company.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The company's id at the provider, by which notices name it.
    pub company: String,
    /// Its tokens.
    pub tokens: Tokens,
    /// Configuration entries to keep with the instance (`quickbooks.realm.id`).
    pub configuration: Vec<(&'static str, String)>,
}

/// Tokens of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For requests.
    pub access: Secret,
    /// For the next refresh.
    pub refresh: Secret,
    /// How long the access token lives from now.
    pub access_lifetime: Duration,
    /// How long the refresh token lives from now, where the provider says so.
    pub refresh_lifetime: Option<Duration>,
    /// How long it can be renewed at all from now, where the provider says so: then the customer
    /// must authorise again, however often it was renewed.
    pub refresh_hard_lifetime: Option<Duration>,
}

/// Why a company could not be connected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// Something is missing or wrong in the request: the caller must change it.
    #[error("{field}: {problem}")]
    Request {
        /// The member, as in `providerData.code` or `configuration.oauth.api.secret`.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The provider refused: the caller must act on what it said.
    #[error("{message}")]
    Refused {
        /// What it means and what to do.
        message: String,
        /// The provider's own words.
        provider_message: String,
    },
    /// The provider could not be reached or failed: try again.
    #[error("{message}")]
    Unavailable {
        /// What happened.
        message: String,
    },
}

/// Why tokens could not be refreshed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefreshError {
    /// The refresh token does not work any more: the customer must authorise again.
    #[error("the provider refused the refresh token: {provider_message}")]
    Refused {
        /// The provider's own words.
        provider_message: String,
    },
    /// No usable answer: try again later with the same token.
    #[error("the tokens could not be refreshed: {message}")]
    Unavailable {
        /// What happened.
        message: String,
    },
}

/// How companies are connected.
#[async_trait]
pub trait OAuth: Send + Sync {
    /// Finds out where the provider's authorisation page is, where that is not known already; to be
    /// called before [`OAuth::authorize_url`]. Never fails: there is always an address to try.
    async fn look_up_endpoints(&self) {}
    /// The URL to which the customer's browser is sent. Parameters in the original's order: scope,
    /// `response_type`, `redirect_uri`, state, `client_id`.
    fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String, ConnectError>;
    /// A request token, for elements that are connected by OAuth 1.0a.
    async fn request_token(
        &self,
        _request: &RequestTokenRequest,
    ) -> Result<RequestToken, ConnectError> {
        Err(ConnectError::Request {
            field: "element".to_owned(),
            problem: "it is connected by OAuth 2.0, which has no request token; send the customer \
                      to the element's authorisation URL"
                .to_owned(),
        })
    }
    /// Turns what the creation request brought into a connected company.
    async fn connect(&self, request: ConnectRequest<'_>) -> Result<Connected, ConnectError>;
    /// New tokens for old ones.
    async fn refresh(&self, request: GrantRequest<'_>) -> Result<Tokens, RefreshError>;
    /// Tells the provider that the connection has ended. Best effort: the instance is gone anyway.
    async fn revoke(&self, request: GrantRequest<'_>) -> Result<(), RefreshError>;
    /// Turns a connection by OAuth 1.0a into one by OAuth 2.0, where the provider offers that.
    async fn migrate(&self, _request: MigrateRequest<'_>) -> Result<Connected, ConnectError> {
        Err(ConnectError::Request {
            field: "element".to_owned(),
            problem: "it was always connected by OAuth 2.0; there is nothing to migrate".to_owned(),
        })
    }
}
