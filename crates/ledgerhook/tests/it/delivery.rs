//! What reaches a callback: body, headers, signatures; and what happens when it does not answer
//! as it should.

use std::collections::BTreeSet;
use std::time::Duration;

use ledgerhook_testkit::{
    Arrived, Instance, PATIENCE, Received, Reply, SIGNATURE_KEY, Stage, eventually, legacy_body,
};
use serde_json::{Value, json};

use crate::PROGRAM;

const NOON: &str = "2026-11-20T12:00:00Z";

/// Retries without waiting, for tests of how it ends.
const TWO_RETRIES_AT_ONCE: (&str, &str) = ("DELIVERY__RETRY_WAITS_SECONDS", "[0, 0]");

async fn post(stage: &Stage, realm: &str, at: &str, entities: &[(&str, &str, &str)]) {
    let body = legacy_body(realm, at, entities);
    stage.notices.post(&stage.tenant.app.verifier_token, body).await.ok();
}

async fn deliveries(stage: &Stage, query: &str) -> Vec<Value> {
    stage.tenant.caller.all(&format!("/deliveries?{query}")).await
}

async fn delivery_with_status(stage: &Stage, instance: &Instance, status: &str) -> Value {
    let query = format!("status={status}&instanceId={}", instance.id);
    let find = async || deliveries(stage, &query).await.into_iter().next();
    eventually(&format!("a delivery that is {status}"), PATIENCE, find).await
}

fn records(events: &[Arrived]) -> Vec<&str> {
    events.iter().map(|event| event.object_id.as_str()).collect()
}

#[tokio::test]
async fn the_body_is_byte_for_byte_the_originals() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let tags = json!({"tags": ["one", "two"], "name": "Demo\"day"});
    let instance = stage.connect(&stage.tenant, "9341452", &Value::Null).await;
    let path = format!("/instances/{}", instance.id);
    let body = stage.tenant.caller.patch(&path, &tags).await.ok();
    post(&stage, "9341452", "2020-02-21T16:43:41+00:00", &[("Invoice", "2", "Create")]).await;

    let received = stage.receiver.wait("/9341452", 1).await.remove(0);
    let told = received.json();
    let event = received.events().remove(0);
    let (created, notification) = (&told["createdDate"], &told["id"]);
    let polled = &told["message"]["events"][0]["pollDate"];
    let polled_ms = &told["message"]["raw"]["pollDate"];
    let (id, user) = (instance.id, &body["user"]["id"]);
    let expected = format!(
        r#"{{"severity":"medium","createdDate":{created},"topic":"instance-{id}-quickbooks-events","action":"create","id":{notification},"message":{{"elementKey":"quickbooks","accountId":1,"eventId":"{event_id}","companyId":1,"instanceId":{id},"instance_id":{id},"instanceName":"Demo\"day","instanceTags":["one","two"],"raw":{{"invoices":[{{"name":"Invoice","id":"2","operation":"Create","lastUpdated":"2020-02-21T16:43:41+00:00"}}],"pollDate":{polled_ms},"objectType":"invoices"}},"userId":{user},"events":[{{"date":"2020-02-21T16:43:41Z","elementKey":"quickbooks","pollDate":{polled},"eventType":"CREATED","hubKey":"finance","objectId":"2","objectType":"invoices"}}]}},"user":"notifications@cloud-elements.com"}}"#,
        event_id = event.id,
    );
    assert_eq!(std::str::from_utf8(&received.body).unwrap(), expected);
    assert_dates(created, polled, polled_ms);
    assert_eq!(event.id.len(), 20);
    assert!(notification.as_str().is_some_and(|id| id.parse::<i64>().is_ok()), "{notification}");
}

/// All three are the moment of the notice, in the original's three forms.
fn assert_dates(created: &Value, polled: &Value, polled_ms: &Value) {
    let polled: jiff::Timestamp = polled.as_str().unwrap().parse().unwrap();
    let millis = polled_ms.as_i64().unwrap();
    assert_eq!(millis.div_euclid(1_000), polled.as_second());
    let java = "%a %b %d %H:%M:%S UTC %Y";
    assert_eq!(created, &json!(polled.strftime(java).to_string()));
}

#[tokio::test]
async fn the_headers_identify_sign_and_describe() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let own = json!({
        "event.notification.basic.username": "customer",
        "event.notification.basic.password": "pässword",
        "event.notification.callback.headers": "X-Tenant: 17\nX-Colour: deep blue",
        "event.notification.signature.asymmetric": true,
    });
    let instance = stage.connect(&stage.tenant, "1", &own).await;
    let path = format!("/instances/{}/verification-key", instance.id);
    let public_key = stage.tenant.caller.get(&path).await.ok()["key"].clone();
    let two = [("Customer", "1", "Create"), ("Customer", "2", "Update")];
    post(&stage, "1", NOON, &two).await;

    let received = stage.receiver.wait("/1", 1).await.remove(0);
    let events = received.events();
    for name in ["elements-webhook-id", "webhook-id"] {
        assert_eq!(received.header(name), events[0].id, "{name}");
    }
    assert!(received.is_signed_with(SIGNATURE_KEY), "{:?}", received.headers);
    assert!(!received.is_signed_with("another key"));
    assert!(received.is_signed_by(public_key.as_str().unwrap()), "{:?}", received.headers);
    for (name, value) in [
        ("content-type", "application/json"),
        ("x-tenant", "17"),
        ("x-colour", "deep blue"),
        // base64 of `customer:pässword` in UTF-8
        ("authorization", "Basic Y3VzdG9tZXI6cMOkc3N3b3Jk"),
        ("ledgerhook-detection", "webhook"),
    ] {
        assert_eq!(received.header(name), value, "{name}");
    }
    let moment = |name: &str| received.header(name).parse::<jiff::Timestamp>().unwrap();
    assert!(moment("ledgerhook-seen-at") <= moment("ledgerhook-sent-at"));
    let sent_s = moment("ledgerhook-sent-at").as_second().to_string();
    assert_eq!(received.header("webhook-timestamp"), sent_s);
}

#[tokio::test]
async fn the_organisations_own_signature_is_there_without_a_key_or_when_asked_for() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "3", &Value::Null).await;
    post(&stage, "3", NOON, &[("Customer", "1", "Create")]).await;
    let received = stage.receiver.wait("/3", 1).await.remove(0);
    assert!(received.header("webhook-signature").starts_with("v1,"));
    assert!(!received.header("webhook-signature").contains(' '));

    let no_key = json!({"event.notification.signature.key": null});
    stage.connect(&stage.tenant, "1", &no_key).await;
    let unsigned = json!({
        "event.notification.signature.key": null,
        "event.notification.signature.asymmetric": false,
    });
    stage.connect(&stage.tenant, "2", &unsigned).await;
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    post(&stage, "2", NOON, &[("Customer", "1", "Create")]).await;
    let received = stage.receiver.wait("/1", 1).await.remove(0);
    assert_eq!(received.header("elements-webhook-signature"), "");
    assert!(received.header("webhook-signature").starts_with("v1a,"));
    assert!(!received.header("webhook-signature").contains(' '));
    let received = stage.receiver.wait("/2", 1).await.remove(0);
    assert_eq!(received.header("webhook-signature"), "");
    assert_ne!(received.header("webhook-id"), "");
}

#[tokio::test]
async fn a_hundred_noticed_changes_are_five_notifications() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let ids: Vec<String> = (1..=100).map(|id| id.to_string()).collect();
    let entities: Vec<_> = ids.iter().map(|id| ("Customer", id.as_str(), "Create")).collect();
    post(&stage, "1", NOON, &entities).await;
    let events = stage.receiver.wait_for_events("/1", 100).await;
    let notifications = stage.receiver.at("/1");
    let sizes: Vec<_> = notifications.iter().map(|one| one.events().len()).collect();
    assert_eq!(sizes, [20; 5]);
    let distinct = |of: fn(&Arrived) -> &str| events.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(|event| &event.id), 100);
    assert_eq!(distinct(|event| &event.object_id), 100);
    let heads: BTreeSet<_> = notifications.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(heads.len(), 5);
}

#[tokio::test]
async fn resources_of_one_notice_are_told_in_notifications_of_their_own() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let entities =
        [("Customer", "1", "Create"), ("Invoice", "2", "Create"), ("Customer", "3", "Create")];
    post(&stage, "1", NOON, &entities).await;
    let mut received = stage.receiver.wait("/1", 2).await;
    received.sort_by_key(|one| one.events().len());
    let types = |one: &Received| -> BTreeSet<String> {
        one.events().into_iter().map(|event| event.object_type).collect()
    };
    assert_eq!(types(&received[0]), BTreeSet::from(["invoices".to_owned()]));
    assert_eq!(types(&received[1]), BTreeSet::from(["customers".to_owned()]));
}

#[tokio::test]
async fn a_failed_notification_comes_again_with_the_same_id_and_a_new_timestamp() {
    // With up to a fifth less of it, two seconds are still more than one.
    let stage = Stage::set(PROGRAM, &[("DELIVERY__RETRY_WAITS_SECONDS", "[2, 2]")]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(500)]);
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    let received = stage.receiver.wait("/1", 2).await;
    let [first, second] = received.as_slice() else { panic!("two attempts") };
    assert_eq!(first.body, second.body);
    for name in ["webhook-id", "elements-webhook-id", "elements-webhook-signature"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    let timestamp = |one: &Received| one.header("webhook-timestamp").parse::<i64>().unwrap();
    assert!(timestamp(first) < timestamp(second));
    assert!(first.is_signed_with(SIGNATURE_KEY) && second.is_signed_with(SIGNATURE_KEY));
    let delivery = delivery_with_status(&stage, &instance, "delivered").await;
    assert_eq!(delivery["attempts"], 2);
}

#[tokio::test]
async fn while_a_notification_waits_for_its_next_attempt_that_can_be_seen() {
    let stage = Stage::set(PROGRAM, &[("DELIVERY__RETRY_WAITS_SECONDS", "[3600]")]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(503)]);
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    let seen = eventually("the attempt", PATIENCE, async || {
        let delivery = delivery_with_status(&stage, &instance, "pending").await;
        (delivery["attempts"] == 1).then_some(delivery)
    });
    let seen = seen.await;
    assert_eq!(seen["outcome"], "status 503");
    let moment = |name: &str| seen[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let wait_s = moment("dueDate").duration_since(moment("attemptedDate")).as_secs();
    let an_hour_moved_by_a_fifth = 2_879..=4_321;
    assert!(an_hour_moved_by_a_fifth.contains(&wait_s), "{wait_s} s");
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let stage = Stage::set(PROGRAM, &[TWO_RETRIES_AT_ONCE]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::RetryAfter(2)]);
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    let received = stage.receiver.wait("/1", 2).await;
    assert!(received[1].at - received[0].at >= Duration::from_secs(2));
}

#[tokio::test]
async fn gone_parks_at_once() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(410)]);
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    let parked = delivery_with_status(&stage, &instance, "parked").await;
    assert_eq!(parked["attempts"], 1);
    assert_eq!(parked["parkReason"], "gone");
    assert_eq!(stage.receiver.at("/1").len(), 1);
}

#[tokio::test]
async fn what_was_parked_is_shown_and_goes_again_on_request() {
    let stage = Stage::set(PROGRAM, &[TWO_RETRIES_AT_ONCE]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(500), Reply::Status(404), Reply::Status(301)]);
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    let parked = delivery_with_status(&stage, &instance, "parked").await;
    assert_eq!(parked["attempts"], 3);
    assert_eq!(parked["parkReason"], "exhausted");
    assert_eq!(parked["outcome"], "status 301");
    assert_eq!(parked["dueDate"], Value::Null);
    assert_eq!(stage.counter("deliveries_parked").await, 1);

    let path = format!("/deliveries/{}/retry", parked["id"]);
    let answer = stage.tenant.caller.post(&path, &Value::Null).await.ok();
    assert_eq!(answer, json!({"id": parked["id"], "status": "pending"}));
    let delivered = delivery_with_status(&stage, &instance, "delivered").await;
    assert_eq!(delivered["id"], parked["id"]);
    let received = stage.receiver.at("/1");
    assert_eq!(received.len(), 4);
    assert!(received.iter().all(|one| one.events() == received[0].events()));
    let again = stage.tenant.caller.post(&path, &Value::Null).await;
    assert!(again.refused(404).starts_with("No parked delivery found with ID"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stage = Stage::set(PROGRAM, &[TWO_RETRIES_AT_ONCE]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let elsewhere = ledgerhook_testkit::Receiver::start().await;
    stage.receiver.always("/1", Reply::Redirect(elsewhere.url("/stolen")));
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    let parked = delivery_with_status(&stage, &instance, "parked").await;
    assert_eq!(parked["outcome"], "status 302");
    assert!(elsewhere.all().is_empty());
}

#[tokio::test]
async fn of_an_answer_without_end_little_is_read() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Endless]);
    post(&stage, "1", NOON, &[("Customer", "1", "Create")]).await;
    delivery_with_status(&stage, &instance, "delivered").await;
    // 16 KiB are read; more than that is in the buffers of both sides.
    let sent = stage.receiver.endless_bytes_sent();
    assert!(sent < 16 * 1024 * 1024, "{sent} bytes");
}

#[tokio::test]
async fn a_callback_that_hangs_delays_only_its_own_instance() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let hanging = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let healthy = stage.connect(&stage.tenant, "2", &Value::Null).await;
    stage.receiver.always("/1", Reply::Hang);
    // More than may be under way at one time for one instance.
    let ids: Vec<String> = (0..40).map(|id| id.to_string()).collect();
    for id in &ids {
        post(&stage, "1", NOON, &[("Customer", id, "Create")]).await;
    }
    stage.receiver.wait("/1", 16).await;
    for id in &ids {
        post(&stage, "2", NOON, &[("Customer", id, "Create")]).await;
    }
    stage.receiver.wait_for_events("/2", ids.len()).await;
    let query = |instance: &Instance| format!("status=delivered&instanceId={}", instance.id);
    let delivered = deliveries(&stage, &query(&hanging)).await;
    assert!(delivered.is_empty(), "the other one hung all the time");
    assert_eq!(stage.receiver.at("/1").len(), 16, "calls at one time for one instance");

    stage.receiver.release();
    let mut told = records(&stage.receiver.wait_for_events("/1", ids.len()).await)
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    told.sort_by_key(|id| id.parse::<u32>().unwrap());
    assert_eq!(told, ids);
    let all = async || {
        let found = deliveries(&stage, &query(&healthy)).await;
        (found.len() == ids.len()).then_some(())
    };
    eventually("all of the healthy one's deliveries are recorded", PATIENCE, all).await;
}

#[tokio::test]
async fn the_events_of_a_record_arrive_in_order_although_attempts_fail() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(500)]);
    post(&stage, "1", "2026-11-20T12:00:00Z", &[("Customer", "7", "Create")]).await;
    stage.receiver.wait("/1", 1).await;
    post(&stage, "1", "2026-11-20T12:00:01Z", &[("Customer", "7", "Update")]).await;
    post(&stage, "1", "2026-11-20T12:00:02Z", &[("Customer", "7", "Delete")]).await;
    post(&stage, "1", "2026-11-20T12:00:03Z", &[("Customer", "8", "Create")]).await;
    let events = stage.receiver.wait_for_events("/1", 5).await;
    let told: Vec<_> = events.iter().map(|one| (&*one.object_id, &*one.kind)).collect();
    let expected = [
        ("7", "CREATED"),
        // Another record of the instance does not wait.
        ("8", "CREATED"),
        ("7", "CREATED"),
        ("7", "UPDATED"),
        ("7", "DELETED"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_parked_notification_does_not_block_its_record_for_ever() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(410)]);
    post(&stage, "1", "2026-11-20T12:00:00Z", &[("Customer", "7", "Create")]).await;
    post(&stage, "1", "2026-11-20T12:00:01Z", &[("Customer", "7", "Update")]).await;
    let events = stage.receiver.wait_for_events("/1", 2).await;
    assert_eq!(events[1].kind, "UPDATED");
    delivery_with_status(&stage, &instance, "parked").await;
}

#[tokio::test]
async fn what_is_under_way_at_a_restart_goes_on_afterwards() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script("/1", [Reply::Status(500)]);
    post(&stage, "1", NOON, &[("Customer", "7", "Create")]).await;
    let first = stage.receiver.wait("/1", 1).await.remove(0);
    stage.restart().await;
    let again = stage.receiver.wait("/1", 2).await.remove(1);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("webhook-id"), again.header("webhook-id"));
    delivery_with_status(&stage, &instance, "delivered").await;
}

#[tokio::test]
async fn a_graceful_end_waits_for_the_answer_under_way() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.always("/1", Reply::Hang);
    post(&stage, "1", NOON, &[("Customer", "7", "Create")]).await;
    stage.receiver.wait("/1", 1).await;
    stage.receiver.release();
    assert!(stage.gateway.terminate().await.success());
    stage.restart().await;
    let delivered = delivery_with_status(&stage, &instance, "delivered").await;
    assert_eq!(delivered["attempts"], 1);
    assert_eq!(stage.receiver.at("/1").len(), 1);
}
