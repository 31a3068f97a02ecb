//! Polling that is paused after failures and goes on again, and the poller's records.

use ledgerhook_engine::Settings;
use ledgerhook_engine::connector::ProviderError;
use serde_json::{Value, json};

use crate::bookshelf::Polled;
use crate::gateway_under_test::GatewayUnderTest;

async fn start() -> GatewayUnderTest {
    let settings = Settings { poll_failures_before_pause: 3, ..Settings::default() };
    GatewayUnderTest::start_with(settings).await
}

/// Connects a company that is polled when a test says so.
async fn polled(gateway: &GatewayUnderTest) -> Value {
    let configuration = json!({
        "oauth.api.key": "key",
        "event.notification.enabled": true,
        "event.poller.refresh_interval": "100000",
    });
    gateway.connect("shop", configuration).await
}

/// Polls so often and returns the status of the answers, which must all be the same.
async fn poll(gateway: &GatewayUnderTest, id: &Value, times: u32, status: u16) {
    for _ in 0..times {
        let answer = gateway.get(&format!("POST /instances/{id}/poll")).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
}

async fn paused(gateway: &GatewayUnderTest) -> Vec<Value> {
    let instances = gateway.get("GET /instances/polling-disabled").await.ok();
    assert_eq!(gateway.get("GET /jobs/polling-disabled").await.ok(), instances);
    instances.as_array().unwrap().clone()
}

async fn kinds(gateway: &GatewayUnderTest, id: &Value) -> Vec<String> {
    let history = gateway.get(&format!("GET /instances/{id}/history")).await.ok();
    let entries = history.as_array().unwrap();
    entries.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn after_so_many_failures_in_a_row_polling_is_paused_over_restarts() {
    let mut gateway = start().await;
    let id = polled(&gateway).await["id"].clone();
    gateway.shelf.answer_polls(Polled::Down);
    poll(&gateway, &id, 2, 502).await;
    assert!(paused(&gateway).await.is_empty());
    gateway.restart().await;
    poll(&gateway, &id, 1, 502).await;
    gateway.restart().await;

    let found = paused(&gateway).await;
    let reason = "3 polls of the feed shelf failed in a row: the provider is not available: the \
                  shelf fell over";
    let expected = json!([{
        "instanceId": id, "name": "shop", "element": "bookshelf", "since": found[0]["since"],
        "reason": reason, "feed": "shelf", "resources": ["invoices", "tax-codes"],
    }]);
    assert_eq!(json!(found), expected);
    assert!(found[0]["since"].as_str().unwrap().starts_with("2026-01-02T03:"));
    assert_eq!(kinds(&gateway, &id).await, ["polling paused"]);
    let health = gateway.get(&format!("GET /instances/{id}/health")).await.ok();
    assert_eq!(
        (&health["status"], &health["consecutiveFailures"]),
        (&json!("polling-paused"), &json!(3))
    );
    assert_eq!(health["pollingPausedSince"], found[0]["since"]);

    let other = gateway.another_organization().await;
    let seen = gateway.call_as(&other, "GET /instances/polling-disabled", Value::Null).await;
    assert_eq!(seen.ok(), json!([]));
}

#[tokio::test]
async fn a_success_in_between_begins_the_count_anew() {
    let gateway = start().await;
    let id = polled(&gateway).await["id"].clone();
    for _ in 0..2 {
        gateway.shelf.answer_polls(Polled::Down);
        poll(&gateway, &id, 2, 502).await;
        gateway.shelf.answer_polls(Polled::Nothing(1));
        poll(&gateway, &id, 1, 200).await;
    }
    assert!(paused(&gateway).await.is_empty());
}

#[tokio::test]
async fn a_refused_question_does_not_pause_what_else_is_polled() {
    let gateway = start().await;
    let questions = json!({"magazines": {"url": "/hubs/finance/magazines", "idField": "id"}});
    let configuration = json!({
        "oauth.api.key": "key",
        "event.notification.enabled": true,
        "event.poller.refresh_interval": "100000",
        "event.poller.urls": "invoices",
        "event.poller.configuration": questions,
    });
    let id = gateway.connect("shop", configuration).await["id"].clone();
    let refusal = ProviderError::Rejected("no magazines in this edition".to_owned());
    gateway.shelf.catalogue.refuse(refusal);
    gateway.shelf.answer_polls(Polled::Nothing(1));
    poll(&gateway, &id, 4, 502).await;
    assert!(paused(&gateway).await.is_empty(), "invoices are polled");
    let health = gateway.get(&format!("GET /instances/{id}/health")).await.ok();
    let told = (&health["status"], &health["consecutiveFailures"]);
    assert_eq!(told, (&json!("degraded"), &json!(4)));
    assert!(health["lastError"].as_str().unwrap().contains("no magazines in this edition"));

    gateway.shelf.answer_polls(Polled::Down);
    poll(&gateway, &id, 3, 502).await;
    assert_eq!(paused(&gateway).await.len(), 1, "nothing works any more");
}

#[tokio::test]
async fn every_way_back_ends_a_pause() {
    let gateway = start().await;
    let instance = polled(&gateway).await;
    let id = instance["id"].clone();
    let configuration = instance["configuration"].clone();
    let whole = json!({"name": "shop", "configuration": configuration});
    let ways = [
        (format!("PUT /instances/{id}/polling-enabled"), Value::Null, "polling resumed"),
        (format!("PATCH /instances/{id}"), json!({"tags": ["x"]}), "configuration changed"),
        (format!("PUT /instances/{id}"), whole, "configuration changed"),
        (
            format!("PATCH /instances/{id}"),
            json!({"providerData": {"code": "fresh", "company": "shop"}}),
            "reconnected",
        ),
    ];
    for (target, body, kind) in ways {
        gateway.shelf.answer_polls(Polled::Down);
        poll(&gateway, &id, 3, 502).await;
        assert_eq!(paused(&gateway).await.len(), 1, "{target}");
        let answer = gateway.call(&target, body).await.ok();
        assert_eq!(answer["id"], id, "{target}");
        assert!(paused(&gateway).await.is_empty(), "{target}");
        let told = kinds(&gateway, &id).await;
        assert!(told[..2].contains(&"polling resumed".to_owned()), "{target}: {told:?}");
        assert!(told[..2].contains(&kind.to_owned()), "{target}: {told:?}");
        let health = gateway.get(&format!("GET /instances/{id}/health")).await.ok();
        assert_eq!(health["consecutiveFailures"], 0, "{target}");
    }

    poll(&gateway, &id, 3, 502).await;
    gateway.shelf.answer_polls(Polled::Nothing(1));
    poll(&gateway, &id, 1, 200).await;
    assert!(paused(&gateway).await.is_empty(), "a poll that works");
    assert_eq!(kinds(&gateway, &id).await[0], "polling resumed");
    // There is nothing to end, and that is no fault.
    gateway.get(&format!("PUT /instances/{id}/polling-enabled")).await.ok();
}

#[tokio::test]
async fn a_resource_has_a_record_once_it_was_polled_and_as_long_as_it_is_looked_at() {
    let gateway = start().await;
    let instance = polled(&gateway).await;
    let id = instance["id"].clone();
    let token = format!("{}, Element {}", gateway.user, instance["token"].as_str().unwrap());
    let records = async || {
        let own = gateway.call_as(&token, "GET /instances/event-poller-records", Value::Null).await;
        let by_id = gateway.get(&format!("GET /instances/{id}/event-poller-records")).await.ok();
        assert_eq!(own.ok(), by_id);
        by_id
    };
    assert_eq!(records().await, json!([]), "none before the first poll");
    gateway.shelf.answer_polls(Polled::Nothing(1));
    poll(&gateway, &id, 1, 200).await;
    let found = records().await;
    let record = |name: &str, failures: u32, error: Value| {
        json!({
            "instanceId": id, "objectName": name, "feed": "shelf",
            "lastPollDate": found[0]["lastPollDate"], "cursor": found[0]["cursor"],
            "failures": failures, "lastError": error,
        })
    };
    assert_eq!(
        found,
        json!([record("invoices", 0, Value::Null), record("tax-codes", 0, Value::Null)])
    );
    assert!(found[0]["lastPollDate"].as_str().unwrap().starts_with("2026-01-02T03:"));

    let body = json!({"configuration": {"event.poller.urls": "tax-codes"}});
    gateway.call(&format!("PATCH /instances/{id}"), body).await.ok();
    gateway.shelf.answer_polls(Polled::Down);
    poll(&gateway, &id, 1, 502).await;
    let error = json!("the provider is not available: the shelf fell over");
    assert_eq!(records().await, json!([record("tax-codes", 1, error)]));
}
