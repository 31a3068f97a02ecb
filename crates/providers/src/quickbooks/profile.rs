//! What the QuickBooks element is called, its 22 event resources and its configuration keys.

use ledgerhook_connector::{ElementProfile, ResourceProfile};
use ledgerhook_model::ChangeKind::{self, Created, Deleted, Emailed, Merged, Updated, Voided};
use ledgerhook_model::configuration::{KeyKind, KeyProfile, keys};

/// The company's id, in the original's name (reference: cloud-elements §3).
pub(super) const REALM_ID: &str = "quickbooks.realm.id";
/// The minor version of Intuit's API.
pub(super) const MINOR_VERSION: &str = "quickbooks.minorversion";
/// The base since 2025-08-01; Intuit ignores lower ones (reference: quickbooks §2.2).
pub(super) const MINOR_VERSION_DEFAULT: &str = "75";
/// What the company is called at Intuit, told when it is connected.
pub(super) const COMPANY_NAME: &str = "quickbooks.company.name";
/// Whether change data capture tells of time activities in this company, tried out when it is
/// connected: Intuit's pages disagree (reference: quickbooks §2.1).
pub(super) const CDC_TIME_ACTIVITIES: &str = "quickbooks.cdc.time_activities";
/// The scopes that are asked for.
pub(super) const SCOPE: &str = "scope";
/// Reading and writing the books; Intuit has no read-only scope.
pub(super) const SCOPE_DEFAULT: &str = "com.intuit.quickbooks.accounting";
/// [`OAUTH2`], or [`OAUTH1`] where a server still speaks it.
pub(super) const AUTHENTICATION_TYPE: &str = "authentication.type";
/// OAuth 2.0.
pub(super) const OAUTH2: &str = "oauth2";
/// OAuth 1.0a, which Intuit ended on 2019-12-17 (reference: quickbooks §4.2).
pub(super) const OAUTH1: &str = "oauth1";
/// The token secret of OAuth 1.0a.
pub(super) const USER_TOKEN_SECRET: &str = "oauth.user.token.secret";
/// Seconds that an access token lives.
pub(super) const USER_REFRESH_INTERVAL: &str = "oauth.user.refresh_interval";

/// QuickBooks Online as the API describes it.
pub(crate) static PROFILE: ElementProfile = ElementProfile {
    id: 39,
    key: "quickbooks",
    name: "QuickBooks Online",
    hook_name: "QuickBooksOnline",
    description: "Tells of every change in the books of a QuickBooks Online company.",
    image: "elements/provider_quickbooks.png",
    hub: "finance",
    authentication: OAUTH2,
    resources: RESOURCES,
    keys: KEYS,
    grant_owner: None,
};

const CHANGES: &[ChangeKind] = &[Created, Updated, Deleted];
const NEW_AND_EDITED: &[ChangeKind] = &[Created, Updated];
const MERGEABLE: &[ChangeKind] = &[Created, Updated, Deleted, Merged];
const VOIDABLE: &[ChangeKind] = &[Created, Updated, Deleted, Voided];
const EMAILABLE: &[ChangeKind] = &[Created, Updated, Deleted, Emailed];
const VOIDABLE_AND_EMAILABLE: &[ChangeKind] = &[Created, Updated, Deleted, Voided, Emailed];

const fn polled(name: &'static str, noticed: &'static [ChangeKind]) -> ResourceProfile {
    ResourceProfile { name, polled: CHANGES, noticed }
}

/// A resource whose records vanish without a trace that polling could find.
const fn polled_without_deletions(
    name: &'static str,
    noticed: &'static [ChangeKind],
) -> ResourceProfile {
    ResourceProfile { name, polled: NEW_AND_EDITED, noticed }
}

/// The event resources with what notices tell of them (reference: quickbooks §1.7 and §5).
static RESOURCES: &[ResourceProfile] = &[
    polled("bill-payments", VOIDABLE),
    polled("bills", CHANGES),
    polled("classes", MERGEABLE),
    polled("credit-memos", VOIDABLE_AND_EMAILABLE),
    polled("credit-terms", NEW_AND_EDITED),
    polled("currencies", CHANGES),
    polled("customers", MERGEABLE),
    polled("employees", MERGEABLE),
    polled("invoices", VOIDABLE_AND_EMAILABLE),
    polled("journal-entries", CHANGES),
    polled("ledger-accounts", MERGEABLE),
    polled("payment-methods", &[Created, Updated, Merged]),
    polled("payments", VOIDABLE_AND_EMAILABLE),
    polled("products", MERGEABLE),
    polled("purchase-orders", EMAILABLE),
    polled("refund-receipts", VOIDABLE_AND_EMAILABLE),
    polled("sales-receipts", VOIDABLE_AND_EMAILABLE),
    polled("tax-codes", &[]),
    polled("tax-rates", &[]),
    polled_without_deletions("time-activities", CHANGES),
    polled("vendor-credits", CHANGES),
    polled("vendors", MERGEABLE),
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

const fn with_default(profile: KeyProfile, default: &'static str) -> KeyProfile {
    KeyProfile { default: Some(default), ..profile }
}

static KEYS: &[KeyProfile] = &[
    required(key(
        keys::API_KEY,
        "OAuth API Key",
        KeyKind::Password,
        "Client ID of your app in Intuit's developer portal",
    )),
    required(key(
        keys::API_SECRET,
        "OAuth API Secret",
        KeyKind::Password,
        "Client Secret of your app in Intuit's developer portal",
    )),
    required(key(
        keys::OAUTH_CALLBACK_URL,
        "OAuth Callback URL",
        KeyKind::Text,
        "Redirect URI of the authorisation, exactly as your app has it in the portal",
    )),
    with_default(
        key(SCOPE, "Scope", KeyKind::Text, "Scopes that are asked for, separated by blanks"),
        SCOPE_DEFAULT,
    ),
    with_default(
        key(
            AUTHENTICATION_TYPE,
            "Authentication Type",
            KeyKind::Text,
            "oauth2; oauth1 only with a server of your own, Intuit ended it",
        ),
        OAUTH2,
    ),
    key(REALM_ID, "Company ID (realm)", KeyKind::Text, "The company's number at Intuit"),
    key(
        COMPANY_NAME,
        "Company Name",
        KeyKind::Text,
        "The company's name, read when it is connected",
    ),
    key(
        CDC_TIME_ACTIVITIES,
        "Time Activities in Change Data Capture",
        KeyKind::Boolean,
        "Whether this company's change data capture tells of time activities; tried out when it is \
         connected",
    ),
    with_default(
        key(MINOR_VERSION, "Minor Version", KeyKind::Text, "Minor version of Intuit's API"),
        MINOR_VERSION_DEFAULT,
    ),
    with_default(
        key("use_sandbox", "Use Sandbox", KeyKind::Boolean, "Whether the company is a sandbox"),
        "false",
    ),
    with_default(
        key("connect.to.sandbox", "Connect to Sandbox", KeyKind::Boolean, "Same as use_sandbox"),
        "false",
    ),
    key(
        "filter.response.nulls",
        "Filter null values from the response",
        KeyKind::Boolean,
        "Kept for compatibility; change data capture writes no null values",
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
        USER_TOKEN_SECRET,
        "OAuth User Token Secret",
        KeyKind::Password,
        "The token secret that belongs to it, when it is one of OAuth 1.0a",
    ),
    with_default(
        key(
            USER_REFRESH_INTERVAL,
            "OAuth User Refresh Interval",
            KeyKind::Text,
            "Seconds that the access token still lives",
        ),
        "3600",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::entities::{Feed, is_covered};
    use crate::quickbooks::stand_in::configuration;

    #[test]
    fn every_event_resource_is_polled_by_one_feed() {
        for captured in ["true", "false"] {
            let company = configuration(&[(CDC_TIME_ACTIVITIES, captured)]);
            for resource in RESOURCES {
                let covers = |feed: &Feed| is_covered(*feed, resource.name, &company);
                let feeds = [Feed::Cdc, Feed::Query].iter().filter(|feed| covers(feed)).count();
                assert_eq!(feeds, 1, "{} {captured}", resource.name);
                assert!(!resource.polled.is_empty(), "{}", resource.name);
            }
        }
        assert_eq!(RESOURCES.len(), 22);
        assert_eq!(PROFILE.resource_names().first(), Some(&"bill-payments"));
    }

    #[test]
    fn what_polling_can_tell_of_follows_from_what_a_deletion_leaves() {
        for resource in RESOURCES {
            let tells_deletions = resource.polled.contains(&Deleted);
            assert_eq!(tells_deletions, resource.name != "time-activities", "{}", resource.name);
        }
    }
}
