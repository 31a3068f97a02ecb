//! Instances: created, changed and removed in the original's shapes.

use axum::body::Body;
use serde_json::{Value, json};

use crate::bookshelf::{FAULTY_CODE, SILENT_CODE, USED_CODE};
use crate::gateway_under_test::{GatewayUnderTest, request};

#[tokio::test]
async fn a_created_instance_is_answered_in_the_originals_shape_and_order() {
    let gateway = GatewayUnderTest::start().await;
    let body = json!({
        "element": {"key": "bookshelf"},
        "providerData": {"code": "fresh"},
        "configuration": {
            "oauth.api.key": "client",
            "event.notification.enabled": true,
            "filter.response.nulls": null,
        },
        "tags": ["Docs", "tag 2"],
        "name": "API Instance",
        "retrieveObjectsAfterInstantiation": true,
        "somethingElse": [1],
    });
    let answer = gateway.call("POST /instances", body).await;
    let instance = answer.ok();
    let members: Vec<&str> = instance.as_object().unwrap().keys().map(String::as_str).collect();
    let order = [
        "id",
        "name",
        "createdDate",
        "token",
        "element",
        "elementId",
        "tags",
        "provisionInteractions",
        "valid",
        "disabled",
        "maxCacheSize",
        "cacheTimeToLive",
        "configuration",
        "eventsEnabled",
        "traceLoggingEnabled",
        "cachingEnabled",
        "externalAuthentication",
        "user",
    ];
    assert_eq!(members, order);
    assert!(instance["id"].as_i64().unwrap() > 0);
    assert!(instance["createdDate"].as_str().unwrap().starts_with("2026-01-02T03:04:"));
    assert_eq!(instance["createdDate"].as_str().unwrap().len(), "yyyy-MM-ddTHH:mm:ssZ".len());
    assert_eq!(instance["token"].as_str().unwrap().len(), 44);
    assert_eq!(instance["elementId"], 77);
    assert_eq!(instance["element"]["hookName"], "BookshelfOnline");
    assert_eq!(instance["element"]["authentication"], json!({"type": "oauth2"}));
    assert_eq!(instance["tags"], json!(["Docs", "tag 2"]));
    assert_eq!(instance["valid"], true);
    assert_eq!(instance["eventsEnabled"], true);
    assert_eq!(instance["externalAuthentication"], "none");
    let configuration = json!({
        "event.notification.enabled": "true",
        "filter.response.nulls": null,
        "oauth.api.key": "********",
    });
    assert_eq!(instance["configuration"], configuration);
    let user = json!({
        "id": instance["user"]["id"], "emailAddress": "Acme@example.test",
        "firstName": "", "lastName": "",
    });
    assert_eq!(instance["user"], user);
}

#[tokio::test]
async fn tags_default_to_the_name() {
    let gateway = GatewayUnderTest::start().await;
    assert_eq!(gateway.connect("shop", json!({})).await["tags"], json!(["shop"]));
}

#[tokio::test]
async fn an_element_is_named_by_key_or_id_in_body_or_path() {
    let gateway = GatewayUnderTest::start().await;
    for (target, element) in [
        ("POST /instances", json!({"key": "bookshelf"})),
        ("POST /instances", json!({"id": 77})),
        ("POST /instances", json!({"id": "77"})),
        ("POST /elements/bookshelf/instances", Value::Null),
        ("POST /elements/77/instances", json!({"key": "ignored"})),
    ] {
        let body = json!({"element": element, "providerData": {"code": "fresh"}, "name": "n"});
        let created = gateway.call(target, body).await.ok();
        assert_eq!(created["element"]["key"], "bookshelf", "{target} {element}");
    }
}

#[tokio::test]
async fn a_missing_or_unknown_element_is_answered_with_those_there_are() {
    let gateway = GatewayUnderTest::start().await;
    for (element, status) in [
        (Value::Null, 400),
        (json!({}), 400),
        (json!({"key": "{{page.elementKey}}"}), 404),
        (json!({"id": 39}), 404),
    ] {
        let body = json!({"element": element, "providerData": {"code": "c"}, "name": "n"});
        let answer = gateway.call("POST /instances", body).await;
        let (found, message) = answer.refusal();
        assert_eq!(found, status, "{message}");
        assert!(message.ends_with("known: bookshelf"), "{message}");
    }
}

#[tokio::test]
async fn a_wrong_member_is_named() {
    let gateway = GatewayUnderTest::start().await;
    for (body, wording) in [
        (json!({"element": "bookshelf"}), "element: must be an object, not a string"),
        (json!({"element": {"key": 5}}), "element.key: must be a string, not a number"),
        (
            json!({"element": {"id": 77}, "tags": ["a", 5]}),
            "tags[1]: must be a string, not a number",
        ),
        (
            json!({"element": {"id": 77}, "configuration": []}),
            "configuration: must be an object, not a list",
        ),
        (
            json!({"element": {"id": 77}, "name": "n", "configuration": {"event.vendor.type": "x"}}),
            "configuration.event.vendor.type: `x` is not one of polling, webhook, webhooks, hybrid",
        ),
    ] {
        let answer = gateway.call("POST /instances", body).await;
        assert_eq!(answer.refusal(), (400, wording.to_owned()));
    }
    let (status, _) = gateway.get("GET /instances").await.refusal();
    assert_eq!(status, 404, "nothing was stored");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_400_with_its_place() {
    let gateway = GatewayUnderTest::start().await;
    let broken = request("POST /instances")
        .header("authorization", &gateway.authorization)
        .body(Body::from("{\n  \"name\": \"n\"\n  \"tags\": []\n}"));
    let answer = gateway.send(broken.unwrap()).await;
    let wording = "line 3, column 3: expected `,` or `}` after the value of \"name\"; a comma is \
                   missing at the end of line 2";
    assert_eq!(answer.refusal(), (400, wording.to_owned()));
}

#[tokio::test]
async fn a_provider_that_fails_is_told_from_a_request_that_is_wrong() {
    let gateway = GatewayUnderTest::start().await;
    let create = |data: Value| {
        let body = json!({"element": {"id": 77}, "name": "n", "providerData": data});
        gateway.call("POST /instances", body)
    };
    let refused = create(json!({"code": USED_CODE})).await;
    assert_eq!(refused.refusal(), (400, "the code was used already".to_owned()));
    assert_eq!(refused.json()["providerMessage"], "invalid_grant");

    let silent = create(json!({"code": SILENT_CODE})).await;
    assert_eq!(silent.refusal(), (502, "no answer from Bookshelf Online".to_owned()));
    assert_eq!(silent.json().get("providerMessage"), None);

    let missing = create(json!({})).await;
    assert_eq!(missing.refusal(), (400, "providerData.code: missing".to_owned()));
}

#[tokio::test]
async fn a_fault_of_the_gateway_is_500_and_gives_nothing_away() {
    let gateway = GatewayUnderTest::start().await;
    let data = json!({"code": FAULTY_CODE});
    let body = json!({"element": {"id": 77}, "name": "n", "providerData": data});
    let answer = gateway.call("POST /instances", body).await;
    let (status, message) = answer.refusal();
    assert_eq!(status, 500);
    assert!(!message.contains("hunter2"), "{message}");
}

#[tokio::test]
async fn an_instance_is_patched_replaced_and_removed() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({"shelf.edition": "third"})).await["id"].clone();
    let at = |method: &str| format!("{method} /instances/{id}");

    let patched = gateway.call(&at("PATCH"), json!({"tags": [], "configuration": {"a": 1}})).await;
    let patched = patched.ok();
    assert_eq!((&patched["name"], &patched["tags"]), (&json!("shop"), &json!([])));
    assert_eq!(patched["configuration"], json!({"a": "1", "shelf.edition": "third"}));

    let body = json!({"name": "new", "providerData": {"code": "again"}});
    let replaced = gateway.call(&at("PUT"), body).await.ok();
    assert_eq!((&replaced["id"], &replaced["name"]), (&id, &json!("new")));
    assert_eq!(replaced["configuration"], json!({}));
    assert_eq!(replaced.get("providerData"), None);
    assert_eq!(gateway.get(&at("GET")).await.ok(), replaced);

    assert_eq!(gateway.get(&at("DELETE")).await.text, "");
    let wording = format!("No element instance found with ID {id}");
    assert_eq!(gateway.get(&at("GET")).await.refusal(), (404, wording));
}

#[tokio::test]
async fn an_instance_is_reached_through_its_own_element_only() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    for element in ["bookshelf", "77"] {
        let found = gateway.get(&format!("GET /elements/{element}/instances/{id}")).await;
        assert_eq!(found.ok()["id"], id);
    }
    let listed = gateway.get("GET /elements/bookshelf/instances").await.ok();
    assert_eq!(listed[0]["id"], id);
    for target in [
        format!("GET /elements/quickbooks/instances/{id}"),
        "GET /elements/quickbooks/instances".to_owned(),
        "GET /elements/bookshelf/instances/999".to_owned(),
        "GET /instances/none".to_owned(),
    ] {
        assert_eq!(gateway.get(&target).await.status, 404, "{target}");
    }
}

#[tokio::test]
async fn an_instance_is_switched_off_and_on() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    for (method, disabled) in [("DELETE", true), ("PUT", false)] {
        let answer = gateway.get(&format!("{method} /instances/{id}/enabled")).await.ok();
        assert_eq!((&answer["id"], &answer["disabled"]), (&id, &json!(disabled)));
    }
}

#[tokio::test]
async fn the_verification_key_is_public_text() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    let key = gateway.get(&format!("GET /instances/{id}/verification-key")).await.ok();
    assert!(key["key"].as_str().unwrap().starts_with("whpk_"), "{key}");
}
