//! Reading the records that notices point at, in as few calls as possible.
//!
//! A notice is a hint; what the event carries is the record as it is when it is read. A hybrid
//! instance whose provider tells of everything in one call is swept: that call brings the records
//! and what notices did not tell. Otherwise records are read by their ids, one question for each
//! kind of record; or, where there are several kinds, by that one call.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, Connector, NoticeEntry, Records};
use ledgerhook_model::configuration::VendorType;
use ledgerhook_model::{Change, ChangeKind, Moment, Version};
use serde_json::{Map, Value};

use super::obstacle::{NotNow, Obstacle};
use crate::calls::Calls;
use crate::polling::{Polling, Sweep};
use crate::roster::Seat;
use crate::routing::wants;

/// How far before the time in a notice its record is looked for by time: providers print times with
/// different precision.
const LOOK_BACK: Duration = Duration::from_secs(2);

/// Notices older than this are not looked up by time: by then as much else may have changed.
const LOOK_BACK_MAX: Duration = Duration::from_secs(60 * 60);

/// Why an event carries the provider's notice in place of the record.
const GONE: &str = "the provider does not have this record any more";

/// A kind of record, and the provider's id of one.
type Key = (Arc<str>, String);

/// The records to read: their ids by kind.
type Wanted = BTreeMap<Arc<str>, BTreeSet<String>>;

/// With what records are read.
pub(super) struct Hydration<'a> {
    pub(super) calls: &'a Calls,
    pub(super) polling: &'a Polling,
    pub(super) connector: &'a Connector,
}

/// What has been read of the records that notices point at.
#[derive(Debug, Default)]
pub(super) struct RecordsRead {
    found: HashMap<Key, Change>,
    missing: HashSet<Key>,
    /// Kinds that cannot be read, and why.
    failed: HashMap<Arc<str>, String>,
    /// Records for which the provider gave no answer.
    awaited: HashSet<Key>,
    not_now: Option<NotNow>,
    sweep: Option<Sweep>,
}

impl Hydration<'_> {
    /// Reads the records of all entries that an instance wants to have read. `groups` are the
    /// instances that take the entries of a notice, and its entries.
    pub(super) async fn read<'g>(
        &self,
        groups: impl Iterator<Item = (&'g [Arc<Seat>], &'g [NoticeEntry])>,
    ) -> RecordsRead {
        let mut read = RecordsRead::default();
        let Some(records) = self.connector.records.as_deref() else { return read };
        let mut wanted = Wanted::default();
        let mut seats: Vec<Arc<Seat>> = Vec::new();
        let mut oldest = None;
        for (takers, entries) in groups {
            for entry in entries.iter().filter(|entry| is_to_be_read(records, takers, entry)) {
                let Change { resource, object_id, changed_at, .. } = &entry.change;
                wanted.entry(Arc::clone(resource)).or_default().insert(object_id.clone());
                oldest = Some(oldest.map_or(*changed_at, |oldest: Moment| oldest.min(*changed_at)));
            }
            for seat in takers {
                if !seats.iter().any(|known| known.id == seat.id) {
                    seats.push(Arc::clone(seat));
                }
            }
        }
        let Some(oldest) = oldest else { return read };
        self.read_together(&mut read, &seats, &wanted, oldest).await;
        self.read_by_id(&mut read, records, &seats, wanted).await;
        read
    }

    /// Reads all kinds of records by one call, where the provider has one and it is worth it.
    async fn read_together(
        &self,
        read: &mut RecordsRead,
        seats: &[Arc<Seat>],
        wanted: &Wanted,
        oldest: Moment,
    ) {
        let Some(feed) = self.connector.feeds.iter().find(|feed| feed.reads_all_at_once()) else {
            return;
        };
        let hybrid = seats.iter().find(|seat| {
            seat.polls() && seat.settings.vendor_type == VendorType::Hybrid && seat.settings.hydrate
        });
        let asked = match (hybrid, seats.first()) {
            (Some(seat), _) => self.polling.sweep(seat, feed).await.map(|sweep| {
                read.take(sweep.changes());
                read.sweep = Some(sweep);
            }),
            (None, Some(seat)) if self.is_recent(oldest) => {
                let resources = covered(&**feed, seat, wanted);
                if resources.len() < 2 {
                    return;
                }
                let since = oldest.minus(LOOK_BACK);
                let page = self.calls.changes(&**feed, seat, &resources, since).await;
                page.map(|mut page| {
                    // Of what is gone it brings an id; a query may still have the record.
                    page.changes.retain(|change| change.kind != ChangeKind::Deleted);
                    read.take(&page.changes);
                })
            }
            _ => return,
        };
        // A refusal may be the instance's own; another one is asked by id.
        if let Err(Obstacle::NotNow(not_now)) = asked.map_err(Obstacle::from) {
            read.await_answer(wanted, &not_now);
        }
    }

    fn is_recent(&self, oldest: Moment) -> bool {
        self.calls.now().since(oldest) <= LOOK_BACK_MAX
    }

    /// Reads by their ids the records that have not been read yet.
    async fn read_by_id(
        &self,
        read: &mut RecordsRead,
        records: &dyn Records,
        seats: &[Arc<Seat>],
        wanted: Wanted,
    ) {
        for (resource, mut ids) in wanted {
            ids.retain(|id| !read.found.contains_key(&(Arc::clone(&resource), id.clone())));
            if ids.is_empty() {
                continue;
            }
            let rest = Wanted::from([(Arc::clone(&resource), ids.clone())]);
            if let Some(not_now) = read.not_now.clone() {
                read.await_answer(&rest, &not_now);
                continue;
            }
            let ids: Vec<String> = ids.into_iter().collect();
            for seat in seats {
                let page = self.calls.records(records, seat, &resource, &ids).await;
                match page.map_err(Obstacle::from) {
                    Ok(page) => {
                        read.failed.remove(&resource);
                        read.take(&page.found);
                        let missing =
                            page.missing.into_iter().map(|id| (Arc::clone(&resource), id));
                        read.missing.extend(missing);
                        break;
                    }
                    Err(Obstacle::NotNow(not_now)) => {
                        read.await_answer(&rest, &not_now);
                        break;
                    }
                    Err(Obstacle::ShutOut(why)) => {
                        read.failed.insert(Arc::clone(&resource), why);
                    }
                }
            }
        }
    }
}

/// Whether an instance wants the record of an entry read. The deletion of a dated one needs no
/// record.
fn is_to_be_read(records: &dyn Records, takers: &[Arc<Seat>], entry: &NoticeEntry) -> bool {
    let resource = &entry.change.resource;
    let is_asked_for = |seat: &Arc<Seat>| {
        wants(seat, resource)
            && (!entry.is_dated
                || (seat.settings.hydrate && entry.change.kind != ChangeKind::Deleted))
    };
    entry.candidates.is_empty() && records.reads(resource) && takers.iter().any(is_asked_for)
}

/// The kinds of records that a feed tells of.
fn covered(feed: &dyn ChangeFeed, seat: &Seat, wanted: &Wanted) -> Vec<String> {
    let is_covered = |resource: &&Arc<str>| feed.covers(resource, &seat.configuration);
    wanted.keys().filter(is_covered).map(ToString::to_string).collect()
}

impl RecordsRead {
    fn take(&mut self, changes: &[Change]) {
        for change in changes {
            let key = (Arc::clone(&change.resource), change.object_id.clone());
            self.found.insert(key, change.clone());
        }
    }

    fn await_answer(&mut self, wanted: &Wanted, not_now: &NotNow) {
        for (resource, ids) in wanted {
            let key = |id: &String| (Arc::clone(resource), id.clone());
            self.awaited.extend(ids.iter().map(key));
        }
        self.not_now = Some(not_now.clone());
    }

    /// That the provider gave no answer, when it did not.
    pub(super) fn not_now(&self) -> Option<&NotNow> {
        self.not_now.as_ref()
    }

    /// Waits no longer: what was not read goes out without its record.
    pub(super) fn give_up(&mut self) {
        let why = self.not_now.as_ref().map(|not_now| not_now.why.clone()).unwrap_or_default();
        for (resource, _) in self.awaited.drain() {
            self.failed.entry(resource).or_insert_with(|| why.clone());
        }
    }

    /// The sweep that is still to be written.
    pub(super) fn into_sweep(self) -> Option<Sweep> {
        self.sweep
    }

    /// Whether an entry is about a record that is still to be read.
    pub(super) fn is_awaited(&self, entry: &NoticeEntry) -> bool {
        self.awaited.contains(&key_of(entry))
    }

    /// The entry with what was read of its record.
    pub(super) fn fill(&self, mut entry: NoticeEntry) -> NoticeEntry {
        let key = key_of(&entry);
        let found = self.found.get(&key);
        if entry.is_dated && entry.change.kind == ChangeKind::Deleted {
            return entry;
        }
        match found {
            Some(found) if !entry.is_dated => fill_undated(&mut entry.change, found),
            Some(found) => fill_dated(&mut entry.change, found),
            None if self.missing.contains(&key) => {
                if !entry.is_dated {
                    entry.change.kind = ChangeKind::Deleted;
                    let looked_for_at = entry.change.changed_at.micros();
                    entry.change.version = Version::Gone(looked_for_at);
                }
                mark_unread(&mut entry.change, GONE);
            }
            None => {
                if let Some(why) = self.failed.get(&key.0) {
                    mark_unread(&mut entry.change, why);
                }
            }
        }
        entry
    }
}

fn key_of(entry: &NoticeEntry) -> Key {
    (Arc::clone(&entry.change.resource), entry.change.object_id.clone())
}

/// The notice says what happened and when, the record what it is now. A record that ended at that
/// time is told of as an update by some notices; the event is then that of the end, as a poll would
/// find it, so that a notice of the end itself is no second one.
fn fill_dated(change: &mut Change, found: &Change) {
    let is_of_that_time = found.changed_at.seconds() == change.changed_at.seconds();
    match found.kind {
        ChangeKind::Deleted if !is_of_that_time => return mark_unread(change, GONE),
        ChangeKind::Deleted if change.kind == ChangeKind::Updated => {
            change.kind = ChangeKind::Deleted;
            change.version.clone_from(&found.version);
        }
        _ => {}
    }
    change.record = Arc::clone(&found.record);
    change.printed_id.clone_from(&found.printed_id);
}

/// The notice says only that something happened; when, and which state of the record it is, says
/// the record.
fn fill_undated(change: &mut Change, found: &Change) {
    let told = change.kind;
    *change = found.clone();
    let says_more = matches!(told, ChangeKind::Created | ChangeKind::Emailed);
    if found.kind != ChangeKind::Deleted && says_more {
        change.kind = told;
    }
}

/// Says in the record of a change, which is the provider's notice, why it is no record.
fn mark_unread(change: &mut Change, why: &str) {
    let entry = serde_json::from_str::<Value>(&change.record);
    let mut members = match entry {
        Ok(Value::Object(members)) => members,
        Ok(other) => Map::from_iter([("notice".to_owned(), other)]),
        Err(_) => Map::new(),
    };
    members.insert("unread".to_owned(), Value::from(why));
    change.record = Value::Object(members).to_string().into();
}

#[cfg(test)]
mod tests;
