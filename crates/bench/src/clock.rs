//! The wall clock in microseconds: the one clock that generator and receiver share, being two
//! processes on one machine.

use jiff::Timestamp;
use tokio::time::Instant;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "a load generator measures real time; there is no clock to be handed"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Now, in microseconds since the Unix epoch.
pub(crate) fn unix_us() -> i64 {
    now().as_microsecond()
}

/// The wall-clock time of a recent `instant`, in microseconds since the Unix epoch.
pub(crate) fn unix_us_at(instant: Instant) -> i64 {
    let age_us = i64::try_from(instant.elapsed().as_micros()).unwrap_or(i64::MAX);
    unix_us().saturating_sub(age_us)
}
