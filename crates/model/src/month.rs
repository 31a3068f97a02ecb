//! A calendar month in UTC: by what reads are counted and budgets renewed.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::moment::Moment;

/// A calendar month in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Months since January of the year 0, which is also how it is stored.
    number: i32,
}

/// Months of a year.
const MONTHS: i32 = 12;

impl Month {
    /// The month that `moment` is in.
    pub fn of(moment: Moment) -> Self {
        let date = moment.timestamp().to_zoned(TimeZone::UTC).date();
        Self { number: i32::from(date.year()) * MONTHS + i32::from(date.month()) - 1 }
    }

    /// From the number that [`Month::number`] gives.
    pub fn from_number(number: i32) -> Self {
        Self { number }
    }

    /// Months since January of the year 0.
    pub fn number(self) -> i32 {
        self.number
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return None;
        }
        let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
        (1..=MONTHS).contains(&month).then_some(Self { number: year * MONTHS + month - 1 })
    }

    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { number: self.number.saturating_add(1) }
    }

    /// When it begins. The end is the next one's beginning.
    pub fn start(self) -> Moment {
        let year = i16::try_from(self.number.div_euclid(MONTHS)).unwrap_or(i16::MAX);
        let month = i8::try_from(self.number.rem_euclid(MONTHS) + 1).unwrap_or(1);
        let first = Date::new(year, month, 1).and_then(|date| date.to_zoned(TimeZone::UTC));
        // Only years that no calendar has fail: further away than any clock gets.
        first.map(|first| first.timestamp().into()).unwrap_or_default()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.number.div_euclid(MONTHS), self.number.rem_euclid(MONTHS) + 1);
        write!(f, "{year:04}-{month:02}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_month_begins_at_its_first_midnight_in_utc() {
        for (moment, month, start) in [
            ("2026-11-25T14:00:00Z", "2026-11", "2026-11-01T00:00:00Z"),
            ("2026-11-30T23:59:59Z", "2026-11", "2026-11-01T00:00:00Z"),
            ("2026-11-30T18:00:00-07:00", "2026-12", "2026-12-01T00:00:00Z"),
            ("2027-01-01T00:00:00Z", "2027-01", "2027-01-01T00:00:00Z"),
        ] {
            let found = Month::of(Moment::parse(moment).unwrap());
            assert_eq!(found.to_string(), month);
            assert_eq!(Month::parse(month), Some(found));
            assert_eq!(found.start(), Moment::parse(start).unwrap());
        }
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "+026-11"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_in_its_month(seconds in 0..4_000_000_000_i64) {
            let moment = Moment::from_millis(seconds * 1_000);
            let month = Month::of(moment);
            prop_assert!(month.start() <= moment && moment < month.next().start());
            prop_assert_eq!(Month::from_number(month.number()), month);
        }
    }
}
