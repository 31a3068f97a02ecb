//! The envelopes of refusals.

use ledgerhook_sandbox::freshbooks::{CallKind, DeletedReads, RecordOperation, ThrottleLimits};
use serde_json::{Value, json};

use super::bench::{BUSINESS, Bench, FOREIGN_ACCOUNT, FOREIGN_BUSINESS, accounting, callbacks};
use crate::client::{Tokens, bearer};

const UNKNOWN: &str = "users/clients/12345";

#[tokio::test]
async fn an_unknown_record_is_told_in_the_older_and_the_newer_style() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let old = bench.get(&tokens, &accounting(UNKNOWN)).await;
    let error = json!({
        "errno": 1012,
        "field": "userid",
        "message": "Client not found.",
        "object": "client",
        "value": "12345",
    });
    assert_eq!((old.status, old.json()), (404, json!({"response": {"errors": [error]}})));

    let headers = [bearer(&tokens), ("x-api-version", "2023-02-20".to_owned())];
    let new = bench.send("GET", &accounting(UNKNOWN), &headers, String::new()).await;
    let body = json!({
        "code": 5,
        "message": "Request failed with status_code: 404",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "1012",
            "domain": "accounting.api.freshbooks.com",
            "metadata": {
                "object": "client",
                "message": "Client not found.",
                "value": "12345",
                "field": "userid",
            },
        }],
    });
    assert_eq!((new.status, new.json()), (404, body));
}

#[tokio::test]
async fn each_service_says_in_its_own_way_that_a_token_is_no_good() {
    let bench = Bench::start().await;
    let wrong = Tokens { access: "wrong".to_owned(), refresh: String::new() };
    let message = bench.get(&wrong, &accounting(UNKNOWN)).await;
    assert_eq!((message.status, &message.json()["error"]), (401, &json!("unauthenticated")));
    let projects = format!("/projects/business/{BUSINESS}/projects");
    let message = bench.get(&wrong, &projects).await;
    assert_eq!(message.status, 401);
    assert!(message.json()["message"].as_str().unwrap().starts_with("The server could not verify"));
    let message = bench.get(&wrong, &callbacks()).await;
    let text = "invalid_token: The request token failed to authenticate or validate.";
    assert_eq!((message.status, message.json()), (401, json!({"errno": 401, "message": text})));
}

#[tokio::test]
async fn a_business_of_somebody_else_is_out_of_reach() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let foreign = format!("/accounting/account/{FOREIGN_ACCOUNT}/users/clients");
    let denied = bench.get(&tokens, &foreign).await;
    assert_eq!(denied.status, 403);
    assert_eq!(denied.json()["response"]["errors"][0]["errno"], 1003);
    for path in [
        format!("/projects/business/{FOREIGN_BUSINESS}/projects"),
        format!("/events/account/{FOREIGN_ACCOUNT}/events/callbacks"),
        "/events/account/nobody/events/callbacks".to_owned(),
    ] {
        assert_eq!(bench.get(&tokens, &path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn what_is_missing_or_of_no_use_is_told_by_number() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    for (path, body, status, errno) in [
        ("items/items", json!({"item": {}}), 422, 1001),
        ("items/items", json!({"thing": {"name": "x"}}), 422, 1001),
        ("items/items", json!([]), 422, 1001),
        (
            "invoices/invoices",
            json!({"invoice": {"customerid": 99, "create_date": "2026-03-10"}}),
            404,
            1012,
        ),
        ("no/such", json!({"item": {}}), 404, 1012),
    ] {
        let refused = bench.call(&tokens, "POST", &accounting(path), body).await;
        assert_eq!(refused.status, status, "{path}: {}", refused.text);
        assert_eq!(refused.json()["response"]["errors"][0]["errno"], errno, "{path}");
    }
}

#[tokio::test]
async fn a_deleted_record_can_be_told_as_deleted_or_unknown() {
    for (reads, status, errno) in [
        (DeletedReads::Shown, 200, Value::Null),
        (DeletedReads::Deleted, 404, json!(1011)),
        (DeletedReads::Unknown, 404, json!(1012)),
    ] {
        let bench = Bench::start_with(|options| options.deleted_reads = reads).await;
        let tokens = bench.connect().await;
        let id = bench.create_client(&tokens, "Alder & Co").await;
        bench.change("client", RecordOperation::Delete, json!({"id": id}));
        let answer = bench.get(&tokens, &accounting(&format!("users/clients/{id}"))).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["response"]["errors"][0]["errno"], errno);
    }
}

#[tokio::test]
async fn too_many_calls_are_told_when_to_come_back() {
    let limits = ThrottleLimits { requests_per_minute: 2 };
    let bench = Bench::start_with(|options| options.throttle = Some(limits)).await;
    let tokens = bench.connect().await;
    let path = accounting("users/clients");
    assert_eq!(bench.get(&tokens, &path).await.status, 200);
    assert_eq!(bench.get(&tokens, &path).await.status, 200);
    let refused = bench.get(&tokens, &path).await;
    assert_eq!(refused.status, 429);
    bench.pass(refused.header("retry-after").parse().unwrap());
    assert_eq!(bench.get(&tokens, &path).await.status, 200);
    let calls = bench.freshbooks().calls();
    let lists = calls.iter().find(|count| count.kind == CallKind::List).unwrap();
    assert_eq!((lists.succeeded, lists.failed, lists.throttled), (3, 1, 1));
    assert_eq!(lists.business_id, Some(BUSINESS));
}
