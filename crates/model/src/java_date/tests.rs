//! Patterns, printing, reading, and both ways over every pattern that was seen.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::limits::DATE_PATTERN_BYTES_MAX;

fn pattern(text: &str) -> DatePattern {
    DatePattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone(text: &str) -> TimeZone {
    Zone::parse(text).unwrap().time_zone().clone()
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|| panic!("{text}"))
}

// What is expected here is what OpenJDK 17 prints with `Locale.US`.
#[test]
fn each_letter_prints_as_in_java() {
    let late = moment("2016-02-29T17:05:09.007Z");
    let early = moment("2016-02-29T00:05:09.125Z");
    for (text, at, expected) in [
        ("y yy yyy yyyy yyyyy", late, "2016 16 2016 2016 02016"),
        ("M MM MMM MMMM", late, "2 02 Feb February"),
        ("d dd ddd", late, "29 29 029"),
        ("D DDD", late, "60 060"),
        ("E EEE EEEE", late, "Mon Mon Monday"),
        ("H HH k kk K KK h hh a", late, "17 17 17 17 5 05 5 05 PM"),
        ("H HH k kk K KK h hh a", early, "0 00 24 24 0 00 12 12 AM"),
        ("m mm s ss", late, "5 05 9 09"),
        ("S SS SSS SSSSSS", late, "7 07 007 000007"),
        ("S SSS SSSSSS", early, "125 125 000125"),
        ("z Z X XX XXX", late, "UTC +0000 Z Z Z"),
        ("yyyy'T''o''clock'''", late, "2016T'o'clock'"),
        ("''yyyy.MM/dd, é", late, "'2016.02/29, é"),
    ] {
        assert_eq!(pattern(text).format(at, &TimeZone::UTC), expected, "{text}");
    }
}

// As above.
#[test]
fn a_zone_prints_as_in_java() {
    let winter = moment("2016-01-15T12:00:00Z");
    let summer = moment("2016-07-15T12:00:00Z");
    for (name, at, expected) in [
        ("America/New_York", winter, "07 EST -0500 -05 -0500 -05:00"),
        ("America/New_York", summer, "08 EDT -0400 -04 -0400 -04:00"),
        ("PST", summer, "05 PDT -0700 -07 -0700 -07:00"),
        ("EST", summer, "07 EST -0500 -05 -0500 -05:00"),
        ("MST", summer, "05 MST -0700 -07 -0700 -07:00"),
        ("Asia/Kolkata", summer, "17 IST +0530 +05 +0530 +05:30"),
        ("GMT+01:00", summer, "13 GMT+01:00 +0100 +01 +0100 +01:00"),
        ("-8:00", winter, "04 GMT-08:00 -0800 -08 -0800 -08:00"),
        ("GMT", winter, "12 GMT +0000 Z Z Z"),
        ("UTC", winter, "12 UTC +0000 Z Z Z"),
    ] {
        assert_eq!(pattern("HH z Z X XX XXX").format(at, &zone(name)), expected, "{name}");
    }
}

#[test]
fn every_name_of_a_zone_that_java_has_is_read() {
    for name in ["GMT", "utc", "Z", "EST", "CST", "PST", "IST", "Europe/London", "US/Pacific"] {
        assert!(Zone::parse(name).is_ok(), "{name}");
    }
    for (name, seconds) in [
        ("-8:00", -28_800),
        ("-08:00", -28_800),
        ("+0530", 19_800),
        ("GMT+1", 3_600),
        ("GMT-8:30", -30_600),
        ("UTC+02:00", 7_200),
        ("-08", -28_800),
    ] {
        let offset = zone(name).to_offset(Moment::default().timestamp());
        assert_eq!(offset.seconds(), seconds, "{name}");
    }
    for name in ["", "Mars", "GMT+", "+24:00", "+1:60", "-800", "PSTX", "GMT+01:00:00"] {
        let error = Zone::parse(name).unwrap_err().to_string();
        assert!(error.contains("is not a time zone"), "{name}");
    }
}

#[test]
fn a_wrong_pattern_is_named_with_its_place() {
    for (text, column, problem) in [
        ("", 1, "is empty"),
        ("yyyy-Q", 6, "`Q` is not one of"),
        ("é QQ", 3, "`Q` is not one of"),
        ("yyyy'T HH", 5, "is not closed"),
        ("yyyy-MM-dd'T", 11, "is not closed"),
        ("XXXX", 1, "3 times in a row, not 4"),
        ("zzzz", 1, "3 times in a row"),
        ("w", 1, "`w` is not one of"),
    ] {
        let error = DatePattern::parse(text).unwrap_err();
        assert!(error.problem.contains(problem), "{text}: {error}");
        assert_eq!(error.column, column, "{text}: {error}");
    }
    assert!(DatePattern::parse(&"y".repeat(21)).is_err());
    assert!(DatePattern::parse(&"-".repeat(DATE_PATTERN_BYTES_MAX + 1)).is_err());
}

#[test]
fn the_stray_quote_of_a_published_pattern_is_ignored() {
    let stray = pattern("yyyy-MM-dd'T'HH:mm:ssXXX'");
    let at = moment("2017-02-28T23:11:29Z");
    assert_eq!(stray.format(at, &TimeZone::UTC), "2017-02-28T23:11:29Z");
    assert_eq!(stray.read("2017-02-28T16:11:29-07:00", &TimeZone::UTC), Ok(at));
    assert_eq!(stray.to_string(), "yyyy-MM-dd'T'HH:mm:ssXXX'");
}

#[test]
fn dates_are_read() {
    for (text, source, expected) in [
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "2017-05-11T07:00:47Z", "2017-05-11T07:00:47Z"),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "2017-02-28T16:11:29-06:00", "2017-02-28T22:11:29Z"),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "2017-02-28T16:11:29Z", "2017-02-28T16:11:29Z"),
        ("yyyy-MM-dd'T'HH:mm:ssX", "2017-02-28T16:11:29-0600", "2017-02-28T22:11:29Z"),
        ("yyyy-MM-dd'T'HH:mm:ssZ", "2017-02-28T16:11:29-06:00", "2017-02-28T22:11:29Z"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2017-02-28T16:11:29.007+0000", "2017-02-28T16:11:29.007Z"),
        (
            "yyyy-MM-dd'T'HH:mm:ss.SSSX",
            "2025-09-10T21:31:25.179851517Z",
            "2025-09-10T21:31:25.179851Z",
        ),
        ("MM/dd/yyyy HH:mm:ss", "02/29/2016 23:59:59", "2016-02-29T23:59:59Z"),
        ("M/d/yy h:mm a", "2/9/16 12:05 am", "2016-02-09T00:05:00Z"),
        ("M/d/yy h:mm a", "12/31/69 12:05 PM", "2069-12-31T12:05:00Z"),
        ("M/d/yy", "1/1/70", "1970-01-01T00:00:00Z"),
        ("yyyyMMddHHmmss", "20160229235959", "2016-02-29T23:59:59Z"),
        ("yyyy-DDD", "2016-060", "2016-02-29T00:00:00Z"),
        ("EEE MMM d HH:mm:ss z yyyy", "Fri Feb 21 16:43:41 UTC 2020", "2020-02-21T16:43:41Z"),
        ("EEE MMM d HH:mm:ss z yyyy", "Fri Feb  7 16:43:41 PDT 2020", "2020-02-07T23:43:41Z"),
        (
            "EEEE, d MMMM yyyy kk:mm z",
            "Friday, 21 february 2020 24:30 GMT+01:00",
            "2020-02-20T23:30:00Z",
        ),
        ("d MMM yyyy K:mm a", "21 Feb 2020 0:30 PM", "2020-02-21T12:30:00Z"),
        ("HH:mm", "10:30", "1970-01-01T10:30:00Z"),
        ("yyyy", " 2020 ", "2020-01-01T00:00:00Z"),
        ("yyyy-MM-dd'T'HH:mm:ss", "2017-02-28T16:11:29.5-06:00", "2017-02-28T22:11:29.5Z"),
        ("yyyy-MM-dd'T'HH:mm:ss", "2017-02-28T16:11:29Z", "2017-02-28T16:11:29Z"),
    ] {
        let read = pattern(text).read(source, &TimeZone::UTC);
        assert_eq!(read, Ok(moment(expected)), "{text} {source}");
    }
}

#[test]
fn a_text_that_does_not_fit_is_named_with_its_place() {
    for (text, source, column, expected) in [
        ("yyyy-MM-dd", "", 1, "a number"),
        ("yyyy-MM-dd", "2016/02/29", 5, "`-`"),
        ("yyyy-MM-dd", "2016-13-01", 6, "a number from 1 to 12"),
        ("yyyy-MM-dd", "2015-02-29", 11, "a day that the calendar has"),
        ("yyyy-MM-dd", "2015-02-28T00:00:00", 11, "the end"),
        ("yyyy-DDD", "2015-366", 9, "a day that the calendar has"),
        ("HH:mm", "24:00", 1, "a number from 0 to 23"),
        ("HH:mm:ss", "23:59:60", 7, "a number from 0 to 59"),
        ("d MMM", "1 Foo", 3, "the name of a month"),
        ("EEE", "Xyz", 1, "the name of a weekday"),
        ("h a", "3 XM", 3, "AM or PM"),
        ("HH:mmXXX", "10:00", 6, "a time zone"),
        ("HH:mm z", "10:00 QQQ", 10, "a time zone whose letters are known"),
        ("yyyy-MM-dd'T'HH:mm:ss'Z'", "2015-02-28T00:00:00+00:00", 20, "`Z`"),
        ("ss.SSSSSS", "09.179851", 4, "a number from 0 to 999"),
    ] {
        let error = pattern(text).read(source, &TimeZone::UTC).unwrap_err();
        assert_eq!(error.column, column, "{text} {source}: {error}");
        assert!(error.expected.contains(expected), "{text} {source}: {error}");
    }
}

#[test]
fn a_skipped_hour_moves_forward_and_a_repeated_one_is_the_later() {
    let new_york = zone("America/New_York");
    let local = pattern("yyyy-MM-dd HH:mm");
    for (source, expected) in [
        ("2016-03-13 01:59", "2016-03-13T06:59:00Z"),
        ("2016-03-13 02:30", "2016-03-13T07:30:00Z"),
        ("2016-03-13 03:00", "2016-03-13T07:00:00Z"),
        ("2016-11-06 00:59", "2016-11-06T04:59:00Z"),
        ("2016-11-06 01:30", "2016-11-06T06:30:00Z"),
        ("2016-11-06 02:00", "2016-11-06T07:00:00Z"),
    ] {
        assert_eq!(local.read(source, &new_york), Ok(moment(expected)), "{source}");
    }
    assert_eq!(local.format(moment("2016-03-13T07:30:00Z"), &new_york), "2016-03-13 03:30");
    let named = pattern("yyyy-MM-dd HH:mm z");
    for (source, expected) in [
        ("2016-11-06 01:30 EDT", "2016-11-06T05:30:00Z"),
        ("2016-11-06 01:30 EST", "2016-11-06T06:30:00Z"),
    ] {
        assert_eq!(named.read(source, &new_york), Ok(moment(expected)), "{source}");
    }
    let london = zone("Europe/London");
    assert_eq!(named.read("2016-07-01 12:00 BST", &london), Ok(moment("2016-07-01T11:00:00Z")));
}

#[test]
fn a_form_is_a_pattern_or_a_number() {
    let at = moment("2014-11-04T20:03:57Z");
    for (form, value) in [
        ("milliseconds", json!(1_415_131_437_000_i64)),
        ("Milliseconds", json!("1415131437000")),
        ("epoch", json!(1_415_131_437_000_i64)),
        ("epoch seconds", json!(1_415_131_437)),
        ("seconds", json!("1415131437")),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", json!("2014-11-04T20:03:57Z")),
    ] {
        let form = DateForm::parse(form).unwrap();
        assert_eq!(form.read(&value, &TimeZone::UTC), Ok(at), "{form}");
    }
    for value in [json!("2014-11-04"), json!(1.5), json!(true), json!(null), json!({})] {
        let error = DateForm::Milliseconds.read(&value, &TimeZone::UTC).unwrap_err().to_string();
        assert!(error.contains("is not a whole number of milliseconds since 1970"), "{error}");
    }
    assert_eq!(DateForm::Seconds.format(at, &TimeZone::UTC), "1415131437");
}

/// Every pattern of the reference and some more that say a whole moment, and the microseconds that
/// each can tell apart.
const WHOLE: &[(&str, u64)] = &[
    ("yyyy-MM-dd'T'HH:mm:ss'Z'", 1_000_000),
    ("yyyy-MM-dd'T'HH:mm:ssXXX", 1_000_000),
    ("yyyy-MM-dd'T'HH:mm:ssXXX'", 1_000_000),
    ("yyyy-MM-dd'T'HH:mm:ss", 1_000_000),
    ("yyyy-MM-dd HH:mm:ss", 1_000_000),
    ("MM/dd/yyyy HH:mm:ss", 1_000_000),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", 1_000),
    ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", 1_000),
    ("yyyyMMddHHmmssSSS", 1_000),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXX", 1_000),
    ("EEE MMM dd HH:mm:ss z yyyy", 1_000_000),
    ("EEEE d MMMM yyyy h:mm:ss a Z", 1_000_000),
    ("D yyyy KK:mm:ss.S a XX", 1_000),
    ("dd.MM.yy kk:mm:ss", 1_000_000),
];

/// Moments from 1970 to 2069, the leap days and clock changes more often than others.
fn moments() -> impl Strategy<Value = Moment> {
    let special = proptest::sample::select(vec![
        "2016-02-29T00:00:00Z",
        "2000-02-29T23:59:59Z",
        "2016-12-31T23:59:59Z",
        "2016-03-13T07:00:00Z",
        "2016-11-06T05:30:00Z",
        "2016-11-06T06:30:00Z",
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
    ]);
    prop_oneof![
        (0_i64..3_124_224_000_000_000).prop_map(Moment::from_micros),
        (special, 0_u64..7_200).prop_map(|(text, seconds)| moment(text)
            .plus(Duration::from_secs(seconds))
            .minus(Duration::from_secs(3_600))),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(
        at in moments(),
        (text, precision) in proptest::sample::select(WHOLE.to_vec()),
        name in proptest::sample::select(vec![
            "GMT", "America/New_York", "PST", "EST", "-8:00", "GMT+01:00", "Asia/Kolkata", "Europe/London",
            "Australia/Lord_Howe",
        ]),
    ) {
        let (pattern, zone) = (pattern(text), zone(name));
        let cut = Duration::from_micros(u64::try_from(at.micros()).unwrap() % precision);
        let printed = pattern.format(at, &zone);
        let read = pattern.read(&printed, &zone).unwrap();
        // A local time that happens twice, printed without its offset, reads as the later one.
        prop_assert_eq!(pattern.format(read, &zone), printed.clone());
        let says_offset = text.contains('X') || text.contains('Z') && !text.contains("'Z'");
        if says_offset || zone.to_offset(read.timestamp()) == zone.to_offset(at.timestamp()) {
            prop_assert_eq!(read, at.minus(cut), "{} {}", text, printed);
        } else {
            prop_assert!(read > at.minus(cut));
        }
    }

    #[test]
    fn nothing_makes_it_panic(text in "[yMdDEaHkKhmsSzZXé' .:/-]{0,30}", source in ".{0,40}", at: i64) {
        if let Ok(pattern) = DatePattern::parse(&text) {
            let printed = pattern.format(Moment::from_micros(at), &TimeZone::UTC);
            let _again = pattern.read(&printed, &TimeZone::UTC);
            let _read = pattern.read(&source, &TimeZone::UTC);
        }
        let _zone = Zone::parse(&source);
    }

    #[test]
    fn no_likely_date_makes_it_panic(source in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.Z+-]{0,20}") {
        let pattern = pattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        if let Err(error) = pattern.read(&source, &zone("America/New_York")) {
            prop_assert!(source.is_char_boundary(error.position));
        }
    }
}
