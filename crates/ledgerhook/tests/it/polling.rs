//! Changes found by asking: each once, also when the provider or the gateway stumbles.

use std::collections::BTreeSet;

use ledgerhook_sandbox::quickbooks::{
    CallCount, CallKind, Fault, FaultPlan, QuickBooksOptions, RecordOperation,
};
use ledgerhook_testkit::{Arrived, Instance, PATIENCE, Stage, eventually};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000002";
const OTHER_REALM: &str = "9341452000000003";
const PATH: &str = "/9341452000000002";

/// Polled only when a test says so.
fn on_request() -> Value {
    json!({"event.vendor.type": "polling", "event.poller.refresh_interval": "1000"})
}

/// Polled about four times a second.
fn often() -> Value {
    json!({"event.vendor.type": "polling", "event.poller.refresh_interval": "0.004166"})
}

fn save(stage: &Stage, entity: &str, body: Value) -> Value {
    stage.books.change_record(REALM, entity, RecordOperation::Save, body).unwrap()
}

fn new_customer(stage: &Stage, name: &str) -> Value {
    save(stage, "Customer", json!({"DisplayName": name}))
}

fn id_of(record: &Value) -> &str {
    record["Id"].as_str().unwrap()
}

fn poll_path(instance: &Instance) -> String {
    format!("/instances/{}/poll", instance.id)
}

async fn poll(stage: &Stage, instance: &Instance) {
    stage.tenant.caller.post(&poll_path(instance), &Value::Null).await.ok();
}

/// The record without its revision, and the kind.
fn told(events: &[Arrived]) -> Vec<(String, &str)> {
    let record = |event: &Arrived| event.object_id.split('|').next().unwrap().to_owned();
    events.iter().map(|event| (record(event), event.kind.as_str())).collect()
}

fn token_calls(stage: &Stage) -> (u64, u64) {
    calls(stage, CallKind::Token)
}

/// Calls of a kind that succeeded and that failed, of any company.
fn calls(stage: &Stage, kind: CallKind) -> (u64, u64) {
    let of_kind = |count: &CallCount| count.kind == kind;
    let counts: Vec<_> = stage.books.calls().into_iter().filter(of_kind).collect();
    let sum = |of: fn(&CallCount) -> u64| counts.iter().map(of).sum();
    (sum(|count| count.succeeded), sum(|count| count.failed))
}

#[tokio::test]
async fn every_change_is_found_once_however_often_is_asked() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    let ada = new_customer(&stage, "Ada");
    let bea = new_customer(&stage, "Bea");
    poll(&stage, &instance).await;
    let mut expected =
        BTreeSet::from([(id_of(&ada).to_owned(), "CREATED"), (id_of(&bea).to_owned(), "CREATED")]);
    let events = stage.receiver.wait_for_events(PATH, 2).await;
    assert_eq!(told(&events).into_iter().collect::<BTreeSet<_>>(), expected);

    let changed = json!({"Id": ada["Id"], "SyncToken": ada["SyncToken"], "sparse": true,
        "Notes": "changed"});
    save(&stage, "Customer", changed);
    let item = save(
        &stage,
        "Item",
        json!({"Name": "Nail", "Type": "Service",
        "IncomeAccountRef": {"value": "1"}}),
    );
    let line = json!({"Amount": 12.5, "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}}});
    let invoice =
        save(&stage, "Invoice", json!({"CustomerRef": {"value": ada["Id"]}, "Line": [line]}));
    poll(&stage, &instance).await;
    stage.receiver.wait_for_events(PATH, 5).await;
    let gone = json!({"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]});
    stage.books.change_record(REALM, "Invoice", RecordOperation::Delete, gone).unwrap();
    stage.books.merge_customers(REALM, id_of(&ada), id_of(&bea)).unwrap();
    poll(&stage, &instance).await;
    poll(&stage, &instance).await;
    expected.extend([
        (id_of(&ada).to_owned(), "UPDATED"),
        (id_of(&item).to_owned(), "CREATED"),
        (id_of(&invoice).to_owned(), "CREATED"),
        (id_of(&invoice).to_owned(), "DELETED"),
        // Of a merge, a poll sees the survivor changed and the other one gone.
        (id_of(&bea).to_owned(), "DELETED"),
    ]);
    // The survivor's two changes are one more event than there are pairs.
    let events = stage.receiver.wait_for_events(PATH, 8).await;
    assert_eq!(told(&events).into_iter().collect::<BTreeSet<_>>(), expected);
    poll(&stage, &instance).await;
    let ids: BTreeSet<_> = events.iter().map(|event| &event.id).collect();
    assert_eq!((ids.len(), events.len()), (8, 8));
    assert_eq!(stage.counter("events_appended").await, 8);
    assert!(stage.counter("duplicates_dropped").await >= 8, "each poll looks back");
    let received = stage.receiver.at(PATH);
    assert!(received.iter().all(|one| one.header("ledgerhook-detection") == "cdc"));
    assert!(received.iter().all(|one| one.is_signed_with(ledgerhook_testkit::SIGNATURE_KEY)));
}

#[tokio::test]
async fn a_polled_event_carries_the_whole_record_and_its_revision() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    let ada = new_customer(&stage, "Ada");
    poll(&stage, &instance).await;
    let received = stage.receiver.wait(PATH, 1).await.remove(0);
    let message = received.json()["message"].clone();
    assert_eq!(message["raw"]["objectType"], "customers");
    assert!(message["raw"]["pollDate"].is_i64());
    // Id and revision, as the original prints them, and its names of the record's members.
    let printed = format!("{}|0", id_of(&ada));
    let record = &message["raw"]["customers"][0];
    assert_eq!((&record["displayName"], &record["id"]), (&json!("Ada"), &json!(printed)));
    assert_eq!(message["events"][0]["objectId"], printed);
}

#[tokio::test]
async fn many_polled_changes_are_ten_to_a_notification() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    for number in 0..25 {
        new_customer(&stage, &format!("Customer {number}"));
    }
    poll(&stage, &instance).await;
    let events = stage.receiver.wait_for_events(PATH, 25).await;
    assert_eq!(events.iter().map(|event| &event.object_id).collect::<BTreeSet<_>>().len(), 25);
    let mut sizes: Vec<_> = stage.receiver.at(PATH).iter().map(|one| one.events().len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
}

#[tokio::test]
async fn only_the_named_resources_are_asked_for() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let mut wish = on_request();
    wish["event.poller.urls"] = json!("vendors");
    let instance = stage.connect(&stage.tenant, REALM, &wish).await;
    new_customer(&stage, "Ada");
    let vendor = save(&stage, "Vendor", json!({"DisplayName": "Timber & Co"}));
    poll(&stage, &instance).await;
    let events = stage.receiver.wait_for_events(PATH, 1).await;
    assert_eq!(told(&events), [(id_of(&vendor).to_owned(), "CREATED")]);
    assert_eq!(stage.counter("events_appended").await, 1);
}

#[tokio::test]
async fn an_instance_is_polled_at_its_interval() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, REALM, &often()).await;
    for number in 1..=3 {
        let made = new_customer(&stage, &format!("Customer {number}"));
        let events = stage.receiver.wait_for_events(PATH, number).await;
        assert_eq!(told(&events).pop(), Some((id_of(&made).to_owned(), "CREATED")));
    }
    assert_eq!(stage.counter("events_appended").await, 3);
}

#[tokio::test]
async fn a_change_told_by_a_notice_and_found_by_a_poll_is_one_event() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let hybrid = json!({"event.vendor.type": "hybrid"});
    let instance = stage.connect(&stage.tenant, REALM, &hybrid).await;
    stage.send_webhooks(&stage.tenant);
    new_customer(&stage, "Ada");
    stage.receiver.wait_for_events(PATH, 1).await;
    poll(&stage, &instance).await;
    assert_eq!(stage.counter("events_appended").await, 1);

    stage.books.drop_next_notices(&stage.tenant.app.client_id, 1).unwrap();
    let lost = new_customer(&stage, "Bea");
    poll(&stage, &instance).await;
    let events = stage.receiver.wait_for_events(PATH, 2).await;
    assert_eq!(told(&events)[1], (id_of(&lost).to_owned(), "CREATED"));
    let detected = stage.receiver.at(PATH)[1].header("ledgerhook-detection").to_owned();
    assert_eq!(detected, "reconcile", "what a notice should have told");
}

#[tokio::test]
async fn an_access_token_that_has_ended_is_refreshed_and_the_poll_goes_on() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    new_customer(&stage, "Ada");
    let before = token_calls(&stage);
    assert!(stage.books.expire_access_tokens(REALM).unwrap() > 0);
    poll(&stage, &instance).await;
    stage.receiver.wait_for_events(PATH, 1).await;
    let after = token_calls(&stage);
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 0), "one refresh");
    poll(&stage, &instance).await;
    assert_eq!(token_calls(&stage), after, "and no more");
}

#[tokio::test]
async fn a_refresh_token_that_changes_every_time_is_kept_up_with_over_restarts() {
    let provider = QuickBooksOptions { rotate_every_refresh: true, ..QuickBooksOptions::default() };
    let mut stage = Stage::set_with(PROGRAM, &[], provider).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    for number in 1..=3 {
        new_customer(&stage, &format!("Customer {number}"));
        stage.books.expire_access_tokens(REALM).unwrap();
        poll(&stage, &instance).await;
        stage.receiver.wait_for_events(PATH, number).await;
        stage.restart().await;
    }
}

#[tokio::test]
async fn polls_at_the_same_time_refresh_once() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    stage.books.expire_access_tokens(REALM).unwrap();
    let before = token_calls(&stage);
    let path = poll_path(&instance);
    let call = || stage.tenant.caller.post(&path, &Value::Null);
    let (a, b, c, d) = tokio::join!(call(), call(), call(), call());
    for answer in [a, b, c, d] {
        answer.ok();
    }
    assert_eq!(token_calls(&stage).0 - before.0, 1);
}

#[tokio::test]
async fn a_company_whose_refresh_token_was_revoked_is_said_so_and_asked_no_more() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &often()).await;
    let own_path = format!("/instances/{}", instance.id);
    assert_eq!(stage.tenant.caller.get(&own_path).await.ok()["valid"], true);
    stage.books.expire_access_tokens(REALM).unwrap();
    stage.books.disconnect(REALM, None).unwrap();
    let invalid = async || {
        let read = stage.tenant.caller.get(&own_path).await.ok();
        (read["valid"] == false).then_some(())
    };
    eventually("the instance is not valid any more", PATIENCE, invalid).await;
    let why = stage.tenant.caller.post(&poll_path(&instance), &Value::Null).await.refused(502);
    assert!(why.contains("needs reauthentication"), "{why}");

    // Another company is polled on at the same pace; when it has been asked often enough, this one
    // would have been as well.
    let of_this_one =
        |count: &CallCount| count.realm_id.as_deref() == Some(REALM) && count.kind == CallKind::Cdc;
    let asked = || -> u64 {
        let counts = stage.books.calls().into_iter().filter(of_this_one);
        counts.map(|count| count.succeeded + count.failed).sum()
    };
    let (asked_before, failed) = (asked(), stage.counter("polls_failed").await);
    stage.connect(&stage.tenant, OTHER_REALM, &often()).await;
    let polled = stage.counter("polls").await;
    let later = async || (stage.counter("polls").await > polled + 3).then_some(());
    eventually("further polls are due", PATIENCE, later).await;
    assert_eq!(asked(), asked_before, "Intuit is left alone");
    assert_eq!(stage.counter("polls_failed").await, failed, "nothing is due");

    // The customer authorises again: same instance, and what happened meanwhile is found.
    let missed = new_customer(&stage, "Ada");
    let code = stage.authorize(&stage.tenant, REALM).await;
    let again = json!({"providerData": {"code": code, "realmId": REALM}});
    assert_eq!(stage.tenant.caller.patch(&own_path, &again).await.ok()["valid"], true);
    let events = stage.receiver.wait_for_events(PATH, 2).await;
    // The first one told of the lapse.
    let lapse = (instance.id.to_string(), "UPDATED");
    assert_eq!(told(&events), [lapse, (id_of(&missed).to_owned(), "CREATED")]);
}

#[tokio::test]
async fn a_company_that_disconnects_the_app_is_said_so_at_the_next_poll() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    stage.books.disconnect(REALM, None).unwrap();
    stage.tenant.caller.post(&poll_path(&instance), &Value::Null).await.refused(502);
    let path = format!("/instances/{}", instance.id);
    assert_eq!(stage.tenant.caller.get(&path).await.ok()["valid"], false);
}

#[tokio::test]
async fn a_fault_of_the_provider_fails_one_poll_and_loses_nothing() {
    let stage = Stage::set(PROGRAM, &[("EGRESS__PROVIDER_TIMEOUT_MS", "500")]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    for (number, fault) in (1..).zip([
        Fault::ServerError,
        Fault::Unavailable,
        Fault::ErrorInOk,
        Fault::DropConnection,
        Fault::LoseAnswer,
        Fault::Hang,
    ]) {
        let made = new_customer(&stage, &format!("Customer {number}"));
        stage.books.add_fault(FaultPlan::api(fault, 1)).unwrap();
        let answer = stage.tenant.caller.post(&poll_path(&instance), &Value::Null).await;
        let why = answer.refused(502);
        assert!(!why.is_empty(), "{fault:?}");
        assert_eq!(stage.counter("polls_failed").await, number, "{fault:?}");
        assert_eq!(stage.counter("events_appended").await, number - 1, "{fault:?}");
        stage.books.clear_faults();

        poll(&stage, &instance).await;
        let events = stage.receiver.wait_for_events(PATH, usize::try_from(number).unwrap()).await;
        assert_eq!(told(&events).pop(), Some((id_of(&made).to_owned(), "CREATED")), "{fault:?}");
        assert_eq!(stage.tenant.caller.get("/instances").await.ok()[0]["valid"], true);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_fails_does_not_end_the_connection() {
    let stage = Stage::set(PROGRAM, &[("EGRESS__PROVIDER_TIMEOUT_MS", "500")]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    new_customer(&stage, "Ada");
    for fault in [Fault::ServerError, Fault::Unavailable, Fault::DropConnection, Fault::Hang] {
        stage.books.expire_access_tokens(REALM).unwrap();
        stage.books.add_fault(FaultPlan::token(fault, 1)).unwrap();
        stage.tenant.caller.post(&poll_path(&instance), &Value::Null).await.refused(502);
        stage.books.clear_faults();
        let path = format!("/instances/{}", instance.id);
        assert_eq!(stage.tenant.caller.get(&path).await.ok()["valid"], true, "{fault:?}");
        poll(&stage, &instance).await;
    }
    stage.receiver.wait_for_events(PATH, 1).await;
}

#[tokio::test]
async fn a_throttled_company_does_not_hold_up_another() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &often()).await;
    stage.connect(&stage.tenant, REALM, &often()).await;
    stage.books.add_fault(FaultPlan::api(Fault::ThrottleXml, 1_000).of_company("1")).unwrap();
    let throttled = async || (stage.counter("polls_failed").await > 0).then_some(());
    eventually("a throttled poll", PATIENCE, throttled).await;
    for number in 1..=3 {
        new_customer(&stage, &format!("Customer {number}"));
        stage.receiver.wait_for_events(PATH, number).await;
    }
}

#[tokio::test]
async fn what_changes_while_the_gateway_is_away_is_found_afterwards_and_nothing_twice() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    new_customer(&stage, "Before");
    poll(&stage, &instance).await;
    stage.receiver.wait_for_events(PATH, 1).await;
    stage.gateway.kill9();
    let missed = new_customer(&stage, "Meanwhile");
    stage.restart().await;
    poll(&stage, &instance).await;
    let later = new_customer(&stage, "Afterwards");
    poll(&stage, &instance).await;
    // A process that was killed before it could note an outcome may repeat, under the same id.
    let distinct = async || {
        let mut events: Vec<_> =
            stage.receiver.at(PATH).iter().flat_map(|one| one.events()).collect();
        let mut ids = BTreeSet::new();
        events.retain(|event| ids.insert(event.id.clone()));
        (events.len() >= 3).then_some(events)
    };
    let distinct = eventually("three events", PATIENCE, distinct).await;
    let distinct = told(&distinct);
    assert_eq!(distinct.len(), 3);
    for record in [&missed, &later] {
        assert!(distinct.contains(&(id_of(record).to_owned(), "CREATED")));
    }
}

#[tokio::test]
async fn what_was_before_the_connection_is_no_change() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, REALM, &on_request()).await;
    let webhook = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let why = stage.tenant.caller.post(&poll_path(&webhook), &Value::Null).await.refused(400);
    assert!(why.contains("this instance is not polled"), "{why}");
    poll(&stage, &instance).await;
    assert_eq!(stage.counter("events_appended").await, 0);
}
