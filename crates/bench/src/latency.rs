//! Latencies in a histogram of fixed size: one per connection while the clock runs, merged after.

use std::time::Duration;

use anyhow::Context as _;
use hdrhistogram::Histogram;

/// Longest latency told apart, in microseconds (10 minutes); longer ones count as this one.
const LATENCY_US_MAX: u64 = 600_000_000;

/// Two significant digits: a recorded value is off by at most 1 %.
const SIGNIFICANT_DIGITS: u8 = 2;

/// A distribution of latencies.
#[derive(Debug, Clone)]
pub(crate) struct Latencies {
    micros: Histogram<u64>,
}

impl Latencies {
    /// # Errors
    /// When the bounds above are not ones a histogram can be made with.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let micros = Histogram::new_with_bounds(1, LATENCY_US_MAX, SIGNIFICANT_DIGITS)
            .context("cannot make the latency histogram")?;
        Ok(Self { micros })
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        self.record_us(u64::try_from(latency.as_micros()).unwrap_or(LATENCY_US_MAX));
    }

    pub(crate) fn record_us(&mut self, latency_us: u64) {
        self.micros.saturating_record(latency_us);
    }

    /// Adds what another connection recorded.
    ///
    /// # Errors
    /// Never for two histograms made by [`Latencies::new`]: they have the same bounds.
    pub(crate) fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.micros.add(&other.micros).context("cannot merge the latency histograms")
    }

    pub(crate) fn count(&self) -> u64 {
        self.micros.len()
    }

    /// The latency that `percent` of the requests did not exceed, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: f64) -> f64 {
        milliseconds(self.micros.value_at_percentile(percent))
    }

    pub(crate) fn max_ms(&self) -> f64 {
        milliseconds(self.micros.max())
    }
}

fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(micros: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::new().unwrap();
        micros.into_iter().for_each(|latency_us| latencies.record_us(latency_us));
        latencies
    }

    fn assert_within_one_percent(measured_ms: f64, expected_ms: f64) {
        let error = (measured_ms - expected_ms).abs() / expected_ms;
        assert!(error <= 0.01, "{measured_ms} ms is not within 1 % of {expected_ms} ms");
    }

    #[test]
    fn percentiles_are_within_one_percent() {
        let latencies = recorded(1..=100_000);
        for (percent, expected_ms) in [(1.0, 1.0), (50.0, 50.0), (95.0, 95.0), (99.0, 99.0)] {
            assert_within_one_percent(latencies.percentile_ms(percent), expected_ms);
        }
        assert_within_one_percent(latencies.max_ms(), 100.0);
    }

    #[test]
    fn merged_histograms_hold_the_records_of_both() {
        let mut latencies = recorded([1_000; 99]);
        latencies.add(&recorded([500_000])).unwrap();
        assert_eq!(latencies.count(), 100);
        assert_within_one_percent(latencies.percentile_ms(99.0), 1.0);
        assert_within_one_percent(latencies.max_ms(), 500.0);
    }

    #[test]
    fn latency_beyond_the_bound_counts_as_the_bound() {
        let mut latencies = recorded([]);
        latencies.record(Duration::from_secs(3_600));
        assert_eq!(latencies.count(), 1);
        assert_within_one_percent(latencies.max_ms(), 600_000.0);
    }

    #[test]
    fn empty_histogram_reads_zero() {
        assert_eq!(recorded([]).percentile_ms(99.0), 0.0);
    }
}
