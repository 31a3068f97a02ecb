//! FreshBooks: callbacks that the gateway registers itself, records read behind its notices, and a
//! sweep for what they lose.

use ledgerhook_sandbox::freshbooks::{Business, RecordOperation};
use ledgerhook_testkit::{
    Arrived, Candidate, Instance, PATIENCE, SIGNATURE_KEY, Stage, eventually,
};
use serde_json::{Value, json};

use crate::PROGRAM;

const BUSINESS: u64 = 439_000;
const NAME: &str = "Commonwealth of Systems";

async fn connected(configuration: Value) -> (Stage, Instance) {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.open_freshbooks(&stage.tenant, Business::new(BUSINESS, "ABC123", NAME));
    let identity = stage.freshbooks().users()[0].identity_id;
    let candidate = Candidate::freshbooks(NAME, identity).with(configuration);
    let instance = stage.connect_to(&stage.tenant, &candidate).await;
    (stage, instance)
}

async fn wait_until_confirmed(stage: &Stage, instance: &Instance) {
    let path = format!("/instances/{}/subscriptions", instance.id);
    let confirmed = async || {
        let rows = stage.tenant.caller.get(&path).await.ok();
        let rows = rows.as_array().unwrap();
        let is_so = !rows.is_empty() && rows.iter().all(|row| row["confirmed"] == true);
        is_so.then_some(())
    };
    eventually("every callback is verified", PATIENCE, confirmed).await;
}

fn change(stage: &Stage, noun: &str, operation: RecordOperation, body: Value) -> Value {
    stage.freshbooks().change_record(BUSINESS, noun, operation, body).unwrap()
}

fn told(events: &[Arrived]) -> Vec<(&str, &str)> {
    events.iter().map(|event| (event.object_type.as_str(), event.kind.as_str())).collect()
}

#[tokio::test]
async fn a_client_is_told_of_when_it_is_made_changed_and_deleted() {
    let (stage, instance) = connected(json!({"event.poller.urls": "customers|invoices"})).await;
    wait_until_confirmed(&stage, &instance).await;
    assert_eq!(stage.freshbooks().callbacks(BUSINESS).unwrap().len(), 2, "one for each noun");

    let sample = stage.freshbooks().sample_body(BUSINESS, "client", 1).unwrap();
    let made = change(&stage, "client", RecordOperation::Save, sample);
    let events = stage.receiver.wait_for_events(&instance.path, 1).await;
    assert_eq!(told(&events), [("customers", "CREATED")]);
    let raw = stage.receiver.at(&instance.path)[0].json()["message"]["raw"]["customers"][0].clone();
    assert_eq!(raw["id"], made["id"], "the event carries the record");
    assert_eq!(raw["email"], made["email"]);

    change(&stage, "client", RecordOperation::Delete, json!({"id": made["id"]}));
    let events = stage.receiver.wait_for_events(&instance.path, 2).await;
    assert_eq!(told(&events), [("customers", "CREATED"), ("customers", "DELETED")]);
    assert_eq!(events[0].object_id, events[1].object_id);
    let received = stage.receiver.at(&instance.path);
    assert!(received.iter().all(|one| one.is_signed_with(SIGNATURE_KEY)));
    assert!(received.iter().all(|one| one.header("ledgerhook-detection") == "webhook"));
}

#[tokio::test]
async fn a_notice_that_comes_twice_is_one_event() {
    let (stage, instance) = connected(json!({"event.poller.urls": "customers"})).await;
    wait_until_confirmed(&stage, &instance).await;
    stage.freshbooks().duplicate_next_notices(BUSINESS, 1).unwrap();
    let sample = stage.freshbooks().sample_body(BUSINESS, "client", 1).unwrap();
    change(&stage, "client", RecordOperation::Save, sample);
    stage.freshbooks().wait_until_sent(PATIENCE).await.unwrap();
    let dropped = async || (stage.counter("duplicates_dropped").await > 0).then_some(());
    stage.receiver.wait_for_events(&instance.path, 1).await;
    eventually("the repeat is known", PATIENCE, dropped).await;
    assert_eq!(stage.counter("events_appended").await, 1);
}

#[tokio::test]
async fn what_a_lost_notice_should_have_told_a_sweep_finds() {
    let wish = json!({"event.vendor.type": "hybrid", "event.poller.urls": "customers"});
    let (stage, instance) = connected(wish).await;
    wait_until_confirmed(&stage, &instance).await;
    stage.freshbooks().drop_next_notices(BUSINESS, 1).unwrap();
    let sample = stage.freshbooks().sample_body(BUSINESS, "client", 1).unwrap();
    change(&stage, "client", RecordOperation::Save, sample);
    stage.freshbooks().wait_until_sent(PATIENCE).await.unwrap();
    let path = format!("/instances/{}/poll", instance.id);
    stage.tenant.caller.post(&path, &Value::Null).await.ok();
    let events = stage.receiver.wait_for_events(&instance.path, 1).await;
    assert_eq!(told(&events), [("customers", "CREATED")]);
    let received = stage.receiver.at(&instance.path);
    assert_eq!(received[0].header("ledgerhook-detection"), "reconcile");
}

#[tokio::test]
async fn callbacks_end_with_the_instance() {
    let (stage, instance) = connected(json!({"event.poller.urls": "customers"})).await;
    wait_until_confirmed(&stage, &instance).await;
    let path = format!("/instances/{}", instance.id);
    stage.tenant.caller.delete(&path).await;
    let none = async || {
        let left = stage.freshbooks().callbacks(BUSINESS).unwrap();
        left.is_empty().then_some(())
    };
    eventually("no callback is left", PATIENCE, none).await;
}

#[tokio::test]
async fn a_business_that_is_not_there_is_said_with_those_that_are() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.open_freshbooks(&stage.tenant, Business::new(BUSINESS, "ABC123", NAME));
    let identity = stage.freshbooks().users()[0].identity_id;
    let wrong = json!({"business.name": "Federation"});
    let candidate = Candidate::freshbooks(NAME, identity).with(wrong);
    let message = stage.try_connect_to(&stage.tenant, &candidate).await.refused(400);
    assert!(message.contains(NAME), "{message}");
}
