//! The two shapes of a webhook body, and the signature over its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::options::MergeSpelling;
use super::super::portal::WebhookFormat;
use super::super::times;
use super::Notice;

/// `content-type` of a body. The CloudEvents one is that of Intuit's migration notes; other
/// sources name `application/json` and `application/cloudevents-batch+json` (reference §9).
pub(super) fn content_type(format: WebhookFormat) -> &'static str {
    match format {
        WebhookFormat::Legacy => "application/json; charset=utf-8",
        WebhookFormat::CloudEvents => "application/cloudevents+json",
    }
}

/// The bytes to post.
pub(super) fn encode(
    format: WebhookFormat,
    spelling: MergeSpelling,
    notices: &[Notice],
) -> Vec<u8> {
    let body = match format {
        WebhookFormat::Legacy => legacy(spelling, notices),
        WebhookFormat::CloudEvents => notices.iter().map(cloud_event).collect(),
    };
    body.to_string().into_bytes()
}

/// One `eventNotifications` element per realm, in the order of their first notice (§1.3).
fn legacy(spelling: MergeSpelling, notices: &[Notice]) -> Value {
    let mut realms: Map<String, Value> = Map::new();
    for notice in notices {
        let entities = realms.entry(notice.realm_id.as_str()).or_insert_with(|| json!([]));
        if let Value::Array(entities) = entities {
            entities.push(legacy_entity(spelling, notice));
        }
    }
    let notifications: Vec<Value> = realms
        .into_iter()
        .map(|(realm, entities)| {
            json!({"realmId": realm, "dataChangeEvent": {"entities": entities}})
        })
        .collect();
    json!({"eventNotifications": notifications})
}

fn legacy_entity(spelling: MergeSpelling, notice: &Notice) -> Value {
    let mut entity = json!({
        "name": notice.entity,
        "id": notice.id,
        "operation": notice.operation.legacy_word(),
        "lastUpdated": times::legacy_notice_time(notice.at),
    });
    if let (Some(deleted_id), Value::Object(fields)) = (&notice.deleted_id, &mut entity) {
        fields.insert(spelling.property().to_owned(), deleted_id.as_str().into());
    }
    entity
}

/// One element of the array (§1.4).
fn cloud_event(notice: &Notice) -> Value {
    let entity = notice.entity.to_lowercase();
    let verb = notice.operation.cloud_event_word();
    let data = match &notice.deleted_id {
        Some(deleted_id) => json!({"deletedid": deleted_id}),
        None => json!({}),
    };
    json!({
        "specversion": "1.0",
        "id": notice.cloud_event_id,
        "source": source(&notice.client_id),
        "type": format!("qbo.{entity}.{verb}.v1"),
        "datacontenttype": "application/json",
        "time": times::cloud_event_time(notice.at),
        "intuitentityid": notice.id,
        "intuitaccountid": notice.realm_id,
        "data": data,
    })
}

/// An opaque value per app, of the length the published sample has.
fn source(client_id: &str) -> String {
    format!("intuit.{}", STANDARD.encode(Sha256::digest(client_id.as_bytes())))
}

/// `intuit-signature`: base64 of HMAC-SHA256 over the raw bytes, keyed with the token's UTF-8.
pub(super) fn signature(verifier_token: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length, so there is no failure to report.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(verifier_token.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::ChangeOperation;

    /// Vectors published by others: token, body, signature.
    const PUBLIC_VECTORS: [(&str, &str, &str); 3] = [
        // intuit/QuickBooks-V3-Java-SDK, WebhooksServiceTest.java
        (
            "b5771f19b12ddb4bcdb9f08bdc50bc63878a",
            r#"{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#,
            "JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q=",
        ),
        // intuit/QuickBooks-V3-DotNET-SDK, WebhooksServiceTest.cs
        (
            "00faeec4-08d0-4996-bb37-698ae19f0149",
            r#"{"eventNotifications":[{"realmId":"1269959970","dataChangeEvent":{"entities":[{"name":"Vendor","id":"40","operation":"Update","lastUpdated":"2016-10-05T03:09:04.000Z"},{"name":"Customer","id":"43","operation":"Create","lastUpdated":"2016-10-05T03:07:04.000Z"}]}}]}"#,
            "6q+xGyMirJupwKTh2/WBl2NcdxzxqdIbk3sneKTxLWM=",
        ),
        // ej2/python-quickbooks, validate_webhook_signature
        ("verify_me", r#"{"stuff":"5"}"#, "nfPLN16u3vMvv08ghDs+dOkLuirEVDy5wAeG/lmM2OA="),
    ];

    #[test]
    fn signatures_are_those_of_the_public_vectors() {
        for (token, body, expected) in PUBLIC_VECTORS {
            assert_eq!(signature(token, body.as_bytes()), expected);
        }
    }

    #[test]
    fn another_token_or_another_byte_gives_another_signature() {
        let (token, body, expected) = PUBLIC_VECTORS[2];
        assert_ne!(signature("wrong", body.as_bytes()), expected);
        assert_ne!(signature(token, format!("{body} ").as_bytes()), expected);
    }

    const SPELLING: MergeSpelling = MergeSpelling::UpperCaseId;

    #[test]
    fn a_legacy_merge_can_be_spelt_either_way() {
        let notices = [notice("1", "Customer", ChangeOperation::Merge)];
        for (spelling, words) in [
            (MergeSpelling::UpperCaseId, r#""deletedID":"27""#),
            (MergeSpelling::MixedCaseId, r#""deletedId":"27""#),
        ] {
            let body = encode(WebhookFormat::Legacy, spelling, &notices);
            assert!(String::from_utf8(body).unwrap().contains(words));
        }
    }

    fn notice(realm_id: &str, entity: &'static str, operation: ChangeOperation) -> Notice {
        Notice {
            number: 1,
            client_id: "app".to_owned(),
            realm_id: realm_id.to_owned(),
            entity,
            id: "12".to_owned(),
            operation,
            at: "2025-04-10T11:00:00.123456789Z".parse().unwrap(),
            deleted_id: (operation == ChangeOperation::Merge).then(|| "27".to_owned()),
            cloud_event_id: "88cd52aa-33b6-4351-9aa4-47572edbd068".to_owned(),
        }
    }

    #[test]
    fn a_legacy_body_groups_its_notices_by_realm() {
        let notices = [
            notice("1", "Customer", ChangeOperation::Merge),
            notice("2", "Invoice", ChangeOperation::Void),
            notice("1", "Invoice", ChangeOperation::Create),
        ];
        let body = String::from_utf8(encode(WebhookFormat::Legacy, SPELLING, &notices)).unwrap();
        let expected = concat!(
            r#"{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":["#,
            r#"{"name":"Customer","id":"12","operation":"Merge","#,
            r#""lastUpdated":"2025-04-10T11:00:00.123Z","deletedID":"27"},"#,
            r#"{"name":"Invoice","id":"12","operation":"Create","#,
            r#""lastUpdated":"2025-04-10T11:00:00.123Z"}]}},"#,
            r#"{"realmId":"2","dataChangeEvent":{"entities":["#,
            r#"{"name":"Invoice","id":"12","operation":"Void","#,
            r#""lastUpdated":"2025-04-10T11:00:00.123Z"}]}}]}"#,
        );
        assert_eq!(body, expected);
    }

    #[test]
    fn a_cloud_events_body_has_one_element_per_notice() {
        let notices = [
            notice("1", "BillPayment", ChangeOperation::Void),
            notice("2", "Customer", ChangeOperation::Merge),
        ];
        let body: Value =
            serde_json::from_slice(&encode(WebhookFormat::CloudEvents, SPELLING, &notices))
                .unwrap();
        let fields: Vec<&str> = body[0].as_object().unwrap().keys().map(String::as_str).collect();
        let documented = [
            "specversion",
            "id",
            "source",
            "type",
            "datacontenttype",
            "time",
            "intuitentityid",
            "intuitaccountid",
            "data",
        ];
        assert_eq!(fields, documented);
        assert_eq!(body[0]["type"], "qbo.billpayment.void.v1");
        assert_eq!(body[0]["time"], "2025-04-10T11:00:00.123456789Z");
        assert_eq!(body[0]["data"], json!({}));
        assert_eq!(body[1]["type"], "qbo.customer.merged.v1");
        assert_eq!(body[1]["intuitentityid"], "12");
        assert_eq!(body[1]["intuitaccountid"], "2");
        assert_eq!(body[1]["data"], json!({"deletedid": "27"}));
    }
}
