//! The providers behind the connector contract, one folder each with the same file names, and the
//! [`registry`] that builds them. Adding a provider is one folder and one line in `PROVIDERS`.

mod answered;
mod connect_input;
mod freshbooks;
mod patience;
mod quickbooks;
mod sage;
mod settings;
mod token_endpoint;

#[cfg(test)]
mod creation_request;
#[cfg(test)]
mod scripted_server;

use ledgerhook_connector::{Connector, ElementProfile};
use ledgerhook_egress::Client;

pub use settings::{ProviderSettings, SettingsError};

use settings::ElementSettings;

/// What a provider is and how it is built.
struct Provider {
    profile: &'static ElementProfile,
    build: fn(&Client, &ElementSettings<'_>) -> Result<Connector, SettingsError>,
}

const PROVIDERS: &[Provider] = &[
    Provider { profile: &quickbooks::PROFILE, build: quickbooks::connector },
    Provider { profile: &freshbooks::PROFILE, build: freshbooks::connector },
    Provider { profile: &sage::PROFILE, build: sage::connector },
];

/// Builds every provider. `client` makes all their calls; its address policy must open the
/// endpoints that `settings` name.
///
/// # Errors
/// [`SettingsError`] when the settings name an element or an entry that does not exist, or a URL
/// that cannot be called.
pub fn registry(
    client: &Client,
    settings: &ProviderSettings,
) -> Result<Vec<Connector>, SettingsError> {
    let elements: Vec<_> = PROVIDERS.iter().map(|provider| provider.profile.key).collect();
    settings.check_elements(&elements)?;
    PROVIDERS
        .iter()
        .map(|provider| (provider.build)(client, &settings.of(provider.profile.key)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::scripted_server::client;

    fn settings(element: &str, name: &str, value: &str) -> ProviderSettings {
        let entries = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        ProviderSettings(BTreeMap::from([(element.to_owned(), entries)]))
    }

    #[tokio::test]
    async fn without_settings_every_provider_is_built() {
        let connectors = registry(&client(), &ProviderSettings::default()).unwrap();
        let keys: Vec<_> = connectors.iter().map(|connector| connector.profile.key).collect();
        assert_eq!(keys, ["quickbooks", "freshbooksv2", "sageone"]);
    }

    #[tokio::test]
    async fn a_wrong_setting_is_named_with_what_would_be_right() {
        let cases = [
            (
                settings("quickbook", "token_url", "https://example.com"),
                "providers.quickbook is not an element; known are quickbooks, freshbooksv2, sageone",
            ),
            (
                settings("quickbooks", "token_ur", "https://example.com"),
                "providers.quickbooks.token_ur is not a setting; known are authorize_url, \
                 token_url, revoke_url, api_url, sandbox_api_url, request_token_url, \
                 access_token_url, connect_url, migrate_url, sandbox_migrate_url, discovery_url",
            ),
            (
                settings("quickbooks", "api_url", "https;//example.com"),
                "providers.quickbooks.api_url: scheme must be followed by `://`; did you mean \
                 https://example.com ?",
            ),
            (
                settings("quickbooks", "api_url", "https://example.com/?v=3"),
                "providers.quickbooks.api_url: it must not have a query, the gateway adds its own",
            ),
        ];
        for (settings, expected) in cases {
            let error = registry(&client(), &settings).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
