//! The time forms of Sage Accounting (reference: freshbooks-sage §2.5): UTC and whole seconds.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use super::shared::SharedState;
pub(super) use crate::times::whole_second;

/// Characters of `2024-01-01`.
const DATE_CHARS: usize = 10;

/// `2025-12-23T11:12:23Z`.
pub(super) fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The layer that dates every answer by the stand-in's clock, by which records are dated too.
pub(super) async fn date(State(shared): State<SharedState>, mut answer: Response) -> Response {
    let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&shared.now());
    if let Some(date) = text.ok().and_then(|text| HeaderValue::try_from(text).ok()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// `2025-12-23`.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// Reads a filter: `YYYY-MM-DD`, or `YYYY-MM-DDThh:mm:ss` with `Z` or an offset. A date is its
/// first second in UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if let Some(date) = parse_date(text) {
        return date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    let (date, _) = text.split_once('T')?;
    parse_date(date)?;
    text.parse::<Timestamp>().ok().map(whole_second)
}

/// Reads `YYYY-MM-DD`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    (text.len() == DATE_CHARS).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_utc_and_have_no_fraction() {
        assert_eq!(shown(at("2026-01-02T13:04:05.999+02:00")), "2026-01-02T11:04:05Z");
        assert_eq!(whole_second(at("2026-01-02T11:04:05.999Z")), at("2026-01-02T11:04:05Z"));
        assert_eq!(day(at("2026-01-02T23:59:59Z")), "2026-01-02");
    }

    #[test]
    fn a_filter_is_a_date_or_a_time_with_an_offset() {
        for (text, expected) in [
            ("2024-01-01", Some("2024-01-01T00:00:00Z")),
            ("2024-01-01T10:00:00Z", Some("2024-01-01T10:00:00Z")),
            ("2024-01-01T10:00:00+01:00", Some("2024-01-01T09:00:00Z")),
            ("2024-01-01T10:00:00-05:30", Some("2024-01-01T15:30:00Z")),
            ("2024-01-01T10:00:00 01:00", None),
            ("2024-01-01T10:00:00", None),
            ("2024-01-01 10:00:00Z", None),
            ("2024-02-30", None),
            ("01/01/2024", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected.map(at), "{text}");
        }
    }
}
