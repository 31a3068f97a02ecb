//! A point in time: microseconds since 1970-01-01T00:00:00Z, and the forms in which providers and
//! the original product write it.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Microseconds since the Unix epoch, UTC. Stored as it is in both databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

impl Moment {
    /// From microseconds since the epoch; values a calendar cannot print are clamped to it.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond()))
    }

    /// From milliseconds since the epoch.
    pub fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(1_000))
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved later by `span`.
    pub fn plus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This moment moved earlier by `span`.
    pub fn minus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads every timestamp form seen from the providers: RFC 3339 with any number of fraction
    /// digits, an offset with or without a colon, or `Z` (reference: quickbooks §0.12).
    pub fn parse(text: &str) -> Option<Self> {
        let stamp: Timestamp = text.trim().parse().ok()?;
        Some(Self(stamp.as_microsecond()))
    }

    /// `2020-02-21T16:43:39Z`, the form of `events[].date` and `pollDate`.
    pub fn to_iso_seconds(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `2020-02-21T16:43:39.125Z`, the form of every time this gateway's own API prints.
    pub fn to_iso_millis(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }

    /// `Fri Feb 21 16:43:41 UTC 2020`, Java's `Date.toString()`, the form of `createdDate` in a
    /// notification.
    pub fn to_java_date(self) -> String {
        self.timestamp().strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
    }

    /// The same point in time for a calendar library.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Timestamp> for Moment {
    fn from(stamp: Timestamp) -> Self {
        Self(stamp.as_microsecond())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_iso_millis())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp().to_zoned(TimeZone::UTC).timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_the_providers_write_is_read() {
        for (text, micros) in [
            ("2015-10-05T14:42:19-0700", 1_444_081_339_000_000),
            ("2025-04-10T11:00:00-07:00", 1_744_308_000_000_000),
            ("2025-09-08T20:52:31.657Z", 1_757_364_751_657_000),
            ("2025-09-10T21:31:25.179851517Z", 1_757_539_885_179_851),
            ("2026-06-12T15:52:10Z", 1_781_279_530_000_000),
            ("2015-12-23T12:36:51.763-08:00", 1_450_903_011_763_000),
        ] {
            assert_eq!(Moment::parse(text), Some(Moment::from_micros(micros)), "{text}");
        }
        for text in ["", "yesterday", "2015-10-05", "2015-13-05T00:00:00Z"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_printed_in_the_three_forms() {
        let moment = Moment::from_micros(1_582_303_421_125_000);
        assert_eq!(moment.to_iso_seconds(), "2020-02-21T16:43:41Z");
        assert_eq!(moment.to_iso_millis(), "2020-02-21T16:43:41.125Z");
        assert_eq!(moment.to_java_date(), "Fri Feb 21 16:43:41 UTC 2020");
    }

    #[test]
    fn arithmetic_stays_inside_the_calendar() {
        let last = Moment::from_micros(i64::MAX);
        assert_eq!(last.plus(Duration::MAX), last);
        assert_eq!(Moment::default().since(last), Duration::ZERO);
    }
}
