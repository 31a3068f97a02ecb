//! OAuth 1.0a against a scripted server on the loopback network.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::{OAuth, Tokens};
use serde_json::{Value, json};

use super::*;
use crate::creation_request::{connect, not_asked};
use crate::quickbooks::api::Api;
use crate::quickbooks::endpoints::Endpoints;
use crate::quickbooks::oauth::QuickBooksOAuth;
use crate::scripted_server::{Asked, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

const PAIR: &str =
    "oauth_token_secret=s%2Fecret&oauth_token=to%20ken&oauth_callback_confirmed=true";

const ENDPOINTS: [&str; 4] = ["request_token_url", "access_token_url", "connect_url", "api_url"];

/// OAuth whose endpoints of these names are at the server.
fn oauth(server: &ScriptedServer, names: &[&str]) -> QuickBooksOAuth {
    let entry = |name: &&str| ((*name).to_owned(), format!("{}/{name}", server.url));
    let entries: BTreeMap<_, _> = names.iter().map(entry).collect();
    let settings = ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), entries)]));
    let endpoints = Arc::new(Endpoints::read(&settings.of("quickbooks")).unwrap());
    let api = Arc::new(Api::new(client(), Arc::clone(&endpoints)));
    QuickBooksOAuth::new(client(), endpoints, api)
}

/// What the original's documents send after the redirect (reference: cloud-elements §3).
fn provider_data() -> Value {
    json!({
        "oauth_token": "request token",
        "realmId": "12345678910",
        "oauth_verifier": "br6qctk",
        "secret": "request secret",
        "state": "quickbooks",
        "dataSource": "QBO",
    })
}

fn configuration() -> Value {
    json!({"oauth.api.key": "key", "oauth.api.secret": "secret"})
}

fn token_request() -> RequestTokenRequest {
    RequestTokenRequest {
        api_key: "key".to_owned(),
        api_secret: Secret::new("secret"),
        callback_url: "https://example.com/back".to_owned(),
    }
}

fn authorize_request(callback_url: &str) -> AuthorizeRequest {
    AuthorizeRequest {
        api_key: "key".to_owned(),
        callback_url: callback_url.to_owned(),
        scope: None,
        state: "quickbooks".to_owned(),
        request_token: Some("request token".to_owned()),
    }
}

#[tokio::test]
async fn a_request_token_is_asked_for_with_the_callback() {
    let server = ScriptedServer::new().await;
    let (oauth, request) = (oauth(&server, &ENDPOINTS), token_request());
    let script = |_: &Asked, _| answer("200 OK", PAIR);
    let token = server.during(script, oauth.request_token(&request)).await.unwrap();
    assert_eq!(token, RequestToken { token: "to ken".to_owned(), secret: Secret::new("s/ecret") });
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!((asked.line.as_str(), asked.body.as_str()), ("POST /request_token_url", ""));
    let authorization = asked.header("authorization").unwrap();
    assert!(authorization.starts_with("OAuth "), "{authorization}");
    assert!(authorization.contains(r#"oauth_callback="https%3A%2F%2Fexample.com%2Fback""#));
    assert!(!authorization.contains("oauth_token="), "{authorization}");
}

#[tokio::test]
async fn the_authorisation_url_has_the_state_in_its_callback() {
    let server = ScriptedServer::new().await;
    let oauth = oauth(&server, &ENDPOINTS);
    let cases = [
        ("https://example.com/back", "https%3A%2F%2Fexample.com%2Fback%3Fstate%3Dquickbooks"),
        ("https://example.com/?a=1", "https%3A%2F%2Fexample.com%2F%3Fa%3D1%26state%3Dquickbooks"),
    ];
    for (callback, expected) in cases {
        assert_eq!(
            oauth.authorize_url(&authorize_request(callback)).unwrap(),
            format!(
                "{}/connect_url?oauth_token=request+token&oauth_callback={expected}",
                server.url
            )
        );
    }
}

#[tokio::test]
async fn an_authorised_request_token_is_exchanged() {
    let server = ScriptedServer::new().await;
    let oauth = oauth(&server, &ENDPOINTS);
    let script = |_: &Asked, _| answer("200 OK", PAIR);
    let input = (provider_data(), configuration(), false);
    let connected = connect(&server, &oauth, input, script).await.unwrap();
    assert_eq!(connected.company, "12345678910");
    assert_eq!(
        connected.configuration,
        [
            ("quickbooks.realm.id", "12345678910".to_owned()),
            ("authentication.type", "oauth1".to_owned()),
        ]
    );
    assert_eq!(
        connected.tokens,
        Tokens {
            access: Secret::new("to ken"),
            refresh: Secret::new("s/ecret"),
            access_lifetime: Duration::from_secs(180 * 86_400),
            refresh_lifetime: None,
            refresh_hard_lifetime: None,
        }
    );
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!(asked.line, "POST /access_token_url");
    let authorization = asked.header("authorization").unwrap();
    assert!(authorization.contains(r#"oauth_verifier="br6qctk""#), "{authorization}");
    assert!(authorization.contains(r#"oauth_token="request%20token""#), "{authorization}");
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    let server = ScriptedServer::new().await;
    let oauth = oauth(&server, &ENDPOINTS);
    let cases = [
        (
            (json!({}), json!({"authentication.type": "oauth1"}), false),
            "providerData.oauth_token, providerData.secret, providerData.oauth_verifier, \
             providerData.realmId, configuration.oauth.api.key, configuration.oauth.api.secret: \
             they are required and were not given",
        ),
        (
            (json!({}), json!({"oauth.user.token.secret": "s"}), true),
            "configuration.quickbooks.realm.id, configuration.oauth.user.token, \
             configuration.oauth.api.key, configuration.oauth.api.secret: they are required and \
             were not given",
        ),
    ];
    for (input, expected) in cases {
        let error = connect(&server, &oauth, input, not_asked).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn a_token_of_the_caller_is_taken_without_asking() {
    let server = ScriptedServer::new().await;
    let oauth = oauth(&server, &ENDPOINTS);
    let entries = |interval: &str| {
        json!({
            "quickbooks.realm.id": "9130",
            "oauth.user.token": "token",
            "oauth.user.token.secret": "token secret",
            "oauth.user.refresh_interval": interval,
            "oauth.api.key": "key",
            "oauth.api.secret": "secret",
        })
    };
    for (interval, seconds) in
        [("", 15_552_000), ("13046400", 13_046_400), ("99999999", 15_552_000)]
    {
        let input = (json!({}), entries(interval), true);
        let connected = connect(&server, &oauth, input, not_asked).await.unwrap();
        assert_eq!(connected.tokens.access, Secret::new("token"));
        assert_eq!(connected.tokens.refresh, Secret::new("token secret"));
        assert_eq!(connected.tokens.access_lifetime, Duration::from_secs(seconds), "{interval}");
        assert!(connected.configuration.contains(&("authentication.type", "oauth1".to_owned())));
    }
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_another_answer_shows_no_token() {
    let cases = [
        ("401 Unauthorized", "oauth_problem=token_rejected", true),
        ("400 Bad Request", "", true),
        ("503 Service Unavailable", PAIR, false),
        ("302 Found", "", false),
        ("200 OK", "oauth_token=hidden", false),
        ("200 OK", "oauth_token=hidden&oauth_token_secret=", false),
    ];
    for (status, body, is_refused) in cases {
        let server = ScriptedServer::new().await;
        let oauth = oauth(&server, &ENDPOINTS);
        let input = (provider_data(), configuration(), false);
        let error = connect(&server, &oauth, input, |_, _| answer(status, body)).await;
        match error.unwrap_err() {
            ConnectError::Refused { message, provider_message } => {
                assert!(is_refused, "{status} {body}");
                assert!(message.contains("authorise again"), "{message}");
                assert_eq!(provider_message, body);
            }
            ConnectError::Unavailable { message } => {
                assert!(!is_refused && !message.contains("hidden"), "{status} {body}: {message}");
            }
            error @ ConnectError::Request { .. } => panic!("{status} {body}: {error}"),
        }
    }
}

#[tokio::test]
async fn where_an_endpoint_is_intuits_own_it_is_refused_with_the_way_out() {
    let server = ScriptedServer::new().await;
    for absent in ENDPOINTS {
        let names: Vec<_> = ENDPOINTS.into_iter().filter(|name| *name != absent).collect();
        let oauth = oauth(&server, &names);
        let input = (provider_data(), configuration(), false);
        let error = connect(&server, &oauth, input, not_asked).await.unwrap_err().to_string();
        assert!(error.starts_with("providerData.oauth_token: Intuit ended OAuth 1.0a"), "{error}");
        if absent != "api_url" {
            let error = oauth.request_token(&token_request()).await.unwrap_err().to_string();
            assert!(error.contains("Intuit ended OAuth 1.0a on 2019-12-17"), "{error}");
            let request = authorize_request("https://example.com");
            let error = oauth.authorize_url(&request).unwrap_err().to_string();
            assert!(error.contains("set authentication.type to oauth2"), "{error}");
        }
    }
}
