//! The bookkeeper, and what its changes tell.

use std::collections::BTreeSet;

use ledgerhook_sandbox::freshbooks::{Bookkeeper, BookkeeperStep, Verb};

use super::bench::{BUSINESS, Bench};

fn work(bench: &Bench, seed: u64, steps: usize) -> Vec<BookkeeperStep> {
    let mut bookkeeper = Bookkeeper::new(bench.freshbooks().clone(), BUSINESS, seed);
    (0..steps).map(|_| bookkeeper.step().unwrap()).collect()
}

#[tokio::test]
async fn the_same_seed_does_the_same_work() {
    let (one, two) = (Bench::start().await, Bench::start().await);
    assert_eq!(work(&one, 7, 200), work(&two, 7, 200));
    assert_ne!(work(&one, 8, 200), work(&two, 9, 200));
}

#[tokio::test]
async fn the_work_reaches_every_noun_and_every_verb() {
    let bench = Bench::start().await;
    let steps = work(&bench, 1, 1_000);
    let nouns: BTreeSet<_> = steps.iter().map(|step| step.noun).collect();
    let expected = ledgerhook_sandbox::freshbooks::FreshBooks::event_nouns().collect();
    assert_eq!(nouns, expected);
    let verbs: BTreeSet<_> = steps.iter().map(|step| step.verb).collect();
    assert_eq!(verbs.len(), 4);
    let deleted = steps.iter().filter(|step| step.verb == Verb::Delete).count();
    let snapshot = bench.freshbooks().snapshot(BUSINESS).unwrap();
    let inactive = snapshot.values().filter(|state| state.vis_state == 1 || state.gone).count();
    assert_eq!(inactive, deleted);
}

#[tokio::test]
async fn a_step_reads_well() {
    let bench = Bench::start().await;
    let step = &work(&bench, 1, 1)[0];
    assert!(step.to_string().starts_with("439000: "), "{step}");
    assert!(step.to_string().ends_with(", create"), "{step}");
}
