//! The requests of the guide to Sage One, posted as its readers would post them, and the events
//! that they bring: by a question of one's own, put to the hub.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::Method;
use jiff::SignedDuration;
use ledgerhook_sandbox::SandboxOptions;
use ledgerhook_sandbox::sage::RecordOperation;
use ledgerhook_testkit::{Candidate, REDIRECT_URI, Stage};
use serde_json::{Value, json};

use super::{fill, sage_one};
use crate::PROGRAM;

const BUSINESS: &str = "0123456789abcdef0123456789abcdef";
const COMPANY: &str = "Oak and Wood";
const CALLBACK_PATH: &str = "/mycoolapp";

/// The question as the guide prints it, with its quote that is not closed.
const QUESTION: &str = "/hubs/finance/customers?where=lastModifiedDate>=\
    '${date:yyyy-MM-dd'T'HH:mm:ss'Z'}' and attributes='created_at,updated_at";

/// More than the two times of a record may lie apart that is told as a new one.
const LATER_SECONDS: i64 = 11;

/// A stage whose providers' clock can be put ahead.
async fn stage_ahead_by(seconds: &Arc<AtomicI64>) -> Stage {
    let ahead = Arc::clone(seconds);
    let mut options = SandboxOptions::default();
    let own = Arc::clone(&options.clock);
    options.clock =
        Arc::new(move || own() + SignedDuration::from_secs(ahead.load(Ordering::Relaxed)));
    let stage = Stage::set_in(PROGRAM, &[], options).await;
    stage.open_sage(&stage.tenant, BUSINESS, COMPANY);
    stage
}

/// Fills in what the guide tells its readers to fill in, and the address of the receiver.
async fn filled(stage: &Stage, printed: &str) -> String {
    let app = &stage.tenant.app;
    let back = stage.consent(&stage.tenant, &Candidate::sage(COMPANY)).await;
    let mut body = printed.replace("{{page.elementKey}}", "sageone");
    for (name, value) in [
        ("code", back["code"].as_str()),
        ("oauth.api.key", &app.client_id),
        ("oauth.api.secret", &app.client_secret),
        ("oauth.callback.url", REDIRECT_URI),
        ("event.notification.callback.url", &stage.receiver.url(CALLBACK_PATH)),
    ] {
        fill(&mut body, name, value);
    }
    for (placeholder, value) in [
        ("<SIGNING_SECRET>", "signing"),
        ("<SUBSCRIPTION_PRIMARY_KEY_or_APIM_SUBSCRIPTION_KEY>", "subscription"),
        ("<COUNTRY_CODE>", "US"),
        ("<minutes>", "15"),
        ("<Add_Your_Tag>", "Test"),
        ("<INSTANCE_NAME>", "API_Polling"),
    ] {
        body = body.replace(placeholder, value);
    }
    body
}

async fn connected(stage: &Stage, printed: &str) -> Value {
    let body = filled(stage, printed).await;
    stage.tenant.caller.send(Method::POST, "/instances", body).await.ok()
}

#[tokio::test]
async fn the_printed_bodies_create_an_instance() {
    let stage = stage_ahead_by(&Arc::default()).await;
    for printed in [sage_one::TEMPLATE, sage_one::EXAMPLE] {
        assert!(printed.contains(QUESTION), "{printed}");
        let made = connected(&stage, printed).await;
        assert_eq!(made["element"]["key"], "sageone");
        assert_eq!((&made["name"], &made["tags"]), (&json!("API_Polling"), &json!(["Test"])));
        assert_eq!(made["eventsEnabled"], true);
        let configuration = &made["configuration"];
        assert_eq!(configuration["country"], "US");
        assert_eq!(configuration["event.poller.refresh_interval"], "15");
        let polled = configuration["event.poller.configuration"].as_str().unwrap();
        let polled: Value = serde_json::from_str(polled).unwrap();
        assert_eq!(polled["customers"]["url"], QUESTION);
    }
}

#[tokio::test]
async fn the_printed_question_brings_each_change_of_a_customer_once() {
    let ahead = Arc::new(AtomicI64::new(0));
    let stage = stage_ahead_by(&ahead).await;
    let made = connected(&stage, sage_one::EXAMPLE).await;
    let save = |body| {
        stage.sage().change_record(BUSINESS, "contacts", RecordOperation::Save, body).unwrap()
    };
    let poll = format!("/instances/{}/poll", made["id"]);
    let poll = async || drop(stage.tenant.caller.post(&poll, &Value::Null).await.ok());

    let names = json!({"name": "Ada", "contact_type_ids": ["CUSTOMER"]});
    let customer = save(names);
    save(json!({"name": "Nails & Co", "contact_type_ids": ["VENDOR"]}));
    poll().await;
    stage.receiver.wait_for_events(CALLBACK_PATH, 1).await;
    ahead.fetch_add(LATER_SECONDS, Ordering::Relaxed);
    save(json!({"id": customer["id"], "name": "Ada Oak"}));
    poll().await;
    poll().await;
    stage.receiver.wait_for_events(CALLBACK_PATH, 2).await;
    let gone = json!({"id": customer["id"]});
    stage.sage().change_record(BUSINESS, "contacts", RecordOperation::Delete, gone).unwrap();
    poll().await;
    poll().await;
    let events = stage.receiver.wait_for_events(CALLBACK_PATH, 3).await;
    let id = customer["id"].as_str().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.object_type.as_str(), event.object_id.as_str(), event.kind.as_str()))
        .collect();
    let kinds = ["CREATED", "UPDATED", "DELETED"];
    assert_eq!(told, kinds.map(|kind| ("customers", id, kind)));

    // The guide names no key to sign with: each instance has one of its own.
    let path = format!("/instances/{}/verification-key", made["id"]);
    let public_key = stage.tenant.caller.get(&path).await.ok()["key"].clone();
    let received = stage.receiver.at(CALLBACK_PATH);
    assert!(received.iter().all(|one| one.is_signed_by(public_key.as_str().unwrap())));
}
