//! The control routes of Sage Accounting, as a person with a shell uses them.

use serde_json::json;

use super::bench::{Bench, LEAD};
use crate::client::text;

#[tokio::test]
async fn the_guide_names_every_control_route_and_every_fault() {
    let bench = Bench::start().await;
    let guide = bench.send("GET", "/sandbox", &[], String::new()).await;
    assert_eq!(guide.status, 200);
    for word in ["apps", "businesses", "faults", "calls"] {
        assert!(guide.text.contains(&format!("/sandbox/{word}")), "{word}");
    }
    for word in ["half_body", "lose_answer", "deletes", "retry_after_s"] {
        assert!(guide.text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_shell_user_can_do_what_the_handle_can() {
    let bench = Bench::start().await;
    let app = json!({"client_id": "shell", "client_secret": "s"});
    assert_eq!(bench.post_json("/sandbox/apps", app).await.status, 200);
    let business = json!({"id": "77", "name": "From the shell", "country": "CA"});
    assert_eq!(bench.post_json("/sandbox/businesses", business).await.status, 200);
    let businesses = bench.send("GET", "/sandbox/businesses", &[], String::new()).await.json();
    let names: Vec<String> =
        businesses.as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
    assert!(names.contains(&"From the shell".to_owned()), "{names:?}");
    let records = "/sandbox/businesses/77/records";
    let body = json!({"name": "Jane", "contact_type_ids": ["CUSTOMER"]});
    let created = bench.post_json(&format!("{records}/contacts"), body).await.json();
    let deleted = format!("{records}/contacts?operation=delete");
    assert_eq!(bench.post_json(&deleted, json!({"id": created["id"]})).await.status, 200);
    let snapshot = bench.send("GET", records, &[], String::new()).await.json();
    let time = &created["created_at"];
    let expected = json!([{"endpoint": "contacts", "id": created["id"], "created_at": time,
                           "updated_at": time, "version": 1, "deleted": true}]);
    assert_eq!(snapshot, expected);
}

#[tokio::test]
async fn faults_tokens_and_connections_are_in_reach_of_the_shell() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let fault = json!({"fault": "throttle", "retry_after_s": 3, "kind": "list", "count": 5});
    assert_eq!(bench.post_json("/sandbox/faults", fault).await.status, 200);
    assert_eq!(bench.get(&tokens, "contacts").await.header("retry-after"), "3");
    bench.send("DELETE", "/sandbox/faults", &[], String::new()).await;
    assert_eq!(bench.get(&tokens, "contacts").await.status, 200);
    let business = format!("/sandbox/businesses/{LEAD}");
    let expired = bench.post_json(&format!("{business}/expire-tokens"), json!({})).await;
    assert_eq!(expired.json(), json!({"expired": 1}));
    let ended = bench.post_json(&format!("{business}/disconnect"), json!({})).await;
    assert_eq!(ended.json(), json!({"disconnected": 1}));
    let calls = bench.send("GET", "/sandbox/calls", &[], String::new()).await.json();
    let lists =
        json!({"business_id": LEAD, "kind": "list", "succeeded": 1, "failed": 1, "throttled": 1});
    assert!(calls.as_array().unwrap().contains(&lists), "{calls}");
}

#[tokio::test]
async fn wrong_control_calls_say_what_is_wrong() {
    let bench = Bench::start().await;
    let records = format!("/sandbox/businesses/{LEAD}/records");
    for (path, body, status, words) in [
        ("/sandbox/apps", json!({"client_id": "x"}), 400, "client_secret"),
        ("/sandbox/businesses", json!({"id": "a/b", "name": "x"}), 400, "a/b"),
        ("/sandbox/businesses/nobody/disconnect", json!({}), 404, "nobody"),
        ("/sandbox/businesses/nobody/records/contacts", json!({}), 404, "nobody"),
        ("/sandbox/faults", json!({"fault": "fire"}), 400, "fire"),
        (&format!("{records}/customers"), json!({}), 404, "customers"),
        (&format!("{records}/contacts"), json!({}), 400, "name"),
        (&format!("{records}/contacts"), json!([]), 400, "object"),
        (&format!("{records}/contacts?operation=burn"), json!({}), 400, "burn"),
    ] {
        let answer = bench.post_json(path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        let reason = text(&answer.json()["error"]);
        assert!(reason.contains(words), "{path}: {reason}");
    }
    let form = bench.post_form("/sandbox/businesses", &[], &[("id", "1")]).await;
    assert_eq!(form.status, 400);
}
