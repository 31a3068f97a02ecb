//! Kept notices: listed, and made events when that can be done.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use ledgerhook_engine::Settings;
use serde_json::{Value, json};

use crate::bookshelf::{self, SIGNATURE};
use crate::gateway_under_test::{GatewayUnderTest, eventually, request};

/// Longer than all waits before a provider is asked again. The clock is paused where it is used.
const ALL_WAITS: Duration = Duration::from_secs(300);

const NOON: &str = "2026-01-01T12:00:00Z";
const EVENING: &str = "2026-01-01T20:00:00Z";

/// Resource and record of all events, newest first.
async fn events(gateway: &GatewayUnderTest) -> Vec<String> {
    let events = gateway.get("GET /instances/events").await.ok();
    let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    let events = events.as_array().unwrap().iter();
    events
        .map(|event| format!("{} {}", text(event, "objectType"), text(event, "objectId")))
        .collect()
}

/// The bodies of the kept notices, newest first.
async fn kept(gateway: &GatewayUnderTest) -> Vec<String> {
    bodies(&gateway.get("GET /notices").await.ok())
}

fn bodies(list: &Value) -> Vec<String> {
    let notices = list.as_array().unwrap().iter();
    notices.map(|notice| notice["body"].as_str().unwrap().to_owned()).collect()
}

fn is_empty(list: &Value) -> bool {
    list.as_array().unwrap().is_empty()
}

/// Registers the app whose verifier token signs the notices.
async fn register_app(gateway: &GatewayUnderTest, authorization: &str, verifier: &str) {
    let app = json!({"apiKey": "key", "apiSecret": "s", "verifierToken": verifier});
    gateway.call_as(authorization, "POST /elements/bookshelf/apps", app).await.ok();
}

fn taking_notices(vendor_type: &str) -> Value {
    json!({
        "oauth.api.key": "key",
        "event.notification.enabled": true,
        "event.vendor.type": vendor_type,
        "event.hydrate": false,
    })
}

async fn post(gateway: &GatewayUnderTest, lines: &str) {
    assert_eq!(gateway.notice("/events/bookshelf", lines).await.status, 200);
}

/// A gateway whose app is registered, without an instance.
async fn with_app() -> GatewayUnderTest {
    let gateway = GatewayUnderTest::start().await;
    register_app(&gateway, &gateway.authorization, "verifier").await;
    gateway
}

#[tokio::test]
async fn a_notice_that_came_before_the_instance_becomes_an_event_once() {
    let gateway = with_app().await;
    post(&gateway, "shop 1\nshop 2\ncafe 3").await;
    let list = gateway.get("GET /notices").await.ok();
    let shape = json!([{
        "id": 1,
        "element": "bookshelf",
        "companies": ["cafe", "shop"],
        "receivedDate": list[0]["receivedDate"],
        "body": "shop 1\nshop 2\ncafe 3",
    }]);
    assert_eq!(list, shape);
    assert!(list[0]["receivedDate"].as_str().unwrap().starts_with("2026-01-02T03:"));
    assert_eq!(events(&gateway).await, [""; 0]);

    let instance = gateway.connect("shop", taking_notices("webhook")).await;
    let both = vec!["invoices 2|0".to_owned(), "invoices 1|0".to_owned()];
    eventually(both.clone(), async || events(&gateway).await).await;
    let left = gateway.get("GET /notices").await.ok();
    assert_eq!(left[0]["companies"], json!(["cafe"]));
    let all = gateway.get("GET /instances/events").await.ok();
    let one = format!("GET /instances/events/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(gateway.get(&one).await.ok()["providerData"], "shop 1\nshop 2\ncafe 3");

    let patch = format!("PATCH /instances/{}", instance["id"]);
    gateway.call(&patch, json!({"name": "renamed"})).await.ok();
    gateway.connect("cafe", taking_notices("webhook")).await;
    let all = [&["invoices 3|0".to_owned()], &both[..]].concat();
    eventually(all, async || events(&gateway).await).await;
    assert_eq!(kept(&gateway).await, [""; 0]);
}

#[tokio::test]
async fn an_instance_that_takes_notices_again_gets_those_it_missed() {
    let gateway = with_app().await;
    let instance = gateway.connect("shop", taking_notices("polling")).await;
    post(&gateway, "shop 1").await;
    assert_eq!(kept(&gateway).await, ["shop 1"]);
    let id = &instance["id"];
    let hybrid = json!({"configuration": {"event.vendor.type": "hybrid"}});
    gateway.call(&format!("PATCH /instances/{id}"), hybrid).await.ok();
    eventually(vec!["invoices 1|0".to_owned()], async || events(&gateway).await).await;

    gateway.call(&format!("DELETE /instances/{id}/enabled"), Value::Null).await.ok();
    post(&gateway, "shop 2").await;
    assert_eq!(kept(&gateway).await, ["shop 2"]);
    gateway.call(&format!("PUT /instances/{id}/enabled"), Value::Null).await.ok();
    let both = vec!["invoices 2|0".to_owned(), "invoices 1|0".to_owned()];
    eventually(both, async || events(&gateway).await).await;
    assert_eq!(kept(&gateway).await, [""; 0]);
}

#[tokio::test]
async fn what_was_kept_while_nobody_was_there_becomes_events_at_the_next_start() {
    let mut gateway = with_app().await;
    let instance = gateway.connect("shop", taking_notices("webhook")).await;
    post(&gateway, &format!("shop 5 bills|products {NOON}")).await;
    assert_eq!(kept(&gateway).await.len(), 1);
    gateway.shelf.put("bills", "5", EVENING);
    gateway.restart().await;
    eventually(vec!["bills 5|0".to_owned()], async || events(&gateway).await).await;
    let of_instance = format!("GET /instances/{}/events", instance["id"]);
    assert!(!is_empty(&gateway.get(&of_instance).await.ok()));
}

#[tokio::test]
async fn a_notice_stays_with_the_organisation_and_the_app_that_it_was_signed_for() {
    let gateway = with_app().await;
    let other = gateway.another_organization().await;
    register_app(&gateway, &other, "another verifier").await;
    post(&gateway, "shop 1").await;
    assert_eq!(gateway.call_as(&other, "GET /notices", Value::Null).await.ok(), json!([]));

    let instance = json!({
        "element": {"key": bookshelf::BOOKSHELF},
        "providerData": {"code": "fresh", "company": "shop"},
        "configuration": taking_notices("webhook"),
        "name": "shop",
    });
    gateway.call_as(&other, "POST /instances", instance).await.ok();
    let mut of_another_app = taking_notices("webhook");
    of_another_app["oauth.api.key"] = json!("another key");
    gateway.connect("shop", of_another_app).await;
    // What this one gets shows that the others have had their turn.
    gateway.connect("cafe", taking_notices("webhook")).await;
    post(&gateway, "cafe 2").await;
    eventually(vec!["invoices 2|0".to_owned()], async || events(&gateway).await).await;
    assert_eq!(kept(&gateway).await, ["shop 1"]);
    let seen = gateway.call_as(&other, "GET /instances/events", Value::Null).await.ok();
    assert_eq!(seen, json!([]));

    gateway.connect("shop", taking_notices("webhook")).await;
    eventually(0, async || kept(&gateway).await.len()).await;
    assert_eq!(events(&gateway).await.len(), 2);
}

#[tokio::test]
async fn a_notice_to_the_address_of_an_instance_waits_for_that_one() {
    let gateway = with_app().await;
    let instance = gateway.connect("shop", taking_notices("polling")).await;
    assert_eq!(instance["id"], 1, "the encoded id below is of 1");
    let answer = gateway.notice("/events/bookshelf/MQ==", "shop 1\ncafe 2").await;
    assert_eq!(answer.status, 200);
    let list = gateway.get("GET /notices").await.ok();
    assert_eq!(list[0]["companies"], json!(["shop"]), "the other company's can never reach it");

    gateway.connect("shop", taking_notices("webhook")).await;
    post(&gateway, "shop 3").await;
    assert_eq!(events(&gateway).await, ["invoices 3|0"]);
    assert_eq!(kept(&gateway).await.len(), 1);
    let webhook = json!({"configuration": {"event.vendor.type": "webhook"}});
    gateway.call("PATCH /instances/1", webhook).await.ok();
    let both = vec!["invoices 1|0".to_owned(), "invoices 3|0".to_owned()];
    eventually(both, async || events(&gateway).await).await;
}

#[tokio::test]
async fn a_record_of_one_of_several_kinds_is_of_the_one_that_the_provider_has() {
    let gateway = with_app().await;
    gateway.connect("shop", taking_notices("webhook")).await;
    gateway.shelf.put("products", "5", EVENING);
    gateway.shelf.put("bills", "6", NOON);
    gateway.shelf.put("products", "6", EVENING);
    gateway.shelf.put("bills", "7", NOON);
    gateway.shelf.put("products", "7", NOON);
    let line = |record: &str| format!("shop {record} bills|products {NOON}");
    for (record, event, why) in [
        ("5", Some("products 5|0"), "only one kind has that id"),
        ("6", Some("bills 6|0"), "both have it, and one was changed then"),
        ("7", None, "both have it and were changed then"),
        ("8", None, "none has it"),
    ] {
        let (events_before, kept_before) = (events(&gateway).await, kept(&gateway).await);
        let reads_before = gateway.shelf.reads.load(Ordering::Relaxed);
        post(&gateway, &line(record)).await;
        eventually(reads_before + 2, async || gateway.shelf.reads.load(Ordering::Relaxed)).await;
        if let Some(event) = event {
            let all = [vec![event.to_owned()], events_before].concat();
            eventually(all, async || events(&gateway).await).await;
            assert_eq!(kept(&gateway).await, kept_before, "{why}");
        } else {
            assert_eq!(kept(&gateway).await, [vec![line(record)], kept_before].concat(), "{why}");
        }
    }
    assert_eq!(events(&gateway).await, ["bills 6|0", "products 5|0"]);
    let counters = gateway.gateway.counters();
    assert_eq!((counters.entries_unrouted, counters.provider_reads), (4, 8));
}

#[tokio::test]
async fn beside_what_has_to_be_looked_up_the_rest_goes_out_at_once() {
    let gateway = with_app().await;
    gateway.connect("shop", taking_notices("webhook")).await;
    let lines = format!("shop 1\nshop 8 bills|products {NOON}\nshop 2");
    post(&gateway, &lines).await;
    assert_eq!(events(&gateway).await, ["invoices 2|0", "invoices 1|0"]);
    assert_eq!(kept(&gateway).await, [lines]);
    gateway.shelf.put("bills", "8", NOON);
    gateway.call("PATCH /instances/1", json!({"name": "renamed"})).await.ok();
    eventually(0, async || kept(&gateway).await.len()).await;
    assert_eq!(events(&gateway).await, ["bills 8|0", "invoices 2|0", "invoices 1|0"]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_asked_again() {
    let gateway = with_app().await;
    gateway.connect("shop", taking_notices("webhook")).await;
    gateway.shelf.put("bills", "5", NOON);
    gateway.shelf.is_down.store(true, Ordering::Relaxed);
    post(&gateway, &format!("shop 5 bills|products {NOON}\nshop 1")).await;
    let reads = || gateway.shelf.reads.load(Ordering::Relaxed);
    eventually(1, async || reads()).await;
    assert_eq!(events(&gateway).await, ["invoices 1|0"]);
    gateway.shelf.is_down.store(false, Ordering::Relaxed);
    let both = vec!["bills 5|0".to_owned(), "invoices 1|0".to_owned()];
    eventually(both, async || events(&gateway).await).await;
    assert_eq!(kept(&gateway).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_stays_down_leaves_the_notice_kept_until_the_instance_is_changed() {
    let gateway = with_app().await;
    gateway.connect("shop", taking_notices("webhook")).await;
    gateway.shelf.is_down.store(true, Ordering::Relaxed);
    let line = |record: &str| format!("shop {record} bills|products {NOON}");
    post(&gateway, &line("5")).await;
    let reads = || gateway.shelf.reads.load(Ordering::Relaxed);
    eventually(1, async || reads()).await;
    post(&gateway, &line("6")).await;
    tokio::time::sleep(ALL_WAITS).await;
    assert_eq!(reads(), 4, "asked one thing at first and one after each wait");
    assert_eq!(kept(&gateway).await, [line("6"), line("5")]);

    gateway.shelf.is_down.store(false, Ordering::Relaxed);
    gateway.shelf.put("bills", "5", NOON);
    gateway.shelf.put("products", "6", NOON);
    gateway.call("PATCH /instances/1", json!({"name": "renamed"})).await.ok();
    let both = vec!["products 6|0".to_owned(), "bills 5|0".to_owned()];
    eventually(both, async || events(&gateway).await).await;
}

#[tokio::test]
async fn an_unsigned_notice_that_is_allowed_is_kept_for_nobody() {
    let settings = Settings { allow_unsigned_notices: true, ..Settings::default() };
    let gateway = GatewayUnderTest::start_with(settings).await;
    let unsigned = request("POST /events/bookshelf").body(Body::from("shop 1"));
    assert_eq!(gateway.send(unsigned.unwrap()).await.status, 200);
    assert_eq!(gateway.gateway.counters().entries_unrouted, 1);
    assert_eq!(kept(&gateway).await, [""; 0]);
}

#[tokio::test]
async fn a_forged_notice_is_not_kept() {
    let gateway = with_app().await;
    let forged = request("POST /events/bookshelf").header(SIGNATURE, "guess");
    let forged = gateway.send(forged.body(Body::from("shop 1")).unwrap()).await;
    assert_eq!(forged.status, 401);
    assert_eq!(gateway.get("GET /notices").await.ok(), json!([]));
}

#[tokio::test]
async fn kept_notices_are_listed_in_pages_and_by_company_and_element() {
    let gateway = with_app().await;
    for lines in ["shop 1", "cafe 2", "shop 3"] {
        post(&gateway, lines).await;
    }
    let first = gateway.get("GET /notices?pageSize=2").await;
    let token = first.header("elements-next-page-token").unwrap().to_owned();
    assert_eq!(bodies(&first.ok()), ["shop 3", "cafe 2"]);
    let rest = gateway.get(&format!("GET /notices?pageSize=2&nextPage={token}")).await;
    assert_eq!(rest.header("elements-next-page-token"), None);
    assert_eq!(bodies(&rest.ok()), ["shop 1"]);
    for (query, expected) in [
        ("company=shop", &["shop 3", "shop 1"][..]),
        ("company=bar", &[]),
        ("element=bookshelf&company=cafe", &["cafe 2"]),
        ("element=77", &["shop 3", "cafe 2", "shop 1"]),
    ] {
        assert_eq!(bodies(&gateway.get(&format!("GET /notices?{query}")).await.ok()), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let gateway = GatewayUnderTest::start().await;
    for (target, status, start) in [
        ("GET /notices?element=sage", 404, "No element found with key or ID sage"),
        ("GET /notices?pageSize=0", 400, "pageSize: must be"),
        ("GET /notices?nextPage=x", 400, "nextPage: not a token"),
    ] {
        let (found, message) = gateway.get(target).await.refusal();
        assert_eq!(found, status, "{target}");
        assert!(message.starts_with(start), "{message}");
    }
    let nobody = request("GET /notices").body(Body::empty()).unwrap();
    assert_eq!(gateway.send(nobody).await.status, 401);
}

/// As most instances are: records are read.
fn reading_records() -> Value {
    json!({
        "oauth.api.key": "key",
        "event.notification.enabled": true,
        "event.vendor.type": "webhook",
    })
}

#[tokio::test(start_paused = true)]
async fn an_event_goes_out_without_its_record_when_the_provider_stays_down() {
    let gateway = with_app().await;
    gateway.connect("shop", reading_records()).await;
    gateway.shelf.is_down.store(true, Ordering::Relaxed);
    post(&gateway, "shop 1").await;
    assert_eq!(events(&gateway).await, [""; 0], "not in the provider's request");
    tokio::time::sleep(ALL_WAITS).await;
    eventually(vec!["invoices 1|0".to_owned()], async || events(&gateway).await).await;
    assert_eq!(gateway.shelf.reads.load(Ordering::Relaxed), 4, "at first and after each wait");
    assert_eq!(kept(&gateway).await, [""; 0]);
    let id = gateway.get("GET /instances/events").await.ok()[0]["id"].clone();
    let path = format!("GET /instances/events/{}", id.as_str().unwrap());
    let event = gateway.get(&path).await.ok().to_string();
    assert!(event.contains("the provider is not available: the shelf fell over"), "{event}");
}

#[tokio::test(start_paused = true)]
async fn notices_that_come_together_are_read_together() {
    let gateway = with_app().await;
    gateway.connect("shop", reading_records()).await;
    for record in ["1", "2", "3"] {
        gateway.shelf.put("invoices", record, NOON);
        post(&gateway, &format!("shop {record}")).await;
    }
    let all = ["invoices 3|0", "invoices 2|0", "invoices 1|0"].map(str::to_owned).to_vec();
    eventually(all, async || events(&gateway).await).await;
    assert_eq!(gateway.shelf.reads.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn one_instance_that_reads_records_does_not_hold_up_another() {
    let gateway = with_app().await;
    gateway.connect("shop", reading_records()).await;
    gateway.connect("shop", taking_notices("webhook")).await;
    post(&gateway, "shop 1").await;
    assert_eq!(events(&gateway).await, ["invoices 1|0"]);
    gateway.shelf.put("invoices", "1", NOON);
    let both = vec!["invoices 1|0".to_owned(); 2];
    eventually(both, async || events(&gateway).await).await;
    assert_eq!(gateway.gateway.counters().duplicates_dropped, 1);
}
