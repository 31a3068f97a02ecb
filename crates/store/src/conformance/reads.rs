//! Metered reads.

use ledgerhook_model::{AppId, InstanceId, Month, ReadMark};

use super::Outcome;
use super::samples::{at, tenant};
use crate::Store;
use crate::reads::{MarkedReads, ReadCount};

fn november() -> Month {
    Month::of(at(0))
}

fn count(instance: i64, app: Option<i64>, reads: i64) -> ReadCount {
    let (instance, app) = (InstanceId(instance), app.map(AppId));
    ReadCount { month: november(), instance, app, reads }
}

/// `Reads::add_reads`.
pub async fn counts_of_a_month_add_up_by_instance_and_app(store: &impl Store) -> Outcome {
    store.add_reads(vec![count(2, Some(1), 5), count(1, None, 1), count(1, Some(3), 2)]).await?;
    store
        .add_reads(vec![count(1, Some(3), 40), count(2, Some(1), 1), count(2, Some(1), 1)])
        .await?;
    let of_next = ReadCount { month: november().next(), ..count(1, Some(3), 9) };
    store.add_reads(vec![of_next]).await?;
    let counts = [count(1, None, 1), count(1, Some(3), 42), count(2, Some(1), 7)];
    assert_eq!(store.reads_of_month(november()).await?, counts);
    assert_eq!(store.reads_of_month(november().next()).await?, [of_next]);
    assert_eq!(store.reads_of_month(november().next().next()).await?, []);
    Ok(())
}

/// What was read was read.
pub async fn the_reads_of_a_removed_instance_stay(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    store.add_reads(vec![count(instance.0, Some(1), 5)]).await?;
    store.delete_instance(organization, instance).await?;
    assert_eq!(store.reads_of_month(november()).await?, [count(instance.0, Some(1), 5)]);
    Ok(())
}

/// `Reads::mark_reads`.
pub async fn a_mark_is_made_once_a_month_for_each_app(store: &impl Store) -> Outcome {
    let mark =
        |app, month, mark, second| MarkedReads { app: AppId(app), month, mark, at: at(second) };
    let (now, next) = (november(), november().next());
    let warned = mark(1, now, ReadMark::Warned, 1);
    assert!(store.mark_reads(warned).await?);
    assert!(!store.mark_reads(mark(1, now, ReadMark::Warned, 2)).await?);
    let exhausted = mark(1, now, ReadMark::Exhausted, 3);
    assert!(store.mark_reads(exhausted).await?);
    assert!(store.mark_reads(mark(1, next, ReadMark::Warned, 4)).await?);
    let of_another = mark(2, now, ReadMark::Warned, 5);
    assert!(store.mark_reads(of_another).await?);
    assert_eq!(store.read_marks(now).await?, [exhausted, warned, of_another]);
    Ok(())
}
