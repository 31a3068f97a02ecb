//! From what was sent and what arrived to the figures of a delivery phase.

use std::collections::HashMap;
use std::time::Duration;

use crate::latency::Latencies;
use crate::load::Accepted;
use crate::receiver::Arrival;

/// The deliveries of one phase.
#[derive(Debug)]
pub(crate) struct DeliveryFigures {
    /// Accepted notices whose event arrived.
    pub(crate) delivered: u64,
    /// Accepted notices whose event did not.
    pub(crate) missing: u64,
    /// From sending the notice to the arrival of its event.
    pub(crate) latencies: Latencies,
    /// From the first sending to the last arrival.
    pub(crate) elapsed: Duration,
    /// Events that arrived between the first and the last sending, per second.
    pub(crate) while_sending_per_s: f64,
}

impl DeliveryFigures {
    /// Joins both sides by entity id. Arrivals of other phases are left out.
    ///
    /// # Errors
    /// When the latencies cannot be kept.
    pub(crate) fn join(accepted: &[Accepted], arrivals: &[Arrival]) -> anyhow::Result<Self> {
        let sent_us: HashMap<u64, i64> =
            accepted.iter().map(|notice| (notice.entity_id, notice.sent_us)).collect();
        let first_sent_us = sent_us.values().copied().min().unwrap_or_default();
        let last_sent_us = sent_us.values().copied().max().unwrap_or_default();

        let mut latencies = Latencies::new()?;
        let mut delivered_while_sending: u64 = 0;
        let mut last_arrived_us = first_sent_us;
        for &(entity_id, arrived_us) in arrivals {
            let Some(&sent_us) = sent_us.get(&entity_id) else {
                continue;
            };
            latencies.record(between(sent_us, arrived_us));
            if arrived_us <= last_sent_us {
                delivered_while_sending = delivered_while_sending.saturating_add(1);
            }
            last_arrived_us = last_arrived_us.max(arrived_us);
        }
        let sending = between(first_sent_us, last_sent_us);
        let delivered = latencies.count();
        Ok(Self {
            delivered,
            missing: u64::try_from(sent_us.len())?.saturating_sub(delivered),
            latencies,
            elapsed: between(first_sent_us, last_arrived_us),
            while_sending_per_s: per_second(delivered_while_sending, sending),
        })
    }

    /// Events delivered per second, from the first sending to the last arrival.
    pub(crate) fn end_to_end_per_s(&self) -> f64 {
        per_second(self.delivered, self.elapsed)
    }
}

fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(f64::EPSILON)
}

/// Zero when the wall clock was set back in between.
fn between(from_us: i64, to_us: i64) -> Duration {
    Duration::from_micros(u64::try_from(to_us.saturating_sub(from_us)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(notices: &[(u64, i64)]) -> Vec<Accepted> {
        notices.iter().map(|&(entity_id, sent_us)| Accepted { entity_id, sent_us }).collect()
    }

    #[test]
    fn latency_runs_from_sending_to_arrival() {
        let accepted = accepted(&[(1, 1_000_000), (2, 1_500_000), (3, 2_000_000)]);
        let arrivals = [(1, 1_010_000), (2, 2_500_000), (3, 3_000_000)];
        let figures = DeliveryFigures::join(&accepted, &arrivals).unwrap();
        assert_eq!((figures.delivered, figures.missing), (3, 0));
        assert_eq!(figures.elapsed, Duration::from_secs(2));
        assert_eq!(figures.end_to_end_per_s(), 1.5);
        assert_eq!(figures.while_sending_per_s, 1.0);
        assert!((figures.latencies.percentile_ms(1.0) - 10.0).abs() <= 0.1);
        assert!((figures.latencies.max_ms() - 1_000.0).abs() <= 10.0);
    }

    #[test]
    fn notice_without_an_arrival_is_missing_and_others_arrivals_do_not_count() {
        let figures =
            DeliveryFigures::join(&accepted(&[(1, 100), (2, 200)]), &[(2, 300), (7, 400)]).unwrap();
        assert_eq!((figures.delivered, figures.missing), (1, 1));
    }

    #[test]
    fn nothing_sent_is_nothing_delivered() {
        let figures = DeliveryFigures::join(&[], &[]).unwrap();
        assert_eq!((figures.delivered, figures.missing), (0, 0));
        assert_eq!(figures.end_to_end_per_s(), 0.0);
    }
}
