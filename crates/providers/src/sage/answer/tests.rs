//! Answers, as small as they can be.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    let (headers, body) = (HeaderMap::new(), body.to_owned().into());
    Answer { status, headers, body, truncated: false, took: Duration::ZERO }
}

#[test]
fn a_page_tells_its_size_in_either_spelling_and_may_tell_nothing() {
    let cases = [
        (r#"{"$total":56,"$itemsPerPage":50,"$items":[]}"#, Some(56), Some(50)),
        (r#"{"$total":3,"$items_per_page":2147483647,"$items":[]}"#, Some(3), Some(2_147_483_647)),
        (r#"{"$total":null,"$itemsPerPage":0,"$items":[]}"#, None, None),
        (r#"{"$items":[]}"#, None, None),
    ];
    for (body, total, items_per_page) in cases {
        let answer = answer(200, body);
        let page = read_list(&answer).unwrap();
        assert_eq!((page.total, page.items_per_page), (total, items_per_page), "{body}");
        assert_eq!(page.settled_until, None);
    }
}

#[test]
fn what_cannot_be_understood_is_told_without_its_content() {
    let cases = [
        r#"{"$items":{"name":"Jane Doe"}}"#,
        r#"{"$items":[{"name":"Jane Doe"}]}"#,
        r#"{"name":"Jane Doe"}"#,
        "Jane Doe",
    ];
    for body in cases {
        let error = read_list(&answer(200, body)).unwrap_err();
        let ProviderError::Unavailable(words) = &error else { panic!("{body}: {error}") };
        assert!(words.starts_with("Sage's answer (status 200) "), "{words}");
        assert!(!words.contains("Jane"), "{words}");
    }
    let cut = Answer { truncated: true, ..answer(200, "{}") };
    let words = read_list(&cut).unwrap_err().to_string();
    assert!(words.ends_with("is larger than 2 bytes"), "{words}");
}

#[test]
fn a_refusal_is_told_whatever_was_asked_for() {
    assert_eq!(read_list(&answer(401, "")).unwrap_err(), ProviderError::Unauthorized);
    assert_eq!(read_record(&answer(401, "[]")).unwrap_err(), ProviderError::Unauthorized);
}
