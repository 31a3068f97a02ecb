//! Calls that go wrong on request.

use std::time::Duration;

use ledgerhook_sandbox::freshbooks::{CallKind, Fault, FaultPlan};
use serde_json::json;

use super::bench::{ACCOUNT, BUSINESS, Bench, OTHER_ACCOUNT, OTHER_BUSINESS, accounting};

#[tokio::test]
async fn faults_answer_as_asked_and_then_end() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let path = accounting("users/clients");
    for (fault, status) in [
        (Fault::Throttle { retry_after_seconds: 7 }, 429),
        (Fault::ServerError, 500),
        (Fault::BadGateway, 502),
        (Fault::Unavailable, 503),
    ] {
        bench.freshbooks().add_fault(FaultPlan::api(fault, 1)).unwrap();
        let answer = bench.get(&tokens, &path).await;
        assert_eq!(answer.status, status, "{fault:?}");
        assert_eq!(answer.header("retry-after") == "7", status == 429);
        assert_eq!(bench.get(&tokens, &path).await.status, 200);
    }
}

#[tokio::test]
async fn a_fault_can_be_for_one_kind_and_one_business() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let plan = FaultPlan::of(CallKind::Write, Fault::ServerError, 1).of_business(OTHER_BUSINESS);
    bench.freshbooks().add_fault(plan).unwrap();
    let path = |account: &str| format!("/accounting/account/{account}/users/clients");
    let body = || json!({"client": {"email": "a@example.com"}});
    assert_eq!(bench.get(&tokens, &path(OTHER_ACCOUNT)).await.status, 200);
    assert_eq!(bench.call(&tokens, "POST", &path(ACCOUNT), body()).await.status, 200);
    assert_eq!(bench.call(&tokens, "POST", &path(OTHER_ACCOUNT), body()).await.status, 500);
    let written = bench.freshbooks().succeeded_calls(Some(BUSINESS), CallKind::Write);
    assert_eq!(written, 1);
}

#[tokio::test]
async fn half_a_body_is_no_answer_but_the_call_was_carried_out() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.freshbooks().add_fault(FaultPlan::api(Fault::HalfBody, 1)).unwrap();
    let headers = [crate::client::bearer(&tokens)];
    let body = json!({"client": {"email": "a@example.com"}}).to_string();
    let path = accounting("users/clients");
    let error = bench.try_send("POST", &path, &headers, body).await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "the head did not arrive: {error:?}");
    let list = bench.get(&tokens, &path).await.json();
    assert_eq!(list["response"]["result"]["total"], 1);
}

#[tokio::test]
async fn a_dropped_connection_brings_no_answer_and_no_change() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.freshbooks().add_fault(FaultPlan::api(Fault::DropConnection, 1)).unwrap();
    let headers = [crate::client::bearer(&tokens)];
    let body = json!({"client": {"email": "a@example.com"}}).to_string();
    let path = accounting("users/clients");
    assert!(bench.try_send("POST", &path, &headers, body).await.is_err());
    let list = bench.get(&tokens, &path).await.json();
    assert_eq!(list["response"]["result"]["total"], 0);
}

#[tokio::test]
async fn a_lost_token_answer_leaves_the_token_rotated() {
    let bench = Bench::start().await;
    let first = bench.connect().await;
    let plan = FaultPlan::of(CallKind::Token, Fault::LoseAnswer, 1);
    bench.freshbooks().add_fault(plan).unwrap();
    let body = json!({
        "client_id": super::bench::CLIENT_ID,
        "client_secret": super::bench::CLIENT_SECRET,
        "redirect_uri": super::bench::REDIRECT_URI,
        "grant_type": "refresh_token",
        "refresh_token": first.refresh,
    });
    let headers = [("content-type", "application/json".to_owned())];
    let lost = bench.try_send("POST", "/auth/oauth/token", &headers, body.to_string()).await;
    assert!(lost.is_err());
    assert_eq!(bench.refresh(&first).await.status, 400);
}

#[tokio::test]
async fn a_hanging_call_is_answered_when_released() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.freshbooks().add_fault(FaultPlan::of(CallKind::Identity, Fault::Hang, 1)).unwrap();
    let call = bench.get(&tokens, "/auth/api/v1/users/me");
    tokio::pin!(call);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut call).await;
    assert!(early.is_err(), "the call was answered before its release");
    bench.freshbooks().clear_faults();
    assert_eq!(call.await.status, 200);
    assert_eq!(bench.freshbooks().succeeded_calls(None, CallKind::Identity), 1);
}
