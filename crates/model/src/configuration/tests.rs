//! What configuration texts mean, as tables.

use serde_json::json;

use super::*;

const KNOWN: &[&str] = &["bills", "customers", "invoices"];

fn config(value: Value) -> Configuration {
    Configuration::from_json(value.as_object().unwrap()).unwrap()
}

fn read(value: Value) -> Result<EventSettings, ConfigurationError> {
    EventSettings::read(&config(value), KNOWN)
}

#[test]
fn values_of_every_json_type_become_strings() {
    let config = config(json!({
        "event.notification.enabled": true,
        "event.poller.refresh_interval": 15,
        "event.poller.configuration": {"customers": {"url": "/x"}},
        "event.notification.callback.url": null,
    }));
    let text = |key: &str| config.0[key].as_deref();
    assert_eq!(text("event.notification.enabled"), Some("true"));
    assert_eq!(text("event.poller.refresh_interval"), Some("15"));
    assert_eq!(text("event.poller.configuration"), Some(r#"{"customers":{"url":"/x"}}"#));
    assert_eq!(text("event.notification.callback.url"), None);
}

#[test]
fn without_event_keys_events_are_off() {
    let settings = read(json!({})).unwrap();
    assert!(!settings.enabled);
    assert_eq!(settings.vendor_type, VendorType::Polling);
    assert_eq!(settings.poll_interval, Duration::from_secs(15 * 60));
    assert_eq!(settings.resources, KNOWN);
    assert_eq!(settings.callback_url, None);
}

#[test]
fn without_a_key_the_signature_is_asymmetric_and_with_one_when_asked() {
    for (config, expected) in [
        (json!({}), true),
        (json!({ "event.notification.signature.key": "k" }), false),
        (
            json!({
                "event.notification.signature.key": "k",
                "event.notification.signature.asymmetric": true,
            }),
            true,
        ),
        (json!({ "event.notification.signature.asymmetric": "false" }), false),
    ] {
        assert_eq!(read(config).unwrap().asymmetric_signature, expected);
    }
}

#[test]
fn both_spellings_of_webhook_are_one() {
    for (text, expected) in [
        ("webhook", VendorType::Webhook),
        ("webhooks", VendorType::Webhook),
        ("Polling", VendorType::Polling),
        ("hybrid", VendorType::Hybrid),
    ] {
        assert_eq!(read(json!({ "event.vendor.type": text })).unwrap().vendor_type, expected);
    }
}

#[test]
fn intervals_are_minutes_with_fractions() {
    for (text, millis) in [("15", 900_000), ("1", 60_000), ("0.5", 30_000), ("0.0125", 750)] {
        let settings = read(json!({ "event.poller.refresh_interval": text })).unwrap();
        assert_eq!(settings.poll_interval, Duration::from_millis(millis), "{text}");
    }
    let hybrid = read(json!({ "event.vendor.type": "hybrid" })).unwrap();
    assert_eq!(hybrid.poll_interval, Duration::from_secs(24 * 60 * 60));
}

#[test]
fn a_wrong_value_is_answered_with_its_key_and_what_would_be_right() {
    for (key, value, expected) in [
        ("event.vendor.type", "pigeon", "`pigeon` is not one of polling, webhook"),
        ("event.notification.enabled", "maybe", "`maybe` is neither true nor false"),
        ("event.poller.refresh_interval", "soon", "`soon` is not a number of minutes"),
        ("event.poller.refresh_interval", "0", "`0` is not a number of minutes"),
        ("event.poller.refresh_interval", "-5", "`-5` is not a number of minutes"),
        ("event.poller.urls", "invoice", "did you mean `invoices`?"),
        ("event.notification.callback.headers", "Host: x", "`Host` is set by the gateway"),
        ("event.notification.callback.headers", "nonsense", "`nonsense` is not `Name: value`"),
        ("event.notification.callback.headers", "{\"a\":1}", "not a JSON object of texts"),
    ] {
        let message = read(json!({ key: value })).unwrap_err().to_string();
        assert!(message.starts_with(&format!("configuration.{key}: ")), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn headers_come_as_lines_or_as_an_object() {
    let expected = vec![("X-A".to_owned(), "1".to_owned()), ("X-B".to_owned(), "2:3".to_owned())];
    for text in ["X-A: 1\nX-B: 2:3\n", r#"{"X-A":"1","X-B":"2:3"}"#] {
        let settings = read(json!({ "event.notification.callback.headers": text })).unwrap();
        assert_eq!(settings.headers, expected);
    }
}

#[test]
fn secrets_are_known_by_their_entry_or_their_name() {
    for secret in [
        "event.notification.signature.key",
        "event.notification.basic.password",
        "oauth.api.key",
        "oauth.api.secret",
        "oauth.user.token",
        "oauth.user.refresh_token",
        "signature.secret",
        "apim.subscription.key",
        "oauth.user.token.secret",
    ] {
        assert!(is_secret(secret, &[]), "{secret}");
    }
    for open in [
        "event.notification.callback.url",
        "oauth.callback.url",
        "scope",
        "quickbooks.realm.id",
        "event.notification.basic.username",
        "oauth.token.url",
    ] {
        assert!(!is_secret(open, &[]), "{open}");
    }
}

#[test]
fn a_masked_value_that_comes_back_changes_nothing() {
    let mut stored = config(json!({ "oauth.api.secret": "s", "scope": "a" }));
    stored.merge(config(json!({ "oauth.api.secret": "********", "scope": "b" })));
    assert_eq!(stored, config(json!({ "oauth.api.secret": "s", "scope": "b" })));
}
