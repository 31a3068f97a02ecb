//! What all stand-ins do with times.

use jiff::Timestamp;

/// The second a time falls in: what a record remembers.
pub(crate) fn whole_second(at: Timestamp) -> Timestamp {
    let second = at.as_nanosecond().div_euclid(1_000_000_000);
    second.try_into().ok().and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(at)
}

/// Shows a time of the control routes as text.
pub(crate) fn as_text<S: serde::Serializer>(
    at: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_forgets_the_fraction_of_a_second() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(whole_second(at("2026-01-02T11:04:05.999Z")), at("2026-01-02T11:04:05Z"));
        assert_eq!(whole_second(at("1969-12-31T23:59:59.001Z")), at("1969-12-31T23:59:59Z"));
    }
}
