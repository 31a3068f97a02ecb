//! The operator's settings for providers: where their endpoints are. Every entry has the provider's
//! own production address as its default; another one is set to use a stand-in or a proxy.

use std::collections::BTreeMap;

use ledgerhook_egress::{AddressPolicy, CallableUrl, UrlRefusal};
use thiserror::Error;

/// The `providers` section of the settings: by element key, entries by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderSettings(pub BTreeMap<String, BTreeMap<String, String>>);

impl ProviderSettings {
    /// Refuses elements that do not exist.
    pub(crate) fn check_elements(&self, known: &[&str]) -> Result<(), SettingsError> {
        match self.0.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(element) => Err(SettingsError::UnknownElement {
                element: element.clone(),
                known: known.join(", "),
            }),
        }
    }

    /// The entries of one element.
    pub(crate) fn of(&self, element: &'static str) -> ElementSettings<'_> {
        ElementSettings { element, given: self.0.get(element) }
    }
}

/// An entry that holds a URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UrlSetting {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is in force when it is not given.
    pub(crate) default: &'static str,
}

/// What the operator set for one element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElementSettings<'a> {
    element: &'static str,
    given: Option<&'a BTreeMap<String, String>>,
}

impl ElementSettings<'_> {
    /// Refuses entries that do not exist.
    pub(crate) fn check_names(&self, known: &[UrlSetting]) -> Result<(), SettingsError> {
        let is_known = |name: &&String| known.iter().any(|setting| setting.name == name.as_str());
        let Some(name) = self.given.and_then(|given| given.keys().find(|name| !is_known(name)))
        else {
            return Ok(());
        };
        let names: Vec<_> = known.iter().map(|setting| setting.name).collect();
        Err(SettingsError::UnknownName {
            element: self.element,
            name: name.clone(),
            known: names.join(", "),
        })
    }

    /// The URL of an entry.
    pub(crate) fn url(&self, setting: UrlSetting) -> Result<CallableUrl, SettingsError> {
        let given = self.given.and_then(|given| given.get(setting.name));
        let text = given.map_or(setting.default, String::as_str);
        callable(text).map_err(|refusal| SettingsError::Url {
            element: self.element,
            name: setting.name,
            refusal,
        })
    }

    /// Whether the operator gave an entry.
    pub(crate) fn is_set(&self, setting: UrlSetting) -> bool {
        self.given.is_some_and(|given| given.contains_key(setting.name))
    }

    /// The URL of an entry that the operator may leave empty, to switch off what it is for.
    pub(crate) fn url_unless_empty(
        &self,
        setting: UrlSetting,
    ) -> Result<Option<CallableUrl>, SettingsError> {
        let given = self.given.and_then(|given| given.get(setting.name));
        match given.is_some_and(|text| text.trim().is_empty()) {
            true => Ok(None),
            false => self.url(setting).map(Some),
        }
    }

    /// The URL of an entry that a path or a query is added to; has no slash at its end.
    pub(crate) fn base_url(&self, setting: UrlSetting) -> Result<String, SettingsError> {
        let url = self.url(setting)?;
        if url.as_str().contains('?') {
            return Err(SettingsError::BaseUrlQuery { element: self.element, name: setting.name });
        }
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }
}

/// Checks that a text is a well-formed URL. What may be called is decided by the client, which
/// checks every URL against its own policy when it sends; here the endpoints are the operator's
/// own, and a stand-in on the same machine is as good as any.
pub(crate) fn callable(text: &str) -> Result<CallableUrl, UrlRefusal> {
    CallableUrl::parse(text, &AddressPolicy::allow_private())
}

/// A setting of a provider that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// No such element.
    #[error("providers.{element} is not an element; known are {known}")]
    UnknownElement {
        /// The key that was written.
        element: String,
        /// The keys there are.
        known: String,
    },
    /// No such entry.
    #[error("providers.{element}.{name} is not a setting; known are {known}")]
    UnknownName {
        /// The element's key.
        element: &'static str,
        /// The name that was written.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A URL that cannot be called.
    #[error("providers.{element}.{name}: {refusal}")]
    Url {
        /// The element's key.
        element: &'static str,
        /// The entry's name.
        name: &'static str,
        /// What is wrong with it.
        refusal: UrlRefusal,
    },
    /// A query where the gateway adds one.
    #[error("providers.{element}.{name}: it must not have a query, the gateway adds its own")]
    BaseUrlQuery {
        /// The element's key.
        element: &'static str,
        /// The entry's name.
        name: &'static str,
    },
}
