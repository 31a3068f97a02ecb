//! Who is let in, and that nobody reaches what belongs to another organisation.

use axum::http::Method;
use ledgerhook_testkit::{
    Caller, Instance, PATIENCE, Reply, Stage, Tenant, eventually, legacy_body,
};
use serde_json::{Value, json};

use crate::PROGRAM;

const REFUSED: &str = "Invalid Organization or User secret, or invalid Element token provided.";

/// The answer that the original documents, with its two members in their order.
async fn assert_refused(caller: &Caller, method: Method, path: &str) {
    let answer = caller.call(method, path, &Value::Null).await;
    assert_eq!(answer.refused(401), REFUSED, "{path} with {}", caller.authorization);
    let request_id = answer.json()["requestId"].as_str().unwrap().to_owned();
    assert!(request_id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    let documented = format!(r#"{{"requestId":"{request_id}","message":"{REFUSED}"}}"#);
    assert_eq!(answer.text, documented);
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

/// `User …` and `Organization …` of a caller.
fn parts(caller: &Caller) -> (String, String) {
    let (user, organization) = caller.authorization.split_once(", ").unwrap();
    (user.to_owned(), organization.to_owned())
}

#[tokio::test]
async fn the_secrets_are_taken_in_any_order() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let (user, organization) = parts(&stage.tenant.caller);
    let element = format!("Element {}", instance.token);
    let path = format!("/instances/{}", instance.id);
    for authorization in [
        format!("{user}, {organization}"),
        format!("{organization}, {user}"),
        format!("{organization},{user}"),
        format!("{user}, {organization}, {element}"),
        format!("{element}, {organization}, {user}"),
    ] {
        let caller = stage.tenant.caller.with(&authorization);
        assert_eq!(caller.get(&path).await.ok()["id"], instance.id, "{authorization}");
    }
    for authorization in [format!("{element}, {user}"), format!("{user}, {element}")] {
        let caller = stage.tenant.caller.with(&authorization);
        caller.get("/instances/configuration").await.ok();
    }
}

#[tokio::test]
async fn wrong_missing_and_foreign_secrets_are_refused_as_documented() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let other = stage.another_tenant().await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let (user, organization) = parts(&stage.tenant.caller);
    let (foreign_user, foreign_organization) = parts(&other.caller);
    let element = format!("Element {}", instance.token);
    for authorization in [
        String::new(),
        "Bearer x".to_owned(),
        user.clone(),
        organization.clone(),
        element.clone(),
        format!("{user}x, {organization}"),
        format!("{user}, {organization}x"),
        format!("{}, {organization}", user.to_lowercase()),
        format!("{user}, {}", organization.to_uppercase()),
        format!("{user}, {foreign_organization}"),
        format!("{foreign_user}, {organization}"),
        format!("{user}, {user}, {organization}"),
        format!("{user}, {organization}, Element wrong"),
        format!("{foreign_user}, {foreign_organization}, {element}"),
        format!("{user}; {organization}"),
    ] {
        let caller = stage.tenant.caller.with(authorization);
        assert_refused(&caller, Method::GET, "/instances").await;
        assert_refused(&caller, Method::DELETE, &format!("/instances/{}", instance.id)).await;
    }
    let with_foreign_user = stage.tenant.caller.with(format!("{element}, {foreign_user}"));
    assert_refused(&with_foreign_user, Method::DELETE, "/instances").await;
    stage.tenant.caller.get(&format!("/instances/{}", instance.id)).await.ok();
}

#[tokio::test]
async fn every_route_but_the_helpers_of_oauth_asks_for_credentials() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let nobody = stage.tenant.caller.with("");
    let mut routes = routes_of_one(&instance, "AXBooiL_qrZEur0mJV08", 1, 1);
    routes.extend(
        [
            (Method::GET, "/elements"),
            (Method::GET, "/elements/quickbooks"),
            (Method::GET, "/elements/quickbooks/metadata"),
            (Method::GET, "/elements/quickbooks/configuration"),
            (Method::GET, "/elements/quickbooks/apps"),
            (Method::POST, "/elements/quickbooks/apps"),
            (Method::GET, "/elements/quickbooks/instances"),
            (Method::POST, "/elements/quickbooks/instances"),
            (Method::GET, "/instances"),
            (Method::POST, "/instances"),
            (Method::PUT, "/instances"),
            (Method::PATCH, "/instances"),
            (Method::DELETE, "/instances"),
            (Method::GET, "/instances/configuration"),
            (Method::PUT, "/instances/enabled"),
            (Method::GET, "/instances/events"),
            (Method::GET, "/deliveries"),
            (Method::GET, "/instances/health"),
            (Method::GET, "/instances/history"),
            (Method::GET, "/instances/event-poller-records"),
            (Method::PUT, "/instances/polling-enabled"),
            (Method::GET, "/instances/polling-disabled"),
            (Method::GET, "/jobs/polling-disabled"),
        ]
        .map(|(method, path)| (method, path.to_owned())),
    );
    for (method, path) in routes {
        assert_refused(&nobody, method, &path).await;
    }
}

#[tokio::test]
async fn a_revoked_user_is_refused_at_once_and_the_others_are_not() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let made = ["user", "create", "second@software.test", "--org", "default", "--json"];
    let made = stage.gateway.run(&made).await.json();
    let secret = made["userSecret"].as_str().unwrap();
    let (_, organization) = parts(&stage.tenant.caller);
    let second = stage.tenant.caller.with(format!("User {secret}, {organization}"));
    second.get("/elements").await.ok();

    let id = made["userId"].to_string();
    stage.gateway.run(&["user", "revoke", &id, "--org", "default"]).await.ok();
    assert_refused(&second, Method::GET, "/elements").await;
    stage.tenant.caller.get("/elements").await.ok();
}

#[tokio::test]
async fn the_token_of_a_removed_instance_is_refused() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let by_token = stage.tenant.caller.with_token(&instance.token);
    assert_eq!(by_token.delete("/instances").await.status, 200);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        assert_refused(&by_token, method, "/instances").await;
    }
    assert_refused(&by_token, Method::GET, "/instances/configuration").await;
    let path = format!("/instances/{}", instance.id);
    assert_eq!(stage.tenant.caller.get(&path).await.status, 404);
}

/// Every route that names one thing, with the ids filled in.
fn routes_of_one(
    instance: &Instance,
    event: &str,
    app: i64,
    delivery: i64,
) -> Vec<(Method, String)> {
    let id = instance.id;
    let mut routes = Vec::new();
    for base in [format!("/instances/{id}"), format!("/elements/quickbooks/instances/{id}")] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            routes.push((method, base.clone()));
        }
    }
    let key = "event.vendor.type";
    for (method, path) in [
        (Method::GET, format!("/instances/{id}/configuration")),
        (Method::GET, format!("/instances/{id}/configuration/{key}")),
        (Method::PATCH, format!("/instances/{id}/configuration/{key}")),
        (Method::PUT, format!("/instances/{id}/configuration/{key}")),
        (Method::PUT, format!("/instances/{id}/enabled")),
        (Method::DELETE, format!("/instances/{id}/enabled")),
        (Method::POST, format!("/instances/{id}/poll")),
        (Method::GET, format!("/instances/{id}/verification-key")),
        (Method::GET, format!("/instances/{id}/health")),
        (Method::GET, format!("/instances/{id}/history")),
        (Method::GET, format!("/instances/{id}/event-poller-records")),
        (Method::PUT, format!("/instances/{id}/polling-enabled")),
        (Method::GET, format!("/instances/{id}/reconnect")),
        (Method::POST, format!("/instances/{id}/migrate-oauth1")),
        (Method::GET, format!("/instances/{id}/events")),
        (Method::GET, format!("/instances/{id}/events/{event}")),
        (Method::GET, format!("/instances/events/{event}")),
        (Method::GET, format!("/elements/quickbooks/apps/{app}")),
        (Method::GET, format!("/elements/quickbooks/apps/{app}/reads")),
        (Method::PATCH, format!("/elements/quickbooks/apps/{app}")),
        (Method::DELETE, format!("/elements/quickbooks/apps/{app}")),
        (Method::POST, format!("/deliveries/{delivery}/retry")),
    ] {
        routes.push((method, path));
    }
    routes
}

/// Everything an organisation can see, as text.
async fn sight(tenant: &Tenant) -> Vec<String> {
    let mut seen = Vec::new();
    for path in ["/instances", "/elements/quickbooks/apps", "/instances/events", "/deliveries"] {
        seen.push(tenant.caller.get(path).await.text);
    }
    seen
}

#[tokio::test]
async fn another_organisation_can_neither_see_nor_touch_anything() {
    let mut stage = Stage::set(PROGRAM, &[("DELIVERY__RETRY_WAITS_SECONDS", "[]")]).await;
    let other = stage.another_tenant().await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.script(&instance.path, [Reply::Status(500)]);
    let body = legacy_body("1", "2026-11-20T12:00:00Z", &[("Customer", "7", "Create")]);
    stage.notices.post(&stage.tenant.app.verifier_token, body).await.ok();
    let delivery = eventually("a parked delivery", PATIENCE, async || {
        let parked = stage.tenant.caller.get("/deliveries?status=parked").await.ok();
        parked[0]["id"].as_i64()
    });
    let delivery = delivery.await;
    let event = stage.tenant.caller.get("/instances/events").await.ok()[0]["id"].clone();
    let before = sight(&stage.tenant).await;

    let change = json!({"name": "stolen", "configuration": {}, "propertyValue": "polling"});
    let routes = routes_of_one(&instance, event.as_str().unwrap(), stage.tenant.app_id, delivery);
    for (method, path) in routes {
        let answer = other.caller.call(method.clone(), &path, &change).await;
        let message = answer.refused(404);
        assert!(message.starts_with("No "), "{method} {path}: {message}");
    }
    assert_eq!(sight(&stage.tenant).await, before, "nothing has changed");
    assert_eq!(stage.receiver.at(&instance.path).len(), 1, "nothing was sent again");

    assert_eq!(other.caller.get("/instances").await.status, 404);
    assert_eq!(other.caller.get("/instances/events").await.ok(), json!([]));
    assert_eq!(other.caller.get("/deliveries").await.ok(), json!([]));
    let of_instance = format!("/deliveries?instanceId={}", instance.id);
    assert_eq!(other.caller.get(&of_instance).await.ok(), json!([]));
    let apps = other.caller.get("/elements/quickbooks/apps").await.ok();
    let ids: Vec<_> = apps.as_array().unwrap().iter().map(|app| app["id"].clone()).collect();
    assert_eq!(ids, [json!(other.app_id)]);
}

#[tokio::test]
async fn two_organisations_may_have_the_same_provider_app_and_stay_apart() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let other = stage.another_tenant().await;
    let app = json!({
        "apiKey": stage.tenant.app.client_id, "apiSecret": stage.tenant.app.client_secret,
        "verifierToken": stage.tenant.app.verifier_token,
    });
    other.caller.post("/elements/quickbooks/apps", &app).await.ok();
    let again = stage.tenant.caller.post("/elements/quickbooks/apps", &app).await;
    assert!(again.refused(409).contains("exists already"));
}
