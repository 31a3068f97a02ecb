//! Records, in the forms that Sage writes them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn undated() -> Moment {
    Moment::parse("2026-11-20T08:00:00Z").unwrap()
}

fn change(record: &Value) -> Change {
    let json = serde_json::value::to_raw_value(record).unwrap();
    Row::read(&json).unwrap().into_change(&"contacts".into(), undated())
}

/// What the version says beside the content.
fn told(change: &Change) -> (String, ChangeKind, String) {
    let key = match &change.version {
        Version::Timed(Timed { at, .. }) => format!("t:{at}"),
        version => version.to_key(),
    };
    (key, change.kind, change.changed_at.to_iso_seconds())
}

#[test]
fn the_second_of_a_change_is_over_or_may_bring_another_state() {
    let record = json!({"id": "a", "name": "Jane", "updated_at": "2026-11-03T00:00:05Z"});
    let json = serde_json::value::to_raw_value(&record).unwrap();
    let edited = json.get().replace("Jane", "Joan");
    let edited = serde_json::value::RawValue::from_string(edited).unwrap();
    let read = |json, read_at| {
        let change = Row::read(json).unwrap().into_change(&"contacts".into(), read_at);
        let Version::Timed(state) = change.version else { panic!("{change:?}") };
        state
    };
    let at = |text| Moment::parse(text).unwrap();
    let running = at("2026-11-03T00:00:05Z");
    let over = at("2026-11-03T00:00:06Z");
    assert!(!read(&json, running).is_over && read(&json, over).is_over);
    assert!(read(&json, over).is_told_by(&read(&json, running)));
    assert!(!read(&edited, over).is_told_by(&read(&json, running)));
}

#[test]
fn the_times_of_a_record_say_what_happened_to_it() {
    let cases = [
        (
            json!({"created_at": "2026-11-02T00:00:00Z", "updated_at": "2026-11-02T00:00:00Z"}),
            ("t:2026-11-02T00:00:00Z", ChangeKind::Created, "2026-11-02T00:00:00Z"),
        ),
        (
            json!({"created_at": "2026-11-02T00:00:00Z", "updated_at": "2026-11-03T00:00:00Z", "deleted_at": null}),
            ("t:2026-11-03T00:00:00Z", ChangeKind::Updated, "2026-11-03T00:00:00Z"),
        ),
        (
            json!({"created_at": "   ", "updated_at": "2026-11-03T00:00:00Z", "deleted_at": ""}),
            ("t:2026-11-03T00:00:00Z", ChangeKind::Updated, "2026-11-03T00:00:00Z"),
        ),
        (
            json!({"created_at": "2026-11-02T00:00:00Z", "updated_at": ""}),
            ("t:2026-11-02T00:00:00Z", ChangeKind::Created, "2026-11-02T00:00:00Z"),
        ),
        (
            json!({"updated_at": "2026-11-03T00:00:00Z", "deleted_at": "2026-11-03T00:00:01Z"}),
            ("r:deleted 2026-11-03T00:00:01Z", ChangeKind::Deleted, "2026-11-03T00:00:01Z"),
        ),
        (
            json!({"entry_date": "2015-12-09T08:47:33Z", "last_updated": "2015-12-09T08:47:33Z"}),
            ("t:2015-12-09T08:47:33Z", ChangeKind::Created, "2015-12-09T08:47:33Z"),
        ),
        (
            json!({"last_updated": "2015-12-09T08:47:33Z", "deleted": true}),
            ("r:deleted 2015-12-09T08:47:33Z", ChangeKind::Deleted, "2015-12-09T08:47:33Z"),
        ),
    ];
    for (mut record, (version, kind, time)) in cases {
        record["id"] = json!("8a22");
        let expected = (version.to_owned(), kind, time.to_owned());
        assert_eq!(told(&change(&record)), expected, "{record}");
    }
}

#[test]
fn a_record_without_times_is_one_change_for_each_state() {
    let first = change(&json!({"id": "a", "name": "Jane"}));
    let second = change(&json!({"id": "a", "name": "Joan"}));
    assert_eq!((first.kind, first.changed_at), (ChangeKind::Updated, undated()));
    assert_eq!(first.version, change(&json!({"id": "a", "name": "Jane"})).version);
    assert_ne!(first.version, second.version);
    assert!(first.version.to_key().starts_with("r:undated "), "{:?}", first.version);
}

#[test]
fn what_stands_in_a_list_of_deletions_is_deleted_whatever_its_times() {
    for (record, version, time) in [
        (
            json!({"id": "a", "updated_at": "2026-11-03T00:00:00Z", "deleted_at": "2026-11-04T00:00:00Z"}),
            "r:deleted 2026-11-04T00:00:00Z",
            "2026-11-04T00:00:00Z",
        ),
        (
            json!({"id": "a", "updated_at": "2026-11-03T00:00:00Z", "deleted_at": " "}),
            "r:deleted 2026-11-03T00:00:00Z",
            "2026-11-03T00:00:00Z",
        ),
        (json!({"id": "a"}), "r:deleted undated", "2026-11-20T08:00:00Z"),
    ] {
        let json = serde_json::value::to_raw_value(&record).unwrap();
        let change = Row::read(&json).unwrap().into_deletion(&"contacts".into(), undated());
        let expected = (version.to_owned(), ChangeKind::Deleted, time.to_owned());
        assert_eq!(told(&change), expected, "{record}");
    }
}

#[test]
fn the_record_is_sages_own_text_with_the_originals_name_for_its_time_beside() {
    let json = r#"{ "id" : 51, "balance":"-430035.84", "updated_at":"2017-05-11T07:00:47Z" }"#;
    let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
    let change = Row::read(&raw).unwrap().into_change(&"contacts".into(), undated());
    assert_eq!((change.object_id.as_str(), change.printed_id), ("51", None));
    assert_eq!(
        &*change.record,
        r#"{ "id" : 51, "balance":"-430035.84", "updated_at":"2017-05-11T07:00:47Z","lastModifiedDate":"2017-05-11T07:00:47Z"}"#
    );
    for json in [
        r#"{"id":"a","updated_at":"2017-05-11T07:00:47Z","lastModifiedDate":"2017-05-11T07:00:47Z"}"#,
        r#"{"id":"a","updated_at":"   "}"#,
        r#"{"id":"a"}"#,
    ] {
        let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
        let change = Row::read(&raw).unwrap().into_change(&"contacts".into(), undated());
        assert_eq!(&*change.record, json);
    }
}

#[test]
fn a_record_without_an_id_is_not_read() {
    for record in [json!({}), json!({"id": null}), json!({"id": " "}), json!({"id": {}}), json!([])]
    {
        let json = serde_json::value::to_raw_value(&record).unwrap();
        assert!(Row::read(&json).is_err(), "{record}");
    }
}

proptest! {
    #[test]
    fn the_record_stays_json_with_all_its_members(
        name in "\\PC*",
        time in "(2017-05-11T07:00:47Z|  |\"|yesterday)",
    ) {
        let record = json!({"id": "a", "name": name, "updated_at": time});
        let told: Value = serde_json::from_str(&change(&record).record).unwrap();
        prop_assert_eq!(&told["name"], &record["name"]);
        prop_assert_eq!(&told["updated_at"], &record["updated_at"]);
    }
}
