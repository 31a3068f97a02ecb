//! How what is left of a month's reads is spread over the polls of an app's companies.
//!
//! With enough left, every poll keeps its own pace. With less, intervals are stretched until the
//! reads that are still to come fit: those of idle companies first and most, those of active ones
//! last. Nothing is ever asked more often than its instance says.

use std::time::Duration;

/// An interval as it is, in thousandths of itself.
pub(crate) const UNSTRETCHED: u64 = 1_000;

/// The most that an interval is stretched to, in thousandths: 15 minutes become a day.
pub(crate) const STRETCH_MAX: u64 = 96 * UNSTRETCHED;

/// No interval is stretched beyond this: change data capture tells of 30 days, and a week leaves
/// room for an outage.
pub(crate) const STRETCHED_INTERVAL_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Polls leave the tenth part of what is left to the reads behind webhooks.
pub(crate) const HYDRATION_RESERVE_PART: u64 = 10;

/// From how long an idleness on it counts how much. A company is stretched when the common level
/// is above the most weight divided by its own.
const WEIGHTS: [(Duration, u64); 4] = [
    (Duration::from_secs(7 * 24 * 60 * 60), WEIGHT_MAX),
    (Duration::from_secs(24 * 60 * 60), 16),
    (Duration::from_secs(60 * 60), 4),
    (Duration::ZERO, 1),
];

const WEIGHT_MAX: u64 = 64;

/// The level at which everything is stretched as far as it may be.
const LEVEL_MAX: u64 = STRETCH_MAX * WEIGHT_MAX;

/// What may still be spent, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BudgetLeft {
    /// Reads.
    pub(crate) reads: u64,
    /// Until the budget is renewed.
    pub(crate) time: Duration,
}

/// A poll that draws on the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PolledFeed {
    /// Its own pace.
    pub(crate) interval: Duration,
    /// How long nothing was found in the company's books.
    pub(crate) idle: Duration,
    /// What it costs each time.
    pub(crate) reads_per_poll: u32,
}

impl PolledFeed {
    /// The most that its interval may be stretched to, in thousandths.
    fn stretch_max(&self) -> u64 {
        let interval = millis(self.interval);
        let most = millis(STRETCHED_INTERVAL_MAX).saturating_mul(UNSTRETCHED) / interval;
        most.clamp(UNSTRETCHED, STRETCH_MAX)
    }

    /// How far it is stretched at a level, in thousandths.
    fn stretch_at(&self, level: u64) -> u64 {
        let weight = WEIGHTS.iter().find(|(idle, _)| self.idle >= *idle);
        let weight = weight.map_or(1, |(_, weight)| *weight);
        (level * weight / WEIGHT_MAX).clamp(UNSTRETCHED, self.stretch_max())
    }

    /// What it costs within `time`.
    pub(crate) fn reads_within(&self, time: Duration, stretch: u64) -> u64 {
        let interval = stretched(self.interval, stretch).as_millis().max(1);
        let polls = u64::try_from(time.as_millis().div_ceil(interval)).unwrap_or(u64::MAX);
        polls.saturating_mul(u64::from(self.reads_per_poll))
    }
}

/// How far each poll's interval is to be stretched, in thousandths, in the order of `feeds`: as
/// little as lets all of them go on until the time is over, or as far as may be where even that is
/// too much.
pub(crate) fn stretches(left: BudgetLeft, feeds: &[PolledFeed]) -> Vec<u64> {
    let may_spend = left.reads - left.reads / HYDRATION_RESERVE_PART;
    let level = lowest_level(|level| {
        let reads = feeds.iter().map(|feed| feed.reads_within(left.time, feed.stretch_at(level)));
        reads.fold(0, u64::saturating_add) <= may_spend
    });
    feeds.iter().map(|feed| feed.stretch_at(level)).collect()
}

/// `interval` stretched to so many thousandths of itself, to the millisecond above.
pub(crate) fn stretched(interval: Duration, per_mille: u64) -> Duration {
    let millis = interval.as_millis().saturating_mul(u128::from(per_mille));
    let millis = millis.div_ceil(u128::from(UNSTRETCHED));
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).max(interval)
}

/// The lowest level that fits; the highest there is when none does. What fits at a level fits at
/// all higher ones.
fn lowest_level(fits: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (UNSTRETCHED, LEVEL_MAX);
    while low < high {
        let middle = low.midpoint(high);
        if fits(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests;
