//! What the FreshBooks element is called, its event resources and its configuration keys
//! (reference: freshbooks-sage §0, cloud-elements §2.1 and §7.6).

use ledgerhook_connector::{ElementProfile, ResourceProfile};
use ledgerhook_model::ChangeKind::{self, Created, Deleted, Emailed, Updated};
use ledgerhook_model::configuration::{KeyKind, KeyProfile, keys};

/// Which of the businesses of the customer is meant, by its name.
pub(super) const BUSINESS_NAME: &str = "business.name";
/// The account id of the business, by which accounting and notices name it.
pub(super) const ACCOUNT_ID: &str = "freshbooks.account.id";
/// The number of the business, by which projects and time tracking name it.
pub(super) const BUSINESS_ID: &str = "freshbooks.business.id";
/// The UUID of the business, by which the newest parts of FreshBooks name it.
pub(super) const BUSINESS_UUID: &str = "freshbooks.business.uuid";
/// Who authorised.
pub(super) const IDENTITY_ID: &str = "freshbooks.identity.id";
/// The scopes that are asked for.
pub(super) const SCOPE: &str = "scope";
/// Seconds that an access token lives.
pub(super) const USER_REFRESH_INTERVAL: &str = "oauth.user.refresh_interval";

/// New FreshBooks as the API describes it.
pub(crate) static PROFILE: ElementProfile = ElementProfile {
    id: 10_701,
    key: "freshbooksv2",
    name: "Freshbooks Cloud Accounting",
    hook_name: "Freshbooksv2",
    description: "Tells of every change in the books of a FreshBooks business.",
    image: "elements/custom-element-default-logo.png",
    hub: "finance",
    authentication: "oauth2",
    resources: RESOURCES,
    keys: KEYS,
    grant_owner: Some(IDENTITY_ID),
};

const CHANGES: &[ChangeKind] = &[Created, Updated, Deleted];
const EMAILABLE: &[ChangeKind] = &[Created, Updated, Deleted, Emailed];
/// Of records that do not say when they were made.
const EDITED_OR_GONE: &[ChangeKind] = &[Updated, Deleted];

const fn resource(
    name: &'static str,
    polled: &'static [ChangeKind],
    noticed: &'static [ChangeKind],
) -> ResourceProfile {
    ResourceProfile { name, polled, noticed }
}

/// The event resources: those of the original, then what else FreshBooks sends notices of.
///
/// Polling tells a new record from an edited one by its time of creation, which several kinds do
/// not have. A tax that is deleted is gone from every list.
static RESOURCES: &[ResourceProfile] = &[
    resource("customers", CHANGES, CHANGES),
    resource("employees", EDITED_OR_GONE, &[]),
    resource("expenses", EDITED_OR_GONE, CHANGES),
    resource("invoices", CHANGES, EMAILABLE),
    resource("items", EDITED_OR_GONE, CHANGES),
    resource("payments", EDITED_OR_GONE, CHANGES),
    resource("projects", CHANGES, CHANGES),
    resource("tasks", EDITED_OR_GONE, &[]),
    resource("taxes", &[Updated], CHANGES),
    resource("time-activities", CHANGES, CHANGES),
    resource("vendors", CHANGES, CHANGES),
    resource("bills", CHANGES, CHANGES),
    resource("credit-notes", EDITED_OR_GONE, CHANGES),
    resource("estimates", CHANGES, EMAILABLE),
    resource("expense-categories", CHANGES, CHANGES),
    resource("recurring-invoices", EDITED_OR_GONE, CHANGES),
    resource("services", &[], CHANGES),
];

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

static KEYS: &[KeyProfile] = &[
    required(key(
        keys::API_KEY,
        "OAuth API Key",
        KeyKind::Password,
        "Client ID of your app in FreshBooks' developer page",
    )),
    required(key(
        keys::API_SECRET,
        "OAuth API Secret",
        KeyKind::Password,
        "Client Secret of your app in FreshBooks' developer page",
    )),
    required(key(
        keys::OAUTH_CALLBACK_URL,
        "OAuth Callback URL",
        KeyKind::Text,
        "Redirect URI of the authorisation, exactly as your app has it; each refresh sends it again",
    )),
    required(key(
        BUSINESS_NAME,
        "Default Freshbooks Business Name",
        KeyKind::Text,
        "Which of the customer's businesses is meant; not needed with tokens of your own and the \
         ids of the business",
    )),
    key(
        SCOPE,
        "Scope",
        KeyKind::Text,
        "Scopes that are asked for, separated by blanks; those of your app when not given",
    ),
    key(
        ACCOUNT_ID,
        "Account ID",
        KeyKind::Text,
        "The account id of the business; tells businesses of one name apart",
    ),
    key(
        BUSINESS_ID,
        "Business ID",
        KeyKind::Text,
        "The number of the business, for projects, time and services",
    ),
    key(BUSINESS_UUID, "Business UUID", KeyKind::Text, "The UUID of the business"),
    key(
        IDENTITY_ID,
        "Identity ID",
        KeyKind::Text,
        "Who authorised; FreshBooks keeps one refresh token alive for a user and an app",
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
        "The refresh token that belongs to it; it works once, so hand it over and use it no more",
    ),
    KeyProfile {
        default: Some("43200"),
        ..key(
            USER_REFRESH_INTERVAL,
            "OAuth User Refresh Interval",
            KeyKind::Text,
            "Seconds that the access token still lives",
        )
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freshbooks::entities::of_resource;

    #[test]
    fn every_resource_is_promised_what_its_entity_can_tell() {
        assert_eq!(RESOURCES.len(), 17);
        for resource in RESOURCES {
            let entity = of_resource(resource.name).unwrap();
            assert_eq!(resource.noticed.is_empty(), entity.noun.is_none(), "{}", resource.name);
            assert_eq!(resource.polled.is_empty(), entity.lists.is_empty(), "{}", resource.name);
        }
    }

    #[test]
    fn a_deletion_is_polled_where_a_list_shows_it() {
        for resource in RESOURCES {
            let shows = of_resource(resource.name).unwrap().lists_with_deleted().next().is_some();
            assert_eq!(resource.polled.contains(&Deleted), shows, "{}", resource.name);
        }
    }
}
