//! Webhooks that do not arrive once and in order.

use std::collections::{BTreeMap, BTreeSet};

use ledgerhook_sandbox::quickbooks::{
    App, MergeSpelling, QuickBooksOptions, RecordOperation, WebhookConduct, WebhookFormat,
};
use serde_json::{Value, json};

use super::bench::{Bench, CLIENT_ID, CLIENT_SECRET, REALM};
use crate::client::{DEADLINE, Tokens, text};
use crate::receiver::Receiver;

async fn connected(
    receiver: &Receiver,
    webhook_format: WebhookFormat,
    conduct: WebhookConduct,
    change: impl FnOnce(&mut QuickBooksOptions),
) -> (Bench, Tokens) {
    let app = App::new(CLIENT_ID, CLIENT_SECRET).with_webhooks(&receiver.url, "verify_me");
    let bench = Bench::start_with(|options| {
        options.apps = vec![App { webhook_format, ..app }];
        options.webhooks = conduct;
        change(options);
    })
    .await;
    let tokens = bench.connect(REALM).await;
    (bench, tokens)
}

fn create(bench: &Bench, count: u64) {
    for number in 0..count {
        bench.quickbooks().create_sample(REALM, "Class", number).unwrap();
    }
}

/// The `id` of every CloudEvents notice, in the order received.
fn event_ids(receiver: &Receiver) -> Vec<String> {
    let bodies: Vec<Value> = receiver.received().iter().map(|received| received.json()).collect();
    bodies
        .iter()
        .flat_map(|body| body.as_array().unwrap())
        .map(|event| text(&event["id"]))
        .collect()
}

#[tokio::test]
async fn some_notices_are_delivered_twice_but_no_more() {
    let receiver = Receiver::start().await;
    let conduct = WebhookConduct { duplicates_per_mille: 500, ..WebhookConduct::default() };
    let (bench, _) = connected(&receiver, WebhookFormat::CloudEvents, conduct, |_| ()).await;
    create(&bench, 200);
    let stats = bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    assert!((50..150).contains(&stats.repeated), "{stats:?}");
    assert_eq!(stats.delivered, 200 + stats.repeated);
    let mut times = BTreeMap::new();
    for id in event_ids(&receiver) {
        *times.entry(id).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 200);
    assert!(times.values().all(|times| (1..=2).contains(times)));
}

#[tokio::test]
async fn some_notices_are_lost() {
    let receiver = Receiver::start().await;
    let conduct = WebhookConduct { losses_per_mille: 500, ..WebhookConduct::default() };
    let (bench, _) = connected(&receiver, WebhookFormat::CloudEvents, conduct, |_| ()).await;
    create(&bench, 200);
    let stats = bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    assert!((50..150).contains(&stats.dropped), "{stats:?}");
    assert_eq!(stats.delivered + stats.dropped, 200);
    assert_eq!(bench.quickbooks().notices().len(), 200);
}

#[tokio::test]
async fn a_body_can_be_out_of_order() {
    let receiver = Receiver::start().await;
    let conduct = WebhookConduct { shuffles_bodies: true, ..WebhookConduct::default() };
    let gather = |options: &mut QuickBooksOptions| options.aggregation_ms = 100;
    let (bench, _) = connected(&receiver, WebhookFormat::CloudEvents, conduct, gather).await;
    create(&bench, 50);
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let made: Vec<String> =
        bench.quickbooks().notices().into_iter().map(|notice| notice.cloud_event_id).collect();
    let received = event_ids(&receiver);
    assert_ne!(received, made);
    assert_eq!(received.into_iter().collect::<BTreeSet<_>>(), made.into_iter().collect());
}

#[tokio::test]
async fn several_updates_of_a_record_make_one_notice() {
    let receiver = Receiver::start().await;
    let conduct = WebhookConduct { coalesces_updates: true, ..WebhookConduct::default() };
    let (bench, _) = connected(&receiver, WebhookFormat::CloudEvents, conduct, |options| {
        options.aggregation_ms = 100;
    })
    .await;
    let quickbooks = bench.quickbooks();
    let id = text(&quickbooks.create_sample(REALM, "Customer", 1).unwrap()["Id"]);
    for sync_token in 0..3 {
        let body = json!({"Id": id, "SyncToken": sync_token, "sparse": true, "Notes": sync_token});
        quickbooks.change_record(REALM, "Customer", RecordOperation::Save, body).unwrap();
    }
    let stats = quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    assert_eq!((stats.delivered, stats.coalesced), (2, 2));
    let kinds: Vec<String> = receiver
        .received()
        .iter()
        .flat_map(|received| received.json().as_array().unwrap().clone())
        .map(|event| text(&event["type"]))
        .collect();
    assert_eq!(kinds, ["qbo.customer.created.v1", "qbo.customer.updated.v1"]);
}

#[tokio::test]
async fn a_legacy_merge_is_spelt_as_asked() {
    for (merge_spelling, property) in
        [(MergeSpelling::UpperCaseId, "deletedID"), (MergeSpelling::MixedCaseId, "deletedId")]
    {
        let receiver = Receiver::start().await;
        let conduct = WebhookConduct { merge_spelling, ..WebhookConduct::default() };
        let (bench, _) = connected(&receiver, WebhookFormat::Legacy, conduct, |_| ()).await;
        create(&bench, 2);
        bench.quickbooks().merge_records(REALM, "Class", "1", "2").unwrap();
        bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
        let last = receiver.received().last().unwrap().json();
        let entities = &last["eventNotifications"][0]["dataChangeEvent"]["entities"];
        let merge = entities.as_array().unwrap().last().unwrap();
        assert_eq!(
            (text(&merge["operation"]), text(&merge[property])),
            ("Merge".into(), "2".into())
        );
    }
}

#[tokio::test]
async fn a_deactivation_can_be_told_as_a_delete() {
    let receiver = Receiver::start().await;
    let conduct =
        WebhookConduct { tells_deactivation_as_delete: true, ..WebhookConduct::default() };
    let (bench, _) = connected(&receiver, WebhookFormat::CloudEvents, conduct, |_| ()).await;
    for (entity, told) in [("Customer", "qbo.customer.deleted.v1"), ("Term", "qbo.term.updated.v1")]
    {
        let id = text(&bench.quickbooks().create_sample(REALM, entity, 1).unwrap()["Id"]);
        let body = json!({"Id": id, "SyncToken": "0", "sparse": true, "Active": false});
        bench.quickbooks().change_record(REALM, entity, RecordOperation::Save, body).unwrap();
        bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
        let last = receiver.received().last().unwrap().json();
        assert_eq!(last.as_array().unwrap().last().unwrap()["type"], told);
    }
}

#[tokio::test]
async fn own_writes_are_told_unless_switched_off() {
    for tells_own_writes in [true, false] {
        let receiver = Receiver::start().await;
        let conduct = WebhookConduct { tells_own_writes, ..WebhookConduct::default() };
        let (bench, tokens) =
            connected(&receiver, WebhookFormat::CloudEvents, conduct, |_| ()).await;
        bench.create_customer(&tokens, "own").await;
        assert_eq!(bench.quickbooks().notices().len(), usize::from(tells_own_writes));
        create(&bench, 1);
        assert_eq!(bench.quickbooks().notices().len(), 1 + usize::from(tells_own_writes));
    }
}

#[tokio::test]
async fn waits_can_follow_the_clock_in_hand() {
    let receiver = Receiver::start().await;
    let app = App::new(CLIENT_ID, CLIENT_SECRET).with_webhooks(&receiver.url, "verify_me");
    let bench = Bench::start_on_its_clock(|options| {
        options.apps = vec![app];
        options.aggregation_ms = 60_000;
        options.webhooks.delay_ms = 240_000..=240_000;
    })
    .await;
    bench.connect(REALM).await;
    receiver.answer_next(&[500]);
    create(&bench, 1);
    let quickbooks = bench.quickbooks();
    bench.pass(299);
    tokio::task::yield_now().await;
    assert_eq!(quickbooks.webhook_stats().failed_attempts, 0);
    bench.pass(1);
    quickbooks.wait_for_webhooks(DEADLINE, |stats| stats.failed_attempts == 1).await.unwrap();
    // The first wait between attempts is ten seconds, and now is not later.
    assert_eq!(quickbooks.webhook_stats().waiting, 1);
    bench.pass(10);
    quickbooks.wait_until_sent(DEADLINE).await.unwrap();
    assert_eq!(receiver.received().len(), 2);
}
