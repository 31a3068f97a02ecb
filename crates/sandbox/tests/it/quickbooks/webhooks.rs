//! Notices, as a receiver sees them.

use std::time::Duration;

use ledgerhook_sandbox::quickbooks::{App, QuickBooksOptions, RecordOperation, WebhookFormat};
use serde_json::{Value, json};

use super::bench::{Bench, CLIENT_ID, CLIENT_SECRET, OTHER_REALM, REALM, invoice_of};
use crate::client::{DEADLINE, text};
use crate::receiver::Receiver;

/// Published waits become milliseconds.
const RETRY_WAIT_DIVISOR: u32 = 10_000;

fn app(receiver: &Receiver, webhook_format: WebhookFormat) -> App {
    App {
        webhook_format,
        ..App::new(CLIENT_ID, CLIENT_SECRET).with_webhooks(&receiver.url, "verify_me")
    }
}

async fn connected(
    receiver: &Receiver,
    format: WebhookFormat,
    change: impl FnOnce(&mut QuickBooksOptions),
) -> Bench {
    let bench = Bench::start_with(|options| {
        options.apps = vec![app(receiver, format)];
        options.retry_wait_divisor = RETRY_WAIT_DIVISOR;
        change(options);
    })
    .await;
    bench.connect(REALM).await;
    bench.connect(OTHER_REALM).await;
    bench
}

fn save(bench: &Bench, realm: &str, entity: &str, body: Value) -> Value {
    bench.quickbooks().change_record(realm, entity, RecordOperation::Save, body).unwrap()
}

fn customer(bench: &Bench, realm: &str, name: &str) -> String {
    text(&save(bench, realm, "Customer", json!({"DisplayName": name}))["Id"])
}

/// The `type` and entity id of every CloudEvents notice received, body by body.
fn events(receiver: &Receiver) -> Vec<Vec<(String, String)>> {
    let event = |event: &Value| (text(&event["type"]), text(&event["intuitentityid"]));
    let body = |body: Value| body.as_array().unwrap().iter().map(event).collect();
    receiver.received().iter().map(|received| body(received.json())).collect()
}

#[tokio::test]
async fn a_legacy_notice_has_the_documented_headers_and_body() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::Legacy, |_| ()).await;
    let id = customer(&bench, REALM, "Jane");
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let entity = json!({
        "name": "Customer",
        "id": id,
        "operation": "Create",
        "lastUpdated": "2026-03-10T19:00:00.500Z",
    });
    let notification = json!({"realmId": REALM, "dataChangeEvent": {"entities": [entity]}});
    assert_eq!(received[0].json(), json!({"eventNotifications": [notification]}));
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("accept", "application/json"),
        ("user-agent", "intuit_notification_server/0.1"),
        ("intuit-notification-schema-version", "0.1"),
        ("intuit-created-time", "2026-03-10T12:00:00-0700"),
    ] {
        assert_eq!(received[0].header(name), value, "{name}");
    }
    assert_eq!(received[0].header("intuit-t-id").len(), 36);
    let sent = &bench.quickbooks().deliveries()[0];
    assert_eq!(sent.body, received[0].body);
    assert_eq!(sent.signature, received[0].header("intuit-signature"));
}

#[tokio::test]
async fn the_format_can_be_switched_while_running() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::Legacy, |_| ()).await;
    customer(&bench, REALM, "Jane");
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    bench.quickbooks().set_webhook_format(CLIENT_ID, WebhookFormat::CloudEvents).unwrap();
    let id = customer(&bench, REALM, "Bob");
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let received = receiver.received();
    assert_eq!(received[1].header("content-type"), "application/cloudevents+json");
    let event = &received[1].json()[0];
    assert_eq!(event["type"], "qbo.customer.created.v1");
    assert_eq!(event["time"], "2026-03-10T19:00:00.500000000Z");
    assert_eq!(
        (text(&event["intuitentityid"]), text(&event["intuitaccountid"])),
        (id, REALM.into())
    );
}

#[tokio::test]
async fn every_kind_of_change_is_told() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, |_| ()).await;
    let (jane, bob) = (customer(&bench, REALM, "Jane"), customer(&bench, REALM, "Bob"));
    let invoice = text(&save(&bench, REALM, "Invoice", invoice_of(&jane, 5))["Id"]);
    let named = |token: &str| json!({"Id": invoice, "SyncToken": token});
    let quickbooks = bench.quickbooks();
    quickbooks.change_record(REALM, "Invoice", RecordOperation::Void, named("0")).unwrap();
    quickbooks.change_record(REALM, "Invoice", RecordOperation::Delete, named("1")).unwrap();
    quickbooks.merge_customers(REALM, &jane, &bob).unwrap();
    save(&bench, REALM, "TaxCode", json!({"Name": "untold"}));
    quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    let told: Vec<_> = events(&receiver).into_iter().flatten().collect();
    let expected = [
        ("qbo.customer.created.v1", &jane),
        ("qbo.customer.created.v1", &bob),
        ("qbo.invoice.created.v1", &invoice),
        ("qbo.invoice.void.v1", &invoice),
        ("qbo.invoice.deleted.v1", &invoice),
        ("qbo.customer.merged.v1", &jane),
    ];
    assert_eq!(told, expected.map(|(kind, id)| (kind.to_owned(), id.clone())));
    let last = receiver.received().last().unwrap().json();
    assert_eq!(last.as_array().unwrap().last().unwrap()["data"], json!({"deletedid": bob}));
}

#[tokio::test]
async fn only_connected_apps_are_told() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, |_| ()).await;
    bench.quickbooks().disconnect(REALM, Some(CLIENT_ID)).unwrap();
    customer(&bench, REALM, "Jane");
    assert!(bench.quickbooks().notices().is_empty());
}

#[tokio::test]
async fn gathered_notices_of_several_companies_share_a_body() {
    let receiver = Receiver::start().await;
    let gather = |options: &mut QuickBooksOptions| options.aggregation_ms = 200;
    let bench = connected(&receiver, WebhookFormat::Legacy, gather).await;
    customer(&bench, REALM, "Jane");
    customer(&bench, OTHER_REALM, "Bob");
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let body = received[0].json();
    let realms: Vec<_> = body["eventNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notification| text(&notification["realmId"]))
        .collect();
    assert_eq!(realms, [REALM, OTHER_REALM]);
}

#[tokio::test]
async fn a_refused_notice_holds_back_later_ones_which_then_go_together() {
    let receiver = Receiver::start().await;
    // The later changes happen within the first wait: 10 s at Intuit, 1 s here.
    let slow = |options: &mut QuickBooksOptions| options.retry_wait_divisor = 10;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, slow).await;
    receiver.answer_next(&[500]);
    let first = customer(&bench, REALM, "first");
    let quickbooks = bench.quickbooks();
    quickbooks.wait_for_webhooks(DEADLINE, |stats| stats.failed_attempts == 1).await.unwrap();
    let second = customer(&bench, REALM, "second");
    let third = customer(&bench, OTHER_REALM, "third");
    let stats = quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    assert_eq!((stats.delivered, stats.failed_attempts), (3, 1));
    let created = |id: &String| ("qbo.customer.created.v1".to_owned(), id.clone());
    let expected =
        [vec![created(&first)], vec![created(&first)], vec![created(&second), created(&third)]];
    assert_eq!(events(&receiver), expected);
    assert_eq!(receiver.received()[0].body, receiver.received()[1].body);
    let attempts: Vec<_> =
        quickbooks.deliveries().iter().map(|sent| (sent.attempt, sent.status)).collect();
    assert_eq!(attempts, [(1, Some(500)), (2, Some(200)), (1, Some(200))]);
}

#[tokio::test]
async fn anything_but_200_is_repeated() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, |_| ()).await;
    receiver.answer_next(&[204, 302, 400, 503]);
    customer(&bench, REALM, "Jane");
    let stats = bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    assert_eq!((stats.delivered, stats.failed_attempts), (1, 4));
    let attempts: Vec<_> = bench.quickbooks().deliveries().iter().map(|one| one.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn an_unreachable_receiver_is_an_attempt_without_a_status() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, |_| ()).await;
    let nowhere =
        app(&receiver, WebhookFormat::CloudEvents).with_webhooks("http://127.0.0.1:1/", "v");
    bench.quickbooks().put_app(nowhere).unwrap();
    customer(&bench, REALM, "Jane");
    let quickbooks = bench.quickbooks();
    quickbooks.wait_for_webhooks(DEADLINE, |stats| stats.failed_attempts > 0).await.unwrap();
    assert_eq!(quickbooks.deliveries()[0].status, None);
    quickbooks.put_app(app(&receiver, WebhookFormat::CloudEvents)).unwrap();
    quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_notice_can_be_sent_again_with_the_same_id() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, |_| ()).await;
    customer(&bench, REALM, "Jane");
    let quickbooks = bench.quickbooks();
    quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    quickbooks.resend_notice(1).unwrap();
    quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);
    assert!(quickbooks.resend_notice(9).is_err());
}

#[tokio::test]
async fn notices_can_be_held_and_dropped() {
    let receiver = Receiver::start().await;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, |_| ()).await;
    let quickbooks = bench.quickbooks();
    quickbooks.drop_next_notices(CLIENT_ID, 1).unwrap();
    customer(&bench, REALM, "dropped");
    quickbooks.hold_next_notices(CLIENT_ID, 1).unwrap();
    let held = customer(&bench, REALM, "held");
    let sent = customer(&bench, REALM, "sent");
    let stats = quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    assert_eq!((stats.delivered, stats.held, stats.dropped), (1, 1, 1));
    quickbooks.release_held_notices(CLIENT_ID).unwrap();
    quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    let told: Vec<_> = events(&receiver).into_iter().flatten().map(|(_, id)| id).collect();
    assert_eq!(told, [sent, held]);
}

#[tokio::test]
async fn waiting_for_webhooks_ends_at_its_deadline() {
    let receiver = Receiver::start().await;
    let gather = |options: &mut QuickBooksOptions| options.aggregation_ms = 60_000;
    let bench = connected(&receiver, WebhookFormat::CloudEvents, gather).await;
    customer(&bench, REALM, "Jane");
    let late = bench.quickbooks().wait_until_sent(Duration::from_millis(10)).await;
    assert!(late.is_err());
    // Even so the sandbox stops at once.
    bench.sandbox.shutdown().await;
}
