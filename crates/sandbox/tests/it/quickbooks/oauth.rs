//! From the authorize page to the end of a connection.

use ledgerhook_sandbox::quickbooks::App;
use serde_json::json;

use super::bench::{Bench, CLIENT_ID, CLIENT_SECRET, REALM, REDIRECT_URI};
use crate::client::{basic, form, parameter};

fn page_path(client_id: &str, redirect_uri: &str) -> String {
    let fields = [
        ("client_id", client_id),
        ("response_type", "code"),
        ("scope", "com.intuit.quickbooks.accounting"),
        ("redirect_uri", redirect_uri),
        ("state", "st&te"),
    ];
    format!("/connect/oauth2?{}", form(&fields))
}

#[tokio::test]
async fn discovery_names_the_endpoints_of_the_sandbox() {
    let bench = Bench::start().await;
    for path in ["openid_configuration", "openid_sandbox_configuration"] {
        let document = bench.get(&format!("/.well-known/{path}")).await.json();
        let base = bench.sandbox.base_url();
        assert_eq!(document["authorization_endpoint"], format!("{base}/connect/oauth2"));
        assert_eq!(document["token_endpoint"], format!("{base}/oauth2/v1/tokens/bearer"));
        assert_eq!(document["revocation_endpoint"], format!("{base}/v2/oauth2/tokens/revoke"));
    }
}

#[tokio::test]
async fn the_authorize_page_lists_the_companies() {
    let bench = Bench::start().await;
    let page = bench.get(&page_path(CLIENT_ID, REDIRECT_URI)).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Second &amp; Sons"), "{}", page.text);
    assert!(page.text.contains(r#"value="st&amp;te""#), "{}", page.text);
    assert!(page.text.contains("Deny"), "{}", page.text);
}

#[tokio::test]
async fn a_wrong_client_or_redirect_gets_an_error_page() {
    let registered =
        App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..App::new(CLIENT_ID, CLIENT_SECRET) };
    let bench = Bench::start_with(|options| options.apps = vec![registered]).await;
    for (client_id, redirect_uri, status) in [
        (CLIENT_ID, REDIRECT_URI, 200),
        ("nobody", REDIRECT_URI, 400),
        (CLIENT_ID, "http://127.0.0.1:9/elsewhere", 400),
    ] {
        let page = bench.get(&page_path(client_id, redirect_uri)).await;
        assert_eq!(page.status, status, "{client_id} {redirect_uri}");
    }
}

#[tokio::test]
async fn approval_returns_code_state_and_realm() {
    let bench = Bench::start().await;
    let back = bench.approve(CLIENT_ID, REALM).await;
    assert!(back.as_str().starts_with(REDIRECT_URI));
    assert_eq!(parameter(&back, "state"), "st&te");
    assert_eq!(parameter(&back, "realmId"), REALM);
    assert!(!parameter(&back, "code").is_empty());
}

#[tokio::test]
async fn denial_returns_access_denied() {
    let bench = Bench::start().await;
    let back = bench.approve(CLIENT_ID, "").await;
    assert_eq!(parameter(&back, "error"), "access_denied");
    assert_eq!(parameter(&back, "state"), "st&te");
    assert_eq!(parameter(&back, "code"), "");
}

#[tokio::test]
async fn a_code_gives_tokens_as_documented_once() {
    let bench = Bench::start().await;
    let code = parameter(&bench.approve(CLIENT_ID, REALM).await, "code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
    ];
    let answer = bench.token_call(&fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-cache, no-store");
    assert!(answer.header("intuit-tid").starts_with("1-"));
    let body = answer.json();
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let documented =
        ["access_token", "refresh_token", "token_type", "expires_in", "x_refresh_token_expires_in"];
    assert_eq!(names, documented);
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["x_refresh_token_expires_in"], 8_726_400);
    let again = bench.token_call(&fields).await;
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test]
async fn a_rotated_refresh_token_is_refused() {
    let bench = Bench::start_with(|options| options.rotate_every_refresh = true).await;
    let tokens = bench.connect(REALM).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    let first = bench.token_call(&fields).await;
    assert_eq!(first.status, 200);
    assert_ne!(first.json()["refresh_token"], tokens.refresh);
    let second = bench.token_call(&fields).await;
    assert_eq!(second.status, 400);
    let expected = json!({
        "error_description": "Incorrect or invalid refresh token",
        "error": "invalid_grant",
    });
    assert_eq!(second.json(), expected);
}

#[tokio::test]
async fn the_hard_end_is_told_on_request_only() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    let headers = [
        basic(CLIENT_ID, CLIENT_SECRET),
        ("x-include-refresh-token-hard-expires-in", "true".to_owned()),
    ];
    let answer = bench.post_form("/oauth2/v1/tokens/bearer", &headers, &fields).await;
    assert_eq!(answer.json()["x_refresh_token_hard_expires_in"], 157_680_000);
}

#[tokio::test]
async fn wrong_token_requests_get_the_errors_of_the_standard() {
    let bench = Bench::start().await;
    let path = "/oauth2/v1/tokens/bearer";
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "RT1-made-up")];
    for (credentials, fields, status, error) in [
        (basic(CLIENT_ID, "wrong"), &refresh[..], 401, "invalid_client"),
        (basic("nobody", CLIENT_SECRET), &refresh[..], 401, "invalid_client"),
        (basic(CLIENT_ID, CLIENT_SECRET), &refresh[..], 400, "invalid_grant"),
        (basic(CLIENT_ID, CLIENT_SECRET), &refresh[..1], 400, "invalid_request"),
        (
            basic(CLIENT_ID, CLIENT_SECRET),
            &[("grant_type", "password")][..],
            400,
            "unsupported_grant_type",
        ),
    ] {
        let answer = bench.post_form(path, &[credentials], fields).await;
        assert_eq!(answer.status, status, "{fields:?}");
        assert_eq!(answer.json()["error"], error, "{fields:?}");
    }
}

#[tokio::test]
async fn revocation_needs_json_and_basic_and_ends_the_connection() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let path = "/v2/oauth2/tokens/revoke";
    let body = json!({"token": tokens.refresh});
    assert_eq!(bench.post_json(path, body.clone()).await.status, 401);
    let fields = [("token", tokens.refresh.as_str())];
    let credentials = basic(CLIENT_ID, CLIENT_SECRET);
    let answer = bench.post_form(path, std::slice::from_ref(&credentials), &fields).await;
    assert_eq!(answer.status, 400);
    let headers = [credentials, ("content-type", "application/json".to_owned())];
    assert_eq!(bench.send("POST", path, &headers, body.to_string()).await.status, 200);
    assert_eq!(bench.api_get(&tokens, "customer/1").await.status, 401);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    assert_eq!(bench.token_call(&fields).await.status, 400);
}

#[tokio::test]
async fn an_id_token_and_the_user_are_for_those_who_ask() {
    let bench = Bench::start().await;
    let fields = [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("scope", "com.intuit.quickbooks.accounting openid"),
        ("redirect_uri", REDIRECT_URI),
        ("realm_id", REALM),
    ];
    let back = bench.post_form("/connect/oauth2", &[], &fields).await;
    let code = parameter(&back.header("location").parse().unwrap(), "code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
    ];
    let tokens = bench.token_call(&fields).await.json();
    assert_eq!(tokens["id_token"].as_str().unwrap().split('.').count(), 3);
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let path = "/v1/openid_connect/userinfo";
    let user = bench.send("GET", path, &[("authorization", bearer)], String::new()).await;
    assert_eq!(user.json()["emailVerified"], true);
    assert_eq!(bench.get(path).await.status, 401);
    assert_eq!(bench.get("/op/v1/jwks").await.json()["keys"][0]["alg"], "RS256");
}

#[tokio::test]
async fn the_loser_of_a_refresh_race_can_end_the_connection() {
    let bench = Bench::start_with(|options| {
        options.rotate_every_refresh = true;
        options.revoke_on_token_reuse = true;
    })
    .await;
    let tokens = bench.connect(REALM).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    let (one, two) = tokio::join!(bench.token_call(&fields), bench.token_call(&fields));
    let (winner, loser) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!((winner.status, loser.status), (200, 400));
    assert_eq!(loser.json()["error"], "invalid_grant");
    let new = winner.json();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", new["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(bench.token_call(&fields).await.json()["error"], "invalid_grant");
}
