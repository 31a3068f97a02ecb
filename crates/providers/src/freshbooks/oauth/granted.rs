//! The tokens that FreshBooks gives, read leniently: numbers may come as texts (reference:
//! freshbooks-sage §1.7).

use std::time::Duration;

use ledgerhook_connector::Tokens;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

use crate::token_endpoint::{Grant, SecretText, seconds};

/// How long an access token lives when the answer does not say: what FreshBooks documents.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(12 * 60 * 60);

/// Tokens, as they came.
#[derive(Debug, Deserialize)]
pub(super) struct Granted {
    access_token: SecretText,
    refresh_token: Option<SecretText>,
    expires_in: Option<Value>,
}

impl Grant for Granted {
    fn access_token(&self) -> &Secret {
        &self.access_token.0
    }

    /// There is a new refresh token each time; the one before is spent.
    fn into_tokens(self, _: Option<&Secret>) -> Option<Tokens> {
        let refresh = self.refresh_token.map(|text| text.0).filter(|token| !token.is_empty());
        Some(Tokens {
            access: self.access_token.0,
            refresh: refresh?,
            access_lifetime: seconds(self.expires_in.as_ref()).unwrap_or(ACCESS_LIFETIME_DEFAULT),
            refresh_lifetime: None,
            refresh_hard_lifetime: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_refresh_token_does_not_stand_in_for_a_missing_one() {
        for json in [r#"{"access_token":"a"}"#, r#"{"access_token":"a","refresh_token":""}"#] {
            let granted: Granted = serde_json::from_str(json).unwrap();
            assert_eq!(granted.into_tokens(Some(&Secret::new("spent"))), None, "{json}");
        }
    }
}
