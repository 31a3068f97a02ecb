//! Connections that fail: what the customer is told, and how they come back.

use ledgerhook_sandbox::quickbooks::{CallKind, Fault, FaultPlan, RecordOperation};
use ledgerhook_testkit::{Instance, PATIENCE, SIGNATURE_KEY, Stage, eventually};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000012";
const PATH: &str = "/9341452000000012";

/// Polled about four times a second.
fn often() -> Value {
    json!({"event.vendor.type": "polling", "event.poller.refresh_interval": "0.004166"})
}

fn new_customer(stage: &Stage, name: &str) -> Value {
    let body = json!({ "DisplayName": name });
    stage.books.change_record(REALM, "Customer", RecordOperation::Save, body).unwrap()
}

async fn health(stage: &Stage, instance: &Instance) -> Value {
    stage.tenant.caller.get(&format!("/instances/{}/health", instance.id)).await.ok()
}

/// The kinds of an instance's history, newest first.
async fn history(stage: &Stage, instance: &Instance) -> Vec<Value> {
    let entries = stage.tenant.caller.all(&format!("/instances/{}/history", instance.id)).await;
    entries.iter().map(|entry| entry["kind"].clone()).collect()
}

#[tokio::test]
async fn a_lapse_is_told_to_the_callback_once_however_often_it_is_met() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &often()).await;
    stage.books.expire_access_tokens(REALM).unwrap();
    stage.books.disconnect(REALM, None).unwrap();
    let told = stage.receiver.wait(PATH, 1).await.remove(0);
    assert_eq!(told.header("ledgerhook-detection"), "gateway");
    assert!(told.is_signed_with(SIGNATURE_KEY));
    let message = told.json()["message"].clone();
    let event = &message["events"][0];
    let members = ["objectType", "objectId", "eventType"].map(|name| &event[name]);
    assert_eq!(json!(members), json!(["instances", instance.id.to_string(), "UPDATED"]));
    let record = &message["raw"]["instances"][0];
    let reconnect = format!("/elements/api-v2/instances/{}/reconnect", instance.id);
    let expected = json!({
        "id": instance.id, "status": "needs reauthentication", "reason": record["reason"],
        "reconnect": reconnect,
    });
    assert_eq!(*record, expected);
    assert_ne!(record["reason"].as_str(), Some(""));

    // Met again, by the polls of a new process and on request.
    stage.restart().await;
    let failed = async || (stage.counter("polls_failed").await > 0).then_some(());
    eventually("the new process meets it", PATIENCE, failed).await;
    let path = format!("/instances/{}/poll", instance.id);
    stage.tenant.caller.post(&path, &Value::Null).await.refused(502);
    let events = stage.tenant.caller.all("/instances/events").await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(history(&stage, &instance).await, ["needs reauthentication"]);
    let found = health(&stage, &instance).await;
    assert_eq!(found["status"], "needs-reauthentication");
    assert_eq!(found["reconnect"]["url"], reconnect);

    let code = stage.authorize(&stage.tenant, REALM).await;
    let again = json!({"providerData": {"code": code, "realmId": REALM}});
    stage.tenant.caller.patch(&format!("/instances/{}", instance.id), &again).await.ok();
    assert_eq!(history(&stage, &instance).await, ["reconnected", "needs reauthentication"]);
    let well = async || (health(&stage, &instance).await["status"] == "ok").then_some(());
    eventually("the connection is well again", PATIENCE, well).await;
}

#[tokio::test]
async fn a_company_whose_polls_fail_too_often_is_left_alone_until_it_is_asked_for() {
    let settings = [("POLLING__FAILURES_BEFORE_PAUSE", "3")];
    let mut stage = Stage::set(PROGRAM, &settings).await;
    let mut wish = often();
    wish["event.poller.urls"] = json!("customers|vendors");
    let instance = stage.connect(&stage.tenant, REALM, &wish).await;
    stage.books.add_fault(FaultPlan::api(Fault::ServerError, 1_000)).unwrap();
    let paused = async || {
        let list = stage.tenant.caller.get("/instances/polling-disabled").await.ok();
        list.as_array().unwrap().first().cloned()
    };
    let found = eventually("polling is paused", PATIENCE, paused).await;
    assert_eq!((&found["instanceId"], &found["feed"]), (&json!(instance.id), &json!("cdc")));
    assert_eq!(found["resources"], json!(["customers", "vendors"]));
    assert!(found["reason"].as_str().unwrap().starts_with("3 polls of the feed cdc failed"));
    let told = async || (history(&stage, &instance).await == ["polling paused"]).then_some(());
    eventually("the history tells of it", PATIENCE, told).await;

    stage.gateway.kill9();
    stage.restart().await;
    stage.books.clear_faults();
    let missed = new_customer(&stage, "Missed");
    // Another company is polled; this one would have been as well.
    stage.connect(&stage.tenant, "1", &often()).await;
    let polled = async || (stage.counter("polls").await > 3).then_some(());
    eventually("others are polled", PATIENCE, polled).await;
    assert_eq!(stage.books.succeeded_calls(REALM, CallKind::Cdc), 0);
    assert_eq!(health(&stage, &instance).await["status"], "polling-paused");

    let path = format!("/instances/{}/polling-enabled", instance.id);
    assert_eq!(stage.tenant.caller.put(&path, &Value::Null).await.ok()["id"], instance.id);
    let events = stage.receiver.wait_for_events(PATH, 1).await;
    let id = format!("{}|0", missed["Id"].as_str().unwrap());
    assert_eq!(events[0].object_id, id);
    assert_eq!(stage.tenant.caller.get("/jobs/polling-disabled").await.ok(), json!([]));
    assert_eq!(history(&stage, &instance).await, ["polling resumed", "polling paused"]);
}

#[tokio::test]
async fn a_company_whose_polls_fail_is_asked_less_and_less() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let pace = json!({
        "event.vendor.type": "polling", "event.poller.refresh_interval": "0.001666",
        "event.poller.urls": "customers",
    });
    stage.connect(&stage.tenant, "1", &pace).await;
    stage.connect(&stage.tenant, REALM, &pace).await;
    stage.books.add_fault(FaultPlan::api(Fault::ServerError, 1_000).of_company(REALM)).unwrap();
    let polls = stage.counter("polls").await;
    let polled = async || (stage.counter("polls").await > polls + 30).then_some(());
    eventually("the other one is polled", PATIENCE, polled).await;
    // Ten times a second would be about 30; after 0.1, 0.2, 0.4 s and so on it is about 6.
    let failed = stage.counter("polls_failed").await;
    assert!((2..15).contains(&failed), "{failed}");
}

#[tokio::test]
async fn the_records_of_the_poller_come_with_the_first_poll() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let mut wish = often();
    wish["event.poller.urls"] = json!("customers|vendors");
    let instance = stage.connect(&stage.tenant, REALM, &wish).await;
    let by_token = stage.tenant.caller.with_token(&instance.token);
    let names = async || {
        let records = by_token.get("/instances/event-poller-records").await.ok();
        let records = records.as_array().unwrap().clone();
        records.iter().map(|record| record["objectName"].clone()).collect::<Vec<_>>()
    };
    let both = async || (names().await == ["customers", "vendors"]).then_some(());
    eventually("a record for each resource", PATIENCE, both).await;
    let fewer = json!({"configuration": {"event.poller.urls": "vendors"}});
    stage.tenant.caller.patch(&format!("/instances/{}", instance.id), &fewer).await.ok();
    assert_eq!(names().await, ["vendors"]);
    let found = health(&stage, &instance).await;
    assert_eq!(found["status"], "ok");
    assert!(found["cursors"]["cdc"].is_string() && found["lagSeconds"].is_u64(), "{found}");
}
