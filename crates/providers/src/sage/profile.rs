//! What the Sage element is called, its event resources and its configuration keys.

use ledgerhook_connector::{ElementProfile, ResourceProfile};
use ledgerhook_model::ChangeKind::{self, Created, Deleted, Updated};
use ledgerhook_model::configuration::{KeyKind, KeyProfile, keys};

use super::entities::{self, Entity};

/// Which of Sage's APIs is spoken, in the original's name.
pub(super) const BASE_URL: &str = "base.url";
/// The country of the company's books.
pub(super) const COUNTRY: &str = "country";
/// Signs calls to API v1, and to v3 where that is asked for.
pub(super) const SIGNATURE_SECRET: &str = "signature.secret";
/// The subscription to API v3.
pub(super) const SUBSCRIPTION_KEY: &str = "apim.subscription.key";
/// The company's id in API v3.1.
pub(super) const BUSINESS_ID: &str = "sage.business.id";
/// The company's name, by which it is found when its id is not given.
pub(super) const BUSINESS_NAME: &str = "business.name";
/// The company's id in API v3, in the original's name.
pub(super) const RESOURCE_OWNER_ID: &str = "resource_owner_id";
/// Whether calls to API v3 are signed, as they were until November 2017.
pub(super) const SIGN_V3: &str = "sage.sign.v3";
/// What is asked for unless the caller says otherwise.
pub(super) const SCOPE_DEFAULT: &str = "full_access";
/// Seconds that an access token lives.
pub(super) const USER_REFRESH_INTERVAL: &str = "oauth.user.refresh_interval";

/// Sage as the API describes it.
pub(crate) static PROFILE: ElementProfile = ElementProfile {
    id: 3458,
    key: "sageone",
    name: "Sage One",
    hook_name: "SageOne",
    description: "Tells of every change in the books of a Sage Business Cloud Accounting company.",
    image: "elements/provider_sageone.png",
    hub: "finance",
    authentication: "oauth2",
    resources: &RESOURCES,
    keys: KEYS,
    grant_owner: None,
};

const ALL_CHANGES: &[ChangeKind] = &[Created, Updated, Deleted];
const NEW_AND_EDITED: &[ChangeKind] = &[Created, Updated];

static RESOURCES: [ResourceProfile; entities::COUNT] = resources();

const fn resource(entity: &Entity) -> ResourceProfile {
    let polled = if entity.has_deletions { ALL_CHANGES } else { NEW_AND_EDITED };
    ResourceProfile { name: entity.resource, polled, noticed: &[] }
}

#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
const fn resources() -> [ResourceProfile; entities::COUNT] {
    let table = entities::table();
    let mut resources = [const { resource(&entities::table()[0]) }; entities::COUNT];
    let mut index = 0;
    while index < entities::COUNT {
        resources[index] = resource(&table[index]);
        index += 1;
    }
    resources
}

const fn key(
    key: &'static str,
    name: &'static str,
    kind: KeyKind,
    description: &'static str,
) -> KeyProfile {
    KeyProfile { key, name, description, kind, default: None, required: false }
}

const fn required(profile: KeyProfile) -> KeyProfile {
    KeyProfile { required: true, ..profile }
}

const fn with_default(profile: KeyProfile, default: &'static str) -> KeyProfile {
    KeyProfile { default: Some(default), ..profile }
}

static KEYS: &[KeyProfile] = &[
    required(key(
        keys::API_KEY,
        "OAuth API Key",
        KeyKind::Password,
        "Client ID of your app in Sage's developer portal",
    )),
    required(key(
        keys::API_SECRET,
        "OAuth API Secret",
        KeyKind::Password,
        "Client Secret of your app in Sage's developer portal",
    )),
    required(key(
        keys::OAUTH_CALLBACK_URL,
        "OAuth Callback URL",
        KeyKind::Text,
        "Callback URL of the authorisation, exactly as your app has it in the portal",
    )),
    with_default(
        key(
            "oauth.scope",
            "Scope",
            KeyKind::Text,
            "Kept for compatibility; the scope is asked for with the authorisation URL",
        ),
        SCOPE_DEFAULT,
    ),
    key(
        BUSINESS_ID,
        "Business ID",
        KeyKind::Text,
        "The company's id at Sage; found by business.name, or the user's lead business, when it is \
         not given",
    ),
    key(
        BUSINESS_NAME,
        "Business Name",
        KeyKind::Text,
        "The company's name at Sage; not looked at where sage.business.id is given",
    ),
    key(
        BASE_URL,
        "Base URL",
        KeyKind::Text,
        "Chooses a retired generation of the API: https://api.columbus.sage.com/us/sageone or \
         https://api.sageone.com/accounts/v1; v3.1 when it is not given",
    ),
    key(
        COUNTRY,
        "Country",
        KeyKind::Text,
        "Country of the company's books, two letters; API v3 needs it where base.url names none",
    ),
    key(
        SIGNATURE_SECRET,
        "Signature Secret",
        KeyKind::Password,
        "Signing Secret of your app; API v3.1 has none",
    ),
    key(
        SUBSCRIPTION_KEY,
        "APIM Subscription Key",
        KeyKind::Password,
        "Primary key of your subscription to API v3; API v3.1 has none",
    ),
    with_default(
        key(
            SIGN_V3,
            "Sign Calls to API v3",
            KeyKind::Boolean,
            "Whether calls to API v3 are signed; Sage looked at that until November 2017",
        ),
        "false",
    ),
    key(
        RESOURCE_OWNER_ID,
        "Resource Owner ID",
        KeyKind::Text,
        "The company's id in API v3; comes with the tokens",
    ),
    key(
        keys::USER_TOKEN,
        "OAuth User Token",
        KeyKind::Password,
        "An access token that you obtained yourself",
    ),
    key(
        keys::REFRESH_TOKEN,
        "OAuth User Refresh Token",
        KeyKind::Password,
        "The refresh token that belongs to it",
    ),
    key(
        USER_REFRESH_INTERVAL,
        "OAuth User Refresh Interval",
        KeyKind::Text,
        "Seconds that the access token still lives",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resources_are_those_of_the_table() {
        assert_eq!(RESOURCES.len(), entities::ENTITIES.len());
        for (resource, entity) in RESOURCES.iter().zip(&entities::ENTITIES) {
            assert_eq!(resource.name, entity.resource);
            assert_eq!(resource.polled.contains(&Deleted), entity.has_deletions, "{resource:?}");
            assert!(resource.noticed.is_empty(), "{resource:?}");
        }
        assert!(PROFILE.resource_names().contains(&"customers"));
    }
}
