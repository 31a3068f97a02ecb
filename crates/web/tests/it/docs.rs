//! `GET …/docs`: the OpenAPI document of one instance.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::gateway_under_test::GatewayUnderTest;

async fn docs(gateway: &GatewayUnderTest, configuration: Value) -> Value {
    let instance = gateway.connect("library", configuration).await;
    gateway.get(&format!("GET /instances/{}/docs", instance["id"])).await.ok()
}

/// Every `$ref` in a document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_has_the_paths_of_the_instances_own_resources() {
    let gateway = GatewayUnderTest::start().await;
    let document = docs(&gateway, json!({})).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Bookshelf Online: library");
    assert_eq!(document["servers"], json!([{"url": "/elements/api-v2"}]));
    let paths: Vec<&str> =
        document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "/hubs/finance/invoices",
        "/hubs/finance/invoices/{id}",
        "/hubs/finance/magazines",
        "/hubs/finance/magazines/{id}",
        "/hubs/finance/changes",
        "/hubs/finance/objects",
        "/hubs/finance/objects/{name}/metadata",
        "/hubs/finance/ping",
    ];
    assert_eq!(paths, expected);
    let shelf = &document["components"]["schemas"]["invoices"]["properties"]["meta"]["properties"];
    assert_eq!(shelf["shelf"], json!({"type": "number"}));
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_operations_have_names_of_their_own() {
    let gateway = GatewayUnderTest::start().await;
    let events = json!({"event.notification.enabled": true, "oauth.api.key": "key"});
    let document = docs(&gateway, events).await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let paths = document["paths"].as_object().unwrap();
    let ids: BTreeSet<_> = paths.values().map(|path| path["get"]["operationId"].as_str()).collect();
    assert_eq!(ids.len(), paths.len());
}

#[tokio::test]
async fn every_path_of_the_document_is_served() {
    let gateway = GatewayUnderTest::start().await;
    gateway.shelf.catalogue.fill(1);
    let instance = gateway.connect("library", json!({})).await;
    let id = &instance["id"];
    let document = gateway.get(&format!("GET /instances/{id}/docs")).await.ok();
    for path in document["paths"].as_object().unwrap().keys() {
        let path = path.replace("{id}", "1").replace("{name}", "invoices");
        let condition = if path.contains("changes") { "&where=changedSince%3D1" } else { "" };
        let target = format!("GET {path}?instanceId={id}{condition}");
        gateway.get(&target).await.ok();
    }
}

#[tokio::test]
async fn the_notification_has_the_events_that_the_instance_is_told_of() {
    let gateway = GatewayUnderTest::start().await;
    let off = docs(&gateway, json!({})).await;
    assert_eq!(off["webhooks"], json!({}));
    assert!(off["components"]["schemas"]["Notification"].is_null());
    let events = |document: &Value| {
        let message = &document["components"]["schemas"]["Notification"]["properties"]["message"];
        let event = &message["properties"]["events"]["items"]["properties"];
        (event["objectType"]["enum"].clone(), event["eventType"]["enum"].clone())
    };
    for (configuration, objects, kinds) in [
        (json!({}), json!(["invoices", "tax-codes"]), json!(["CREATED", "UPDATED"])),
        (json!({"event.vendor.type": "webhook"}), json!(["invoices"]), json!(["CREATED"])),
        (json!({"event.poller.urls": "tax-codes"}), json!(["tax-codes"]), json!(["UPDATED"])),
    ] {
        let mut all = json!({"event.notification.enabled": true, "oauth.api.key": "key"});
        all.as_object_mut().unwrap().extend(configuration.as_object().unwrap().clone());
        let document = docs(&gateway, all).await;
        assert!(document["webhooks"]["changes"]["post"].is_object(), "{configuration}");
        assert_eq!(events(&document), (objects, kinds), "{configuration}");
    }
}

#[tokio::test]
async fn the_document_is_also_found_by_the_instances_token() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect("library", json!({})).await;
    let by_token = format!("{}, Element {}", gateway.user, instance["token"].as_str().unwrap());
    let document = gateway.call_as(&by_token, "GET /instances/docs", Value::Null).await.ok();
    assert_eq!(document["info"]["title"], "Bookshelf Online: library");
    assert_eq!(gateway.get("GET /instances/999/docs").await.refusal().0, 404);
    let other = gateway.another_organization().await;
    let target = format!("GET /instances/{}/docs", instance["id"]);
    assert_eq!(gateway.call_as(&other, &target, Value::Null).await.refusal().0, 404);
}
