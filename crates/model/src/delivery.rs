//! The delivery state machine: what follows an attempt.

use std::fmt;
use std::time::Duration;

use crate::change::named;
use crate::moment::Moment;

named! {
    /// Where a delivery stands.
    DeliveryStatus {
        /// On its way: not tried yet, or to be tried again.
        Pending = "pending",
        /// The callback answered 2xx.
        Delivered = "delivered",
        /// Given up for now; visible, and sent again on request.
        Parked = "parked",
    }
}

named! {
    /// Why a delivery was parked.
    ParkReason {
        /// Every attempt of the schedule failed.
        Exhausted = "exhausted",
        /// The callback answered 410 Gone.
        Gone = "gone",
        /// The instance or its callback does not exist any more.
        NoCallback = "no_callback",
    }
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The callback answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// What its `Retry-After` asked for.
        retry_after: Option<Duration>,
    },
    /// No answer: the stable code of the failure (`timeout`, `connect`, `refused`, …).
    Failed {
        /// The code.
        code: &'static str,
    },
}

impl fmt::Display for AttemptOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { status, .. } => write!(f, "status {status}"),
            Self::Failed { code } => f.write_str(code),
        }
    }
}

/// What is to be done with a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// It arrived.
    Done,
    /// Try again.
    Retry {
        /// Not before this moment.
        at: Moment,
    },
    /// Give up for now.
    Park {
        /// Why.
        reason: ParkReason,
    },
}

/// The waits between attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule {
    waits: Vec<Duration>,
}

/// Longest wait that a callback's `Retry-After` may ask for.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Waits are spread by up to this part of a thousand to either side, so that what failed together
/// is not tried again together.
pub const JITTER_PER_MILLE: u32 = 200;

impl RetrySchedule {
    /// A schedule with these waits; the first attempt is at once, so there is one attempt more
    /// than there are waits.
    pub fn new(waits: Vec<Duration>) -> Self {
        Self { waits }
    }

    /// Ten attempts over 75.6 hours, the example schedule of Standard Webhooks 1.0.0: a receiver
    /// may be down from Friday evening to Monday morning and misses nothing.
    pub fn standard() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 3_600;
        let seconds = [
            5,
            5 * MINUTE,
            30 * MINUTE,
            2 * HOUR,
            5 * HOUR,
            10 * HOUR,
            14 * HOUR,
            20 * HOUR,
            24 * HOUR,
        ];
        Self::new(seconds.into_iter().map(Duration::from_secs).collect())
    }

    /// Attempts until a delivery is parked.
    pub fn attempts_max(&self) -> usize {
        self.waits.len() + 1
    }

    /// What follows the attempt number `attempts` (1 is the first) that ended with `outcome` at
    /// `now`. `random` is asked only when there is a wait to be spread ([`JITTER_PER_MILLE`]).
    pub fn after_attempt(
        &self,
        attempts: u32,
        outcome: &AttemptOutcome,
        now: Moment,
        random: impl FnOnce() -> u32,
    ) -> NextStep {
        let asked = match outcome {
            AttemptOutcome::Answered { status: 200..=299, .. } => return NextStep::Done,
            AttemptOutcome::Answered { status: 410, .. } => {
                return NextStep::Park { reason: ParkReason::Gone };
            }
            AttemptOutcome::Answered { retry_after, .. } => retry_after.unwrap_or_default(),
            AttemptOutcome::Failed { .. } => Duration::ZERO,
        };
        let made = usize::try_from(attempts.max(1)).unwrap_or(usize::MAX);
        match self.waits.get(made - 1) {
            None => NextStep::Park { reason: ParkReason::Exhausted },
            Some(wait) => {
                let wait = spread(*wait, random()).max(asked.min(RETRY_AFTER_MAX));
                NextStep::Retry { at: now.plus(wait) }
            }
        }
    }
}

/// `wait` moved by up to [`JITTER_PER_MILLE`] to either side.
fn spread(wait: Duration, random: u32) -> Duration {
    let per_mille = 1_000 - JITTER_PER_MILLE + random % (2 * JITTER_PER_MILLE + 1);
    wait.saturating_mul(per_mille) / 1_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The value of `random` that moves a wait by nothing.
    const EVEN: u32 = JITTER_PER_MILLE;

    fn answered(status: u16) -> AttemptOutcome {
        AttemptOutcome::Answered { status, retry_after: None }
    }

    fn step(attempts: u32, outcome: &AttemptOutcome) -> NextStep {
        RetrySchedule::standard().after_attempt(attempts, outcome, Moment::default(), || EVEN)
    }

    fn retry_in_seconds(seconds: u64) -> NextStep {
        NextStep::Retry { at: Moment::default().plus(Duration::from_secs(seconds)) }
    }

    #[test]
    fn only_a_2xx_is_done() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(step(1, &answered(status)), NextStep::Done, "{status}");
        }
        for status in [100, 199, 301, 302, 307, 400, 401, 404, 429, 500, 502, 504] {
            assert_eq!(step(1, &answered(status)), retry_in_seconds(5), "{status}");
        }
        assert_eq!(step(1, &AttemptOutcome::Failed { code: "timeout" }), retry_in_seconds(5));
    }

    #[test]
    fn the_waits_follow_the_schedule_and_then_it_is_parked() {
        assert_eq!(step(2, &answered(500)), retry_in_seconds(300));
        assert_eq!(step(9, &answered(500)), retry_in_seconds(86_400));
        let parked = NextStep::Park { reason: ParkReason::Exhausted };
        assert_eq!(step(10, &answered(500)), parked);
        assert_eq!(step(u32::MAX, &answered(500)), parked);
        assert_eq!(RetrySchedule::standard().attempts_max(), 10);
    }

    #[test]
    fn gone_parks_at_once() {
        assert_eq!(step(1, &answered(410)), NextStep::Park { reason: ParkReason::Gone });
    }

    #[test]
    fn retry_after_lengthens_a_wait_and_is_capped() {
        let asked = |seconds| AttemptOutcome::Answered {
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
        };
        assert_eq!(step(1, &asked(60)), retry_in_seconds(60));
        assert_eq!(step(2, &asked(60)), retry_in_seconds(300));
        assert_eq!(step(1, &asked(u64::MAX)), retry_in_seconds(24 * 60 * 60));
    }

    proptest! {
        #[test]
        fn jitter_stays_within_a_fifth(random: u32, attempts in 1_u32..10) {
            let schedule = RetrySchedule::standard();
            let even = schedule.waits[attempts as usize - 1];
            let step = schedule.after_attempt(attempts, &answered(500), Moment::default(), || random);
            let NextStep::Retry { at } = step else { return Err(TestCaseError::fail("no retry")) };
            let wait = at.since(Moment::default());
            prop_assert!(wait >= even * 4 / 5 && wait <= even * 6 / 5, "{wait:?} of {even:?}");
        }
    }
}
