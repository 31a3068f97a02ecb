//! What a sweep has found so far, no more of it than fits in memory.

use std::collections::BTreeMap;

use ledgerhook_connector::{FeedPage, ProviderError};
use ledgerhook_model::{Change, Moment};

/// Most dated changes of a page: 4,000 records of a few kilobytes. The earliest are kept, whatever
/// the order of the lists; the next question goes on from the first that had no room.
const CHANGES_MAX: usize = 4_000;

/// What one question has brought so far.
#[derive(Debug)]
pub(super) struct Findings {
    /// Metered calls that were made.
    pub(super) reads: u32,
    since: Moment,
    dated: Vec<Change>,
    /// Changes without a time of their own; there is no asking for a part of them.
    undated: Vec<Change>,
    /// Dated changes from here on had no room.
    cut: Option<Moment>,
    /// Up to when the lists are complete: the earliest answer.
    until: Option<Moment>,
    /// The latest change that was seen, for answers without a date.
    latest: Option<Moment>,
    /// Records that nothing can be said of, by the name of their list.
    undatable: BTreeMap<&'static str, u32>,
    notes: Vec<String>,
}

impl Findings {
    /// Begins with nothing.
    pub(super) fn new(since: Moment) -> Self {
        Self {
            reads: 0,
            since,
            dated: Vec::new(),
            undated: Vec::new(),
            cut: None,
            until: None,
            latest: None,
            undatable: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// Says when the first page of a list was answered: what changes later may be missed.
    pub(super) fn complete_until(&mut self, answered_at: Option<Moment>) {
        let earliest = answered_at.map(|at| self.until.map_or(at, |until| until.min(at)));
        self.until = earliest.or(self.until);
    }

    /// Takes a change that says when it was.
    pub(super) fn take(&mut self, change: Change) {
        self.latest = self.latest.max(Some(change.changed_at));
        if self.cut.is_none_or(|cut| change.changed_at < cut) {
            self.dated.push(change);
        }
    }

    /// Takes a change that does not.
    pub(super) fn take_undated(&mut self, change: Change) {
        self.undated.push(change);
    }

    /// Counts a record of which it cannot be said whether it changed.
    pub(super) fn undatable(&mut self, list: &'static str) {
        *self.undatable.entry(list).or_default() += 1;
    }

    /// Tells the operator something.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Lets go of what has no room: whole seconds, the latest ones.
    pub(super) fn shrink(&mut self) -> Result<(), ProviderError> {
        if self.dated.len() <= CHANGES_MAX {
            return Ok(());
        }
        // A list that is read again brings the same changes again.
        self.sort();
        let Some(first_without_room) = self.dated.get(CHANGES_MAX) else { return Ok(()) };
        let cut = Moment::from_millis(first_without_room.changed_at.seconds() * 1_000);
        self.dated.retain(|change| change.changed_at < cut);
        if self.dated.is_empty() {
            return Err(ProviderError::unanswerable(format!(
                "FreshBooks lists more than {CHANGES_MAX} changes at {}, so there is no later time \
                 to go on from",
                cut.to_iso_seconds()
            )));
        }
        self.cut = Some(cut);
        Ok(())
    }

    /// The page. What was read twice is told once.
    pub(super) fn into_page(mut self) -> FeedPage {
        let until = self.until.or(self.latest).unwrap_or(self.since).max(self.since);
        let cut = self.cut;
        self.dated.append(&mut self.undated);
        self.sort();
        for (list, count) in self.undatable {
            self.notes.push(format!(
                "{count} of {list} are left out: they do not say when they changed last"
            ));
        }
        FeedPage {
            changes: self.dated,
            provider_time: cut.map_or(until, |cut| cut.min(until)),
            reads: self.reads,
            more: cut.is_some(),
            note: (!self.notes.is_empty()).then(|| self.notes.join("; ")),
        }
    }

    fn sort(&mut self) {
        self.dated.sort_by(|a, b| order(a).cmp(&order(b)));
        self.dated.dedup_by(|a, b| order(a) == order(b) && a.version == b.version);
    }
}

fn order(change: &Change) -> (Moment, &str, &str) {
    (change.changed_at, &change.resource, &change.object_id)
}
