//! Which address answers what to which verb (reference: qbo-webhooks-listener §2.1 and §2.2).

use crate::stage::{Answer, Stage, request};

const JSON: [(&str, &str); 2] =
    [("content-type", "application/json"), ("accept", "application/json")];

async fn send(stage: &Stage, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let authorization = stage.tenant.authorization();
    let all = [headers, &[("authorization", authorization.as_str())]].concat();
    stage.send(request(method, path, &all, "{}")).await
}

#[track_caller]
fn assert_nothing(answer: &Answer, shown: &str) {
    assert_eq!((answer.status.as_u16(), &*answer.text), (404, "404"), "{shown}");
    assert_eq!(answer.header("content-type"), Some("text/plain"), "{shown}");
    assert_eq!((answer.header("allow"), answer.header("vary")), (None, Some("Accept")), "{shown}");
}

#[tokio::test]
async fn every_address_of_the_operation_takes_a_request() {
    let stage = Stage::start().await;
    for (path, content_type) in [
        ("/qbowebhook", "application/json"),
        ("/QBOWEBHOOK", "application/json"),
        ("/qbowebhook/", "application/json"),
        ("//qbowebhook", "application/json"),
        ("/qbowebhook.json", "application/json"),
        ("/qbowebhook.xml", "application/xml"),
        ("/qbowebhook.jsv", "application/jsv"),
        ("/qbowebhook.csv", "text/csv"),
        ("/qbowebhook.jsonl", "text/jsonl"),
        ("/qbowebhook.html", "text/html"),
        ("/qbowebhook.xml?format=json", "application/xml"),
        ("/qbowebhook?format=CSV", "text/csv"),
        ("/qbowebhook?format=other", "application/json"),
        ("/json/reply/QboWebhooksRequest", "application/json"),
        ("/json/reply/qbowebhooksrequest", "application/json"),
        ("/json/reply/QboWebhooksRequest?format=xml", "application/xml"),
        ("/json/oneway/QboWebhooksRequest", "application/json"),
        ("/html/reply/QboWebhooksRequest", "text/html"),
        ("/api/QboWebhooksRequest", "application/json"),
        ("/api/QboWebhooksRequest.jsonl", "text/jsonl"),
    ] {
        let answer = send(&stage, "POST", path, &JSON).await;
        assert_eq!((answer.status.as_u16(), &*answer.text), (200, r#"{"status":"ok"}"#), "{path}");
        let expected = format!("{content_type}; charset=utf-8");
        assert_eq!(answer.header("content-type"), Some(&*expected), "{path}");
        assert_eq!(answer.header("vary"), Some("Accept"));
        let disposition = "attachment;filename=\"QboWebhooksRequest.csv\"";
        let is_csv = content_type == "text/csv";
        assert_eq!(answer.header("content-disposition"), is_csv.then_some(disposition), "{path}");
    }
}

#[tokio::test]
async fn a_pre_defined_address_reads_its_own_format_whatever_the_content_type_says() {
    let stage = Stage::start().await;
    for (format, body) in [
        ("json", r#"{"eventNotifications":[]}"#),
        ("xml", "<QboWebhooksRequest/>"),
        ("jsv", "{eventNotifications:[]}"),
        ("csv", "realmId\n"),
        ("jsonl", "{}\n"),
    ] {
        for verb in ["reply", "oneway"] {
            let path = format!("/{format}/{verb}/QboWebhooksRequest");
            for content_type in ["text/plain;charset=UTF-8", "application/xml", "application/json"]
            {
                let answer = stage.post(&path, &[("content-type", content_type)], body).await;
                assert_eq!(answer.status, 200, "{path} {content_type}: {}", answer.text);
            }
            assert_eq!(stage.post(&path, &[], "<hello").await.status, 400, "{path}");
        }
        let path = format!("/api/QboWebhooksRequest.{format}");
        assert_eq!(stage.post(&path, &[], body).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_has_no_route_is_404_in_three_digits() {
    let stage = Stage::start().await;
    for path in [
        "/qbowebhook/x",
        "/qbowebhook.JSON",
        "/qbowebhook.foo",
        "/json/syncreply/QboWebhooksRequest",
        "/json/asynconeway/QboWebhooksRequest",
        "/json/QboWebhooksRequest",
        "/soap11",
        "/soap12",
        "/types/cobol",
        "/metadata",
    ] {
        assert_nothing(&send(&stage, "POST", path, &JSON).await, path);
    }
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        assert_nothing(&send(&stage, method, "/qbowebhook", &JSON).await, method);
    }
    let head = send(&stage, "HEAD", "/qbowebhook", &JSON).await;
    assert_eq!((head.status.as_u16(), &*head.text), (404, ""));
}

#[tokio::test]
async fn a_pre_defined_address_without_operation_or_with_another_verb_is_405() {
    let stage = Stage::start().await;
    let no_operation = "The operation does not exist for this service";
    for path in ["/json/reply/Nope", "/json/reply", "/json/oneway/Nope", "/api/Nope"] {
        for method in ["POST", "GET"] {
            let answer = send(&stage, method, path, &JSON).await;
            assert_eq!(answer.refusal(), (405, "NotImplementedException".to_owned()), "{path}");
            assert_eq!(answer.json()["responseStatus"]["message"], no_operation);
        }
    }
    for (method, name) in [("GET", "Get"), ("PUT", "Put"), ("DELETE", "Delete"), ("PATCH", "Patch")]
    {
        for path in ["/json/reply/QboWebhooksRequest", "/api/QboWebhooksRequest"] {
            let answer = send(&stage, method, path, &JSON).await;
            assert_eq!(answer.refusal(), (405, "NotImplementedException".to_owned()), "{path}");
            let message = answer.json()["responseStatus"]["message"].to_string();
            assert!(message.contains(&format!("named {name}(QboWebhooksRequest)")), "{message}");
        }
    }
    let xml = send(&stage, "GET", "/xml/reply/QboWebhooksRequest", &JSON).await;
    assert!(xml.text.starts_with("<?xml"), "{}", xml.text);
}

#[tokio::test]
async fn a_method_may_be_overridden() {
    let stage = Stage::start().await;
    let instead = |method| [JSON.as_slice(), &[("x-http-method-override", method)]].concat();
    assert_nothing(&send(&stage, "POST", "/qbowebhook", &instead("PUT")).await, "PUT");
    assert_eq!(send(&stage, "GET", "/qbowebhook", &instead("post")).await.status, 200);
    let api = send(&stage, "POST", "/api/QboWebhooksRequest", &instead("DELETE")).await;
    assert_eq!(api.status, 405);
}

#[tokio::test]
async fn other_addresses_are_still_the_gateways() {
    let stage = Stage::start().await;
    let answer = send(&stage, "GET", "/nowhere", &[]).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["message"], "there is nothing at /nowhere");
}
