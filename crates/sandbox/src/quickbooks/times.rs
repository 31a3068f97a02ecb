//! The time forms of QuickBooks Online (reference §1.3, §1.4 and the recorded answers).
//!
//! Record times have whole seconds and answers have milliseconds, both with the Pacific offset;
//! notices are in UTC.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub(super) use crate::times::whole_second;

/// Pacific time by its rule of 2007, so that no time zone database is needed on the machine.
static PACIFIC: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").unwrap_or(TimeZone::UTC));

fn pacific(at: Timestamp) -> Zoned {
    at.to_zoned(PACIFIC.clone())
}

/// `2020-09-29T05:58:16-07:00`, as in `MetaData`.
pub(super) fn record_time(at: Timestamp) -> String {
    pacific(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `2020-09-29T05:58:16.187-07:00`, as in the `time` of an answer.
pub(super) fn answer_time(at: Timestamp) -> String {
    pacific(at).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
}

/// `2016-02-02T16:25:00-0800`, as in the header `intuit-created-time`.
pub(super) fn header_time(at: Timestamp) -> String {
    pacific(at).strftime("%Y-%m-%dT%H:%M:%S%z").to_string()
}

/// `2025-09-08T20:52:31.657Z`, as in `lastUpdated` of a legacy notice.
pub(super) fn legacy_notice_time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// `2025-09-10T21:31:25.179851517Z`, as in `time` of a CloudEvents notice.
pub(super) fn cloud_event_time(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// The day it is in the company's books.
pub(super) fn book_date(at: Timestamp) -> Date {
    pacific(at).date()
}

/// Reads a time of a caller: with an offset, or without one and then Pacific, or only a day.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(at) = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text) {
        return Some(at);
    }
    let civil = text.parse::<DateTime>().ok()?;
    civil.to_zoned(PACIFIC.clone()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_is_printed_as_recorded() {
        let summer = at("2020-09-29T12:58:16.187654321Z");
        assert_eq!(record_time(summer), "2020-09-29T05:58:16-07:00");
        assert_eq!(answer_time(summer), "2020-09-29T05:58:16.187-07:00");
        assert_eq!(legacy_notice_time(summer), "2020-09-29T12:58:16.187Z");
        assert_eq!(cloud_event_time(summer), "2020-09-29T12:58:16.187654321Z");
        let winter = at("2016-02-03T00:25:00Z");
        assert_eq!(header_time(winter), "2016-02-02T16:25:00-0800");
        assert_eq!(record_time(winter), "2016-02-02T16:25:00-08:00");
        assert_eq!(answer_time(winter), "2016-02-02T16:25:00.000-08:00");
        assert_eq!(cloud_event_time(winter), "2016-02-03T00:25:00.000000000Z");
    }

    #[test]
    fn callers_may_write_a_time_in_several_forms() {
        let expected = at("2026-01-02T11:04:05Z");
        for text in [
            "2026-01-02T03:04:05-08:00",
            "2026-01-02T03:04:05-0800",
            "2026-01-02T11:04:05Z",
            "2026-01-02T11:04:05.000000000Z",
            "2026-01-02T03:04:05",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("2026-01-02"), Some(at("2026-01-02T08:00:00Z")));
        assert_eq!(parse("2026-01-02T03:04:05 08:00"), None);
        assert_eq!(parse("yesterday"), None);
    }
}
