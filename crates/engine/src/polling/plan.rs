//! When which poll is due.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ledgerhook_model::InstanceId;
use ledgerhook_store::polls::PollId;
use tokio::time::Instant;

use crate::budget::{UNSTRETCHED, stretched};

/// When who is due.
#[derive(Debug, Default)]
pub(super) struct Plan {
    due: BTreeSet<(Instant, PollId)>,
    entries: BTreeMap<PollId, Entry>,
    /// How often the polls of an instance were begun.
    begun: BTreeMap<InstanceId, u64>,
}

/// One poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    due: Instant,
    /// When it was taken last, if the wait since then is its interval.
    taken: Option<Instant>,
    /// Its own pace.
    pub(super) interval: Duration,
    /// How far the interval is stretched, in thousandths.
    pub(super) stretch: u64,
}

impl Entry {
    /// The wait between two polls.
    pub(super) fn stretched(&self) -> Duration {
        stretched(self.interval, self.stretch)
    }
}

impl Plan {
    /// Notes that the polls of an instance begin anew.
    pub(super) fn begin(&mut self, instance: InstanceId) {
        *self.begun.entry(instance).or_default() += 1;
    }

    /// How often the polls of an instance were begun.
    pub(super) fn begun(&self, instance: InstanceId) -> u64 {
        self.begun.get(&instance).copied().unwrap_or_default()
    }

    /// Forgets an instance that is gone.
    pub(super) fn forget(&mut self, instance: InstanceId) {
        self.begun.remove(&instance);
    }

    /// Removes the polls of an instance, unless they were begun again since they were `begun`.
    pub(super) fn end(&mut self, instance: InstanceId, begun: u64) {
        if self.begun(instance) == begun {
            for (id, _) in self.of(instance) {
                self.remove(&id);
            }
        }
    }

    /// Plans a poll anew.
    pub(super) fn set(&mut self, id: &PollId, due: Instant, interval: Duration) {
        self.put(id, Entry { due, taken: None, interval, stretch: UNSTRETCHED });
    }

    /// Moves the next turn of a poll that is planned.
    pub(super) fn put_off(&mut self, id: &PollId, due: Instant) {
        if let Some(entry) = self.entries.get(id).copied() {
            self.put(id, Entry { due, taken: None, ..entry });
        }
    }

    /// Stretches the interval of a poll that is planned, also the wait that it is in. `catch_up` is
    /// how long one waits still that would have been due already.
    pub(super) fn stretch(
        &mut self,
        id: &PollId,
        stretch: u64,
        now: Instant,
        catch_up: impl FnOnce(Duration) -> Duration,
    ) {
        let Some(mut entry) = self.entries.get(id).copied().filter(|e| e.stretch != stretch) else {
            return;
        };
        entry.stretch = stretch;
        if let Some(taken) = entry.taken {
            let due = taken + entry.stretched();
            entry.due = if due > now { due } else { entry.due.min(now + catch_up(entry.interval)) };
        }
        self.put(id, entry);
    }

    pub(super) fn remove(&mut self, id: &PollId) {
        if let Some(entry) = self.entries.remove(id) {
            self.due.remove(&(entry.due, id.clone()));
        }
    }

    /// A poll, when it is planned.
    pub(super) fn entry(&self, id: &PollId) -> Option<Entry> {
        self.entries.get(id).copied()
    }

    /// The polls whose interval is stretched.
    pub(super) fn stretched(&self) -> Vec<PollId> {
        let stretched = self.entries.iter().filter(|(_, entry)| entry.stretch != UNSTRETCHED);
        stretched.map(|(id, _)| id.clone()).collect()
    }

    /// The polls of an instance.
    pub(super) fn of(&self, instance: InstanceId) -> Vec<(PollId, Entry)> {
        let first = PollId::new(instance, "");
        let own = self.entries.range(first..).take_while(|(id, _)| id.instance == instance);
        own.map(|(id, entry)| (id.clone(), *entry)).collect()
    }

    /// The polls that are due at `now`, each put off by its stretched interval, to which `wait` may
    /// add.
    pub(super) fn take_due(
        &mut self,
        now: Instant,
        wait: impl Fn(Duration) -> Duration,
    ) -> Vec<PollId> {
        let mut taken = Vec::new();
        while let Some((at, id)) = self.due.first().cloned() {
            if at > now {
                break;
            }
            self.restart(&id, now, &wait);
            taken.push(id);
        }
        taken
    }

    /// Has a poll that is planned wait for its interval from now on.
    pub(super) fn restart(
        &mut self,
        id: &PollId,
        now: Instant,
        wait: impl Fn(Duration) -> Duration,
    ) {
        if let Some(entry) = self.entries.get(id).copied() {
            let due = now + wait(entry.stretched()).max(Duration::from_millis(1));
            self.put(id, Entry { due, taken: Some(now), ..entry });
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    fn put(&mut self, id: &PollId, entry: Entry) {
        self.remove(id);
        self.due.insert((entry.due, id.clone()));
        self.entries.insert(id.clone(), entry);
    }
}

#[cfg(test)]
mod tests;
