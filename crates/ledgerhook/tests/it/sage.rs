//! Sage, polled: every change once, with its deletions; and its records, read through the hub.

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

#[tokio::test]
async fn contacts_are_found_paged_and_read_one_by_one() {
    let (stage, instance) = connected(json!({})).await;
    let hub = stage.tenant.caller.with_token(&instance.token);
    let save = |name: &str, contact_type: &str| {
        let contact = json!({"name": name, "contact_type_ids": [contact_type]});
        change(&stage, RecordOperation::Save, contact)
    };
    let mut customers: Vec<_> = (0..7)
        .map(|number| save(&format!("Customer {number}"), "CUSTOMER")["id"].clone())
        .collect();
    let vendor = save("Nails & Co", "VENDOR");
    let ids = async |query: &str| -> Vec<Value> {
        let page = hub.get(&format!("/hubs/finance/{query}")).await.ok();
        page.as_array().unwrap().iter().map(|record| record["id"].clone()).collect()
    };
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    customers = sorted(customers);

    let since = "where=lastModifiedDate%20%3E%3D%20'2017-05-05'";
    assert_eq!(sorted(ids(&format!("customers?{since}")).await), customers);
    assert_eq!(ids("customers?where=updated_at%20%3E%20'2099-01-01'").await, [] as [Value; 0]);
    assert_eq!(ids("vendors").await, [vendor["id"].clone()]);
    assert_eq!(ids("contacts?where=search%3D'Nails'").await, [vendor["id"].clone()]);
    assert_eq!(ids("contacts").await.len(), 8);
    for size in [1, 2, 3] {
        let mut parts = ids(&format!("customers?page=1&pageSize={size}")).await;
        parts.extend(ids(&format!("customers?page=2&pageSize={size}")).await);
        let both = ids(&format!("customers?page=1&pageSize={}", 2 * size)).await;
        assert_eq!(parts, both, "{size}");
    }
    assert_eq!(ids("customers?page=4&pageSize=3").await, [] as [Value; 0]);
    assert_eq!(hub.all("/hubs/finance/customers?pageSize=3").await.len(), 7);
    let counted = hub.get("/hubs/finance/customers?pageSize=2&returnCount=true").await;
    assert_eq!(counted.header("elements-total-count"), Some("7"));

    let outline = "where=attributes%3D'updated_at'&pageSize=1";
    let outline = hub.get(&format!("/hubs/finance/customers?{outline}")).await.ok();
    assert_eq!(outline[0]["lastModifiedDate"], outline[0]["updated_at"]);
    assert_eq!(outline[0]["name"], Value::Null);
    let id = vendor["id"].as_str().unwrap();
    let found = hub.get(&format!("/hubs/finance/contacts/{id}")).await.ok();
    assert_eq!((&found["id"], &found["name"]), (&vendor["id"], &json!("Nails & Co")));
    assert_eq!(found["lastModifiedDate"], found["updated_at"]);
}

#[tokio::test]
async fn what_sage_cannot_answer_says_why() {
    let (stage, instance) = connected(json!({})).await;
    let hub = stage.tenant.caller.with_token(&instance.token);
    for (path, status, words) in [
        ("customers/ffffffffffffffffffffffffffffffff", 404, "Sage has no contacts/ffffffff"),
        ("customers?where=name%20LIKE%20'a%25'", 400, "Sage cannot find customers by this"),
        ("customers?where=email%3D'a'%20or%20email%3D'b'", 400, "Sage has no OR"),
        ("customers?orderBy=updated_at", 400, "Sage gives customers in no order"),
        ("customers?where=updated_at%20%3C%20'2017-05-05'", 400, "since a moment only"),
        ("cars", 404, "No object found with name cars"),
    ] {
        let message = hub.get(&format!("/hubs/finance/{path}")).await.refused(status);
        assert!(message.contains(words), "{path}: {message}");
    }
}
