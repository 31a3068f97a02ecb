//! Every input row of the reference's §4 to §6, and what must hold for any input. Rows that differ
//! from the original say why.

mod equality;
mod json;
mod jsv_and_tables;
mod xml;

use super::*;
use crate::listener::notice::{Entity, Notification};
use crate::listener::{EntityName, Notice};

/// An entity of a company in its texts: name, id, operation, time, deleted id.
type Texts<'a> = [Option<&'a str>; 5];

/// The usual record: vendor 56 of company 123, created.
const VENDOR: Texts<'static> =
    [Some("Vendor"), Some("56"), Some("Create"), Some("2015-10-05T14:42:19-0700"), None];

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn entity([name, id, operation, last_updated, deleted_id]: Texts<'_>) -> Entity {
    Entity {
        name: name.map(EntityName::read),
        id: owned(id),
        operation: owned(operation),
        last_updated: owned(last_updated),
        deleted_id: owned(deleted_id),
    }
}

fn notice(realm_id: Option<&str>, entities: &[Texts<'_>]) -> Notice {
    let entities = entities.iter().map(|texts| entity(*texts)).collect();
    Notice { notifications: vec![Notification { realm_id: owned(realm_id), entities }] }
}

fn vendor() -> Notice {
    notice(Some("123"), &[VENDOR])
}

fn nothing() -> Notice {
    Notice::default()
}

/// Checks that bodies of a format are read as what they stand beside.
#[track_caller]
fn check(format: Format, table: &[(&str, Notice)]) {
    for (body, expected) in table {
        let read = decode(format, body).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert_eq!(read, Content::Notice(expected.clone()), "{body}");
    }
}

/// Checks that bodies of a format are refused.
#[track_caller]
fn check_refused(format: Format, bodies: &[&str]) {
    for body in bodies {
        let read = decode(format, body);
        assert!(read.is_err(), "{body} is read as {read:?}");
    }
}

#[test]
fn a_blank_body_is_an_empty_notice_in_every_format() {
    for format in Format::ALL {
        for body in ["", " \r\n\t"] {
            assert_eq!(decode(format, body), Ok(Content::Notice(nothing())));
            assert_eq!(decode_batch(format, body), Ok(Vec::new()));
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_and_a_byte_order_mark_is_not_content() {
    assert_eq!(text(b"\xef\xbb\xbf{}"), Ok("{}"));
    assert_eq!(text(b"{\"a\":\"\xff\"}"), Err(DecodeError::NotUtf8(7)));
    assert_eq!(text(b"\xff\xfe<\0"), Err(DecodeError::NotUtf8(1)));
}

#[test]
fn depth_is_bounded_in_every_format() {
    let json = |levels: usize| format!("{{\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    let jsv = |levels: usize| format!("{{x:{}{}}}", "[".repeat(levels), "]".repeat(levels));
    let xml = |levels: usize| {
        let (open, close) = ("<x>".repeat(levels), "</x>".repeat(levels));
        format!("<QboWebhooksRequest>{open}{close}</QboWebhooksRequest>")
    };
    let writers: [(Format, &dyn Fn(usize) -> String); 3] =
        [(Format::Json, &json), (Format::Jsv, &jsv), (Format::Xml, &xml)];
    for (format, write) in writers {
        assert_eq!(decode(format, &write(DEPTH_MAX - 1)), Ok(Content::Notice(nothing())));
        for levels in [DEPTH_MAX, 100_000] {
            assert_eq!(decode(format, &write(levels)), Err(DecodeError::TooDeep), "{format:?}");
        }
    }
}

#[test]
fn the_number_of_values_is_bounded_in_every_format() {
    let zeros = "0,".repeat(VALUES_MAX);
    let elements = "<x/>".repeat(VALUES_MAX);
    let rows = "1\n".repeat(VALUES_MAX);
    for (format, body) in [
        (Format::Json, format!("{{\"x\":[{zeros}0]}}")),
        (Format::Jsv, format!("{{x:[{zeros}0]}}")),
        (Format::Xml, format!("<QboWebhooksRequest>{elements}</QboWebhooksRequest>")),
        (Format::Csv, format!("realmId\n{rows}1\n")),
        (Format::Jsonl, "{}\n".repeat(VALUES_MAX + 1)),
    ] {
        assert_eq!(decode(format, &body), Err(DecodeError::TooManyValues), "{format:?}");
    }
}

#[test]
fn a_batch_is_a_list_of_requests() {
    let json = r#"{"eventNotifications":[{"realmId":"1"}]}"#;
    let one = notice(Some("1"), &[]);
    let array =
        |items: &str| format!("<ArrayOfQboWebhooksRequest>{items}</ArrayOfQboWebhooksRequest>");
    let request = "<QboWebhooksRequest><eventNotifications><QBOEventNotification><RealmId>1</RealmId>\
                   </QBOEventNotification></eventNotifications></QboWebhooksRequest>";
    for (format, body, expected) in [
        (Format::Json, format!("[{json},{{}},{json}]"), vec![one.clone(), nothing(), one.clone()]),
        (Format::Json, "[]".to_owned(), Vec::new()),
        (Format::Json, "[null]".to_owned(), vec![nothing()]),
        (Format::Jsv, "[{eventNotifications:[{realmId:1}]}]".to_owned(), vec![one.clone()]),
        (Format::Jsonl, format!("{json}\n{json}\n"), vec![one.clone(), one.clone()]),
        (Format::Xml, array(""), Vec::new()),
        (Format::Xml, array(&format!("{request}{request}")), vec![one.clone(), one]),
    ] {
        assert_eq!(decode_batch(format, &body), Ok(expected), "{body}");
    }
    for (format, body) in [
        (Format::Json, json),
        (Format::Json, "[1]"),
        (Format::Json, "[{}"),
        (Format::Xml, request),
        (Format::Csv, "realmId\n1\n"),
    ] {
        assert!(decode_batch(format, body).is_err(), "{body}");
    }
    let too_many = format!("[{}{{}}]", "{},".repeat(BATCH_REQUESTS_MAX));
    assert_eq!(decode_batch(Format::Json, &too_many), Err(DecodeError::TooManyRequests));
}

#[test]
fn the_value_of_a_form_or_a_query_is_the_list_alone() {
    let one = notice(Some("55"), &[]);
    for text in
        ["[{realmId:55}]", "{realmId:55}", r#"[{"realmId":"55"}]"#, r#" [ {"realmId": 55} ] "#]
    {
        assert_eq!(decode_notifications(text), Ok(one.clone()), "{text}");
    }
    assert_eq!(decode_notifications(""), Ok(nothing()));
    for text in ["55", "[{realmId:55}", "[55]"] {
        assert!(decode_notifications(text).is_err(), "{text}");
    }
}
