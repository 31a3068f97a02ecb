//! The record behind a webhook: read in as few calls as possible, never in the provider's request,
//! and an event all the same when it cannot be read.

use ledgerhook_sandbox::quickbooks::{CallCount, CallKind, Fault, FaultPlan, RecordOperation};
use ledgerhook_testkit::{Arrived, Instance, PATIENCE, Received, Stage, eventually, legacy_body};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000021";
const PATH: &str = "/9341452000000021";

/// Long enough that what a test changes in one go is one group, however busy the machine is.
const GATHERING: (&str, &str) = ("INGRESS__GATHERING_MS", "1500");

/// Hydrated as by default.
fn hydrated(vendor_type: &str) -> Value {
    json!({
        "event.vendor.type": vendor_type,
        "event.poller.refresh_interval": "1000",
        "event.hydrate": null,
    })
}

async fn connect(stage: &Stage, configuration: &Value) -> Instance {
    let instance = stage.connect(&stage.tenant, REALM, configuration).await;
    stage.send_webhooks(&stage.tenant);
    instance
}

fn save(stage: &Stage, entity: &str, body: Value) -> Value {
    stage.books.change_record(REALM, entity, RecordOperation::Save, body).unwrap()
}

fn new_customer(stage: &Stage, name: &str) -> Value {
    save(stage, "Customer", json!({"DisplayName": name}))
}

/// Calls of the company that read something, by kind.
fn reads(stage: &Stage) -> (u64, u64) {
    let of = |kind: CallKind| -> u64 {
        let own = |count: &CallCount| count.realm_id.as_deref() == Some(REALM);
        let counts = stage.books.calls().into_iter().filter(own);
        counts.filter(|count| count.kind == kind).map(|count| count.succeeded + count.failed).sum()
    };
    (of(CallKind::Cdc), of(CallKind::Query))
}

/// The record that an event carries.
fn record(stage: &Stage, resource: &str, object_id: &str) -> Value {
    let received = stage.receiver.at(PATH);
    let raws = received.iter().map(|one| one.json()["message"]["raw"][resource].clone());
    let records: Vec<Value> = raws.filter_map(|raw| raw.as_array().cloned()).flatten().collect();
    let own = |record: &&Value| record["id"] == object_id;
    records.iter().find(own).unwrap_or_else(|| panic!("no {object_id} in {records:?}")).clone()
}

fn kinds(events: &[Arrived]) -> Vec<(&str, &str)> {
    events.iter().map(|event| (event.object_id.as_str(), event.kind.as_str())).collect()
}

#[tokio::test]
async fn a_group_of_notices_costs_one_read_and_its_events_carry_the_records() {
    let stage = Stage::set(PROGRAM, &[GATHERING]).await;
    connect(&stage, &hydrated("webhook")).await;
    let before = reads(&stage);
    for name in ["Ada", "Bea", "Cleo"] {
        new_customer(&stage, name);
    }
    let events = stage.receiver.wait_for_events(PATH, 3).await;
    assert_eq!(kinds(&events)[0].1, "CREATED");
    let bea = events.iter().map(|event| record(&stage, "customers", &event.object_id));
    assert!(bea.into_iter().any(|record| record["displayName"] == "Bea"));
    let after = reads(&stage);
    assert_eq!((after.0 - before.0, after.1 - before.1), (0, 1), "one query for one kind");
    let detections = stage.receiver.at(PATH);
    assert!(detections.iter().all(|one| one.header("ledgerhook-detection") == "webhook"));
}

#[tokio::test]
async fn several_kinds_of_records_cost_one_read_as_well() {
    let stage = Stage::set(PROGRAM, &[GATHERING]).await;
    connect(&stage, &hydrated("webhook")).await;
    let before = reads(&stage);
    new_customer(&stage, "Ada");
    save(&stage, "Vendor", json!({"DisplayName": "Nails & Co"}));
    stage.receiver.wait_for_events(PATH, 2).await;
    let after = reads(&stage);
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 0), "one change data capture");
    let received = stage.receiver.at(PATH);
    let vendor = received.iter().find_map(|one| {
        one.json()["message"]["raw"]["vendors"][0]["displayName"].as_str().map(str::to_owned)
    });
    assert_eq!(vendor.as_deref(), Some("Nails & Co"));
}

#[tokio::test]
async fn a_hybrid_instance_reads_a_group_by_one_sweep() {
    let stage = Stage::set(PROGRAM, &[GATHERING]).await;
    connect(&stage, &hydrated("hybrid")).await;
    let before = reads(&stage);
    new_customer(&stage, "Ada");
    save(&stage, "Vendor", json!({"DisplayName": "Nails & Co"}));
    let events = stage.receiver.wait_for_events(PATH, 2).await;
    assert!(kinds(&events).iter().all(|(id, kind)| id.ends_with("|0") && *kind == "CREATED"));
    let after = reads(&stage);
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 0));
}

#[tokio::test]
async fn a_sweep_brings_what_an_earlier_notice_should_have_told() {
    let stage = Stage::set(PROGRAM, &[("POLLING__NOTICE_GRACE_MS", "0")]).await;
    connect(&stage, &hydrated("hybrid")).await;
    stage.books.drop_next_notices(&stage.tenant.app.client_id, 1).unwrap();
    let lost = new_customer(&stage, "Lost");
    stage.books.wait_until_sent(PATIENCE).await.unwrap();
    let told = new_customer(&stage, "Told");
    let events = stage.receiver.wait_for_events(PATH, 2).await;
    let detection = |record: &Value| {
        let id = format!("{}|0", record["Id"].as_str().unwrap());
        let received = stage.receiver.at(PATH);
        let own = |one: &&Received| one.events().iter().any(|event| event.object_id == id);
        received.iter().find(own).map(|one| one.header("ledgerhook-detection").to_owned())
    };
    assert_eq!(events.len(), 2);
    assert_eq!(detection(&lost).as_deref(), Some("reconcile"));
    assert_eq!(detection(&told).as_deref(), Some("webhook"));
}

#[tokio::test]
async fn a_company_that_cannot_be_read_is_told_of_with_the_notice_and_why() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = connect(&stage, &hydrated("webhook")).await;
    // The app is let in no more, but this notice was signed before.
    stage.books.hold_next_notices(&stage.tenant.app.client_id, 1).unwrap();
    new_customer(&stage, "Ada");
    stage.books.expire_access_tokens(REALM).unwrap();
    stage.books.disconnect(REALM, None).unwrap();
    stage.books.release_held_notices(&stage.tenant.app.client_id).unwrap();
    // Beside it the callback is told of the lapse, before or after.
    let events = stage.receiver.wait_for_events(PATH, 2).await;
    let of_customer = |kind: &str| kind == "customers";
    let told = events.iter().find(|event| of_customer(&event.object_type)).unwrap();
    assert_eq!(told.kind, "CREATED");
    assert!(!told.object_id.contains('|'), "{}", told.object_id);
    let received = stage.receiver.at(PATH);
    let of_it = received.iter().find(|one| of_customer(&one.events()[0].object_type)).unwrap();
    let raw = of_it.json()["message"]["raw"]["customers"][0].clone();
    let why = raw["unread"].as_str().unwrap();
    assert!(why.contains("needs reauthentication"), "{why}");
    let read = stage.tenant.caller.get(&format!("/instances/{}", instance.id)).await.ok();
    assert_eq!(read["valid"], false);
}

#[tokio::test]
async fn a_record_that_is_gone_before_it_is_read_is_said_to_be_gone() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, REALM, &hydrated("webhook")).await;
    let body = legacy_body(REALM, "2026-11-20T08:00:00.000Z", &[("Invoice", "4711", "Update")]);
    stage.notices.post(&stage.tenant.app.verifier_token, body).await.ok();
    let events = stage.receiver.wait_for_events(PATH, 1).await;
    assert_eq!(kinds(&events), [("4711", "UPDATED")]);
    let raw = stage.receiver.at(PATH)[0].json()["message"]["raw"]["invoices"][0].clone();
    assert_eq!(raw["unread"], "the provider does not have this record any more");
}

#[tokio::test]
async fn a_notice_whose_record_was_not_read_before_a_crash_becomes_an_event_after_it() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    connect(&stage, &hydrated("webhook")).await;
    stage.books.add_fault(FaultPlan::api(Fault::Hang, 1)).unwrap();
    new_customer(&stage, "Ada");
    let accepted = async || (stage.counter("notices_accepted").await == 1).then_some(());
    eventually("the notice is on disk", PATIENCE, accepted).await;
    stage.gateway.kill9();
    stage.books.clear_faults();
    stage.restart().await;
    let events = stage.receiver.wait_for_events(PATH, 1).await;
    assert_eq!(events[0].kind, "CREATED");
    assert!(events[0].object_id.ends_with("|0"), "{}", events[0].object_id);
}
