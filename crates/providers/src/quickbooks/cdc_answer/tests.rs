//! Answers to change data capture: a recorded one, and small ones for every rule.

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;

use super::*;

const TIME: &str = "2026-11-20T08:00:00.500-08:00";

fn read_text(body: &str) -> Result<CdcAnswer, FeedError> {
    let answer = Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
        truncated: false,
    };
    read(&answer, &KnownEntities::new())
}

fn read_blocks(blocks: &str) -> Result<CdcAnswer, FeedError> {
    read_text(&format!(r#"{{"CDCResponse":[{{"QueryResponse":[{blocks}]}}],"time":"{TIME}"}}"#))
}

#[test]
fn a_recorded_answer_is_read() {
    let body = include_str!("../../../tests/fixtures/quickbooks/cdc/estimates.json");
    let answer = read_text(body).unwrap();
    assert_eq!(answer.time, Moment::parse("2020-09-29T08:02:53.512-07:00").unwrap());
    let told: Vec<_> = answer
        .changes
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
    assert_eq!(&*answer.changes[0].resource, "estimates");
    assert!(answer.changes[0].record.starts_with(r#"{"domain":"QBO","sparse":false,"id":"48|0","#));
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
            "4@1767225605",
        ),
        (deleted, "DELETED", "7", "deleted@1767225609"),
    ];
    for (members, kind, printed_id, version) in cases {
        let blocks = format!(r#"{{"Customer":[{{"Id":"7",{members}}}],"maxResults":1}}"#);
        let answer = read_blocks(&blocks).unwrap();
        let [change] = answer.changes.as_slice() else { panic!("one change: {members}") };
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
        assert_eq!(answer.changes, [], "{blocks}");
        assert_eq!(answer.time, Moment::parse(TIME).unwrap());
    }
    assert_eq!(read_text(&format!(r#"{{"CDCResponse":[],"time":"{TIME}"}}"#)).unwrap().changes, []);
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
        assert!(matches!(read_text(&body), Err(FeedError::Unavailable(_))), "{body}");
    }
}

#[test]
fn a_cut_answer_is_unavailable() {
    let answer = Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: "{\"CDC".into(),
        truncated: true,
    };
    let error = read(&answer, &KnownEntities::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider is not available: QuickBooks' answer (status 200) is larger than 5 bytes"
    );
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
        };
        for change in read(&answer, &KnownEntities::new()).map(|read| read.changes).unwrap_or_default() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&change.record).is_ok());
        }
    }
}
