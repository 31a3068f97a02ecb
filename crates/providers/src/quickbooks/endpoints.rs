//! Where Intuit's servers are (reference: quickbooks §4 and §2.1), unless the operator says
//! otherwise.

use ledgerhook_egress::{CallableUrl, Client};
use ledgerhook_model::configuration::Configuration;

use super::discovery::Discovery;
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

const MIGRATE: UrlSetting = UrlSetting {
    name: "migrate_url",
    default: "https://developer.api.intuit.com/v2/oauth2/tokens/migrate",
};
const SANDBOX_MIGRATE: UrlSetting = UrlSetting {
    name: "sandbox_migrate_url",
    default: "https://developer-sandbox.api.intuit.com/v2/oauth2/tokens/migrate",
};
/// Empty switches it off.
const DISCOVERY: UrlSetting = UrlSetting {
    name: "discovery_url",
    default: "https://developer.api.intuit.com/.well-known/openid_configuration",
};

const ALL: [UrlSetting; 11] = [
    AUTHORIZE,
    TOKEN,
    REVOKE,
    API,
    SANDBOX_API,
    REQUEST_TOKEN,
    ACCESS_TOKEN,
    CONNECT,
    MIGRATE,
    SANDBOX_MIGRATE,
    DISCOVERY,
];

/// Configuration entries that choose Intuit's sandbox; the second is the original's later name for
/// the first (reference: cloud-elements §3).
pub(super) const SANDBOX_SWITCHES: [&str; 2] = ["use_sandbox", "connect.to.sandbox"];

/// The endpoints in force.
#[derive(Debug)]
pub(super) struct Endpoints {
    authorize: Findable<String>,
    token: Findable<CallableUrl>,
    revoke: Findable<CallableUrl>,
    api: String,
    sandbox_api: String,
    oauth1: OAuth1Endpoints,
    migrate: CallableUrl,
    sandbox_migrate: CallableUrl,
    discovery: Discovery,
}

/// An endpoint that Intuit's discovery document names.
#[derive(Debug)]
struct Findable<T> {
    /// The operator's, or what is built in.
    url: T,
    /// Whether it is the operator's, which nothing overrules.
    is_set: bool,
}

impl<T: Clone> Findable<T> {
    fn or_found(&self, found: Option<T>) -> T {
        found.filter(|_| !self.is_set).unwrap_or_else(|| self.url.clone())
    }
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
            authorize: Findable {
                url: settings.base_url(AUTHORIZE)?,
                is_set: settings.is_set(AUTHORIZE),
            },
            token: Findable { url: settings.url(TOKEN)?, is_set: settings.is_set(TOKEN) },
            revoke: Findable { url: settings.url(REVOKE)?, is_set: settings.is_set(REVOKE) },
            api: settings.base_url(API)?,
            sandbox_api: settings.base_url(SANDBOX_API)?,
            oauth1: OAuth1Endpoints {
                request_token: settings.url(REQUEST_TOKEN)?,
                access_token: settings.url(ACCESS_TOKEN)?,
                connect: settings.base_url(CONNECT)?,
            },
            migrate: settings.url(MIGRATE)?,
            sandbox_migrate: settings.url(SANDBOX_MIGRATE)?,
            discovery: Discovery::new(settings.url_unless_empty(DISCOVERY)?),
        })
    }

    /// Reads the discovery document where it is needed for [`Endpoints::authorize`].
    pub(super) async fn look_up(&self, client: &Client) {
        if !self.authorize.is_set {
            self.discovery.look_up(client).await;
        }
    }

    /// To which the customer's browser is sent; has no query. As far as it is known now.
    pub(super) fn authorize(&self) -> String {
        self.authorize.or_found(self.discovery.known().authorize.clone())
    }

    /// For the exchange of codes and refresh tokens.
    pub(super) async fn token(&self, client: &Client) -> CallableUrl {
        match self.token.is_set {
            true => self.token.url.clone(),
            false => self.token.or_found(self.discovery.look_up(client).await.token.clone()),
        }
    }

    /// For the end of a connection.
    pub(super) async fn revoke(&self, client: &Client) -> CallableUrl {
        match self.revoke.is_set {
            true => self.revoke.url.clone(),
            false => self.revoke.or_found(self.discovery.look_up(client).await.revoke.clone()),
        }
    }

    /// Where tokens of OAuth 1.0a are turned into those of OAuth 2.0, and whether that is Intuit's
    /// own.
    pub(super) fn migrate(&self, configuration: &Configuration) -> (&CallableUrl, bool) {
        let (url, setting) = match is_sandbox(configuration) {
            true => (&self.sandbox_migrate, SANDBOX_MIGRATE),
            false => (&self.migrate, MIGRATE),
        };
        (url, url.as_str() == setting.default)
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
        if is_sandbox(configuration) { &self.sandbox_api } else { &self.api }
    }

    /// The same configuration for the other environment, with whether that is the sandbox; `None`
    /// where both have one address.
    pub(super) fn other_environment(
        &self,
        configuration: &Configuration,
    ) -> Option<(Configuration, bool)> {
        let is_sandbox = !is_sandbox(configuration);
        let mut other = configuration.clone();
        for key in SANDBOX_SWITCHES {
            other.set(key, is_sandbox.to_string());
        }
        (self.api != self.sandbox_api).then_some((other, is_sandbox))
    }
}

/// Whether an instance is of Intuit's sandbox.
pub(super) fn is_sandbox(configuration: &Configuration) -> bool {
    let is_on =
        |key: &str| configuration.text(key).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    SANDBOX_SWITCHES.into_iter().any(is_on)
}
