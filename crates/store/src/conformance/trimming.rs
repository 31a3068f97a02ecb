//! Trimming.

use ledgerhook_model::Moment;
use ledgerhook_model::delivery::{NextStep, ParkReason};

use super::Outcome;
use super::samples::{
    append, append_deliveries, append_of, at, attempt, changes, events, finding, notice, objects,
    pending, posted, seen, tenant,
};
use crate::deliveries::DeliveryFilter;
use crate::journal::{Append, Finding, NewNotice, NoticeSource};
use crate::{Store, StoreError};

/// More rows than any behaviour here has.
const ROWS: usize = 100;

/// `Journal::trim`.
pub async fn what_is_old_goes_and_what_is_young_stays(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    for (n, seconds) in [10, 20].into_iter().enumerate() {
        let seen =
            Finding { deliver: false, seen_at: at(seconds), ..finding(instance, changes(n, 1)) };
        let mut batch = append_of(vec![seen]);
        let told = NewNotice { received_at: at(seconds), ..notice("{}") };
        batch.notice = Some(NoticeSource::New(told));
        store.append(vec![batch]).await?;
    }
    assert_eq!(store.trim(at(10), ROWS).await?, 0, "what is of that moment is not older");
    assert_eq!(store.trim(at(20), ROWS).await?, 2, "an event and a notice");
    let page = events(store, organization).await?;
    assert_eq!(objects(&page), ["1"]);
    let kept = store.event(organization, page.records[0].event.id).await?;
    assert!(kept.is_some_and(|record| record.notice_body.is_some()));
    assert_eq!(store.trim(at(20), ROWS).await?, 0);
    assert_eq!(store.trim(at(21), ROWS).await?, 2);
    assert_eq!(events(store, organization).await?.records, []);
    Ok(())
}

/// `Journal::trim`: what has not ended.
pub async fn pending_and_parked_deliveries_keep_their_events(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let ids = append_deliveries(store, instance, 0, 3).await?;
    let park = NextStep::Park { reason: ParkReason::Exhausted };
    let ends = vec![attempt(ids[0], 1, NextStep::Done), attempt(ids[1], 1, park)];
    store.record_attempts(ends).await?;
    let told = Append { notice: Some(posted("{}")), ..Append::default() };
    store.append(vec![told]).await?;

    assert_eq!(trim_all(store, at(10_000)).await?, 3, "a delivery, its event, the notice");
    assert_eq!(objects(&events(store, organization).await?), ["2", "1"]);
    let listed = store.deliveries(organization, DeliveryFilter { limit: 9, ..Default::default() });
    let listed: Vec<_> = listed.await?.iter().map(|delivery| delivery.id).collect();
    assert_eq!(listed, [ids[2], ids[1]]);

    assert_eq!(pending(store, instance).await?.len(), 1);
    let unparked = store.unpark(organization, ids[1], at(10_000)).await?;
    let events_left = unparked.map(|delivery| delivery.notification.events.len());
    assert_eq!(events_left, Some(1), "it can be sent again");
    Ok(())
}

/// `Journal::trim`: its steps, and that a finished delivery goes with its last event.
pub async fn a_step_removes_no_more_than_asked(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let appended = append(store, finding(instance, changes(0, 5))).await?;
    let ids = appended.notifications.iter().filter_map(|notification| notification.delivery);
    let arrived = ids.map(|id| attempt(id, 1, NextStep::Done));
    store.record_attempts(arrived.collect()).await?;
    for (removed, events_left, deliveries_left) in [(2, 3, 1), (2, 1, 1), (2, 0, 0), (0, 0, 0)] {
        assert_eq!(store.trim(at(10_000), 2).await?, removed);
        assert_eq!(events(store, organization).await?.records.len(), events_left);
        let filter = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
        assert_eq!(store.deliveries(organization, filter).await?.len(), deliveries_left);
    }
    Ok(())
}

/// A number that stood in a notification is not another one's later.
pub async fn ids_are_not_given_twice_after_a_trim(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let mut last = None;
    for round in 0..3 {
        let kept = Finding { deliver: false, ..finding(instance, changes(round, 1)) };
        let mut batch = append_of(vec![kept]);
        batch.notice = Some(posted("{}"));
        let appended = store.append(vec![batch]).await?;
        let ids = appended.first().map(|a| (a.notice, a.notifications.first().map(|n| n.id)));
        assert!(ids > last, "{ids:?} after {last:?}");
        last = ids;
        assert_eq!(trim_all(store, at(10_000)).await?, 2);
        assert_eq!(events(store, organization).await?.records, []);
    }
    Ok(())
}

/// The journal remembers for as long as it keeps.
pub async fn a_trimmed_change_is_new_again(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let kept = || Finding { deliver: false, ..finding(instance, changes(0, 1)) };
    append(store, kept()).await?;
    assert_eq!(append(store, kept()).await?.duplicates, 1);
    trim_all(store, seen()).await?;
    assert_eq!(append(store, kept()).await?.duplicates, 1, "it is not older than itself");
    trim_all(store, at(10_000)).await?;
    assert_eq!(append(store, kept()).await?.duplicates, 0);
    Ok(())
}

async fn trim_all(store: &impl Store, before: Moment) -> Result<usize, StoreError> {
    let mut removed = 0;
    loop {
        match store.trim(before, ROWS).await? {
            0 => return Ok(removed),
            rows => removed += rows,
        }
    }
}
