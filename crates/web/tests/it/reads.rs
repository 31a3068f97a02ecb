//! What an app's companies cost, and what happens when its budget is used.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::bookshelf::Polled;
use crate::gateway_under_test::{GatewayUnderTest, answer_of};

const APPS: &str = "/elements/bookshelf/apps";

/// Registers the app `key` with a budget and returns its path.
async fn app(gateway: &GatewayUnderTest, environment: &str, budget: Value) -> String {
    let body = json!({
        "name": "Ours", "environment": environment, "apiKey": "key", "apiSecret": "s",
        "verifierToken": "v", "readBudget": budget,
    });
    let app = gateway.call(&format!("POST {APPS}"), body).await.ok();
    format!("{APPS}/{}", app["id"])
}

/// Connects a company that is polled when a test says so, and returns its id.
async fn polled(gateway: &GatewayUnderTest, name: &str, api_key: &str) -> i64 {
    let configuration = json!({
        "oauth.api.key": api_key,
        "event.notification.enabled": true,
        "event.poller.refresh_interval": "100000",
    });
    gateway.connect(name, configuration).await["id"].as_i64().unwrap()
}

async fn poll(gateway: &GatewayUnderTest, id: i64) {
    let answer = gateway.get(&format!("POST /instances/{id}/poll")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn reads(gateway: &GatewayUnderTest, app: &str) -> Value {
    gateway.get(&format!("GET {app}/reads")).await.ok()
}

#[tokio::test]
async fn reads_are_counted_for_the_app_and_its_companies_and_outlive_a_restart() {
    let mut gateway = GatewayUnderTest::start().await;
    let app = app(&gateway, "production", json!(1_000)).await;
    let (shop, office) =
        (polled(&gateway, "shop", "key").await, polled(&gateway, "o", "key").await);
    let foreign = polled(&gateway, "foreign", "another key").await;
    gateway.shelf.answer_polls(Polled::Nothing(20));
    poll(&gateway, shop).await;
    poll(&gateway, shop).await;
    poll(&gateway, foreign).await;
    for _ in 0..2 {
        let found = reads(&gateway, &app).await;
        let interval = 100_000 * 60;
        let company = |id, name, reads| {
            json!({
                "instanceId": id, "company": name, "name": name, "reads": reads,
                "intervalSeconds": interval, "stretchedIntervalSeconds": interval,
            })
        };
        assert_eq!(found["companies"], json!([company(shop, "shop", 40), company(office, "o", 0)]));
        let members = ["month", "budget", "metered", "used", "percent", "exhausted", "warnedAt"];
        let head: Vec<_> = members.iter().map(|member| found[member].clone()).collect();
        assert_eq!(json!(head), json!(["2026-01", 1_000, true, 40, 4, false, null]));
        // Each company is polled once more until the month is over, at the least.
        assert!(found["projected"].as_i64().unwrap() >= 42, "{found}");
        gateway.restart().await;
    }
    let health = gateway.get(&format!("GET /instances/{foreign}/health")).await.ok();
    assert_eq!(health["readsThisMonth"], 20);
}

#[tokio::test]
async fn another_month_is_read_by_name_and_a_page_of_companies_at_a_time() {
    let gateway = GatewayUnderTest::start().await;
    let app = app(&gateway, "production", json!(10)).await;
    for name in ["a", "b", "c"] {
        let id = polled(&gateway, name, "key").await;
        poll(&gateway, id).await;
    }
    let first = gateway.get(&format!("GET {app}/reads?pageSize=2")).await;
    assert_eq!(first.ok()["companies"].as_array().unwrap().len(), 2);
    let token = first.header("elements-next-page-token").unwrap();
    let rest = gateway.get(&format!("GET {app}/reads?nextPage={token}")).await;
    assert_eq!(rest.ok()["companies"][0]["name"], "c");
    assert_eq!(rest.header("elements-next-page-token"), None);

    let before = gateway.get(&format!("GET {app}/reads?month=2025-12")).await.ok();
    assert_eq!((&before["month"], &before["used"]), (&json!("2025-12"), &json!(0)));
    assert_eq!(before["companies"], json!([]));
    let (status, message) = gateway.get(&format!("GET {app}/reads?month=soon")).await.refusal();
    assert_eq!((status, &*message), (400, "month: must be a month such as 2026-11"));
}

#[tokio::test]
async fn a_used_budget_stops_polls_and_says_so() {
    let gateway = GatewayUnderTest::start().await;
    let app = app(&gateway, "production", json!("Small")).await;
    let shop = polled(&gateway, "shop", "key").await;
    gateway.shelf.answer_polls(Polled::Nothing(40));
    poll(&gateway, shop).await;
    let used = reads(&gateway, &app).await;
    assert_eq!(json!([used["budget"], used["percent"], used["exhausted"]]), json!([40, 100, true]));

    let asked = gateway.shelf.polls.load(Ordering::Relaxed);
    let path = format!("/instances/{shop}/poll");
    let (status, message) = gateway.get(&format!("POST {path}")).await.refusal();
    assert_eq!(status, 409);
    let wording = "the 40 reads a month of the app Ours are used; wait until \
                   2026-02-01T00:00:00Z, or raise its readBudget";
    assert_eq!(message, wording);
    assert_eq!(gateway.shelf.polls.load(Ordering::Relaxed), asked, "the provider is left alone");
    let health = gateway.get(&format!("GET /instances/{shop}/health")).await.ok();
    let members = ["status", "budgetExhausted"].map(|member| health[member].clone());
    assert_eq!(json!(members), json!(["degraded", true]));

    gateway.call(&format!("PATCH {app}"), json!({"readBudget": "none"})).await.ok();
    poll(&gateway, shop).await;
}

#[tokio::test]
async fn an_app_of_development_is_counted_and_not_held_back() {
    let gateway = GatewayUnderTest::start().await;
    let app = app(&gateway, "development", json!(1)).await;
    let shop = polled(&gateway, "shop", "key").await;
    for _ in 0..3 {
        poll(&gateway, shop).await;
    }
    let found = reads(&gateway, &app).await;
    let members = ["metered", "used", "exhausted"].map(|member| found[member].clone());
    assert_eq!(json!(members), json!([false, 3, false]));
}

#[tokio::test]
async fn a_budget_by_name_is_one_that_the_provider_sells() {
    let gateway = GatewayUnderTest::start().await;
    let app = app(&gateway, "production", json!("small")).await;
    assert_eq!(gateway.get(&format!("GET {app}")).await.ok()["readBudget"], 40);
    for (name, wording) in [
        (
            "large",
            "readBudget: the provider publishes no number of reads for `large`; give the number \
             of your agreement, or one of small (40 reads), none",
        ),
        (
            "vast",
            "readBudget: `vast` is neither a number of reads nor one of small (40 reads), none",
        ),
    ] {
        let answer = gateway.call(&format!("PATCH {app}"), json!({"readBudget": name})).await;
        assert_eq!(answer.refusal(), (400, wording.to_owned()));
    }
    assert_eq!(gateway.get(&format!("GET {app}")).await.ok()["readBudget"], 40);
}

#[tokio::test]
async fn another_organization_does_not_see_the_reads() {
    let gateway = GatewayUnderTest::start().await;
    let app = app(&gateway, "production", json!(10)).await;
    let other = gateway.another_organization().await;
    let answer = gateway.call_as(&other, &format!("GET {app}/reads"), Value::Null).await;
    assert_eq!(answer.refusal().0, 404);
}

#[tokio::test]
async fn metrics_have_the_reads_of_apps_and_the_instances_by_status() {
    let gateway = GatewayUnderTest::start().await;
    app(&gateway, "production", json!(2)).await;
    let shop = polled(&gateway, "shop", "key").await;
    polled(&gateway, "office", "another key").await;
    poll(&gateway, shop).await;
    poll(&gateway, shop).await;
    let router = ledgerhook_web::admin_router(Arc::clone(&gateway.gateway));
    let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
    let text = answer_of(router, request).await.text;
    for line in [
        "# TYPE ledgerhook_app_reads gauge",
        r#"ledgerhook_app_reads{app="1",element="bookshelf"} 2"#,
        r#"ledgerhook_app_read_budget{app="1",element="bookshelf"} 2"#,
        r#"ledgerhook_app_read_budget_exhausted{app="1",element="bookshelf"} 1"#,
        r#"ledgerhook_instances{status="ok"} 1"#,
        r#"ledgerhook_instances{status="degraded"} 1"#,
        r#"ledgerhook_instances{status="disabled"} 0"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}
