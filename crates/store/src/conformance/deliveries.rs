//! Deliveries.

use ledgerhook_model::DeliveryId;
use ledgerhook_model::delivery::{DeliveryStatus, NextStep, ParkReason};

use super::Outcome;
use super::samples::{
    append, append_deliveries, at, attempt, changes, finding, new_instance, pending, seen, tenant,
};
use crate::Store;
use crate::deliveries::{DeliveryFilter, DeliveryRecord, PendingDelivery};

const PARK: NextStep = NextStep::Park { reason: ParkReason::Gone };

/// `Deliveries::pending`.
pub async fn pending_deliveries_come_in_order_with_their_events(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let other = store.create_instance(new_instance(organization, "other")).await?.id;
    let mut expected = Vec::new();
    for n in 0..3 {
        append_deliveries(store, other, n, 1).await?;
        let appended = append(store, finding(instance, changes(2 * n, 2))).await?;
        let new = appended.notifications.into_iter();
        expected.extend(new.map(|notification| PendingDelivery {
            notification,
            attempts: 0,
            due_at: seen(),
        }));
    }
    assert_eq!(pending(store, instance).await?, expected);
    let ids: Vec<_> = expected.iter().filter_map(|p| p.notification.delivery).collect();
    for (after, limit, from, to) in [(None, 2, 0, 2), (Some(0), 1, 1, 2), (Some(2), 9, 3, 3)] {
        let after = after.map(|n: usize| ids[n]);
        let page = store.pending(instance, after, limit).await?;
        assert_eq!(page, expected[from..to], "{after:?}");
    }
    Ok(())
}

/// `Deliveries::instances_with_pending`.
pub async fn instances_with_pending_are_listed_once(store: &impl Store) -> Outcome {
    let (organization, first) = tenant(store, "acme").await?;
    let done = store.create_instance(new_instance(organization, "done")).await?.id;
    let last = store.create_instance(new_instance(organization, "last")).await?.id;
    assert_eq!(store.instances_with_pending().await?, []);
    append_deliveries(store, last, 0, 2).await?;
    append_deliveries(store, first, 0, 2).await?;
    let arrived = append_deliveries(store, done, 0, 1).await?;
    let arrived = arrived.into_iter().map(|id| attempt(id, 1, NextStep::Done));
    store.record_attempts(arrived.collect()).await?;
    assert_eq!(store.instances_with_pending().await?, [first, last]);
    Ok(())
}

/// `DeliveryFilter`.
pub async fn lists_are_filtered_and_newest_first(store: &impl Store) -> Outcome {
    let (organization, first) = tenant(store, "acme").await?;
    let second = store.create_instance(new_instance(organization, "second")).await?.id;
    let mut ids = append_deliveries(store, first, 0, 4).await?;
    ids.extend(append_deliveries(store, second, 0, 1).await?);
    let ended = [(1, PARK), (2, NextStep::Done), (4, PARK)];
    let records = ended.map(|(n, step)| attempt(ids[n], 1, step));
    store.record_attempts(records.to_vec()).await?;

    let all = DeliveryFilter { limit: 10, ..DeliveryFilter::default() };
    let status = |status| DeliveryFilter { status: Some(status), ..all.clone() };
    let parked = status(DeliveryStatus::Parked);
    for (filter, expected) in [
        (all.clone(), &[4, 3, 2, 1, 0][..]),
        (DeliveryFilter { limit: 2, ..all.clone() }, &[4, 3]),
        (DeliveryFilter { before: Some(ids[2]), ..all.clone() }, &[1, 0]),
        (DeliveryFilter { instance: Some(first), ..all.clone() }, &[3, 2, 1, 0]),
        (status(DeliveryStatus::Pending), &[3, 0]),
        (status(DeliveryStatus::Delivered), &[2]),
        (parked.clone(), &[4, 1]),
        (DeliveryFilter { instance: Some(first), ..parked.clone() }, &[1]),
        (DeliveryFilter { before: Some(ids[4]), ..parked }, &[1]),
    ] {
        let found = store.deliveries(organization, filter.clone()).await?;
        let found: Vec<_> = found.iter().map(|delivery| delivery.id).collect();
        let expected: Vec<_> = expected.iter().map(|n: &usize| ids[*n]).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    Ok(())
}

/// `Deliveries::unpark`.
pub async fn a_parked_delivery_is_made_pending_again(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    append(store, finding(instance, changes(0, 2))).await?;
    let before = pending(store, instance).await?;
    let [PendingDelivery { notification, .. }] = &before[..] else { panic!("{before:?}") };
    let id = DeliveryId(notification.id.0);
    assert_eq!(store.unpark(organization, id, at(5_000)).await?, None, "it is pending");

    store.record_attempts(vec![attempt(id, 3, PARK)]).await?;
    assert_eq!(pending(store, instance).await?, []);
    let again =
        PendingDelivery { notification: notification.clone(), attempts: 0, due_at: at(5_000) };
    assert_eq!(store.unpark(organization, id, at(5_000)).await?, Some(again.clone()));
    assert_eq!(pending(store, instance).await?, [again]);
    assert_eq!(store.instances_with_pending().await?, [instance]);
    let listed = store.deliveries(organization, DeliveryFilter { limit: 9, ..Default::default() });
    let expected = DeliveryRecord {
        id,
        instance,
        status: DeliveryStatus::Pending,
        attempts: 0,
        created_at: seen(),
        attempted_at: Some(at(2_003)),
        due_at: at(5_000),
        outcome: Some("outcome 3".to_owned()),
        park_reason: None,
    };
    assert_eq!(listed.await?, [expected]);

    store.record_attempts(vec![attempt(id, 1, NextStep::Done)]).await?;
    assert_eq!(store.unpark(organization, id, at(6_000)).await?, None, "it has arrived");
    assert_eq!(store.unpark(organization, DeliveryId(id.0 + 1), at(6_000)).await?, None);
    Ok(())
}

/// The wall between organisations.
pub async fn one_organization_does_not_see_or_unpark_the_deliveries_of_another(
    store: &impl Store,
) -> Outcome {
    let (acme, instance) = tenant(store, "acme").await?;
    let (other, _) = tenant(store, "other").await?;
    let ids = append_deliveries(store, instance, 0, 1).await?;
    let parked: Vec<_> = ids.iter().map(|id| attempt(*id, 1, PARK)).collect();
    store.record_attempts(parked).await?;
    for filter in [
        DeliveryFilter { limit: 9, ..DeliveryFilter::default() },
        DeliveryFilter { instance: Some(instance), limit: 9, ..DeliveryFilter::default() },
        DeliveryFilter {
            status: Some(DeliveryStatus::Parked),
            limit: 9,
            ..DeliveryFilter::default()
        },
    ] {
        assert_eq!(store.deliveries(other, filter.clone()).await?, []);
        assert_eq!(store.deliveries(acme, filter).await?.len(), 1);
    }
    for id in ids {
        assert_eq!(store.unpark(other, id, at(5_000)).await?, None);
    }
    assert_eq!(pending(store, instance).await?, []);
    Ok(())
}
