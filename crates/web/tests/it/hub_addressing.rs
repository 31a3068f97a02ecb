//! Whose records a request of the hub is about, and who may read them.

use axum::body::Body;
use serde_json::{Value, json};

use crate::gateway_under_test::{Answer, GatewayUnderTest, request};

const LIST: &str = "GET /hubs/finance/invoices";

/// A gateway with an instance; the instance's id and `User …, Element …`.
async fn library() -> (GatewayUnderTest, i64, String) {
    let gateway = GatewayUnderTest::start().await;
    gateway.shelf.catalogue.fill(2);
    let instance = gateway.connect("library", json!({})).await;
    let by_token = format!("Element {}, {}", instance["token"].as_str().unwrap(), gateway.user);
    (gateway, instance["id"].as_i64().unwrap(), by_token)
}

async fn with_header(gateway: &GatewayUnderTest, id: &str) -> Answer {
    let request = request(LIST)
        .header("authorization", &gateway.authorization)
        .header("Elements-Instance-Id", id)
        .body(Body::empty());
    gateway.send(request.unwrap()).await
}

#[tokio::test]
async fn an_instance_is_named_by_its_token_or_by_its_id() {
    let (gateway, id, by_token) = library().await;
    let id = id.to_string();
    let by_query = format!("{LIST}?instanceId={id}");
    let all_three = format!("{by_token}, {}", gateway.authorization.split(", ").nth(1).unwrap());
    for answer in [
        gateway.call_as(&by_token, LIST, Value::Null).await,
        gateway.call_as(&by_token, &by_query, Value::Null).await,
        gateway.call_as(&all_three, LIST, Value::Null).await,
        gateway.get(&by_query).await,
        with_header(&gateway, &id).await,
    ] {
        assert_eq!(answer.ok().as_array().unwrap().len(), 2);
        assert_eq!(answer.header("elements-element-instance-id"), Some(&*id));
    }
}

#[tokio::test]
async fn a_request_that_names_none_or_two_is_told_how() {
    let (gateway, _, by_token) = library().await;
    let (status, message) = gateway.get(LIST).await.refusal();
    assert_eq!(status, 400);
    assert!(message.starts_with("instanceId: missing; send the token of an instance"), "{message}");
    let other = gateway.connect("other", json!({})).await["id"].to_string();
    let two = gateway.call_as(&by_token, &format!("{LIST}?instanceId={other}"), Value::Null).await;
    let (status, message) = two.refusal();
    assert_eq!(status, 400);
    assert!(message.contains("is not the instance of the Element token"), "{message}");
}

#[tokio::test]
async fn another_organisations_instance_does_not_exist() {
    let (gateway, id, by_token) = library().await;
    let other = gateway.another_organization().await;
    for id in [id.to_string(), "999".to_owned(), "x".to_owned()] {
        let target = format!("{LIST}?instanceId={id}");
        let (status, message) = gateway.call_as(&other, &target, Value::Null).await.refusal();
        assert_eq!(status, 404);
        assert_eq!(message, format!("No element instance found with ID {id}"));
    }
    let own_token = by_token.split(", ").next().unwrap();
    let strange = format!("{own_token}, {}", other.split(", ").next().unwrap());
    assert_eq!(gateway.call_as(&strange, LIST, Value::Null).await.refusal().0, 401);
}

#[tokio::test]
async fn the_token_of_a_removed_instance_is_401() {
    let (gateway, id, by_token) = library().await;
    let removed = gateway.call(&format!("DELETE /instances/{id}"), Value::Null).await;
    assert_eq!(removed.status, 200);
    assert_eq!(gateway.call_as(&by_token, LIST, Value::Null).await.refusal().0, 401);
}

#[tokio::test]
async fn a_disabled_instance_shows_its_objects_and_no_records() {
    let (gateway, id, by_token) = library().await;
    gateway.call(&format!("DELETE /instances/{id}/enabled"), Value::Null).await.ok();
    for path in ["invoices", "invoices/1", "ping", "changes?where=changedSince%3D1"] {
        let target = format!("GET /hubs/finance/{path}");
        let (status, message) = gateway.call_as(&by_token, &target, Value::Null).await.refusal();
        assert_eq!(status, 403, "{path}");
        assert!(message.contains("is disabled"), "{message}");
    }
    for path in ["objects", "objects/invoices/metadata"] {
        gateway.call_as(&by_token, &format!("GET /hubs/finance/{path}"), Value::Null).await.ok();
    }
    gateway.call(&format!("PUT /instances/{id}/enabled"), Value::Null).await.ok();
    gateway.call_as(&by_token, LIST, Value::Null).await.ok();
}
