//! Events on their way: names, forms and signatures, and everything beyond arriving once and in
//! order.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ledgerhook_sandbox::freshbooks::{
    Callback, EventForm, NoticeStats, RecordOperation, SoftDeleteNotice,
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::bench::{ACCOUNT, BUSINESS, Bench, USER, accounting, events, fields};
use crate::client::{DEADLINE, Tokens};
use crate::receiver::{Received, Receiver};

async fn subscribed(bench: &Bench, event: &str) -> (Tokens, Receiver, Callback) {
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let callback = bench.subscribe(&tokens, event, &receiver).await;
    (tokens, receiver, callback)
}

fn client(bench: &Bench, number: u64) -> Value {
    bench.freshbooks().create_sample(BUSINESS, "client", number).unwrap()
}

fn names(receiver: &Receiver) -> Vec<String> {
    events(receiver).into_iter().map(|(name, _)| name).collect()
}

fn objects(receiver: &Receiver) -> Vec<String> {
    events(receiver).into_iter().map(|(_, id)| id).collect()
}

/// The signature of a body that needs no escaping, put together by hand.
fn signature(verifier: &str, received: &Received) -> String {
    let pairs: Vec<String> = url::form_urlencoded::parse(&received.body)
        .map(|(name, value)| format!("\"{name}\": \"{value}\""))
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(verifier.as_bytes()).unwrap();
    mac.update(format!("{{{}}}", pairs.join(", ")).as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn an_event_has_the_documented_fields_and_signature() {
    let bench = Bench::start().await;
    let (_, receiver, callback) = subscribed(&bench, "client").await;
    client(&bench, 1);
    bench.sent().await;
    let received = receiver.received();
    let body = format!(
        "name=client.create&object_id=1001&account_id={ACCOUNT}&business_id={BUSINESS}\
         &identity_id={USER}&user_id=1"
    );
    assert_eq!(received[1].body, body);
    for one in &received {
        let expected = signature(&callback.verifier, one);
        assert_eq!(one.header("x-freshbooks-hmac-sha256"), expected);
    }
    let delivery = bench.freshbooks().deliveries().pop().unwrap();
    assert_eq!((delivery.status, delivery.body), (Some(200), received[1].body.clone()));
}

#[tokio::test]
async fn events_can_have_the_fields_others_saw() {
    for (form, body) in [
        (
            EventForm::Observed,
            "name=client.create&object_id=1001&user_id=1&identity_id=712001&business_id=439000&account_id=ABC123",
        ),
        (EventForm::Older, "name=client.create&object_id=1001&account_id=ABC123&user_id=1"),
    ] {
        let bench = Bench::start_with(|options| options.callbacks.event_form = form).await;
        let (_, receiver, _) = subscribed(&bench, "client").await;
        client(&bench, 1);
        bench.sent().await;
        assert_eq!(receiver.received()[1].body, body);
    }
}

#[tokio::test]
async fn a_noun_hears_every_verb_and_a_verb_only_itself() {
    let bench = Bench::start().await;
    let (tokens, noun, _) = subscribed(&bench, "invoice").await;
    let verb = Receiver::start().await;
    bench.subscribe(&tokens, "invoice.update", &verb).await;
    let invoice = bench.freshbooks().create_sample(BUSINESS, "invoice", 1).unwrap();
    let id = json!({"id": invoice["id"]});
    let note = json!({"id": invoice["id"], "notes": "seen"});
    bench.change("invoice", RecordOperation::Save, note);
    bench.change("invoice", RecordOperation::SendByEmail, id.clone());
    bench.freshbooks().create_sample(BUSINESS, "payment", 1).unwrap();
    let item = accounting(&format!("invoices/invoices/{}", invoice["id"]));
    assert_eq!(bench.call(&tokens, "DELETE", &item, Value::Null).await.status, 200);
    bench.sent().await;
    let update = "invoice.update";
    let all = ["invoice.create", update, "invoice.sendByEmail", update, "invoice.delete"];
    assert_eq!(names(&noun), all);
    assert_eq!(names(&verb), [update, update]);
}

#[tokio::test]
async fn every_noun_with_events_tells_of_its_records() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let nouns: Vec<_> = ledgerhook_sandbox::freshbooks::FreshBooks::event_nouns().collect();
    for noun in &nouns {
        bench.subscribe(&tokens, noun, &receiver).await;
    }
    for noun in ledgerhook_sandbox::freshbooks::FreshBooks::nouns() {
        bench.freshbooks().create_sample(BUSINESS, noun, 1).unwrap();
    }
    bench.sent().await;
    let names = names(&receiver);
    for noun in nouns {
        assert!(names.contains(&format!("{noun}.create")), "{noun}");
    }
    assert!(!names.iter().any(|name| name.starts_with("task.") || name.starts_with("staff.")));
}

#[tokio::test]
async fn a_soft_delete_can_be_told_with_either_verb() {
    for (notice, verb) in
        [(SoftDeleteNotice::Delete, "client.delete"), (SoftDeleteNotice::Update, "client.update")]
    {
        let bench =
            Bench::start_with(|options| options.callbacks.soft_delete_notice = notice).await;
        let (_, receiver, _) = subscribed(&bench, "client").await;
        let client = client(&bench, 1);
        bench.change("client", RecordOperation::Delete, json!({"id": client["id"]}));
        bench.sent().await;
        assert_eq!(names(&receiver), ["client.create", verb]);
    }
}

#[tokio::test]
async fn notices_are_held_dropped_repeated_and_reordered_on_request() {
    let bench = Bench::start().await;
    let (_, receiver, _) = subscribed(&bench, "client").await;
    let freshbooks = bench.freshbooks();
    freshbooks.hold_next_notices(BUSINESS, 1).unwrap();
    client(&bench, 1);
    freshbooks.drop_next_notices(BUSINESS, 1).unwrap();
    client(&bench, 2);
    freshbooks.duplicate_next_notices(BUSINESS, 1).unwrap();
    client(&bench, 3);
    bench.sent().await;
    assert_eq!(objects(&receiver), ["1003", "1003"]);
    freshbooks.reorder_next_notices(BUSINESS, 3).unwrap();
    (4..=6).for_each(|number| drop(client(&bench, number)));
    bench.sent().await;
    assert_eq!(objects(&receiver)[2..], ["1006", "1005", "1004"]);
    assert_eq!(freshbooks.notice_stats().held, 1);
    freshbooks.release_held_notices(BUSINESS).unwrap();
    let stats = bench.sent().await;
    assert_eq!(objects(&receiver)[5..], ["1001"]);
    let counted = NoticeStats { delivered: 7, dropped: 1, repeated: 1, ..NoticeStats::default() };
    assert_eq!(stats, counted);
    let last = freshbooks.notices().pop().unwrap();
    freshbooks.resend_notice(last.number).unwrap();
    bench.sent().await;
    assert_eq!(objects(&receiver)[6..], ["1006"]);
    assert!(freshbooks.resend_notice(99).is_err());
}

#[tokio::test]
async fn a_failed_notice_is_tried_again_behind_the_others() {
    let bench = Bench::start_on_its_clock(|_| ()).await;
    let (_, receiver, _) = subscribed(&bench, "client").await;
    receiver.answer_next(&[500]);
    client(&bench, 1);
    let failed = |stats: &NoticeStats| stats.failed_attempts == 1;
    bench.freshbooks().wait_for_notices(DEADLINE, failed).await.unwrap();
    client(&bench, 2);
    let second = |stats: &NoticeStats| stats.delivered == 2;
    let stats = bench.freshbooks().wait_for_notices(DEADLINE, second).await.unwrap();
    assert_eq!(stats.waiting, 1);
    bench.pass(10);
    bench.sent().await;
    assert_eq!(objects(&receiver), ["1001", "1002", "1001"]);
    let attempts: Vec<_> = bench.freshbooks().deliveries().iter().map(|one| one.attempt).collect();
    assert_eq!(attempts, [1, 1, 1, 2]);
}

#[tokio::test]
async fn a_notice_is_given_up_after_five_attempts() {
    let bench = Bench::start_with(|options| options.retry_wait_divisor = 100_000).await;
    let (_, receiver, _) = subscribed(&bench, "client").await;
    receiver.answer_next(&[500, 404, 302, 401, 503]);
    client(&bench, 1);
    let stats = bench.sent().await;
    assert_eq!((stats.failed_attempts, stats.given_up), (5, 1));
    client(&bench, 2);
    bench.sent().await;
    assert_eq!(objects(&receiver).last().unwrap(), "1002");
}

#[tokio::test]
async fn nothing_waits_for_a_callback_that_was_deleted() {
    let bench = Bench::start_on_its_clock(|_| ()).await;
    let (_, receiver, callback) = subscribed(&bench, "client").await;
    receiver.answer_next(&[500]);
    client(&bench, 1);
    let failed = |stats: &NoticeStats| stats.failed_attempts == 1;
    bench.freshbooks().wait_for_notices(DEADLINE, failed).await.unwrap();
    bench.freshbooks().remove_callback(callback.callback_id).unwrap();
    bench.pass(10);
    assert_eq!(bench.sent().await.dropped, 1);
    assert_eq!(objects(&receiver), ["1001"]);
}

#[tokio::test]
async fn any_2xx_accepts_a_notice() {
    let bench = Bench::start().await;
    let (_, receiver, _) = subscribed(&bench, "client").await;
    receiver.answer_next(&[204]);
    client(&bench, 1);
    assert_eq!(bench.sent().await.delivered, 2);
}

#[tokio::test]
async fn chance_repeats_and_loses_notices() {
    let bench = Bench::start_with(|options| options.callbacks.duplicates_per_mille = 1_000).await;
    let (_, receiver, _) = subscribed(&bench, "client").await;
    client(&bench, 1);
    bench.sent().await;
    assert_eq!(objects(&receiver), ["1001", "1001"]);

    let bench = Bench::start_with(|options| options.callbacks.losses_per_mille = 1_000).await;
    let (_, receiver, _) = subscribed(&bench, "client").await;
    client(&bench, 1);
    assert_eq!(bench.sent().await.dropped, 1);
    assert!(objects(&receiver).is_empty());
}

#[tokio::test]
async fn notices_wait_on_the_clock_in_hand() {
    let delay = |options: &mut ledgerhook_sandbox::freshbooks::FreshBooksOptions| {
        options.callbacks.delay_ms = 90_000..=90_000;
    };
    let bench = Bench::start_on_its_clock(delay).await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    bench.register(&tokens, "client", &receiver.url).await;
    bench.pass(89);
    let early = bench.freshbooks().wait_until_sent(Duration::from_millis(100)).await;
    assert!(early.is_err(), "the handshake came before its time");
    bench.pass(1);
    bench.sent().await;
    assert_eq!(fields(&receiver.received()[0])["name"], "callback.verify");
}
