//! The bookkeeper of Sage Accounting.

use std::collections::{BTreeMap, BTreeSet};

use ledgerhook_sandbox::sage::{Bookkeeper, BookkeeperStep, ChangeOperation};

use super::bench::{Bench, LEAD, SECOND};

fn work(bench: &Bench, business_id: &str, seed: u64, steps: usize) -> Vec<BookkeeperStep> {
    let mut bookkeeper = Bookkeeper::new(bench.sage().clone(), business_id, seed);
    let step = |_| {
        bench.pass(1);
        bookkeeper.step().unwrap()
    };
    (0..steps).map(step).collect()
}

#[tokio::test]
async fn the_work_is_varied_and_the_same_for_the_same_seed() {
    let (one, two) = (Bench::start().await, Bench::start().await);
    let steps = work(&one, LEAD, 3, 400);
    assert_eq!(steps, work(&two, LEAD, 3, 400));
    assert_ne!(steps, work(&Bench::start().await, LEAD, 4, 400));
    let endpoints: BTreeSet<&str> = steps.iter().map(|step| step.endpoint).collect();
    assert!(endpoints.len() >= 15, "{endpoints:?}");
    for operation in [ChangeOperation::Created, ChangeOperation::Updated, ChangeOperation::Deleted]
    {
        assert!(steps.iter().any(|step| step.operation == operation), "{operation:?}");
    }
    assert!(steps.iter().any(|step| step.paid_invoice.is_some()));
}

#[tokio::test]
async fn the_books_agree_with_a_replay_of_the_steps() {
    let bench = Bench::start().await;
    let steps = work(&bench, LEAD, 5, 800);
    let mut replayed = BTreeMap::new();
    for step in &steps {
        let deleted = step.operation == ChangeOperation::Deleted;
        replayed.insert((step.endpoint, step.id.clone()), deleted);
    }
    let snapshot = bench.sage().snapshot(LEAD).unwrap();
    let standing: BTreeMap<_, _> =
        snapshot.into_iter().map(|(key, state)| (key, state.deleted)).collect();
    assert_eq!(standing, replayed);
    assert!(bench.sage().snapshot(SECOND).unwrap().is_empty());
}

#[tokio::test]
async fn polls_see_the_work_of_the_bookkeeper() {
    let bench = Bench::start().await;
    let steps = work(&bench, LEAD, 6, 200);
    let tokens = bench.connect().await;
    let snapshot = bench.sage().snapshot(LEAD).unwrap();
    let endpoints: BTreeSet<&str> = steps.iter().map(|step| step.endpoint).collect();
    for endpoint in endpoints {
        let listed = bench.ids(&tokens, &format!("{endpoint}?items_per_page=200")).await;
        let live: Vec<String> = snapshot
            .iter()
            .filter(|((of, _), state)| *of == endpoint && !state.deleted)
            .map(|((_, id), _)| id.clone())
            .collect();
        assert_eq!(listed, live, "{endpoint}");
    }
}

#[tokio::test]
async fn a_bookkeeper_of_no_business_says_so() {
    let bench = Bench::start().await;
    let mut bookkeeper = Bookkeeper::new(bench.sage().clone(), "404", 1);
    assert!(bookkeeper.step().unwrap_err().to_string().contains("404"));
}

#[tokio::test(start_paused = true)]
async fn the_work_is_paced() {
    let bench = Bench::start().await;
    let mut bookkeeper = Bookkeeper::new(bench.sage().clone(), LEAD, 1);
    let mut steps = 0;
    let work = bookkeeper.run(60.try_into().unwrap(), |_| steps += 1);
    let end = tokio::time::timeout(std::time::Duration::from_millis(10_500), work).await;
    assert!(end.is_err(), "the work ended by itself");
    assert_eq!(steps, 11);
}
