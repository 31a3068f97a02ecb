//! What the creation of an instance must bring: read once, with every problem told by the name of
//! its member.

use std::time::Duration;

use ledgerhook_connector::{ClientCredentials, ConnectError, ConnectRequest, Tokens};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{Configuration, keys};
use serde_json::{Map, Value};

use super::token_answer::ACCESS_LIFETIME_DEFAULT;
use crate::sage::dialect::Dialect;
use crate::sage::profile::{
    BASE_URL, BUSINESS_ID, COUNTRY, RESOURCE_OWNER_ID, SIGN_V3, SIGNATURE_SECRET, SUBSCRIPTION_KEY,
    USER_REFRESH_INTERVAL,
};
use crate::settings::callable;

/// Longest code, in characters; Sage's have about 50.
const CODE_CHARS_MAX: usize = 2_048;

/// Longest id of a business, in characters; Sage's have 32.
const COMPANY_CHARS_MAX: usize = 128;

/// How long an access token of the retired APIs lives at most.
const ACCESS_LIFETIME_RETIRED: Duration = Duration::from_secs(60 * 60);

const CODE: &str = "providerData.code";

/// Says which API is spoken. Refuses what none can use, before the code is spent.
pub(super) fn check(request: &ConnectRequest<'_>) -> Result<Dialect, ConnectError> {
    let configuration = request.configuration;
    let told = provider_text(request.provider_data, "country");
    let country = configuration.text(COUNTRY).or(told);
    let dialect = Dialect::choose(configuration.text(BASE_URL), country)
        .map_err(|error| problem(&entry_name(error.key), error.problem))?;
    check_switch(configuration, SIGN_V3)?;
    check_digits(configuration, USER_REFRESH_INTERVAL)?;
    let mut missing = Missing::default();
    match dialect {
        Dialect::V31 => {}
        Dialect::Columbus(_) => {
            missing.entry(configuration, SUBSCRIPTION_KEY);
            if is_on(configuration, SIGN_V3) {
                missing.entry(configuration, SIGNATURE_SECRET);
            }
        }
        Dialect::V1 if is_on(configuration, keys::EVENTS_ENABLED) => {
            let text = "API v1 has no way to ask for changes, so there can be no events; leave \
                        base.url out for API v3.1";
            return Err(problem(&entry_name(BASE_URL), text));
        }
        Dialect::V1 => drop(missing.entry(configuration, SIGNATURE_SECRET)),
    }
    missing.check()?;
    Ok(dialect)
}

/// A code to exchange, and with what.
#[derive(Debug)]
pub(super) struct CodeGrant<'a> {
    /// Which API is spoken.
    pub(super) dialect: Dialect,
    /// What the redirect brought.
    pub(super) code: String,
    /// The redirect URI that it was given for.
    pub(super) redirect_uri: &'a str,
    /// Those of the app.
    pub(super) credentials: ClientCredentials,
}

impl<'a> CodeGrant<'a> {
    /// Reads what the exchange needs.
    pub(super) fn read(
        dialect: Dialect,
        request: &ConnectRequest<'a>,
    ) -> Result<Self, ConnectError> {
        let configuration = request.configuration;
        let mut missing = Missing::default();
        let code = missing.or_empty(CODE, provider_text(request.provider_data, "code"));
        let credentials = missing.credentials(configuration);
        let callback_url = missing.entry(configuration, keys::OAUTH_CALLBACK_URL);
        missing.check()?;
        if code.chars().count() > CODE_CHARS_MAX {
            return Err(problem(CODE, format!("it is longer than {CODE_CHARS_MAX} characters")));
        }
        Ok(Self {
            dialect,
            // Sage's codes begin with a country and a slash, `GB/…`; copied from a browser's
            // address bar the slash is still encoded.
            code: code.replace("%2F", "/").replace("%2f", "/"),
            redirect_uri: redirect_uri(&entry_name(keys::OAUTH_CALLBACK_URL), callback_url)?,
            credentials,
        })
    }
}

/// Tokens that the caller obtained itself.
#[derive(Debug)]
pub(super) struct ExternalGrant {
    /// The tokens.
    pub(super) tokens: Tokens,
    /// The company's id with the key that names it; `None` when it has yet to be found.
    pub(super) company: Option<(&'static str, String)>,
}

impl ExternalGrant {
    /// Reads what the caller supplied. Nothing is refreshed: that would change the tokens under the
    /// caller's feet.
    pub(super) fn read(
        dialect: Dialect,
        configuration: &Configuration,
    ) -> Result<Self, ConnectError> {
        let mut missing = Missing::default();
        let access = missing.entry(configuration, keys::USER_TOKEN);
        let refresh = missing.entry(configuration, keys::REFRESH_TOKEN);
        // Without these the connection would end with its first access token.
        missing.credentials(configuration);
        let (key, longest) = match dialect {
            Dialect::V31 => (BUSINESS_ID, ACCESS_LIFETIME_DEFAULT),
            Dialect::V1 => (BUSINESS_ID, ACCESS_LIFETIME_RETIRED),
            Dialect::Columbus(_) => {
                missing.entry(configuration, RESOURCE_OWNER_ID);
                (RESOURCE_OWNER_ID, ACCESS_LIFETIME_RETIRED)
            }
        };
        missing.check()?;
        let company = configuration.text(key).map(|text| company(key, text)).transpose()?;
        Ok(Self {
            tokens: Tokens {
                access: Secret::new(access),
                refresh: Secret::new(refresh),
                access_lifetime: access_lifetime(configuration, longest),
                refresh_lifetime: None,
                refresh_hard_lifetime: None,
            },
            company: company.map(|company| (key, company)),
        })
    }
}

/// What the caller says, at most what Sage gives.
fn access_lifetime(configuration: &Configuration, longest: Duration) -> Duration {
    let seconds = configuration.text(USER_REFRESH_INTERVAL).and_then(|text| text.parse().ok());
    seconds.map_or(longest, |seconds| Duration::from_secs(seconds).min(longest))
}

/// Checks a callback URL. It is handed on as it was written, because Sage compares it letter by
/// letter with the one in its portal.
pub(super) fn redirect_uri<'a>(field: &str, text: &'a str) -> Result<&'a str, ConnectError> {
    let text = text.trim();
    callable(text).map_err(|refusal| problem(field, refusal.to_string()))?;
    Ok(text)
}

/// Collects the names of what is missing, so that all are told at once.
#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn or_empty<'a>(&mut self, name: &str, value: Option<&'a str>) -> &'a str {
        value.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            ""
        })
    }

    fn entry<'a>(&mut self, configuration: &'a Configuration, key: &str) -> &'a str {
        self.or_empty(&entry_name(key), configuration.text(key))
    }

    fn credentials(&mut self, configuration: &Configuration) -> ClientCredentials {
        ClientCredentials {
            api_key: Secret::new(self.entry(configuration, keys::API_KEY)),
            api_secret: Secret::new(self.entry(configuration, keys::API_SECRET)),
        }
    }

    fn check(&self) -> Result<(), ConnectError> {
        match self.0.as_slice() {
            [] => Ok(()),
            [name] => Err(problem(name, "it is required and was not given")),
            names => Err(problem(&names.join(", "), "they are required and were not given")),
        }
    }
}

fn provider_text<'a>(provider_data: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    provider_data.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn company(key: &str, text: &str) -> Result<String, ConnectError> {
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if text.len() > COMPANY_CHARS_MAX || !text.bytes().all(is_of_id) {
        let text =
            format!("it must be the company's id, up to {COMPANY_CHARS_MAX} letters and digits");
        return Err(problem(&entry_name(key), text));
    }
    Ok(text.to_owned())
}

fn is_on(configuration: &Configuration, key: &str) -> bool {
    configuration.text(key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn check_switch(configuration: &Configuration, key: &str) -> Result<(), ConnectError> {
    match configuration.text(key).map(str::to_ascii_lowercase).as_deref() {
        None | Some("true" | "false") => Ok(()),
        Some(_) => Err(problem(&entry_name(key), "it must be true or false")),
    }
}

fn check_digits(configuration: &Configuration, key: &str) -> Result<(), ConnectError> {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match configuration.text(key) {
        Some(text) if !is_number(text) => {
            Err(problem(&entry_name(key), "it must be a whole number"))
        }
        _ => Ok(()),
    }
}

fn entry_name(key: &str) -> String {
    format!("configuration.{key}")
}

fn problem(field: &str, problem: impl Into<String>) -> ConnectError {
    ConnectError::Request { field: field.to_owned(), problem: problem.into() }
}
