//! Where Intuit's servers are (reference: quickbooks §4.1 and §2.1), unless the operator says
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
}

impl Endpoints {
    /// Takes them from the settings.
    pub(super) fn read(settings: &ElementSettings<'_>) -> Result<Self, SettingsError> {
        settings.check_names(&[AUTHORIZE, TOKEN, REVOKE, API, SANDBOX_API])?;
        Ok(Self {
            authorize: settings.base_url(AUTHORIZE)?,
            token: settings.url(TOKEN)?,
            revoke: settings.url(REVOKE)?,
            api: settings.base_url(API)?,
            sandbox_api: settings.base_url(SANDBOX_API)?,
        })
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
