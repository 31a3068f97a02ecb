//! When which poll is due.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ledgerhook_model::InstanceId;
use ledgerhook_store::polls::PollId;
use tokio::time::Instant;

/// When who is due.
#[derive(Debug, Default)]
pub(super) struct Plan {
    due: BTreeSet<(Instant, PollId)>,
    entries: BTreeMap<PollId, (Instant, Duration)>,
}

impl Plan {
    pub(super) fn set(&mut self, id: &PollId, at: Instant, interval: Duration) {
        self.remove(id);
        self.due.insert((at, id.clone()));
        self.entries.insert(id.clone(), (at, interval));
    }

    pub(super) fn remove(&mut self, id: &PollId) {
        if let Some((at, _)) = self.entries.remove(id) {
            self.due.remove(&(at, id.clone()));
        }
    }

    /// The pace of a poll, when it is planned.
    pub(super) fn interval_of(&self, id: &PollId) -> Option<Duration> {
        self.entries.get(id).map(|(_, interval)| *interval)
    }

    /// The polls of an instance.
    pub(super) fn of(&self, instance: InstanceId) -> Vec<PollId> {
        let first = PollId::new(instance, "");
        let own = self.entries.range(first..).take_while(|(id, _)| id.instance == instance);
        own.map(|(id, _)| id.clone()).collect()
    }

    /// The polls that are due at `now`, each put off by its interval.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<PollId> {
        let mut taken = Vec::new();
        while let Some((at, id)) = self.due.first().cloned() {
            if at > now {
                break;
            }
            let interval = self.entries.get(&id).map_or(Duration::ZERO, |entry| entry.1);
            self.set(&id, now + interval.max(Duration::from_millis(1)), interval);
            taken.push(id);
        }
        taken
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn cdc(instance: i64) -> PollId {
        PollId::new(InstanceId(instance), "cdc")
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_is_taken_once_an_interval() {
        let mut plan = Plan::default();
        let start = Instant::now();
        plan.set(&cdc(1), start, MINUTE);
        plan.set(&cdc(2), start + MINUTE, 2 * MINUTE);
        assert_eq!(plan.take_due(start), [cdc(1)]);
        assert_eq!(plan.take_due(start), []);
        assert_eq!(plan.next_due(), Some(start + MINUTE));
        assert_eq!(plan.take_due(start + MINUTE), [cdc(1), cdc(2)]);
        assert_eq!(plan.take_due(start + 2 * MINUTE), [cdc(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_removed_is_not_due_any_more() {
        let mut plan = Plan::default();
        let start = Instant::now();
        plan.set(&cdc(1), start, MINUTE);
        plan.set(&cdc(1), start + MINUTE, MINUTE);
        assert_eq!(plan.take_due(start), []);
        plan.remove(&cdc(1));
        assert_eq!(plan.take_due(start + MINUTE), []);
        assert_eq!(plan.next_due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_polls_of_one_instance_are_told_from_those_of_others() {
        let mut plan = Plan::default();
        let query = PollId::new(InstanceId(2), "query");
        for id in [&cdc(1), &cdc(2), &query, &cdc(3)] {
            plan.set(id, Instant::now(), MINUTE);
        }
        assert_eq!(plan.of(InstanceId(2)), [cdc(2), query]);
        assert_eq!(plan.of(InstanceId(4)), []);
    }
}
