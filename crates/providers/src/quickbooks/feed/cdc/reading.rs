//! Reading one entity on when its answers are full: from when to ask next, and what cannot be seen.
//!
//! Within an entity Intuit orders by last update, deleted records after the others, and cuts after
//! [`OBJECTS_MAX`]. So a deletion is shown only to a question after which there are fewer living
//! records than that. Going on from the last record brings all living ones; the deletions that were
//! cut off on the way are asked for once more at the end, from the earliest moment that leaves room
//! for them. Deletions before that moment are never shown, however they are asked for.

use ledgerhook_connector::ProviderError;
use ledgerhook_model::{Change, Moment};

use super::super::stuck;
use super::{OBJECTS_MAX, is_full};
use crate::quickbooks::answer::Records;
use crate::quickbooks::entities::Entity;

/// Deletions that an answer must have room for where deletions are looked for: with less, a company
/// that deletes much would take a call for each.
const DELETIONS_ROOM_MIN: usize = 100;

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
    pub(super) fn take(&mut self, records: Records) -> Result<Next, ProviderError> {
        let (is_full, time) = (is_full(&records), records.time);
        let last_found = records.found.last().map(|change| change.changed_at);
        let last_deleted = records.deleted.last().map(|change| change.changed_at);
        self.found.extend(records.found);
        self.deleted.extend(records.deleted);
        match (is_full, last_deleted) {
            (true, Some(last)) => Ok(self.go_on_with_deletions(last)),
            (true, None) => {
                self.hides_deletions = true;
                self.go_on_from(last_found.unwrap_or(self.since))
            }
            (false, _) if self.hides_deletions => Ok(self.look_back(time)),
            (false, _) => Ok(Next::Complete(time)),
        }
    }

    /// Ends before the last question was asked, and says up to when all that is shown was read.
    pub(super) fn cut(&mut self) -> Moment {
        let room_from = self.room_from();
        if self.hides_deletions {
            self.skip_deletions_to(room_from.min(self.since));
        } else if room_from > self.since {
            self.skip_deletions_to(room_from);
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

    fn go_on_from(&mut self, last: Moment) -> Result<Next, ProviderError> {
        if last.seconds() <= self.since.seconds() {
            return Err(stuck(self.entity, OBJECTS_MAX, self.since));
        }
        self.since = last;
        Ok(Next::Ask(last))
    }

    /// Goes on after a full answer with deletions, which shows every living record there is.
    fn go_on_with_deletions(&mut self, last: Moment) -> Next {
        if last.seconds() > self.since.seconds() {
            self.since = last;
        } else {
            let next_second = start_of(self.since.seconds().saturating_add(1));
            self.skip_deletions_to(self.room_from().max(next_second));
        }
        Next::Ask(self.since)
    }

    /// Asks for the deletions that were cut off, unless the last question has shown what can be
    /// seen of them.
    fn look_back(&mut self, answered_at: Moment) -> Next {
        self.hides_deletions = false;
        let (asked_from, room_from) = (self.since, self.room_from());
        self.skip_deletions_to(room_from.min(asked_from));
        match room_from < asked_from {
            true => Next::Ask(room_from),
            false => Next::Complete(answered_at),
        }
    }

    fn skip_deletions_to(&mut self, moment: Moment) {
        self.deletions_from = Some(moment);
        self.since = moment;
    }

    /// The earliest second from which on there is room for deletions beside the living records.
    fn room_from(&self) -> Moment {
        let key = |change: &Change| (change.changed_at.seconds(), change.object_id.clone());
        let mut found: Vec<_> = self.found.iter().map(key).collect();
        found.sort_unstable();
        found.dedup();
        let latest_without_room = found.iter().rev().nth(OBJECTS_MAX - DELETIONS_ROOM_MIN);
        latest_without_room.map_or(self.start, |(seconds, _)| start_of(seconds.saturating_add(1)))
    }
}

fn start_of(second: i64) -> Moment {
    Moment::from_millis(second.saturating_mul(1_000))
}
