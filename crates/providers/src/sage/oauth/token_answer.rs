//! What a token endpoint answers, read leniently: numbers may come as texts, and errors with or
//! without a description (reference: freshbooks-sage §2.4).

use std::time::Duration;

use ledgerhook_connector::Tokens;
use ledgerhook_egress::Answer;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

use crate::token_endpoint::{Refusal, SecretText, refusal, seconds};
/// How long an access token lives when the answer does not say: those of API v3.1.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(300);

/// An answer of a token endpoint.
#[derive(Debug)]
pub(super) enum TokenAnswer {
    /// Tokens.
    Granted(Granted),
    /// An error of RFC 6749 §5.2.
    Refused(Refusal),
    /// Anything else, in words that hold nothing of the answer: there may be a token in it.
    Unusable(String),
}

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

impl TokenAnswer {
    /// Reads an answer of any status.
    pub(super) fn read(answer: &Answer) -> Self {
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            return match serde_json::from_slice::<Granted>(&answer.body) {
                Ok(granted) if !granted.access_token.0.is_empty() => Self::Granted(granted),
                _ => Self::Unusable(format!("Sage answered {status} without an access token")),
            };
        }
        match refusal(answer) {
            Some(refusal) => Self::Refused(refusal),
            None => Self::Unusable(format!("Sage answered {status}")),
        }
    }
}

impl Granted {
    /// The tokens; `None` when there is no refresh token, neither here nor from before.
    pub(super) fn into_tokens(self, refresh_before: Option<&Secret>) -> Option<Tokens> {
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
