//! What callers, providers and callbacks do wrong: refused with a reason, and nothing stored.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use axum::http::Method;
use ledgerhook_testkit::{Instance, PATIENCE, Stage, eventually, intuit_signature, legacy_body};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::PROGRAM;

const NOON: &str = "2026-11-20T12:00:00Z";

const NOTICES: &str = "/elements/api-v2/events/quickbooks";

/// Sends only the head of a request and returns the status line of the answer, so that no rest of a
/// body is on its way when the connection is closed.
fn status_after_head(address: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(head.replace('\n', "\r\n").as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_is_read() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let authorization = &stage.tenant.caller.authorization;
    let api = format!("/elements/api-v2/instances HTTP/1.1\nauthorization: {authorization}");
    let notices = format!("{NOTICES} HTTP/1.1\nintuit-signature: x");
    // One more than 1 MiB for the API, one more than 2 MiB for a notice; see `limits`.
    for (target, bytes) in [(api, 1_048_577), (notices, 2_097_153)] {
        let head = format!(
            "POST {target}\nhost: gateway.test\ncontent-type: application/json\n\
             content-length: {bytes}\n\n"
        );
        let address = stage.gateway.addresses().public();
        assert_eq!(status_after_head(address, &head), "HTTP/1.1 413", "{target}");
    }
}

#[tokio::test]
async fn a_body_of_the_largest_size_is_read_and_judged() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let padded = |bytes: usize| format!("{{\"name\": \"n\"{}}}", " ".repeat(bytes - 13));
    let message =
        stage.tenant.caller.send(Method::POST, "/instances", padded(1_048_576)).await.refused(400);
    assert!(message.starts_with("element: missing"), "{message}");
    stage.notices.post(&stage.tenant.app.verifier_token, padded(2_097_152)).await.ok();
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_with_its_place() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (body, expected) in [
        ("", "the body is empty; expected a JSON object"),
        ("[]", "the body must be a JSON object, not "),
        ("nonsense", "line 1, column 1: "),
        ("{\"name\": \"n\",\n}", "remove the comma"),
        ("{'name': 'n'}", "straight double quotes"),
        ("{\"name\": \"n\"", "line 1, column "),
        ("{\"name\": \"n\"} {}", "line 1, column 15: "),
        (&deep, "nested deeper than "),
    ] {
        let answer = stage.tenant.caller.send(Method::POST, "/instances", body.to_owned()).await;
        let message = answer.refused(400);
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(stage.tenant.caller.get("/instances").await.status, 404);
}

#[tokio::test]
async fn a_body_of_another_content_type_is_refused() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let url = format!("{}/instances", stage.gateway.addresses().api());
    let headers = [
        ("authorization", stage.tenant.caller.authorization.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = stage.http().call(Method::POST, &url, &headers, "name=n").await;
    assert!(answer.refused(415).contains("application/json"));
}

#[tokio::test]
async fn a_member_of_a_wrong_type_is_named_by_its_path() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let element = json!({"key": "quickbooks"});
    for (member, wrong, path) in [
        ("element", json!("quickbooks"), "element"),
        ("element", json!({"key": 39}), "element.key"),
        ("providerData", json!([]), "providerData"),
        ("configuration", json!("x"), "configuration"),
        ("tags", json!("one"), "tags"),
        ("tags", json!(["one", 2]), "tags"),
        ("name", json!(17), "name"),
        ("externalAuthentication", json!(true), "externalAuthentication"),
        ("externalAuthentication", json!("perhaps"), "externalAuthentication"),
    ] {
        let mut body = json!({"element": element, "name": "n", "configuration": {}});
        body[member] = wrong.clone();
        let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
        assert!(message.starts_with(path), "{member} = {wrong}: {message}");
    }
}

#[tokio::test]
async fn an_element_that_is_none_is_named_with_those_that_are() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let caller = &stage.tenant.caller;
    let unknown = json!({"element": {"key": "abacus"}, "name": "n"});
    let message = caller.post("/instances", &unknown).await.refused(404);
    assert!(message.contains("abacus"), "{message}");
    let missing = caller.post("/instances", &json!({"name": "n"})).await.refused(400);
    assert!(missing.contains("known: quickbooks"), "{missing}");
    for path in ["/elements/abacus", "/elements/abacus/oauth/url", "/elements/abacus/apps"] {
        assert_eq!(caller.get(path).await.status, 404, "{path}");
    }
    let headers = [("intuit-signature", "x")];
    assert_eq!(stage.notices.post_as("/events/abacus", &headers, "{}").await.status, 404);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_meant_is_refused_before_the_code_is_spent() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let code = stage.authorize(&stage.tenant, "1").await;
    for (key, value, problem) in [
        ("event.vendor.type", json!("pigeon"), "`pigeon` is not one of polling, webhook"),
        ("event.notification.enabled", json!("perhaps"), "neither true nor false"),
        ("event.poller.refresh_interval", json!("soon"), "is not a number of minutes above 0"),
        ("event.poller.refresh_interval", json!(0), "is not a number of minutes above 0"),
        ("event.poller.urls", json!("invoice"), "did you mean `invoices`?"),
        ("event.notification.callback.url", json!("ftp://x"), "must be https or http"),
        ("event.notification.callback.url", json!("example.com/x"), "must start with https://"),
        ("event.notification.callback.url", json!("https://u:p@x.com/"), "user name or password"),
        ("event.notification.callback.headers", json!("no colon"), "is not `Name: value`"),
        ("event.notification.callback.headers", json!("Host: x"), "set by the gateway itself"),
        ("oauth.callback.url", json!("software.test/connected"), "must start with https://"),
        ("authentication.type", json!("password"), "`password` is not oauth2"),
        ("use_sandbox", json!("perhaps"), "use_sandbox"),
        ("quickbooks.minorversion", json!("latest"), "quickbooks.minorversion"),
        ("oauth.api.key", Value::Null, "oauth.api.key"),
        ("oauth.api.secret", json!(""), "oauth.api.secret"),
        ("any", json!("x".repeat(65_537)), "longer than 65536 bytes"),
    ] {
        let own = json!({ key: value });
        let body = stage.instance_body(&stage.tenant, "1", &code, &own);
        let message = stage.tenant.caller.post("/instances", &body).await.refused(400);
        assert!(message.contains(key), "{key}: {message}");
        assert!(message.contains(problem), "{key}: {message}");
    }
    let right = stage.instance_body(&stage.tenant, "1", &code, &Value::Null);
    stage.tenant.caller.post("/instances", &right).await.ok();
}

#[tokio::test]
async fn names_and_tags_have_limits() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let path = format!("/instances/{}", instance.id);
    let long = "x".repeat(256);
    for (change, problem) in [
        (json!({"name": long}), "name: longer than 255 characters"),
        (json!({"name": ""}), "name: missing"),
        (json!({"name": "<b></b>"}), "name: missing"),
        (json!({"tags": vec!["t"; 51]}), "tags: more than 50"),
        (json!({"tags": [long]}), "tags: one is longer than 255 characters"),
    ] {
        let message = stage.tenant.caller.patch(&path, &change).await.refused(400);
        assert!(message.starts_with(problem), "{message}");
    }
    assert_eq!(stage.tenant.caller.get(&path).await.json()["name"], instance.body["name"]);
}

#[tokio::test]
async fn a_code_that_the_provider_does_not_accept_is_told_in_its_words() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let body = stage.instance_body(&stage.tenant, "1", "no-such-code", &Value::Null);
    let answer = stage.tenant.caller.post("/instances", &body).await;
    answer.refused(400);
    let words = answer.json()["providerMessage"].as_str().unwrap_or_default().to_owned();
    assert!(words.contains("invalid_grant"), "{}", answer.text);
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_said_so() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let caller = &stage.tenant.caller;
    assert_eq!(
        caller.get("/nothing/at/all").await.refused(404),
        "there is nothing at /elements/api-v2/nothing/at/all"
    );
    let answer = caller.put("/elements", &json!({})).await;
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    answer.refused(405);
    assert!(caller.put("/events/quickbooks", &json!({})).await.refused(405).contains("POST"));
}

async fn told(stage: &Stage, id: &str) {
    let body = legacy_body("1", NOON, &[("Customer", id, "Create")]);
    stage.notices.post(&stage.tenant.app.verifier_token, body).await.ok();
}

async fn only_delivery(stage: &Stage, instance: &Instance) -> Value {
    let path = format!("/deliveries?instanceId={}", instance.id);
    eventually("an attempt", PATIENCE, async || {
        let delivery = stage.tenant.caller.get(&path).await.ok()[0].clone();
        (delivery["attempts"].as_i64() > Some(0)).then_some(delivery)
    })
    .await
}

#[tokio::test]
async fn a_callback_that_cannot_be_reached_is_tried_again_and_the_failure_is_shown() {
    let stage = Stage::set(PROGRAM, &[("DELIVERY__RETRY_WAITS_SECONDS", "[1, 1, 1, 1]")]).await;
    // Taken, so that nobody else gets it, and not listened at.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = closed.local_addr().unwrap();
    let callback = json!({"event.notification.callback.url": format!("http://{address}/x")});
    let instance = stage.connect(&stage.tenant, "1", &callback).await;
    told(&stage, "7").await;
    let failed = only_delivery(&stage, &instance).await;
    assert_eq!(failed["status"], "pending");
    assert_eq!(failed["outcome"], "connect");

    let path = format!("/instances/{}", instance.id);
    let mended = json!({"configuration": {
        "event.notification.callback.url": stage.receiver.url("/mended"),
    }});
    stage.tenant.caller.patch(&path, &mended).await.ok();
    let events = stage.receiver.wait_for_events("/mended", 1).await;
    assert_eq!(events[0].object_id, "7", "the next attempt goes to the new address");
}

#[tokio::test]
async fn a_callback_that_does_not_answer_in_time_has_failed() {
    let settings = [("EGRESS__TIMEOUT_MS", "300"), ("DELIVERY__RETRY_WAITS_SECONDS", "[3600]")];
    let stage = Stage::set(PROGRAM, &settings).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    stage.receiver.always("/1", ledgerhook_testkit::Reply::Hang);
    told(&stage, "7").await;
    assert_eq!(only_delivery(&stage, &instance).await["outcome"], "timeout");
}

#[tokio::test]
async fn a_callback_into_a_private_network_is_refused_unless_the_operator_allows_it() {
    let stage = Stage::set(PROGRAM, &[("EGRESS__ALLOW_PRIVATE", "false")]).await;
    let public = json!({"event.notification.callback.url": "https://software.test/callback"});
    let instance = stage.connect(&stage.tenant, "1", &public).await;
    let path = format!("/instances/{}", instance.id);
    for url in [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://10.1.2.3/x",
        "http://172.16.0.1/x",
        "https://192.168.1.1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://0x7f.1/x",
        "http://2130706433/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://0.0.0.0/x",
        "http://100.64.0.1/x",
    ] {
        let change = json!({"configuration": {"event.notification.callback.url": url}});
        let answer = stage.tenant.caller.patch(&path, &change).await;
        assert_eq!(answer.status, 400, "{url}: {}", answer.text);
        let message = answer.refused(400);
        assert!(
            message.starts_with("configuration.event.notification.callback.url: "),
            "{message}"
        );
    }
    let unchanged = stage.tenant.caller.get(&path).await.ok();
    let url = &unchanged["configuration"]["event.notification.callback.url"];
    assert_eq!(url, "https://software.test/callback");
}

#[tokio::test]
async fn a_name_that_leads_into_this_machine_is_not_called() {
    let settings =
        [("EGRESS__ALLOW_PRIVATE", "false"), ("DELIVERY__RETRY_WAITS_SECONDS", "[3600]")];
    let stage = Stage::set(PROGRAM, &settings).await;
    let by_name = stage.receiver.url("/1").replace("127.0.0.1", "localhost");
    let callback = json!({ "event.notification.callback.url": by_name });
    let instance = stage.connect(&stage.tenant, "1", &callback).await;
    told(&stage, "7").await;
    assert_eq!(only_delivery(&stage, &instance).await["outcome"], "address_refused");
    assert!(stage.receiver.all().is_empty());
}

#[tokio::test]
async fn a_callback_at_the_gateway_itself_keeps_events_for_reading() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for path in ["", "/", "/Mg=="] {
        let own = format!("{}/events/quickbooks{path}", stage.gateway.addresses().api());
        let callback = json!({ "event.notification.callback.url": own });
        stage.connect(&stage.tenant, "1", &callback).await;
    }
    told(&stage, "7").await;
    let events = stage.tenant.caller.all("/instances/events").await;
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event["status"] == "RECEIVED"), "{events:?}");
    assert_eq!(stage.tenant.caller.all("/deliveries").await, Vec::<Value>::new());
    assert_eq!(stage.counter("attempts").await, 0);
    assert_eq!(stage.counter("notices_accepted").await, 1, "nothing came back");
}

#[tokio::test]
async fn a_notice_that_is_nonsense_but_signed_is_kept_and_answered_200() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let token = &stage.tenant.app.verifier_token;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nonsense: [&[u8]; 7] =
        [b"", b"nonsense", b"null", b"{\"a\":", b"\xff\xfe", b"17", deep.as_bytes()];
    for (kept, body) in (1..).zip(nonsense) {
        let signature = intuit_signature(token, body);
        let headers = [("intuit-signature", &*signature)];
        let answer = stage.notices.post_as("/events/quickbooks", &headers, body.to_vec()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(stage.counter("entries_unrouted").await, kept);
    }
    told(&stage, "7").await;
    stage.receiver.wait_for_events("/1", 1).await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_holds_up_nobody() {
    let stage = Stage::set(PROGRAM, &[]).await;
    stage.connect(&stage.tenant, "1", &Value::Null).await;
    let address = stage.gateway.addresses().public();
    let head = format!(
        "POST {NOTICES} HTTP/1.1\r\nhost: x\r\nintuit-signature: x\r\ncontent-length: 1000\r\n\r\n{{"
    );
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        slow.push(stream);
    }
    told(&stage, "7").await;
    stage.receiver.wait_for_events("/1", 1).await;
}
