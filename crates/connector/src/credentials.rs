//! The secrets that calls are made with.

use ledgerhook_model::Secret;

/// Client id and secret of a provider app.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// Client id.
    pub api_key: Secret,
    /// Client secret.
    pub api_secret: Secret,
}

/// The tokens of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTokens {
    /// The access token.
    pub token: Secret,
    /// What came with it: the refresh token of OAuth 2.0, the token secret of OAuth 1.0a, which
    /// signs calls.
    pub companion: Secret,
}
