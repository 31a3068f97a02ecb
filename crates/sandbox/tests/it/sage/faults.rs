//! Calls of Sage Accounting that go wrong on request.

use std::time::Duration;

use ledgerhook_sandbox::sage::{CallKind, Fault, FaultPlan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::bench::{Bench, LEAD, SECOND};
use crate::client::bearer;

#[tokio::test]
async fn faults_answer_as_ordered_and_then_end() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (plan, status, retry_after, start) in [
        (FaultPlan::throttle(7, 1), 429, "7", "[{"),
        (FaultPlan::api(Fault::Throttle, 1), 429, "", "[{"),
        (FaultPlan::api(Fault::ServerError, 1), 500, "", "[{"),
        (FaultPlan::api(Fault::BadGateway, 1), 502, "", "<html>"),
        (FaultPlan::api(Fault::Unavailable, 1), 503, "", "[{"),
        (FaultPlan::api(Fault::GatewayTimeout, 1), 504, "", "<html>"),
    ] {
        let fault = plan.fault;
        bench.sage().add_fault(plan).unwrap();
        let answer = bench.get(&tokens, "contacts").await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (status, retry_after),
            "{fault:?}"
        );
        assert!(answer.text.starts_with(start), "{fault:?}: {}", answer.text);
        assert_eq!(bench.get(&tokens, "contacts").await.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn a_fault_can_be_for_one_kind_business_or_endpoint() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let fault = || FaultPlan::api(Fault::ServerError, 1);
    for (plan, spared, hit) in [
        (fault().of_kind(CallKind::Deletes), "contacts", "contacts?deleted_since=2026-01-01"),
        (fault().of_kind(CallKind::Read), "contacts", "contacts/1"),
        (fault().of_kind(CallKind::Businesses), "contacts", "businesses"),
        (fault().of_endpoint("products"), "contacts", "products"),
        (fault().of_business(LEAD), "", "contacts"),
    ] {
        bench.sage().add_fault(plan).unwrap();
        let spared = if spared.is_empty() {
            let headers = [bearer(&tokens), ("x-business", SECOND.to_owned())];
            bench.send("GET", "/v3.1/contacts", &headers, String::new()).await
        } else {
            bench.get(&tokens, spared).await
        };
        assert_eq!(spared.status, 200, "{hit}");
        assert_eq!(bench.get(&tokens, hit).await.status, 500, "{hit}");
    }
}

#[tokio::test]
async fn half_a_body_is_less_than_its_length_says() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.customer("Jane");
    bench.sage().add_fault(FaultPlan::api(Fault::HalfBody, 1)).unwrap();
    let broken = bench.try_send("GET", "/v3.1/contacts", &[bearer(&tokens)], String::new()).await;
    let error = broken.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "the head did not arrive: {error:?}");
    assert_eq!(bench.get(&tokens, "contacts").await.status, 200);
}

#[tokio::test]
async fn the_half_that_arrives_is_half() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.customer("Jane");
    let whole = bench.get(&tokens, "contacts").await.text;
    bench.sage().add_fault(FaultPlan::api(Fault::HalfBody, 1)).unwrap();
    let address = bench.sage().base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (name, value) = bearer(&tokens);
    let request =
        format!("GET /v3.1/contacts HTTP/1.1\r\nhost: {address}\r\n{name}: {value}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains(&format!("content-length: {}", whole.len())), "{head}");
    assert_eq!((body.len(), whole.starts_with(body)), (whole.len() / 2, true));
}

#[tokio::test]
async fn a_lost_token_answer_leaves_the_refresh_token_spent() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.sage().add_fault(FaultPlan::token(Fault::LoseAnswer, 1)).unwrap();
    let fields = [
        ("client_id", super::bench::CLIENT_ID),
        ("client_secret", super::bench::CLIENT_SECRET),
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.refresh),
    ];
    let headers = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let lost = bench.try_send("POST", "/token", &headers, crate::client::form(&fields)).await;
    assert!(lost.is_err());
    assert_eq!(bench.refresh("/token", &tokens.refresh).await.status, 400);
}

#[tokio::test]
async fn a_dropped_connection_changes_nothing_and_a_hanging_call_waits() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.sage().add_fault(FaultPlan::api(Fault::DropConnection, 1)).unwrap();
    let headers = [bearer(&tokens), ("content-type", "application/json".to_owned())];
    let body = r#"{"contact":{"name":"Jane","contact_type_ids":["CUSTOMER"]}}"#;
    let dropped = bench.try_send("POST", "/v3.1/contacts", &headers, body.to_owned()).await;
    assert!(dropped.is_err());
    assert!(bench.ids(&tokens, "contacts").await.is_empty());
    bench.sage().add_fault(FaultPlan::api(Fault::Hang, 1)).unwrap();
    let call = bench.get(&tokens, "contacts");
    tokio::pin!(call);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut call).await;
    assert!(early.is_err(), "the call was answered before its release");
    bench.sage().clear_faults();
    assert_eq!(call.await.status, 200);
}

#[tokio::test]
async fn a_hanging_call_does_not_hold_up_a_shutdown() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.sage().add_fault(FaultPlan::api(Fault::Hang, 1)).unwrap();
    {
        let call = bench.get(&tokens, "contacts");
        let early = tokio::time::timeout(Duration::from_millis(100), call).await;
        assert!(early.is_err(), "the call was answered before its release");
    }
    let shutdown = bench.sandbox.shutdown();
    assert!(tokio::time::timeout(Duration::from_secs(3), shutdown).await.is_ok());
}

#[tokio::test]
async fn calls_are_counted_by_kind_and_business() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let headers = [bearer(&tokens), ("x-business", SECOND.to_owned())];
    bench.send("GET", "/v3.1/contacts", &headers, String::new()).await;
    bench.get(&tokens, "contacts?deleted_since=2026-01-01").await;
    bench.get(&tokens, "contacts/1").await;
    bench.get(&tokens, "businesses").await;
    bench.send("GET", "/v3.1/contacts", &[], String::new()).await;
    let succeeded = |business: &str, kind| bench.sage().succeeded_calls(business, kind);
    assert_eq!(succeeded(SECOND, CallKind::List), 1);
    assert_eq!(succeeded(LEAD, CallKind::List), 0);
    assert_eq!(succeeded(LEAD, CallKind::Deletes), 1);
    assert_eq!(succeeded(LEAD, CallKind::Read), 0);
    assert_eq!(succeeded(LEAD, CallKind::Businesses), 1);
    assert_eq!(succeeded(LEAD, CallKind::Token), 1);
    let nobody = bench.sage().calls();
    let nobody = nobody.iter().find(|count| count.business_id.is_none()).unwrap();
    assert_eq!((nobody.kind, nobody.failed), (CallKind::List, 1));
}
