//! What providers post, and what they are answered.

use axum::body::Body;
use ledgerhook_engine::store::memory::AppendFault;
use ledgerhook_model::limits::NOTICE_BODY_BYTES_MAX;
use serde_json::{Value, json};

use crate::bookshelf::SIGNATURE;
use crate::gateway_under_test::{GatewayUnderTest, request};

async fn objects(gateway: &GatewayUnderTest) -> Vec<Value> {
    let events = gateway.get("GET /instances/events").await.ok();
    events.as_array().unwrap().iter().map(|event| event["objectId"].clone()).collect()
}

#[tokio::test]
async fn a_signed_notice_becomes_an_event_under_every_address() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect_with_app("shop", Value::Null).await;
    assert_eq!(instance["id"], 1, "the encoded ids below are of 1");
    let addresses = [
        "/events/bookshelf",
        "/events/bookshelf/",
        "/events/bookshelf/MQ==",
        "/events/bookshelf/MQ",
        "/events/bookshelf/MQ%3D%3D",
        "/events/bookshelf/MQ==/",
    ];
    for (record, address) in addresses.iter().enumerate() {
        let answer = gateway.notice(address, &format!("shop {record}")).await;
        assert_eq!((answer.status.as_u16(), &*answer.text), (200, ""), "{address}");
        assert_eq!(answer.header("content-length"), Some("0"));
        assert_eq!(answer.header("content-type"), None);
    }
    let newest_first: Vec<_> = (0..6).rev().map(|record| json!(format!("{record}|0"))).collect();
    assert_eq!(objects(&gateway).await, newest_first);
}

#[tokio::test]
async fn the_content_type_of_a_notice_does_not_matter() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect_with_app("shop", Value::Null).await;
    for content_type in ["text/xml", "application/x-www-form-urlencoded", ""] {
        let notice = request("POST /events/bookshelf")
            .header("content-type", content_type)
            .header(SIGNATURE, "verifier")
            .body(Body::from("shop 1"));
        assert_eq!(gateway.send(notice.unwrap()).await.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_told_apart() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect_with_app("shop", Value::Null).await;
    for (path, status) in [
        ("/events/nothing", 404),
        ("/events/bookshelf/OTk5", 404),
        ("/events/bookshelf/shop", 404),
        ("/events/bookshelf/-", 404),
    ] {
        let answer = gateway.notice(path, "shop 1").await;
        assert_eq!(answer.refusal().0, status, "{path}");
    }
    let unsigned = request("POST /events/bookshelf").body(Body::from("shop 1"));
    assert_eq!(gateway.send(unsigned.unwrap()).await.status, 401);
    let forged = request("POST /events/bookshelf").header(SIGNATURE, "guess");
    let forged = gateway.send(forged.body(Body::from("shop 1")).unwrap()).await;
    assert_eq!(forged.status, 401);
    assert_eq!(objects(&gateway).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_notice_that_is_not_on_disk_is_asked_for_again() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect_with_app("shop", Value::Null).await;
    gateway.store.fail_next_appends(1, AppendFault::Full);
    let answer = gateway.notice("/events/bookshelf", "shop 1").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, Some("10")));
    assert_eq!(gateway.notice("/events/bookshelf", "shop 1").await.status, 200);
}

#[tokio::test]
async fn a_notice_may_be_as_large_as_the_limit_and_no_larger() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect_with_app("shop", Value::Null).await;
    let largest = "x".repeat(NOTICE_BODY_BYTES_MAX);
    assert_eq!(gateway.notice("/events/bookshelf", &largest).await.status, 200);
    let answer = gateway.notice("/events/bookshelf", &format!("{largest}x")).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["message"], "the body is larger than 2097152 bytes");
}

#[tokio::test]
async fn a_browser_is_told_what_the_address_is_for() {
    let gateway = GatewayUnderTest::start().await;
    for path in ["/events/bookshelf", "/events/bookshelf/", "/events/bookshelf/MQ=="] {
        let get = request(&format!("GET {path}")).body(Body::empty());
        let answer = gateway.send(get.unwrap()).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("by POST"), "{}", answer.text);
    }
}

#[tokio::test]
async fn notices_come_by_post_only() {
    let gateway = GatewayUnderTest::start().await;
    let put = request("PUT /events/bookshelf").body(Body::from("shop 1"));
    let answer = gateway.send(put.unwrap()).await;
    assert_eq!(answer.refusal(), (405, "notices are taken by POST only".to_owned()));
    assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
}
