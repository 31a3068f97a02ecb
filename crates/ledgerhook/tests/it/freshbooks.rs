//! FreshBooks: callbacks that the gateway registers itself, records read behind its notices, a
//! sweep for what they lose, and the hub.

use ledgerhook_sandbox::freshbooks::{Business, RecordOperation};
use ledgerhook_testkit::{
    Arrived, Caller, Candidate, Instance, PATIENCE, SIGNATURE_KEY, Stage, eventually,
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

/// Waits until FreshBooks has verified every callback of an instance.
pub(crate) async fn wait_until_confirmed(stage: &Stage, instance_id: i64) {
    let path = format!("/instances/{instance_id}/subscriptions");
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
    wait_until_confirmed(&stage, instance.id).await;
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
    wait_until_confirmed(&stage, instance.id).await;
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
    wait_until_confirmed(&stage, instance.id).await;
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

/// FreshBooks keeps one refresh token alive for a user and an app.
#[tokio::test]
async fn two_businesses_of_one_person_keep_their_access() {
    let wish = json!({"event.vendor.type": "hybrid", "event.poller.urls": "customers"});
    let (stage, first) = connected(wish.clone()).await;
    stage.open_freshbooks(&stage.tenant, Business::new(439_001, "DEF456", "Federation"));
    let identity = stage.freshbooks().users()[0].identity_id;
    let candidate = Candidate::freshbooks("Federation", identity).with(wish);
    let second = stage.connect_to(&stage.tenant, &candidate).await;
    let is_polled = async |instance: &Instance| {
        let path = format!("/instances/{}/poll", instance.id);
        let polled = async || {
            let answer = stage.tenant.caller.post(&path, &Value::Null).await;
            (answer.status == 200).then_some(())
        };
        eventually("the business is polled", PATIENCE, polled).await;
    };
    for _ in 0..2 {
        stage.freshbooks().expire_access_tokens(identity).unwrap();
        is_polled(&first).await;
        is_polled(&second).await;
    }
    stage.tenant.caller.delete(&format!("/instances/{}", second.id)).await.ok();
    stage.freshbooks().expire_access_tokens(identity).unwrap();
    is_polled(&first).await;
}

#[tokio::test]
async fn callbacks_end_with_the_instance() {
    let (stage, instance) = connected(json!({"event.poller.urls": "customers"})).await;
    wait_until_confirmed(&stage, instance.id).await;
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

/// Three clients in the books, and a caller with the instance's token.
async fn hub_of_three() -> (Stage, Caller) {
    let (stage, instance) = connected(json!({"event.notification.enabled": false})).await;
    for name in ["ada", "bea", "cleo"] {
        let body = json!({"fname": name, "email": format!("{name}@example.com")});
        change(&stage, "client", RecordOperation::Save, body);
    }
    let caller = stage.tenant.caller.with_token(&instance.token);
    (stage, caller)
}

fn names(page: &Value) -> Vec<&str> {
    page.as_array().unwrap().iter().map(|record| record["fname"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_hub_finds_clients_by_a_condition() {
    let (_stage, caller) = hub_of_three().await;
    for (condition, expected) in [
        ("email%20%3D%20'bea@example.com'", vec!["bea"]),
        ("email%20%3D%20'zoe@example.com'", vec![]),
        // FreshBooks does not search by this member; the gateway compares it itself.
        ("vis_state%3D0%20AND%20fname%3D'cleo'", vec!["cleo"]),
        ("updated%20%3E%3D%20'2020-01-01T00:00:00Z'", vec!["cleo", "bea", "ada"]),
        ("updated%20%3E%20'2100-01-01T00:00:00Z'", vec![]),
        ("updated_min%20%3D%20'2100-01-01'", vec![]),
    ] {
        let page = caller.get(&format!("/hubs/finance/customers?where={condition}")).await.ok();
        assert_eq!(names(&page), expected, "{condition}");
    }
    for (query, words) in [
        ("where=emial%3D'bea@example.com'", "no such member"),
        ("where=fname%20LIKE%20'b%25'", "email_like"),
        ("where=fname%3D'a'%20OR%20fname%3D'b'", "no OR"),
        ("orderBy=fname,lname", "one column"),
    ] {
        let refused = caller.get(&format!("/hubs/finance/customers?{query}")).await.refused(400);
        assert!(refused.contains(words), "{query}: {refused}");
    }
}

#[tokio::test]
async fn two_pages_of_the_hub_are_one_of_twice_the_size() {
    let (_stage, caller) = hub_of_three().await;
    let path = |page: u32, size: u32| {
        format!("/hubs/finance/customers?page={page}&pageSize={size}&returnCount=true")
    };
    let (first, second) = (caller.get(&path(1, 1)).await, caller.get(&path(2, 1)).await);
    assert_eq!(first.header("elements-total-count"), Some("3"));
    let both = caller.get(&path(1, 2)).await.ok();
    let (first, second) = (first.ok(), second.ok());
    assert_eq!([names(&first), names(&second)].concat(), names(&both));
    let all = caller.all("/hubs/finance/customers?pageSize=2").await;
    assert_eq!(names(&Value::Array(all)), ["cleo", "bea", "ada"]);
}

#[tokio::test]
async fn the_hub_reads_one_client_or_says_that_there_is_none() {
    let (_stage, caller) = hub_of_three().await;
    let page = caller.get("/hubs/finance/customers?pageSize=1").await.ok();
    let id = page[0]["id"].as_u64().unwrap();
    let found = caller.get(&format!("/hubs/finance/customers/{id}")).await.ok();
    assert_eq!(found, page[0], "in the form of the list");
    let missing = caller.get("/hubs/finance/customers/99999999").await.refused(404);
    assert!(missing.contains("FreshBooks has no client 99999999"), "{missing}");
    caller.get("/hubs/finance/customers/seven").await.refused(400);
}
