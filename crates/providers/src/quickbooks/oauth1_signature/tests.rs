//! Signatures recomputed with the nonce and the time that were sent.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use super::*;
use crate::settings::callable;

fn credentials() -> ClientCredentials {
    ClientCredentials { api_key: Secret::new("key"), api_secret: Secret::new("consumer secret") }
}

/// The members of an `Authorization: OAuth …` header, values decoded.
fn members(header: &HeaderValue) -> BTreeMap<String, String> {
    let text = header.to_str().unwrap().strip_prefix("OAuth ").unwrap();
    let member = |part: &str| {
        let (name, value) = part.split_once('=').unwrap();
        let form = format!("v={}", value.trim_matches('"').replace('+', "%2B"));
        let (_, value) = url::form_urlencoded::parse(form.as_bytes()).next().unwrap();
        (name.trim().to_owned(), value.into_owned())
    };
    text.split(',').map(member).collect()
}

#[test]
fn a_call_is_signed_with_its_query_and_both_secrets() {
    let (credentials, token, secret) =
        (credentials(), Secret::new("to&ken"), Secret::new("token secret"));
    let url = callable("https://Example.com:443/v3/cdc?entities=Bill%2CItem&b=a+b&changedSince=2026-11-01T00%3A00%3A00Z").unwrap();
    let signer = Signer::new(&credentials, &token, &secret);
    let header = signer.authorization(&Method::GET, &url).unwrap();
    assert!(header.is_sensitive());
    let sent = members(&header);
    let names: Vec<_> = sent.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "oauth_consumer_key",
            "oauth_nonce",
            "oauth_signature",
            "oauth_signature_method",
            "oauth_timestamp",
            "oauth_token",
        ]
    );
    assert_eq!(
        (sent["oauth_token"].as_str(), sent["oauth_consumer_key"].as_str()),
        ("to&ken", "key")
    );
    let client = Credentials::new("key", "consumer secret");
    let mut builder: Builder<'_, _, &str> = Builder::new(client, HmacSha1::new());
    builder
        .token(Credentials::new("to&ken", "token secret"))
        .nonce(sent["oauth_nonce"].as_str())
        .timestamp(sent["oauth_timestamp"].parse::<NonZeroU64>().unwrap());
    let pairs = [("b", "a b"), ("changedSince", "2026-11-01T00:00:00Z"), ("entities", "Bill,Item")];
    let expected =
        builder.authorize("GET", "https://example.com/v3/cdc", &ParameterList::new(pairs));
    assert_eq!(header.to_str().unwrap(), expected);
}

#[test]
fn callback_and_verifier_are_sent_where_they_are_given() {
    let credentials = credentials();
    let url = callable("https://example.com/token").unwrap();
    let signer = Signer {
        credentials: &credentials,
        token: None,
        callback: Some("https://a.example/?b=c"),
        verifier: Some("v"),
    };
    let sent = members(&signer.authorization(&Method::POST, &url).unwrap());
    assert_eq!(sent["oauth_callback"], "https://a.example/?b=c");
    assert_eq!(sent["oauth_verifier"], "v");
    assert!(!sent.contains_key("oauth_token"));
}
