//! Calls that go wrong on request.

use std::time::Duration;

use ledgerhook_sandbox::quickbooks::{CallKind, Fault, FaultPlan};

use super::bench::{Bench, OTHER_REALM, REALM};
use crate::client::bearer;

const READ: &str = "query?query=select%20*%20from%20Customer";

#[tokio::test]
async fn faults_answer_as_captured_and_then_end() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    for (fault, status, content_type, words) in [
        (Fault::ThrottleXml, 429, "application/xml", r#"<Error code="3001">"#),
        (Fault::ThrottleJson, 429, "application/json", r#""code":"3001""#),
        (Fault::ThrottleText, 429, "text/plain", "request limit was reached"),
        (Fault::ServerError, 500, "application/json", r#""code":"10000""#),
        (Fault::Unavailable, 503, "text/plain", "stream timeout"),
        (Fault::ErrorInOk, 200, "application/json", r#""Fault""#),
    ] {
        bench.quickbooks().add_fault(FaultPlan::api(fault, 1)).unwrap();
        let answer = bench.api_get(&tokens, READ).await;
        assert_eq!(answer.status, status, "{fault:?}");
        assert!(answer.header("content-type").starts_with(content_type), "{fault:?}");
        assert!(answer.text.contains(words), "{fault:?}: {}", answer.text);
        assert!(answer.header("intuit-tid").starts_with("1-"), "{fault:?}");
        let next = bench.api_get(&tokens, READ).await;
        assert_eq!((next.status, next.json()["QueryResponse"].is_object()), (200, true));
    }
}

#[tokio::test]
async fn a_fault_can_be_for_one_company() {
    let bench = Bench::start().await;
    let (tokens, other) = (bench.connect(REALM).await, bench.connect(OTHER_REALM).await);
    bench.quickbooks().add_fault(FaultPlan::api(Fault::ThrottleXml, 1).of_company(REALM)).unwrap();
    let path = format!("/v3/company/{OTHER_REALM}/{READ}");
    let spared = bench.send("GET", &path, &[bearer(&other)], String::new()).await;
    assert_eq!(spared.status, 200);
    assert_eq!(bench.api_get(&tokens, READ).await.status, 429);
}

#[tokio::test]
async fn a_dropped_connection_brings_no_answer_and_no_change() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    bench.quickbooks().add_fault(FaultPlan::api(Fault::DropConnection, 1)).unwrap();
    let path = format!("/v3/company/{REALM}/customer");
    let body = r#"{"DisplayName":"Jane"}"#.to_owned();
    let lost = bench.try_send("POST", &path, &[bearer(&tokens)], body.clone()).await;
    assert!(lost.is_err());
    assert_eq!(bench.try_send("POST", &path, &[bearer(&tokens)], body).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_lost_token_answer_leaves_the_token_rotated() {
    let bench = Bench::start_with(|options| options.rotate_every_refresh = true).await;
    let tokens = bench.connect(REALM).await;
    bench.quickbooks().add_fault(FaultPlan::token(Fault::LoseAnswer, 1)).unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    let headers = [
        crate::client::basic(super::bench::CLIENT_ID, super::bench::CLIENT_SECRET),
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
    ];
    let body = crate::client::form(&fields);
    let lost = bench.try_send("POST", "/oauth2/v1/tokens/bearer", &headers, body).await;
    assert!(lost.is_err());
    let again = bench.token_call(&fields).await;
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test]
async fn a_hanging_call_is_answered_when_released() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    bench.quickbooks().add_fault(FaultPlan::api(Fault::Hang, 1)).unwrap();
    let call = bench.api_get(&tokens, READ);
    tokio::pin!(call);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut call).await;
    assert!(early.is_err(), "the call was answered before its release");
    bench.quickbooks().clear_faults();
    assert_eq!(call.await.status, 200);
    assert_eq!(bench.quickbooks().succeeded_calls(REALM, CallKind::Query), 1);
}

#[tokio::test]
async fn access_tokens_expire_on_request() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    assert_eq!(bench.quickbooks().expire_access_tokens(REALM), Ok(1));
    assert_eq!(bench.api_get(&tokens, READ).await.status, 401);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
    assert_eq!(bench.token_call(&fields).await.status, 200);
}
