//! Sage, polled: every change once, with its deletions.

use ledgerhook_sandbox::sage::RecordOperation;
use ledgerhook_testkit::{Arrived, Candidate, Instance, Stage};
use serde_json::{Value, json};

use crate::PROGRAM;

const BUSINESS: &str = "0123456789abcdef0123456789abcdef";

async fn connected(configuration: Value) -> (Stage, Instance) {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.open_sage(&stage.tenant, BUSINESS, "Oak and Wood");
    let candidate = Candidate::sage("Oak and Wood").with(configuration);
    let instance = stage.connect_to(&stage.tenant, &candidate).await;
    (stage, instance)
}

async fn poll(stage: &Stage, instance: &Instance) {
    let path = format!("/instances/{}/poll", instance.id);
    stage.tenant.caller.post(&path, &Value::Null).await.ok();
}

fn change(stage: &Stage, operation: RecordOperation, body: Value) -> Value {
    stage.sage().change_record(BUSINESS, "contacts", operation, body).unwrap()
}

fn told(events: &[Arrived]) -> Vec<(&str, &str, &str)> {
    events
        .iter()
        .map(|event| (event.object_type.as_str(), event.object_id.as_str(), event.kind.as_str()))
        .collect()
}

#[tokio::test]
async fn a_contact_is_told_of_when_it_is_made_changed_and_deleted() {
    let wish = json!({"event.poller.urls": "contacts"});
    let (stage, instance) = connected(wish).await;
    let contact = stage.sage().sample_body(BUSINESS, "contacts", 1).unwrap();
    let made = change(&stage, RecordOperation::Save, contact);
    let id = made["id"].as_str().unwrap().to_owned();
    poll(&stage, &instance).await;
    stage.receiver.wait_for_events(&instance.path, 1).await;
    change(&stage, RecordOperation::Delete, json!({"id": id}));
    poll(&stage, &instance).await;
    poll(&stage, &instance).await;
    let events = stage.receiver.wait_for_events(&instance.path, 2).await;
    assert_eq!(told(&events), [("contacts", &*id, "CREATED"), ("contacts", &*id, "DELETED")]);
    let received = stage.receiver.at(&instance.path);
    assert!(received.iter().all(|one| one.is_signed_with(ledgerhook_testkit::SIGNATURE_KEY)));
    assert!(received.iter().all(|one| one.header("ledgerhook-detection") == "poll"));
}
