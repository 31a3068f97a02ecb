//! What is answered: return values and errors, in each format (reference: qbo-webhooks-listener
//! §2.3, §2.4 and §3).

use ledgerhook_engine::store::memory::AppendFault;
use serde_json::json;

use crate::stage::{Stage, request};

const SUCCESS: &str = r#"{"status":"ok"}"#;

#[tokio::test]
async fn the_success_text_is_raw_in_every_format_and_the_type_is_negotiated() {
    let stage = Stage::start().await;
    for (accept, sent, expected) in [
        (Some("application/json"), "application/json", "application/json; charset=utf-8"),
        (Some("application/xml"), "application/json", "application/xml; charset=utf-8"),
        (Some("application/jsv"), "application/json", "application/jsv; charset=utf-8"),
        (Some("text/csv"), "application/json", "text/csv; charset=utf-8"),
        (Some("text/jsonl"), "application/json", "text/jsonl; charset=utf-8"),
        (Some("text/jsv"), "application/json", "text/html; charset=utf-8"),
        (Some("*/*"), "application/json", "application/json; charset=utf-8"),
        (Some("*/*"), "application/json; Charset=UTF-8", "application/json; Charset=UTF-8"),
        (Some("*/*"), "text/plain", "text/plain; charset=utf-8"),
        (None, "application/json", "text/html; charset=utf-8"),
    ] {
        let mut headers = vec![("content-type", sent)];
        headers.extend(accept.map(|accept| ("accept", accept)));
        let answer = stage.post("/qbowebhook", &headers, "{}").await;
        assert_eq!((answer.status.as_u16(), &*answer.text), (200, SUCCESS), "{accept:?}");
        assert_eq!(answer.header("content-type"), Some(expected), "{accept:?} {sent}");
    }
}

#[tokio::test]
async fn a_callback_wraps_the_answer() {
    let stage = Stage::start().await;
    for path in ["/qbowebhook?callback=f", "/json/reply/QboWebhooksRequest?callback=f"] {
        let answer = stage.post(path, &[], "{}").await;
        assert_eq!(answer.text, format!("f({SUCCESS})"));
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    }
    let evil = stage.post("/qbowebhook?callback=alert(1)//", &[], "{}").await;
    assert!(evil.text.starts_with("alert_1___({"), "{}", evil.text);
    // A body that cannot be read is not wrapped, an error after that is.
    let unread = stage.post("/qbowebhook?callback=f", &[], "{").await;
    assert_eq!(unread.refusal(), (400, "SerializationException".to_owned()));
    let anybody = stage.send(request("POST", "/qbowebhook?callback=f", &[], "{}")).await;
    assert_eq!(anybody.status, 401);
    assert!(anybody.text.starts_with(r#"f({"responseStatus":{"errorCode":"Auth"#));
}

#[tokio::test]
async fn an_error_is_written_in_the_format_that_was_asked_for() {
    let stage = Stage::start().await;
    let message = "Type definitions should start with a '{', expecting serialized type \
                   'QboWebhooksRequest', got string starting with: [1]";
    let status = json!({"errorCode": "SerializationException", "message": message, "errors": []});
    let json = json!({"responseStatus": status}).to_string();
    let jsv = format!("{{ErrorCode:SerializationException,Message:\"{message}\",Errors:[]}}");
    for (format, content_type, body) in [
        ("json", "application/json; charset=utf-8", json.clone()),
        ("jsv", "application/jsv", format!("{{ResponseStatus:{jsv}}}")),
        ("csv", "text/csv", format!("ResponseStatus\r\n\"{}\"\r\n", jsv.replace('"', "\"\""))),
        ("jsonl", "text/jsonl", format!("{json}\n")),
    ] {
        let path = format!("/qbowebhook.{format}");
        let answer = stage.post(&path, &[("content-type", "application/json")], "[1]").await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (400, body.as_str()));
        assert_eq!(answer.header("content-type"), Some(content_type));
    }
    let xml = stage.post("/qbowebhook.xml", &[], "[1]").await;
    assert_eq!((xml.status.as_u16(), xml.header("content-type")), (400, Some("application/xml")));
    assert!(xml.text.contains("<ErrorCode>SerializationException</ErrorCode><Message>Type defin"));
    let html = stage.post("/qbowebhook", &[], "[1]").await;
    assert_eq!((html.status.as_u16(), html.header("content-type")), (400, Some("text/html")));
    assert!(html.text.contains("Snapshot of QboWebhooksRequest"));
    let unknown = [("content-type", "text/plain"), ("accept", "*/*")];
    let unknown = stage.post("/qbowebhook", &unknown, "[1]").await;
    assert_eq!((unknown.status.as_u16(), &*unknown.text), (400, ""));
    assert_eq!(unknown.header("content-type"), Some("text/plain"));
}

#[tokio::test]
async fn a_notice_that_is_not_on_disk_is_asked_for_again() {
    let stage = Stage::start().await;
    stage.store.fail_next_appends(1, AppendFault::Full);
    let answer = stage.post("/qbowebhook.json", &[], "{}").await;
    assert_eq!(answer.refusal(), (503, "ServiceUnavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), Some("10"));
    assert_eq!(stage.post("/qbowebhook.json", &[], "{}").await.status, 200);
}

#[tokio::test]
async fn a_batch_is_answered_with_a_list_of_strings() {
    let stage = Stage::start().await;
    let quoted = serde_json::to_string(SUCCESS).unwrap();
    for path in [
        "/json/reply/QboWebhooksRequest[]",
        "/json/reply/QboWebhooksRequest%5B%5D",
        "/api/QboWebhooksRequest[]",
        "/api/QboWebhooksRequest%5B%5D",
        "/json/oneway/QboWebhooksRequest[]",
    ] {
        for (body, expected, completed) in [
            ("[{},{}]", format!("[{quoted},{quoted}]"), "2"),
            ("[null]", format!("[{quoted}]"), "1"),
            ("[]", "[]".to_owned(), "0"),
        ] {
            let answer = stage.post(path, &[], body).await;
            assert_eq!((answer.status.as_u16(), &answer.text), (200, &expected), "{path} {body}");
            assert_eq!(answer.header("x-autobatch-completed"), Some(completed));
            let content_type = answer.header("content-type");
            assert_eq!(content_type, Some("application/json; charset=utf-8"));
        }
    }
}

#[tokio::test]
async fn a_batch_that_fails_is_not_done_at_all() {
    let stage = Stage::start().await;
    let vendor = r#"{"eventNotifications":[{"realmId":"123","dataChangeEvent":{"entities":[{"name":"Vendor","id":"1"}]}}]}"#;
    for body in
        [format!("[{vendor},{{\"eventNotifications\":5}}]"), format!("[{vendor}"), vendor.into()]
    {
        let answer = stage.post("/api/QboWebhooksRequest[]", &[], body).await;
        assert_eq!(answer.refusal(), (400, "SerializationException".to_owned()));
        assert_eq!(answer.header("x-autobatch-completed"), Some("0"));
    }
    stage.store.fail_next_appends(1, AppendFault::Full);
    let answer = stage.post("/api/QboWebhooksRequest[]", &[], format!("[{vendor}]")).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-autobatch-completed")), (503, Some("0")));
    assert_eq!(stage.events(&stage.tenant).await, Vec::<String>::new());
}
