//! What the creation of an instance must bring: read once, with every problem told by the name of
//! its member.

use std::time::Duration;

use ledgerhook_connector::{ClientCredentials, ConnectError, ConnectRequest, Tokens};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{Configuration, keys};

use super::granted::ACCESS_LIFETIME_DEFAULT;
use crate::connect_input::{
    CODE, Missing, access_lifetime, check_authorised, check_code, check_digits, check_switch,
    entry_name, problem, provider_text, redirect_uri,
};
use crate::sage::dialect::Dialect;
use crate::sage::profile::{
    BASE_URL, BUSINESS_ID, COUNTRY, RESOURCE_OWNER_ID, SIGN_V3, SIGNATURE_SECRET, SUBSCRIPTION_KEY,
    USER_REFRESH_INTERVAL,
};

/// Longest code, in characters; Sage's have about 50.
const CODE_CHARS_MAX: usize = 2_048;

/// Longest id of a business, in characters; Sage's have 32.
const COMPANY_CHARS_MAX: usize = 128;

/// How long an access token of the retired APIs lives at most.
const ACCESS_LIFETIME_RETIRED: Duration = Duration::from_secs(60 * 60);

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
        check_authorised("Sage", request.provider_data, |_| None)?;
        let mut missing = Missing::default();
        let code = missing.or_empty(CODE, provider_text(request.provider_data, "code"));
        let credentials = missing.credentials(configuration);
        let callback_url = missing.entry(configuration, keys::OAUTH_CALLBACK_URL);
        missing.check()?;
        check_code(code, CODE_CHARS_MAX)?;
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
                access_lifetime: access_lifetime(configuration, USER_REFRESH_INTERVAL, longest)?,
                refresh_lifetime: None,
                refresh_hard_lifetime: None,
            },
            company: company.map(|company| (key, company)),
        })
    }
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
