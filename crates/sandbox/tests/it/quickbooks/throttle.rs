//! Throttling by the limits of the options.

use ledgerhook_sandbox::quickbooks::{App, CallKind, ThrottleAnswer, ThrottleLimits};
use serde_json::json;

use super::bench::{Bench, CLIENT_ID, CLIENT_SECRET, OTHER_REALM, REALM};
use crate::client::bearer;

const READ: &str = "query?query=select%20*%20from%20Customer";

async fn limited(answer: ThrottleAnswer) -> Bench {
    let limits = ThrottleLimits {
        requests_per_minute: 6,
        requests_per_second: 2,
        batch_calls_per_minute: 1,
        answer,
    };
    Bench::start_with(|options| {
        options.apps = vec![App::new(CLIENT_ID, CLIENT_SECRET), App::new("app-2", "secret-2")];
        options.throttle = Some(limits);
    })
    .await
}

#[tokio::test]
async fn the_third_call_of_a_second_is_refused_in_the_form_of_the_options() {
    for (answer, content_type) in [
        (ThrottleAnswer::Xml, "application/xml"),
        (ThrottleAnswer::Json, "application/json"),
        (ThrottleAnswer::Text, "text/plain"),
    ] {
        let bench = limited(answer).await;
        let tokens = bench.connect(REALM).await;
        for status in [200, 200, 429] {
            assert_eq!(bench.api_get(&tokens, READ).await.status, status);
        }
        let refused = bench.api_get(&tokens, READ).await;
        assert!(refused.header("content-type").starts_with(content_type), "{answer:?}");
        assert!(refused.text.contains("The request limit was reached."), "{}", refused.text);
        assert_eq!(refused.header("retry-after"), "");
        bench.pass(1);
        assert_eq!(bench.api_get(&tokens, READ).await.status, 200);
        let counts = bench.quickbooks().calls();
        let queries = counts.iter().find(|count| count.kind == CallKind::Query).unwrap();
        assert_eq!((queries.succeeded, queries.failed, queries.throttled), (3, 2, 2));
    }
}

#[tokio::test]
async fn the_apps_of_a_company_share_its_minute() {
    let bench = limited(ThrottleAnswer::Xml).await;
    let first = bench.connect(REALM).await;
    let second = bench.connect_as("app-2", "secret-2", REALM).await;
    let other = bench.connect(OTHER_REALM).await;
    for _ in 0..3 {
        for tokens in [&first, &second] {
            assert_eq!(bench.api_get(tokens, READ).await.status, 200);
        }
        bench.pass(1);
    }
    assert_eq!(bench.api_get(&first, READ).await.status, 429);
    let path = format!("/v3/company/{OTHER_REALM}/{READ}");
    assert_eq!(bench.send("GET", &path, &[bearer(&other)], String::new()).await.status, 200);
    bench.pass(57);
    assert_eq!(bench.api_get(&first, READ).await.status, 200);
}

#[tokio::test]
async fn batches_have_a_limit_of_their_own() {
    let bench = limited(ThrottleAnswer::Json).await;
    let tokens = bench.connect(REALM).await;
    let empty = json!({"BatchItemRequest": []});
    assert_eq!(bench.api_post(&tokens, "batch", empty.clone()).await.status, 200);
    bench.pass(1);
    assert_eq!(bench.api_post(&tokens, "batch", empty).await.status, 429);
    assert_eq!(bench.api_get(&tokens, READ).await.status, 200);
}

#[tokio::test]
async fn calls_without_a_live_token_are_not_throttled() {
    let bench = limited(ThrottleAnswer::Xml).await;
    let tokens = bench.connect(REALM).await;
    bench.pass(3_600);
    for _ in 0..4 {
        assert_eq!(bench.api_get(&tokens, READ).await.status, 401);
    }
}
