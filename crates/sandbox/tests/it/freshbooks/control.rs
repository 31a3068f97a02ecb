//! The control routes over plain HTTP.

use serde_json::{Value, json};

use super::bench::{BUSINESS, Bench, USER, events};
use crate::receiver::Receiver;

#[tokio::test]
async fn the_guide_names_every_route() {
    let bench = Bench::start().await;
    let guide = bench.send("GET", "/sandbox", &[], String::new()).await;
    assert_eq!(guide.status, 200);
    for route in ["/sandbox/apps", "/sandbox/faults", "/events/account/", "/auth/oauth/token"] {
        assert!(guide.text.contains(route), "{route}");
    }
}

#[tokio::test]
async fn everything_can_be_set_up_with_plain_http() {
    let bench = Bench::start().await;
    for (path, body) in [
        ("/sandbox/apps", json!({"client_id": "new", "client_secret": "s"})),
        (
            "/sandbox/users",
            json!({"identity_id": 5, "first_name": "A", "last_name": "B", "email": "a@b.c"}),
        ),
        (
            "/sandbox/businesses",
            json!({"business_id": 9, "account_id": "NEW", "name": "New", "members": [5]}),
        ),
        ("/sandbox/businesses/9/records/client", json!({"email": "a@example.com"})),
        ("/sandbox/faults", json!({"fault": {"throttle": {"retry_after_seconds": 3}}})),
    ] {
        let answer = bench.post_json(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
    let get = async |path: &str| bench.send("GET", path, &[], String::new()).await.json();
    assert!(get("/sandbox/users").await.as_array().unwrap().len() == 3);
    assert!(get("/sandbox/businesses").await.as_array().unwrap().len() == 5);
    let records = get("/sandbox/businesses/9/records").await;
    let client = records.as_array().unwrap().iter().find(|one| one["noun"] == "client");
    assert_eq!(client.unwrap()["updated"], "2026-03-10T19:00:00Z");
    let tokens = bench.connect().await;
    assert_eq!(bench.get(&tokens, "/auth/api/v1/users/me").await.status, 429);
    let expired = bench.post_json(&format!("/sandbox/users/{USER}/expire-tokens"), json!({})).await;
    assert_eq!(expired.json(), json!({"expired": 1}));
    let ended = bench.post_json(&format!("/sandbox/users/{USER}/disconnect"), json!({})).await;
    assert_eq!(ended.json(), json!({"disconnected": 1}));
}

#[tokio::test]
async fn records_notices_and_callbacks_are_handled_with_plain_http() {
    let bench = Bench::start().await;
    let (tokens, receiver) = (bench.connect().await, Receiver::start().await);
    bench.subscribe(&tokens, "client", &receiver).await;
    let business = format!("/sandbox/businesses/{BUSINESS}");
    let hold = bench.post_json(&format!("{business}/notices"), json!({"hold_next": 1})).await;
    assert_eq!(hold.status, 200);
    let path = format!("{business}/records/client");
    let client = bench.post_json(&path, json!({"email": "a@example.com"})).await.json();
    let deletion = format!("{path}?operation=delete");
    assert_eq!(bench.post_json(&deletion, json!({"id": client["id"]})).await.status, 200);
    bench.post_json(&format!("{business}/notices"), json!("release")).await;
    bench.sent().await;
    let names: Vec<_> = events(&receiver).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 2);
    let get = async |path: &str| bench.send("GET", path, &[], String::new()).await.json();
    let callbacks = get(&format!("{business}/callbacks")).await;
    assert_eq!(
        (&callbacks[0]["event"], &callbacks[0]["verified"]),
        (&json!("client"), &json!(true))
    );
    for path in ["/sandbox/notices", "/sandbox/deliveries"] {
        assert_eq!(get(path).await.as_array().unwrap().len(), 3, "{path}");
    }
    let calls = get("/sandbox/calls").await;
    assert!(calls.as_array().unwrap().iter().any(|one| one["kind"] == "callbacks"));
    assert_eq!(bench.post_json("/sandbox/notices/1/resend", json!({})).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_done_is_told_with_a_reason() {
    let bench = Bench::start().await;
    for (path, body, status) in [
        ("/sandbox/businesses/1/records/client", json!({"email": "x"}), 404),
        ("/sandbox/businesses/439000/records/horse", json!({}), 404),
        ("/sandbox/businesses/439000/records/client", json!({}), 400),
        ("/sandbox/businesses/439000/records/client?operation=eat", json!({}), 400),
        (
            "/sandbox/businesses",
            json!({"business_id": 9, "account_id": "ABC123", "name": "x"}),
            400,
        ),
        ("/sandbox/notices/7/resend", json!({}), 404),
        ("/sandbox/users/1/disconnect", json!({}), 404),
        ("/sandbox/faults", json!({"fault": "unheard_of"}), 400),
    ] {
        let answer = bench.post_json(path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.json()["error"].is_string(), "{path}");
    }
    let cleared = bench.send("DELETE", "/sandbox/faults", &[], String::new()).await;
    assert_eq!(cleared.json(), json!({"done": true}));
    let no_json = bench.post_form("/sandbox/faults", &[], &[]).await;
    assert_eq!((no_json.status, no_json.json()["error"] != Value::Null), (400, true));
}
