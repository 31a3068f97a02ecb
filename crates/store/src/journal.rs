//! The journal: notices, events and the notifications that carry them.

use async_trait::async_trait;
use bytes::Bytes;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::delivery::DeliveryStatus;
use ledgerhook_model::{
    AppId, Change, DeliveryId, Detection, Event, EventId, EventStatus, InstanceId, Moment,
    NoticeId, NotificationId, OrganizationId,
};

use crate::StoreError;
use crate::kept::KeptFor;
use crate::polls::PollId;

/// A provider's post, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// The element key.
    pub element: String,
    /// The app whose verifier token fitted; `None` for an unsigned one that was allowed.
    pub app: Option<AppId>,
    /// The raw body, shared and not copied on its way to the database.
    pub body: Bytes,
    /// When it arrived.
    pub received_at: Moment,
    /// Entries that became no event when it came.
    pub unrouted_entries: u32,
    /// Whose entries are to become events later; `None` for nearly every notice.
    pub kept: Option<Box<KeptFor>>,
}

/// The notice that told of what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeSource {
    /// One that has just come, and is written with it.
    New(NewNotice),
    /// One that was kept, which the new events name as theirs.
    Kept {
        /// Which.
        id: NoticeId,
        /// The companies that it is kept for no longer.
        settled: Vec<String>,
    },
}

/// A change about to become an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The id it gets if it is new to the journal.
    pub id: EventId,
    /// The change.
    pub change: Change,
}

/// Changes of one instance and one resource, found together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose books.
    pub instance: InstanceId,
    /// How they were detected.
    pub detection: Detection,
    /// When they were seen.
    pub seen_at: Moment,
    /// The changes, in the order in which they are to be delivered.
    pub events: Vec<NewEvent>,
    /// Most events of one notification.
    pub events_per_notification_max: usize,
    /// Whether a delivery is made; otherwise the events are kept for reading.
    pub deliver: bool,
}

/// What is written together: a notice with what it told, or what a poll found with its cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Append {
    /// The provider's post.
    pub notice: Option<NoticeSource>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The poll's new cursor.
    pub cursor: Option<CursorAdvance>,
}

/// The advanced cursor of a poll. Storing it clears the poll's failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorAdvance {
    /// Which poll.
    pub poll: PollId,
    /// Where it stands now.
    pub cursor: Cursor,
    /// When the poll ended.
    pub polled_at: Moment,
    /// Whether it found a change, if only one that the journal has.
    pub found: bool,
}

/// A notification that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// The delivery made for it, which has the same number; `None` when kept for reading.
    pub delivery: Option<DeliveryId>,
    /// Whose books.
    pub instance: InstanceId,
    /// When it was written, which is when its events were seen.
    pub created_at: Moment,
    /// Its events, at least one.
    pub events: Vec<Event>,
}

/// What one [`Append`] wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appended {
    /// The id of the notice that told of it.
    pub notice: Option<NoticeId>,
    /// The notifications made of the events that were new.
    pub notifications: Vec<Notification>,
    /// Changes that were in the journal already.
    pub duplicates: u32,
}

/// An event with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// The event.
    pub event: Event,
    /// Where it stands.
    pub status: EventStatus,
    /// The raw body of the notice that told of it, when one did and is still kept. `None` in a
    /// page: many events share one body of up to 2 MiB.
    pub notice_body: Option<Vec<u8>>,
}

/// Where an event stands whose delivery has this status and so many attempts made; `None` for an
/// event that is kept for reading.
pub fn event_status(delivery: Option<(DeliveryStatus, u32)>) -> EventStatus {
    match delivery {
        None | Some((DeliveryStatus::Pending, 0)) => EventStatus::Received,
        Some((DeliveryStatus::Pending | DeliveryStatus::Parked, _)) => EventStatus::Dispatched,
        Some((DeliveryStatus::Delivered, _)) => EventStatus::Notified,
    }
}

/// Which events to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this instance; of all instances of the organisation when `None`.
    pub instance: Option<InstanceId>,
    /// Older than this place in the journal (see [`EventPage::next`]).
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// A page of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events, newest first.
    pub records: Vec<EventRecord>,
    /// Where the next page begins, when there is one.
    pub next: Option<i64>,
}

/// The journal.
#[async_trait]
pub trait Journal {
    /// Writes all of `batch` durably in one transaction and returns what each wrote, in order.
    ///
    /// A change is new when the journal has no event of the same (instance, resource, object id,
    /// version), and none of the other sort of version (a notice where this is a read, a read
    /// where this is a notice; see `Version`) whose `changed_at` is in the same second and which is
    /// of the same phase (`ChangeKind::is_of_the_same_phase`). A state of a second
    /// (`Version::Timed`) is not new when it has been told (`Timed::is_told_by`), and an end is not
    /// when the object's latest event is an end and one of the two is `Version::Gone`.
    ///
    /// A read shows a state, which may look new more than once: of an object whose creation the
    /// journal has, a creation is written as an update.
    ///
    /// New changes of a finding are cut into notifications in their order; a new delivery is due
    /// when its events were seen. A finding or a cursor whose instance does not exist any more is
    /// left out; the notice beside it is written. [`StoreError::Exists`] when a new change comes
    /// with an event id that the journal has already.
    async fn append(&self, batch: Vec<Append>) -> Result<Vec<Appended>, StoreError>;

    /// Events of an organisation.
    async fn events(
        &self,
        organization: OrganizationId,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError>;

    /// One event of an organisation.
    async fn event(
        &self,
        organization: OrganizationId,
        id: EventId,
    ) -> Result<Option<EventRecord>, StoreError>;

    /// Removes up to `limit` events, and as many notices, kept ones too, and finished deliveries,
    /// that are older than `before`; pending and parked deliveries keep their events, and a
    /// finished delivery goes with the last of its events. Returns how many rows went, so that a
    /// caller repeats until 0 in steps that do not hold up the appender.
    async fn trim(&self, before: Moment, limit: usize) -> Result<usize, StoreError>;
}
