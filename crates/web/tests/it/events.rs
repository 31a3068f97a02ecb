//! The journal, read.

use serde_json::{Value, json};

use crate::gateway_under_test::GatewayUnderTest;

/// Two companies, of which the first has three events and the second one.
async fn four_events(gateway: &GatewayUnderTest) -> [Value; 2] {
    let first = gateway.connect_with_app("first", Value::Null).await;
    let configuration = json!({
        "oauth.api.key": "key", "event.notification.enabled": true, "event.vendor.type": "webhook",
        "event.hydrate": false,
    });
    let second = gateway.connect("second", configuration).await;
    for lines in ["first 1", "first 2", "second 3", "first 4"] {
        assert_eq!(gateway.notice("/events/bookshelf", lines).await.status, 200);
    }
    [first, second]
}

fn objects(events: &Value) -> Vec<&str> {
    let events = events.as_array().unwrap();
    events.iter().map(|event| event["objectId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_event_has_the_originals_members_and_ours() {
    let gateway = GatewayUnderTest::start().await;
    let instance = gateway.connect_with_app("shop", Value::Null).await;
    gateway.notice("/events/bookshelf", "shop 7").await;
    let listed = gateway.get("GET /instances/events").await.ok()[0].clone();
    assert_eq!(listed["providerData"], r#"{"Id":"7"}"#, "a list has the record, not the notice");
    let event = {
        let path = format!("GET /instances/events/{}", listed["id"].as_str().unwrap());
        gateway.get(&path).await.ok()
    };
    let (id, seen) = (event["id"].as_str().unwrap(), event["eventDate"].as_str().unwrap());
    let shape = json!({
        "id": id,
        "eventDate": seen,
        "status": "RECEIVED",
        "providerData": "shop 7",
        "notifiedData": [],
        "eventElementInstances": [{
            "eventId": id,
            "elementInstanceId": instance["id"],
            "notificationId": event["eventElementInstances"][0]["notificationId"],
            "createdDate": seen,
            "updatedDate": seen,
        }],
        "objectType": "invoices",
        "objectId": "7|0",
        "eventType": "CREATED",
        "detection": "webhook",
        "changedDate": event["changedDate"],
        "seenDate": event["seenDate"],
        "record": {"Id": "7"},
    });
    assert_eq!(event, shape);
    for path in
        [format!("/instances/events/{id}"), format!("/instances/{}/events/{id}", instance["id"])]
    {
        assert_eq!(gateway.get(&format!("GET {path}")).await.ok(), event, "{path}");
    }
}

#[tokio::test]
async fn a_polled_event_shows_its_record() {
    let gateway = GatewayUnderTest::start().await;
    let configuration = json!({"event.notification.enabled": true, "event.vendor.type": "polling"});
    let id = gateway.connect("shop", configuration).await["id"].clone();
    let polled = gateway.get(&format!("POST /instances/{id}/poll")).await;
    assert_eq!((polled.status.as_u16(), &*polled.text), (200, ""));
    let event = gateway.get(&format!("GET /instances/{id}/events")).await.ok()[0].clone();
    assert_eq!(event["providerData"], "{\"Id\":\"polled\"}");
    assert_eq!(event["detection"], "poll");
}

#[tokio::test]
async fn events_are_listed_newest_first_for_all_or_one_instance() {
    let gateway = GatewayUnderTest::start().await;
    let [first, second] = four_events(&gateway).await;
    let all = gateway.get("GET /instances/events").await.ok();
    assert_eq!(objects(&all), ["4|0", "3|0", "2|0", "1|0"]);
    let of_first = gateway.get(&format!("GET /instances/{}/events", first["id"])).await.ok();
    assert_eq!(objects(&of_first), ["4|0", "2|0", "1|0"]);

    let element = format!("{}, Element {}", gateway.user, second["token"].as_str().unwrap());
    let by_token = gateway.call_as(&element, "GET /instances/events", Value::Null).await.ok();
    assert_eq!(objects(&by_token), ["3|0"]);
}

#[tokio::test]
async fn pages_lead_through_all_events_once() {
    let gateway = GatewayUnderTest::start().await;
    four_events(&gateway).await;
    let first = gateway.get("GET /instances/events?pageSize=3").await;
    assert_eq!(objects(&first.ok()), ["4|0", "3|0", "2|0"]);
    let token = first.header("elements-next-page-token").unwrap();
    let last = gateway.get(&format!("GET /instances/events?pageSize=3&nextPage={token}")).await;
    assert_eq!(objects(&last.ok()), ["1|0"]);
    assert_eq!(last.header("elements-next-page-token"), None);
}

#[tokio::test]
async fn no_events_are_an_empty_list_but_no_instance_is_404() {
    let gateway = GatewayUnderTest::start().await;
    let id = gateway.connect("shop", json!({})).await["id"].clone();
    assert_eq!(gateway.get("GET /instances/events").await.ok(), json!([]));
    assert_eq!(gateway.get(&format!("GET /instances/{id}/events")).await.ok(), json!([]));
    assert_eq!(gateway.get("GET /instances/999/events").await.status, 404);
}

#[tokio::test]
async fn the_events_of_a_removed_instance_can_still_be_read() {
    let gateway = GatewayUnderTest::start().await;
    let [first, _] = four_events(&gateway).await;
    gateway.get(&format!("DELETE /instances/{}", first["id"])).await;
    let kept = gateway.get(&format!("GET /instances/{}/events", first["id"])).await.ok();
    assert_eq!(objects(&kept), ["4|0", "2|0", "1|0"]);
}

#[tokio::test]
async fn an_event_of_another_instance_or_organization_is_404() {
    let gateway = GatewayUnderTest::start().await;
    let [first, second] = four_events(&gateway).await;
    let of_second = format!("GET /instances/{}/events", second["id"]);
    let event = gateway.get(&of_second).await.ok()[0]["id"].as_str().unwrap().to_owned();
    let wording = format!("No event found with ID {event}");
    let wrong_instance =
        gateway.get(&format!("GET /instances/{}/events/{event}", first["id"])).await;
    assert_eq!(wrong_instance.refusal(), (404, wording.clone()));

    let by_id = format!("GET /instances/events/{event}");
    let element = format!("{}, Element {}", gateway.user, first["token"].as_str().unwrap());
    let wrong_token = gateway.call_as(&element, &by_id, Value::Null).await;
    assert_eq!(wrong_token.refusal(), (404, wording.clone()));

    let other = gateway.another_organization().await;
    let foreign = gateway.call_as(&other, &by_id, Value::Null).await;
    assert_eq!(foreign.refusal(), (404, wording));
}

#[tokio::test]
async fn what_is_no_event_id_is_400() {
    let gateway = GatewayUnderTest::start().await;
    let (status, message) = gateway.get("GET /instances/events/12").await.refusal();
    assert_eq!(status, 400);
    assert!(message.starts_with("eventId: an event id is 20 characters"), "{message}");
}
