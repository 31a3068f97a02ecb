//! What has arrived at the receiver: each event once with its time, repeats as counts.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Most events remembered, about 600 MB; a phase of ten minutes at 15,000/s fits.
const EVENTS_MAX: usize = 10_000_000;
/// Arrivals handed out at a time: about 1.5 MB of JSON, below the reader's limit for a body.
const PAGE_ARRIVALS_MAX: usize = 50_000;

/// The first arrival of an event: its entity id, and when it came in microseconds since the Unix
/// epoch.
pub(crate) type Arrival = (u64, i64);

/// Counts since the receiver's start.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiverStats {
    /// Different notifications, told apart by `webhook-id`.
    pub(crate) notifications: usize,
    /// Notifications that came again under a `webhook-id` already seen.
    pub(crate) repeated_notifications: u64,
    /// Different events, told apart by entity id.
    pub(crate) events: usize,
    /// Events that came again, in whatever notification.
    pub(crate) repeated_events: u64,
    /// Bodies that are not notifications of ours.
    pub(crate) unreadable: u64,
}

/// Everything remembered.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    webhook_ids: HashSet<Box<str>>,
    entity_ids: HashSet<u64>,
    first_arrivals: Vec<Arrival>,
    repeated_notifications: u64,
    repeated_events: u64,
    unreadable: u64,
}

impl Arrivals {
    /// Remembers one notification; `false` when there is no room for it.
    pub(crate) fn record(
        &mut self,
        webhook_id: Box<str>,
        entity_ids: &[u64],
        arrived_us: i64,
    ) -> bool {
        if self.first_arrivals.len().saturating_add(entity_ids.len()) > EVENTS_MAX {
            return false;
        }
        if !self.webhook_ids.insert(webhook_id) {
            self.repeated_notifications = self.repeated_notifications.saturating_add(1);
        }
        for &entity_id in entity_ids {
            if self.entity_ids.insert(entity_id) {
                self.first_arrivals.push((entity_id, arrived_us));
            } else {
                self.repeated_events = self.repeated_events.saturating_add(1);
            }
        }
        true
    }

    pub(crate) fn count_unreadable(&mut self) {
        self.unreadable = self.unreadable.saturating_add(1);
    }

    pub(crate) fn stats(&self) -> ReceiverStats {
        ReceiverStats {
            notifications: self.webhook_ids.len(),
            repeated_notifications: self.repeated_notifications,
            events: self.first_arrivals.len(),
            repeated_events: self.repeated_events,
            unreadable: self.unreadable,
        }
    }

    /// Arrivals from number `from` on, in order of arrival; empty at the end.
    pub(crate) fn page(&self, from: usize) -> &[Arrival] {
        let rest = self.first_arrivals.get(from..).unwrap_or_default();
        rest.get(..PAGE_ARRIVALS_MAX).unwrap_or(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_counted_and_keep_their_first_time() {
        let mut arrivals = Arrivals::default();
        assert!(arrivals.record("msg_1".into(), &[1, 2], 100));
        assert!(arrivals.record("msg_1".into(), &[1, 2], 200));
        assert!(arrivals.record("msg_2".into(), &[2, 3], 300));
        let expected = ReceiverStats {
            notifications: 2,
            repeated_notifications: 1,
            events: 3,
            repeated_events: 3,
            unreadable: 0,
        };
        assert_eq!(arrivals.stats(), expected);
        assert_eq!(arrivals.page(0), [(1, 100), (2, 100), (3, 300)]);
    }

    #[test]
    fn pages_cover_all_arrivals_and_end_empty() {
        let mut arrivals = Arrivals::default();
        let entity_ids: Vec<u64> = (0..60_000).collect();
        assert!(arrivals.record("msg_1".into(), &entity_ids, 1));
        assert_eq!(arrivals.page(0).len(), PAGE_ARRIVALS_MAX);
        assert_eq!(arrivals.page(PAGE_ARRIVALS_MAX).len(), 10_000);
        assert_eq!(arrivals.page(60_000), []);
        assert_eq!(arrivals.page(usize::MAX), []);
    }
}
