//! Jobs of one commit.

use std::sync::mpsc;

use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{EventFilter, Journal as _};
use ledgerhook_store::tenancy::Tenancy as _;

use super::{ORGANIZATION, event, event_id, fresh_store, new_instance, new_organization, told};

#[tokio::test]
async fn a_job_that_fails_does_not_harm_the_others_of_its_group() {
    let (store, _folder) = fresh_store();
    let instance = new_instance(&store).await;
    store.create_organization(new_organization("taken")).await.unwrap();
    store.append(vec![told(instance, vec![event(0, "{}")])]).await.unwrap();

    let mut half_bad = vec![event(1, "{}"), event(2, "{}")];
    half_bad[1].id = event_id(0);
    // The first job keeps the writer until all others wait, so that they are one group. It may be
    // done twice itself.
    let (let_go, wait) = mpsc::channel::<()>();
    let hold = store.writer.write(move |_| {
        wait.recv().ok();
        Ok(())
    });
    let (held, first, bad, name, last, ()) = tokio::join!(
        biased;
        hold,
        store.append(vec![told(instance, vec![event(3, "{}")])]),
        store.append(vec![told(instance, half_bad)]),
        store.create_organization(new_organization("taken")),
        store.append(vec![told(instance, vec![event(4, "{}")])]),
        async move { drop(let_go) },
    );
    held.unwrap();
    assert!(matches!(bad, Err(StoreError::Exists("an event of this id"))), "{bad:?}");
    assert!(matches!(name, Err(StoreError::Exists("an organisation of this name"))), "{name:?}");
    let numbers = [first, last].map(|appended| appended.unwrap()[0].notifications[0].id.0);
    assert_eq!(numbers, [2, 3], "a failed job takes no number");

    let all = EventFilter { limit: 10, ..EventFilter::default() };
    let page = store.events(ORGANIZATION, all).await.unwrap();
    let objects = page.records.iter().map(|record| record.event.change.object_id.as_str());
    assert_eq!(objects.collect::<Vec<_>>(), ["4", "3", "0"]);
}

#[tokio::test]
async fn dropping_the_store_finishes_what_was_asked_for() {
    let (store, folder) = fresh_store();
    let instance = new_instance(&store).await;
    let (started, starts) = tokio::sync::oneshot::channel();
    let mut started = Some(started);
    {
        let held = store.writer.write(move |_| {
            // Done once, because it does not fail.
            started.take().unwrap().send(()).unwrap();
            Ok(())
        });
        let append = store.append(vec![told(instance, vec![event(1, "{}")])]);
        tokio::select! {
            biased;
            _ = async { tokio::join!(biased; held, append) } => {}
            _ = starts => {}
        }
    }
    drop(store);
    let store = super::open(&folder);
    let all = EventFilter { limit: 10, ..EventFilter::default() };
    assert_eq!(store.events(ORGANIZATION, all).await.unwrap().records.len(), 1);
}
