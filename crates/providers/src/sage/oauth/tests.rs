//! OAuth against a scripted server on the loopback network.

use std::time::Duration;

use ledgerhook_model::Secret;
use serde_json::{Value, json};

use super::*;
use crate::creation_request::{self, not_asked, with};
use crate::sage::stand_in::{COLUMBUS, V1, endpoints};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};

const GRANTED: &str = r#"{"access_token":"a","expires_in":300,"refresh_token":"r","refresh_token_expires_in":2678400,"scope":"full_access","token_type":"bearer","requested_by_id":"g"}"#;
const GRANTED_V3: &str = r#"{"access_token":"a","token_type":"bearer","expires_in":3600,"refresh_token":"r","scopes":"full_access","resource_owner_id":"0ff1ce"}"#;
const LEAD: &str = r#"{"id":"lead1","displayed_as":"Business One","$path":"/businesses/lead1"}"#;
const BUSINESSES: &str = r#"{"$total":4,"$page":1,"$next":null,"$back":null,"$items_per_page":2147483647,"$items":[{"displayed_as":"Business One","id":"lead1"},{"displayed_as":"Business Two","id":"two2"},{"displayed_as":"Twin","id":"three3"},{"displayed_as":"twin ","id":"four4"}]}"#;

fn oauth(server: &ScriptedServer) -> SageOAuth {
    SageOAuth::new(client(), endpoints(server))
}

fn provider_data() -> Value {
    json!({"code": "GB/12 abc", "country": "GB", "state": "sageone"})
}

fn configuration() -> Value {
    json!({
        "oauth.api.key": "key",
        "oauth.api.secret": "secret",
        "oauth.callback.url": "https://example.com/back?a=1",
        "country": "US",
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
/// Sage, as it answers when all is well.
fn sage(asked: &Asked, _: usize) -> Scripted {
    let body = match asked.line.as_str() {
        "POST /token" => GRANTED,
        "GET /v3.1/businesses/lead" => LEAD,
        "GET /v3.1/businesses" => BUSINESSES,
        _ => GRANTED_V3,
    };
    answer("200 OK", body)
}

fn lines(server: &ScriptedServer) -> Vec<String> {
    server.asked().into_iter().map(|asked| asked.line).collect()
}

#[tokio::test]
async fn the_authorisation_url_has_the_filter_and_then_the_original_order() {
    let server = ScriptedServer::new().await;
    let request = AuthorizeRequest {
        api_key: "xxxx".to_owned(),
        callback_url: "https://httpbin.org/get".to_owned(),
        scope: None,
        state: "sageone".to_owned(),
        request_token: None,
    };
    assert_eq!(
        oauth(&server).authorize_url(&request).unwrap(),
        "https://www.sageone.com/oauth2/auth/central?filter=apiv3.1&scope=full_access\
         &response_type=code&redirect_uri=https%3A%2F%2Fhttpbin.org%2Fget&state=sageone\
         &client_id=xxxx"
    );
    let request = AuthorizeRequest { scope: Some("readonly".to_owned()), ..request };
    let url = oauth(&server).authorize_url(&request).unwrap();
    assert!(url.contains("&scope=readonly&"), "{url}");
    let request = AuthorizeRequest { callback_url: "https;//example.com/x".to_owned(), ..request };
    assert_eq!(
        oauth(&server).authorize_url(&request).unwrap_err().to_string(),
        "callbackUrl: scheme must be followed by `://`; did you mean https://example.com ?"
    );
}

#[tokio::test]
async fn a_code_is_exchanged_and_the_lead_business_found() {
    let server = ScriptedServer::new().await;
    let connected = connect(&server, provider_data(), configuration(), false, sage).await.unwrap();
    assert_eq!(connected.company, "lead1");
    assert_eq!(connected.configuration, [("sage.business.id", "lead1".to_owned())]);
    assert_eq!(
        connected.tokens,
        Tokens {
            access: Secret::new("a"),
            refresh: Secret::new("r"),
            access_lifetime: Duration::from_secs(300),
            refresh_lifetime: Some(Duration::from_secs(2_678_400)),
            refresh_hard_lifetime: None,
        }
    );
    let [exchange, lead] = server.asked().try_into().unwrap();
    assert_eq!(exchange.line, "POST /token");
    assert_eq!(exchange.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(exchange.header("accept"), Some("application/json"));
    assert_eq!(exchange.header("authorization"), None);
    assert_eq!(
        exchange.body,
        "client_id=key&client_secret=secret&grant_type=authorization_code&code=GB%2F12+abc\
         &redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1"
    );
    assert_eq!(lead.line, "GET /v3.1/businesses/lead");
    assert_eq!(lead.header("authorization"), Some("Bearer a"));
    assert_eq!(lead.header("x-business"), None);
}

#[tokio::test]
async fn a_code_that_was_copied_from_the_address_bar_is_decoded() {
    let server = ScriptedServer::new().await;
    let data = with(provider_data(), json!({"code": "GB%2F12abc"}));
    connect(&server, data, configuration(), false, sage).await.unwrap();
    assert!(server.asked()[0].body.contains("&code=GB%2F12abc&"), "{}", server.asked()[0].body);
}

#[tokio::test]
async fn the_business_is_chosen_by_its_id_or_else_by_its_name() {
    for (entries, expected) in [
        (json!({"sage.business.id": "two2"}), "two2"),
        (json!({"business.name": " business TWO"}), "two2"),
        (json!({"sage.business.id": "three3", "business.name": "Business Two"}), "three3"),
    ] {
        let server = ScriptedServer::new().await;
        let entries = with(configuration(), entries);
        let connected = connect(&server, provider_data(), entries, false, sage).await.unwrap();
        assert_eq!(connected.company, expected);
        assert_eq!(lines(&server), ["POST /token", "GET /v3.1/businesses"]);
    }
}

#[tokio::test]
async fn a_business_that_cannot_be_chosen_is_told_with_those_there_are() {
    let known =
        "businesses: lead1 (Business One), two2 (Business Two), three3 (Twin), four4 (twin)";
    for (entries, problem) in [
        (
            json!({"sage.business.id": "nine9"}),
            "configuration.sage.business.id: `nine9` is none of the businesses of that user",
        ),
        (
            json!({"business.name": "Nine"}),
            "configuration.business.name: `Nine` is none of the businesses of that user",
        ),
        (
            json!({"business.name": "Twin"}),
            "configuration.business.name: `Twin` is the name of several businesses",
        ),
    ] {
        let server = ScriptedServer::new().await;
        let entries = with(configuration(), entries);
        let error = connect(&server, provider_data(), entries, false, sage).await.unwrap_err();
        let ConnectError::Refused { message, provider_message } = error else { panic!("{error}") };
        assert!(message.starts_with(problem), "{message}");
        assert!(message.contains("authorise again"), "{message}");
        assert_eq!(provider_message, known);
    }
}

#[tokio::test]
async fn a_user_whose_businesses_are_not_told_is_explained() {
    let cases = [
        ("401 Unauthorized", r#"[{"$message":"No active subscription. (MSE)"}]"#, "active Sage"),
        ("403 Forbidden", "[]", "active Sage"),
        ("401 Unauthorized", "[]", "does not accept the access token"),
        ("503 Service Unavailable", "", "not available"),
        ("200 OK", "{}", "not the expected JSON"),
    ];
    for (status, body, words) in cases {
        let server = ScriptedServer::new().await;
        let script = |asked: &Asked, index| match asked.line.starts_with("GET") {
            true => answer(status, body),
            false => sage(asked, index),
        };
        let error = connect(&server, provider_data(), configuration(), false, script).await;
        let error = error.unwrap_err();
        assert!(error.to_string().contains(words), "{status}: {error}");
        let is_final = matches!(error, ConnectError::Refused { .. });
        assert_eq!(is_final, status.starts_with('4'), "{error}");
    }
}

#[tokio::test]
async fn a_company_of_api_v3_is_told_by_the_token_answer() {
    let server = ScriptedServer::new().await;
    let entries = json!({
        "base.url": "https://api.columbus.sage.com",
        "country": null,
        "apim.subscription.key": "k",
    });
    let entries = with(configuration(), entries);
    let connected = connect(&server, provider_data(), entries, false, sage).await.unwrap();
    assert_eq!(connected.company, "0ff1ce");
    assert_eq!(
        connected.configuration,
        [("resource_owner_id", "0ff1ce".to_owned()), ("country", "GB".to_owned())]
    );
    assert_eq!(connected.tokens.access_lifetime, Duration::from_secs(3_600));
    assert_eq!(lines(&server), ["POST /uki/token"]);
}

#[tokio::test]
async fn a_company_of_api_v1_has_no_id() {
    let server = ScriptedServer::new().await;
    let entries = with(configuration(), json!({"base.url": V1, "signature.secret": "s"}));
    let script = |_: &Asked, _| answer("200 OK", GRANTED);
    let connected = connect(&server, provider_data(), entries, false, script).await.unwrap();
    assert_eq!((connected.company.as_str(), connected.configuration), ("lead", Vec::new()));
    assert_eq!(lines(&server), ["POST /one/token"]);
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
async fn what_is_missing_or_wrong_is_named_before_the_code_is_spent() {
    let cases = [
        (json!({"code": null}), json!({}), "providerData.code: it is required and was not given"),
        (
            json!({"code": " "}),
            json!({"oauth.api.key": null, "oauth.api.secret": "", "oauth.callback.url": null}),
            "providerData.code, configuration.oauth.api.key, configuration.oauth.api.secret, \
             configuration.oauth.callback.url: they are required and were not given",
        ),
        (
            json!({"code": "c".repeat(2_049)}),
            json!({}),
            "providerData.code: it is longer than 2048 characters",
        ),
        (
            json!({}),
            json!({"oauth.callback.url": "example.com"}),
            "configuration.oauth.callback.url: URL must start with https:// or http://; did you mean https://example.com ?",
        ),
        (
            json!({}),
            json!({"base.url": COLUMBUS}),
            "configuration.apim.subscription.key: it is required and was not given",
        ),
        (
            json!({}),
            json!({"base.url": COLUMBUS, "apim.subscription.key": "k", "sage.sign.v3": true}),
            "configuration.signature.secret: it is required and was not given",
        ),
        (
            json!({}),
            json!({"sage.sign.v3": "yes"}),
            "configuration.sage.sign.v3: it must be true or false",
        ),
        (
            json!({}),
            json!({"base.url": V1}),
            "configuration.signature.secret: it is required and was not given",
        ),
        (
            json!({}),
            json!({"base.url": V1, "signature.secret": "s", "event.notification.enabled": true}),
            "configuration.base.url: API v1 has no way to ask for changes, so there can be no \
             events; leave base.url out for API v3.1",
        ),
        (
            json!({"country": null}),
            json!({"base.url": "https://api.columbus.sage.com", "country": "ZA"}),
            "configuration.country: `ZA` is not one of CA, DE, ES, FR, GB, IE, US",
        ),
    ];
    for (data, entries, expected) in cases {
        let (data, entries) = (with(provider_data(), data), with(configuration(), entries));
        assert_eq!(refused_input(data, entries, false).await, expected);
    }
}

/// Tokens of the caller, with more.
fn external(more: Value) -> Value {
    let own = json!({
        "oauth.user.token": "a",
        "oauth.user.refresh_token": "r",
        "oauth.api.key": "key",
        "oauth.api.secret": "secret",
    });
    with(own, more)
}

#[tokio::test]
async fn tokens_of_the_caller_are_taken_without_asking_where_the_business_is_named() {
    let server = ScriptedServer::new().await;
    let columbus = json!({
        "base.url": COLUMBUS,
        "apim.subscription.key": "k",
        "resource_owner_id": "0ff1ce",
    });
    let named = |interval: &str| json!({"sage.business.id": "two2", "oauth.user.refresh_interval": interval});
    let cases = [
        (named(""), "sage.business.id", "two2", 300),
        (named("60"), "sage.business.id", "two2", 60),
        (named("3600"), "sage.business.id", "two2", 300),
        (columbus, "resource_owner_id", "0ff1ce", 3_600),
    ];
    for (more, key, company, seconds) in cases {
        let result = connect(&server, json!({}), external(more), true, not_asked).await;
        let connected = result.unwrap();
        assert_eq!(connected.company, company);
        assert_eq!(connected.configuration[0], (key, company.to_owned()));
        assert_eq!(connected.tokens.refresh, Secret::new("r"));
        assert_eq!(connected.tokens.access_lifetime, Duration::from_secs(seconds));
    }
    let connected = connect(&server, json!({}), external(json!({})), true, sage).await.unwrap();
    assert_eq!(connected.company, "lead1");
    assert_eq!(lines(&server), ["GET /v3.1/businesses/lead"]);
}

#[tokio::test]
async fn what_is_missing_or_wrong_beside_tokens_of_the_caller_is_named() {
    for (more, expected) in [
        (
            json!({"base.url": COLUMBUS, "apim.subscription.key": "k"}),
            "configuration.resource_owner_id: it is required and was not given",
        ),
        (
            json!({"oauth.user.token": null}),
            "configuration.oauth.user.token: it is required and was not given",
        ),
        (
            json!({"sage.business.id": "a b"}),
            "configuration.sage.business.id: it must be the company's id, up to 128 letters and \
             digits",
        ),
        (
            json!({"oauth.user.refresh_interval": "soon"}),
            "configuration.oauth.user.refresh_interval: it must be a whole number",
        ),
    ] {
        assert_eq!(refused_input(json!({}), external(more), true).await, expected);
    }
}

#[tokio::test]
async fn a_refused_exchange_says_which_value_is_wrong() {
    let credentials =
        "Sage does not accept configuration.oauth.api.key with configuration.oauth.api.secret";
    let cases = [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant"}"#,
            "Sage does not accept providerData.code: it was used already, or is older than its 60 \
             seconds, or was given for another callback URL",
            "invalid_grant",
        ),
        (
            "401 Unauthorized",
            r#"{"error":"invalid_client","error_description":"d"}"#,
            credentials,
            "invalid_client: d",
        ),
        (
            "400 Bad Request",
            r#"{"error":"unauthorized_client"}"#,
            credentials,
            "unauthorized_client",
        ),
        ("401 Unauthorized", "", credentials, "invalid_client"),
        (
            "400 Bad Request",
            r#"{"error":"invalid_request"}"#,
            "Sage refused to exchange providerData.code for tokens (invalid_request)",
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

mod grants;
