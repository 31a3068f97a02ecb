//! The body against the captured one.

use super::*;
use crate::change::{Change, ChangeKind, Detection, Version};

/// The captured notification (reference: cloud-elements §4.1), compact, its trimmed record as it
/// was captured, and with `pollDate` and `objectType` in `raw` as the NetSuite capture has them.
const CAPTURED: &str = concat!(
    r#"{"severity":"medium","createdDate":"Fri Feb 21 16:43:41 UTC 2020","#,
    r#""topic":"instance-8948659-quickbooks-events","action":"create","id":"69182068","#,
    r#""message":{"elementKey":"quickbooks","accountId":643,"eventId":"AXBooiL_qrZEur0mJV08","#,
    r#""companyId":643,"instanceId":8948659,"instance_id":8948659,"instanceName":"Demoday","#,
    r#""instanceTags":["Demoday"],"raw":{"invoices":[{"balance":10000,"id":"2|0","#,
    r#""allowIPNPayment":false,"objectId":"2|0","systemId":"2","printStatus":"NOT_SET","#,
    r#""eventType":"CREATED","salesTermRef":{"value":"3"}}],"pollDate":1582303419000,"#,
    r#""objectType":"invoices"},"userId":2374,"events":[{"date":"2020-02-21T16:43:41Z","#,
    r#""elementKey":"quickbooks","pollDate":"2020-02-21T16:43:39Z","eventType":"CREATED","#,
    r#""hubKey":"finance","objectId":"2|0","objectType":"invoices"}]},"#,
    r#""user":"notifications@cloud-elements.com"}"#,
);

const RECORD: &str = concat!(
    r#"{"balance":10000,"id":"2|0","allowIPNPayment":false,"objectId":"2|0","systemId":"2","#,
    r#""printStatus":"NOT_SET","eventType":"CREATED","salesTermRef":{"value":"3"}}"#,
);

fn captured_event() -> Event {
    Event {
        id: "AXBooiL_qrZEur0mJV08".parse().unwrap(),
        instance: InstanceId(8_948_659),
        notification: NotificationId(69_182_068),
        notice: None,
        change: Change {
            resource: "invoices".into(),
            object_id: "2".to_owned(),
            printed_id: Some("2|0".to_owned()),
            version: Version::Revision("0".to_owned()),
            kind: ChangeKind::Created,
            changed_at: Moment::parse("2020-02-21T16:43:41Z").unwrap(),
            record: RECORD.into(),
        },
        detection: Detection::Cdc,
        seen_at: Moment::parse("2020-02-21T16:43:39Z").unwrap(),
    }
}

fn render(events: &[Event]) -> String {
    let tags = ["Demoday".to_owned()];
    let subject = Subject {
        element: "quickbooks",
        hub: "finance",
        organization: OrganizationId(643),
        user: UserId(2_374),
        instance: InstanceId(8_948_659),
        name: "Demoday",
        tags: &tags,
    };
    let created_at = Moment::parse("2020-02-21T16:43:41Z").unwrap();
    String::from_utf8(body(NotificationId(69_182_068), created_at, &subject, events)).unwrap()
}

#[test]
fn the_body_is_the_captured_one_byte_for_byte() {
    assert_eq!(render(&[captured_event()]), CAPTURED);
}

#[test]
fn each_event_has_its_record_in_raw() {
    let mut second = captured_event();
    second.change.object_id = "3".to_owned();
    second.change.printed_id = None;
    let text = render(&[captured_event(), second]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["message"]["raw"]["invoices"].as_array().unwrap().len(), 2);
    assert_eq!(value["message"]["events"][1]["objectId"], "3");
    assert_eq!(value["message"]["eventId"], "AXBooiL_qrZEur0mJV08");
}

#[test]
fn numbers_of_a_record_are_passed_on_as_they_were_written() {
    let mut event = captured_event();
    event.change.record = r#"{"totalAmt":12345678901234567890.10}"#.into();
    assert!(render(&[event]).contains(r#"{"totalAmt":12345678901234567890.10}"#));
}
