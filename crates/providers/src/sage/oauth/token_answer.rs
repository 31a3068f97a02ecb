//! What a token endpoint answers, read leniently: numbers may come as texts, and errors with or
//! without a description (reference: freshbooks-sage §2.4).

use std::time::Duration;

use http::StatusCode;
use ledgerhook_connector::Tokens;
use ledgerhook_egress::Answer;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

/// How long an access token lives when the answer does not say: those of API v3.1.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(300);

/// Most characters repeated of Sage's own words.
const WORDS_CHARS_MAX: usize = 300;

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

/// Why there are no tokens.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Its status.
    pub(super) status: StatusCode,
    /// The code, as in `invalid_grant`.
    pub(super) error: String,
    /// Code and description.
    pub(super) words: String,
}

/// A text that goes into a [`Secret`] straight from the parser.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct SecretText(Secret);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: String,
    error_description: Option<String>,
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

/// The error that a client's request met; `None` when the server itself failed or throttles.
pub(super) fn refusal(answer: &Answer) -> Option<Refusal> {
    let status = answer.status;
    if !status.is_client_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let body = match (serde_json::from_slice(&answer.body), status) {
        (Ok(body), _) => body,
        // RFC 6749 §5.2 allows 401 for this error only.
        (Err(_), StatusCode::UNAUTHORIZED) => {
            ErrorBody { error: "invalid_client".to_owned(), error_description: None }
        }
        (Err(_), _) => return None,
    };
    let words = match body.error_description {
        Some(description) => format!("{}: {description}", body.error),
        None => body.error.clone(),
    };
    let shortened = |text: String| text.chars().take(WORDS_CHARS_MAX).collect();
    Some(Refusal { status, error: shortened(body.error), words: shortened(words) })
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

fn seconds(value: Option<&Value>) -> Option<Duration> {
    let seconds = match value? {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_u64()?,
    };
    Some(Duration::from_secs(seconds))
}
