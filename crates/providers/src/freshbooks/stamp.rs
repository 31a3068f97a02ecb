//! FreshBooks' times: a wall clock in New York, one in UTC, or ISO 8601 (reference:
//! freshbooks-sage §1.9).

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ledgerhook_model::Moment;

use super::entities::Clock;

/// The rule of New York since 2007, for a machine without a time zone database. FreshBooks' records
/// are not much older.
const EASTERN_RULE: &str = "EST5EDT,M3.2.0,M11.1.0";

/// When something happened, as precisely as a wall clock says: in the hour that autumn repeats it
/// may be either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The earlier reading, which is the one that is told but for [`Stamp::since`].
    pub(super) earliest: Moment,
    /// The later one; the same but for one hour a year.
    pub(super) latest: Moment,
}

impl Stamp {
    /// The earlier reading, unless only the later one is not before `since`.
    pub(super) fn since(self, since: Option<Moment>) -> Moment {
        match since.is_some_and(|since| self.earliest < since) {
            true => self.latest,
            false => self.earliest,
        }
    }

    /// Reads a time of day on a date. One with a `T` is UTC, whether its `Z` is there or not.
    pub(super) fn read(text: &str, clock: Clock) -> Option<Self> {
        let text = text.trim();
        if let Some(moment) = Moment::parse(text) {
            return Some(Self { earliest: moment, latest: moment });
        }
        // A date alone says neither when nor which change of the day.
        let has_time = text.contains(':');
        let civil = has_time.then(|| text.parse::<DateTime>().ok()).flatten()?;
        let zone = match clock {
            Clock::Eastern if !text.contains(['T', 't']) => eastern(),
            Clock::Eastern | Clock::Utc => TimeZone::UTC,
        };
        let readings = zone.to_ambiguous_timestamp(civil);
        let earliest = readings.earlier().ok()?.into();
        Some(Self { earliest, latest: readings.later().ok()?.into() })
    }
}

/// The date in New York at a moment, as `search[updated_min]` wants it, a day earlier than it would
/// need to be: which day a time belongs to is FreshBooks' own affair.
pub(super) fn day_before(moment: Moment) -> String {
    let date = moment.timestamp().to_zoned(eastern()).date();
    date.yesterday().unwrap_or(date).to_string()
}

/// The other end: `search[updated_max]`, a day later than it would need to be.
pub(super) fn day_after(moment: Moment) -> String {
    let date = moment.timestamp().to_zoned(eastern()).date();
    date.tomorrow().unwrap_or(date).to_string()
}

fn eastern() -> TimeZone {
    let rule = || TimeZone::posix(EASTERN_RULE).unwrap_or(TimeZone::UTC);
    TimeZone::get("America/New_York").unwrap_or_else(|_| rule())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, clock: Clock) -> Option<(String, String)> {
        let stamp = Stamp::read(text, clock)?;
        Some((stamp.earliest.to_iso_seconds(), stamp.latest.to_iso_seconds()))
    }

    #[test]
    fn every_form_is_read_by_its_own_clock() {
        let cases = [
            ("2021-07-19 04:42:03", Clock::Eastern, "2021-07-19T08:42:03Z"),
            ("2021-01-19 04:42:03", Clock::Eastern, "2021-01-19T09:42:03Z"),
            ("2021-07-19 04:42:03", Clock::Utc, "2021-07-19T04:42:03Z"),
            ("2020-09-13T03:10:13", Clock::Utc, "2020-09-13T03:10:13Z"),
            ("2020-09-13T03:10:13", Clock::Eastern, "2020-09-13T03:10:13Z"),
            ("2023-08-10T10:34:13Z", Clock::Eastern, "2023-08-10T10:34:13Z"),
            ("2023-04-27T14:33:48.841075Z", Clock::Utc, "2023-04-27T14:33:48Z"),
            (" 2023-08-10T10:34:13-04:00 ", Clock::Utc, "2023-08-10T14:34:13Z"),
        ];
        for (text, clock, expected) in cases {
            let expected = (expected.to_owned(), expected.to_owned());
            assert_eq!(read(text, clock), Some(expected), "{text} {clock:?}");
        }
        for text in ["", "soon", "2021-07-19", "2020-11-219T13:23:52", "2021-02-30 00:00:00"] {
            assert_eq!(read(text, Clock::Eastern), None, "{text}");
        }
    }

    #[test]
    fn the_hour_that_autumn_repeats_has_two_readings_and_the_one_that_spring_skips_is_read() {
        let both = ("2026-11-01T05:30:00Z".to_owned(), "2026-11-01T06:30:00Z".to_owned());
        assert_eq!(read("2026-11-01 01:30:00", Clock::Eastern), Some(both));
        let skipped = read("2026-03-08 02:30:00", Clock::Eastern).unwrap();
        assert!(skipped.0 <= skipped.1, "{skipped:?}");
    }

    #[test]
    fn the_rule_and_the_database_agree_on_every_hour_of_these_years() {
        let rule = TimeZone::posix(EASTERN_RULE).unwrap();
        let database = eastern();
        for hour in 0..9 * 366 * 24 {
            let moment = Moment::parse("2018-01-01T00:00:00Z").unwrap().seconds() + hour * 3_600;
            let stamp = Moment::from_millis(moment * 1_000).timestamp();
            assert_eq!(rule.to_offset(stamp), database.to_offset(stamp), "{stamp}");
        }
    }

    #[test]
    fn a_question_begins_on_the_day_before_in_new_york() {
        for (moment, expected) in [
            ("2026-11-20T12:00:00Z", "2026-11-19"),
            ("2026-11-20T04:59:59Z", "2026-11-18"),
            ("2026-11-20T05:00:00Z", "2026-11-19"),
            ("2026-03-01T12:00:00Z", "2026-02-28"),
        ] {
            assert_eq!(day_before(Moment::parse(moment).unwrap()), expected, "{moment}");
        }
    }
}
