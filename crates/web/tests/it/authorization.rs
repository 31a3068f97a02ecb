//! Who is let in, and where.

use serde_json::{Value, json};

use crate::gateway_under_test::{GatewayUnderTest, request};

const REFUSED: &str = "Invalid Organization or User secret, or invalid Element token provided.";

#[tokio::test]
async fn wrong_or_missing_secrets_are_401_in_the_originals_words() {
    let gateway = GatewayUnderTest::start().await;
    let wrong = format!("{}x", gateway.authorization);
    let other = gateway.another_organization().await;
    let (_, foreign_organization) = other.split_once(", ").unwrap();
    let mixed = format!("{}, {foreign_organization}", gateway.user);
    for authorization in [&wrong, &mixed, &gateway.user, "nonsense"] {
        let answer = gateway.call_as(authorization, "GET /elements", Value::Null).await;
        assert_eq!(answer.refusal(), (401, REFUSED.to_owned()), "{authorization}");
        let request_id = answer.json()["requestId"].as_str().unwrap().to_owned();
        assert!(request_id.len() == 24 && request_id.bytes().all(|b| b.is_ascii_hexdigit()));
    }
    let bare = gateway.send(request("GET /instances").body("".into()).unwrap()).await;
    assert_eq!(bare.refusal(), (401, REFUSED.to_owned()));
}

#[tokio::test]
async fn credentials_come_before_the_body() {
    let gateway = GatewayUnderTest::start().await;
    let request = request("POST /instances").header("content-type", "text/plain");
    let answer = gateway.send(request.body("{".into()).unwrap()).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_token_addresses_its_instance() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect("shop", json!({})).await;
    let token = instance["token"].as_str().unwrap();
    let element = format!("Element {token}, {}", gateway.user);
    let all_three = format!("{}, Element {token}", gateway.authorization);
    for (authorization, name) in [(&element, "one"), (&all_three, "two")] {
        let patched =
            gateway.call_as(authorization, "PATCH /instances", json!({"name": name})).await;
        assert_eq!(patched.ok()["name"], name);
    }
    let disabled = gateway.call_as(&element, "DELETE /instances/enabled", Value::Null).await;
    assert_eq!(disabled.ok()["disabled"], true);
    let enabled = gateway.call_as(&element, "PUT /instances/enabled", Value::Null).await;
    assert_eq!(enabled.ok()["disabled"], false);
    let entries = gateway.call_as(&element, "GET /instances/configuration", Value::Null).await;
    assert!(!entries.ok().as_array().unwrap().is_empty());

    let by_id = format!("GET /instances/{}", instance["id"]);
    assert_eq!(gateway.call_as(&element, &by_id, Value::Null).await.status, 401);
}

#[tokio::test]
async fn a_token_address_without_a_token_says_what_it_takes() {
    let gateway = GatewayUnderTest::start().await;
    for target in ["PUT /instances", "PATCH /instances", "DELETE /instances"] {
        let (status, message) = gateway.call(target, json!({"name": "n"})).await.refusal();
        assert_eq!(status, 400, "{target}");
        assert!(message.contains("Element …") && message.contains("/instances/{id}"), "{message}");
    }
}

#[tokio::test]
async fn the_token_of_a_removed_instance_is_401() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect("shop", json!({})).await;
    let token = instance["token"].as_str().unwrap();
    let element = format!("{}, Element {token}", gateway.user);
    let deleted = gateway.call_as(&element, "DELETE /instances", Value::Null).await;
    assert_eq!((deleted.status.as_u16(), &*deleted.text), (200, ""));
    let answer = gateway.call_as(&element, "PATCH /instances", json!({"name": "n"})).await;
    assert_eq!(answer.refusal(), (401, REFUSED.to_owned()));
}

#[tokio::test]
async fn another_organization_finds_nothing() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    let other = gateway.another_organization().await;
    for target in [
        format!("GET /instances/{id}"),
        format!("DELETE /instances/{id}"),
        format!("GET /instances/{id}/configuration"),
        format!("GET /instances/{id}/events"),
        format!("GET /instances/{id}/verification-key"),
        format!("PUT /instances/{id}/enabled"),
        format!("POST /instances/{id}/poll"),
        "GET /instances".to_owned(),
    ] {
        assert_eq!(gateway.call_as(&other, &target, Value::Null).await.status, 404, "{target}");
    }
}
