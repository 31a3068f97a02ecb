//! From a stored instance to a seat in the roster: configuration read, callback accepted by the
//! address policy, keys opened.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, Connector};
use ledgerhook_egress::{AddressPolicy, CallableUrl};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::{
    Configuration, ConfigurationError, EventSettings, KeyProfile, VendorType, is_secret, keys,
};
use ledgerhook_model::signature::SigningKey;
use ledgerhook_store::instances::Instance;
use ledgerhook_store::tenancy::Organization;

use crate::refusal::Refusal;
use crate::roster::{Callback, Seat};
use crate::tenants::SIGNING_SEED;
use crate::vault::Vault;

/// The path under which any gateway of this kind takes provider notices. A callback that points
/// there means "keep the events for reading": posted there, an event would be taken for a notice
/// and could go round for ever, whatever the host is called.
const NOTICE_PATH: &str = "/elements/api-v2/events/";

/// Checks a configuration without storing anything.
pub(crate) fn check(
    connector: &Connector,
    configuration: &Configuration,
    policy: &AddressPolicy,
) -> Result<EventSettings, ConfigurationError> {
    let settings = EventSettings::read(configuration, &connector.profile.resource_names())?;
    callback(&settings, policy)?;
    for feed in &connector.feeds {
        interval(&settings, configuration, &**feed)?;
    }
    let impossible = |problem: &str| {
        let problem = format!("{} {problem}", connector.profile.name);
        Err(ConfigurationError::new(keys::VENDOR_TYPE, problem))
    };
    match settings.vendor_type {
        VendorType::Polling | VendorType::Hybrid
            if connector.hub.is_none() && !settings.polled.is_empty() =>
        {
            impossible("has no hub, so questions of one's own cannot be asked of it")
        }
        VendorType::Polling if connector.feeds.is_empty() => {
            impossible("cannot be polled; use `webhook`")
        }
        VendorType::Webhook | VendorType::Hybrid if connector.notices.is_none() => {
            impossible("sends no webhooks; use `polling`")
        }
        _ => Ok(settings),
    }
}

/// The seat of `instance`, whose whole `configuration` is handed in with its secrets in clear.
pub(crate) fn seat(
    connector: &Connector,
    instance: &Instance,
    mut configuration: Configuration,
    policy: &AddressPolicy,
    signing_key: SigningKey,
) -> Result<Seat, ConfigurationError> {
    let profile = connector.profile;
    let settings = check(connector, &configuration, policy)?;
    let secret = |key: &str| Secret::new(configuration.text(key).unwrap_or_default());
    let (api_key, api_secret) = (secret(keys::API_KEY), secret(keys::API_SECRET));
    let secrets = take_secrets(&mut configuration, profile.keys);
    Ok(Seat {
        id: instance.id,
        organization: instance.organization,
        user: instance.user,
        element: profile.key,
        hub: profile.hub,
        name: instance.name.clone(),
        tags: instance.tags.clone(),
        company: instance.company.clone(),
        api_key,
        api_secret,
        configuration,
        secrets,
        callback: callback(&settings, policy)?,
        settings,
        signing_key,
        disabled: instance.disabled,
        token_hash: instance.token_hash,
    })
}

/// Takes the secret entries out of a configuration.
fn take_secrets(
    configuration: &mut Configuration,
    element_keys: &[KeyProfile],
) -> BTreeMap<String, Secret> {
    let taken = configuration.0.extract_if(.., |key, _| is_secret(key, element_keys));
    taken.filter_map(|(key, value)| Some((key, Secret::new(value?)))).collect()
}

/// The signing key of an organisation.
pub(crate) fn signing_key(
    vault: &Vault,
    organization: &Organization,
) -> Result<SigningKey, Refusal> {
    let unreadable = |why: String| {
        let id = organization.id;
        Refusal::Unavailable(format!("the signing key of organisation {id} is unreadable: {why}"))
    };
    let seed = vault
        .open(SIGNING_SEED, &organization.sealed_signing_seed)
        .map_err(|error| unreadable(error.to_string()))?;
    let seed: &[u8; 32] =
        seed.as_slice().try_into().map_err(|_| unreadable("not 32 bytes".to_owned()))?;
    Ok(SigningKey::from_seed(seed))
}

/// How often a feed is asked: what `event.poller.<feed>.refresh_interval` says, else the feed's own
/// pace, else the instance's.
pub(crate) fn interval(
    settings: &EventSettings,
    configuration: &Configuration,
    feed: &dyn ChangeFeed,
) -> Result<Duration, ConfigurationError> {
    let key = format!("event.poller.{}.refresh_interval", feed.name());
    let asked = configuration.minutes(&key)?;
    Ok(asked.or(feed.interval_default()).unwrap_or(settings.poll_interval))
}

fn callback(
    settings: &EventSettings,
    policy: &AddressPolicy,
) -> Result<Option<Callback>, ConfigurationError> {
    let Some(text) = &settings.callback_url else { return Ok(None) };
    let error = |problem: String| ConfigurationError::new(keys::CALLBACK_URL, problem);
    if let Some((_, rest)) = text.split_once("://")
        && let Some(path_at) = rest.find('/')
        && rest.get(path_at..).is_some_and(|path| path.starts_with(NOTICE_PATH))
    {
        return Ok(None);
    }
    let url = CallableUrl::parse(text, policy).map_err(|refusal| error(refusal.to_string()))?;
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    Ok(Some(Callback { url, key: hasher.finish() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_entry_is_handed_to_the_connector_and_stands_nowhere_else() {
        let mut configuration = Configuration::default();
        configuration.set("signature.secret", "hunter2");
        configuration.set("base.url", "https://example.com");
        configuration.0.insert("apim.subscription.key".to_owned(), None);
        let secrets = take_secrets(&mut configuration, &[]);
        let expected = ("signature.secret".to_owned(), Secret::new("hunter2"));
        assert_eq!(secrets, BTreeMap::from([expected]));
        assert_eq!(configuration.0.keys().collect::<Vec<_>>(), ["base.url"]);
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }
}
