//! The time forms of FreshBooks (reference: freshbooks-sage §1.9): accounting times are Eastern
//! wall time without an offset, some are UTC, and the business services write UTC with or
//! without `Z`.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub(super) use crate::times::whole_second;

/// Eastern time by its rule of 2007, so that no time zone database is needed on the machine.
static EASTERN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap_or(TimeZone::UTC));

/// How a property prints a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeForm {
    /// `2021-06-13 10:45:20`, Eastern wall time.
    Eastern,
    /// `2021-06-13 14:45:20`, UTC.
    Utc,
    /// `2021-06-13T14:45:20`, UTC.
    UtcBare,
    /// `2021-06-13T14:45:20Z`.
    UtcZulu,
}

impl TimeForm {
    pub(super) fn print(self, at: Timestamp) -> String {
        let utc = || at.to_zoned(TimeZone::UTC);
        match self {
            Self::Eastern => eastern(at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Utc => utc().strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Self::UtcBare => utc().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            Self::UtcZulu => utc().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

fn eastern(at: Timestamp) -> Zoned {
    at.to_zoned(EASTERN.clone())
}

/// The day it is in Eastern time: the grain of `search[updated_min]`, and the day of new records.
pub(super) fn eastern_day(at: Timestamp) -> Date {
    eastern(at).date()
}

/// Reads the day a text begins with: `2026-03-10`, and `2026-03-10 15:00:00` too.
pub(super) fn parse_day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// Reads `updated_since`: ISO 8601 with an offset, or without one and then UTC, or only a day.
pub(super) fn parse_since(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil = text.parse::<DateTime>().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_is_printed_as_recorded() {
        let summer = at("2021-06-13T14:45:20.9Z");
        assert_eq!(TimeForm::Eastern.print(summer), "2021-06-13 10:45:20");
        assert_eq!(TimeForm::Utc.print(summer), "2021-06-13 14:45:20");
        assert_eq!(TimeForm::UtcBare.print(summer), "2021-06-13T14:45:20");
        assert_eq!(TimeForm::UtcZulu.print(summer), "2021-06-13T14:45:20Z");
        assert_eq!(TimeForm::Eastern.print(at("2021-01-13T14:45:20Z")), "2021-01-13 09:45:20");
    }

    #[test]
    fn the_repeated_hour_of_autumn_prints_twice() {
        let first = TimeForm::Eastern.print(at("2026-11-01T05:30:00Z"));
        assert_eq!(first, "2026-11-01 01:30:00");
        assert_eq!(TimeForm::Eastern.print(at("2026-11-01T06:30:00Z")), first);
    }

    #[test]
    fn a_day_changes_at_eastern_midnight() {
        assert_eq!(eastern_day(at("2026-03-11T03:59:59Z")).to_string(), "2026-03-10");
        assert_eq!(eastern_day(at("2026-03-11T04:00:00Z")).to_string(), "2026-03-11");
    }

    #[test]
    fn callers_may_write_a_time_in_several_forms() {
        let expected = at("2026-01-02T11:04:05Z");
        for text in ["2026-01-02T11:04:05Z", "2026-01-02T06:04:05-05:00", "2026-01-02T11:04:05"] {
            assert_eq!(parse_since(text), Some(expected), "{text}");
        }
        assert_eq!(parse_since("2026-01-02"), Some(at("2026-01-02T00:00:00Z")));
        assert_eq!(parse_since("yesterday"), None);
        assert_eq!(parse_day("2026-01-02 11:04:05"), parse_day("2026-01-02"));
        assert_eq!(parse_day("2026-1-2"), None);
    }
}
