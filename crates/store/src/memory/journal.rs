//! The journal in memory.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_model::delivery::DeliveryStatus;
use ledgerhook_model::{
    Change, ChangeKind, DeliveryId, Event, EventId, InstanceId, Moment, NoticeId, NotificationId,
    OrganizationId, Version,
};

use super::deliveries::DeliveryRow;
use super::{LastIds, MemoryStore, State, next};
use crate::StoreError;
use crate::deliveries::DeliveryRecord;
use crate::journal::{
    Append, Appended, CursorAdvance, EventFilter, EventPage, EventRecord, Finding, Journal,
    NewEvent, NewNotice, NoticeSource, Notification, event_status,
};
use crate::polls::PollState;

/// One record of one company: all versions of it are looked at when a change of it comes.
type Object = (InstanceId, Arc<str>, String);

#[derive(Debug, Default)]
pub(super) struct JournalRows {
    pub(super) notices: BTreeMap<NoticeId, NewNotice>,
    events: BTreeMap<i64, EventRow>,
    places_of_object: HashMap<Object, Vec<i64>>,
    place_of_id: HashMap<EventId, i64>,
}

#[derive(Debug)]
struct EventRow {
    organization: OrganizationId,
    event: Event,
}

#[async_trait]
impl Journal for MemoryStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Vec<Appended>, StoreError> {
        let mut state = self.state();
        state.append_fault()?;
        let first_new = state.last_ids.clone();
        let cursors: Vec<_> = batch.iter().filter_map(|append| append.cursor.clone()).collect();
        let mut settled = Vec::new();
        let mut write = |append: Append| {
            let known = |(id, _): &(NoticeId, _)| id.0 <= state.last_ids.notice;
            settled.extend(settled_by(&append).filter(known));
            state.append(append)
        };
        let appended: Result<Vec<_>, _> = batch.into_iter().map(&mut write).collect();
        if appended.is_err() {
            state.take_back_after(first_new);
            return appended;
        }
        for cursor in cursors {
            state.advance(cursor);
        }
        for (notice, companies) in settled {
            state.settle(notice, &companies);
        }
        appended
    }

    async fn events(
        &self,
        organization: OrganizationId,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        let state = self.state();
        let before = filter.before.unwrap_or(i64::MAX);
        let mut fitting = state.journal.events.range(..before).rev().filter(|(_, row)| {
            row.organization == organization
                && filter.instance.is_none_or(|instance| row.event.instance == instance)
        });
        let page: Vec<_> = fitting.by_ref().take(filter.limit).collect();
        let last = page.last().map(|(place, _)| **place);
        Ok(EventPage {
            records: page.into_iter().map(|(_, row)| state.event_record(row, false)).collect(),
            next: last.filter(|_| fitting.next().is_some()),
        })
    }

    async fn event(
        &self,
        organization: OrganizationId,
        id: EventId,
    ) -> Result<Option<EventRecord>, StoreError> {
        let state = self.state();
        let place = state.journal.place_of_id.get(&id);
        let row = place.and_then(|place| state.journal.events.get(place));
        let row = row.filter(|row| row.organization == organization);
        Ok(row.map(|row| state.event_record(row, true)))
    }

    async fn trim(&self, before: Moment, limit: usize) -> Result<usize, StoreError> {
        let mut state = self.state();
        Ok(state.trim_notices(before, limit) + state.trim_events(before, limit))
    }
}

impl State {
    fn append(&mut self, append: Append) -> Result<Appended, StoreError> {
        let notice = append.notice.map(|source| match source {
            NoticeSource::Kept { id, .. } => id,
            NoticeSource::New(notice) => {
                let id = NoticeId(next(&mut self.last_ids.notice));
                self.journal.notices.insert(id, notice);
                id
            }
        });
        let mut appended = Appended { notice, ..Appended::default() };
        for finding in append.findings {
            let instance = self.instances.get(&finding.instance);
            if let Some(organization) = instance.map(|instance| instance.organization) {
                self.append_finding(organization, finding, &mut appended)?;
            }
        }
        Ok(appended)
    }

    fn append_finding(
        &mut self,
        organization: OrganizationId,
        finding: Finding,
        appended: &mut Appended,
    ) -> Result<(), StoreError> {
        let deliver = finding.deliver;
        let new = self.insert_new_events(organization, finding, appended)?;
        for chunk in new.chunk_by(|(_, a), (_, b)| a.notification == b.notification) {
            let ([(first, event), ..], [.., (last, _)]) = (chunk, chunk) else {
                continue;
            };
            let delivery =
                deliver.then(|| self.insert_delivery(organization, event, *first..=*last));
            appended.notifications.push(Notification {
                id: event.notification,
                delivery,
                instance: event.instance,
                created_at: event.seen_at,
                events: chunk.iter().map(|(_, event)| event.clone()).collect(),
            });
        }
        Ok(())
    }

    /// Inserts the changes that are new, numbers their notifications, and returns them with their
    /// places.
    fn insert_new_events(
        &mut self,
        organization: OrganizationId,
        finding: Finding,
        appended: &mut Appended,
    ) -> Result<Vec<(i64, Event)>, StoreError> {
        let mut new = Vec::new();
        for NewEvent { id, mut change } in finding.events {
            if self.journal.holds(finding.instance, &change) {
                appended.duplicates += 1;
                continue;
            }
            if self.journal.shows_creation_again(finding.instance, &change) {
                change.kind = ChangeKind::Updated;
            }
            if new.len() % finding.events_per_notification_max.max(1) == 0 {
                next(&mut self.last_ids.notification);
            }
            let event = Event {
                id,
                instance: finding.instance,
                notification: NotificationId(self.last_ids.notification),
                notice: appended.notice,
                change,
                detection: finding.detection,
                seen_at: finding.seen_at,
            };
            let place = next(&mut self.last_ids.event_place);
            self.journal.insert(place, organization, event.clone())?;
            new.push((place, event));
        }
        Ok(new)
    }

    /// Makes the delivery of the notification that carries `event`.
    fn insert_delivery(
        &mut self,
        organization: OrganizationId,
        event: &Event,
        places: RangeInclusive<i64>,
    ) -> DeliveryId {
        let id = DeliveryId(event.notification.0);
        let record = DeliveryRecord {
            id,
            instance: event.instance,
            status: DeliveryStatus::Pending,
            attempts: 0,
            created_at: event.seen_at,
            attempted_at: None,
            due_at: event.seen_at,
            outcome: None,
            park_reason: None,
        };
        let row = DeliveryRow { organization, record, places };
        self.deliveries.insert(id, row);
        id
    }

    fn advance(&mut self, advance: CursorAdvance) {
        if self.instances.contains_key(&advance.poll.instance) {
            let before = self.polls.get(&advance.poll).and_then(|poll| poll.found_at);
            let poll = PollState {
                id: advance.poll.clone(),
                cursor: advance.cursor,
                polled_at: Some(advance.polled_at),
                found_at: if advance.found { Some(advance.polled_at) } else { before },
                failures: 0,
                last_error: None,
            };
            self.polls.insert(advance.poll, poll);
        }
    }

    /// Removes what was written since the last ids were `before`.
    fn take_back_after(&mut self, before: LastIds) {
        self.journal.notices.split_off(&NoticeId(before.notice + 1));
        self.deliveries.split_off(&DeliveryId(before.notification + 1));
        let first_place = before.event_place + 1;
        let places: Vec<_> = self.journal.events.range(first_place..).map(|(p, _)| *p).collect();
        for place in places {
            self.journal.remove(place);
        }
        self.last_ids = before;
    }

    fn event_record(&self, row: &EventRow, with_body: bool) -> EventRecord {
        let event = row.event.clone();
        let delivery = self.deliveries.get(&DeliveryId(event.notification.0));
        let notice = event.notice.filter(|_| with_body);
        let notice = notice.and_then(|id| self.journal.notices.get(&id));
        EventRecord {
            event,
            status: event_status(delivery.map(|row| (row.record.status, row.record.attempts))),
            notice_body: notice.map(|notice| notice.body.to_vec()),
        }
    }

    fn trim_notices(&mut self, before: Moment, limit: usize) -> usize {
        let notices = &mut self.journal.notices;
        let old = notices.iter().filter(|(_, notice)| notice.received_at < before);
        let old: Vec<_> = old.map(|(id, _)| *id).take(limit).collect();
        for id in &old {
            notices.remove(id);
        }
        old.len()
    }

    fn trim_events(&mut self, before: Moment, limit: usize) -> usize {
        let old = self.journal.events.iter().filter(|(_, row)| {
            let delivery = self.deliveries.get(&DeliveryId(row.event.notification.0));
            let finished = |row: &DeliveryRow| row.record.status == DeliveryStatus::Delivered;
            row.event.seen_at < before && delivery.is_none_or(finished)
        });
        let old: Vec<_> = old.map(|(place, _)| *place).take(limit).collect();
        let mut removed = old.len();
        for place in old {
            removed += usize::from(self.remove_with_ended_delivery(place));
        }
        removed
    }

    /// Removes an event, and the delivery whose last event it is; true when one went with it.
    fn remove_with_ended_delivery(&mut self, place: i64) -> bool {
        let Some(event) = self.journal.remove(place) else {
            return false;
        };
        let id = DeliveryId(event.notification.0);
        let row = self.deliveries.get(&id);
        let ended = row.is_some_and(|row| *row.places.end() == place);
        if ended {
            self.deliveries.remove(&id);
        }
        ended
    }
}

impl JournalRows {
    /// True when the change is in the journal already (see [`Journal::append`]).
    fn holds(&self, instance: InstanceId, change: &Change) -> bool {
        let latest = self.changes_of(instance, change).last();
        let is_known_end = latest.is_some_and(|latest| is_one_end(latest, change));
        is_known_end
            || self.changes_of(instance, change).any(|known| {
                let one_is_a_notice = known.version.is_notice() != change.version.is_notice();
                let same_second = known.changed_at.seconds() == change.changed_at.seconds();
                let same_phase = known.kind.is_of_the_same_phase(change.kind);
                known.version == change.version
                    || is_told_state(known, change)
                    || (one_is_a_notice && same_second && same_phase)
            })
    }

    /// True when a read shows a creation that the journal has.
    fn shows_creation_again(&self, instance: InstanceId, change: &Change) -> bool {
        let is_creation = |change: &Change| change.kind == ChangeKind::Created;
        is_creation(change)
            && !change.version.is_notice()
            && self.changes_of(instance, change).any(is_creation)
    }

    /// The changes of the same object, the oldest first.
    fn changes_of(&self, instance: InstanceId, change: &Change) -> impl Iterator<Item = &Change> {
        let places = self.places_of_object.get(&object_of(instance, change));
        let rows = places.into_iter().flatten().filter_map(|place| self.events.get(place));
        rows.map(|row| &row.event.change)
    }

    fn insert(
        &mut self,
        place: i64,
        organization: OrganizationId,
        event: Event,
    ) -> Result<(), StoreError> {
        if self.place_of_id.contains_key(&event.id) {
            return Err(StoreError::Exists("an event of this id"));
        }
        self.place_of_id.insert(event.id, place);
        let object = object_of(event.instance, &event.change);
        self.places_of_object.entry(object).or_default().push(place);
        let row = EventRow { organization, event };
        self.events.insert(place, row);
        Ok(())
    }

    fn remove(&mut self, place: i64) -> Option<Event> {
        let EventRow { event, .. } = self.events.remove(&place)?;
        self.place_of_id.remove(&event.id);
        let object = object_of(event.instance, &event.change);
        if let Entry::Occupied(mut places) = self.places_of_object.entry(object) {
            places.get_mut().retain(|other| *other != place);
            if places.get().is_empty() {
                places.remove();
            }
        }
        Some(event)
    }

    pub(super) fn events_at(&self, places: RangeInclusive<i64>) -> Vec<Event> {
        let rows = self.events.range(places);
        rows.map(|(_, row)| row.event.clone()).collect()
    }
}

fn is_told_state(known: &Change, change: &Change) -> bool {
    match (&known.version, &change.version) {
        (Version::Timed(known), Version::Timed(state)) => state.is_told_by(known),
        _ => false,
    }
}

/// Whether two ends without anything between them are the same one.
fn is_one_end(latest: &Change, change: &Change) -> bool {
    let is_end = |change: &Change| change.kind == ChangeKind::Deleted;
    let is_gone = |change: &Change| matches!(change.version, Version::Gone(_));
    is_end(latest) && is_end(change) && (is_gone(latest) || is_gone(change))
}

/// The companies that an append keeps a notice for no longer.
fn settled_by(append: &Append) -> Option<(NoticeId, Vec<String>)> {
    match &append.notice {
        Some(NoticeSource::Kept { id, settled }) => Some((*id, settled.clone())),
        Some(NoticeSource::New(_)) | None => None,
    }
}

fn object_of(instance: InstanceId, change: &Change) -> Object {
    let resource = Arc::clone(&change.resource);
    (instance, resource, change.object_id.clone())
}
