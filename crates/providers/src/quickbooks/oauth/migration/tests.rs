//! The migration against a scripted server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::{ClientCredentials, OAuth as _, UserTokens};
use ledgerhook_model::Secret;

use super::*;
use crate::quickbooks::api::Api;
use crate::quickbooks::oauth::QuickBooksOAuth;
use crate::quickbooks::stand_in::configuration;
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

const GRANTED: &str = r#"{"access_token":"a","refresh_token":"r","expires_in":3600,"x_refresh_token_expires_in":8726400,"realmId":"9130"}"#;
const COMPANY: &str = r#"{"CompanyInfo":{"CompanyName":"Blue Heron"}}"#;

fn oauth(server: &ScriptedServer) -> QuickBooksOAuth {
    let names = ["migrate_url", "sandbox_migrate_url", "revoke_url", "token_url", "api_url"];
    let entries = names.map(|name| (name.to_owned(), format!("{}/{name}", server.url)));
    let settings =
        ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), BTreeMap::from(entries))]));
    let endpoints = Arc::new(Endpoints::read(&settings.of("quickbooks")).unwrap());
    let api = Arc::new(Api::new(client(), Arc::clone(&endpoints)));
    QuickBooksOAuth::new(client(), endpoints, api)
}

async fn migrate(
    server: &ScriptedServer,
    entries: &[(&str, &str)],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<Connected, ConnectError> {
    let pair = |key, secret| ClientCredentials {
        api_key: Secret::new(key),
        api_secret: Secret::new(secret),
    };
    let request = MigrateRequest {
        company: "9130",
        consumer: &pair("consumer", "consumer secret"),
        old: &UserTokens { token: Secret::new("old"), companion: Secret::new("old secret") },
        credentials: &pair("client", "client secret"),
        configuration: &configuration(entries),
    };
    server.during(script, oauth(server).migrate(request)).await
}

const SIGNED: [(&str, &str); 2] =
    [("authentication.type", "oauth1"), ("oauth.callback.url", "https://example.com/back")];

#[tokio::test]
async fn a_signed_call_brings_tokens_that_are_proved() {
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| match asked.line.starts_with("POST /migrate_url") {
        true => answer("200 OK", GRANTED),
        false => answer("200 OK", COMPANY),
    };
    let connected = migrate(&server, &SIGNED, script).await.unwrap();
    assert_eq!(connected.tokens.access, Secret::new("a"));
    assert_eq!(connected.tokens.refresh, Secret::new("r"));
    let kept = [
        ("quickbooks.realm.id", "9130".to_owned()),
        ("authentication.type", "oauth2".to_owned()),
        ("quickbooks.company.name", "Blue Heron".to_owned()),
    ];
    assert_eq!(connected.configuration, kept);
    let [asked, read] = server.asked().try_into().unwrap();
    let signature = asked.header("authorization").unwrap();
    assert!(signature.starts_with("OAuth "), "{signature}");
    assert!(signature.contains(r#"oauth_consumer_key="consumer""#), "{signature}");
    assert!(signature.contains(r#"oauth_token="old""#), "{signature}");
    assert_eq!(
        asked.body,
        r#"{"scope":"com.intuit.quickbooks.accounting","redirect_uri":"https://example.com/back","client_id":"client","client_secret":"client secret"}"#
    );
    assert_eq!(read.header("authorization"), Some("Bearer a"));
}

#[tokio::test]
async fn tokens_of_another_company_are_given_back() {
    let server = ScriptedServer::new().await;
    let other = GRANTED.replace("9130", "77");
    let script = |asked: &Asked, _| match asked.line.split(' ').nth(1).unwrap() {
        "/migrate_url" => answer("200 OK", other.clone()),
        "/revoke_url" => answer("200 OK", ""),
        _ => answer("403 Forbidden", r#"{"Fault":{"Error":[{"code":"3100"}]}}"#),
    };
    let error = migrate(&server, &SIGNED, script).await.unwrap_err().to_string();
    assert!(error.contains("authorised company 77, not 9130"), "{error}");
    let last = server.asked().pop().unwrap();
    assert_eq!((last.line.as_str(), last.body.as_str()), ("POST /revoke_url", r#"{"token":"r"}"#));
}

#[tokio::test]
async fn a_refusal_says_what_to_check_and_another_answer_shows_no_token() {
    for (status, body, is_refused) in [
        ("401 Unauthorized", "oauth_problem=token_rejected", true),
        ("400 Bad Request", r#"{"error":"invalid_client"}"#, true),
        ("404 Not Found", "", true),
        ("503 Service Unavailable", GRANTED, false),
        ("200 OK", r#"{"access_token":"hidden"}"#, false),
    ] {
        let server = ScriptedServer::new().await;
        match migrate(&server, &SIGNED, |_, _| answer(status, body)).await.unwrap_err() {
            ConnectError::Refused { message, provider_message } => {
                assert!(is_refused && provider_message == body, "{status} {body}");
                assert!(message.contains("check the consumer key and secret"), "{message}");
            }
            ConnectError::Unavailable { message } => {
                assert!(!is_refused && !message.contains("hidden"), "{status} {body}: {message}");
            }
            error @ ConnectError::Request { .. } => panic!("{status} {body}: {error}"),
        }
    }
}

#[test]
fn a_refusal_of_intuit_itself_says_that_it_ended_oauth_1() {
    let answer = Answer {
        status: http::StatusCode::GONE,
        headers: HeaderMap::new(),
        body: "gone".into(),
        truncated: false,
        took: Duration::ZERO,
    };
    let message = refused(&answer, true).to_string();
    assert!(message.contains("Intuit ended OAuth 1.0a on 2019-12-17"), "{message}");
    assert!(message.contains("is Intuit's to say"), "{message}");
}

#[tokio::test]
async fn what_cannot_be_migrated_is_refused_before_anything_is_asked() {
    let not_asked = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    for (entries, expected) in [
        (&[("authentication.type", "oauth2"), SIGNED[1]], "connected by OAuth 2.0 already"),
        (&[SIGNED[0], ("oauth.callback.url", "")], "configuration.oauth.callback.url"),
    ] {
        let server = ScriptedServer::new().await;
        let error = migrate(&server, entries, not_asked).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
