//! The configuration of an instance, entry by entry.

use serde_json::{Value, json};

use crate::gateway_under_test::GatewayUnderTest;

const CALLBACK_URL: &str = "event.notification.callback.url";

async fn entries(gateway: &GatewayUnderTest, id: &Value) -> Vec<Value> {
    let list = gateway.get(&format!("GET /instances/{id}/configuration")).await.ok();
    list.as_array().unwrap().clone()
}

fn named<'e>(entries: &'e [Value], key: &str) -> &'e Value {
    entries.iter().find(|entry| entry["key"] == key).unwrap()
}

#[tokio::test]
async fn the_list_has_every_known_key_and_every_stored_one() {
    let gateway = GatewayUnderTest::start().await;
    let configuration = json!({
        "oauth.api.key": "client", "my.own": "value", "my.password": "hunter2",
        "event.notification.signature.key": "signing",
    });
    let id = gateway.connect("shop", configuration).await["id"].clone();
    let entries = entries(&gateway, &id).await;
    let keys: Vec<_> = entries.iter().map(|entry| entry["key"].as_str().unwrap()).collect();
    assert_eq!(keys[..3], ["oauth.api.key", "shelf.edition", "event.notification.enabled"]);
    assert_eq!(keys[keys.len() - 2..], ["my.own", "my.password"]);

    let api_key = named(&entries, "oauth.api.key");
    let shape = json!({
        "id": api_key["id"], "name": "API Key", "key": "oauth.api.key",
        "propertyValue": "********", "description": "Client id", "type": "PASSWORD",
        "active": true, "hideFromConsole": false, "required": true,
    });
    assert_eq!(*api_key, shape);
    let value = |key| &named(&entries, key)["propertyValue"];
    assert_eq!(value("shelf.edition"), "second");
    assert_eq!(value(CALLBACK_URL), &Value::Null);
    assert_eq!(value("my.own"), "value");
    assert_eq!(value("my.password"), "********");
    assert_eq!(value("event.notification.signature.key"), "********");
}

#[tokio::test]
async fn an_entry_is_read_and_changed_by_id_or_key() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    let number = named(&entries(&gateway, &id).await, CALLBACK_URL)["id"].clone();
    for (method, entry, url) in [
        ("PATCH", number.to_string(), "https://example.com/a"),
        ("PUT", number.to_string(), "https://example.com/b"),
        ("PATCH", CALLBACK_URL.to_owned(), "https://example.com/c"),
    ] {
        let path = format!("/instances/{id}/configuration/{entry}");
        let mut item = gateway.get(&format!("GET {path}")).await.ok();
        item["propertyValue"] = json!(url);
        let changed = gateway.call(&format!("{method} {path}"), item.clone()).await.ok();
        assert_eq!(changed, item);
        assert_eq!(gateway.get(&format!("GET {path}")).await.ok(), item);
    }
    let instance = gateway.get(&format!("GET /instances/{id}")).await.ok();
    assert_eq!(instance["configuration"], json!({CALLBACK_URL: "https://example.com/c"}));
}

#[tokio::test]
async fn an_entry_that_is_not_there_or_not_usable_is_refused() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    let path = format!("/instances/{id}/configuration");
    let unknown = gateway.get(&format!("GET {path}/12")).await;
    assert_eq!(unknown.refusal(), (404, "No configuration found with ID or key 12".to_owned()));
    let entry = format!("PATCH {path}/{CALLBACK_URL}");
    let (status, message) = gateway.call(&entry, json!({"value": "x"})).await.refusal();
    assert_eq!(status, 400);
    assert!(message.starts_with("propertyValue: "), "{message}");
    let (status, message) = gateway.call(&entry, json!({"propertyValue": "x"})).await.refusal();
    assert_eq!(status, 400);
    assert!(message.starts_with(&format!("configuration.{CALLBACK_URL}: ")), "{message}");
}
