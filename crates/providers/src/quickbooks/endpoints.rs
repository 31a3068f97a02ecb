//! Where Intuit's servers are (reference: quickbooks §4 and §2.1), unless the operator says
//! otherwise.

use ledgerhook_egress::CallableUrl;
use ledgerhook_model::configuration::Configuration;

use crate::settings::{ElementSettings, SettingsError, UrlSetting};

const AUTHORIZE: UrlSetting =
    UrlSetting { name: "authorize_url", default: "https://appcenter.intuit.com/connect/oauth2" };
const TOKEN: UrlSetting = UrlSetting {
    name: "token_url",
    default: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
};
const REVOKE: UrlSetting = UrlSetting {
    name: "revoke_url",
    default: "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
};
const API: UrlSetting =
    UrlSetting { name: "api_url", default: "https://quickbooks.api.intuit.com" };
const SANDBOX_API: UrlSetting =
    UrlSetting { name: "sandbox_api_url", default: "https://sandbox-quickbooks.api.intuit.com" };
const REQUEST_TOKEN: UrlSetting = UrlSetting {
    name: "request_token_url",
    default: "https://oauth.intuit.com/oauth/v1/get_request_token",
};
const ACCESS_TOKEN: UrlSetting = UrlSetting {
    name: "access_token_url",
    default: "https://oauth.intuit.com/oauth/v1/get_access_token",
};
const CONNECT: UrlSetting =
    UrlSetting { name: "connect_url", default: "https://appcenter.intuit.com/Connect/Begin" };

const ALL: [UrlSetting; 8] =
    [AUTHORIZE, TOKEN, REVOKE, API, SANDBOX_API, REQUEST_TOKEN, ACCESS_TOKEN, CONNECT];

/// Configuration entries that choose Intuit's sandbox; the second is the original's later name for
/// the first (reference: cloud-elements §3).
pub(super) const SANDBOX_SWITCHES: [&str; 2] = ["use_sandbox", "connect.to.sandbox"];

/// The endpoints in force.
#[derive(Debug)]
pub(super) struct Endpoints {
    /// To which the customer's browser is sent; has no query.
    pub(super) authorize: String,
    /// For the exchange of codes and refresh tokens.
    pub(super) token: CallableUrl,
    /// For the end of a connection.
    pub(super) revoke: CallableUrl,
    api: String,
    sandbox_api: String,
    oauth1: OAuth1Endpoints,
}

/// The endpoints of OAuth 1.0a.
#[derive(Debug)]
pub(super) struct OAuth1Endpoints {
    /// For request tokens.
    pub(super) request_token: CallableUrl,
    /// For their exchange.
    pub(super) access_token: CallableUrl,
    /// To which the customer's browser is sent; has no query.
    pub(super) connect: String,
}

impl Endpoints {
    /// Takes them from the settings.
    pub(super) fn read(settings: &ElementSettings<'_>) -> Result<Self, SettingsError> {
        settings.check_names(&ALL)?;
        Ok(Self {
            authorize: settings.base_url(AUTHORIZE)?,
            token: settings.url(TOKEN)?,
            revoke: settings.url(REVOKE)?,
            api: settings.base_url(API)?,
            sandbox_api: settings.base_url(SANDBOX_API)?,
            oauth1: OAuth1Endpoints {
                request_token: settings.url(REQUEST_TOKEN)?,
                access_token: settings.url(ACCESS_TOKEN)?,
                connect: settings.base_url(CONNECT)?,
            },
        })
    }

    /// The endpoints of OAuth 1.0a, where they are not Intuit's own, which are gone.
    pub(super) fn oauth1(&self) -> Option<&OAuth1Endpoints> {
        let own = &self.oauth1;
        let is_intuits = own.request_token.as_str() == REQUEST_TOKEN.default
            || own.access_token.as_str() == ACCESS_TOKEN.default
            || own.connect == CONNECT.default;
        (!is_intuits).then_some(own)
    }

    /// Whether the API of an instance is Intuit's own, which takes no signed calls any more.
    pub(super) fn api_is_intuits(&self, configuration: &Configuration) -> bool {
        [API.default, SANDBOX_API.default].contains(&self.api(configuration))
    }

    /// The API of an instance: the sandbox's when one of [`SANDBOX_SWITCHES`] is on. Anything but
    /// `true` is off; connecting has refused what is neither.
    pub(super) fn api(&self, configuration: &Configuration) -> &str {
        let is_on = |key: &str| {
            configuration.text(key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
        };
        if SANDBOX_SWITCHES.into_iter().any(is_on) { &self.sandbox_api } else { &self.api }
    }
}
