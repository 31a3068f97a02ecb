//! What the creation of an instance must bring: read once, with every problem told by the name of
//! its member.

use ledgerhook_connector::{ClientCredentials, ConnectError, ConnectRequest, Tokens};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{Configuration, keys};

use super::granted::ACCESS_LIFETIME_DEFAULT;
use super::membership::Business;
use super::wanted::Wanted;
use crate::connect_input::{
    self, CODE, Missing, access_lifetime, check_authorised, check_code, entry_name, problem,
    provider_text,
};
use crate::freshbooks::api::is_business_id;
use crate::freshbooks::profile::{
    ACCOUNT_ID, BUSINESS_ID, BUSINESS_NAME, BUSINESS_UUID, IDENTITY_ID, USER_REFRESH_INTERVAL,
};

/// Longest code, in characters; those that were seen have 64.
const CODE_CHARS_MAX: usize = 2_048;

/// A code to exchange, and with what.
pub(super) struct CodeGrant<'a> {
    /// What the redirect brought.
    pub(super) code: &'a str,
    /// The redirect URI that it was given for.
    pub(super) redirect_uri: &'a str,
    /// Those of the app.
    pub(super) credentials: ClientCredentials,
    /// The business.
    pub(super) wanted: Wanted<'a>,
}

impl<'a> CodeGrant<'a> {
    /// Reads what the exchange needs.
    pub(super) fn read(request: &ConnectRequest<'a>) -> Result<Self, ConnectError> {
        let configuration = request.configuration;
        check_authorised("FreshBooks", request.provider_data, redirect_error)?;
        let mut missing = Missing::default();
        let code = missing.or_empty(CODE, provider_text(request.provider_data, "code"));
        let credentials = missing.credentials(configuration);
        let callback_url = missing.entry(configuration, keys::OAUTH_CALLBACK_URL);
        missing.entry(configuration, BUSINESS_NAME);
        missing.check()?;
        check_code(code, CODE_CHARS_MAX)?;
        Ok(Self {
            code,
            redirect_uri: redirect_uri(&entry_name(keys::OAUTH_CALLBACK_URL), callback_url)?,
            credentials,
            wanted: Wanted::read(configuration)?,
        })
    }
}

/// Tokens that the caller obtained itself, and for which business.
#[derive(Debug)]
pub(super) struct ExternalGrant<'a> {
    /// The tokens.
    pub(super) tokens: Tokens,
    /// The business, where its ids were given; then nothing need be asked.
    pub(super) business: Option<Business>,
    /// The business, as it is to be found otherwise.
    pub(super) wanted: Wanted<'a>,
}

impl<'a> ExternalGrant<'a> {
    /// Reads what a connection needs.
    pub(super) fn read(request: &ConnectRequest<'a>) -> Result<Self, ConnectError> {
        let configuration = request.configuration;
        let mut missing = Missing::default();
        let access = missing.entry(configuration, keys::USER_TOKEN);
        let refresh = missing.entry(configuration, keys::REFRESH_TOKEN);
        // Without these the connection would end with its first access token.
        missing.credentials(configuration);
        let callback_url = missing.entry(configuration, keys::OAUTH_CALLBACK_URL);
        if configuration.text(ACCOUNT_ID).is_none() {
            missing.entry(configuration, BUSINESS_NAME);
        }
        missing.check()?;
        redirect_uri(&entry_name(keys::OAUTH_CALLBACK_URL), callback_url)?;
        let wanted = Wanted::read(configuration)?;
        let tokens = Tokens {
            access: Secret::new(access),
            refresh: Secret::new(refresh),
            access_lifetime: access_lifetime(
                configuration,
                USER_REFRESH_INTERVAL,
                ACCESS_LIFETIME_DEFAULT,
            )?,
            refresh_lifetime: None,
            refresh_hard_lifetime: None,
        };
        Ok(Self { tokens, business: business(configuration, wanted)?, wanted })
    }
}

/// The business, where both ids that calls need were given, and no name that could contradict them.
fn business(
    configuration: &Configuration,
    wanted: Wanted<'_>,
) -> Result<Option<Business>, ConnectError> {
    let number = configuration.text(BUSINESS_ID).filter(|_| wanted.name.is_none());
    let (Some(account), Some(number)) = (wanted.account, number) else { return Ok(None) };
    if !is_business_id(number) {
        return Err(problem(&entry_name(BUSINESS_ID), "it must be the number of the business"));
    }
    Ok(Some(Business {
        account: account.to_owned(),
        number: Some(number.to_owned()),
        uuid: configuration.text(BUSINESS_UUID).map(str::to_owned),
        identity: configuration.text(IDENTITY_ID).map(str::to_owned),
    }))
}

/// What the redirect of an authorisation says went wrong.
fn redirect_error(error: &str) -> Option<&'static str> {
    match error {
        "invalid_scope" => Some(
            "FreshBooks refused the scope: it has one that does not exist or that the app does not \
             have; add it to the app or leave scope out of the authorisation URL",
        ),
        "invalid_redirect_uri" | "redirect_uri_mismatch" => {
            Some("FreshBooks refused the redirect URI; write one of the app's, letter by letter")
        }
        "invalid_client" | "unauthorized_client" => {
            Some("FreshBooks does not know the client id; copy Client ID of the app")
        }
        _ => None,
    }
}

/// A token that no header can hold.
pub(super) fn unsendable_token() -> ConnectError {
    let text = "it has characters that no access token has";
    problem(&entry_name(keys::USER_TOKEN), text)
}

/// Refuses the request tokens of OAuth 1.0a.
pub(super) fn request_token_unknown() -> ConnectError {
    problem("requestToken", "FreshBooks is connected by OAuth 2.0, which has no request token")
}

/// Checks a redirect URI, which FreshBooks takes without a query only.
pub(super) fn redirect_uri<'a>(field: &str, text: &'a str) -> Result<&'a str, ConnectError> {
    let text = connect_input::redirect_uri(field, text)?;
    if text.contains('?') {
        return Err(problem(field, "FreshBooks allows no query in a redirect URI; take it out"));
    }
    Ok(text)
}
