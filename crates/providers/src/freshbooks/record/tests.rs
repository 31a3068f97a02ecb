//! Records: recorded ones, and small ones for every rule.

use serde_json::Value;

use super::*;
use crate::freshbooks::entities::KnownEntities;

fn read_at() -> Moment {
    Moment::parse("2026-11-20T08:00:00Z").unwrap()
}

fn read_since(resource: &str, json: &str, since: Option<Moment>) -> Change {
    let entities = KnownEntities::new();
    let json = RawValue::from_string(json.to_owned()).unwrap();
    let row = Row::read(entities.of_resource(resource).unwrap(), &json).unwrap();
    row.into_change(read_at(), since)
}

fn read(resource: &str, json: &str) -> Change {
    read_since(resource, json, None)
}

/// The record of a recorded answer, without its envelope.
fn recorded(body: &str, key: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    let item = body.pointer(&format!("/response/result/{key}"));
    item.or_else(|| body.get(key)).unwrap().to_string()
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/freshbooks/items/", $name, ".json"))
    };
}

#[test]
fn recorded_records_are_told_with_their_own_times() {
    let cases = [
        (
            "customers",
            recorded(fixture!("client"), "client"),
            "12345 UPDATED 2020-11-01 13:11:10 2020-11-01T18:11:10Z",
        ),
        (
            "invoices",
            recorded(fixture!("invoice"), "invoice"),
            "987654 UPDATED 2021-04-16 10:31:58 2021-04-16T14:31:58Z",
        ),
        (
            "taxes",
            recorded(fixture!("tax"), "tax"),
            "7840 UPDATED 2020-06-16 10:04:37 2020-06-16T14:04:37Z",
        ),
        (
            "projects",
            recorded(fixture!("project"), "project"),
            "654321 UPDATED 2020-09-13T03:10:13 2020-09-13T03:10:13Z",
        ),
    ];
    for (resource, json, expected) in cases {
        let change = read(resource, &json);
        let time = change.changed_at.to_iso_seconds();
        let (id, kind) = (&change.object_id, change.kind);
        let Version::Timed(Timed { at, is_over: true, .. }) = &change.version else {
            panic!("{change:?}")
        };
        assert_eq!(format!("{id} {kind} {at} {time}"), expected);
        assert_eq!((&*change.resource, &*change.record), (resource, &*json));
        assert_eq!(change.printed_id, None);
    }
}

#[test]
fn each_state_of_a_record_is_told_as_what_happened() {
    let cases = [
        ("items", r#""updated":"2026-01-01 00:00:02","vis_state":0"#, "UPDATED"),
        ("items", r#""updated":"2026-01-01 00:00:02","vis_state":1"#, "DELETED"),
        ("items", r#""updated":"2026-01-01 00:00:02","vis_state":2"#, "UPDATED"),
        ("items", r#""updated":"2026-01-01 00:00:02","vis_state":null"#, "UPDATED"),
        ("items", r#""updated":"2026-01-01 00:00:02","vis_state":"1""#, "DELETED"),
        ("items", r#""updated":7,"updated_at":null,"vis_state":{},"active":[]"#, "UPDATED"),
        (
            "invoices",
            r#""created_at":"2026-01-01 00:00:02","updated":"2026-01-01 00:00:02""#,
            "CREATED",
        ),
        (
            "invoices",
            r#""created_at":"2026-01-01 00:00:02","updated":"2026-01-01 00:00:03""#,
            "UPDATED",
        ),
        (
            "invoices",
            r#""created_at":"2026-01-01 00:00:02","updated":"2026-01-01 00:00:02","vis_state":1"#,
            "DELETED",
        ),
        (
            "bills",
            r#""created_at":"2026-01-01 00:00:02","updated_at":"2026-01-01 00:00:02""#,
            "CREATED",
        ),
        (
            "customers",
            r#""signup_date":"2022-01-05 12:17:11","updated":"2022-01-05 07:17:12""#,
            "CREATED",
        ),
        (
            "customers",
            r#""signup_date":"2022-01-05 12:17:11","updated":"2022-01-05 07:17:13""#,
            "UPDATED",
        ),
        (
            "customers",
            r#""signup_date":"2022-01-05 12:17:11","updated":"2022-01-05 12:17:11""#,
            "UPDATED",
        ),
        (
            "projects",
            r#""created_at":"2026-01-01T00:00:02","updated_at":"2026-01-01T00:00:02Z","active":true"#,
            "CREATED",
        ),
        ("projects", r#""updated_at":"2026-01-01T00:00:02","active":false"#, "DELETED"),
        ("time-activities", r#""created_at":"2026-01-01T00:00:02Z","active":false"#, "DELETED"),
        ("time-activities", r#""created_at":"2026-01-01T00:00:02Z","active":true"#, "UPDATED"),
        ("services", r#""vis_state":1"#, "DELETED"),
    ];
    for (resource, members, expected) in cases {
        let change = read(resource, &format!(r#"{{"id":7,{members}}}"#));
        assert_eq!(change.kind.as_str(), expected, "{resource} {members}");
    }
}

#[test]
fn the_same_text_is_another_time_in_another_kind() {
    let members = r#"{"id":7,"updated":"2026-07-01 12:00:00"}"#;
    for (resource, expected) in
        [("customers", "2026-07-01T16:00:00Z"), ("vendors", "2026-07-01T12:00:00Z")]
    {
        assert_eq!(read(resource, members).changed_at.to_iso_seconds(), expected, "{resource}");
    }
}

#[test]
fn a_record_without_a_time_is_dated_by_its_reading_and_told_apart_by_its_content() {
    let bad_date = recorded(fixture!("project-with-bad-date"), "project");
    assert!(bad_date.contains("2020-11-219T13:23:52"));
    let cases = [
        ("projects", bad_date),
        ("time-activities", recorded(fixture!("time-entry"), "time_entry")),
        ("services", recorded(fixture!("service"), "service")),
    ];
    for (resource, json) in cases {
        let change = read(resource, &json);
        assert_eq!(change.changed_at, read_at(), "{resource}");
        assert_eq!(change.version, read(resource, &json).version, "{resource}");
        let edited = json.replacen("{", r#"{"edited":true,"#, 1);
        assert_ne!(change.version, read(resource, &edited).version, "{resource}");
        let key = change.version.to_key();
        assert!(key.starts_with("r:content-") && key.len() == 42, "{key}");
    }
}

#[test]
fn what_was_made_since_the_last_question_is_new_where_nothing_else_is_known() {
    let json = r#"{"id":7,"created_at":"2026-11-20T07:00:00Z","active":true}"#;
    for (since, expected) in [
        (Some("2026-11-20T07:00:00Z"), ChangeKind::Created),
        (Some("2026-11-20T07:00:01Z"), ChangeKind::Updated),
        (None, ChangeKind::Updated),
    ] {
        let since = since.and_then(Moment::parse);
        assert_eq!(read_since("time-activities", json, since).kind, expected, "{since:?}");
    }
}

#[test]
fn what_has_no_id_is_not_a_record() {
    let entities = KnownEntities::new();
    let known = entities.of_resource("items").unwrap();
    for json in
        ["{}", "[]", "7", r#"{"id":null}"#, r#"{"id":""}"#, r#"{"id":{}}"#, r#"{"id":"a/b"}"#]
    {
        let json = RawValue::from_string(json.to_owned()).unwrap();
        assert!(Row::read(known, &json).is_err(), "{json}");
    }
    let text = RawValue::from_string(r#"{"id":"7"}"#.to_owned()).unwrap();
    assert_eq!(Row::read(known, &text).unwrap().id, "7");
}

#[test]
fn the_second_of_a_change_is_over_or_may_bring_another_state() {
    let state = |time: &str, note: &str| {
        let json = format!(r#"{{"id":7,"updated":"{time}","note":"{note}"}}"#);
        let Version::Timed(state) = read("customers", &json).version else { panic!("{json}") };
        state
    };
    // It is read at 03:00:00 in New York.
    let (over, running) = ("2026-11-20 02:59:59", "2026-11-20 03:00:00");
    assert!(state(over, "a").is_told_by(&state(over, "b")));
    assert!(state(running, "a").is_told_by(&state(running, "a")));
    assert!(!state(running, "a").is_told_by(&state(running, "b")));
}
