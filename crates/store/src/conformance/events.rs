//! Reading events.

use std::sync::Arc;

use ledgerhook_model::delivery::{NextStep, ParkReason};
use ledgerhook_model::{ChangeKind, DeliveryId, Detection, EventId, EventStatus};

use super::Outcome;
use super::samples::{
    append, append_of, at, attempt, changes, events, finding, new_instance, objects, posted, read,
    tenant,
};
use crate::Store;
use crate::journal::{EventFilter, EventRecord, Finding};

/// `EventRecord`, with every part of a change.
pub async fn events_read_back_with_their_notice(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let mut new = read("1", "5", at(10));
    new.change.printed_id = Some("1|5".to_owned());
    new.change.kind = ChangeKind::Merged;
    new.change.resource = Arc::from("bill-payments");
    new.change.record = Arc::from(r#"{"Ω":null}"#);
    let polled = Finding { detection: Detection::Cdc, ..finding(instance, vec![new.clone()]) };
    let mut batch = append_of(vec![polled]);
    batch.notice = Some(posted("raw"));
    let appended = store.append(vec![batch]).await?;

    let written = appended.into_iter().flat_map(|a| a.notifications).flat_map(|n| n.events);
    let expected: Vec<_> = written
        .map(|event| EventRecord { event, status: EventStatus::Received, notice_body: None })
        .collect();
    assert_eq!(events(store, organization).await?.records, expected, "a page has no bodies");
    let alone = store.event(organization, new.id).await?;
    assert_eq!(alone.and_then(|record| record.notice_body), Some(b"raw".to_vec()));
    let [record] = &expected[..] else { panic!("{expected:?}") };
    assert_eq!((record.event.id, &record.event.change), (new.id, &new.change));

    let other = append(store, finding(instance, changes(0, 1))).await?;
    let untold = other.notifications[0].events[0].id;
    let record = store.event(organization, untold).await?;
    assert!(record.is_some_and(|record| record.notice_body.is_none()));
    Ok(())
}

/// `EventRecord::status`.
pub async fn an_event_is_where_its_delivery_is(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let one_each = Finding { events_per_notification_max: 1, ..finding(instance, changes(0, 5)) };
    let appended = append(store, one_each).await?;
    let sent = |n: usize| -> (EventId, DeliveryId) {
        let notification = &appended.notifications[n];
        (notification.events[0].id, DeliveryId(notification.id.0))
    };
    let retry = NextStep::Retry { at: at(9_000) };
    let park = NextStep::Park { reason: ParkReason::Exhausted };
    let steps = [(1, retry), (2, park), (3, NextStep::Done), (4, park)];
    let records = steps.map(|(n, step)| attempt(sent(n).1, 1, step));
    store.record_attempts(records.to_vec()).await?;
    store.unpark(organization, sent(4).1, at(9_000)).await?;
    for (n, status) in [
        (0, EventStatus::Received),
        (1, EventStatus::Dispatched),
        (2, EventStatus::Dispatched),
        (3, EventStatus::Notified),
        (4, EventStatus::Received),
    ] {
        let record = store.event(organization, sent(n).0).await?;
        assert_eq!(record.map(|record| record.status), Some(status), "delivery {n}");
    }
    Ok(())
}

/// `EventFilter` and `EventPage`.
pub async fn pages_go_from_the_newest_to_the_oldest(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let second = store.create_instance(new_instance(organization, "second")).await?.id;
    for object in 0..6 {
        let instance = if object % 2 == 0 { instance } else { second };
        append(store, finding(instance, changes(object, 1))).await?;
    }
    for (of, limit, expected) in [
        (None, 4, &[&["5", "4", "3", "2"][..], &["1", "0"]][..]),
        (None, 6, &[&["5", "4", "3", "2", "1", "0"]]),
        (Some(instance), 2, &[&["4", "2"], &["0"]]),
        (Some(second), 1, &[&["5"], &["3"], &["1"]]),
        (Some(second), 0, &[&[]]),
    ] {
        let mut before = None;
        for (number, objects_expected) in expected.iter().enumerate() {
            let filter = EventFilter { instance: of, before, limit };
            let page = store.events(organization, filter).await?;
            assert_eq!(objects(&page), *objects_expected, "page {number} of {of:?}");
            let last = limit == 0 || number + 1 == expected.len();
            assert_eq!(page.next.is_none(), last, "page {number} of {of:?}");
            before = page.next;
        }
    }
    Ok(())
}

/// The wall between organisations.
pub async fn one_organization_does_not_see_the_events_of_another(store: &impl Store) -> Outcome {
    let (acme, instance) = tenant(store, "acme").await?;
    let (other, _) = tenant(store, "other").await?;
    let new = changes(0, 1);
    append(store, finding(instance, new.clone())).await?;
    assert_eq!(events(store, other).await?.records, []);
    let of_instance = EventFilter { instance: Some(instance), limit: 10, ..EventFilter::default() };
    assert_eq!(store.events(other, of_instance.clone()).await?.records, []);
    assert_eq!(store.events(acme, of_instance).await?.records.len(), 1);
    for event in &new {
        assert_eq!(store.event(other, event.id).await?, None);
        assert!(store.event(acme, event.id).await?.is_some());
    }
    Ok(())
}
