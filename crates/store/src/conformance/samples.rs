//! Small things to store, and the usual questions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::delivery::NextStep;
use ledgerhook_model::{
    Change, ChangeKind, DeliveryId, Detection, EventId, InstanceId, Moment, OrganizationId,
    SecretHash, UserId, Version,
};

use crate::deliveries::{AttemptRecord, PendingDelivery};
use crate::instances::Instance;
use crate::journal::{
    Append, Appended, CursorAdvance, EventFilter, EventPage, Finding, NewEvent, NewNotice,
    NoticeSource,
};
use crate::polls::PollId;
use crate::tenancy::NewOrganization;
use crate::{Store, StoreError};

/// Seconds after an arbitrary point in time.
pub(super) fn at(seconds: i64) -> Moment {
    Moment::from_millis((1_700_000_000 + seconds) * 1_000)
}

/// When the findings of [`finding`] were seen.
pub(super) fn seen() -> Moment {
    at(1_000)
}

pub(super) fn new_organization(name: &str) -> NewOrganization {
    NewOrganization {
        name: name.to_owned(),
        secret_hash: SecretHash::of(name),
        sealed_signing_seed: vec![1, 2, 3],
        created_at: at(0),
    }
}

/// An instance to be created.
pub(super) fn new_instance(organization: OrganizationId, name: &str) -> Instance {
    Instance {
        id: InstanceId(0),
        organization,
        user: UserId(1),
        element: "quickbooks".to_owned(),
        name: name.to_owned(),
        tags: Vec::new(),
        company: "9130".to_owned(),
        configuration: BTreeMap::from([
            ("event.vendor.type".to_owned(), Some("webhook".to_owned())),
            ("unknown".to_owned(), None),
        ]),
        sealed_configuration: vec![0, 255],
        token_hash: SecretHash::of(name),
        sealed_token: vec![4, 5],
        external_authentication: "none".to_owned(),
        disabled: false,
        created_at: at(1),
        updated_at: at(2),
    }
}

/// Makes an organisation with one instance.
pub(super) async fn tenant(
    store: &impl Store,
    name: &str,
) -> Result<(OrganizationId, InstanceId), StoreError> {
    let organization = store.create_organization(new_organization(name)).await?.id;
    let instance = store.create_instance(new_instance(organization, name)).await?;
    Ok((organization, instance.id))
}

/// An event id that no other call has returned.
fn event_id() -> EventId {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let mut random = [0; 9];
    let made = MADE.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    for (to, from) in random.iter_mut().zip(made) {
        *to = from;
    }
    EventId::new(at(0), random)
}

fn new_event(object: &str, version: Version, changed_at: Moment) -> NewEvent {
    let change = Change {
        resource: Arc::from("invoices"),
        object_id: object.to_owned(),
        printed_id: None,
        version,
        kind: ChangeKind::Updated,
        changed_at,
        record: Arc::from(r#"{"Id":"1"}"#),
    };
    NewEvent { id: event_id(), change }
}

/// A change that a notice told of.
pub(super) fn noticed(object: &str, text: &str, changed_at: Moment) -> NewEvent {
    new_event(object, Version::Noticed(text.to_owned()), changed_at)
}

/// A change that was read.
pub(super) fn read(object: &str, revision: &str, changed_at: Moment) -> NewEvent {
    new_event(object, Version::Revision(revision.to_owned()), changed_at)
}

/// Changes of so many objects, numbered from `first`.
pub(super) fn changes(first: usize, count: usize) -> Vec<NewEvent> {
    (first..first + count).map(|object| noticed(&object.to_string(), "a", at(0))).collect()
}

pub(super) fn finding(instance: InstanceId, events: Vec<NewEvent>) -> Finding {
    Finding {
        instance,
        detection: Detection::Webhook,
        seen_at: seen(),
        events,
        events_per_notification_max: 20,
        deliver: true,
    }
}

pub(super) fn notice(body: &'static str) -> NewNotice {
    NewNotice {
        element: "quickbooks".to_owned(),
        app: None,
        body: Bytes::from_static(body.as_bytes()),
        received_at: seen(),
        unrouted_entries: 0,
        kept: None,
    }
}

/// A notice that has just come.
pub(super) fn posted(body: &'static str) -> NoticeSource {
    NoticeSource::New(notice(body))
}

pub(super) fn append_of(findings: Vec<Finding>) -> Append {
    Append { findings, ..Append::default() }
}

/// Appends one finding and returns what it wrote.
pub(super) async fn append(store: &impl Store, finding: Finding) -> Result<Appended, StoreError> {
    let appended = store.append(vec![append_of(vec![finding])]).await?;
    Ok(appended.into_iter().next().unwrap_or_default())
}

/// Appends one delivery of one event for each of so many objects, numbered from `first`.
pub(super) async fn append_deliveries(
    store: &impl Store,
    instance: InstanceId,
    first: usize,
    count: usize,
) -> Result<Vec<DeliveryId>, StoreError> {
    let one_each =
        Finding { events_per_notification_max: 1, ..finding(instance, changes(first, count)) };
    let appended = append(store, one_each).await?;
    Ok(appended.notifications.iter().filter_map(|notification| notification.delivery).collect())
}

pub(super) fn attempt(delivery: DeliveryId, attempt: u32, step: NextStep) -> AttemptRecord {
    AttemptRecord {
        delivery,
        attempt,
        outcome: format!("outcome {attempt}"),
        at: at(2_000 + i64::from(attempt)),
        step,
    }
}

/// All pending deliveries of an instance.
pub(super) async fn pending(
    store: &impl Store,
    instance: InstanceId,
) -> Result<Vec<PendingDelivery>, StoreError> {
    store.pending(instance, None, usize::MAX).await
}

/// All events of an organisation.
pub(super) async fn events(
    store: &impl Store,
    organization: OrganizationId,
) -> Result<EventPage, StoreError> {
    let filter = EventFilter { limit: usize::MAX, ..EventFilter::default() };
    store.events(organization, filter).await
}

/// The object ids of a page's events.
pub(super) fn objects(page: &EventPage) -> Vec<&str> {
    page.records.iter().map(|record| record.event.change.object_id.as_str()).collect()
}

/// Panics unless `result` is [`StoreError::Exists`].
#[track_caller]
pub(super) fn assert_exists<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Exists(_))), "{result:?}");
}

/// The poll by change data capture of an instance.
pub(super) fn cdc_of(instance: InstanceId) -> PollId {
    PollId::new(instance, "cdc")
}

/// A poll by change data capture that read up to a second and ended in another, and found nothing.
pub(super) fn polled(instance: InstanceId, read_up_to: i64, polled_at: i64) -> CursorAdvance {
    CursorAdvance {
        poll: cdc_of(instance),
        cursor: Cursor::baseline(at(read_up_to)),
        polled_at: at(polled_at),
        found: false,
    }
}
