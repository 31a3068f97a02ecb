//! What a provider says of itself agrees with what it has.

use std::collections::BTreeSet;

use ledgerhook_model::configuration::{EVENT_KEYS, KeyKind, is_secret, keys};

use crate::bench::Bench;
use crate::bench::provider::{Parts, Provider};

/// Its connector has the parts that it documents, and no others.
pub(crate) async fn what_it_has_is_what_its_parts_say(provider: &'static dyn Provider) {
    let connector = Bench::open(provider).await.connector;
    let parts = Parts {
        notices: connector.notices.is_some(),
        subscriptions: connector.subscriptions.is_some(),
        feeds: !connector.feeds.is_empty(),
        records: connector.records.is_some(),
        hub: connector.hub.is_some(),
    };
    assert_eq!(parts, provider.parts());
    assert_eq!(connector.profile.key, provider.element());
}

/// A resource is polled by one feed, exactly where the profile says that it can be polled, and
/// noticed only where there are notices. What is noticed can be read and subscribed to.
pub(crate) async fn every_resource_is_told_of_by_one_feed_or_by_notices(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let configuration = bench.connect().await.configuration;
    let connector = &bench.connector;
    for resource in connector.profile.resources {
        let name = resource.name;
        let feeds = connector.feeds.iter().filter(|feed| feed.covers(name, &configuration));
        assert_eq!(feeds.count(), usize::from(!resource.polled.is_empty()), "{name}");
        assert!(!resource.polled.is_empty() || !resource.noticed.is_empty(), "{name}");
        let is_noticed = !resource.noticed.is_empty();
        assert!(!is_noticed || connector.notices.is_some(), "{name}");
        let is_read = connector.records.as_ref().is_some_and(|records| records.reads(name));
        assert!(!is_noticed || is_read, "{name}");
        if let Some(subscriptions) = &connector.subscriptions {
            let topics = subscriptions.topics(&[name.to_owned()]);
            assert_eq!(topics.len(), usize::from(is_noticed), "{name}: {topics:?}");
        }
    }
    let resources = connector.profile.resource_names();
    for feed in &connector.feeds {
        let covered = resources.iter().filter(|name| feed.covers(name, &configuration));
        assert!(covered.count() > 0, "{}", feed.name());
        assert!(!feed.covers("no-such-resource", &configuration), "{}", feed.name());
        assert!(feed.interval_default().is_none_or(|interval| !interval.is_zero()));
    }
    if let Some(records) = &connector.records {
        assert!(!records.reads("no-such-resource"));
    }
}

/// Names can be told apart and stand in paths, and nothing is without its words for people.
pub(crate) async fn names_are_unique_and_everything_is_described(provider: &'static dyn Provider) {
    let connector = Bench::open(provider).await.connector;
    let profile = connector.profile;
    let texts = [profile.name, profile.hook_name, profile.image, profile.hub];
    assert!(texts.iter().all(|text| !text.trim().is_empty()), "{texts:?}");
    assert!(profile.id > 0 && !profile.authentication.is_empty());
    assert!(is_sentence(profile.description) && profile.description.ends_with('.'));
    expect_names(profile.resource_names().into_iter());
    expect_names(connector.feeds.iter().map(|feed| feed.name()));
    let Some(hub) = &connector.hub else { return };
    let further = hub.further_resources();
    expect_names(profile.resource_names().into_iter().chain(further.iter().copied()));
    for resource in profile.resource_names().into_iter().chain(further) {
        let fields = hub.fields(resource);
        assert!(hub.has(resource) && !fields.is_empty(), "{resource}");
        let paths: BTreeSet<_> = fields.iter().map(|field| field.path).collect();
        assert_eq!(paths.len(), fields.len(), "{resource}: {fields:?}");
    }
    assert!(!hub.has("no-such-resource") && hub.fields("no-such-resource").is_empty());
}

/// A default has the type of its key, a required key has none, and secrets are marked as such.
pub(crate) async fn configuration_keys_are_consistent(provider: &'static dyn Provider) {
    let own = Bench::open(provider).await.connector.profile.keys;
    let mut names = BTreeSet::new();
    for profile in EVENT_KEYS.iter().chain(own) {
        assert!(names.insert(profile.key), "{} is there twice", profile.key);
    }
    for profile in own {
        let key = profile.key;
        assert!(is_sentence(profile.name) && is_sentence(profile.description), "{key}");
        assert!(!profile.description.ends_with('.'), "{key}");
        assert!(!(profile.required && profile.default.is_some()), "{key}");
        let is_switch = profile.kind == KeyKind::Boolean;
        let is_of_switch = |text: &str| matches!(text, "true" | "false");
        assert!(!is_switch || profile.default.is_none_or(is_of_switch), "{key}");
        let is_hidden = profile.kind == KeyKind::Password;
        assert!(!(is_hidden && profile.default.is_some()), "{key}");
        assert!(is_hidden || !is_secret(key, &[]), "{key} looks like a secret");
    }
    for key in [keys::API_KEY, keys::API_SECRET, keys::OAUTH_CALLBACK_URL] {
        assert!(own.iter().any(|profile| profile.key == key && profile.required), "{key}");
    }
    for key in [keys::USER_TOKEN, keys::REFRESH_TOKEN] {
        assert!(own.iter().any(|profile| profile.key == key && !profile.required), "{key}");
    }
    for (key, _) in provider.entries() {
        assert!(names.contains(key), "{key} is needed and not described");
    }
}

fn expect_names<'a>(names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        let is_of_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(!name.is_empty() && name.chars().all(is_of_path), "{name}");
        assert!(seen.insert(name), "{name} is there twice");
    }
}

fn is_sentence(text: &str) -> bool {
    // A value stands as it is written: `oauth2`.
    let is_value = |word: &str| word.chars().any(|c| c.is_ascii_digit() || c == '_');
    let first = text.split(' ').next().unwrap_or_default();
    let begins = first.chars().next().is_some_and(char::is_uppercase) || is_value(first);
    begins && text == text.trim()
}
