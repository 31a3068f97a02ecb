//! The tokens that Intuit gives, read leniently: numbers may come as texts (reference:
//! quickbooks §4.1).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledgerhook_connector::Tokens;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

use crate::token_endpoint::{Grant, SecretText, seconds};

/// How long an access token lives when the answer does not say: what Intuit documents.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(3_600);

/// Tokens, as they came.
#[derive(Debug, Deserialize)]
pub(super) struct Granted {
    access_token: SecretText,
    refresh_token: Option<SecretText>,
    expires_in: Option<Value>,
    x_refresh_token_expires_in: Option<Value>,
    x_refresh_token_hard_expires_in: Option<Value>,
    id_token: Option<SecretText>,
}

/// What an `id_token` says.
#[derive(Deserialize)]
struct Claims {
    realmid: Option<Value>,
}

impl Grant for Granted {
    fn access_token(&self) -> &Secret {
        &self.access_token.0
    }

    /// Intuit gives back the refresh token, as a rule a new one each day; should it leave it out,
    /// the old one is still good.
    fn into_tokens(self, refresh_before: Option<&Secret>) -> Option<Tokens> {
        let refresh = self.refresh_token.map(|text| text.0).filter(|token| !token.is_empty());
        Some(Tokens {
            access: self.access_token.0,
            refresh: refresh.or_else(|| refresh_before.cloned())?,
            access_lifetime: seconds(self.expires_in.as_ref()).unwrap_or(ACCESS_LIFETIME_DEFAULT),
            refresh_lifetime: seconds(self.x_refresh_token_expires_in.as_ref()),
            refresh_hard_lifetime: seconds(self.x_refresh_token_hard_expires_in.as_ref()),
        })
    }
}

impl Granted {
    /// The company that was authorised, where the scope `openid` had Intuit say so. The signature
    /// is not looked at: the token came from Intuit itself, over TLS.
    pub(super) fn authorised_company(&self) -> Option<String> {
        let token = &self.id_token.as_ref()?.0;
        let claims = URL_SAFE_NO_PAD.decode(token.expose().split('.').nth(1)?).ok()?;
        match serde_json::from_slice::<Claims>(&claims).ok()?.realmid? {
            Value::String(realm) => Some(realm),
            other => other.as_u64().map(|realm| realm.to_string()),
        }
    }
}
