//! What bodies are taken, and what is said of those that are not.

use axum::http::HeaderValue;
use proptest::prelude::*;

use super::*;

/// The body of the published cURL with polling and OAuth 2.0 (the original's QuickBooks events
/// page), its values shortened; a comma is missing after `oauth.api.secret`.
const PUBLISHED_OAUTH2: &str = r#"{
  "element": {
    "key": "quickbooks"
  },
  "providerData": {
    "code": "xxxxxxxxxxxxxxxxxxxxxxx",
    "realmId": "xxxxxxxxxxxxxxxxx"
  },
  "configuration": {
    "oauth.callback.url": "https;//mycoolapp.com",
    "oauth.api.key": "xxxxxxxxxxxxxxxxxx",
    "oauth.api.secret": "xxxxxxxxxxxxxxxxxxxxxxxx"
    "authentication.type" : "oauth2",
    "event.notification.enabled": true
    },
  "tags": [
    "Docs"
  ],
  "name": "API Instance"
}"#;

/// The body of the published cURL with OAuth 1.0 (the same page), with the same fault.
const PUBLISHED_OAUTH1: &str = r#"{
  "element": {
    "key": "quickbooks"
  },
  "providerData": {
    "oauth_token": "<OAUTH_TOKEN>",
    "realmId": "<REALMID>",
    "oauth_verifier": "<OAUTH_VERIFIER>",
    "secret": "<OAUTH_USER_SECRET>",
    "state": "quickbooks",
    "dataSource": "QBO"
  },
  "configuration": {
    "oauth.callback.url": "<CALLBACK_URL>",
    "oauth.api.key": "<CONSUMER_KEY>",
    "oauth.api.secret": "<CONSUMER_SECRET>"
    "event.notification.enabled": true
  },
  "name": "QBO_Instance"
}"#;

/// The body of the published cURL of SAP's edition, with the same fault and deeper indentation.
const PUBLISHED_SAP: &str = r#"{
    "element": {
      "key": "quickbooks"
    },
    "providerData": {
      "code": "xxxxxxxxxxxxxxxxxxxxxxxx",
      "realmId": "xxxxxxxxxxxxxxxxxxxx"
    },
    "configuration": {
      "oauth.callback.url": "https://mycoolapp.com",
      "oauth.api.key": "xxxxxxxxxxxxxxxxxxxx",
      "oauth.api.secret": "xxxxxxxxxxxxxxxxxxxx"
      "authentication.type" : "oauth2"
    },
    "name": "API Instance"
  }"#;

fn refusal(body: &str) -> String {
    parse_object(body.as_bytes()).expect_err(body)
}

#[test]
fn the_missing_comma_of_the_published_samples_is_pointed_at() {
    let wording = |line: usize, column: usize| {
        let before = line - 1;
        format!(
            "line {line}, column {column}: expected `,` or `}}` after the value of \
             \"oauth.api.secret\"; a comma is missing at the end of line {before}"
        )
    };
    assert_eq!(refusal(PUBLISHED_OAUTH2), wording(13, 5));
    assert_eq!(refusal(PUBLISHED_OAUTH1), wording(17, 5));
    assert_eq!(refusal(PUBLISHED_SAP), wording(13, 7));
}

#[test]
fn a_published_sample_with_its_comma_is_taken() {
    let mended = PUBLISHED_OAUTH2.replace("xxxx\"\n    \"auth", "xxxx\",\n    \"auth");
    parse_object(mended.as_bytes()).expect("mended");
}

#[test]
fn a_mistake_comes_with_its_place_and_cure() {
    const STRAIGHT: &str = "names and strings stand in straight double quotes: \"…\"";
    let straight = |place: &str| format!("{place}; {STRAIGHT}");
    for (body, wording) in [
        (
            r#"{"a": 1 "b": 2}"#,
            "line 1, column 9: expected `,` or `}` after the value of \"a\"; a comma is missing \
             before column 9",
        ),
        (
            r#"{"ä": "ö" "c": 1}"#,
            "line 1, column 11: expected `,` or `}` after the value of \"ä\"; a comma is missing \
             before column 11",
        ),
        (
            r#"{"a": [1 2]}"#,
            "line 1, column 10: expected `,` or `]` after a value of the list; a comma is missing \
             before column 10",
        ),
        (
            "{\n  \"a\": 1,\n}",
            "line 3, column 1: expected a name in double quotes; remove the comma at the end of \
             line 2",
        ),
        (
            r#"{"a": [1,]}"#,
            "line 1, column 10: expected a value; remove the comma before column 10",
        ),
        ("{'a': 1}", &straight("line 1, column 2: expected a name in double quotes or `}`")),
        (r#"{"a": 'b'}"#, &straight("line 1, column 7: expected a value for \"a\"")),
        ("{“a”: 1}", &straight("line 1, column 2: expected a name in double quotes or `}`")),
        (
            "{\"a\": 1, // why\n\"b\": 2}",
            "line 1, column 10: expected a name in double quotes; JSON has no comments",
        ),
    ] {
        assert_eq!(refusal(body), wording, "{body}");
    }
}

#[test]
fn what_is_not_closed_is_told_from_where_it_begins() {
    for (body, wording) in [
        (
            "{\n  \"a\": \"b,\n  \"c\": 1\n}",
            "line 2, column 8: the string that begins here is not closed; a `\"` is missing on \
             line 2",
        ),
        (
            r#"{"a": "b"#,
            "line 1, column 7: the string that begins here is not closed; a `\"` is missing, or \
             the body is cut off",
        ),
        (
            "{\n  \"a\": {\n    \"b\": 1\n",
            "line 3, column 11: the body is cut off here inside the object that begins at line 2, \
             column 8; expected `,` or `}` after the value of \"b\"",
        ),
        (
            r#"{"a":"#,
            "line 1, column 6: the body is cut off here inside the object that begins at line 1, \
             column 1; expected a value for \"a\"",
        ),
    ] {
        assert_eq!(refusal(body), wording, "{body}");
    }
}

#[test]
fn what_stands_in_a_wrong_place_is_shown() {
    for (body, wording) in [
        (r#"{"a" 1}"#, "line 1, column 6: expected `:` after the name \"a\", found `1`"),
        ("{a: 1}", "line 1, column 2: expected a name in double quotes or `}`, found `a`"),
        (r#"{"a": True}"#, "line 1, column 7: expected a value for \"a\", found `T`"),
        (
            r#"{"a": [1}"#,
            "line 1, column 9: expected `,` or `]` after a value of the list, found `}`",
        ),
        (r#"{"a": 1}}"#, "line 1, column 9: expected nothing more, found `}`"),
        ("", "the body is empty; expected a JSON object"),
        (" \n", "the body is empty; expected a JSON object"),
        ("[]", "the body must be a JSON object, not a list"),
        ("\"a\"", "the body must be a JSON object, not a string"),
    ] {
        assert_eq!(refusal(body), wording, "{body}");
    }
}

#[test]
fn what_only_the_json_library_sees_keeps_its_words() {
    assert_eq!(refusal(r#"{"a": 01}"#), "line 1, column 8: invalid number");
    assert_eq!(refusal("{\n\"a\": \"\\x\"}"), "line 2, column 8: invalid escape");
    let not_utf8 = parse_object(b"{\"a\": \"\xff\"}").unwrap_err();
    assert_eq!(not_utf8, "the body is not UTF-8: byte 8 cannot be read");
}

#[test]
fn nesting_is_bounded() {
    let nested =
        |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    parse_object(nested(syntax::JSON_DEPTH_MAX).as_bytes()).expect("the deepest that is read");
    let refusal = refusal(&nested(100_000));
    assert_eq!(refusal, "line 1, column 132: nested deeper than 127 levels");
}

#[test]
fn a_long_name_is_not_repeated_whole() {
    let refusal = refusal(&format!("{{\"{}\" 1}}", "n".repeat(1_000)));
    let shown = "n".repeat(80);
    assert_eq!(
        refusal,
        format!("line 1, column 1005: expected `:` after the name \"{shown}…\", found `1`")
    );
}

#[test]
fn only_a_content_type_that_plainly_is_not_json_is_refused() {
    for (content_type, is_taken) in [
        (None, true),
        (Some(""), true),
        (Some("application/json"), true),
        (Some("application/json; charset=utf-8"), true),
        (Some("Application/JSON"), true),
        (Some("text/json"), true),
        (Some("application/merge-patch+json"), true),
        (Some("text/plain"), false),
        (Some("application/x-www-form-urlencoded"), false),
        (Some("application/xml; charset=utf-8"), false),
    ] {
        let value = content_type.map(HeaderValue::from_static);
        let headers = value.map(|value| (header::CONTENT_TYPE, value)).into_iter().collect();
        assert_eq!(check_content_type(&headers).is_ok(), is_taken, "{content_type:?}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    assert_eq!(read(Body::from("12345"), 5).await, Ok(Bytes::from_static(b"12345")));
    let refused = read(Body::from("123456"), 5).await;
    assert_eq!(refused, Err(BodyError::TooLarge { bytes_max: 5 }));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let stuck = Body::from_stream(futures_util::stream::pending::<Result<Bytes, BodyError>>());
    assert_eq!(read(stuck, 5).await, Err(BodyError::TooSlow));
}

proptest! {
    #[test]
    fn no_fault_is_found_in_what_the_json_library_reads(
        text in r#"([\[\]{}:,"\\ \n01.a'ä-]|"a":|true|"b"){0,24}"#,
    ) {
        match serde_json::from_str::<Value>(&text) {
            Ok(_) => prop_assert_eq!(syntax::first_fault(&text), None),
            Err(error) => prop_assert!(fault::explain(&text, &error).starts_with("line ")),
        }
    }
}
