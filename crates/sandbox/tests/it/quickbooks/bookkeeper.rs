//! The scripted bookkeeper, and books that can be compared with what was told of them.

use std::collections::{BTreeMap, BTreeSet};

use ledgerhook_sandbox::quickbooks::{
    Bookkeeper, BookkeeperStep, ChangeOperation, QuickBooks, RecordKey, RecordStanding, RecordState,
};

use super::bench::{Bench, OTHER_REALM, REALM};

fn work(bench: &Bench, realm: &str, seed: u64, steps: usize) -> Vec<BookkeeperStep> {
    let mut bookkeeper = Bookkeeper::new(bench.quickbooks().clone(), realm, seed);
    (0..steps).map(|_| bookkeeper.step().unwrap()).collect()
}

#[tokio::test]
async fn the_same_seed_does_the_same_work() {
    let bench = Bench::start().await;
    let one: Vec<String> =
        work(&bench, REALM, 5, 200).iter().map(|step| step.to_string()).collect();
    let two: Vec<String> = work(&bench, OTHER_REALM, 5, 200)
        .iter()
        .map(|step| step.to_string().replace(OTHER_REALM, REALM))
        .collect();
    assert_eq!(one, two);
    assert_ne!(work(&bench, REALM, 6, 5), work(&bench, REALM, 7, 5));
}

#[tokio::test]
async fn in_time_every_kind_and_every_operation_is_seen() {
    let bench = Bench::start().await;
    let steps = work(&bench, REALM, 1, 1_500);
    let kinds: BTreeSet<&str> = steps.iter().map(|step| step.entity).collect();
    assert_eq!(kinds, QuickBooks::entities().collect());
    for operation in [
        ChangeOperation::Create,
        ChangeOperation::Update,
        ChangeOperation::Delete,
        ChangeOperation::Merge,
        ChangeOperation::Void,
        ChangeOperation::Emailed,
    ] {
        assert!(steps.iter().any(|step| step.operation == operation), "{operation:?}");
    }
}

#[tokio::test]
async fn a_payment_follows_the_invoice_it_pays() {
    let bench = Bench::start().await;
    let steps = work(&bench, REALM, 1, 300);
    let tokens = bench.connect(REALM).await;
    let created = |step: &&BookkeeperStep| step.operation == ChangeOperation::Create;
    let mut invoices = BTreeSet::new();
    let mut payments = 0;
    for step in steps.iter().filter(created) {
        if step.entity == "Invoice" {
            invoices.insert(step.id.clone());
        }
        if step.entity == "Payment" {
            let payment = bench.api_get(&tokens, &format!("payment/{}", step.id)).await.json();
            let paid = &payment["Payment"]["Line"][0]["LinkedTxn"][0]["TxnId"];
            assert!(invoices.contains(paid.as_str().unwrap()), "{payment}");
            payments += 1;
        }
    }
    assert!(payments > 10, "{payments} payments");
}

/// Replays the steps as a listener would: creates, changes and ends.
fn replay(steps: &[BookkeeperStep]) -> BTreeMap<RecordKey, bool> {
    let mut there = BTreeMap::new();
    for step in steps {
        let exists = step.operation != ChangeOperation::Delete;
        there.insert((step.entity, step.id.clone()), exists);
        if let Some(merged_away) = &step.deleted_id {
            there.insert((step.entity, merged_away.clone()), false);
        }
    }
    there
}

#[tokio::test]
async fn the_books_agree_with_a_replay_of_the_steps() {
    let bench = Bench::start().await;
    let steps = work(&bench, REALM, 3, 800);
    let books = bench.quickbooks().snapshot(REALM).unwrap();
    let replayed = replay(&steps);
    assert_eq!(books.keys().collect::<Vec<_>>(), replayed.keys().collect::<Vec<_>>());
    for (key, RecordState { standing, .. }) in &books {
        match standing {
            RecordStanding::Active => assert!(replayed[key], "{key:?}"),
            RecordStanding::Deleted => assert!(!replayed[key], "{key:?}"),
            // A deactivation is told as an update, a merge as an end.
            RecordStanding::Inactive => {}
        }
    }
    assert!(books.values().any(|state| state.standing == RecordStanding::Inactive));
    assert!(books.values().any(|state| state.standing == RecordStanding::Deleted));
}

#[tokio::test]
async fn a_bookkeeper_of_no_company_says_so() {
    let bench = Bench::start().await;
    let mut bookkeeper = Bookkeeper::new(bench.quickbooks().clone(), "404", 1);
    assert!(bookkeeper.step().unwrap_err().to_string().contains("404"));
}

#[tokio::test(start_paused = true)]
async fn the_work_is_paced() {
    let bench = Bench::start().await;
    let mut bookkeeper = Bookkeeper::new(bench.quickbooks().clone(), REALM, 1);
    let mut steps = 0;
    let work = bookkeeper.run(60.try_into().unwrap(), |_| steps += 1);
    let end = tokio::time::timeout(std::time::Duration::from_millis(10_500), work).await;
    assert!(end.is_err(), "the work ended by itself");
    assert_eq!(steps, 11);
}
