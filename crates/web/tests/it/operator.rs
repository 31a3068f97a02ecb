//! The operator's own address.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::gateway_under_test::{Answer, GatewayUnderTest, answer_of};

async fn look(gateway: &GatewayUnderTest, path: &str) -> Answer {
    let router = ledgerhook_web::admin_router(Arc::clone(&gateway.gateway));
    answer_of(router, Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_gateway_at_work_is_healthy_and_ready() {
    let gateway = GatewayUnderTest::start().await;
    assert_eq!(look(&gateway, "/healthz").await.text, "ok\n");
    assert_eq!(look(&gateway, "/readyz").await.text, "ready\n");
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect_with_app("shop", Value::Null).await;
    gateway.notice("/events/bookshelf", "shop 1").await;
    let metrics = look(&gateway, "/metrics").await;
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let sample = "# TYPE ledgerhook_notices_accepted_total counter\n\
                  ledgerhook_notices_accepted_total 1\n";
    assert!(metrics.text.contains(sample), "{}", metrics.text);
}

#[tokio::test]
async fn the_public_address_has_none_of_it() {
    let gateway = GatewayUnderTest::start().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        assert_eq!(gateway.send(request).await.status, 404, "{path}");
    }
}
