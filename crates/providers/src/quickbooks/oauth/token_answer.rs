//! What the token endpoint answers, read leniently: numbers may come as texts, and errors come with
//! or without a description (reference: quickbooks §4.1).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use ledgerhook_connector::Tokens;
use ledgerhook_egress::Answer;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::Value;

/// How long an access token lives when the answer does not say: what Intuit documents.
pub(super) const ACCESS_LIFETIME_DEFAULT: Duration = Duration::from_secs(3_600);

/// Most characters repeated of Intuit's own words.
const WORDS_CHARS_MAX: usize = 300;

/// An answer of the token endpoint.
#[derive(Debug)]
pub(super) enum TokenAnswer {
    /// Tokens.
    Granted(Box<Granted>),
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
    x_refresh_token_expires_in: Option<Value>,
    x_refresh_token_hard_expires_in: Option<Value>,
    id_token: Option<SecretText>,
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

/// What an `id_token` says.
#[derive(Deserialize)]
struct Claims {
    realmid: Option<Value>,
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
                Ok(granted) if !granted.access_token.0.is_empty() => {
                    Self::Granted(Box::new(granted))
                }
                _ => Self::Unusable(format!("Intuit answered {status} without an access token")),
            };
        }
        match refusal(answer) {
            Some(refusal) => Self::Refused(refusal),
            None => Self::Unusable(format!("Intuit answered {status}")),
        }
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

impl Granted {
    /// The tokens; `None` when there is no refresh token, neither here nor from before.
    pub(super) fn into_tokens(self, refresh_before: Option<&Secret>) -> Option<Tokens> {
        let refresh = self.refresh_token.map(|text| text.0).filter(|token| !token.is_empty());
        Some(Tokens {
            access: self.access_token.0,
            refresh: refresh.or_else(|| refresh_before.cloned())?,
            access_lifetime: seconds(self.expires_in.as_ref()).unwrap_or(ACCESS_LIFETIME_DEFAULT),
            refresh_lifetime: seconds(self.x_refresh_token_expires_in.as_ref()),
            refresh_hard_lifetime: seconds(self.x_refresh_token_hard_expires_in.as_ref()),
        })
    }

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

fn seconds(value: Option<&Value>) -> Option<Duration> {
    let seconds = match value? {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_u64()?,
    };
    Some(Duration::from_secs(seconds))
}
