//! The date forms that ServiceStack's clients and Intuit write (reference: qbo-webhooks-listener
//! §4.2 and §5).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

/// 0001-01-01T00:00:00Z in milliseconds: .NET's smallest date, which its clients send for "none".
const NO_DATE_MS: i64 = -62_135_596_800_000;

/// How far from [`NO_DATE_MS`] a date still means "none": a client that holds it for local time
/// moves it by its offset, which is 14 hours at most.
const NO_DATE_TOLERANCE_MS: i64 = 14 * 3_600 * 1_000;

/// Longest text that is looked at, in bytes; the longest form has 38.
const DATE_BYTES_MAX: usize = 64;

/// The date of a notice as the provider writes it: text that is RFC 3339 (with or without a colon
/// in the offset) stays as it is, other forms become it. `None` is no date. What is no form of date
/// stays as it is too, for the raw entry to show.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.trim();
    let Some(found) = instant(text) else {
        return (!text.is_empty()).then(|| text.to_owned());
    };
    if (found.as_millisecond() - NO_DATE_MS).abs() <= NO_DATE_TOLERANCE_MS {
        return None;
    }
    let is_canonical = text.parse::<Timestamp>().is_ok();
    Some(if is_canonical { text.to_owned() } else { found.to_string() })
}

/// The point in time that a text means. Without an offset it is UTC, which the original takes for
/// its server's own zone.
fn instant(text: &str) -> Option<Timestamp> {
    if text.len() > DATE_BYTES_MAX {
        return None;
    }
    if let Ok(stamp) = text.parse() {
        return Some(stamp);
    }
    wcf(text)
        .or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| civil(text)?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
}

fn civil(text: &str) -> Option<DateTime> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        // A longer or shorter number is not a date: seconds and milliseconds are not accepted.
        8 if digits_only => date("%Y%m%d", text),
        _ if digits_only => None,
        // The original reads a date alone by day and month, but with a time by month and day.
        10 if text.contains('/') => date("%d/%m/%Y", text),
        19 if text.contains('/') => {
            strtime::parse("%m/%d/%Y %H:%M:%S", text).ok()?.to_datetime().ok()
        }
        _ => text.parse::<DateTime>().ok(),
    }
}

fn date(form: &str, text: &str) -> Option<DateTime> {
    let date: Date = strtime::parse(form, text).ok()?.to_date().ok()?;
    Some(date.to_datetime(jiff::civil::Time::midnight()))
}

/// `/Date(milliseconds)/`, with an offset that says how the sender would show it. The original
/// moves the clock by that offset and forgets it; the milliseconds alone are the point in time.
fn wcf(text: &str) -> Option<Timestamp> {
    let text = text.strip_prefix('\\').unwrap_or(text);
    let inner = text.strip_prefix("/Date(")?;
    let inner = inner.strip_suffix(")/").or_else(|| inner.strip_suffix(")\\/"))?;
    let sign = if inner.starts_with('-') { "-" } else { "" };
    let unsigned = inner.strip_prefix('-').unwrap_or(inner);
    let (digits, offset) = match unsigned.split_once(['+', '-']) {
        Some((digits, offset)) => (digits, Some(offset)),
        None => (unsigned, None),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(digits) || offset.is_some_and(|text| text.len() != 4 || !are_digits(text)) {
        return None;
    }
    Timestamp::from_millisecond(format!("{sign}{digits}").parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_the_reference_is_the_same_point_in_time() {
        let evening = "2015-10-05T21:42:19Z";
        let table = [
            // As the provider writes it: kept.
            ("2015-10-05T14:42:19-0700", "2015-10-05T14:42:19-0700"),
            ("2015-10-05T14:42:19-07:00", "2015-10-05T14:42:19-07:00"),
            (evening, evening),
            ("2015-10-05T21:42:19.1Z", "2015-10-05T21:42:19.1Z"),
            ("2015-10-05T14:42:19.1234567-07:00", "2015-10-05T14:42:19.1234567-07:00"),
            ("2015-10-05 21:42:19Z", "2015-10-05 21:42:19Z"),
            ("2015-10-05T14:42Z", "2015-10-05T14:42Z"),
            // Without an offset: UTC.
            ("2015-10-05T21:42:19", evening),
            ("2015-10-05T21:42:19.123", "2015-10-05T21:42:19.123Z"),
            ("2015-10-05 21:42:19", evening),
            ("2015-10-05", "2015-10-05T00:00:00Z"),
            ("20151005", "2015-10-05T00:00:00Z"),
            // Others.
            ("Mon, 05 Oct 2015 21:42:19 GMT", evening),
            ("10/05/2015 21:42:19", evening),
            ("10/05/2015", "2015-05-10T00:00:00Z"),
            ("/Date(1444081339000)/", evening),
            (r"\/Date(1444081339000)\/", evening),
            (r"\/Date(1444081339000-0000)\/", evening),
            // Deviation: the original shows 14:42:19 and loses the offset.
            (r"\/Date(1444081339000-0700)\/", evening),
            ("/Date(1444081339000+0200)/", evening),
            ("/Date(-1000)/", "1969-12-31T23:59:59Z"),
            ("  2015-10-05T21:42:19Z \n", evening),
        ];
        for (text, expected) in table {
            assert_eq!(canonical(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_smallest_date_of_dotnet_is_no_date() {
        for text in [
            r"\/Date(-62135596800000-0000)\/",
            "/Date(-62135596800000)/",
            "/Date(-62135571600000)/",
            "0001-01-01",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00.0000000",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+02:00",
            "",
            "  ",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_stays_as_it_was_sent() {
        // Deviation: the original puts the smallest date in its place, silently.
        for text in [
            "1444081339",
            "1444081339000",
            "not a date",
            "2015-13-45T00:00:00Z",
            "13/13/2015 00:00:00",
            "/Date()/",
            "/Date(12-07)/",
            "/Date(12-07000)/",
            "/Date(--12)/",
            "/Date(99999999999999999999)/",
            "/Date(1444081339000)",
        ] {
            assert_eq!(canonical(text).as_deref(), Some(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,70}") {
            canonical(&text);
        }

        #[test]
        fn what_is_canonical_stays_so(ms in -30_000_000_000_000_i64..30_000_000_000_000) {
            let once = canonical(&format!("/Date({ms})/")).unwrap();
            prop_assert_eq!(canonical(&once), Some(once.clone()));
            prop_assert_eq!(once.parse::<Timestamp>().unwrap().as_millisecond(), ms);
        }
    }
}
