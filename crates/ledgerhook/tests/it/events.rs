//! The journal over the API: how far each event has come, its shape, and its pages.

use ledgerhook_testkit::{PATIENCE, Reply, Stage, eventually, legacy_body};
use serde_json::{Value, json};

use crate::PROGRAM;

const NOON: &str = "2026-11-20T12:00:00Z";

async fn tell(stage: &Stage, realm: &str, id: &str) -> String {
    let body = legacy_body(realm, NOON, &[("Customer", id, "Create")]);
    stage.notices.post(&stage.tenant.app.verifier_token, body.clone()).await.ok();
    body
}

async fn event_with_status(stage: &Stage, instance: i64, status: &str) -> Value {
    let path = format!("/instances/{instance}/events");
    let find = async || {
        let events = stage.tenant.caller.all(&path).await;
        events.into_iter().find(|event| event["status"] == status)
    };
    eventually(&format!("an event that is {status}"), PATIENCE, find).await
}

#[tokio::test]
async fn an_event_is_received_then_dispatched_then_notified() {
    let stage = Stage::set(PROGRAM, &[("DELIVERY__RETRY_WAITS_SECONDS", "[0]")]).await;
    let to_read = json!({"event.notification.callback.url": null});
    let to_read = stage.connect(&stage.tenant, "1", &to_read).await;
    let failing = stage.connect(&stage.tenant, "2", &Value::Null).await;
    let healthy = stage.connect(&stage.tenant, "3", &Value::Null).await;
    let hanging = stage.connect(&stage.tenant, "4", &Value::Null).await;
    stage.receiver.always("/2", Reply::Status(500));
    stage.receiver.always("/4", Reply::Hang);
    for realm in ["1", "2", "3", "4"] {
        tell(&stage, realm, "7").await;
    }
    event_with_status(&stage, to_read.id, "RECEIVED").await;
    event_with_status(&stage, failing.id, "DISPATCHED").await;
    event_with_status(&stage, healthy.id, "NOTIFIED").await;
    event_with_status(&stage, hanging.id, "RECEIVED").await;
    stage.receiver.release();
    event_with_status(&stage, hanging.id, "NOTIFIED").await;
}

#[tokio::test]
async fn an_event_has_the_originals_members_and_then_our_own() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let notice = tell(&stage, "1", "7").await;
    let received = stage.receiver.wait("/1", 1).await.remove(0);
    event_with_status(&stage, instance.id, "NOTIFIED").await;
    let id = received.events().remove(0).id;
    let notification: i64 = received.json()["id"].as_str().unwrap().parse().unwrap();
    let seen = received.json()["message"]["events"][0]["pollDate"].clone();
    let expected = json!({
        "id": id,
        "eventDate": seen,
        "status": "NOTIFIED",
        "providerData": notice,
        "notifiedData": [],
        "eventElementInstances": [{
            "eventId": id,
            "elementInstanceId": instance.id,
            "notificationId": notification,
            "createdDate": seen,
            "updatedDate": seen,
        }],
        "objectType": "customers",
        "objectId": "7",
        "eventType": "CREATED",
        "detection": "webhook",
        "changedDate": "2026-11-20T12:00:00.000Z",
        "seenDate": received.header("ledgerhook-seen-at"),
        "record": received.json()["message"]["raw"]["customers"][0],
    });
    let event = stage.tenant.caller.get(&format!("/instances/events/{id}")).await.ok();
    assert_eq!(event.to_string(), expected.to_string());
    // The body's eventId finds the event again, in each of the four ways.
    let by_token = stage.tenant.caller.with_token(&instance.token);
    let told = received.json()["message"]["eventId"].as_str().unwrap().to_owned();
    for (caller, path) in [
        (&stage.tenant.caller, format!("/instances/events/{told}")),
        (&stage.tenant.caller, format!("/instances/{}/events/{told}", instance.id)),
        (&by_token, format!("/instances/events/{told}")),
    ] {
        assert_eq!(caller.get(&path).await.ok(), expected, "{path}");
    }
}

#[tokio::test]
async fn events_come_in_pages_newest_first_and_each_once() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let to_read = json!({"event.notification.callback.url": null});
    let first = stage.connect(&stage.tenant, "1", &to_read).await;
    let second = stage.connect(&stage.tenant, "2", &to_read).await;
    for id in ["1", "2", "3", "4", "5"] {
        tell(&stage, "1", id).await;
        tell(&stage, "2", id).await;
    }
    let ids = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| event["objectId"].as_str().unwrap().to_owned()).collect()
    };
    for instance in [&first, &second] {
        for page_size in [1, 2, 5, 200] {
            let path = format!("/instances/{}/events?pageSize={page_size}", instance.id);
            let events = stage.tenant.caller.all(&path).await;
            assert_eq!(ids(&events), ["5", "4", "3", "2", "1"], "{path}");
        }
    }
    let all = stage.tenant.caller.all("/instances/events?pageSize=3").await;
    assert_eq!(ids(&all), ["5", "5", "4", "4", "3", "3", "2", "2", "1", "1"]);
    let by_token = stage.tenant.caller.with_token(&second.token);
    let own = by_token.all("/instances/events").await;
    assert_eq!(own.len(), 5);
    let of_instance =
        |event: &Value| event["eventElementInstances"][0]["elementInstanceId"].clone();
    assert!(own.iter().all(|event| of_instance(event) == second.id));
}

#[tokio::test]
async fn unknown_and_malformed_ids_are_told_apart() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let other = stage.connect(&stage.tenant, "2", &Value::Null).await;
    tell(&stage, "2", "7").await;
    let foreign = event_with_status(&stage, other.id, "NOTIFIED").await["id"].clone();
    let caller = &stage.tenant.caller;
    let unknown = "AXBooiL_qrZEur0mJV08";
    for id in [unknown, foreign.as_str().unwrap()] {
        let path = format!("/instances/{}/events/{id}", instance.id);
        assert_eq!(caller.get(&path).await.refused(404), format!("No event found with ID {id}"));
    }
    for id in ["short", "AXBooiL_qrZEur0mJV0%2B", "AXBooiL_qrZEur0mJV081"] {
        let message = caller.get(&format!("/instances/events/{id}")).await.refused(400);
        assert!(message.starts_with("eventId: an event id is 20 characters"), "{message}");
    }
    for id in ["999", "x", "-1", "99999999999999999999"] {
        let message = caller.get(&format!("/instances/{id}/events")).await.refused(404);
        assert_eq!(message, format!("No element instance found with ID {id}"));
    }
    for query in ["pageSize=0", "pageSize=5001", "pageSize=x", "nextPage=x"] {
        caller.get(&format!("/instances/events?{query}")).await.refused(400);
    }
    for query in ["status=lost", "instanceId=x", "nextPage=x"] {
        caller.get(&format!("/deliveries?{query}")).await.refused(400);
    }
    for id in ["999", "x"] {
        let message =
            caller.post(&format!("/deliveries/{id}/retry"), &Value::Null).await.refused(404);
        assert_eq!(message, format!("No parked delivery found with ID {id}"));
    }
}

#[tokio::test]
async fn events_of_a_removed_instance_can_still_be_read() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    tell(&stage, "1", "7").await;
    event_with_status(&stage, instance.id, "NOTIFIED").await;
    let path = format!("/instances/{}", instance.id);
    assert_eq!(stage.tenant.caller.delete(&path).await.status, 200);
    assert_eq!(stage.tenant.caller.all(&format!("{path}/events")).await.len(), 1);
    tell(&stage, "1", "8").await;
    assert_eq!(stage.tenant.caller.all("/instances/events").await.len(), 1);
}
