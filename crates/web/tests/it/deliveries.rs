//! Deliveries: listed, and sent again.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::gateway_under_test::{GatewayUnderTest, eventually};

/// A callback URL that nobody listens at.
fn dead_callback() -> Value {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    json!(format!("http://127.0.0.1:{port}/callback"))
}

/// The parked deliveries, as soon as there are so many.
async fn parked(gateway: &GatewayUnderTest, count: usize) -> Vec<Value> {
    let list = async || {
        let list = gateway.get("GET /deliveries?status=parked").await.ok();
        list.as_array().unwrap().clone()
    };
    eventually(count, async || list().await.len()).await;
    list().await
}

#[tokio::test]
async fn a_parked_delivery_is_shown_with_its_reason_and_sent_again() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect_with_app("shop", dead_callback()).await;
    gateway.notice("/events/bookshelf", "shop 1").await;
    let delivery = parked(&gateway, 1).await.remove(0);
    let shape = json!({
        "id": delivery["id"],
        "instanceId": instance["id"],
        "status": "parked",
        "attempts": 1,
        "createdDate": delivery["createdDate"],
        "attemptedDate": delivery["attemptedDate"],
        "dueDate": null,
        "outcome": delivery["outcome"],
        "parkReason": "exhausted",
    });
    assert_eq!(delivery, shape);
    assert!(delivery["outcome"].is_string());

    let retry = format!("POST /deliveries/{}/retry", delivery["id"]);
    let taken_up = json!({"id": delivery["id"], "status": "pending"});
    assert_eq!(gateway.get(&retry).await.ok(), taken_up);
    let again = parked(&gateway, 1).await.remove(0);
    assert_ne!(again["attemptedDate"], delivery["attemptedDate"]);
}

#[tokio::test]
async fn deliveries_are_listed_in_pages_and_by_instance() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect_with_app("shop", dead_callback()).await;
    for record in 1..=3 {
        gateway.notice("/events/bookshelf", &format!("shop {record}")).await;
    }
    parked(&gateway, 3).await;
    let of = |id: &Value| format!("GET /deliveries?pageSize=2&instanceId={id}");
    let first = gateway.get(&of(&instance["id"])).await;
    let token = first.header("elements-next-page-token").unwrap();
    let rest = gateway.get(&format!("{}&nextPage={token}", of(&instance["id"]))).await.ok();
    assert_eq!((first.ok().as_array().unwrap().len(), rest.as_array().unwrap().len()), (2, 1));
    assert_eq!(gateway.get(&of(&json!(999))).await.ok(), json!([]));
    assert_eq!(gateway.get("GET /deliveries?status=delivered").await.ok(), json!([]));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let gateway = GatewayUnderTest::start().await;
    for (target, status, start) in [
        ("GET /deliveries?status=lost", 400, "status: must be one of pending, delivered, parked"),
        ("GET /deliveries?instanceId=x", 400, "instanceId: must be"),
        ("POST /deliveries/999/retry", 404, "No parked delivery found with ID 999"),
        ("POST /deliveries/x/retry", 404, "No parked delivery found with ID x"),
    ] {
        let (found, message) = gateway.get(target).await.refusal();
        assert_eq!(found, status, "{target}");
        assert!(message.starts_with(start), "{message}");
    }
}
