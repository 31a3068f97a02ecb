//! What the creation of an instance must bring: read once, with every problem told by the name of
//! its member.

use std::time::Duration;

use ledgerhook_connector::{ClientCredentials, ConnectError, ConnectRequest, Connected, Tokens};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{Configuration, keys};
use serde_json::{Map, Value};

use super::granted::ACCESS_LIFETIME_DEFAULT;
use crate::connect_input::{
    CODE, Missing, access_lifetime, check_authorised, check_code, check_digits, check_switch,
    entry_name, problem, provider_text, redirect_uri,
};
use crate::quickbooks::endpoints::SANDBOX_SWITCHES;
use crate::quickbooks::profile::{
    AUTHENTICATION_TYPE, CDC_TIME_ACTIVITIES, MINOR_VERSION, OAUTH1, OAUTH2, REALM_ID, SCOPE,
    SCOPE_DEFAULT, USER_REFRESH_INTERVAL, USER_TOKEN_SECRET,
};

/// Longest code, in characters, by Intuit's documents.
const CODE_CHARS_MAX: usize = 512;

/// Most digits of a realm id; those that were seen have 6 to 19.
const REALM_DIGITS_MAX: usize = 32;

/// The member that names the company.
pub(super) const REALM: &str = "providerData.realmId";
const REQUEST_TOKEN: &str = "providerData.oauth_token";
const VERIFIER: &str = "providerData.oauth_verifier";

/// How long a token of OAuth 1.0a lives (reference: quickbooks §4.2).
pub(super) const OAUTH1_LIFETIME: Duration = Duration::from_secs(180 * 24 * 60 * 60);

const OAUTH1_ENDED: &str = "Intuit ended OAuth 1.0a on 2019-12-17 and accepts none of its tokens; \
    set authentication.type to oauth2, send the customer to the URL of \
    GET /elements/quickbooks/oauth/url, and pass on the code and realmId that come back";

/// A code to exchange, and with what.
#[derive(Debug)]
pub(super) struct CodeGrant<'a> {
    /// What the redirect brought.
    pub(super) code: &'a str,
    /// The redirect URI that it was given for.
    pub(super) redirect_uri: &'a str,
    /// Those of the app.
    pub(super) credentials: ClientCredentials,
    /// The realm id, which Intuit tells in the redirect only.
    pub(super) company: String,
}

impl<'a> CodeGrant<'a> {
    /// Reads what the exchange needs.
    pub(super) fn read(request: &ConnectRequest<'a>) -> Result<Self, ConnectError> {
        let provider_data = request.provider_data;
        let configuration = request.configuration;
        check_authorised("Intuit", provider_data, |_| None)?;
        let mut missing = Missing::default();
        let code = missing.or_empty(CODE, provider_text(provider_data, "code"));
        let realm = missing.or_empty(REALM, provider_realm(provider_data));
        let credentials = missing.credentials(configuration);
        let callback_url = missing.entry(configuration, keys::OAUTH_CALLBACK_URL);
        missing.check()?;
        check_code(code, CODE_CHARS_MAX)?;
        Ok(Self {
            code,
            redirect_uri: redirect_uri(&entry_name(keys::OAUTH_CALLBACK_URL), callback_url)?,
            credentials,
            company: company(REALM, &realm)?,
        })
    }
}

/// An authorised request token to exchange, and with what.
#[derive(Debug)]
pub(super) struct VerifierGrant {
    /// The request token.
    pub(super) token: Secret,
    /// Its secret, from before the authorisation.
    pub(super) token_secret: Secret,
    /// What the redirect brought as proof.
    pub(super) verifier: String,
    /// Those of the app.
    pub(super) credentials: ClientCredentials,
    /// The realm id.
    pub(super) company: String,
}

impl VerifierGrant {
    /// Reads what the exchange needs.
    pub(super) fn read(request: &ConnectRequest<'_>) -> Result<Self, ConnectError> {
        let data = request.provider_data;
        let mut missing = Missing::default();
        let token = missing.or_empty(REQUEST_TOKEN, provider_text(data, "oauth_token"));
        let secret = missing.or_empty("providerData.secret", provider_text(data, "secret"));
        let verifier = missing.or_empty(VERIFIER, provider_text(data, "oauth_verifier"));
        let realm = missing.or_empty(REALM, provider_realm(data));
        let credentials = missing.credentials(request.configuration);
        missing.check()?;
        Ok(Self {
            token: Secret::new(token),
            token_secret: Secret::new(secret),
            verifier: verifier.to_owned(),
            credentials,
            company: company(REALM, &realm)?,
        })
    }
}

/// How a company is to be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// OAuth 2.0.
    OAuth2,
    /// OAuth 1.0a.
    OAuth1,
}

/// Says how a company is to be connected, by what the caller names and otherwise by what it brings.
/// Refuses what no way can use.
pub(super) fn check(request: &ConnectRequest<'_>) -> Result<Protocol, ConnectError> {
    let configuration = request.configuration;
    for key in SANDBOX_SWITCHES.into_iter().chain([CDC_TIME_ACTIVITIES]) {
        check_switch(configuration, key)?;
    }
    check_digits(configuration, MINOR_VERSION)?;
    check_scope(configuration)?;
    match configuration.text(AUTHENTICATION_TYPE).map(str::to_ascii_lowercase).as_deref() {
        Some(OAUTH2) => Ok(Protocol::OAuth2),
        Some(OAUTH1) => Ok(Protocol::OAuth1),
        Some(other) => {
            let text = format!("`{other}` is not oauth2");
            Err(problem(&entry_name(AUTHENTICATION_TYPE), text))
        }
        None if brought_by_oauth1(request).is_some() => Ok(Protocol::OAuth1),
        None => Ok(Protocol::OAuth2),
    }
}

/// Refuses OAuth 1.0a where nobody speaks it any more.
pub(super) fn oauth1_ended(request: &ConnectRequest<'_>) -> ConnectError {
    let named = || entry_name(AUTHENTICATION_TYPE);
    problem(&brought_by_oauth1(request).unwrap_or_else(named), OAUTH1_ENDED)
}

/// Refuses request tokens where nobody gives any.
pub(super) fn request_tokens_ended() -> ConnectError {
    problem("requestToken", OAUTH1_ENDED)
}

/// The member that only OAuth 1.0a brings.
fn brought_by_oauth1(request: &ConnectRequest<'_>) -> Option<String> {
    let is_given = |name: &&str| request.provider_data.get(*name).is_some_and(|v| !v.is_null());
    let brought = ["oauth_token", "oauth_verifier"].into_iter().find(is_given);
    let has_secret = || request.configuration.text(USER_TOKEN_SECRET).is_some();
    let secret = || has_secret().then(|| entry_name(USER_TOKEN_SECRET));
    brought.map(|name| format!("providerData.{name}")).or_else(secret)
}

/// Takes a company whose signing token the caller obtained itself.
pub(super) fn external_oauth1(configuration: &Configuration) -> Result<Connected, ConnectError> {
    let mut missing = Missing::default();
    let realm = missing.entry(configuration, REALM_ID);
    let access = missing.entry(configuration, keys::USER_TOKEN);
    let secret = missing.entry(configuration, USER_TOKEN_SECRET);
    // Without these no call can be signed.
    missing.credentials(configuration);
    missing.check()?;
    let company = company(&entry_name(REALM_ID), realm)?;
    let tokens = Tokens {
        access: Secret::new(access),
        refresh: Secret::new(secret),
        access_lifetime: access_lifetime(configuration, USER_REFRESH_INTERVAL, OAUTH1_LIFETIME)?,
        refresh_lifetime: None,
        refresh_hard_lifetime: None,
    };
    Ok(connected_by_oauth1(company, tokens))
}

/// A company with a signing token: its kind is kept, because every call depends on it.
pub(super) fn connected_by_oauth1(company: String, tokens: Tokens) -> Connected {
    let configuration = vec![(REALM_ID, company.clone()), (AUTHENTICATION_TYPE, OAUTH1.to_owned())];
    Connected { company, tokens, configuration }
}

/// Takes a company whose tokens the caller obtained itself. They are not refreshed, which would
/// change them under the caller's feet.
pub(super) fn external(
    configuration: &Configuration,
) -> Result<(Connected, ClientCredentials), ConnectError> {
    let mut missing = Missing::default();
    let realm = missing.entry(configuration, REALM_ID);
    let access = missing.entry(configuration, keys::USER_TOKEN);
    let refresh = missing.entry(configuration, keys::REFRESH_TOKEN);
    // Without these the connection would end with its first access token.
    let credentials = missing.credentials(configuration);
    missing.check()?;
    let company = company(&entry_name(REALM_ID), realm)?;
    let tokens = Tokens {
        access: Secret::new(access),
        refresh: Secret::new(refresh),
        // At most what Intuit gives: the original's default of 151 days was for OAuth 1.0a.
        access_lifetime: access_lifetime(
            configuration,
            USER_REFRESH_INTERVAL,
            ACCESS_LIFETIME_DEFAULT,
        )?,
        refresh_lifetime: None,
        refresh_hard_lifetime: None,
    };
    let configuration = vec![(REALM_ID, company.clone())];
    Ok((Connected { company, tokens, configuration }, credentials))
}

/// The realm id as a text or, as some clients write it, as a number.
fn provider_realm(provider_data: &Map<String, Value>) -> Option<String> {
    let number = || provider_data.get("realmId")?.as_u64().map(|number| number.to_string());
    provider_text(provider_data, "realmId").map(str::to_owned).or_else(number)
}

/// The realm id of a company.
pub(super) fn company(field: &str, text: &str) -> Result<String, ConnectError> {
    let is_realm = text.len() <= REALM_DIGITS_MAX && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_realm {
        let text = format!("it must be the company's realm id, up to {REALM_DIGITS_MAX} digits");
        return Err(problem(field, text));
    }
    Ok(text.to_owned())
}

fn check_scope(configuration: &Configuration) -> Result<(), ConnectError> {
    match configuration.text(SCOPE) {
        Some(scope) if !scope.contains(SCOPE_DEFAULT) => {
            let text = format!("it must contain {SCOPE_DEFAULT}, or no books can be read");
            Err(problem(&entry_name(SCOPE), text))
        }
        _ => Ok(()),
    }
}
