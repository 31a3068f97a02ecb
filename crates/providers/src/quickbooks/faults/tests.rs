//! Refusals: recorded bodies where they may be kept, otherwise the smallest body with the same
//! marks.

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

fn fault(code: &str) -> String {
    format!(
        r#"{{"Fault":{{"Error":[{{"Message":"m","Detail":"d","code":"{code}"}}],"type":"t"}}}}"#
    )
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

#[test]
fn every_refusal_says_who_must_act() {
    let token_expired =
        include_str!("../../../tests/fixtures/quickbooks/errors/401-token-expired.json");
    let unsupported_property = include_str!(
        "../../../tests/fixtures/quickbooks/errors/400-2010-unsupported-property.json"
    );
    let unsupported_operation = include_str!(
        "../../../tests/fixtures/quickbooks/errors/400-500-unsupported-operation.json"
    );
    let small_letters = r#"{"fault":{"error":[{"message":"m","detail":null,"code":"3100","element":null}],"type":"AUTHORIZATION"},"time":1}"#;
    let xml = r#"<?xml version="1.0"?><IntuitResponse><Fault type="SERVICE"><Error code="3001"><Message>errorCode=003001</Message></Error></Fault></IntuitResponse>"#;
    let cases: &[(u16, &str, &str)] = &[
        (401, token_expired, "unauthorized"),
        (401, "", "unauthorized"),
        (200, &fault("3200"), "unauthorized"),
        (403, small_letters, "refused"),
        (403, &fault("003100"), "refused"),
        (403, &fault("120"), "refused"),
        (403, &fault("6190"), "refused"),
        (400, &fault("6190"), "refused"),
        (429, xml, "throttled"),
        (403, xml, "throttled"),
        (429, &fault("3001"), "throttled"),
        (403, &fault("003001"), "throttled"),
        (429, "", "throttled"),
        (403, "message=ThrottleExceeded", "throttled"),
        (504, "stream timeout", "unavailable"),
        (502, "<html></html>", "unavailable"),
        (500, &fault("10000"), "unavailable"),
        (200, &fault("10000"), "unavailable"),
        (400, &fault("4002"), "unavailable"),
        (503, &fault("7"), "unavailable"),
        (403, "<html>blocked</html>", "unavailable"),
        (200, "<html></html>", "unavailable"),
        (400, unsupported_property, "rejected"),
        (400, unsupported_operation, "rejected"),
        (200, &fault("6000"), "rejected"),
        (400, r#"{"Fault":{}}"#, "rejected"),
        (400, r#"{"Fault":{"Error":[{"code":null}]}}"#, "rejected"),
    ];
    for (status, body, expected) in cases {
        let error = refusal(&answer(*status, &[], body));
        assert_eq!(sort(&error), *expected, "{status} {body}");
    }
}

#[test]
fn a_throttled_call_waits_as_long_as_it_is_told_and_60_seconds_otherwise() {
    let date = ("date", "Fri, 20 Nov 2026 08:00:00 GMT");
    let cases: &[(&[(&'static str, &'static str)], u64)] = &[
        (&[], 60),
        (&[("retry-after", "7")], 7),
        (&[("retry-after", "0")], 60),
        (&[("retry-after", "soon")], 60),
        (&[date, ("retry-after", "Fri, 20 Nov 2026 08:01:30 GMT")], 90),
        (&[date, ("retry-after", "Fri, 20 Nov 2026 07:00:00 GMT")], 60),
        (&[("retry-after", "Fri, 20 Nov 2026 08:01:30 GMT")], 60),
    ];
    for (headers, seconds) in cases {
        let wait = Duration::from_secs(*seconds);
        let error = refusal(&answer(429, headers, ""));
        assert_eq!(error, ProviderError::Throttled { wait }, "{headers:?}");
    }
}

#[test]
fn a_message_has_the_meaning_intuits_words_and_the_trace() {
    let error = refusal(&answer(403, &[("intuit-tid", "1-5f73")], &fault("6190")));
    assert_eq!(
        error.to_string(),
        "the provider refuses access: the company's QuickBooks subscription has ended or could not \
         be billed; it must be renewed (status 403, code 6190, Intuit-Tid 1-5f73: m; d)"
    );
    let error = refusal(&answer(504, &[("intuit_tid", "x")], "stream timeout"));
    assert_eq!(
        error.to_string(),
        "the provider is not available: QuickBooks' answer (status 504, Intuit-Tid x) is not the \
         expected JSON: stream timeout"
    );
    let books = refusal(&answer(200, &[], r#"{"CDCResponse":"Jane Doe"}"#));
    assert_eq!(
        books.to_string(),
        "the provider is not available: QuickBooks' answer (status 200) is not the expected JSON"
    );
    let long = refusal(&answer(502, &[], &"é".repeat(10_000)));
    assert!(long.to_string().chars().count() < 2 * WORDS_CHARS_MAX);
}

#[test]
fn every_documented_code_has_its_action_and_its_words() {
    let cases = [
        (401, "3200", "unauthorized", ""),
        (403, "3100", "refused", "connect the company again"),
        (403, "120", "refused", "connect the company again"),
        (429, "3001", "throttled", "wait 60 s"),
        (429, "003001", "throttled", "wait 60 s"),
        (400, "610", "not found", "it was deleted, made inactive, or never was"),
        (400, "5010", "unavailable", "changed at the same time"),
        (400, "6240", "rejected", "of that name or number already"),
        (400, "6140", "rejected", "of that name or number already"),
        (400, "6210", "rejected", "its period is closed"),
        (400, "6190", "refused", "it must be renewed"),
        (403, "6190", "refused", "it must be renewed"),
        (400, "2010", "rejected", "a property"),
        (400, "2030", "rejected", "an id"),
        (400, "2050", "rejected", "longer than QuickBooks allows"),
        (400, "2080", "rejected", "a number"),
        (400, "4000", "rejected", "cannot read the query"),
        (400, "4001", "rejected", "does not allow the query"),
        (400, "4002", "unavailable", "failed to process the query"),
        (400, "500", "rejected", "does not support the operation"),
        (400, "6000", "rejected", "a rule of QuickBooks"),
        (200, "6000", "rejected", "a rule of QuickBooks"),
        (500, "10000", "unavailable", "QuickBooks failed"),
        (200, "10000", "unavailable", "QuickBooks failed"),
    ];
    for (status, code, expected, words) in cases {
        let error = refusal(&answer(status, &[], &fault(code)));
        assert_eq!(sort(&error), expected, "{status} {code}");
        assert!(error.to_string().contains(words), "{status} {code}: {error}");
    }
    for (code, ..) in MEANINGS {
        assert!(cases.iter().any(|(_, tested, ..)| tested == code), "{code} is not tested");
    }
}

#[test]
fn a_question_about_more_than_30_days_ago_is_explained() {
    let body = r#"{"Fault":{"Error":[{"Message":"m","Detail":"Operation cdc with changedSince date 2020-01-01T00:00:00-08:00 which is older than fixed days is not supported.","code":"2010"}]}}"#;
    assert!(is_too_old(&answer(400, &[], body)));
    let ProviderError::Rejected(words) = refusal(&answer(400, &[], body)) else {
        panic!("it must be rejected")
    };
    assert!(words.starts_with("QuickBooks tells of changes of the last 30 days only"), "{words}");
    for (status, body) in [(400, fault("2010")), (400, String::new()), (500, body.to_owned())] {
        assert!(!is_too_old(&answer(status, &[], &body)), "{status} {body}");
    }
}

#[test]
fn an_answer_that_throttles_says_so_whatever_its_status_and_form() {
    let second = Some(Duration::from_secs(60));
    let padded = format!("{}{}", fault("3001"), " ".repeat(FAULT_BYTES_MAX));
    for (status, body, expected) in [
        (429, "", second),
        (429, "The request limit was reached.", second),
        (403, r#"<Fault type="SERVICE"><Error code="3001"/></Fault>"#, second),
        (403, &fault("003001"), second),
        (200, &fault("3001"), second),
        (200, &padded, None),
        (200, &fault("10000"), None),
        (200, r#"{"QueryResponse":{"Note":"ThrottleExceeded"}}"#, None),
        (503, "stream timeout", None),
        (401, "", None),
    ] {
        assert_eq!(throttle_wait(&answer(status, &[], body)), expected, "{status} {body}");
    }
}
