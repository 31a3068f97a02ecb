//! OAuth against a scripted server on the loopback network.

mod endpoints;

use std::collections::BTreeMap;
use std::time::Duration;

use ledgerhook_model::Secret;
use ledgerhook_model::configuration::Configuration;
use serde_json::Value;

use super::*;
use crate::creation_request::{self, not_asked, with};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

const GRANTED: &str = r#"{"access_token":"a","refresh_token":"r","token_type":"bearer","expires_in":3600,"x_refresh_token_expires_in":8726400,"x_refresh_token_hard_expires_in":157680000,"id_token":"i"}"#;
const COMPANY: &str = r#"{"CompanyInfo":{"CompanyName":"Blue <b>Heron</b>","Id":"1"},"time":"2026-11-20T00:00:00-08:00"}"#;
const UNSUPPORTED: &str = r#"{"Fault":{"Error":[{"Message":"m","Detail":"d","code":"500"}]}}"#;
/// Base64 of `key:secret`.
const BASIC: &str = "Basic a2V5OnNlY3JldA==";

fn oauth(server: &ScriptedServer) -> QuickBooksOAuth {
    let urls = [
        ("token_url", format!("{}/token", server.url)),
        ("revoke_url", format!("{}/revoke", server.url)),
        ("api_url", server.url.clone()),
        ("sandbox_api_url", format!("{}/sandbox", server.url)),
    ];
    let entries = urls.map(|(name, url)| (name.to_owned(), url));
    let settings =
        ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), BTreeMap::from(entries))]));
    let endpoints = Arc::new(Endpoints::read(&settings.of("quickbooks")).unwrap());
    let api = Arc::new(Api::new(client(), Arc::clone(&endpoints)));
    QuickBooksOAuth::new(client(), endpoints, api)
}

fn credentials() -> ClientCredentials {
    ClientCredentials { api_key: Secret::new("key"), api_secret: Secret::new("secret") }
}

/// A grant to renew or to end.
struct Grant {
    credentials: ClientCredentials,
    configuration: Configuration,
    refresh_token: Secret,
}

impl Grant {
    fn of(refresh_token: &str) -> Self {
        let refresh_token = Secret::new(refresh_token);
        let configuration = Configuration::default();
        Self { credentials: credentials(), configuration, refresh_token }
    }

    fn request(&self) -> GrantRequest<'_> {
        let Self { credentials, configuration, refresh_token } = self;
        GrantRequest { credentials, configuration, refresh_token }
    }
}

fn provider_data() -> Value {
    json!({"code": "c o+de", "realmId": "9130"})
}

fn configuration() -> Value {
    json!({
        "oauth.api.key": "key",
        "oauth.api.secret": "secret",
        "oauth.callback.url": "https://example.com/back?a=1",
    })
}

async fn connect(
    server: &ScriptedServer,
    provider_data: Value,
    configuration: Value,
    external: bool,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<Connected, ConnectError> {
    let creation = (provider_data, configuration, external);
    creation_request::connect(server, &oauth(server), creation, script).await
}
/// Connects with input that must be refused before anything is sent.
async fn refused_input(provider_data: Value, configuration: Value, external: bool) -> String {
    let server = ScriptedServer::new().await;
    let result = connect(&server, provider_data, configuration, external, not_asked).await;
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::Request { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn the_authorisation_url_has_its_parameters_in_the_original_order() {
    let server = ScriptedServer::new().await;
    let request = AuthorizeRequest {
        api_key: "xxxx".to_owned(),
        callback_url: "https://httpbin.org/get".to_owned(),
        scope: None,
        state: "quickbooks".to_owned(),
        request_token: None,
    };
    assert_eq!(
        oauth(&server).authorize_url(&request).unwrap(),
        "https://appcenter.intuit.com/connect/oauth2?scope=com.intuit.quickbooks.accounting\
         &response_type=code&redirect_uri=https%3A%2F%2Fhttpbin.org%2Fget&state=quickbooks\
         &client_id=xxxx"
    );
    let request = AuthorizeRequest { scope: Some("openid profile".to_owned()), ..request };
    let url = oauth(&server).authorize_url(&request).unwrap();
    assert!(url.contains("?scope=openid+profile&"), "{url}");
    let request = AuthorizeRequest { callback_url: "https;//example.com/x".to_owned(), ..request };
    assert_eq!(
        oauth(&server).authorize_url(&request).unwrap_err().to_string(),
        "callbackUrl: scheme must be followed by `://`; did you mean https://example.com ?"
    );
}

/// Gives tokens, and shows the company to who has them.
fn granting(asked: &Asked, _: usize) -> Scripted {
    match asked.line.split(['?', ' ']).nth(1).unwrap() {
        "/token" => answer("200 OK", GRANTED),
        "/v3/company/9130/companyinfo/9130" => answer("200 OK", COMPANY),
        _ => answer("400 Bad Request", UNSUPPORTED),
    }
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens() {
    let server = ScriptedServer::new().await;
    let connected = connect(&server, provider_data(), configuration(), false, granting).await;
    let connected = connected.unwrap();
    assert_eq!(connected.company, "9130");
    let kept = |key, value: &str| (key, value.to_owned());
    let expected = [
        kept("quickbooks.realm.id", "9130"),
        kept("quickbooks.company.name", "Blue Heron"),
        kept("quickbooks.cdc.time_activities", "false"),
    ];
    assert_eq!(connected.configuration, expected);
    assert_eq!(
        connected.tokens,
        Tokens {
            access: Secret::new("a"),
            refresh: Secret::new("r"),
            access_lifetime: Duration::from_secs(3_600),
            refresh_lifetime: Some(Duration::from_secs(8_726_400)),
            refresh_hard_lifetime: Some(Duration::from_secs(157_680_000)),
        }
    );
    let [asked, read, probe] = server.asked().try_into().unwrap();
    assert_eq!(read.line, "GET /v3/company/9130/companyinfo/9130?minorversion=75");
    assert_eq!(read.header("authorization"), Some("Bearer a"));
    assert_eq!(
        probe.line,
        "GET /v3/company/9130/cdc?entities=TimeActivity&changedSince=2026-11-20T08%3A00%3A00Z\
         &minorversion=75"
    );
    assert_eq!(asked.line, "POST /token");
    assert_eq!(asked.header("authorization"), Some(BASIC));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert_eq!(asked.header("x-include-refresh-token-hard-expires-in"), Some("true"));
    assert_eq!(
        asked.body,
        "grant_type=authorization_code&code=c+o%2Bde\
         &redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1"
    );
}

#[tokio::test]
async fn a_realm_id_may_be_a_number() {
    let server = ScriptedServer::new().await;
    let data = with(provider_data(), json!({"realmId": 9130}));
    let connected = connect(&server, data, configuration(), false, granting).await.unwrap();
    assert_eq!(connected.company, "9130");
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    assert_eq!(
        refused_input(json!({"code": "  "}), json!({}), false).await,
        "providerData.code, providerData.realmId, configuration.oauth.api.key, \
         configuration.oauth.api.secret, configuration.oauth.callback.url: they are required and \
         were not given"
    );
    assert_eq!(
        refused_input(json!({}), json!({}), true).await,
        "configuration.quickbooks.realm.id, configuration.oauth.user.token, \
         configuration.oauth.user.refresh_token, configuration.oauth.api.key, \
         configuration.oauth.api.secret: they are required and were not given"
    );
    let without_code = with(provider_data(), json!({"code": null}));
    assert_eq!(
        refused_input(without_code, configuration(), false).await,
        "providerData.code: it is required and was not given"
    );
}

#[tokio::test]
async fn what_cannot_be_used_is_named_with_its_cure() {
    let cases = [
        (
            json!({"realmId": "91-30"}),
            json!({}),
            "providerData.realmId: it must be the company's realm id, up to 32 digits",
        ),
        (
            json!({"code": "c".repeat(513)}),
            json!({}),
            "providerData.code: it is longer than 512 characters",
        ),
        (
            json!({}),
            json!({"oauth.callback.url": "https;//example.com/cb"}),
            "configuration.oauth.callback.url: scheme must be followed by `://`; did you mean \
             https://example.com ?",
        ),
        (
            json!({}),
            json!({"oauth.callback.url": "ftp://example.com"}),
            "configuration.oauth.callback.url: scheme `ftp` cannot be called; it must be https or \
             http",
        ),
        (
            json!({}),
            json!({"authentication.type": "saml"}),
            "configuration.authentication.type: `saml` is not oauth2",
        ),
        (
            json!({}),
            json!({"scope": "openid profile"}),
            "configuration.scope: it must contain com.intuit.quickbooks.accounting, or no books can \
             be read",
        ),
        (
            json!({}),
            json!({"quickbooks.cdc.time_activities": "perhaps"}),
            "configuration.quickbooks.cdc.time_activities: it must be true or false",
        ),
        (
            json!({}),
            json!({"use_sandbox": "yes"}),
            "configuration.use_sandbox: it must be true or false",
        ),
        (
            json!({}),
            json!({"quickbooks.minorversion": "75&x=1"}),
            "configuration.quickbooks.minorversion: it must be a whole number",
        ),
    ];
    for (data, entries, expected) in cases {
        let (data, entries) = (with(provider_data(), data), with(configuration(), entries));
        assert_eq!(refused_input(data, entries, false).await, expected);
    }
}

#[tokio::test]
async fn oauth_1_is_refused_with_the_way_out() {
    let cases = [
        (json!({}), json!({"authentication.type": "OAuth1"}), false),
        (json!({"oauth_token": "t", "oauth_verifier": "v"}), json!({}), false),
        (json!({"oauth_verifier": "v"}), json!({}), false),
        (json!({}), json!({"oauth.user.token.secret": "s"}), true),
    ];
    for (data, entries, external) in cases {
        let (data, entries) = (with(provider_data(), data), with(configuration(), entries));
        let message = refused_input(data, entries, external).await;
        assert!(message.contains("Intuit ended OAuth 1.0a on 2019-12-17"), "{message}");
        assert!(message.contains("set authentication.type to oauth2"), "{message}");
    }
}

#[tokio::test]
async fn tokens_of_the_caller_are_proved_and_not_refreshed() {
    let server = ScriptedServer::new().await;
    let entries = |interval: &str| {
        json!({
            "quickbooks.realm.id": "9130",
            "oauth.user.token": "a",
            "oauth.user.refresh_token": "r",
            "oauth.user.refresh_interval": interval,
            "oauth.api.key": "key",
            "oauth.api.secret": "secret",
        })
    };
    for (interval, seconds) in [("", 3_600), ("900", 900), ("13046400", 3_600)] {
        let connected = connect(&server, json!({}), entries(interval), true, granting).await;
        let connected = connected.unwrap();
        assert_eq!(connected.company, "9130");
        let name = ("quickbooks.company.name", "Blue Heron".to_owned());
        assert!(connected.configuration.contains(&name));
        assert_eq!(connected.tokens.access, Secret::new("a"));
        assert_eq!(connected.tokens.refresh, Secret::new("r"));
        assert_eq!(connected.tokens.access_lifetime, Duration::from_secs(seconds), "{interval}");
    }
    assert!(server.asked().iter().all(|asked| asked.line.starts_with("GET /v3/")));
    assert_eq!(
        refused_input(json!({}), entries("soon"), true).await,
        "configuration.oauth.user.refresh_interval: it must be a whole number"
    );
}

#[tokio::test]
async fn a_refused_exchange_says_which_value_is_wrong() {
    let cases = [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant"}"#,
            "Intuit does not accept providerData.code",
            "invalid_grant",
        ),
        (
            "400 Bad Request",
            r#"{"error_description":"Token invalid","error":"invalid_grant"}"#,
            "Intuit does not accept providerData.code",
            "invalid_grant: Token invalid",
        ),
        (
            "401 Unauthorized",
            r#"{"error":"invalid_client"}"#,
            "Intuit does not accept configuration.oauth.api.key with configuration.oauth.api.secret",
            "invalid_client",
        ),
        (
            "401 Unauthorized",
            "",
            "Intuit does not accept configuration.oauth.api.key with configuration.oauth.api.secret",
            "invalid_client",
        ),
        (
            "400 Bad Request",
            r#"{"error":"invalid_request"}"#,
            "Intuit refused to exchange providerData.code for tokens (invalid_request)",
            "invalid_request",
        ),
    ];
    for (status, body, meaning, words) in cases {
        let server = ScriptedServer::new().await;
        let script = |_: &Asked, _| answer(status, body);
        let error = connect(&server, provider_data(), configuration(), false, script).await;
        let Err(ConnectError::Refused { message, provider_message }) = error else {
            panic!("{body} must be refused, but is {error:?}")
        };
        assert!(message.starts_with(meaning), "{message}");
        assert_eq!(provider_message, words);
    }
}

async fn refresh(status: &'static str, body: &str) -> (Result<Tokens, RefreshError>, Vec<Asked>) {
    let server = ScriptedServer::new().await;
    let oauth = oauth(&server);
    let (script, grant) = (|_: &Asked, _| answer(status, body), Grant::of("old"));
    let result = server.during(script, oauth.refresh(grant.request())).await;
    (result, server.asked())
}

#[tokio::test]
async fn a_refresh_brings_new_tokens_however_they_are_written() {
    let cases = [
        (GRANTED, "r", 3_600, Some(8_726_400)),
        (
            r#"{"access_token":"a","refresh_token":"n","expires_in":" 60 ","x_refresh_token_expires_in":"90"}"#,
            "n",
            60,
            Some(90),
        ),
        (
            r#"{"access_token":"a","expires_in":-5,"x_refresh_token_expires_in":null}"#,
            "old",
            3_600,
            None,
        ),
        (r#"{"access_token":"a","refresh_token":"","expires_in":"soon"}"#, "old", 3_600, None),
    ];
    for (body, refresh_token, access_seconds, refresh_seconds) in cases {
        let (result, asked) = refresh("200 OK", body).await;
        let tokens = result.unwrap();
        assert_eq!(tokens.access, Secret::new("a"), "{body}");
        assert_eq!(tokens.refresh, Secret::new(refresh_token), "{body}");
        assert_eq!(tokens.access_lifetime, Duration::from_secs(access_seconds), "{body}");
        assert_eq!(tokens.refresh_lifetime, refresh_seconds.map(Duration::from_secs), "{body}");
        assert_eq!(asked[0].body, "grant_type=refresh_token&refresh_token=old");
        assert_eq!(asked[0].header("authorization"), Some(BASIC));
    }
}

#[tokio::test]
async fn a_connection_is_ended_with_json_and_the_credentials() {
    let cases = [
        ("200 OK", "", None),
        ("400 Bad Request", r#"{"error":"invalid_grant"}"#, Some("refused")),
        ("503 Service Unavailable", "", Some("Intuit answered 503")),
    ];
    for (status, body, problem) in cases {
        let server = ScriptedServer::new().await;
        let oauth = oauth(&server);
        let (script, grant) = (|_: &Asked, _| answer(status, body), Grant::of("r"));
        let result = server.during(script, oauth.revoke(grant.request())).await;
        match problem {
            None => assert_eq!(result, Ok(())),
            Some(words) => assert!(result.unwrap_err().to_string().contains(words), "{status}"),
        }
        let asked = &server.asked()[0];
        assert_eq!(asked.line, "POST /revoke");
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(asked.header("authorization"), Some(BASIC));
        assert_eq!(asked.body, r#"{"token":"r"}"#);
    }
}

#[tokio::test]
async fn tokens_that_open_another_company_are_given_back() {
    let server = ScriptedServer::new().await;
    // The middle part says `{"realmid":"77"}`.
    let granted = GRANTED.replace(r#""i""#, r#""e30.eyJyZWFsbWlkIjoiNzcifQ.x""#);
    let script = |asked: &Asked, _| match asked.line.split(' ').nth(1).unwrap() {
        "/token" => answer("200 OK", granted.clone()),
        "/revoke" => answer("200 OK", ""),
        _ => answer("403 Forbidden", r#"{"Fault":{"Error":[{"code":"3100"}]}}"#),
    };
    let error = connect(&server, provider_data(), configuration(), false, script).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("the customer authorised company 77, not 9130"), "{error}");
    let last = server.asked().pop().unwrap();
    assert_eq!((last.line.as_str(), last.body.as_str()), ("POST /revoke", r#"{"token":"r"}"#));
}
