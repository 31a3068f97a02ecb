//! Elements and their authorisation URLs.

use axum::body::Body;
use serde_json::json;

use crate::gateway_under_test::{GatewayUnderTest, request};

#[tokio::test]
async fn elements_are_listed_and_read_by_key_or_id() {
    let gateway = GatewayUnderTest::start().await;
    let list = gateway.get("GET /elements").await.ok();
    assert_eq!(list[0]["name"], "Bookshelf Online");
    for name in ["bookshelf", "77"] {
        assert_eq!(gateway.get(&format!("GET /elements/{name}")).await.ok(), list[0]);
    }
    let (status, message) = gateway.get("GET /elements/nothing").await.refusal();
    assert_eq!(status, 404);
    assert!(message.ends_with("known: bookshelf"), "{message}");
}

#[tokio::test]
async fn metadata_tells_which_events_there_are() {
    let gateway = GatewayUnderTest::start().await;
    let metadata = gateway.get("GET /elements/bookshelf/metadata").await.ok();
    let expected = json!({
        "id": 77,
        "key": "bookshelf",
        "name": "Bookshelf Online",
        "description": "Keeps books",
        "events": {
            "supported": true,
            "methods": ["polling", "webhook"],
            "polling": {
                "invoices": {
                    "eventTypes": ["CREATED", "UPDATED"], "pollUrl": "/hubs/finance/invoices",
                },
                "tax-codes": {"eventTypes": ["UPDATED"], "pollUrl": "/hubs/finance/tax-codes"},
            },
            "webhook": {"invoices": {"eventTypes": ["CREATED"]}},
        },
    });
    assert_eq!(metadata, expected);
}

#[tokio::test]
async fn the_configuration_catalogue_has_the_elements_keys_and_the_common_ones() {
    let gateway = GatewayUnderTest::start().await;
    let keys = gateway.get("GET /elements/bookshelf/configuration").await.ok();
    let edition = &keys[1];
    assert_eq!(
        (&edition["key"], &edition["defaultValue"]),
        (&json!("shelf.edition"), &json!("second"))
    );
    assert_eq!(edition["displayOrder"], 1);
    assert!(keys.as_array().unwrap().iter().any(|key| key["key"] == "event.vendor.type"));
}

#[tokio::test]
async fn the_authorization_url_needs_no_credentials() {
    let gateway = GatewayUnderTest::start().await;
    let get =
        "GET /elements/bookshelf/oauth/url?apiKey=k&apiSecret=s&callbackUrl=https%3A%2F%2Fa.test";
    let answer = gateway.send(request(get).body(Body::empty()).unwrap()).await;
    let shape = json!({
        "oauthUrl": "https://bookshelf.test/books/bookshelf/k?to=https://a.test",
        "element": "bookshelf",
    });
    assert_eq!(answer.ok(), shape);

    let body = json!({"apiKey": "k", "callbackUrl": "u", "scope": "all", "state": "st"});
    let post = request("POST /elements/77/oauth/url").body(Body::from(body.to_string()));
    let answer = gateway.send(post.unwrap()).await;
    assert_eq!(answer.ok()["oauthUrl"], "https://bookshelf.test/all/st/k?to=u");
}

#[tokio::test]
async fn an_authorization_url_without_its_parts_is_400_and_names_both() {
    let gateway = GatewayUnderTest::start().await;
    for query in ["", "?apiKey=k", "?callbackUrl=u", "?apiKey=%20&callbackUrl=u"] {
        let target = format!("GET /elements/bookshelf/oauth/url{query}");
        let answer = gateway.send(request(&target).body(Body::empty()).unwrap()).await;
        let (status, message) = answer.refusal();
        assert_eq!(status, 400);
        assert!(message.starts_with("apiKey and callbackUrl: "), "{message}");
    }
}

#[tokio::test]
async fn a_request_token_of_oauth_1_is_not_for_every_element() {
    let gateway = GatewayUnderTest::start().await;
    for (query, expected) in [
        ("apiKey=k&callbackUrl=http://x", "apiKey, apiSecret and callbackUrl: all are needed"),
        ("apiKey=k&apiSecret=s&callbackUrl=http://x", "OAuth 2.0, which has no request token"),
    ] {
        let target = request(&format!("GET /elements/bookshelf/oauth/token?{query}"));
        let (status, message) = gateway.send(target.body(Body::empty()).unwrap()).await.refusal();
        assert_eq!(status, 400);
        assert!(message.contains(expected), "{message}");
    }
}

/// The state in an authorisation URL of the stand-in.
fn state_in(url: &str) -> String {
    url.split('/').nth(4).unwrap().to_owned()
}

async fn url_with_state(gateway: &GatewayUnderTest, api_key: &str) -> String {
    let query = format!("apiKey={api_key}&callbackUrl=u&state=auto");
    let target = request(&format!("GET /elements/bookshelf/oauth/url?{query}"));
    let answer = gateway.send(target.body(Body::empty()).unwrap()).await.ok();
    answer["oauthUrl"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_state_that_the_gateway_made_is_checked_when_it_comes_back() {
    let gateway = GatewayUnderTest::start().await;
    let state = state_in(&url_with_state(&gateway, "k").await);
    assert_ne!(state_in(&url_with_state(&gateway, "k").await), state);
    let body = |api_key: &str, state: &str| {
        json!({
            "element": {"key": "bookshelf"},
            "name": "books",
            "providerData": {"code": "c", "company": "c7", "state": state},
            "configuration": {"oauth.api.key": api_key},
        })
    };
    let refused = async |api_key: &str, state: &str| {
        let answer = gateway.call("POST /instances", body(api_key, state)).await;
        let (status, message) = answer.refusal();
        assert_eq!(status, 400);
        message
    };
    assert!(refused("other", &state).await.starts_with("providerData.state: it was not made by"));
    gateway.call("POST /instances", body("k", &state)).await.ok();
    let again = refused("k", &state).await;
    assert!(again.contains("it was used already, for company c7"), "{again}");
    gateway.call("POST /instances", body("k", "bookshelf")).await.ok();
}

#[tokio::test]
async fn the_customer_can_be_sent_to_authorise_an_instance_again() {
    let gateway = GatewayUnderTest::start().await;
    let body = json!({
        "element": {"key": "bookshelf"},
        "name": "books",
        "providerData": {"code": "c"},
        "configuration": {
            "oauth.api.key": "k", "oauth.callback.url": "https://a.test", "scope": "all",
        },
    });
    let id = gateway.call("POST /instances", body).await.ok()["id"].as_i64().unwrap();
    let target = format!("GET /instances/{id}/reconnect");
    let answer = gateway.get(&target).await.ok();
    let url = format!("https://bookshelf.test/all/{id}/k?to=https://a.test");
    assert_eq!(answer["oauthUrl"], url);
    assert_eq!(answer["element"], "bookshelf");
    assert_eq!(answer["needsReauthentication"], json!(null));
    assert!(answer["authorizationEndsDate"].as_str().unwrap().starts_with("2026-01-03T03:0"));
    assert_eq!(gateway.get("GET /instances/999/reconnect").await.refusal().0, 404);
    let without = json!({"configuration": {"oauth.callback.url": null}});
    gateway.call(&format!("PATCH /instances/{id}"), without).await.ok();
    let (status, message) = gateway.get(&target).await.refusal();
    assert_eq!(status, 400);
    assert!(message.starts_with("configuration.oauth.api.key, configuration.oauth.callback.url"));
}

#[tokio::test]
async fn an_element_that_never_had_oauth_1_has_nothing_to_migrate() {
    let gateway = GatewayUnderTest::start().await;
    let body = json!({
        "element": {"key": "bookshelf"}, "name": "books", "providerData": {"code": "c"},
        "configuration": {"oauth.api.key": "k"},
    });
    let id = gateway.call("POST /instances", body).await.ok()["id"].as_i64().unwrap();
    let target = format!("POST /instances/{id}/migrate-oauth1");
    let app = json!({"configuration": {
        "oauth.api.key": "k", "oauth.api.secret": "s", "oauth.callback.url": "https://a.test",
    }});
    for (body, expected) in [
        (
            json!({"configuration": {"oauth.api.key": "k", "oauth.api.secret": "********"}}),
            "configuration.oauth.api.secret, configuration.oauth.callback.url: needed",
        ),
        (app, "it was always connected by OAuth 2.0"),
    ] {
        let (status, message) = gateway.call(&target, body).await.refusal();
        assert_eq!(status, 400);
        assert!(message.contains(expected), "{message}");
    }
}
