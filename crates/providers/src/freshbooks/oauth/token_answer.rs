//! What the token endpoint answers, read leniently: numbers may come as texts, and errors come with
//! or without a description (reference: freshbooks-sage §1.7).

use std::time::Duration;

use http::StatusCode;
use ledgerhook_connector::Tokens;
use ledgerhook_egress::Answer;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

/// How long an access token lives when the answer does not say: what FreshBooks documents.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(12 * 60 * 60);

/// Most characters repeated of FreshBooks' own words.
const WORDS_CHARS_MAX: usize = 300;

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

/// Tokens, as they came.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretText,
    /// A new one each time; the old one is spent.
    refresh_token: SecretText,
    expires_in: Option<Value>,
}

/// A text that goes into a [`Secret`] straight from the parser.
#[derive(Deserialize)]
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

/// The error that a client's request met; `None` when the server itself failed or throttles.
pub(super) fn refusal(answer: &Answer) -> Option<Refusal> {
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
    let shortened = |text: String| text.chars().take(WORDS_CHARS_MAX).collect();
    Some(Refusal { status, error: shortened(body.error), words: shortened(words) })
}

fn seconds(value: Option<&Value>) -> Option<Duration> {
    let seconds = match value? {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_u64()?,
    };
    Some(Duration::from_secs(seconds))
}
