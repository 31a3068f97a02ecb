//! What QuickBooks posts: taken in when its signature fits, and to whom it goes.

use std::fs;
use std::path::PathBuf;

use ledgerhook_testkit::{
    Instance, PATIENCE, Stage, Tenant, eventually, intuit_signature, legacy_body,
};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::PROGRAM;

const NOON: &str = "2026-11-20T12:00:00Z";

/// Published and recorded bodies; their README names the sources.
const FIXTURES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../providers/tests/fixtures/quickbooks/notices");

/// The companies that the fixtures tell of, as far as they have a realm id.
const REALMS: [&str; 8] = [
    "1185883450",
    "1269959970",
    "123456",
    "310687",
    "9341455",
    "9341455322581846",
    "9341455406194328",
    "9341455841580195",
];

/// An event: realm, resource, record, kind.
type Told = (&'static str, &'static str, &'static str, &'static str);

/// What becomes of a fixture that is posted after those before it.
struct Outcome {
    file: &'static str,
    events: &'static [Told],
    /// Changes that an earlier fixture has told of.
    repeats: u64,
    /// Entries that are kept raw.
    unrouted: u64,
}

const fn told(file: &'static str, events: &'static [Told]) -> Outcome {
    Outcome { file, events, repeats: 0, unrouted: 0 }
}

const fn repeated(file: &'static str, events: &'static [Told], repeats: u64) -> Outcome {
    Outcome { repeats, ..told(file, events) }
}

const fn kept_raw(file: &'static str, unrouted: u64) -> Outcome {
    Outcome { unrouted, ..told(file, &[]) }
}

const OUTCOMES: &[Outcome] = &[
    told("legacy/01-customer-create.raw.json", &[("1185883450", "customers", "1", "CREATED")]),
    repeated(
        "legacy/02-customer-vendor-create.json",
        &[("1185883450", "vendors", "1", "CREATED")],
        1,
    ),
    told(
        "legacy/03-vendor-update-customer-create.raw.json",
        &[("1269959970", "customers", "43", "CREATED"), ("1269959970", "vendors", "40", "UPDATED")],
    ),
    told("legacy/04-account-create.json", &[("310687", "ledger-accounts", "1234", "CREATED")]),
    told(
        "legacy/05-customer-create-2025.json",
        &[("9341455322581846", "customers", "42", "CREATED")],
    ),
    repeated(
        "legacy/06-create-update-delete-mixed.json",
        &[
            ("9341455322581846", "invoices", "100", "UPDATED"),
            ("9341455322581846", "vendors", "7", "DELETED"),
        ],
        1,
    ),
    kept_raw("legacy/07-invoice-emailed.json", 1),
    kept_raw("legacy/11-empty.json", 0),
    kept_raw("legacy/12-null-entries-tolerance.SYNTHETIC.json", 4),
    told(
        "legacy/13-customer-merge.SYNTHETIC.json",
        &[("1185883450", "customers", "123", "MERGED")],
    ),
    told("legacy/14-invoice-void.SYNTHETIC.json", &[("1185883450", "invoices", "129", "VOIDED")]),
    repeated("legacy/15-two-realms.SYNTHETIC.json", &[], 2),
    told(
        "cloud_events/01-account-created.json",
        &[("310687", "ledger-accounts", "1234", "CREATED")],
    ),
    told(
        "cloud_events/02-class-created-alternative-ids.json",
        &[("310687", "classes", "1234", "CREATED")],
    ),
    kept_raw("cloud_events/03-customer-merged.json", 1),
    kept_raw("cloud_events/04-employee-created.PARTIAL.json", 1),
    told("cloud_events/05-customer-created-ms.json", &[("310687", "customers", "1234", "CREATED")]),
    told(
        "cloud_events/06-invoice-deleted-minimal.json",
        &[("9341455322581846", "invoices", "29", "DELETED")],
    ),
    told("cloud_events/07-customer-updated.json", &[("123456", "customers", "42", "UPDATED")]),
    told(
        "cloud_events/09-salesreceipt-updated.json",
        &[("9341455", "sales-receipts", "150", "UPDATED")],
    ),
    kept_raw("cloud_events/11-appdisconnect-undocumented.json", 1),
    told(
        "cloud_events/13-purchaseorder-updated.json",
        &[("9341455841580195", "purchase-orders", "45", "UPDATED")],
    ),
    told(
        "cloud_events/14-item-created.json",
        &[("9341455406194328", "products", "14895", "CREATED")],
    ),
    told(
        "cloud_events/15-invoice-void.SYNTHETIC.json",
        &[("9341455322581846", "invoices", "129", "VOIDED")],
    ),
    repeated("cloud_events/16-invoice-voided-alias.SYNTHETIC.json", &[], 1),
    kept_raw("cloud_events/18-empty-array.json", 0),
    Outcome {
        file: "cloud_events/19-unknown-entity.SYNTHETIC.json",
        events: &[("310687", "change-orders", "1234", "CREATED")],
        repeats: 1,
        unrouted: 1,
    },
];

fn fixture(file: &str) -> String {
    fs::read_to_string(format!("{FIXTURES}/{file}")).unwrap()
}

/// Realm, resource, record and kind of all events of all instances, sorted.
async fn events(stage: &Stage, instances: &[(&str, Instance)]) -> Vec<[String; 4]> {
    let mut found = Vec::new();
    for (realm, instance) in instances {
        let path = format!("/instances/{}/events", instance.id);
        for event in stage.tenant.caller.all(&path).await {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            let kind = text("eventType");
            found.push([(*realm).to_owned(), text("objectType"), text("objectId"), kind]);
        }
    }
    found.sort();
    found
}

/// Events of a tenant's instance: record and kind, oldest first.
async fn objects(tenant: &Tenant, instance: &Instance) -> Vec<(String, String)> {
    let path = format!("/instances/{}/events", instance.id);
    let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    let events = tenant.caller.all(&path).await;
    let pair = |event| (text(event, "objectId"), text(event, "eventType"));
    events.iter().rev().map(pair).collect()
}

fn stored_notices(stage: &Stage) -> i64 {
    let path: PathBuf = stage.gateway.data_folder().join("ledgerhook.db");
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    database.query_row("SELECT count(*) FROM notices", [], |row| row.get(0)).unwrap()
}

/// Events written, changes that were known, entries kept raw.
async fn tally(stage: &Stage) -> [u64; 3] {
    [
        stage.counter("events_appended").await,
        stage.counter("duplicates_dropped").await,
        stage.counter("entries_unrouted").await,
    ]
}

async fn connect_all<'r>(stage: &Stage, realms: &[&'r str]) -> Vec<(&'r str, Instance)> {
    let kept_for_reading = json!({"event.notification.callback.url": null});
    let mut instances = Vec::new();
    for realm in realms {
        instances.push((*realm, stage.connect(&stage.tenant, realm, &kept_for_reading).await));
    }
    instances
}

#[test]
fn every_fixture_is_in_the_table() {
    let mut files = Vec::new();
    for folder in ["legacy", "cloud_events"] {
        for entry in fs::read_dir(format!("{FIXTURES}/{folder}")).unwrap() {
            files.push(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    files.sort();
    let mut listed: Vec<_> = OUTCOMES.iter().map(|outcome| outcome.file).collect();
    listed.sort_unstable();
    assert_eq!(files, listed);
}

#[tokio::test]
async fn every_published_body_becomes_the_events_it_tells_of() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instances = connect_all(&stage, &REALMS).await;
    let mut expected_events: Vec<[String; 4]> = Vec::new();
    for (posted, outcome) in (1..).zip(OUTCOMES) {
        let before = tally(&stage).await;
        let body = fixture(outcome.file);
        let answer = stage.notices.post(&stage.tenant.app.verifier_token, body.clone()).await;
        assert_eq!((answer.status, &*answer.text), (200, ""), "{}", outcome.file);
        let after = tally(&stage).await;
        let grown: Vec<u64> =
            after.iter().zip(before).map(|(after, before)| after - before).collect();
        let events = outcome.events.len() as u64;
        assert_eq!(grown, [events, outcome.repeats, outcome.unrouted], "{}", outcome.file);
        assert_eq!(stored_notices(&stage), posted, "every notice is kept raw: {}", outcome.file);
        expected_events.extend(
            outcome.events.iter().map(|(a, b, c, d)| [a, b, c, d].map(|text| (*text).to_owned())),
        );
    }
    expected_events.sort();
    assert_eq!(events(&stage, &instances).await, expected_events);
}

#[tokio::test]
async fn the_raw_notice_can_be_read_with_its_event() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instances = connect_all(&stage, &["1185883450"]).await;
    let body = fixture("legacy/02-customer-vendor-create.json");
    stage.notices.post(&stage.tenant.app.verifier_token, body.clone()).await.ok();
    let path = format!("/instances/{}/events", instances[0].1.id);
    let events = stage.tenant.caller.all(&path).await;
    assert_eq!(events.len(), 2);
    for listed in events {
        let path = format!("/instances/events/{}", listed["id"].as_str().unwrap());
        let event = stage.tenant.caller.get(&path).await.ok();
        assert_eq!(event["providerData"], body);
        assert_eq!(event["detection"], "webhook");
    }
}

#[tokio::test]
async fn a_body_whose_signature_is_wrong_leaves_no_trace_but_a_count() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instances = connect_all(&stage, &REALMS).await;
    let token = &stage.tenant.app.verifier_token;
    for (refused, outcome) in (1..).zip(OUTCOMES) {
        let body = fixture(outcome.file);
        let answer = stage.notices.post("somebody else's token", body.clone()).await;
        let why = "the signature fits no registered app";
        assert_eq!(answer.refused(401), why, "{}", outcome.file);
        assert_eq!(stage.counter("notices_refused").await, refused);
    }
    let body = fixture("legacy/01-customer-create.raw.json");
    let right = intuit_signature(token, body.as_bytes());
    let changed = body.replace("\"1\"", "\"2\"");
    for (signature, body) in [
        (right.as_str(), changed.as_str()),
        ("", &body),
        ("nonsense", &body),
        (right.trim_end_matches('='), &body),
    ] {
        let headers = [("intuit-signature", signature)];
        let answer = stage.notices.post_as("/events/quickbooks", &headers, body.to_owned()).await;
        assert_eq!(answer.status, 401, "{signature}");
    }
    assert_eq!(events(&stage, &instances).await, Vec::<[String; 4]>::new());
    assert_eq!(stored_notices(&stage), 0);
    assert_eq!(stage.counter("notices_accepted").await, 0);
    assert_eq!(tally(&stage).await, [0, 0, 0]);
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let content_types = [
        "application/json",
        "application/json; charset=utf-8",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "not a content type",
    ];
    let token = &stage.tenant.app.verifier_token;
    for (id, content_type) in content_types.iter().enumerate() {
        let body = legacy_body("1", NOON, &[("Customer", &id.to_string(), "Create")]);
        let signature = intuit_signature(token, body.as_bytes());
        let headers = [("content-type", *content_type), ("intuit-signature", &*signature)];
        stage.notices.post_as("/events/quickbooks", &headers, body).await.ok();
    }
    let without = legacy_body("1", NOON, &[("Customer", "none", "Create")]);
    stage.notices.post(token, without).await.ok();
    let found = objects(&stage.tenant, &instance).await;
    let ids: Vec<_> = found.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4", "5", "6", "none"]);
}

#[tokio::test]
async fn an_instance_in_the_path_is_the_only_one_that_is_told() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let first = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let second = stage.connect(&stage.tenant, "1", &Value::Null).await;
    assert_eq!((first.id, second.id), (1, 2), "the encoded ids below are of these");
    // Standard and URL-safe base64 of digits are the same but for the padding.
    let paths = ["Mg==", "Mg", "Mg%3D%3D", "Mg==/"];
    let token = &stage.tenant.app.verifier_token;
    for path in paths {
        let body = legacy_body("1", NOON, &[("Customer", path, "Create")]);
        let signature = intuit_signature(token, body.as_bytes());
        let headers = [("intuit-signature", &*signature)];
        let path = format!("/events/quickbooks/{path}");
        stage.notices.post_as(&path, &headers, body).await.ok();
    }
    assert_eq!(objects(&stage.tenant, &first).await, []);
    let told: Vec<_> =
        objects(&stage.tenant, &second).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(told, paths);
    for unknown in ["Mw==", "eA==", "2"] {
        let body = legacy_body("1", NOON, &[("Customer", "9", "Create")]);
        let signature = intuit_signature(token, body.as_bytes());
        let path = format!("/events/quickbooks/{unknown}");
        let headers = [("intuit-signature", &*signature)];
        assert_eq!(stage.notices.post_as(&path, &headers, body).await.status, 404, "{unknown}");
    }
}

#[tokio::test]
async fn one_body_about_the_companies_of_two_organisations_reaches_only_the_signers_own() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let other = stage.another_tenant().await;
    let own = stage.connect(&stage.tenant, "1185883450", &Value::Null).await;
    let foreign = stage.connect(&other, "1269959970", &Value::Null).await;
    let body = fixture("legacy/15-two-realms.SYNTHETIC.json");

    stage.notices.post(&stage.tenant.app.verifier_token, body.clone()).await.ok();
    assert_eq!(objects(&stage.tenant, &own).await, [("1".to_owned(), "CREATED".to_owned())]);
    assert_eq!(objects(&other, &foreign).await, []);
    assert_eq!(stage.counter("entries_unrouted").await, 1);

    stage.notices.post(&other.app.verifier_token, body).await.ok();
    assert_eq!(objects(&stage.tenant, &own).await.len(), 1);
    assert_eq!(objects(&other, &foreign).await, [("40".to_owned(), "UPDATED".to_owned())]);
}

#[tokio::test]
async fn two_organisations_connected_to_one_company_each_see_their_own_notices_only() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let other = stage.another_tenant().await;
    let own = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let foreign = stage.connect(&other, "1", &Value::Null).await;
    let body = |id| legacy_body("1", NOON, &[("Customer", id, "Create")]);
    stage.notices.post(&stage.tenant.app.verifier_token, body("7")).await.ok();
    stage.notices.post(&other.app.verifier_token, body("8")).await.ok();
    assert_eq!(objects(&stage.tenant, &own).await, [("7".to_owned(), "CREATED".to_owned())]);
    assert_eq!(objects(&other, &foreign).await, [("8".to_owned(), "CREATED".to_owned())]);
}

#[tokio::test]
async fn an_unsigned_notice_is_refused_unless_the_operator_allows_it() {
    for (allowed, status, count) in [("false", 401, 0), ("true", 200, 1)] {
        let stage = Stage::set(PROGRAM, &[("INGRESS__ALLOW_UNSIGNED", allowed)]).await;
        let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
        let body = legacy_body("1", NOON, &[("Customer", "7", "Create")]);
        let answer = stage.notices.post_as("/events/quickbooks", &[], body.clone()).await;
        assert_eq!(answer.status, status, "allow_unsigned = {allowed}");
        assert_eq!(objects(&stage.tenant, &instance).await.len(), count);
        assert_eq!(stored_notices(&stage), i64::try_from(count).unwrap());
        // A wrong signature is worse than none.
        assert_eq!(stage.notices.post("wrong", body).await.status, 401);
    }
}

#[tokio::test]
async fn the_notices_of_a_removed_app_are_refused() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let body = |id| legacy_body("1", NOON, &[("Customer", id, "Create")]);
    let token = &stage.tenant.app.verifier_token;
    stage.notices.post(token, body("7")).await.ok();
    let path = format!("/elements/quickbooks/apps/{}", stage.tenant.app_id);
    stage.tenant.caller.delete(&path).await.ok();
    assert_eq!(stage.notices.post(token, body("8")).await.status, 401);
    assert_eq!(objects(&stage.tenant, &instance).await.len(), 1);
}

#[tokio::test]
async fn an_app_with_a_new_verifier_token_is_known_by_that_one_alone() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let path = format!("/elements/quickbooks/apps/{}", stage.tenant.app_id);
    stage.tenant.caller.patch(&path, &json!({"verifierToken": "new"})).await.ok();
    let body = || legacy_body("1", NOON, &[("Customer", "7", "Create")]);
    assert_eq!(stage.notices.post(&stage.tenant.app.verifier_token, body()).await.status, 401);
    stage.notices.post("new", body()).await.ok();
}

#[tokio::test]
async fn what_was_told_of_a_disabled_instance_becomes_events_when_it_is_enabled() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let caller = &stage.tenant.caller;
    let token = &stage.tenant.app.verifier_token;
    let path = format!("/instances/{}/enabled", instance.id);
    let body = |id| legacy_body("1", NOON, &[("Customer", id, "Create")]);

    caller.delete(&path).await.ok();
    stage.notices.post(token, body("7")).await.ok();
    assert_eq!(objects(&stage.tenant, &instance).await, []);
    assert_eq!(stage.counter("entries_unrouted").await, 1);

    caller.put(&path, &Value::Null).await.ok();
    stage.notices.post(token, body("8")).await.ok();
    let expected = ["7", "8"].map(|id| (id.to_owned(), "CREATED".to_owned()));
    let both = async || {
        let mut told = objects(&stage.tenant, &instance).await;
        told.sort();
        (told == expected).then_some(())
    };
    eventually("both became events", PATIENCE, both).await;
}

#[tokio::test]
async fn an_instance_that_names_resources_is_told_of_those_alone() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let wish = json!({"event.poller.urls": "invoices|bills"});
    let instance = stage.connect(&stage.tenant, "1", &wish).await;
    let entities =
        [("Customer", "1", "Create"), ("Invoice", "2", "Update"), ("Bill", "3", "Delete")];
    let body = legacy_body("1", NOON, &entities);
    stage.notices.post(&stage.tenant.app.verifier_token, body).await.ok();
    let mut told = objects(&stage.tenant, &instance).await;
    told.sort();
    let expected = [("2", "UPDATED"), ("3", "DELETED")];
    assert_eq!(told, expected.map(|(id, kind)| (id.to_owned(), kind.to_owned())));
}
