//! Answers to change data capture and to queries: a recorded one, and small ones for every rule.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use ledgerhook_model::Version;
use proptest::prelude::*;

use super::*;

const TIME: &str = "2026-11-20T08:00:00.500-08:00";

fn answer_of(body: &str) -> Answer {
    Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
        truncated: false,
        took: Duration::ZERO,
    }
}

fn read_text(body: &str) -> Result<Records, ProviderError> {
    read_cdc(&answer_of(body), &KnownEntities::new())
}

fn read_blocks(blocks: &str) -> Result<Records, ProviderError> {
    read_text(&format!(r#"{{"CDCResponse":[{{"QueryResponse":[{blocks}]}}],"time":"{TIME}"}}"#))
}

#[test]
fn a_recorded_answer_is_read() {
    let body = include_str!("../../../tests/fixtures/quickbooks/cdc/estimates.json");
    let answer = read_text(body).unwrap();
    assert_eq!(answer.time, Moment::parse("2020-09-29T08:02:53.512-07:00").unwrap());
    assert_eq!(answer.deleted, []);
    let told: Vec<_> = answer
        .found
        .iter()
        .map(|change| (change.id_to_print(), change.version.to_key(), change.kind.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("48|0", "r:0@1444243400".to_owned(), "UPDATED"),
            ("46|0", "r:0@1444333379".to_owned(), "UPDATED"),
            ("41|0", "r:0@1444336919".to_owned(), "UPDATED"),
            ("100|7", "r:7@1469536439".to_owned(), "UPDATED"),
        ]
    );
    assert_eq!(&*answer.found[0].resource, "estimates");
    assert!(answer.found[0].record.starts_with(r#"{"domain":"QBO","sparse":false,"id":"48|0","#));
}

#[test]
fn each_state_of_a_record_is_told_as_what_happened() {
    let times = |created: &str, updated: &str| {
        format!(
            r#""MetaData":{{"CreateTime":"2026-01-01T00:00:0{created}Z","LastUpdatedTime":"2026-01-01T00:00:0{updated}Z"}}"#
        )
    };
    let deleted =
        r#""status":"Deleted","MetaData":{"LastUpdatedTime":"2026-01-01T00:00:09Z"}"#.to_owned();
    let cases = [
        (format!(r#""SyncToken":"0",{}"#, times("1", "1")), "CREATED", "7|0", "0@1767225601"),
        (times("1", "1"), "CREATED", "7", "@1767225601"),
        (format!(r#""SyncToken":"0",{}"#, times("1", "2")), "UPDATED", "7|0", "0@1767225602"),
        (format!(r#""SyncToken":"3",{}"#, times("1", "1")), "UPDATED", "7|3", "3@1767225601"),
        (
            format!(r#""SyncToken":"3","Active":true,{}"#, times("1", "4")),
            "UPDATED",
            "7|3",
            "3@1767225604",
        ),
        (
            format!(r#""SyncToken":"4","Active":false,{}"#, times("1", "5")),
            "DELETED",
            "7|4",
            "deleted@1767225605",
        ),
        (deleted, "DELETED", "7", "deleted@1767225609"),
    ];
    for (members, kind, printed_id, version) in cases {
        let blocks = format!(r#"{{"Customer":[{{"Id":"7",{members}}}],"maxResults":1}}"#);
        let answer = read_blocks(&blocks).unwrap();
        let changes = [answer.found, answer.deleted].concat();
        let [change] = changes.as_slice() else { panic!("one change: {members}") };
        assert_eq!(change.kind.as_str(), kind, "{members}");
        assert_eq!(change.object_id, "7");
        assert_eq!(change.printed_id.as_deref(), Some(printed_id), "{members}");
        assert_eq!(change.version, Version::Revision(version.to_owned()), "{members}");
        assert!(change.record.contains(&format!(r#""id":"{printed_id}""#)), "{members}");
    }
}

#[test]
fn an_answer_without_changes_has_none() {
    for blocks in ["", "{}", "{},{}", r#"{"startPosition":1,"maxResults":0,"totalCount":0}"#] {
        let answer = read_blocks(blocks).unwrap();
        assert_eq!(answer.count(), 0, "{blocks}");
        assert_eq!(answer.time, Moment::parse(TIME).unwrap());
    }
    let empty = read_text(&format!(r#"{{"CDCResponse":[],"time":"{TIME}"}}"#)).unwrap();
    assert_eq!(empty.count(), 0);
}

#[test]
fn a_fault_is_found_at_every_level_of_an_answer_with_status_200() {
    let fault = r#""Fault":{"Error":[{"Message":"m","code":"10000"}],"type":"SystemFault"}"#;
    let bodies = [
        format!(r#"{{{fault},"time":"{TIME}"}}"#),
        format!(r#"{{"CDCResponse":[{{{fault}}}],"time":"{TIME}"}}"#),
        format!(r#"{{"CDCResponse":[{{"QueryResponse":[{{{fault}}}]}}],"time":"{TIME}"}}"#),
    ];
    for body in bodies {
        let error = read_text(&body).unwrap_err();
        assert!(error.to_string().contains("code 10000"), "{body}: {error}");
    }
}

#[test]
fn what_is_no_answer_is_unavailable_never_empty() {
    let bodies = [
        "".to_owned(),
        "stream timeout".to_owned(),
        r#"{"QueryResponse":{}}"#.to_owned(),
        r#"{"CDCResponse":[]}"#.to_owned(),
        r#"{"CDCResponse":[],"time":"soon"}"#.to_owned(),
        format!(r#"{{"QueryResponse":{{}},"time":"{TIME}"}}"#),
        format!(
            r#"{{"CDCResponse":[{{"QueryResponse":[{{"Customer":[{{}}]}}]}}],"time":"{TIME}"}}"#
        ),
        format!(r#"{{"CDCResponse":[{{"QueryResponse":[{{"Customer":{{}}}}]}}],"time":"{TIME}"}}"#),
        format!(
            r#"{{"CDCResponse":[{{"QueryResponse":[{{"Customer":[{{"Id":"1","MetaData":{{"LastUpdatedTime":"soon"}}}}]}}]}}],"time":"{TIME}"}}"#
        ),
    ];
    for body in bodies {
        assert!(matches!(read_text(&body), Err(ProviderError::Unavailable(_))), "{body}");
    }
}

#[test]
fn a_cut_answer_is_unavailable() {
    let answer = Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: "{\"CDC".into(),
        truncated: true,
        took: Duration::ZERO,
    };
    let error = read_cdc(&answer, &KnownEntities::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider is not available: QuickBooks' answer (status 200) is larger than 5 bytes"
    );
}

#[test]
fn an_answer_to_a_query_is_read_like_one_to_change_data_capture() {
    let row = r#"{"Id":"7","SyncToken":"2","Active":false,"MetaData":{"CreateTime":"2026-01-01T00:00:01Z","LastUpdatedTime":"2026-01-01T00:00:05Z"}}"#;
    let body = format!(
        r#"{{"QueryResponse":{{"TaxRate":[{row}],"startPosition":1,"maxResults":1}},"time":"{TIME}"}}"#
    );
    let queried = read_query(&answer_of(&body), &KnownEntities::new()).unwrap();
    let captured = read_blocks(&format!(r#"{{"TaxRate":[{row}]}}"#)).unwrap();
    assert_eq!(queried.found, captured.found);
    assert_eq!(queried.found[0].kind.as_str(), "DELETED");
    assert_eq!(queried.time, Moment::parse(TIME).unwrap());
    let empty = format!(r#"{{"QueryResponse":{{}},"time":"{TIME}"}}"#);
    assert_eq!(read_query(&answer_of(&empty), &KnownEntities::new()).unwrap().count(), 0);
}

#[test]
fn what_is_no_answer_to_a_query_is_unavailable_never_empty() {
    let bodies = [
        r#"{"QueryResponse":{}}"#.to_owned(),
        format!(r#"{{"time":"{TIME}"}}"#),
        format!(r#"{{"QueryResponse":[],"time":"{TIME}"}}"#),
        format!(r#"{{"CDCResponse":[],"time":"{TIME}"}}"#),
        format!(r#"{{"QueryResponse":{{"TaxRate":[{{"Id":"1"}}]}},"time":"{TIME}"}}"#),
        format!(r#"{{"Fault":{{"Error":[{{"code":"10000"}}]}},"time":"{TIME}"}}"#),
    ];
    for body in bodies {
        let result = read_query(&answer_of(&body), &KnownEntities::new());
        assert!(matches!(result, Err(ProviderError::Unavailable(_))), "{body}");
    }
}

proptest! {
    #[test]
    fn a_changed_recorded_answer_is_read_without_a_panic(
        at in any::<prop::sample::Index>(),
        removed in 0..8_usize,
        added in "[\\PC\"{}\\[\\],:]{0,8}",
    ) {
        let body = include_str!("../../../tests/fixtures/quickbooks/cdc/estimates.json");
        let mut bytes = body.as_bytes().to_vec();
        let start = at.index(bytes.len());
        let end = (start + removed).min(bytes.len());
        bytes.splice(start..end, added.into_bytes());
        let answer = Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: bytes.into(),
            truncated: false,
            took: Duration::ZERO,
        };
        let found = read_cdc(&answer, &KnownEntities::new()).map(|records| records.found);
        for change in found.unwrap_or_default() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&change.record).is_ok());
        }
    }
}
