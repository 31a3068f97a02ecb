//! Provider apps.

use serde_json::{Value, json};

use crate::gateway_under_test::GatewayUnderTest;

const APPS: &str = "/elements/bookshelf/apps";

async fn create(gateway: &GatewayUnderTest) -> Value {
    let body = json!({
        "name": "Ours", "environment": "development", "apiKey": "k", "apiSecret": "s3cret",
        "verifierToken": "v3rify", "readBudget": 500,
    });
    gateway.call(&format!("POST {APPS}"), body).await.ok()
}

#[tokio::test]
async fn an_app_is_shown_without_its_secrets() {
    let gateway = GatewayUnderTest::start().await;
    let app = create(&gateway).await;
    let shape = json!({
        "id": app["id"], "name": "Ours", "environment": "development", "apiKey": "********",
        "apiSecret": "********", "verifierToken": "********", "readBudget": 500,
        "createdDate": app["createdDate"],
    });
    assert_eq!(app, shape);
    assert_eq!(gateway.get(&format!("GET {APPS}")).await.ok(), json!([app]));
    assert_eq!(gateway.get(&format!("GET {APPS}/{}", app["id"])).await.ok(), app);
}

#[tokio::test]
async fn an_app_sent_back_as_it_was_shown_keeps_its_secrets() {
    let gateway = GatewayUnderTest::start().await;
    gateway.connect_with_app("shop", Value::Null).await;
    let mut app = gateway.get(&format!("GET {APPS}")).await.ok()[0].clone();
    app["name"] = json!("Renamed");
    let path = format!("{APPS}/{}", app["id"]);
    assert_eq!(gateway.call(&format!("PATCH {path}"), app.clone()).await.ok(), app);
    assert_eq!(gateway.notice("/events/bookshelf", "shop 1").await.status, 200);

    let token = json!({"verifierToken": "another"});
    gateway.call(&format!("PATCH {path}"), token).await.ok();
    assert_eq!(gateway.notice("/events/bookshelf", "shop 2").await.status, 401);
}

#[tokio::test]
async fn a_removed_app_is_gone() {
    let gateway = GatewayUnderTest::start().await;
    let path = format!("{APPS}/{}", create(&gateway).await["id"]);
    let deleted = gateway.get(&format!("DELETE {path}")).await;
    assert_eq!((deleted.status.as_u16(), &*deleted.text), (200, ""));
    assert_eq!(gateway.get(&format!("GET {path}")).await.status, 404);
}

#[tokio::test]
async fn an_app_that_cannot_be_is_refused_by_its_member() {
    let gateway = GatewayUnderTest::start().await;
    create(&gateway).await;
    for (body, status, start) in [
        (json!({}), 400, "apiSecret: missing"),
        (json!({"apiSecret": 5}), 400, "apiSecret: must be a string, not a number"),
        (
            json!({"apiKey": "k2", "apiSecret": "s", "verifierToken": "v", "readBudget": -1}),
            400,
            "readBudget: ",
        ),
        (
            json!({"apiKey": "k2", "apiSecret": "s", "verifierToken": "v", "readBudget": 1.5}),
            400,
            "readBudget: must be a whole number",
        ),
        (json!({"apiKey": "k", "apiSecret": "s", "verifierToken": "v"}), 409, ""),
    ] {
        let (found, message) = gateway.call(&format!("POST {APPS}"), body).await.refusal();
        assert_eq!(found, status, "{message}");
        assert!(message.starts_with(start), "{message}");
    }
}
