//! The tokens that Sage gives, read leniently: numbers may come as texts (reference:
//! freshbooks-sage §2.4).

use std::time::Duration;

use ledgerhook_connector::Tokens;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

use crate::token_endpoint::{Grant, SecretText, seconds};

/// How long an access token lives when the answer does not say: those of API v3.1.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(300);

/// Tokens, as they came.
#[derive(Debug, Deserialize)]
pub(super) struct Granted {
    access_token: SecretText,
    refresh_token: Option<SecretText>,
    expires_in: Option<Value>,
    refresh_token_expires_in: Option<Value>,
    /// The company's id in API v3.
    pub(super) resource_owner_id: Option<String>,
}

impl Grant for Granted {
    fn access_token(&self) -> &Secret {
        &self.access_token.0
    }

    /// A refresh token of API v3.1 works once; those of the retired ones stay as they are, and may
    /// be left out of the answer.
    fn into_tokens(self, refresh_before: Option<&Secret>) -> Option<Tokens> {
        let refresh = self.refresh_token.map(|text| text.0).filter(|token| !token.is_empty());
        Some(Tokens {
            access: self.access_token.0,
            refresh: refresh.or_else(|| refresh_before.cloned())?,
            access_lifetime: seconds(self.expires_in.as_ref()).unwrap_or(ACCESS_LIFETIME_DEFAULT),
            refresh_lifetime: seconds(self.refresh_token_expires_in.as_ref()),
            refresh_hard_lifetime: None,
        })
    }
}
