//! A provider that wants to be told for each company and topic where to post.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use ledgerhook_engine::Settings;
use ledgerhook_engine::connector::RemoteSubscription;
use serde_json::{Value, json};

use crate::bookshelf::SIGNATURE;
use crate::gateway_under_test::{GatewayUnderTest, eventually, request};

/// More than the time between two looks at what a provider has.
const AUDITED: Duration = Duration::from_secs(7 * 60 * 60);

async fn start() -> GatewayUnderTest {
    let public_url = Some("https://hooks.test/".to_owned());
    GatewayUnderTest::start_with(Settings { public_url, ..Settings::default() }).await
}

fn taking(resources: &str) -> Value {
    json!({
        "event.notification.enabled": true,
        "event.vendor.type": "webhooks",
        "event.poller.urls": resources,
        "event.hydrate": false,
    })
}

/// Posts a handshake to the URL of a topic, once the provider has it.
async fn shake_hands(gateway: &GatewayUnderTest, topic: &str, verifier: &str) {
    eventually(true, async || gateway.shelf.mailroom.path(topic).is_some()).await;
    let path = gateway.shelf.mailroom.path(topic).unwrap();
    let body = Body::from(format!("handshake {verifier}"));
    let answer = gateway.send(request(&format!("POST {path}")).body(body).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

async fn post(gateway: &GatewayUnderTest, path: &str, key: Option<&str>, lines: &str) -> u16 {
    let mut request = request(&format!("POST {path}"));
    if let Some(key) = key {
        request = request.header(SIGNATURE, key);
    }
    let answer = gateway.send(request.body(Body::from(lines.to_owned())).unwrap()).await;
    answer.status.as_u16()
}

async fn subscriptions(gateway: &GatewayUnderTest) -> Value {
    gateway.get("GET /instances/1/subscriptions").await.ok()
}

async fn all_confirmed(gateway: &GatewayUnderTest) -> bool {
    let rows = subscriptions(gateway).await;
    let rows = rows.as_array().unwrap();
    !rows.is_empty() && rows.iter().all(|row| row["confirmed"] == true)
}

async fn objects(gateway: &GatewayUnderTest) -> Vec<String> {
    let events = gateway.get("GET /instances/events").await.ok();
    let events = events.as_array().unwrap().iter();
    events.map(|event| event["objectId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_topic_gets_a_url_and_after_its_handshake_its_notices_are_events() {
    let gateway = start().await;
    gateway.connect("shop", taking("invoices|tax-codes")).await;
    let mailroom = &gateway.shelf.mailroom;
    shake_hands(&gateway, "invoices", "key of invoices").await;
    shake_hands(&gateway, "tax-codes", "key of tax-codes").await;
    eventually(true, async || all_confirmed(&gateway).await).await;
    let shape = json!([
        {"topic": "invoices", "remoteId": "1", "confirmed": true},
        {"topic": "tax-codes", "remoteId": "2", "confirmed": true},
    ]);
    assert_eq!(subscriptions(&gateway).await, shape);

    let path = mailroom.path("invoices").unwrap();
    assert_eq!(post(&gateway, &path, Some("key of invoices"), "shop 1").await, 200);
    assert_eq!(post(&gateway, &path, Some("key of tax-codes"), "shop 2").await, 401);
    assert_eq!(post(&gateway, &path, None, "shop 3").await, 401);
    let unknown = format!("/events/bookshelf/subscriptions/{}", "0".repeat(64));
    assert_eq!(post(&gateway, &unknown, Some("key of invoices"), "shop 4").await, 404);
    assert_eq!(gateway.get(&format!("GET {path}")).await.status, StatusCode::OK);
    assert_eq!(objects(&gateway).await, ["1|0"]);
    assert_eq!(gateway.gateway.counters().notices_refused, 2);
}

#[tokio::test]
async fn a_notice_reaches_only_the_instance_whose_url_it_was_posted_to() {
    let gateway = start().await;
    gateway.connect("shop", taking("invoices")).await;
    gateway.connect("shop", taking("tax-codes")).await;
    shake_hands(&gateway, "invoices", "first").await;
    shake_hands(&gateway, "tax-codes", "second").await;
    eventually(true, async || all_confirmed(&gateway).await).await;
    let path = gateway.shelf.mailroom.path("invoices").unwrap();
    post(&gateway, &path, Some("first"), "shop 1").await;
    let of = async |id: u32| gateway.get(&format!("GET /instances/{id}/events")).await.ok();
    assert_eq!(of(1).await.as_array().unwrap().len(), 1);
    assert_eq!(of(2).await, json!([]));
}

#[tokio::test]
async fn a_handshake_may_arrive_before_the_answer_that_it_belongs_to() {
    let gateway = start().await;
    gateway.shelf.mailroom.is_slow.store(true, Ordering::Relaxed);
    gateway.connect("shop", taking("invoices")).await;
    shake_hands(&gateway, "invoices", "key").await;
    assert!(!all_confirmed(&gateway).await);
    gateway.shelf.mailroom.answer();
    eventually(true, async || all_confirmed(&gateway).await).await;
    assert_eq!(gateway.shelf.mailroom.asked(), ["create invoices", "confirm 1 key"]);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_is_asked_for_again() {
    let gateway = start().await;
    gateway.connect("shop", taking("invoices")).await;
    eventually(true, async || gateway.shelf.mailroom.asked().contains(&"resend 1".to_owned()))
        .await;
    shake_hands(&gateway, "invoices", "key").await;
    eventually(true, async || all_confirmed(&gateway).await).await;
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_has_lost_is_made_again_and_what_nobody_knows_is_ended() {
    let gateway = start().await;
    gateway.connect("shop", taking("invoices")).await;
    shake_hands(&gateway, "invoices", "key").await;
    eventually(true, async || all_confirmed(&gateway).await).await;
    let mailroom = &gateway.shelf.mailroom;
    mailroom.lose_all();
    let foreign = |url: &str| RemoteSubscription {
        id: url.to_owned(),
        topic: "invoices".to_owned(),
        url: url.to_owned(),
        confirmed: true,
    };
    let orphan = "https://hooks.test/elements/api-v2/events/bookshelf/subscriptions/orphan";
    mailroom.put(foreign(orphan));
    mailroom.put(foreign("https://another.test/hook"));
    drop(mailroom.asked());
    tokio::time::sleep(AUDITED).await;
    let is_made = async || mailroom.rows().iter().any(|row| row.id == "2");
    eventually(true, is_made).await;
    let url_of = |id: &str| mailroom.rows().into_iter().find(|row| row.id == id);
    let again = url_of("2").unwrap().url;
    let path = again.strip_prefix("https://hooks.test/elements/api-v2").unwrap().to_owned();
    let body = Body::from("handshake another key");
    gateway.send(request(&format!("POST {path}")).body(body).unwrap()).await;
    eventually(true, async || all_confirmed(&gateway).await).await;
    assert_eq!(post(&gateway, &path, Some("another key"), "shop 1").await, 200);
    assert_eq!(post(&gateway, &path, Some("key"), "shop 2").await, 401);
    assert_eq!(url_of(orphan), None);
    assert!(url_of("https://another.test/hook").is_some(), "another program's");
}

#[tokio::test]
async fn topics_follow_the_configuration_and_end_with_the_instance() {
    let gateway = start().await;
    gateway.connect("shop", taking("invoices")).await;
    shake_hands(&gateway, "invoices", "key").await;
    eventually(true, async || all_confirmed(&gateway).await).await;
    let others = json!({"configuration": {"event.poller.urls": "tax-codes"}});
    gateway.call("PATCH /instances/1", others).await.ok();
    shake_hands(&gateway, "tax-codes", "key").await;
    let topics = async || {
        let rows = gateway.shelf.mailroom.rows();
        rows.into_iter().map(|row| row.topic).collect::<Vec<_>>()
    };
    eventually(vec!["tax-codes".to_owned()], topics).await;
    let deleted = gateway.call("DELETE /instances/1", Value::Null).await;
    assert_eq!(deleted.status, StatusCode::OK);
    eventually(Vec::new(), topics).await;
}

#[tokio::test]
async fn subscriptions_outlive_a_restart() {
    let mut gateway = start().await;
    gateway.connect("shop", taking("invoices")).await;
    shake_hands(&gateway, "invoices", "key").await;
    eventually(true, async || all_confirmed(&gateway).await).await;
    gateway.restart().await;
    let path = gateway.shelf.mailroom.path("invoices").unwrap();
    assert_eq!(post(&gateway, &path, Some("key"), "shop 1").await, 200);
    assert_eq!(gateway.shelf.mailroom.rows().len(), 1);
}

#[tokio::test]
async fn without_a_public_address_webhooks_are_refused_with_what_to_set() {
    let gateway = GatewayUnderTest::start_subscribing(Settings::default()).await;
    let body = json!({
        "element": {"key": "bookshelf"},
        "providerData": {"code": "fresh", "company": "shop"},
        "configuration": taking("invoices"),
        "name": "shop",
    });
    let (status, message) = gateway.call("POST /instances", body).await.refusal();
    assert_eq!(status, 400);
    assert!(message.contains("set server.public_url"), "{message}");
}
