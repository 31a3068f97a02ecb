//! What the creation of an instance must bring at any provider: every problem is told by the name
//! of its member. What else a provider wants is its own.

use std::time::Duration;

use ledgerhook_connector::{ClientCredentials, ConnectError};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{Configuration, keys};
use serde_json::{Map, Value};

use crate::settings::callable;
use crate::token_endpoint::shortened;

/// What the redirect of an authorisation brings.
pub(crate) const CODE: &str = "providerData.code";

/// Collects the names of what is missing, so that all are told at once.
#[derive(Debug, Default)]
pub(crate) struct Missing(Vec<String>);

impl Missing {
    /// A value, or an empty one, which is noted.
    pub(crate) fn or_empty<T: Default>(&mut self, name: &str, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            T::default()
        })
    }

    /// An entry of the configuration.
    pub(crate) fn entry<'a>(&mut self, configuration: &'a Configuration, key: &str) -> &'a str {
        self.or_empty(&entry_name(key), configuration.text(key))
    }

    /// Client id and secret.
    pub(crate) fn credentials(&mut self, configuration: &Configuration) -> ClientCredentials {
        ClientCredentials {
            api_key: Secret::new(self.entry(configuration, keys::API_KEY)),
            api_secret: Secret::new(self.entry(configuration, keys::API_SECRET)),
        }
    }

    /// Refuses when anything was missing.
    pub(crate) fn check(&self) -> Result<(), ConnectError> {
        match self.0.as_slice() {
            [] => Ok(()),
            [name] => Err(problem(name, "it is required and was not given")),
            names => Err(problem(&names.join(", "), "they are required and were not given")),
        }
    }
}

/// A member of `providerData`.
pub(crate) fn provider_text<'a>(
    provider_data: &'a Map<String, Value>,
    name: &str,
) -> Option<&'a str> {
    provider_data.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Says what the redirect of an authorisation brought in place of a code, by an error of RFC 6749
/// §4.1.2.1; `meaning` knows what further ones mean at this provider.
pub(crate) fn check_authorised(
    provider: &str,
    provider_data: &Map<String, Value>,
    meaning: fn(error: &str) -> Option<&'static str>,
) -> Result<(), ConnectError> {
    let text = |name| provider_text(provider_data, name);
    let (None, Some(error)) = (text("code"), text("error")) else { return Ok(()) };
    let message = match (error, meaning(error)) {
        ("access_denied", _) => format!("the customer did not authorise the app at {provider}"),
        (_, Some(meaning)) => meaning.to_owned(),
        (_, None) => format!("{provider} did not authorise the app"),
    };
    let words = match text("error_description").or_else(|| text("reason")) {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    };
    Err(ConnectError::Refused { message, provider_message: shortened(&words) })
}

/// A problem that was found with tokens in hand: the code is spent.
pub(crate) fn after_exchange(error: ConnectError) -> ConnectError {
    match error {
        ConnectError::Request { field, problem } => {
            let problem = format!("{problem}. The code is spent: authorise again");
            ConnectError::Request { field, problem }
        }
        ConnectError::Unavailable { message } => {
            let message = format!("{message}. The code is spent: authorise again");
            ConnectError::Unavailable { message }
        }
        refused @ ConnectError::Refused { .. } => refused,
    }
}

/// Refuses more of a code than any has.
pub(crate) fn check_code(code: &str, chars_max: usize) -> Result<(), ConnectError> {
    match code.chars().count() > chars_max {
        true => Err(problem(CODE, format!("it is longer than {chars_max} characters"))),
        false => Ok(()),
    }
}

/// Checks a redirect URI. It is handed on as it was written, because providers compare it letter
/// by letter with the one in their portals.
pub(crate) fn redirect_uri<'a>(field: &str, text: &'a str) -> Result<&'a str, ConnectError> {
    let text = text.trim();
    callable(text).map_err(|refusal| problem(field, refusal.to_string()))?;
    Ok(text)
}

/// How long an access token still lives, as the caller says; at most what the provider gives.
pub(crate) fn access_lifetime(
    configuration: &Configuration,
    key: &str,
    longest: Duration,
) -> Result<Duration, ConnectError> {
    check_digits(configuration, key)?;
    let seconds = configuration.text(key).and_then(|text| text.parse().ok());
    Ok(seconds.map_or(longest, |seconds| Duration::from_secs(seconds).min(longest)))
}

/// Refuses what is neither true nor false.
pub(crate) fn check_switch(configuration: &Configuration, key: &str) -> Result<(), ConnectError> {
    match configuration.text(key).map(str::to_ascii_lowercase).as_deref() {
        None | Some("true" | "false") => Ok(()),
        Some(_) => Err(problem(&entry_name(key), "it must be true or false")),
    }
}

/// Refuses what is no whole number.
pub(crate) fn check_digits(configuration: &Configuration, key: &str) -> Result<(), ConnectError> {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match configuration.text(key) {
        Some(text) if !is_number(text) => {
            Err(problem(&entry_name(key), "it must be a whole number"))
        }
        _ => Ok(()),
    }
}

/// The name of a configuration entry in a message.
pub(crate) fn entry_name(key: &str) -> String {
    format!("configuration.{key}")
}

/// Something in the request that the caller must change.
pub(crate) fn problem(field: &str, problem: impl Into<String>) -> ConnectError {
    ConnectError::Request { field: field.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_redirect_without_a_code_says_who_must_act() {
        let meaning = |error: &str| (error == "invalid_scope").then_some("mend the scope");
        let cases = [
            (json!({"code": "c", "error": "access_denied"}), None),
            (json!({"error": " "}), None),
            (json!({}), None),
            (
                json!({"error": "access_denied", "state": "s"}),
                Some(("the customer did not authorise the app at Sage", "access_denied")),
            ),
            (
                json!({"error": "invalid_scope", "error_description": "No such scope"}),
                Some(("mend the scope", "invalid_scope: No such scope")),
            ),
            (
                json!({"error": "Invalid request", "reason": "Email already in use"}),
                Some(("Sage did not authorise the app", "Invalid request: Email already in use")),
            ),
        ];
        for (provider_data, expected) in cases {
            let result = check_authorised("Sage", provider_data.as_object().unwrap(), meaning);
            let expected = expected.map_or(Ok(()), |(message, words)| {
                let (message, provider_message) = (message.to_owned(), words.to_owned());
                Err(ConnectError::Refused { message, provider_message })
            });
            assert_eq!(result, expected, "{provider_data}");
        }
    }
}
