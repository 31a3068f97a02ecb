//! How long the next poll waits: the interval with a little chance on top, or a growing wait after
//! failures.

use std::time::Duration;

/// The most that chance puts on top of a wait, in thousandths of it and in all. It only delays, so
/// that instances drift apart and none is asked more often than it says.
const JITTER_PER_MILLE: u32 = 50;
/// See [`JITTER_PER_MILLE`].
const JITTER_MAX: Duration = Duration::from_secs(30);

/// The wait after a first failure: most outages are over by then. It doubles with each further one
/// …
const BACK_OFF_FIRST: Duration = Duration::from_secs(60);

/// … up to this, or to the interval where that is longer.
const BACK_OFF_MAX: Duration = Duration::from_secs(15 * 60);

/// Doublings after which the bound is reached whatever the interval was.
const DOUBLINGS_MAX: u32 = 20;

/// A wait of at least `wait`.
pub(super) fn with_jitter(wait: Duration, random: u32) -> Duration {
    let most = (wait.saturating_mul(JITTER_PER_MILLE) / 1_000).min(JITTER_MAX);
    wait + part(most, random)
}

/// A random part of a wait, so that what begins together does not go on together.
pub(super) fn part(wait: Duration, random: u32) -> Duration {
    wait.saturating_mul(random % 1_000) / 1_000
}

/// The wait after so many failures one after the other (at least one).
pub(super) fn after_failures(failures: u32, interval: Duration, random: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(DOUBLINGS_MAX);
    let wait = BACK_OFF_FIRST.min(interval).saturating_mul(1 << doublings);
    with_jitter(wait.min(interval.max(BACK_OFF_MAX)), random)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn waits_after_failures_double_up_to_the_interval_or_a_quarter_of_an_hour() {
        let minutes = |interval_minutes: u32, failures: &[u32]| {
            let wait = |failures: &u32| after_failures(*failures, interval_minutes * MINUTE, 0);
            failures.iter().map(|n| wait(n).as_secs() / 60).collect::<Vec<_>>()
        };
        assert_eq!(minutes(15, &[1, 2, 3, 4, 5, 6, 100]), [1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(minutes(1, &[1, 2, 3, 4, 5, 6, 100]), [1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(minutes(360, &[1, 6, 9, 10, u32::MAX]), [1, 32, 256, 360, 360]);
        let second = Duration::from_secs(1);
        assert_eq!(after_failures(1, second, 0), second);
        assert_eq!(after_failures(4, second, 0), 8 * second);
    }

    proptest! {
        #[test]
        fn chance_delays_a_little_and_never_hastens(seconds in 0..10_000_000_u64, random: u32) {
            let wait = Duration::from_secs(seconds);
            let found = with_jitter(wait, random);
            prop_assert!(found >= wait && found <= wait + JITTER_MAX && found <= wait * 21 / 20);
        }
    }
}
