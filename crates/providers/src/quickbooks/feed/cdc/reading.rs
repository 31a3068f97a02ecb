//! Reading one entity on when its answers are full: from when to ask next, and what cannot be seen.
//!
//! Within an entity Intuit orders by last update, deleted records after the others, and cuts after
//! [`OBJECTS_MAX`]. So from each moment on a deletion is shown only if there are fewer living
//! records than that. Going on from the last record brings all living ones; the deletions that were
//! cut off on the way are asked for once more at the end, from the earliest moment that leaves room
//! for them. Deletions before that moment are never shown, however they are asked for.

use ledgerhook_connector::FeedError;
use ledgerhook_model::{Change, Moment};

use super::super::stuck;
use super::{OBJECTS_MAX, is_full};
use crate::quickbooks::answer::Records;
use crate::quickbooks::entities::Entity;

/// What to do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask again from this moment on.
    Ask(Moment),
    /// Nothing: all that is shown was read up to this moment.
    Complete(Moment),
}

/// One entity, read answer by answer.
#[derive(Debug)]
pub(super) struct Reading {
    entity: &'static Entity,
    /// From when on the entity was asked for first.
    start: Moment,
    /// From when on the answer to come was asked for.
    since: Moment,
    found: Vec<Change>,
    deleted: Vec<Change>,
    /// An answer was cut before its deletions, and they were not asked for since.
    hides_deletions: bool,
    /// Before when deletions may be missing.
    deletions_from: Option<Moment>,
}

impl Reading {
    /// Begins before the first answer, to a question about `start` and later.
    pub(super) fn new(entity: &'static Entity, start: Moment) -> Self {
        Self {
            entity,
            start,
            since: start,
            found: Vec::new(),
            deleted: Vec::new(),
            hides_deletions: false,
            deletions_from: None,
        }
    }

    /// Takes the answer to the last question.
    ///
    /// # Errors
    /// When more records than one answer holds changed in one second.
    pub(super) fn take(&mut self, records: Records) -> Result<Next, FeedError> {
        let (is_full, time) = (is_full(&records), records.time);
        let shows_deletions = !records.deleted.is_empty();
        let last = records.deleted.last().or(records.found.last()).map(|change| change.changed_at);
        self.found.extend(records.found);
        self.deleted.extend(records.deleted);
        if is_full {
            self.hides_deletions |= !shows_deletions;
            return self.go_on_from(last.unwrap_or(self.since));
        }
        if !self.hides_deletions {
            return Ok(Next::Complete(time));
        }
        self.hides_deletions = false;
        let room_from = self.room_from();
        self.deletions_from = Some(room_from.min(self.since));
        if room_from >= self.since {
            return Ok(Next::Complete(time));
        }
        self.since = room_from;
        Ok(Next::Ask(room_from))
    }

    /// Ends before the last question was asked, and says up to when all that is shown was read.
    pub(super) fn cut(&mut self) -> Moment {
        if self.hides_deletions {
            let room_from = self.room_from().min(self.since);
            self.deletions_from = Some(room_from);
            self.since = room_from;
        }
        self.since
    }

    /// What cannot be seen, in words for people.
    pub(super) fn note(&self) -> Option<String> {
        let (name, from) = (self.entity.name, self.start.to_iso_seconds());
        let until = self.deletions_from?.to_iso_seconds();
        Some(format!(
            "QuickBooks shows no more than {OBJECTS_MAX} changes of {name} at once, deletions last; \
             deletions between {from} and {until} may be missing"
        ))
    }

    /// Everything that was read, some of it twice.
    pub(super) fn into_changes(self) -> impl Iterator<Item = Change> {
        self.found.into_iter().chain(self.deleted)
    }

    fn go_on_from(&mut self, last: Moment) -> Result<Next, FeedError> {
        if last.seconds() <= self.since.seconds() {
            return Err(stuck(self.entity, OBJECTS_MAX, self.since));
        }
        self.since = last;
        Ok(Next::Ask(last))
    }

    /// The earliest second from which on fewer than [`OBJECTS_MAX`] living records were found.
    fn room_from(&self) -> Moment {
        let key = |change: &Change| (change.changed_at.seconds(), change.object_id.clone());
        let mut found: Vec<_> = self.found.iter().map(key).collect();
        found.sort_unstable();
        found.dedup();
        let latest_without_room = found.iter().rev().nth(OBJECTS_MAX - 1);
        latest_without_room.map_or(self.start, |(seconds, _)| {
            Moment::from_millis(seconds.saturating_add(1).saturating_mul(1_000))
        })
    }
}
