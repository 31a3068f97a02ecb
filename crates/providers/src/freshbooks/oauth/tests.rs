//! OAuth against a scripted server on the loopback network.

use std::time::Duration;

use ledgerhook_model::configuration::Configuration;
use serde_json::{Value, json};

use super::*;
use crate::creation_request::{self, not_asked, object, with};
use crate::freshbooks::stand_in::{credentials, endpoints};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};

const TOKENS: &str = include_str!("../../../tests/fixtures/freshbooks/oauth/tokens.json");
const ME: &str = include_str!("../../../tests/fixtures/freshbooks/oauth/me.json");

fn oauth(server: &ScriptedServer) -> FreshBooksOAuth {
    FreshBooksOAuth::new(client(), endpoints(server))
}

fn configuration() -> Value {
    json!({
        "oauth.api.key": "key",
        "oauth.api.secret": "secret",
        "oauth.callback.url": "https://example.com/back",
        "business.name": "Commonwealth of Independent Systems",
    })
}

fn external() -> Value {
    let tokens = json!({"oauth.user.token": "mine", "oauth.user.refresh_token": "later"});
    with(configuration(), tokens)
}

/// Connects; external where there is no provider data.
async fn connect(
    server: &ScriptedServer,
    provider_data: Option<Value>,
    configuration: Value,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<Connected, ConnectError> {
    let external = provider_data.is_none();
    let provider_data = provider_data.unwrap_or_else(|| json!({}));
    let creation = (provider_data, configuration, external);
    creation_request::connect(server, &oauth(server), creation, script).await
}
fn code() -> Option<Value> {
    Some(json!({"code": "c o+de"}))
}

/// Grants tokens, and says who is asking.
fn granting(me: &str) -> impl Fn(&Asked, usize) -> Scripted {
    move |asked, _| match asked.line.as_str() {
        "POST /token" => answer("200 OK", TOKENS),
        "GET /me" => answer("200 OK", me),
        other => panic!("{other}"),
    }
}

fn me(businesses: &[Value]) -> String {
    let member = |business: &Value| json!({"id": 1, "role": "owner", "business": business});
    let memberships: Vec<Value> = businesses.iter().map(member).collect();
    json!({"response": {"id": 1, "business_memberships": memberships}}).to_string()
}

/// Connects with input that must be refused before anything is sent.
async fn refused_input(provider_data: Option<Value>, configuration: Value) -> String {
    let server = ScriptedServer::new().await;
    connect(&server, provider_data, configuration, not_asked).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_authorisation_url_has_its_parameters_in_the_original_order() {
    let server = ScriptedServer::new().await;
    let request = AuthorizeRequest {
        api_key: "xxxx".to_owned(),
        callback_url: "https://httpbin.org/get".to_owned(),
        scope: None,
        state: "freshbooksv2".to_owned(),
        request_token: None,
    };
    let url = |request: &AuthorizeRequest| oauth(&server).authorize_url(request);
    assert_eq!(
        url(&request).unwrap(),
        "https://auth.freshbooks.com/oauth/authorize?response_type=code\
         &redirect_uri=https%3A%2F%2Fhttpbin.org%2Fget&state=freshbooksv2&client_id=xxxx"
    );
    let scoped = AuthorizeRequest { scope: Some("user:profile:read a".to_owned()), ..request };
    let text = url(&scoped).unwrap();
    assert!(text.contains("authorize?scope=user%3Aprofile%3Aread+a&response_type="), "{text}");
    for (callback_url, expected) in [
        ("https://e.com/x?a=1", "callbackUrl: FreshBooks allows no query in a redirect URI"),
        ("https;//e.com/x", "callbackUrl: scheme must be followed by `://`"),
    ] {
        let callback_url = callback_url.to_owned();
        let error = url(&AuthorizeRequest { callback_url, ..scoped.clone() }).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let request = AuthorizeRequest { request_token: Some("t".to_owned()), ..scoped };
    assert!(url(&request).unwrap_err().to_string().starts_with("requestToken: "));
}

#[tokio::test]
async fn a_code_is_exchanged_and_the_business_found_by_its_name() {
    let server = ScriptedServer::new().await;
    let connected = connect(&server, code(), configuration(), granting(ME)).await.unwrap();
    assert_eq!(connected.company, "ABC123");
    assert_eq!(
        connected.configuration,
        [
            ("freshbooks.account.id", "ABC123".to_owned()),
            ("freshbooks.business.id", "439000".to_owned()),
            ("freshbooks.business.uuid", "a_uuid1".to_owned()),
            ("freshbooks.identity.id", "12345".to_owned()),
        ]
    );
    assert_eq!(
        connected.tokens,
        Tokens {
            access: Secret::new("my_access_token"),
            refresh: Secret::new("my_refresh_token"),
            access_lifetime: Duration::from_secs(100),
            refresh_lifetime: None,
            refresh_hard_lifetime: None,
        }
    );
    let [token, me] = server.asked().try_into().unwrap();
    assert_eq!(token.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(token.header("accept"), Some("application/json"));
    assert_eq!(token.header("authorization"), None);
    assert_eq!(
        token.body,
        "client_id=key&client_secret=secret&grant_type=authorization_code&code=c+o%2Bde\
         &redirect_uri=https%3A%2F%2Fexample.com%2Fback"
    );
    assert_eq!(me.header("authorization"), Some("Bearer my_access_token"));
    assert_eq!(me.header("content-type"), None);
}

#[tokio::test]
async fn a_name_is_found_in_any_case_and_with_blanks_around_it() {
    for name in ["  bayern CORPORATION ", "Bayern Corporation"] {
        let server = ScriptedServer::new().await;
        let configuration = with(configuration(), json!({"business.name": name}));
        let connected = connect(&server, code(), configuration, granting(ME)).await.unwrap();
        assert_eq!(connected.company, "ABC124", "{name}");
    }
}

#[tokio::test]
async fn a_name_that_is_none_or_several_of_the_businesses_is_an_error_that_lists_them() {
    let one = json!({"id": 1, "name": "Acme", "account_id": "A1"});
    let two = json!({"id": 2, "name": "ACME ", "account_id": "A2"});
    let team = json!({"id": 3, "name": "Team", "account_id": null});
    let cases = [
        (
            "Other",
            vec![one.clone(), team.clone()],
            "configuration.business.name: it is none of the customer's businesses; there are `Acme` \
             (A1), `Team` (no account id). The code is spent: authorise again",
        ),
        (
            "acme",
            vec![one.clone(), two.clone()],
            "configuration.business.name: it is the name of several; add \
             configuration.freshbooks.account.id; there are `Acme` (A1), `ACME` (A2). The code is \
             spent: authorise again",
        ),
        (
            "team",
            vec![team.clone()],
            "configuration.business.name: it has no account id, so it has no books that could be \
             read or told of; there are `Team` (no account id). The code is spent: authorise again",
        ),
        (
            "acme",
            vec![],
            "configuration.business.name: it is none of the customer's businesses; there are none. \
             The code is spent: authorise again",
        ),
    ];
    for (name, businesses, expected) in cases {
        let server = ScriptedServer::new().await;
        let configuration = with(configuration(), json!({"business.name": name}));
        let me = me(&businesses);
        let error = connect(&server, code(), configuration, granting(&me)).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let twice = [one.clone(), one.clone(), json!({"id": 4, "name": "Acme"})];
    let server = ScriptedServer::new().await;
    let named = with(configuration(), json!({"business.name": "acme"}));
    let connected = connect(&server, code(), named.clone(), granting(&me(&twice))).await.unwrap();
    assert_eq!(connected.company, "A1");
    let server = ScriptedServer::new().await;
    let chosen = with(named, json!({"freshbooks.account.id": "A2"}));
    let connected = connect(&server, code(), chosen, granting(&me(&[one, two]))).await.unwrap();
    assert_eq!((connected.company.as_str(), connected.configuration.len()), ("A2", 2));
}

#[tokio::test]
async fn another_name_is_not_held_against_the_account_of_the_one_before() {
    let server = ScriptedServer::new().await;
    let configuration = with(configuration(), json!({"freshbooks.account.id": "ABC124"}));
    let connected = connect(&server, code(), configuration, granting(ME)).await.unwrap();
    assert_eq!(connected.company, "ABC123");
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    assert_eq!(
        refused_input(Some(json!({"code": " "})), json!({})).await,
        "providerData.code, configuration.oauth.api.key, configuration.oauth.api.secret, \
         configuration.oauth.callback.url, configuration.business.name: they are required and were \
         not given"
    );
    assert_eq!(
        refused_input(None, json!({})).await,
        "configuration.oauth.user.token, configuration.oauth.user.refresh_token, \
         configuration.oauth.api.key, configuration.oauth.api.secret, \
         configuration.oauth.callback.url, configuration.business.name: they are required and were \
         not given"
    );
}

#[tokio::test]
async fn what_cannot_be_used_is_named_with_its_cure() {
    let cases = [
        (
            Some(json!({"code": "c".repeat(2_049)})),
            json!({}),
            "providerData.code: it is longer than 2048 characters",
        ),
        (
            code(),
            json!({"oauth.callback.url": "https://e.com/?a=1"}),
            "configuration.oauth.callback.url: FreshBooks allows no query in a redirect URI; take \
             it out",
        ),
        (
            code(),
            json!({"freshbooks.account.id": "a/b"}),
            "configuration.freshbooks.account.id: it must be an account id, which is made of \
             letters and digits",
        ),
        (
            None,
            json!({"oauth.user.refresh_interval": "soon"}),
            "configuration.oauth.user.refresh_interval: it must be a whole number",
        ),
        (
            None,
            json!({
                "business.name": null,
                "freshbooks.account.id": "A1",
                "freshbooks.business.id": "x",
            }),
            "configuration.freshbooks.business.id: it must be the number of the business",
        ),
        (
            Some(json!({"error": "access_denied"})),
            json!({}),
            "the customer did not authorise the app at FreshBooks",
        ),
        (
            Some(json!({"error": "invalid_scope"})),
            json!({}),
            "FreshBooks refused the scope: it has one that does not exist or that the app does not \
             have; add it to the app or leave scope out of the authorisation URL",
        ),
    ];
    for (provider_data, members, expected) in cases {
        let configuration = with(external(), members);
        assert_eq!(refused_input(provider_data, configuration).await, expected);
    }
}

#[tokio::test]
async fn a_refused_exchange_says_which_value_is_wrong() {
    let cases = [
        ("invalid_grant", "providerData.code: it was used already"),
        ("invalid_client", "configuration.oauth.api.key with configuration.oauth.api.secret"),
        ("invalid_redirect_uri", "FreshBooks does not accept configuration.oauth.callback.url"),
        ("invalid_scope", "FreshBooks does not accept the scope"),
        ("odd", "FreshBooks refused to exchange providerData.code for tokens (odd)"),
    ];
    for (error, expected) in cases {
        let server = ScriptedServer::new().await;
        let body = json!({"error": error, "error_description": "words"}).to_string();
        let script = |_: &Asked, _| answer("400 Bad Request", body.as_str());
        let refused = connect(&server, code(), configuration(), script).await.unwrap_err();
        let ConnectError::Refused { message, provider_message } = refused else {
            panic!("{error}: {refused}")
        };
        assert!(message.contains(expected), "{message}");
        assert_eq!(provider_message, format!("{error}: words"));
    }
}

#[tokio::test]
async fn a_person_who_cannot_be_asked_about_is_told_with_what_to_do() {
    let unauthenticated = include_str!("../../../tests/fixtures/freshbooks/errors/401-me.json");
    let cases = [
        ("401 Unauthorized", unauthenticated, "put the new one in configuration.oauth.user.token"),
        ("403 Forbidden", r#"{"error":"insufficient_scope"}"#, "user:profile:read"),
        ("503 Service Unavailable", "", "The code is spent: authorise again"),
        ("200 OK", "{}", "The code is spent: authorise again"),
    ];
    for (status, body, expected) in cases {
        let server = ScriptedServer::new().await;
        let script = |asked: &Asked, _: usize| match asked.line.as_str() {
            "POST /token" => answer("200 OK", TOKENS),
            _ => answer(status, body),
        };
        let error = connect(&server, code(), configuration(), script).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{status}: {error}");
    }
}

#[tokio::test]
async fn tokens_of_ones_own_are_checked_by_the_name_of_the_business() {
    let server = ScriptedServer::new().await;
    let configuration = with(external(), json!({"oauth.user.refresh_interval": "60"}));
    let connected = connect(&server, None, configuration, granting(ME)).await.unwrap();
    assert_eq!(connected.company, "ABC123");
    assert_eq!(
        connected.tokens,
        Tokens {
            access: Secret::new("mine"),
            refresh: Secret::new("later"),
            access_lifetime: Duration::from_secs(60),
            refresh_lifetime: None,
            refresh_hard_lifetime: None,
        }
    );
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!(asked.line, "GET /me");
    assert_eq!(asked.header("authorization"), Some("Bearer mine"));
}

#[tokio::test]
async fn with_the_ids_of_the_business_nothing_is_asked() {
    let ids = json!({
        "business.name": null,
        "freshbooks.account.id": "A1",
        "freshbooks.business.id": "5",
    });
    let server = ScriptedServer::new().await;
    let connected = connect(&server, None, with(external(), ids), not_asked).await.unwrap();
    assert_eq!((connected.company.as_str(), connected.configuration.len()), ("A1", 2));
    assert_eq!(connected.tokens.access_lifetime, Duration::from_secs(43_200));
    let account = json!({"business.name": null, "freshbooks.account.id": "ABC124"});
    let server = ScriptedServer::new().await;
    let connected = connect(&server, None, with(external(), account), granting(ME)).await.unwrap();
    assert_eq!(connected.configuration[1], ("freshbooks.business.id", "438000".to_owned()));
    let unknown = json!({"business.name": null, "freshbooks.account.id": "X"});
    let server = ScriptedServer::new().await;
    let error = connect(&server, None, with(external(), unknown), granting(ME)).await.unwrap_err();
    assert!(error.to_string().starts_with("configuration.freshbooks.account.id: it is none"));
}

async fn refresh(
    server: &ScriptedServer,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<Tokens, RefreshError> {
    let configuration = Configuration::from_json(&object(configuration())).unwrap();
    let (credentials, refresh_token) = (credentials(), Secret::new("old"));
    let request = GrantRequest {
        credentials: &credentials,
        configuration: &configuration,
        refresh_token: &refresh_token,
    };
    server.during(script, oauth(server).refresh(request)).await
}

#[tokio::test]
async fn a_refresh_sends_the_redirect_uri_again_and_brings_a_new_refresh_token() {
    let server = ScriptedServer::new().await;
    let tokens = refresh(&server, granting(ME)).await.unwrap();
    assert_eq!(tokens.refresh, Secret::new("my_refresh_token"));
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!(
        asked.body,
        "client_id=key&client_secret=secret&grant_type=refresh_token&refresh_token=old\
         &redirect_uri=https%3A%2F%2Fexample.com%2Fback"
    );
}

#[tokio::test]
async fn a_connection_is_ended_by_its_refresh_token() {
    let cases = [
        ("200 OK", "{}", true),
        ("403 Forbidden", r#"{"error":"unauthorized_client"}"#, false),
        ("500 Internal Server Error", "", false),
    ];
    for (status, body, is_ended) in cases {
        let server = ScriptedServer::new().await;
        let configuration = Configuration::default();
        let (credentials, refresh_token) = (credentials(), Secret::new("r 1"));
        let request = GrantRequest {
            credentials: &credentials,
            configuration: &configuration,
            refresh_token: &refresh_token,
        };
        let oauth = oauth(&server);
        let revoked = oauth.revoke(request);
        let result = server.during(|_, _| answer(status, body), revoked).await;
        assert_eq!(result.is_ok(), is_ended, "{status}: {result:?}");
        let [asked] = server.asked().try_into().unwrap();
        assert_eq!(asked.line, "POST /revoke");
        assert_eq!(asked.body, "client_id=key&client_secret=secret&token=r+1");
    }
}
