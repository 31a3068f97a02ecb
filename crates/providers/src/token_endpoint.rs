//! What the token endpoints of all providers have in common: what an answer means, an error of RFC
//! 6749 §5.2, and members that are read leniently. What else an answer holds is each provider's
//! own.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use ledgerhook_connector::{ClientCredentials, ConnectError, RefreshError, Tokens};
use ledgerhook_egress::{Answer, CallError, CallableUrl, Request};
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

/// Most characters repeated of a provider's own words.
const WORDS_CHARS_MAX: usize = 300;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A provider's endpoints for tokens; holds the name by which messages call the provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenEndpoint(pub(crate) &'static str);

/// Tokens, as they came from one provider.
pub(crate) trait Grant: DeserializeOwned {
    /// The access token, which may be empty.
    fn access_token(&self) -> &Secret;
    /// The tokens; `None` when there is no refresh token, neither here nor from before.
    fn into_tokens(self, refresh_before: Option<&Secret>) -> Option<Tokens>;
}

/// An answer of a token endpoint.
#[derive(Debug)]
pub(crate) enum TokenAnswer<G> {
    /// Tokens.
    Granted(Box<G>),
    /// An error of RFC 6749 §5.2.
    Refused(Refusal),
    /// Anything else, in words that hold nothing of the answer: there may be a token in it.
    Unusable(String),
}

impl TokenEndpoint {
    /// Reads an answer of any status.
    pub(crate) fn read<G: Grant>(self, answer: &Answer) -> TokenAnswer<G> {
        let (provider, status) = (self.0, answer.status.as_u16());
        if answer.truncated {
            let bytes = answer.body.len();
            let message = format!("{provider} answered {status} with more than {bytes} bytes");
            return TokenAnswer::Unusable(message);
        }
        if answer.status.is_success() {
            return match serde_json::from_slice::<G>(&answer.body) {
                Ok(granted) if !granted.access_token().is_empty() => {
                    TokenAnswer::Granted(Box::new(granted))
                }
                _ => TokenAnswer::Unusable(format!(
                    "{provider} answered {status} without an access token"
                )),
            };
        }
        match refusal(answer) {
            Some(refusal) => TokenAnswer::Refused(refusal),
            None => TokenAnswer::Unusable(format!("{provider} answered {status}")),
        }
    }

    /// Reads the answer to a code; `refused` says which of the values that were sent is the wrong
    /// one.
    pub(crate) fn exchanged<G: Grant>(
        self,
        answer: &Answer,
        refused: fn(&Refusal) -> ConnectError,
    ) -> Result<Box<G>, ConnectError> {
        match self.read(answer) {
            TokenAnswer::Granted(granted) => Ok(granted),
            TokenAnswer::Refused(refusal) => Err(refused(&refusal)),
            TokenAnswer::Unusable(message) => Err(ConnectError::Unavailable { message }),
        }
    }

    /// Reads the answer to a refresh token. Only a refused grant is final.
    pub(crate) fn refreshed<G: Grant>(
        self,
        answer: Result<Answer, CallError>,
        refresh_token: &Secret,
    ) -> Result<Tokens, RefreshError> {
        match self.read::<G>(&answer.map_err(|error| self.unreachable_now(&error))?) {
            TokenAnswer::Granted(granted) => granted
                .into_tokens(Some(refresh_token))
                .ok_or_else(|| RefreshError::Unavailable { message: self.no_refresh_token() }),
            TokenAnswer::Refused(refusal) => Err(self.refresh_refused(refusal)),
            TokenAnswer::Unusable(message) => Err(RefreshError::Unavailable { message }),
        }
    }

    /// Reads the answer to a revocation.
    pub(crate) fn revoked(self, answer: Result<Answer, CallError>) -> Result<(), RefreshError> {
        let answer = answer.map_err(|error| self.unreachable_now(&error))?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(match refusal(&answer) {
            Some(refusal) => self.refresh_refused(refusal),
            None => {
                let message = format!("{} answered {}", self.0, answer.status.as_u16());
                RefreshError::Unavailable { message }
            }
        })
    }

    /// No answer to a code.
    pub(crate) fn not_asked(self, error: &CallError) -> ConnectError {
        ConnectError::Unavailable { message: self.could_not_be_asked(error) }
    }

    /// The tokens of a new connection, which must bring its refresh token.
    pub(crate) fn first_tokens<G: Grant>(self, granted: G) -> Result<Tokens, ConnectError> {
        let missing = || ConnectError::Unavailable { message: self.no_refresh_token() };
        granted.into_tokens(None).ok_or_else(missing)
    }

    fn no_refresh_token(self) -> String {
        format!("{} gave no refresh token", self.0)
    }

    fn unreachable_now(self, error: &CallError) -> RefreshError {
        RefreshError::Unavailable { message: self.could_not_be_asked(error) }
    }

    fn could_not_be_asked(self, error: &CallError) -> String {
        format!("{} could not be asked: {error}", self.0)
    }

    /// All providers document 400 for a grant that has ended (reference: quickbooks §4.1,
    /// freshbooks-sage §1.7 and §2.4). The code is what says so: a customer who is never asked to
    /// authorise again is worse off than one who is asked once too often.
    fn refresh_refused(self, refusal: Refusal) -> RefreshError {
        let Refusal { status, error, words } = refusal;
        if error == "invalid_grant" {
            return RefreshError::Refused { provider_message: words };
        }
        let message = format!("{} answered {}: {words}", self.0, status.as_u16());
        RefreshError::Unavailable { message }
    }
}

/// A form with the app's credentials in it.
pub(crate) fn form_with_credentials(
    url: &CallableUrl,
    credentials: &ClientCredentials,
    form: &[(&str, &str)],
) -> Request {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", credentials.api_key.expose())
        .append_pair("client_secret", credentials.api_secret.expose())
        .extend_pairs(form)
        .finish();
    let headers = HeaderMap::from_iter([(ACCEPT, JSON), (CONTENT_TYPE, FORM)]);
    Request::post(url.clone(), headers, body.into())
}

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
fn refusal(answer: &Answer) -> Option<Refusal> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const PROVIDER: TokenEndpoint = TokenEndpoint("Anybody");

    /// Answers that say neither yes nor no.
    const UNUSABLE: [(u16, &str); 13] = [
        (500, r#"{"error":"server_error"}"#),
        (500, r#"{"error":"invalid_grant"}"#),
        (503, ""),
        (429, r#"{"error":"slow_down"}"#),
        (429, r#"{"error":"invalid_grant"}"#),
        (400, "<html></html>"),
        (400, "stream timeout"),
        (302, ""),
        (200, "not JSON"),
        (200, "{}"),
        (200, r#"{"access_token":"","refresh_token":"hidden"}"#),
        (200, r#"{"access_token":["hidden"],"refresh_token":"hidden"}"#),
        (200, r#"{"refresh_token":"hidden"}"#),
    ];

    #[derive(Deserialize)]
    struct Granted {
        access_token: SecretText,
        refresh_token: Option<SecretText>,
    }

    impl Grant for Granted {
        fn access_token(&self) -> &Secret {
            &self.access_token.0
        }

        fn into_tokens(self, refresh_before: Option<&Secret>) -> Option<Tokens> {
            Some(Tokens {
                access: self.access_token.0,
                refresh: self.refresh_token.map(|text| text.0).or(refresh_before.cloned())?,
                access_lifetime: Duration::ZERO,
                refresh_lifetime: None,
                refresh_hard_lifetime: None,
            })
        }
    }

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
            truncated: false,
            took: Duration::ZERO,
        }
    }

    fn exchanged(answer: &Answer) -> Result<Tokens, ConnectError> {
        let refused = |refusal: &Refusal| ConnectError::Refused {
            message: refusal.error.clone(),
            provider_message: refusal.words.clone(),
        };
        let granted: Box<Granted> = PROVIDER.exchanged(answer, refused)?;
        PROVIDER.first_tokens(*granted)
    }

    fn refreshed(answer: Answer) -> Result<Tokens, RefreshError> {
        PROVIDER.refreshed::<Granted>(Ok(answer), &Secret::new("before"))
    }

    #[test]
    fn an_exchange_without_a_usable_answer_may_be_tried_again_and_shows_no_token() {
        let without_refresh_token = (200, r#"{"access_token":"hidden"}"#);
        for (status, body) in UNUSABLE.into_iter().chain([without_refresh_token]) {
            let error = exchanged(&answer(status, body)).unwrap_err();
            assert!(matches!(error, ConnectError::Unavailable { .. }), "{status} {body}: {error}");
            assert!(!error.to_string().contains("hidden"), "{error}");
        }
        let whole = answer(200, r#"{"access_token":"hidden","refresh_token":"hidden"}"#);
        exchanged(&whole).unwrap();
        let cut = Answer { truncated: true, ..whole };
        let error = exchanged(&cut).unwrap_err().to_string();
        assert_eq!(error, "Anybody answered 200 with more than 50 bytes");
    }

    #[test]
    fn a_refused_exchange_has_the_providers_words() {
        for (status, body, code, words) in [
            (400, r#"{"error":"invalid_grant"}"#, "invalid_grant", "invalid_grant"),
            (400, r#"{"error":"e","error_description":"d"}"#, "e", "e: d"),
            (401, "", "invalid_client", "invalid_client"),
            (
                403,
                r#"{"error":"unauthorized_client"}"#,
                "unauthorized_client",
                "unauthorized_client",
            ),
        ] {
            let (message, provider_message) = (code.to_owned(), words.to_owned());
            let expected = ConnectError::Refused { message, provider_message };
            assert_eq!(exchanged(&answer(status, body)), Err(expected), "{status} {body}");
        }
    }

    #[test]
    fn only_a_refused_grant_ends_a_refresh_token() {
        let refused = r#"{"error":"invalid_grant","error_description":"Token invalid"}"#;
        let provider_message = "invalid_grant: Token invalid".to_owned();
        let ended = RefreshError::Refused { provider_message };
        for status in [400, 401] {
            assert_eq!(refreshed(answer(status, refused)), Err(ended.clone()));
            assert_eq!(PROVIDER.revoked(Ok(answer(status, refused))), Err(ended.clone()));
        }
        let others = [
            (400, r#"{"error":"invalid_request"}"#),
            (401, r#"{"error":"invalid_client"}"#),
            (403, r#"{"error":"unauthorized_client"}"#),
        ];
        for (status, body) in UNUSABLE.into_iter().chain(others) {
            let result = refreshed(answer(status, body));
            assert!(matches!(result, Err(RefreshError::Unavailable { .. })), "{status} {body}");
            let result = PROVIDER.revoked(Ok(answer(status, body)));
            let is_revoked = status == 200;
            assert_eq!(result.is_ok(), is_revoked, "{status} {body}");
            assert!(!matches!(result, Err(RefreshError::Refused { .. })), "{status} {body}");
        }
        let tokens = refreshed(answer(200, r#"{"access_token":"a"}"#)).unwrap();
        assert_eq!(tokens.refresh, Secret::new("before"));
        for result in [refreshed_by_nobody(), PROVIDER.revoked(Err(CallError::Unsendable))] {
            let message = result.unwrap_err().to_string();
            assert!(message.contains("Anybody could not be asked"), "{message}");
        }
    }

    fn refreshed_by_nobody() -> Result<(), RefreshError> {
        let result =
            PROVIDER.refreshed::<Granted>(Err(CallError::Unsendable), &Secret::new("before"));
        result.map(drop)
    }
}
