//! Where Sage's servers are (reference: freshbooks-sage §2.1), unless the operator says otherwise.

use ledgerhook_egress::{CallableUrl, UrlRefusal};

use super::country::TokenIssuer;
use super::dialect::Dialect;
use super::profile::PROFILE;
use crate::settings::{ElementSettings, SettingsError, UrlSetting, callable};

const AUTHORIZE: UrlSetting =
    UrlSetting { name: "authorize_url", default: "https://www.sageone.com/oauth2/auth/central" };
const TOKEN: UrlSetting =
    UrlSetting { name: "token_url", default: "https://oauth.accounting.sage.com/token" };
const REVOKE: UrlSetting =
    UrlSetting { name: "revoke_url", default: "https://oauth.accounting.sage.com/revoke" };
const API: UrlSetting = UrlSetting { name: "api_url", default: "https://api.accounting.sage.com" };
const COLUMBUS: UrlSetting =
    UrlSetting { name: "columbus_url", default: "https://api.columbus.sage.com" };
const COLUMBUS_NA_OAUTH: UrlSetting =
    UrlSetting { name: "columbus_na_oauth_url", default: "https://oauth.na.sageone.com" };
const COLUMBUS_EU_OAUTH: UrlSetting =
    UrlSetting { name: "columbus_eu_oauth_url", default: "https://oauth.eu.sageone.com" };
const COLUMBUS_UKI_OAUTH: UrlSetting =
    UrlSetting { name: "columbus_uki_oauth_url", default: "https://app.sageone.com/oauth2" };
const V1: UrlSetting = UrlSetting { name: "v1_url", default: "https://api.sageone.com" };
const V1_TOKEN: UrlSetting =
    UrlSetting { name: "v1_token_url", default: "https://api.sageone.com/oauth2/token" };

const ALL: [UrlSetting; 10] = [
    AUTHORIZE,
    TOKEN,
    REVOKE,
    API,
    COLUMBUS,
    COLUMBUS_NA_OAUTH,
    COLUMBUS_EU_OAUTH,
    COLUMBUS_UKI_OAUTH,
    V1,
    V1_TOKEN,
];

/// The endpoints in force.
#[derive(Debug)]
pub(super) struct Endpoints {
    /// To which the customer's browser is sent; has no query.
    pub(super) authorize: String,
    token: CallableUrl,
    revoke: CallableUrl,
    api: String,
    columbus: String,
    north_america: TokenServer,
    europe: TokenServer,
    islands: TokenServer,
    v1: String,
    v1_token: CallableUrl,
}

/// A server that gives tokens of API v3.
#[derive(Debug)]
struct TokenServer {
    token: CallableUrl,
    revoke: CallableUrl,
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
            columbus: settings.base_url(COLUMBUS)?,
            north_america: token_server(settings, COLUMBUS_NA_OAUTH)?,
            europe: token_server(settings, COLUMBUS_EU_OAUTH)?,
            islands: token_server(settings, COLUMBUS_UKI_OAUTH)?,
            v1: settings.base_url(V1)?,
            v1_token: settings.url(V1_TOKEN)?,
        })
    }

    /// For the exchange of codes and refresh tokens.
    pub(super) fn token(&self, dialect: Dialect) -> &CallableUrl {
        match dialect {
            Dialect::V31 => &self.token,
            Dialect::Columbus(country) => &self.columbus_oauth(country.issuer).token,
            Dialect::V1 => &self.v1_token,
        }
    }

    /// For the end of a connection; `None` where no way to end one is known.
    pub(super) fn revoke(&self, dialect: Dialect) -> Option<&CallableUrl> {
        match dialect {
            Dialect::V31 => Some(&self.revoke),
            Dialect::Columbus(country) => Some(&self.columbus_oauth(country.issuer).revoke),
            Dialect::V1 => None,
        }
    }

    /// What the path of every call begins with; has no slash at its end.
    pub(super) fn api(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::V31 => format!("{}/v3.1", self.api),
            Dialect::Columbus(country) => {
                format!("{}/{}/sageone/accounts/v3", self.columbus, country.segment)
            }
            Dialect::V1 => format!("{}/accounts/v1", self.v1),
        }
    }

    fn columbus_oauth(&self, issuer: TokenIssuer) -> &TokenServer {
        match issuer {
            TokenIssuer::NorthAmerica => &self.north_america,
            TokenIssuer::Europe => &self.europe,
            TokenIssuer::Islands => &self.islands,
        }
    }
}

fn token_server(
    settings: &ElementSettings<'_>,
    setting: UrlSetting,
) -> Result<TokenServer, SettingsError> {
    let base = settings.base_url(setting)?;
    let refused = |refusal: UrlRefusal| SettingsError::Url {
        element: PROFILE.key,
        name: setting.name,
        refusal,
    };
    Ok(TokenServer {
        token: callable(&format!("{base}/token")).map_err(refused)?,
        revoke: callable(&format!("{base}/revoke")).map_err(refused)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sage::country::Country;
    use crate::settings::ProviderSettings;

    #[test]
    fn every_dialect_has_its_servers() {
        let endpoints = Endpoints::read(&ProviderSettings::default().of("sageone")).unwrap();
        let columbus = |code| Dialect::Columbus(Country::find(code).unwrap());
        let cases = [
            (
                Dialect::V31,
                "https://api.accounting.sage.com/v3.1",
                "https://oauth.accounting.sage.com/token",
                Some("https://oauth.accounting.sage.com/revoke"),
            ),
            (
                columbus("CA"),
                "https://api.columbus.sage.com/ca/sageone/accounts/v3",
                "https://oauth.na.sageone.com/token",
                Some("https://oauth.na.sageone.com/revoke"),
            ),
            (
                columbus("FR"),
                "https://api.columbus.sage.com/fr/sageone/accounts/v3",
                "https://oauth.eu.sageone.com/token",
                Some("https://oauth.eu.sageone.com/revoke"),
            ),
            (
                columbus("IE"),
                "https://api.columbus.sage.com/uki/sageone/accounts/v3",
                "https://app.sageone.com/oauth2/token",
                Some("https://app.sageone.com/oauth2/revoke"),
            ),
            (
                Dialect::V1,
                "https://api.sageone.com/accounts/v1",
                "https://api.sageone.com/oauth2/token",
                None,
            ),
        ];
        for (dialect, api, token, revoke) in cases {
            assert_eq!(endpoints.api(dialect), api);
            assert_eq!(endpoints.token(dialect).as_str(), token);
            assert_eq!(endpoints.revoke(dialect).map(CallableUrl::as_str), revoke);
        }
    }
}
