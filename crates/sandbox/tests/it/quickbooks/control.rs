//! The control routes, as a person with a shell uses them.

use serde_json::{Value, json};

use super::bench::{Bench, CLIENT_ID, REALM, invoice_of};
use crate::client::DEADLINE;
use crate::receiver::Receiver;

#[tokio::test]
async fn the_guide_names_every_control_route() {
    let bench = Bench::start().await;
    let guide = bench.get("/sandbox").await;
    assert_eq!(guide.status, 200);
    for path in ["apps", "companies", "faults", "calls", "notices", "deliveries"] {
        assert!(guide.text.contains(&format!("/sandbox/{path}")), "{path}");
    }
}

#[tokio::test]
async fn a_shell_user_can_do_what_the_handle_can() {
    let bench = Bench::start().await;
    let receiver = Receiver::start().await;
    let app = json!({
        "client_id": "shell",
        "client_secret": "s",
        "webhook_url": receiver.url,
        "verifier_token": "v",
        "webhook_format": "legacy",
    });
    assert_eq!(bench.post_json("/sandbox/apps", app).await.status, 200);
    let company = json!({"realm_id": "77", "name": "From the shell"});
    assert_eq!(bench.post_json("/sandbox/companies", company.clone()).await.status, 200);
    let companies = bench.get("/sandbox/companies").await.json();
    assert!(companies.as_array().unwrap().contains(&company));
    bench.connect_as("shell", "s", "77").await;
    let records = "/sandbox/companies/77/records";
    for name in ["Jane", "Bob"] {
        let body = json!({"DisplayName": name});
        let answer = bench.post_json(&format!("{records}/customer"), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    bench.post_json(&format!("{records}/invoice"), invoice_of("2", 5)).await;
    let voided = json!({"Id": "3", "SyncToken": "0"});
    let voided = bench.post_json(&format!("{records}/invoice?operation=void"), voided).await;
    assert_eq!(voided.json()["TotalAmt"], 0);
    let merge = json!({"survivor": "1", "loser": "2"});
    let merged = bench.post_json("/sandbox/companies/77/merge", merge).await;
    assert_eq!(merged.json()["DisplayName"], "Jane");
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let notices = bench.get("/sandbox/notices").await.json();
    let operations: Vec<&Value> =
        notices.as_array().unwrap().iter().map(|notice| &notice["operation"]).collect();
    assert_eq!(operations, ["Create", "Create", "Create", "Void", "Merge"]);
    assert_eq!(bench.post_json("/sandbox/notices/1/resend", json!({})).await.status, 200);
    bench.quickbooks().wait_until_sent(DEADLINE).await.unwrap();
    let deliveries = bench.get("/sandbox/deliveries").await.json();
    assert_eq!(deliveries.as_array().unwrap().last().unwrap()["notices"], json!([1]));
    let calls = bench.get("/sandbox/calls").await.json();
    let token_calls =
        json!([{"realm_id": "77", "kind": "token", "succeeded": 1, "failed": 0, "throttled": 0}]);
    assert_eq!(calls, token_calls);
}

#[tokio::test]
async fn faults_tokens_and_connections_are_in_reach_of_the_shell() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let fault = json!({"fault": "unavailable", "target": "api", "count": 5});
    assert_eq!(bench.post_json("/sandbox/faults", fault).await.status, 200);
    assert_eq!(bench.api_get(&tokens, "customer/1").await.status, 503);
    bench.send("DELETE", "/sandbox/faults", &[], String::new()).await;
    let company = format!("/sandbox/companies/{REALM}");
    let expired = bench.post_json(&format!("{company}/expire-tokens"), json!({})).await;
    assert_eq!(expired.json(), json!({"expired": 1}));
    assert_eq!(bench.api_get(&tokens, "customer/1").await.status, 401);
    let ended = bench.post_json(&format!("{company}/disconnect"), json!({})).await;
    assert_eq!(ended.json(), json!({"disconnected": 1}));
    let notices = format!("/sandbox/apps/{CLIENT_ID}/notices");
    for body in [json!({"hold_next": 2}), json!({"drop_next": 1}), json!("release")] {
        assert_eq!(bench.post_json(&notices, body.clone()).await.status, 200, "{body}");
    }
}

#[tokio::test]
async fn wrong_control_calls_say_what_is_wrong() {
    let bench = Bench::start().await;
    let records = format!("/sandbox/companies/{REALM}/records");
    for (path, body, status, words) in [
        ("/sandbox/apps", json!({"client_id": "x"}), 400, "client_secret"),
        ("/sandbox/companies", json!({"realm_id": "x", "name": "x"}), 400, "digits"),
        ("/sandbox/companies/1/merge", json!({"survivor": "1", "loser": "2"}), 404, "realm"),
        ("/sandbox/faults", json!({"fault": "fire", "target": "api"}), 400, "fire"),
        ("/sandbox/notices/9/resend", json!({}), 404, "9"),
        ("/sandbox/apps/nobody/notices", json!("release"), 404, "nobody"),
        (&format!("{records}/customer"), json!({}), 400, "2020"),
        (&format!("{records}/customer?operation=burn"), json!({}), 400, "burn"),
    ] {
        let answer = bench.post_json(path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        let reason = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(reason.contains(words), "{path}: {reason}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_not_taken_for_json() {
    let bench = Bench::start().await;
    let answer = bench.post_form("/sandbox/companies", &[], &[("realm_id", "1")]).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn the_shell_can_send_merge_any_kind_and_see_where_records_stand() {
    let bench = Bench::start().await;
    for number in [1, 2] {
        bench.quickbooks().create_sample(REALM, "Class", number).unwrap();
    }
    let invoice = bench.quickbooks().create_sample(REALM, "Invoice", 1).unwrap();
    let company = format!("/sandbox/companies/{REALM}");
    let path = format!("{company}/records/invoice/{}/send", invoice["Id"].as_str().unwrap());
    assert_eq!(bench.post_json(&path, json!({})).await.json()["EmailStatus"], "EmailSent");
    let merge = json!({"entity": "class", "survivor": "1", "loser": "2"});
    let merged = bench.post_json(&format!("{company}/merge"), merge).await;
    assert_eq!(merged.json()["Name"], "Class 1");
    let records = bench.get(&format!("{company}/records")).await.json();
    let lost = json!({
        "entity": "Class",
        "id": "2",
        "sync_token": "1",
        "last_updated": "2026-03-10T19:00:00Z",
        "standing": "inactive",
    });
    assert!(records.as_array().unwrap().contains(&lost), "{records}");
}
