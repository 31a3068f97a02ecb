//! A full disk: refused whole, and working again once there is room.

use ledgerhook_model::delivery::NextStep;
use ledgerhook_store::StoreError;
use ledgerhook_store::deliveries::{AttemptRecord, Deliveries as _};
use ledgerhook_store::journal::{EventFilter, Journal as _};

use super::{ORGANIZATION, at, event, new_instance, told};
use crate::{Access, SqliteStore};

/// A little more than the empty tables take.
const PAGES_MAX: u32 = 100;

#[tokio::test]
async fn a_full_disk_refuses_whole_appends_and_takes_them_again_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_with_pages_max(folder.path(), Access::Exclusive, Some(PAGES_MAX))
        .unwrap();
    let instance = new_instance(&store).await;
    let record = "r".repeat(10_000);
    let mut written = Vec::new();
    let refused = loop {
        let n = 2 * written.len() as u64;
        let append = told(instance, vec![event(n, &record), event(n + 1, &record)]);
        match store.append(vec![append]).await {
            Ok(appended) => written.push(appended[0].notifications[0].clone()),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    assert!(!written.is_empty());

    let waiting = store.pending(instance, None, usize::MAX).await.unwrap();
    let waiting: Vec<_> = waiting.into_iter().map(|pending| pending.notification).collect();
    assert_eq!(waiting, written, "nothing is half written");

    let arrived = written.iter().map(|notification| AttemptRecord {
        delivery: notification.delivery.unwrap(),
        attempt: 1,
        outcome: "status 200".to_owned(),
        at: at(1),
        step: NextStep::Done,
    });
    store.record_attempts(arrived.collect()).await.unwrap();
    while store.trim(at(1), 10).await.unwrap() > 0 {}
    let append = told(instance, vec![event(1_000, &record)]);
    let appended = store.append(vec![append]).await.unwrap();
    let last = written.last().unwrap().id;
    assert_eq!(appended[0].notifications[0].id.0, last.0 + 1, "the refused one took no number");
    let all = EventFilter { limit: 10, ..EventFilter::default() };
    assert_eq!(store.events(ORGANIZATION, all).await.unwrap().records.len(), 1);
}
