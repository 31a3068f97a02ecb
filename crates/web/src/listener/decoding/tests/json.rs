//! JSON (reference: qbo-webhooks-listener §4.1), and Intuit's CloudEvents.

use super::*;

#[test]
fn every_spelling_that_the_original_takes_is_read() {
    let with = |realm_id: Option<&str>, id: Option<&str>| {
        notice(realm_id, &[[Some("Vendor"), id, None, None, None]])
    };
    let id = |value: &str| {
        format!(
            r#"{{"eventNotifications":[{{"realmId":"1","dataChangeEvent":{{"entities":[{{"name":"Vendor","id":{value}}}]}}}}]}}"#
        )
    };
    let empty_entity = notice(None, &[[None; 5]]);
    check(
        Format::Json,
        &[
            (
                r#"{"eventNotifications":[{"realmId":"123","dataChangeEvent":{"entities":[{"name":"Vendor","id":"56","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#,
                vendor(),
            ),
            (
                r#"{"EVENTNOTIFICATIONS":[{"DataChangeEvent":{"Entities":[{"LastUpdated":"2015-10-05T14:42:19-0700","Operation":1,"ID":56,"NAME":"vENDOR"}]},"RealmID":123}]}"#,
                vendor(),
            ),
            (
                r#"{"eventNotifications":[{"dataChangeEvent":{"entities":[{"deletedID":"7"}]}}]}"#,
                notice(None, &[[None, None, None, None, Some("7")]]),
            ),
            (&id("5"), with(Some("1"), Some("5"))),
            (&id("5.50"), with(Some("1"), Some("5.50"))),
            (&id("12345678901234567890123"), with(Some("1"), Some("12345678901234567890123"))),
            (&id("true"), with(Some("1"), Some("true"))),
            (&id("null"), with(Some("1"), None)),
            (&id(r#""""#), with(Some("1"), Some(""))),
            (&id(r#""\u00e9\ud83d\ude00\/""#), with(Some("1"), Some("é😀/"))),
            ("{}", nothing()),
            (r#"{"eventNotifications":null}"#, nothing()),
            (r#"{"eventNotifications":[]}"#, nothing()),
            (r#"{"eventNotifications":[null]}"#, nothing()),
            (r#"{"eventNotifications":{"realmId":"1"}}"#, notice(Some("1"), &[])),
            (
                r#"{"eventNotifications":[{"dataChangeEvent":{"entities":{}}}]}"#,
                empty_entity.clone(),
            ),
            (r#"{"eventNotifications":[{"dataChangeEvent":{"entities":[{}]}}]}"#, empty_entity),
            (
                r#"{"x":[{"y":1}],"eventNotifications":[{"realmId":"1","z":{}}]}"#,
                notice(Some("1"), &[]),
            ),
            // The original matches names without `_` and `-`.
            (r#"{"event_notifications":[{"realmId":"1"}]}"#, nothing()),
            (" \r\n\t{ } \n", nothing()),
        ],
    );
}

#[test]
fn a_root_that_is_no_object_is_refused_in_the_words_of_the_original() {
    for body in ["[]", "5", "null", "\"x\"", "[5]", "[[]]", r#"[{"eventNotifications":[]}]"#] {
        let error = decode(Format::Json, body).unwrap_err().to_string();
        let expected = format!(
            "Type definitions should start with a '{{', expecting serialized type \
             'QboWebhooksRequest', got string starting with: {body}"
        );
        assert_eq!(error, expected);
    }
    let error = decode(Format::Json, &format!("[{}]", "0,".repeat(60) + "0")).unwrap_err();
    assert!(error.to_string().ends_with(&format!(": [{}0", "0,".repeat(24))), "{error}");
}

#[test]
fn what_is_not_well_formed_is_refused_although_the_original_reads_half_of_it() {
    check_refused(
        Format::Json,
        &[
            "hello",
            "/*c*/{}",
            r#"{"eventNotifications":[{"realmId":"1""#,
            r#"{"eventNotifications":[]} x"#,
            r#"{"eventNotifications":[],}"#,
            r#"{"eventNotifications" []}"#,
            "{'eventNotifications':[]}",
            r#"{"eventNotifications":[{"realmId":"\ud800"}]}"#,
            r#"{"x":01}"#,
        ],
    );
}

#[test]
fn what_would_lose_a_part_is_refused_although_the_original_loses_it() {
    let within = |entity: &str| {
        format!(r#"{{"eventNotifications":[{{"dataChangeEvent":{{"entities":[{entity}]}}}}]}}"#)
    };
    for (body, expected) in [
        // The original lets the later one win.
        (
            r#"{"eventNotifications":[{"realmId":"1"}],"EventNotifications":[]}"#.to_owned(),
            DecodeError::Repeated("eventNotifications"),
        ),
        (within(r#"{"id":"1","id":"2"}"#), DecodeError::Repeated("id")),
        // The original makes a text of JSV of it, which is no id of a record.
        (
            within(r#"{"id":{"a":1}}"#),
            DecodeError::WrongKind { member: "id", expected: "a text or a number" },
        ),
        // The original leaves the member empty.
        (
            r#"{"eventNotifications":"x"}"#.to_owned(),
            DecodeError::WrongKind { member: "eventNotifications", expected: "a list of objects" },
        ),
        (
            r#"{"eventNotifications":[{"dataChangeEvent":[]}]}"#.to_owned(),
            DecodeError::WrongKind { member: "dataChangeEvent", expected: "an object" },
        ),
        (within("7"), DecodeError::WrongKind { member: "entities", expected: "an object" }),
    ] {
        assert_eq!(decode(Format::Json, &body), Err(expected), "{body}");
    }
}

#[test]
fn names_numbers_and_dates_are_read_by_their_own_rules() {
    let body = |members: &str| {
        format!(
            r#"{{"eventNotifications":[{{"dataChangeEvent":{{"entities":[{{{members}}}]}}}}]}}"#
        )
    };
    let date = |text| [None, None, None, text, None];
    for (members, expected) in [
        (r#""name":21"#, [Some("21"), None, None, None, None]),
        (r#""name":"21""#, [Some("21"), None, None, None, None]),
        (r#""name":" 20 ""#, [Some("Customer"), None, None, None, None]),
        (r#""name":99"#, [Some("99"), None, None, None, None]),
        (r#""name":"Foo""#, [Some("Foo"), None, None, None, None]),
        (r#""name":"""#, [None; 5]),
        (r#""name":null"#, [None; 5]),
        (r#""operation":5"#, [None, None, Some("Void"), None, None]),
        (r#""operation":"void""#, [None, None, Some("Void"), None, None]),
        (r#""operation":"Archive""#, [None, None, Some("Archive"), None, None]),
        (r#""lastUpdated":"\/Date(1444081339000-0700)\/""#, date(Some("2015-10-05T21:42:19Z"))),
        (r#""lastUpdated":"\/Date(-62135596800000-0000)\/""#, date(None)),
        (r#""lastUpdated":1444081339"#, date(Some("1444081339"))),
        (r#""lastUpdated":"soon""#, date(Some("soon"))),
    ] {
        let read = decode(Format::Json, &body(members));
        assert_eq!(read, Ok(Content::Notice(notice(None, &[expected]))), "{members}");
    }
}

#[test]
fn intuits_cloud_events_are_taken_as_they_are() {
    let event = r#"{"specversion":"1.0","id":"e","type":"qbo.account.created.v1","intuitentityid":"1","intuitaccountid":"2"}"#;
    for format in [Format::Json, Format::Html] {
        assert_eq!(decode(format, &format!("[{event}]")), Ok(Content::CloudEvents));
        assert_eq!(decode(format, &format!(" [{event}, {event}] ")), Ok(Content::CloudEvents));
        assert!(decode(format, &format!("[{event},{{}}]")).is_err());
    }
}
