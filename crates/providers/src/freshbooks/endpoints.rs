//! Where FreshBooks' servers are (reference: freshbooks-sage §1.1, §1.7 and §1.8), unless the
//! operator says otherwise.

use ledgerhook_egress::CallableUrl;

use crate::settings::{ElementSettings, SettingsError, UrlSetting};

/// The original's address, `my.freshbooks.com/service/auth/oauth/authorize`, is the same page of
/// an earlier time.
const AUTHORIZE: UrlSetting =
    UrlSetting { name: "authorize_url", default: "https://auth.freshbooks.com/oauth/authorize" };
const TOKEN: UrlSetting =
    UrlSetting { name: "token_url", default: "https://api.freshbooks.com/auth/oauth/token" };
const REVOKE: UrlSetting =
    UrlSetting { name: "revoke_url", default: "https://api.freshbooks.com/auth/oauth/revoke" };
const API: UrlSetting = UrlSetting { name: "api_url", default: "https://api.freshbooks.com" };
const ME: UrlSetting =
    UrlSetting { name: "me_url", default: "https://api.freshbooks.com/auth/api/v1/users/me" };

const ALL: [UrlSetting; 5] = [AUTHORIZE, TOKEN, REVOKE, API, ME];

/// The endpoints in force.
#[derive(Debug)]
pub(super) struct Endpoints {
    /// To which the customer's browser is sent; has no query.
    pub(super) authorize: String,
    /// For the exchange of codes and refresh tokens.
    pub(super) token: CallableUrl,
    /// For the end of a connection.
    pub(super) revoke: CallableUrl,
    /// Before the path of every call for a company; has no slash at its end.
    pub(super) api: String,
    /// Who authorised, and for which businesses.
    pub(super) me: CallableUrl,
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
            me: settings.url(ME)?,
        })
    }
}
