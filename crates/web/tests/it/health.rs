//! How an instance is, and what people should know of it.

use serde_json::{Value, json};

use crate::bookshelf::Polled;
use crate::gateway_under_test::GatewayUnderTest;

async fn connect(gateway: &GatewayUnderTest, vendor_type: &str) -> Value {
    let app = json!({"apiKey": "key", "apiSecret": "s", "verifierToken": "verifier"});
    gateway.call("POST /elements/bookshelf/apps", app).await.ok();
    let configuration = json!({
        "oauth.api.key": "key",
        "event.notification.enabled": true,
        "event.vendor.type": vendor_type,
        "event.poller.refresh_interval": "100000",
    });
    gateway.connect("shop", configuration).await["id"].clone()
}

async fn health(gateway: &GatewayUnderTest, id: &Value) -> Value {
    gateway.get(&format!("GET /instances/{id}/health")).await.ok()
}

async fn poll(gateway: &GatewayUnderTest, id: &Value, status: u16) {
    let answer = gateway.get(&format!("POST /instances/{id}/poll")).await;
    assert_eq!(answer.status, status, "{}", answer.text);
}

#[tokio::test]
async fn a_healthy_instance_shows_when_it_was_heard_of_and_how_long_its_tokens_last() {
    let gateway = GatewayUnderTest::start().await;
    let id = connect(&gateway, "hybrid").await;
    assert_eq!(health(&gateway, &id).await["lastNoticeAt"], Value::Null);
    gateway.notice("/events/bookshelf", "shop 1").await;
    poll(&gateway, &id, 200).await;
    let found = health(&gateway, &id).await;
    let reconnect = format!("/elements/api-v2/instances/{id}/reconnect");
    let expected = json!({
        "instanceId": id, "status": "ok", "lastNoticeAt": found["lastNoticeAt"],
        "lastPollAt": found["lastPollAt"], "lagSeconds": found["lagSeconds"],
        "cursors": {"shelf": found["cursors"]["shelf"]}, "consecutiveFailures": 0,
        "lastError": null, "pollingPausedSince": null, "readsThisMonth": 1,
        "budgetExhausted": false, "tokenExpiresAt": found["tokenExpiresAt"],
        "refreshTokenExpiresAt": null,
        "authenticationHardExpiresAt": found["authenticationHardExpiresAt"],
        "reconnect": {"needed": false, "reason": null, "url": reconnect},
        "pendingDeliveries": 0, "parkedDeliveries": 0,
    });
    assert_eq!(found, expected);
    for member in ["lastNoticeAt", "lastPollAt"] {
        assert!(found[member].as_str().unwrap().starts_with("2026-01-02T03:"), "{found}");
    }
    assert!(found["tokenExpiresAt"].as_str().unwrap().starts_with("2026-01-02T04:"), "{found}");
    let hard = found["authenticationHardExpiresAt"].as_str().unwrap();
    assert!(hard.starts_with("2026-01-03T03:"), "{found}");
    assert!(found["lagSeconds"].as_u64().unwrap() > 0, "{found}");
}

#[tokio::test]
async fn the_status_is_the_gravest_that_fits() {
    let gateway = GatewayUnderTest::start().await;
    let id = connect(&gateway, "polling").await;
    let status = async || health(&gateway, &id).await["status"].clone();
    assert_eq!(status().await, "ok");
    gateway.shelf.answer_polls(Polled::Down);
    poll(&gateway, &id, 502).await;
    assert_eq!(status().await, "degraded");
    let found = health(&gateway, &id).await;
    assert_eq!(found["lastError"], "the provider is not available: the shelf fell over");
    gateway.shelf.answer_polls(Polled::Refused);
    poll(&gateway, &id, 502).await;
    let found = health(&gateway, &id).await;
    assert_eq!(found["status"], "needs-reauthentication");
    assert_eq!(found["reconnect"]["needed"], true);
    assert_eq!(found["reconnect"]["reason"], "the shelf is locked");
    gateway.get(&format!("DELETE /instances/{id}/enabled")).await.ok();
    assert_eq!(status().await, "disabled");
}

#[tokio::test]
async fn an_instance_that_is_not_polled_has_no_lag_and_no_cursor() {
    let gateway = GatewayUnderTest::start().await;
    let id = connect(&gateway, "webhook").await;
    let found = health(&gateway, &id).await;
    let members = ["status", "lagSeconds", "lastPollAt", "cursors"].map(|name| &found[name]);
    assert_eq!(json!(members), json!(["ok", null, null, {}]));
}

#[tokio::test]
async fn a_lapse_is_one_event_of_the_gateway_and_one_entry_until_the_next() {
    let gateway = GatewayUnderTest::start().await;
    let id = connect(&gateway, "polling").await;
    gateway.shelf.answer_polls(Polled::Refused);
    let of_gateway = async || {
        let events = gateway.get(&format!("GET /instances/{id}/events")).await.ok();
        let mut events = events.as_array().unwrap().clone();
        events.retain(|event| event["detection"] == "gateway");
        events
    };
    for lapses in 1..=2 {
        poll(&gateway, &id, 502).await;
        poll(&gateway, &id, 502).await;
        let events = of_gateway().await;
        assert_eq!(events.len(), lapses);
        let members = ["objectType", "objectId", "eventType"].map(|name| &events[0][name]);
        assert_eq!(json!(members), json!(["instances", id.to_string(), "UPDATED"]));
        let again = json!({"providerData": {"code": "fresh", "company": "shop"}});
        gateway.call(&format!("PATCH /instances/{id}"), again).await.ok();
    }
    let history = gateway.get(&format!("GET /instances/{id}/history")).await.ok();
    let entries = history.as_array().unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    let expected = ["reconnected", "needs reauthentication"];
    assert_eq!(kinds, [expected, expected].concat());
    assert_eq!(entries[1]["text"], "the shelf is locked");

    let change = json!({"configuration": {"shelf.edition": "third", "shelf.secret": "hunter2"}});
    gateway.call(&format!("PATCH /instances/{id}"), change).await.ok();
    let history = gateway.get(&format!("GET /instances/{id}/history")).await.ok();
    let wording = "the instance was changed: shelf.edition, shelf.secret";
    assert_eq!(history[0]["text"], wording);
}

#[tokio::test]
async fn what_a_poll_notes_is_in_the_history_newest_first_and_in_pages() {
    let gateway = GatewayUnderTest::start().await;
    let id = connect(&gateway, "polling").await;
    // A note that is repeated is told once.
    for note in ["first", "second", "second", "third"] {
        gateway.shelf.answer_polls(Polled::Note(note));
        poll(&gateway, &id, 200).await;
    }
    let path = format!("GET /instances/{id}/history");
    let first = gateway.get(&format!("{path}?pageSize=2")).await;
    let texts = |page: &Value| -> Vec<String> {
        let entries = page.as_array().unwrap();
        entries.iter().map(|entry| entry["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&first.ok()), ["third", "second"]);
    let members: Vec<_> = first.ok()[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["id", "date", "kind", "text"]);
    let token = first.header("elements-next-page-token").unwrap();
    let rest = gateway.get(&format!("{path}?nextPage={token}")).await;
    assert_eq!(texts(&rest.ok()), ["first"]);
    let other = gateway.another_organization().await;
    for target in [path, format!("GET /instances/{id}/health")] {
        assert_eq!(gateway.call_as(&other, &target, Value::Null).await.refusal().0, 404);
    }
}
