//! Recording attempts.

use ledgerhook_model::DeliveryId;
use ledgerhook_model::delivery::{DeliveryStatus, NextStep, ParkReason};

use super::Outcome;
use super::samples::{append_deliveries, at, attempt, pending, seen, tenant};
use crate::Store;
use crate::deliveries::{DeliveryFilter, DeliveryRecord, WaitingDeliveries};

const PARK: NextStep = NextStep::Park { reason: ParkReason::Exhausted };

/// `Deliveries::record_attempts`.
pub async fn each_step_leads_where_it_says(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let ids = append_deliveries(store, instance, 0, 4).await?;
    let later = at(9_000);
    let retry = NextStep::Retry { at: later };
    let records = [
        attempt(ids[0], 1, NextStep::Done),
        attempt(ids[1], 2, retry),
        attempt(ids[2], 10, PARK),
        attempt(DeliveryId(ids[3].0 + 100), 1, NextStep::Done),
    ];
    store.record_attempts(records.to_vec()).await?;
    let waiting = WaitingDeliveries { pending: 2, parked: 1 };
    assert_eq!(store.waiting_deliveries(instance).await?, waiting);

    let untried = DeliveryRecord {
        id: ids[3],
        instance,
        status: DeliveryStatus::Pending,
        attempts: 0,
        created_at: seen(),
        attempted_at: None,
        due_at: seen(),
        outcome: None,
        park_reason: None,
    };
    let tried = |id, attempts: u32| DeliveryRecord {
        id,
        attempts,
        attempted_at: Some(at(2_000 + i64::from(attempts))),
        outcome: Some(format!("outcome {attempts}")),
        ..untried.clone()
    };
    let expected = [
        untried.clone(),
        DeliveryRecord {
            status: DeliveryStatus::Parked,
            park_reason: Some("exhausted".to_owned()),
            ..tried(ids[2], 10)
        },
        DeliveryRecord { due_at: later, ..tried(ids[1], 2) },
        DeliveryRecord { status: DeliveryStatus::Delivered, ..tried(ids[0], 1) },
    ];
    assert_eq!(store.deliveries(organization, everything()).await?, expected);
    let waiting = pending(store, instance).await?;
    let waiting: Vec<_> = waiting.iter().map(|p| (p.attempts, p.due_at)).collect();
    assert_eq!(waiting, [(2, later), (0, seen())]);
    Ok(())
}

/// `Deliveries::record_attempts`: an attempt that ended after its delivery.
pub async fn a_late_record_changes_nothing(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let ids = append_deliveries(store, instance, 0, 2).await?;
    let ends = [attempt(ids[0], 1, NextStep::Done), attempt(ids[1], 1, PARK)];
    store.record_attempts(ends.to_vec()).await?;
    let ended = store.deliveries(organization, everything()).await?;
    for step in [NextStep::Done, NextStep::Retry { at: at(1) }, PARK] {
        let late = ids.iter().map(|id| attempt(*id, 2, step));
        store.record_attempts(late.collect()).await?;
        assert_eq!(store.deliveries(organization, everything()).await?, ended, "{step:?}");
    }
    Ok(())
}

/// `Deliveries::record_attempts`: two attempts of one delivery.
pub async fn records_of_one_call_are_stored_in_order(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let ids = append_deliveries(store, instance, 0, 1).await?;
    let retry = NextStep::Retry { at: at(9_000) };
    let records =
        [attempt(ids[0], 1, retry), attempt(ids[0], 2, NextStep::Done), attempt(ids[0], 3, retry)];
    store.record_attempts(records.to_vec()).await?;
    let found = store.deliveries(organization, everything()).await?;
    let found: Vec<_> = found.iter().map(|record| (record.status, record.attempts)).collect();
    assert_eq!(found, [(DeliveryStatus::Delivered, 2)]);
    Ok(())
}

fn everything() -> DeliveryFilter {
    DeliveryFilter { limit: 10, ..DeliveryFilter::default() }
}
