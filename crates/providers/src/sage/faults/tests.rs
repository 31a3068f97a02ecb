//! Refusals: Sage's own words where they are known, else the smallest body with the same marks.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
    let header = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter(headers.iter().map(header)),
        body: body.to_owned().into(),
        truncated: false,
        took: Duration::ZERO,
    }
}

/// The sort of an error, without its words.
fn sort(error: &ProviderError) -> &'static str {
    match error {
        ProviderError::Unauthorized => "unauthorized",
        ProviderError::Refused(_) => "refused",
        ProviderError::Throttled { .. } => "throttled",
        ProviderError::Unavailable(_) => "unavailable",
        ProviderError::Unanswerable(_) => "unanswerable",
        ProviderError::Rejected(_) => "rejected",
        ProviderError::NotFound(_) => "not found",
    }
}

const EDITION_BODY: &str = r#"[{"$severity":"error","$dataCode":"AuthorizationFailure","$message":"No active subscription. (MSE)","$source":""}]"#;
const V1_BODY: &str = r#"{"$diagnoses":[{"$severity":"error","$dataCode":"ValidationError","$message":"This field is required.","$source":"company"}]}"#;

#[test]
fn every_refusal_says_who_must_act() {
    let token = r#"[{"$severity":"error","$dataCode":"Unauthorized","$message":"m"}]"#;
    let cases = [
        (401, token, "unauthorized"),
        (401, "", "unauthorized"),
        (401, "<html></html>", "unauthorized"),
        (401, EDITION_BODY, "rejected"),
        (403, "", "rejected"),
        (403, EDITION_BODY, "rejected"),
        (403, "<html></html>", "unavailable"),
        (404, "[]", "rejected"),
        (404, "<html></html>", "unavailable"),
        (405, "", "rejected"),
        (415, "", "rejected"),
        (422, V1_BODY, "rejected"),
        (408, "", "unavailable"),
        (429, "", "throttled"),
        (500, "[]", "unavailable"),
        (502, "<html></html>", "unavailable"),
        (503, "", "unavailable"),
        (504, "", "unavailable"),
        (525, "", "unavailable"),
        (302, "", "unavailable"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(sort(&refusal(&answer(status, &[], body))), expected, "{status} {body}");
    }
}

#[test]
fn a_message_has_the_meaning_and_sages_words() {
    let cases = [
        (
            answer(401, &[], EDITION_BODY),
            "the provider refused the request: the company's edition or subscription of Sage does \
             not have it; take the resource out of event.poller.urls, or have the subscription \
             changed (status 401: AuthorizationFailure; No active subscription. (MSE))",
        ),
        (
            answer(422, &[], V1_BODY),
            "the provider refused the request: Sage refused the question (status 422: \
             ValidationError; This field is required.; company)",
        ),
        (answer(503, &[], "x"), "the provider is not available: Sage failed (status 503)"),
        (
            answer(302, &[], "Jane Doe"),
            "the provider is not available: Sage's answer (status 302) is neither a success nor a \
             refusal",
        ),
    ];
    for (answer, expected) in cases {
        assert_eq!(refusal(&answer).to_string(), expected);
    }
    let long = format!(r#"[{{"$message":"{}"}}]"#, "é".repeat(10_000));
    let words = refusal(&answer(400, &[], &long)).to_string();
    assert!(words.chars().count() < 2 * WORDS_CHARS_MAX);
}

#[test]
fn a_throttled_call_waits_as_long_as_it_is_told_and_5_seconds_otherwise() {
    let date = ("date", "Fri, 20 Nov 2026 08:00:00 GMT");
    let cases: &[(&[(&'static str, &'static str)], u64)] = &[
        (&[], 5),
        (&[("retry-after", "7")], 7),
        (&[("retry-after", "0")], 5),
        (&[("retry-after", "soon")], 5),
        (&[date, ("retry-after", "Fri, 20 Nov 2026 08:01:30 GMT")], 90),
        (&[("retry-after", "Fri, 20 Nov 2026 08:01:30 GMT")], 5),
    ];
    for (headers, seconds) in cases {
        let wait = Duration::from_secs(*seconds);
        let error = refusal(&answer(429, headers, ""));
        assert_eq!(error, ProviderError::Throttled { wait }, "{headers:?}");
    }
}

#[test]
fn a_record_is_gone_when_sage_says_so_and_not_a_page_on_the_way() {
    let not_found = r#"[{"$severity":"error","$dataCode":"RecordNotFound"}]"#;
    for (status, body, expected) in [
        (404, not_found, true),
        (404, "[]", true),
        (404, "", true),
        (410, not_found, true),
        (404, "<html></html>", false),
        (410, "stream timeout", false),
        (403, not_found, false),
    ] {
        assert_eq!(is_gone(&answer(status, &[], body)), expected, "{status} {body}");
    }
}

#[test]
fn only_what_may_succeed_with_less_is_too_heavy() {
    for (status, expected) in [(500, true), (502, true), (504, true), (503, false), (429, false)] {
        assert_eq!(is_too_heavy(&answer(status, &[], "")), expected, "{status}");
    }
    assert!(is_too_heavy(&Answer { truncated: true, ..answer(200, &[], "{}") }));
    assert!(!is_too_heavy(&answer(200, &[], "{}")));
}
