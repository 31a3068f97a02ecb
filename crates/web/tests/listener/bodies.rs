//! What is read as the notice (reference: qbo-webhooks-listener §4): by content type, out of forms
//! and queries, packed, in pieces; and that equal content is one event.

use std::convert::Infallible;
use std::io::Write as _;

use axum::body::Body;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use ledgerhook_model::limits::NOTICE_BODY_BYTES_MAX;

use crate::stage::Stage;

const JSON: &str = r#"{"eventNotifications":[{"realmId":"123","dataChangeEvent":{"entities":[{"name":"Vendor","id":"56","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#;
const XML: &str = "<QboWebhooksRequest xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns=\"http://schemas.datacontract.org/2004/07/ESI.Service.QBOWebhooksListener\"><eventNotifications><QBOEventNotification><DataChangeEvent><Entities><QBOEntity><Id>56</Id><LastUpdated>2015-10-05T14:42:19-07:00</LastUpdated><Name>Vendor</Name><Operation>Create</Operation></QBOEntity></Entities></DataChangeEvent><RealmId>123</RealmId></QBOEventNotification></eventNotifications></QboWebhooksRequest>";
const LIST: &str = "[{realmId:123,dataChangeEvent:{entities:[{name:Vendor,id:56,operation:Create,lastUpdated:2015-10-05T14:42:19-0700}]}}]";
const CSV: &str = "realmId,dataChangeEvent\n123,\"{entities:[{name:Vendor,id:56,operation:Create,lastUpdated:2015-10-05T21:42:19Z}]}\"\n";
const JSON_LINE: &str = r#"{"RealmId":123,"DataChangeEvent":{"Entities":[{"Name":"vendor","Id":56,"Operation":1,"LastUpdated":"\/Date(1444081339000)\/"}]}}"#;
const CLOUD_EVENTS: &str = r#"[{"specversion":"1.0","id":"e","type":"qbo.vendor.created.v1","intuitentityid":"56","intuitaccountid":"123","time":"2015-10-05T21:42:19Z"}]"#;

fn jsv() -> String {
    format!("{{eventNotifications:{LIST}}}")
}

fn multipart() -> String {
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b\r\n\
         Content-Disposition: form-data; name=\"eventNotifications\"\r\n\r\n{LIST}\r\n--b--\r\n"
    )
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn one_notice_in_every_format_and_at_every_address_is_one_event() {
    let stage = Stage::start().await;
    let form =
        format!("other=1&eventNotifications={}", LIST.replace(':', "%3A").replace('[', "%5B"));
    for (content_type, body) in [
        ("application/json", JSON.to_owned()),
        ("text/json", JSON.to_owned()),
        ("Application/JSON;charset=utf-8", format!("\u{feff}{JSON}")),
        ("application/xml", XML.to_owned()),
        ("text/xml; charset=utf-8", XML.to_owned()),
        ("application/jsv", jsv()),
        ("text/jsv", jsv()),
        ("text/csv", CSV.to_owned()),
        ("text/jsonl", JSON_LINE.to_owned()),
        ("application/x-www-form-urlencoded", form),
        ("multipart/form-data; boundary=b", multipart()),
        ("application/json", CLOUD_EVENTS.to_owned()),
        // What the original ignores, with 200: a body of no or another type.
        ("", JSON.to_owned()),
        ("text/plain", JSON.to_owned()),
        ("application/foo", XML.to_owned()),
        ("application/cloudevents-batch+json", CLOUD_EVENTS.to_owned()),
    ] {
        let answer = stage.post("/qbowebhook.json", &[("content-type", content_type)], body).await;
        assert_eq!(answer.status, 200, "{content_type}: {}", answer.text);
        assert_eq!(stage.events(&stage.tenant).await, ["vendors 56"], "{content_type}");
        assert_eq!(stage.unrouted(), 0, "{content_type}");
    }
    for (path, body) in [
        ("/json/reply/QboWebhooksRequest", JSON.to_owned()),
        ("/xml/oneway/QboWebhooksRequest", XML.to_owned()),
        ("/api/QboWebhooksRequest.jsv", jsv()),
        ("/api/QboWebhooksRequest[]", format!("[{JSON},{JSON}]")),
    ] {
        assert_eq!(stage.post(path, &[], body).await.status, 200, "{path}");
    }
    for body in [JSON, CLOUD_EVENTS] {
        for path in ["/elements/api-v2/events/quickbooks", "/qbowebhook"] {
            assert_eq!(stage.post_signed(path, &[], body).await.status, 200, "{path}");
        }
    }
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 56"]);
    assert_eq!(stage.unrouted(), 0);
}

#[tokio::test]
async fn a_body_may_come_packed_and_in_pieces() {
    let stage = Stage::start().await;
    let gzip = [("content-type", "text/xml"), ("content-encoding", "gzip")];
    assert_eq!(stage.post("/qbowebhook", &gzip, packed(XML)).await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 56"]);
    let pieces = jsv().replace("56", "57").into_bytes();
    let pieces: Vec<_> =
        pieces.chunks(7).map(|piece| Ok::<_, Infallible>(piece.to_vec())).collect();
    let body = Body::from_stream(stream::iter(pieces));
    assert_eq!(stage.post("/jsv/reply/QboWebhooksRequest", &[], body).await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 57", "vendors 56"]);
}

#[tokio::test]
async fn a_body_is_bounded_before_and_after_unpacking() {
    let stage = Stage::start().await;
    let gzip = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let largest = format!("{{{}}}", " ".repeat(NOTICE_BODY_BYTES_MAX - 2));
    let path = "/json/reply/QboWebhooksRequest";
    assert_eq!(stage.post(path, &[], largest.clone()).await.status, 200);
    assert_eq!(stage.post(path, &gzip, packed(&largest)).await.status, 200);
    for answer in [
        stage.post(path, &[], format!("{largest} ")).await,
        stage.post(path, &gzip, packed(&format!("{largest} "))).await,
    ] {
        assert_eq!(answer.refusal(), (413, "RequestEntityTooLarge".to_owned()));
    }
    let cut = packed(&largest)[..50].to_vec();
    let cut = stage.post(path, &gzip, cut).await;
    assert_eq!(cut.refusal(), (400, "SerializationException".to_owned()));
    let other = stage.post(path, &[("content-encoding", "br")], "{}").await;
    assert_eq!(other.refusal(), (415, "UnsupportedMediaType".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_not_well_formed_is_400_whatever_it_is_sent_as() {
    let stage = Stage::start().await;
    for (content_type, body) in [
        ("application/json", JSON.trim_end_matches('}')),
        ("application/xml", XML.trim_end_matches('>')),
        ("text/jsv", "{eventNotifications:[{realmId:5}"),
        ("text/csv", "realmId,dataChangeEvent\n5,\"{entities:["),
        ("text/jsonl", "{\"realmId\":\"5\"}\n{"),
        ("application/x-www-form-urlencoded", "eventNotifications=[{"),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disp"),
        ("multipart/form-data", "--b--"),
        ("text/plain", "hello"),
        ("application/json", "\u{0}"),
    ] {
        let headers = [("content-type", content_type)];
        let answer = stage.post("/qbowebhook.json", &headers, body.to_owned()).await;
        assert_eq!(answer.refusal(), (400, "SerializationException".to_owned()), "{content_type}");
    }
    let no_text = stage.post("/qbowebhook.json", &[], vec![b'{', 0xff, b'}']).await;
    assert_eq!(no_text.refusal(), (400, "SerializationException".to_owned()));
}

#[tokio::test]
async fn the_query_stands_for_the_body_on_the_custom_address_and_fills_an_empty_one_elsewhere() {
    let stage = Stage::start().await;
    let query = format!("eventNotifications={LIST}").replace("56", "57");
    let query =
        query.replace('{', "%7B").replace('}', "%7D").replace('[', "%5B").replace(']', "%5D");
    let custom = format!("/qbowebhook?{query}");
    assert_eq!(
        stage.post(&custom, &[("content-type", "application/json")], JSON).await.status,
        200
    );
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 57"]);
    let reply = format!("/json/reply/QboWebhooksRequest?{}", query.replace("57", "58"));
    assert_eq!(stage.post(&reply, &[], JSON).await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 56", "vendors 57"]);
    assert_eq!(stage.post(&reply, &[], "").await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 58", "vendors 56", "vendors 57"]);
    // Not covered by a signature, so it does not count beside one.
    let signed = format!("/qbowebhook?{}", query.replace("57", "59"));
    assert_eq!(stage.post_signed(&signed, &[], JSON).await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await.len(), 3);
    let broken = stage.post("/qbowebhook.json?eventNotifications=%5B", &[], "").await;
    assert_eq!(broken.refusal(), (400, "SerializationException".to_owned()));
}

#[tokio::test]
async fn an_empty_body_is_an_empty_notice() {
    let stage = Stage::start().await;
    for (path, content_type) in [
        ("/qbowebhook", "application/json"),
        ("/qbowebhook", "text/csv"),
        ("/qbowebhook", "text/plain"),
        ("/xml/reply/QboWebhooksRequest", "application/xml"),
    ] {
        let answer = stage.post(path, &[("content-type", content_type)], "").await;
        assert_eq!(answer.status, 200, "{path} {content_type}");
    }
    assert_eq!((stage.events(&stage.tenant).await.len(), stage.unrouted()), (0, 0));
}
