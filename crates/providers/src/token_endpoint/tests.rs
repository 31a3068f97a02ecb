//! What answers of a token endpoint mean, whosever it is.

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
        (403, r#"{"error":"unauthorized_client"}"#, "unauthorized_client", "unauthorized_client"),
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
    assert_eq!(refreshed(answer(400, refused)), Err(ended.clone()));
    assert_eq!(PROVIDER.revoked(Ok(answer(400, refused))), Err(ended));
    let others = [
        (400, r#"{"error":"invalid_request"}"#),
        (401, r#"{"error":"invalid_client"}"#),
        (401, r#"{"error":"invalid_grant"}"#),
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
    let result = PROVIDER.refreshed::<Granted>(Err(CallError::Unsendable), &Secret::new("before"));
    result.map(drop)
}
