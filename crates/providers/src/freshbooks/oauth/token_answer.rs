//! What the token endpoint answers, read leniently: numbers may come as texts, and errors come with
//! or without a description (reference: freshbooks-sage §1.7).

use std::time::Duration;

use ledgerhook_connector::Tokens;
use ledgerhook_egress::Answer;
use serde::Deserialize;
use serde_json::Value;

use crate::token_endpoint::{Refusal, SecretText, refusal, seconds};
/// How long an access token lives when the answer does not say: what FreshBooks documents.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(12 * 60 * 60);

/// An answer of the token endpoint.
#[derive(Debug)]
pub(super) enum TokenAnswer {
    /// Tokens.
    Granted(Tokens),
    /// An error of RFC 6749 §5.2.
    Refused(Refusal),
    /// Anything else, in words that hold nothing of the answer: there may be a token in it.
    Unusable(String),
}

/// Tokens, as they came.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretText,
    /// A new one each time; the old one is spent.
    refresh_token: SecretText,
    expires_in: Option<Value>,
}

impl TokenAnswer {
    /// Reads an answer of any status.
    pub(super) fn read(answer: &Answer) -> Self {
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            let granted = serde_json::from_slice::<Granted>(&answer.body).ok();
            let tokens = granted.and_then(Granted::into_tokens);
            let unusable = || {
                let missing = "without an access token and a refresh token";
                Self::Unusable(format!("FreshBooks answered {status} {missing}"))
            };
            return tokens.map_or_else(unusable, Self::Granted);
        }
        match refusal(answer) {
            Some(refusal) => Self::Refused(refusal),
            None => Self::Unusable(format!("FreshBooks answered {status}")),
        }
    }
}

impl Granted {
    fn into_tokens(self) -> Option<Tokens> {
        let (access, refresh) = (self.access_token.0, self.refresh_token.0);
        let has_both = !access.is_empty() && !refresh.is_empty();
        let access_lifetime = seconds(self.expires_in.as_ref()).unwrap_or(ACCESS_LIFETIME_DEFAULT);
        has_both.then_some(Tokens {
            access,
            refresh,
            access_lifetime,
            refresh_lifetime: None,
            refresh_hard_lifetime: None,
        })
    }
}
