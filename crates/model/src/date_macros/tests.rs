//! What each macro becomes, and where a wrong one is wrong.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// 2017-02-28T23:11:29.125Z, and 90 minutes later.
fn moments() -> (Moment, Moment) {
    let last_poll = Moment::parse("2017-02-28T23:11:29.125Z").unwrap();
    (last_poll, last_poll.plus(Duration::from_secs(90 * 60)))
}

fn expanded(text: &str) -> Result<String, MacroError> {
    let (last_poll, now) = moments();
    expand(text, last_poll, now)
}

#[test]
fn every_documented_macro_is_expanded() {
    for (text, expected) in [
        ("${date}", "2017-02-28T23:11:29Z"),
        ("${gmtDate}", "2017-02-28T23:11:29Z"),
        ("${date:yyyy-MM-dd'T'HH:mm:ss'Z'}", "2017-02-28T23:11:29Z"),
        ("${gmtDate:yyyy-MM-dd'T'HH:mm:ssXXX}", "2017-02-28T23:11:29Z"),
        ("${gmtDate:yyyy-MM-dd'T'HH:mm:ss}", "2017-02-28T23:11:29"),
        ("${gmtDate:yyyy-MM-dd HH:mm:ss}", "2017-02-28 23:11:29"),
        ("${gmtDate:MM/dd/yyyy HH:mm:ss}", "02/28/2017 23:11:29"),
        ("${dateTimeZone:PST:yyyy-MM-dd'T'HH:mm:ssXXX}", "2017-02-28T15:11:29-08:00"),
        ("${dateTimeZone:MST:HH:mm}", "16:11"),
        ("${dateTimeZone:-8:00:yyyy-MM-dd HH:mm}", "2017-02-28 15:11"),
        ("${dateTimeZone:GMT+01:00:dd HH}", "01 00"),
        ("${dateTimeZone:America/New_York:HH:mm z}", "18:11 EST"),
        ("${nowTimeZone:UTC:yyyy-MM-dd'T'HH:mm:ss}", "2017-03-01T00:41:29"),
        ("${epoch}", "1488323489125"),
        ("${epoch:ms}", "1488323489125"),
        ("${milliseconds}", "1488323489125"),
        ("${epoch:s}", "1488323489"),
        ("${epoch:0}", "1488323489"),
        ("${epoch:us}", "1488323489125000"),
        ("${yyyy-MM-dd'T'HH:mm:ss'Z'}", "2017-02-28T23:11:29Z"),
        ("no macro, $5 and {}", "no macro, $5 and {}"),
        ("", ""),
        (
            "lastModifiedDate>='${date:yyyy-MM-dd'T'HH:mm:ss'Z'}' and x<'${nowTimeZone:GMT:HH}'",
            "lastModifiedDate>='2017-02-28T23:11:29Z' and x<'00'",
        ),
    ] {
        assert_eq!(expanded(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_wrong_macro_is_named_with_its_place() {
    for (text, position, problem) in [
        ("a='${date:yyyy", 5, "not closed"),
        ("é ${when}", 5, "`when` is not a date macro"),
        ("${}", 2, "is not a date macro"),
        ("${Date}", 2, "is not a date macro"),
        ("${date:yyyy-QQ}", 12, "`Q` is not one of"),
        ("${date:}", 7, "is empty"),
        ("${gmtDate:yyyy'T}", 14, "is not closed"),
        ("${epoch:m}", 8, "ms, s, us, 0"),
        ("${dateTimeZone}", 2, "needs a zone and a pattern"),
        ("${dateTimeZone:PST}", 15, "needs a pattern after it"),
        ("${dateTimeZone:Mars:yyyy}", 15, "`Mars` is not a time zone"),
        ("${nowTimeZone:PST:yyyy-QQ}", 23, "`Q` is not one of"),
        ("${milliseconds:x}", 2, "is not a date macro"),
        ("${yyyy-QQ}", 7, "`Q` is not one of"),
    ] {
        let error = expanded(text).unwrap_err();
        assert!(error.problem.contains(problem), "{text}: {error}");
        assert_eq!(error.position, position, "{text}: {error}");
    }
    let long = format!("${{date:{}}}", "'".repeat(DATE_MACRO_BYTES_MAX));
    assert!(expanded(&long).unwrap_err().problem.contains("longer than"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_error_has_a_place_in_it(
        text in "([${}:a-zA-Z' é-]|\\$\\{(date|epoch|dateTimeZone:PST):?){0,20}", at: i64
    ) {
        if let Err(error) = expand(&text, Moment::from_micros(at), Moment::default()) {
            prop_assert!(text.is_char_boundary(error.position));
        }
    }

    #[test]
    fn a_text_without_macros_stays_as_it_is(text in "[^$]{0,60}") {
        prop_assert_eq!(expanded(&text), Ok(text));
    }
}
