//! What holds of every request, whatever it asks for.

use axum::body::Body;
use ledgerhook_model::limits::API_BODY_BYTES_MAX;
use serde_json::json;

use crate::gateway_under_test::{GatewayUnderTest, request};

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let gateway = GatewayUnderTest::start().await;
    let mut seen = Vec::new();
    for target in ["GET /elements", "GET /elements", "GET /nothing", "PATCH /elements"] {
        let answer = gateway.get(target).await;
        let id = answer.header("elements-request-id").expect(target).to_owned();
        assert!(!seen.contains(&id), "{target}");
        seen.push(id);
    }
}

#[tokio::test]
async fn an_unknown_address_is_404_in_the_same_shape() {
    let gateway = GatewayUnderTest::start().await;
    for target in ["GET /nothing", "GET /elements/bookshelf/nothing", "POST /instances/1/nothing"] {
        let (status, message) = gateway.get(target).await.refusal();
        assert_eq!(status, 404, "{target}");
        assert!(message.contains("/nothing"), "{message}");
    }
    let outside = axum::http::Request::builder().uri("/").body(Body::empty()).unwrap();
    assert_eq!(gateway.send(outside).await.refusal().0, 404);
}

#[tokio::test]
async fn a_wrong_method_is_405_and_names_the_right_ones() {
    let gateway = GatewayUnderTest::start().await;
    let answer = gateway.get("POST /elements").await;
    assert_eq!(answer.refusal().0, 405);
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn a_path_that_cannot_be_decoded_is_400_in_the_same_shape() {
    let gateway = GatewayUnderTest::start().await;
    for target in ["GET /instances/%ff", "GET /elements/%ff"] {
        assert_eq!(gateway.get(target).await.refusal().0, 400, "{target}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let gateway = GatewayUnderTest::start().await;
    let body = json!({"name": "n".repeat(API_BODY_BYTES_MAX)});
    let answer = gateway.call("POST /instances", body).await;
    assert_eq!(answer.refusal(), (413, "the body is larger than 1048576 bytes".to_owned()));
}

#[tokio::test]
async fn a_body_that_plainly_is_not_json_is_415() {
    let gateway = GatewayUnderTest::start().await;
    let form = request("POST /instances")
        .header("authorization", &gateway.authorization)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("name=n"));
    let wording = "content-type: `application/x-www-form-urlencoded` is not JSON; send \
                   application/json";
    assert_eq!(gateway.send(form.unwrap()).await.refusal(), (415, wording.to_owned()));
}
