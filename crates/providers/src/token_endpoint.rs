//! What the token endpoints of all providers have in common: an error of RFC 6749 §5.2, and the
//! members of an answer, read leniently. What else an answer holds is each provider's own.

use std::time::Duration;

use http::StatusCode;
use ledgerhook_egress::Answer;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

/// Most characters repeated of a provider's own words.
const WORDS_CHARS_MAX: usize = 300;

/// Why there are no tokens.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Its status.
    pub(crate) status: StatusCode,
    /// The code, as in `invalid_grant`.
    pub(crate) error: String,
    /// Code and description.
    pub(crate) words: String,
}

/// A text that goes into a [`Secret`] straight from the parser.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(crate) struct SecretText(pub(crate) Secret);

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

/// The error that a client's request met; `None` when the server itself failed or throttles.
pub(crate) fn refusal(answer: &Answer) -> Option<Refusal> {
    let status = answer.status;
    if !status.is_client_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let body = serde_json::from_slice(&answer.body).ok();
    let body = match (body, status) {
        (Some(body), _) => body,
        // RFC 6749 §5.2 allows 401 for this error only.
        (None, StatusCode::UNAUTHORIZED) => {
            ErrorBody { error: "invalid_client".to_owned(), error_description: None }
        }
        (None, _) => return None,
    };
    let words = match body.error_description {
        Some(description) => format!("{}: {description}", body.error),
        None => body.error.clone(),
    };
    Some(Refusal { status, error: shortened(&body.error), words: shortened(&words) })
}

/// As much of a provider's own words as is repeated.
pub(crate) fn shortened(words: &str) -> String {
    words.chars().take(WORDS_CHARS_MAX).collect()
}

/// Seconds that come as a number or as a text.
pub(crate) fn seconds(value: Option<&Value>) -> Option<Duration> {
    let seconds = match value? {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_u64()?,
    };
    Some(Duration::from_secs(seconds))
}
