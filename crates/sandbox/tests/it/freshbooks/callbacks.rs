//! Registering callbacks, and their handshake.

use std::net::Ipv4Addr;

use ledgerhook_sandbox::freshbooks::{HandshakeForm, NoticeStats, RecordOperation};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::bench::{
    ACCOUNT, BUSINESS, Bench, CLIENT_ID, OTHER_CLIENT_ID, USER, callbacks, events, fields,
};
use crate::client::DEADLINE;
use crate::receiver::Receiver;

fn item(id: &Value) -> String {
    format!("{}/{id}", callbacks())
}

#[tokio::test]
async fn a_new_callback_is_unverified_and_gets_its_handshake() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let callback = bench.register(&tokens, "invoice.create", &receiver.url).await;
    let expected = json!({
        "callbackid": 2001,
        "verified": false,
        "uri": receiver.url,
        "event": "invoice.create",
        "updated_at": "2026-03-10T19:00:00Z",
    });
    assert_eq!(callback, expected);
    bench.sent().await;
    let handshake = &receiver.received()[0];
    assert_eq!(handshake.header("content-type"), "application/x-www-form-urlencoded");
    let form = fields(handshake);
    assert_eq!((form["name"].as_str(), form["object_id"].as_str()), ("callback.verify", "2001"));
    assert_eq!(form["account_id"], ACCOUNT);
    assert_eq!(form["verifier"], bench.callback(2001).verifier);
}

#[tokio::test]
async fn no_event_flows_before_the_verifier_came_back() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let callback = bench.register(&tokens, "client", &receiver.url).await;
    bench.freshbooks().create_sample(BUSINESS, "client", 1).unwrap();
    bench.sent().await;
    let path = item(&callback["callbackid"]);
    let wrong = json!({"callback": {"verifier": "wrong"}});
    assert_eq!(bench.call(&tokens, "PUT", &path, wrong).await.status, 422);
    let verifier = fields(&receiver.received()[0])["verifier"].clone();
    let right = json!({"callback": {"callback_id": 2001, "verifier": verifier}});
    let verified = bench.call(&tokens, "PUT", &path, right).await.json();
    assert_eq!(verified["response"]["result"]["callback"]["verified"], true);
    bench.freshbooks().create_sample(BUSINESS, "client", 2).unwrap();
    bench.sent().await;
    assert_eq!(events(&receiver), [("client.create".to_owned(), "1002".to_owned())]);
}

#[tokio::test]
async fn resend_sends_the_same_verifier_again() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let callback = bench.register(&tokens, "client", &receiver.url).await;
    let body = json!({"callback": {"resend": true}});
    let answer = bench.call(&tokens, "PUT", &item(&callback["callbackid"]), body).await;
    assert_eq!(answer.status, 200);
    bench.sent().await;
    let verifiers: Vec<_> =
        receiver.received().iter().map(|one| fields(one)["verifier"].clone()).collect();
    assert_eq!(verifiers.len(), 2);
    assert_eq!(verifiers[0], verifiers[1]);
}

#[tokio::test]
async fn each_callback_has_its_own_verifier() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let one = bench.subscribe(&tokens, "client.create", &receiver).await;
    let two = bench.subscribe(&tokens, "client.update", &receiver).await;
    assert_ne!(one.verifier, two.verifier);
}

#[tokio::test]
async fn searching_an_event_also_finds_its_parent() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    for event in ["invoice", "invoice.create", "invoice.update", "client"] {
        bench.register(&tokens, event, &receiver.url).await;
    }
    for (query, found) in [
        ("search[event]=invoice.create", vec!["invoice", "invoice.create"]),
        ("search[event]=invoice", vec!["invoice"]),
        ("search[events]=invoice", vec!["invoice", "invoice.create", "invoice.update", "client"]),
        ("per_page=2&page=2", vec!["invoice.update", "client"]),
        ("page=3", vec![]),
    ] {
        let list = bench.get(&tokens, &format!("{}?{query}", callbacks())).await.json();
        let list = list["response"]["result"]["callbacks"].as_array().unwrap().clone();
        let events: Vec<_> = list.iter().map(|one| one["event"].as_str().unwrap()).collect();
        assert_eq!(events, found, "{query}");
    }
}

#[tokio::test]
async fn callbacks_are_read_changed_and_deleted() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let callback = bench.subscribe(&tokens, "client", &receiver).await;
    let path = item(&callback.callback_id.into());
    let change = json!({"callback": {"event": "invoice"}});
    let changed = bench.call(&tokens, "PUT", &path, change).await.json();
    assert_eq!(changed["response"]["result"]["callback"]["event"], "invoice");
    assert!(bench.callback(callback.callback_id).verified);
    let moved = json!({"callback": {"uri": format!("{}?moved", receiver.url)}});
    let moved = bench.call(&tokens, "PUT", &path, moved).await.json();
    assert_eq!(moved["response"]["result"]["callback"]["verified"], false);
    let deleted = bench.call(&tokens, "DELETE", &path, Value::Null).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let gone = bench.get(&tokens, &path).await;
    let body = json!({"errno": 404, "message": "Requested resource could not be found."});
    assert_eq!((gone.status, gone.json()), (404, body));
    assert_eq!(bench.call(&tokens, "DELETE", &path, Value::Null).await.status, 404);
}

#[tokio::test]
async fn an_event_or_an_address_of_no_use_is_refused() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let body = json!({"callback": {"event": "all", "uri": "nowhere"}});
    let refused = bench.call(&tokens, "POST", &callbacks(), body).await;
    let expected = json!({
        "errno": 422,
        "message": "The request was well-formed but was unable to be followed due to semantic errors.",
        "details": [
            "event: Value error, Unrecognized event.",
            "uri: Input should be a valid URL, relative URL without a base",
        ],
    });
    assert_eq!((refused.status, refused.json()), (422, expected));
    for body in [
        json!({"callback": {"event": "client", "uri": "http://app.example/hook"}}),
        json!({"event": "client"}),
        json!([]),
    ] {
        assert_eq!(bench.call(&tokens, "POST", &callbacks(), body).await.status, 422);
    }
}

#[tokio::test]
async fn an_app_sees_its_own_callbacks_only() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let other = bench.connect_as(OTHER_CLIENT_ID, USER).await;
    bench.register(&tokens, "client", &receiver.url).await;
    let list = bench.get(&other, &callbacks()).await.json();
    assert_eq!(list["response"]["result"]["total"], 0);
    assert_eq!(bench.get(&other, &item(&json!(2001))).await.status, 404);
}

#[tokio::test]
async fn the_handshake_can_come_before_the_answer_and_without_a_signature() {
    let bench = Bench::start_with(|options| {
        options.callbacks.handshake_before_answer = true;
        options.callbacks.signs_handshakes = false;
    })
    .await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    bench.register(&tokens, "client", &receiver.url).await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].header("x-freshbooks-hmac-sha256"), "");
    let stats = bench.freshbooks().notice_stats();
    assert_eq!(stats, NoticeStats { delivered: 1, ..NoticeStats::default() });
}

#[tokio::test]
async fn a_handshake_goes_on_when_the_caller_hangs_up() {
    let bench = Bench::start_with(|options| {
        options.callbacks.handshake_before_answer = true;
        options.answer_timeout_ms = 50;
    })
    .await;
    let tokens = bench.connect().await;
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let uri = format!("http://{}/notices", silent.local_addr().unwrap());
    let _called = tokio::select! {
        _ = bench.register(&tokens, "client", &uri) => panic!("nobody answers the handshake"),
        called = silent.accept() => called.unwrap(),
    };
    let failed = |stats: &NoticeStats| stats.failed_attempts > 0;
    bench.freshbooks().wait_for_notices(DEADLINE, failed).await.unwrap();
}

#[tokio::test]
async fn the_handshake_can_be_spelt_as_others_saw_it() {
    for (form, has_name, id_field) in [
        (HandshakeForm::CallbackId, true, "callback_id"),
        (HandshakeForm::Nameless, false, "object_id"),
    ] {
        let bench = Bench::start_with(|options| options.callbacks.handshake_form = form).await;
        let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
        bench.register(&tokens, "client", &receiver.url).await;
        bench.sent().await;
        let fields = fields(&receiver.received()[0]);
        assert_eq!((fields.contains_key("name"), fields[id_field].as_str()), (has_name, "2001"));
    }
}

#[tokio::test]
async fn times_can_be_printed_with_a_space() {
    let bench = Bench::start_with(|options| options.callbacks.spaced_times = true).await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let callback = bench.register(&tokens, "client", &receiver.url).await;
    assert_eq!(callback["updated_at"], "2026-03-10 19:00:00");
}

#[tokio::test]
async fn a_callback_that_goes_silent_is_told_nothing() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    let silent = bench.subscribe(&tokens, "client", &receiver).await;
    let gone = bench.subscribe(&tokens, "client.create", &receiver).await;
    bench.freshbooks().unverify_callback(silent.callback_id).unwrap();
    bench.freshbooks().remove_callback(gone.callback_id).unwrap();
    bench.freshbooks().create_sample(BUSINESS, "client", 1).unwrap();
    bench.sent().await;
    assert!(events(&receiver).is_empty());
    assert!(bench.freshbooks().remove_callback(gone.callback_id).is_err());
}

#[tokio::test]
async fn a_disconnected_app_is_told_nothing() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    bench.subscribe(&tokens, "client", &receiver).await;
    bench.freshbooks().disconnect(USER, Some(CLIENT_ID)).unwrap();
    bench.change("client", RecordOperation::Save, json!({"email": "a@example.com"}));
    bench.sent().await;
    assert!(events(&receiver).is_empty());
}
