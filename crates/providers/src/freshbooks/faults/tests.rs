//! Refusals: recorded bodies, and the smallest ones with the same marks.

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

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/freshbooks/errors/", $name, ".json"))
    };
}

#[test]
fn every_recorded_refusal_says_who_must_act_and_in_whose_words() {
    let cases = [
        (401, fixture!("401-client"), "unauthorized", ""),
        (401, fixture!("401-project"), "unauthorized", ""),
        (401, fixture!("401-callback"), "unauthorized", ""),
        (401, fixture!("401-me"), "unauthorized", ""),
        (404, fixture!("404-client-new"), "not found", "errno 1012: Request failed"),
        (404, fixture!("404-client-new"), "not found", "Client not found."),
        (404, fixture!("404-client-old"), "not found", "errno 1012: userid: Client not found."),
        (404, fixture!("404-project"), "not found", "Requested resource could not be found."),
        (404, fixture!("404-callback"), "not found", "errno 404: Requested resource"),
        (404, fixture!("404-ledger"), "not found", "Not found."),
        (400, fixture!("400-ledger"), "rejected", "This field is required."),
        (422, fixture!("422-callback"), "rejected", "event: Value error, Unrecognized event."),
        (422, fixture!("422-project"), "rejected", "errno 2001: title: field required"),
    ];
    for (status, body, expected, words) in cases {
        let error = refusal(&answer(status, &[], body));
        assert_eq!(sort(&error), expected, "{status} {body}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn status_and_number_together_say_what_it_means() {
    let errno = |number: u32| {
        format!(r#"{{"response":{{"errors":[{{"errno":{number},"message":"m"}}]}}}}"#)
    };
    let one = r#"{"response":{"errors":{"errno":1011,"message":"m"}}}"#;
    let violations = r#"{"code":3,"message":"m","details":[{"@type":"x","fieldViolations":[{"field":"uri","description":"bad"}]}]}"#;
    let cases = [
        (200, errno(1011), "not found"),
        (400, errno(1012), "not found"),
        (400, one.to_owned(), "not found"),
        (404, errno(7), "not found"),
        (403, errno(7), "refused"),
        (400, errno(1003), "refused"),
        (200, errno(1003), "refused"),
        (401, errno(1003), "unauthorized"),
        (401, String::new(), "unauthorized"),
        (409, errno(409), "unavailable"),
        (400, errno(1001), "rejected"),
        (400, errno(1004), "rejected"),
        (422, errno(2001), "rejected"),
        (400, violations.to_owned(), "rejected"),
        (403, r#"{"error":"insufficient_scope"}"#.to_owned(), "refused"),
        (429, errno(7), "throttled"),
        (429, String::new(), "throttled"),
        (408, errno(7), "unavailable"),
        (500, errno(1012), "unavailable"),
        (502, "<html></html>".to_owned(), "unavailable"),
        (404, "<html></html>".to_owned(), "unavailable"),
        (404, "{}".to_owned(), "unavailable"),
        (403, "<html>blocked</html>".to_owned(), "unavailable"),
        (302, String::new(), "unavailable"),
        (200, "{}".to_owned(), "unavailable"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(sort(&refusal(&answer(status, &[], &body))), expected, "{status} {body}");
    }
    let error = refusal(&answer(400, &[], violations)).to_string();
    assert!(error.contains("m; uri: bad"), "{error}");
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
        (&[("retry-after", "Fri, 20 Nov 2026 08:01:30 GMT")], 60),
    ];
    for (headers, seconds) in cases {
        let wait = Duration::from_secs(*seconds);
        let error = refusal(&answer(429, headers, ""));
        assert_eq!(error, ProviderError::Throttled { wait }, "{headers:?}");
    }
}

#[test]
fn words_are_bounded_and_the_customers_books_are_not_among_them() {
    let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(10_000));
    for body in [long.as_str(), &"x".repeat(10_000)] {
        let error = refusal(&answer(400, &[], body)).to_string();
        assert!(error.chars().count() < 2 * WORDS_CHARS_MAX, "{error}");
    }
    let books = refusal(&answer(200, &[], r#"{"clients":"Jane Doe"}"#)).to_string();
    assert!(!books.contains("Jane"), "{books}");
    let value = r#"{"response":{"errors":[{"errno":1012,"message":"m","value":"Jane"}]}}"#;
    assert!(!refusal(&answer(404, &[], value)).to_string().contains("Jane"));
}

#[test]
fn a_description_is_no_fault() {
    let callback = r#"{"response":{"result":{"callback":{"callbackid":1,"verified":true}}}}"#;
    assert!(!is_fault(&answer(200, &[], callback)));
    assert!(!is_fault(&answer(200, &[], "{}")));
    let errors = r#"{"response":{"errors":[{"errno":1012,"message":"m"}]}}"#;
    assert!(is_fault(&answer(200, &[], errors)));
    assert!(is_fault(&answer(200, &[], "<html></html>")));
}
